//! Diacritic accuracy of files in legacy encodings against their transcripts.
//!
//! `cargo run --release -p extract --example measure_legacy -- FOLDER TRUTH`

mod score;

use std::path::Path;

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(truth)) = (args.next(), args.next()) else {
        eprintln!("usage: measure_legacy FOLDER TRUTH");
        std::process::exit(2);
    };
    let scores = score::score_all(Path::new(&folder), Path::new(&truth));
    for score in &scores {
        let failure = score.failure.as_deref().unwrap_or_default();
        eprintln!(
            "{:.4} {:>6} {} {failure}",
            score.share(),
            score.n_all,
            score.name
        );
    }
    let mean = scores.iter().map(score::Score::share).sum::<f64>() / scores.len().max(1) as f64;
    let n_right: usize = scores.iter().map(|score| score.n_right).sum();
    let n_all: usize = scores.iter().map(|score| score.n_all).sum();
    let whole = n_right as f64 / n_all.max(1) as f64;
    let n_failed = scores
        .iter()
        .filter(|score| score.failure.is_some())
        .count();
    eprintln!(
        "{} files, {n_failed} without text: mean {mean:.4}, over all letters {whole:.4}",
        scores.len()
    );
}
