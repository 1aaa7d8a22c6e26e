//! Trains the models that are built into the crate.
//!
//! ```text
//! cargo run --release -p text --example train -- segmenter \
//!     --news articles.jsonl.xz --treebank vi_vtb-ud-train.conllu \
//!     --measure vi_vtb-ud-dev.conllu --out models/segmenter/segmenter.bin
//! ```
//! Same input, same bytes out. `--measure` is looked at only to print figures.
//! `figures --news FILE --measure FILE` trains nothing and prints those of the restorer that is built in.

mod detector;
mod news;
mod restorer;
mod science;
mod segmenter;

use std::error::Error;
use std::path::PathBuf;

/// Any failure ends the program with its message.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Files to read and write.
pub(crate) struct Paths {
    pub(crate) news: PathBuf,
    pub(crate) treebank: PathBuf,
    pub(crate) measure: PathBuf,
    pub(crate) out: PathBuf,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let path = |name: &str| -> Result<PathBuf> {
        let at = args.iter().position(|arg| arg == name);
        let value = at
            .and_then(|at| args.get(at + 1))
            .ok_or_else(|| format!("give {name} FILE"))?;
        Ok(PathBuf::from(value))
    };
    let paths = || -> Result<Paths> {
        Ok(Paths {
            news: path("--news")?,
            treebank: path("--treebank")?,
            measure: path("--measure")?,
            out: path("--out")?,
        })
    };
    match args.first().map(String::as_str) {
        Some("segmenter") => segmenter::train(&paths()?),
        Some("detector") => detector::train(
            &path("--lists")?,
            &path("--papers")?,
            path("--measure").ok().as_deref(),
            &path("--out")?,
        ),
        Some("restorer") => restorer::train(&paths()?, &path("--science")?),
        Some("figures") => restorer::figures(&path("--news")?, &path("--measure")?),
        _ => Err("say what to do first: segmenter, restorer, detector or figures".into()),
    }
}
