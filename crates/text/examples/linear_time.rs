//! Shows that every function takes time linear in its input, hostile input too.
//!
//! `cargo run --release -p text --example linear_time`: each function reads a
//! quarter, a half and the whole of 1 MB of each kind of text; printed are the
//! three times in milliseconds (best of five), and how many times longer each
//! took than the one before (2 is linear, 4 is square). The last lines give the
//! worst of each function, as a table.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::{hint::black_box, sync::LazyLock, time::Instant};

use text::segment::Segmenter;

type Function = (&'static str, fn(&str));

const FUNCTIONS: [Function; 16] = [
    ("normalise", |text| drop(black_box(text::normalise(text)))),
    ("fold", |text| drop(black_box(text::fold(text)))),
    ("strip_accents", |text| {
        drop(black_box(text::strip_accents(text)))
    }),
    ("tokenise", |text| drop(black_box(text::tokenise(text)))),
    ("for_each_part", |text| {
        text::for_each_token(text, |token| {
            text::for_each_part(text, token, |part| {
                black_box(part.end);
            })
        })
    }),
    ("segment", |text| drop(black_box(text::segment(text)))),
    ("with dictionary", |text| {
        drop(black_box(WITH_DICTIONARY.segment(text)))
    }),
    ("restore", |text| drop(black_box(text::restore(text)))),
    ("restore_all", |text| {
        drop(black_box(text::Restorer::embedded().restore_all(text)))
    }),
    ("restorations", |text| {
        drop(black_box(text::Restorer::embedded().restorations(text, 4)))
    }),
    ("keystrokes", |text| drop(black_box(text::keystrokes(text)))),
    ("repair", |text| drop(black_box(text::repair(text)))),
    ("repair_as", |text| {
        for encoding in text::Encoding::ALL {
            drop(black_box(text::repair_as(text, encoding, false)))
        }
    }),
    ("sentences", |text| drop(black_box(text::sentences(text)))),
    ("detect_passages", |text| {
        drop(black_box(text::detect_passages(text)))
    }),
    ("languages", |text| {
        drop(black_box(text::LanguageModel::embedded().languages(text)))
    }),
];

static WITH_DICTIONARY: LazyLock<Segmenter> = LazyLock::new(|| {
    let words = ["ảnh hưởng của biến đổi", "a a", "khi hau nghien"];
    Segmenter::embedded()
        .clone()
        .with_dictionary(words.into_iter())
});

/// What is written over and over.
const KINDS: [(&str, &str); 16] = [
    ("Vietnamese", "Nghiên cứu ảnh hưởng của biến đổi khí hậu. "),
    (
        "without accents",
        "nghien cuu anh huong cua bien doi khi hau ",
    ),
    ("lines", "Kết quả.\n1. Bảng 2\nabstract of it\n"),
    ("addresses", "http://a.b/c-d, x.y@z.vn 1.234,5 H2SO4 "),
    ("stops", ". a."),
    ("words without end", "ban "),
    ("blank lines", "\n"),
    ("no space", "a"),
    ("no space, accents", "ụ"),
    ("mojibake", "÷ªøùû"),
    ("marks alone", "\u{301}\u{302}"),
    ("marked letters", "e\u{302}\u{301}"),
    ("VIQR", "a^'"),
    ("controls", "\u{0}\u{1}\u{85}\u{7f}"),
    ("right to left", "\u{202e}שלום\u{200f} "),
    ("emoji", "👍🏽👩‍👩‍👧"),
];

/// Bytes of the whole, and the parts of it that are read.
const WHOLE: usize = 1 << 20;
const PARTS: [usize; 3] = [WHOLE / 4, WHOLE / 2, WHOLE];
/// Times below this many milliseconds say little: the clock and the caches do.
const READABLE_MS: f64 = 1.0;

fn main() {
    let _ = text::restore("nap mo hinh"); // The models are unpacked once.
    let _ = text::segment("nạp mô hình");
    // The restorer's is spread out for long text.
    let _ = text::Restorer::embedded().restore_all(&"dai ".repeat(10_000));
    let mut worst: Vec<(f64, &str, [f64; 3])> = vec![(0.0, "", [0.0; 3]); FUNCTIONS.len()];
    for (kind, unit) in KINDS {
        let texts = PARTS.map(|n_bytes| unit.repeat(n_bytes / unit.len()));
        for ((name, run), worst) in FUNCTIONS.into_iter().zip(&mut worst) {
            let ms = [0, 1, 2].map(|part| best_ms(run, &texts[part]));
            let times = [ms[1] / ms[0], ms[2] / ms[1]];
            println!(
                "{kind:18} {name:16} {:8.2} {:8.2} {:8.2}  x{:.2} x{:.2}",
                ms[0], ms[1], ms[2], times[0], times[1]
            );
            let slowest = times[0].max(times[1]);
            if ms[0] > READABLE_MS && slowest > worst.0 {
                *worst = (slowest, kind, ms);
            }
        }
    }
    println!(
        "| function | worst growth for twice the text | on | ms for 1/4, 1/2, 1 MB |\n|---|---|---|---|"
    );
    for ((name, _), (times, kind, ms)) in FUNCTIONS.iter().zip(worst) {
        println!(
            "| {name} | {times:.2} | {kind} | {:.1}, {:.1}, {:.1} |",
            ms[0], ms[1], ms[2]
        );
    }
}

/// The best of five.
fn best_ms(run: fn(&str), text: &str) -> f64 {
    let once = || {
        let start = Instant::now();
        run(text);
        start.elapsed().as_secs_f64() * 1000.0
    };
    (0..5).map(|_| once()).fold(f64::INFINITY, f64::min)
}
