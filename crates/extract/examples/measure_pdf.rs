//! Measures PDF extraction over folders: pages a second on one core, accented
//! characters, characters that nobody could decode, refusals.
//!
//! `measure_pdf FOLDER... [--out DIR]`; with `--out`, the text of each file
//! goes to `DIR/<folder>/<file>.txt` (pages parted by form feeds) for
//! comparison with other extractors.
#![allow(clippy::print_stdout, reason = "an example that prints its findings")]

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use unicode_normalization::UnicodeNormalization;

#[derive(Default)]
struct Totals {
    n_files: usize,
    n_refused: usize,
    n_pages: usize,
    n_accented: usize,
    n_undecodable: usize,
    n_warnings: usize,
    time: Duration,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut folders, mut out) = (Vec::new(), None);
    while let Some(argument) = arguments.next() {
        if argument == "--out" {
            out = arguments.next().map(PathBuf::from);
        } else {
            folders.push(PathBuf::from(argument));
        }
    }
    for folder in folders {
        let totals = measure(&folder, out.as_deref());
        let seconds = totals.time.as_secs_f64();
        println!(
            "{}: {} files, {} refused, {} pages, {} accented, {} undecodable, {} warnings, {seconds:.2} s, {:.0} pages/s",
            folder.display(),
            totals.n_files,
            totals.n_refused,
            totals.n_pages,
            totals.n_accented,
            totals.n_undecodable,
            totals.n_warnings,
            totals.n_pages as f64 / seconds,
        );
    }
}

fn measure(folder: &Path, out: Option<&Path>) -> Totals {
    let mut totals = Totals::default();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    paths.sort();
    for path in paths {
        let bytes = fs::read(&path).unwrap_or_default();
        let start = Instant::now();
        let outcome = extract::extract(&bytes, path.to_str(), &extract::Limits::default());
        let time = start.elapsed();
        totals.time += time;
        totals.n_files += 1;
        match outcome {
            Ok(document) => {
                totals.add(&document);
                if document.pages.len() as f64 / time.as_secs_f64() < 100.0 {
                    println!(
                        "  slow: {} {:.2} s for {} pages",
                        path.display(),
                        time.as_secs_f64(),
                        document.pages.len()
                    );
                }
                for warning in &document.warnings {
                    println!("  {}: {warning}", path.display());
                }
                if let Some(out) = out {
                    write(out, folder, &path, &document);
                }
            }
            Err(error) => {
                totals.n_refused += 1;
                println!("  {}: {error}", path.display());
            }
        }
    }
    totals
}

impl Totals {
    fn add(&mut self, document: &extract::Document) {
        self.n_pages += document.pages.len();
        self.n_warnings += document.warnings.len();
        for character in document.pages.iter().flat_map(|page| page.text.chars()) {
            self.n_accented += usize::from(is_accented(character));
            let is_private = ('\u{e000}'..='\u{f8ff}').contains(&character);
            self.n_undecodable +=
                usize::from(is_private || character == char::REPLACEMENT_CHARACTER);
        }
    }
}

/// A Latin letter with marks, or đ.
fn is_accented(character: char) -> bool {
    if matches!(character, 'đ' | 'Đ') {
        return true;
    }
    let mut parts = [character].into_iter().nfd();
    character.is_alphabetic()
        && parts.next().is_some_and(|base| base.is_ascii())
        && parts.next().is_some()
}

fn write(out: &Path, folder: &Path, path: &Path, document: &extract::Document) {
    let (Some(folder), Some(stem)) = (folder.file_name(), path.file_stem()) else {
        return;
    };
    let target = out.join(folder);
    let texts: Vec<&str> = document
        .pages
        .iter()
        .map(|page| page.text.as_str())
        .collect();
    let file = target.join(format!("{}.txt", stem.to_string_lossy()));
    let written = fs::create_dir_all(&target).and_then(|()| fs::write(file, texts.join("\u{c}")));
    if let Err(error) = written {
        println!("  {}: {error}", target.display());
    }
}
