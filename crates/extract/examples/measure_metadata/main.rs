//! Titles, authors and abstracts found in documents against a truth file.
//!
//! `cargo run --release -p extract --example measure_metadata -- TRUTH.jsonl FOLDER`

mod judge;

use std::{fs, path::Path};

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(truth), Some(folder)) = (args.next(), args.next()) else {
        eprintln!("usage: measure_metadata TRUTH.jsonl FOLDER");
        std::process::exit(2);
    };
    let truth = fs::read_to_string(&truth).expect("the truth file can be read");
    for (field, score) in judge::judge_all(&truth, Path::new(&folder)) {
        let share = 100.0 * score.share();
        eprintln!(
            "{field:<9} {:>3} of {:>3} = {share:.1} %",
            score.right, score.all
        );
    }
}
