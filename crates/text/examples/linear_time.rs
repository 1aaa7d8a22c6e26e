//! Shows that every function takes time linear in its input, hostile input too.
//!
//! `cargo run --release -p text --example linear_time`: each function reads
//! each kind of text at 256 KB and at 1 MB; printed are the time for the longer
//! one and how many times longer it took (4 is linear, 16 is square).

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::{hint::black_box, time::Instant};

type Function = (&'static str, fn(&str));

const FUNCTIONS: [Function; 9] = [
    ("normalise", |text| drop(black_box(text::normalise(text)))),
    ("fold", |text| drop(black_box(text::fold(text)))),
    ("tokenise", |text| drop(black_box(text::tokenise(text)))),
    ("segment", |text| drop(black_box(text::segment(text)))),
    ("restore", |text| {
        drop(black_box(text::Restorer::embedded().restore_all(text)))
    }),
    ("keystrokes", |text| drop(black_box(text::keystrokes(text)))),
    ("repair", |text| drop(black_box(text::repair(text)))),
    ("sentences", |text| drop(black_box(text::sentences(text)))),
    ("passages", |text| {
        drop(black_box(text::detect_passages(text)))
    }),
];

/// What is written over and over.
const KINDS: [(&str, &str); 11] = [
    ("Vietnamese", "Nghiên cứu ảnh hưởng của biến đổi khí hậu. "),
    (
        "without accents",
        "nghien cuu anh huong cua bien doi khi hau ",
    ),
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

const SHORT: usize = 256 << 10;
const TIMES: usize = 4;

fn main() {
    let _ = text::restore("nap mo hinh"); // The models are unpacked once.
    let _ = text::segment("nạp mô hình");
    println!("{:18} {:12} {:>8} {:>6}", "text", "function", "ms", "times");
    let mut worst = 0.0_f64;
    for (kind, unit) in KINDS {
        let long = unit.repeat(SHORT * TIMES / unit.len());
        let short = unit.repeat(SHORT / unit.len());
        for (name, run) in FUNCTIONS {
            let (first, second) = (best_ms(run, &short), best_ms(run, &long));
            let times = second / first;
            // Below a millisecond the clock says little.
            if first > 1.0 {
                worst = worst.max(times);
            }
            println!("{kind:18} {name:12} {second:8.1} {times:6.1}");
        }
    }
    println!("worst: {worst:.1} times the time for {TIMES} times the text");
}

/// The best of three.
fn best_ms(run: fn(&str), text: &str) -> f64 {
    let once = || {
        let start = Instant::now();
        run(text);
        start.elapsed().as_secs_f64() * 1000.0
    };
    (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
}
