//! Reads the running text: JSON Lines packed with xz, fields `id`, `title`,
//! `abstract`, `body`, syllables of a word joined by `_`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use crate::Result;

/// Articles whose abstracts measure the restorer, and which train nothing.
const N_HELD_OUT: usize = 600;

/// The text to train with, and the abstracts held out.
pub(crate) struct News {
    /// Titles, abstracts and paragraphs.
    pub(crate) lines: Vec<String>,
    /// Abstracts of the articles held out.
    pub(crate) held_out: Vec<String>,
}

/// Reads the file; holds out the articles with the smallest FNV-1a hash of id.
pub(crate) fn read(path: &Path) -> Result<News> {
    let mut articles = Vec::new();
    for line in BufReader::new(liblzma::read::XzDecoder::new(File::open(path)?)).lines() {
        articles.push(serde_json::from_str::<serde_json::Value>(&line?)?);
    }
    let id = |article: &serde_json::Value| article["id"].as_str().unwrap_or_default().to_owned();
    let mut order: Vec<(u64, String)> = articles.iter().map(|a| (fnv1a(&id(a)), id(a))).collect();
    order.sort();
    order.truncate(N_HELD_OUT);
    let held_out: BTreeSet<String> = order.into_iter().map(|(_, id)| id).collect();
    let mut news = News {
        lines: Vec::new(),
        held_out: Vec::new(),
    };
    for article in &articles {
        let field = |name: &str| article[name].as_str().unwrap_or_default();
        if held_out.contains(&id(article)) {
            news.held_out.push(field("abstract").to_owned());
        } else {
            let fields = ["title", "abstract", "body"].map(field);
            news.lines.extend(
                fields
                    .iter()
                    .flat_map(|text| text.lines())
                    .map(str::to_owned),
            );
        }
    }
    Ok(news)
}

fn fnv1a(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
