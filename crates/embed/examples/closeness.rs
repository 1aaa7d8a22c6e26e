//! How near the vectors of the integer kernels lie to those of floats.
//!
//! ```sh
//! cargo run --release -p embed --example closeness -- models/weights/multilingual-e5-small TEXTS.txt
//! ```
//!
//! `TEXTS.txt`: a text a line. Prints the cosine of the two vectors of each
//! text: mean, lowest and the lowest hundredth.

#![allow(
    clippy::print_stdout,
    reason = "a measuring aid prints what it measures"
)]

use std::{error::Error, path::Path};

use embed::{Embedder, Model, Precision, TextRole};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("say the folder of the model")?;
    let file = arguments.next().ok_or("say the file of texts")?;
    let texts = std::fs::read_to_string(file)?;
    let texts: Vec<&str> = texts
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let open = |precision| Model::open(Path::new(&folder), Some(precision));
    let (int8, floats) = (open(Precision::Int8)?, open(Precision::F32)?);
    for role in [TextRole::Query, TextRole::Passage] {
        let pairs = int8
            .embed(&texts, role)?
            .into_iter()
            .zip(floats.embed(&texts, role)?);
        let mut cosines: Vec<f64> = pairs.map(|(a, b)| cosine(&a, &b)).collect();
        cosines.sort_by(f64::total_cmp);
        let n = cosines.len();
        println!(
            "{role:?}\t{n} texts\tmean {:.6}\tlowest {:.6}\tlowest hundredth {:.6}",
            cosines.iter().sum::<f64>() / n as f64,
            cosines.first().copied().unwrap_or(f64::NAN),
            cosines.get(n / 100).copied().unwrap_or(f64::NAN),
        );
    }
    Ok(())
}

/// Of two vectors of length 1.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(&x, &y)| f64::from(x) * f64::from(y))
        .sum()
}
