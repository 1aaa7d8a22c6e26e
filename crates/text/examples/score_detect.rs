//! Scores language detection on labelled passages.
//!
//! Reads lines `language TAB source TAB passage` (language `other` for anything but vi, en, fr) from the file named
//! first, and prints accuracy by source and language, then the time per passage.
//! `cargo run --release -p text --example score_detect -- passages.tsv [--errors]`

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::collections::BTreeMap;
use std::time::Instant;

fn class(lang: &str) -> &str {
    match lang {
        "vi" | "en" | "fr" => lang,
        _ => "other",
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args
        .next()
        .ok_or("usage: score_detect passages.tsv [--errors] [--strip-accents] [--whatlang]")?;
    let flags: Vec<String> = args.collect();
    let has = |flag: &str| flags.iter().any(|f| f == flag);
    let file = std::fs::read_to_string(path)?;
    let strip = has("--strip-accents");
    let rows: Vec<(&str, &str, String)> = file
        .lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, '\t');
            let (lang, source, passage) = (parts.next()?, parts.next()?, parts.next()?);
            let passage = if strip && lang == "vi" {
                without_accents(passage)
            } else {
                passage.to_string()
            };
            Some((lang, source, passage))
        })
        .collect();
    let started = Instant::now();
    let found: Vec<(&str, f32)> = rows
        .iter()
        .map(|(_, _, passage)| {
            if has("--whatlang") {
                let lang = whatlang::detect_lang(passage).map_or("und", |l| l.code());
                let short = [("vie", "vi"), ("eng", "en"), ("fra", "fr")];
                (
                    short.iter().find(|s| s.0 == lang).map_or(lang, |s| s.1),
                    1.0,
                )
            } else {
                let detection = text::detect(passage);
                (detection.lang, detection.confidence)
            }
        })
        .collect();
    let seconds = started.elapsed().as_secs_f64();
    let mut table: BTreeMap<(&str, &str), (u32, u32)> = BTreeMap::new();
    for ((lang, source, passage), (got, confidence)) in rows.iter().zip(&found) {
        let right = class(got) == class(lang);
        for source in [source, "ALL"] {
            let cell = table.entry((lang, source)).or_default();
            *cell = (cell.0 + u32::from(right), cell.1 + 1);
        }
        if !right && has("--errors") {
            println!(
                "{lang}\t{source}\t{got} {confidence:.2}\t{}",
                passage.chars().take(120).collect::<String>()
            );
        }
    }
    for ((lang, source), (right, all)) in &table {
        println!(
            "{lang:6} {source:16} {:.4}  {all}",
            f64::from(*right) / f64::from(*all)
        );
    }
    let right: u32 = table
        .iter()
        .filter(|(key, _)| key.1 == "ALL")
        .map(|(_, cell)| cell.0)
        .sum();
    println!(
        "accuracy {:.4} on {} passages",
        f64::from(right) / rows.len() as f64,
        rows.len()
    );
    let bytes: usize = rows.iter().map(|row| row.2.len()).sum();
    println!(
        "{:.1} us a passage of {} bytes",
        seconds * 1e6 / rows.len() as f64,
        bytes / rows.len()
    );
    Ok(())
}

fn without_accents(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain = text.nfd().filter(|c| !('\u{300}'..='\u{36F}').contains(c));
    plain
        .map(|c| match c {
            'đ' => 'd',
            'Đ' => 'D',
            other => other,
        })
        .collect()
}
