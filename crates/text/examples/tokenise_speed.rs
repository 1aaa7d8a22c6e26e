//! How fast the tokeniser reads a file, with and without owned tokens, and
//! that the time grows linearly: `cargo run --release -p text --example
//! tokenise_speed FILE`. Without a file it reads hostile made-up text.

use std::time::Instant;

fn main() {
    let text = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("`{path}`: {e}")),
        None => "Nghiên cứu a.b@c-d_1,2+ e\u{302}\u{301} ".repeat(500_000),
    };
    for share in [4, 2, 1] {
        let mut end = text.len() / share;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        report(&text[..end]);
    }
}

fn report(text: &str) {
    let mb = text.len() as f64 / 1e6;
    let start = Instant::now();
    let mut n_tokens = 0usize;
    text::for_each_token(text, |_| n_tokens += 1);
    let visit_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let n_owned: usize = text.lines().map(|line| text::tokenise(line).len()).sum();
    let own_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let n_bytes = text::normalise(text).len();
    let normalise_s = start.elapsed().as_secs_f64();
    eprintln!(
        "{mb:.1} MB: visited {n_tokens} tokens at {:.1} MB/s, owned {n_owned} at {:.1} MB/s, normalised to {n_bytes} bytes at {:.1} MB/s",
        mb / visit_s,
        mb / own_s,
        mb / normalise_s
    );
}
