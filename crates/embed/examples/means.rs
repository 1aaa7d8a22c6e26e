//! Makes the means that `embed::Neutral` takes out: two files with sentences of
//! one meaning in Vietnamese and English, a sentence a line.
//!
//! ```sh
//! cargo run --release -p embed --example means -- models/weights/multilingual-e5-small VI.txt EN.txt
//! ```

#![allow(clippy::print_stdout, reason = "a program of the command line")]

use std::{env, error::Error, fs, path::Path};

use embed::{Embedder, LanguageMean, Model, TextRole};

/// Decimals written: the error of a coordinate is far below that of 8 bits.
const DECIMALS: f64 = 1e6;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [model, vi, en] = &arguments[..] else {
        return Err("usage: means MODEL_FOLDER VIETNAMESE.txt ENGLISH.txt".into());
    };
    let model = Model::open(Path::new(model), None)?;
    let mut means = Vec::new();
    for (role, name) in [(TextRole::Query, "query"), (TextRole::Passage, "passage")] {
        for (lang, path) in [("vi", vi), ("en", en)] {
            means.push(LanguageMean {
                role: name.to_owned(),
                lang: lang.to_owned(),
                vector: mean(&model, &fs::read_to_string(path)?, role)?,
            });
        }
    }
    println!("{}", serde_json::to_string(&means)?.replace("},{", "},\n{"));
    Ok(())
}

fn mean(model: &Model, text: &str, role: TextRole) -> Result<Vec<f32>, Box<dyn Error>> {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let vectors = model.embed(&lines, role)?;
    let mut sum = vec![0.0_f64; model.dim()];
    for vector in &vectors {
        sum.iter_mut()
            .zip(vector)
            .for_each(|(sum, x)| *sum += f64::from(*x));
    }
    let rounded =
        |sum: f64| ((sum / vectors.len().max(1) as f64 * DECIMALS).round() / DECIMALS) as f32;
    Ok(sum.into_iter().map(rounded).collect())
}
