//! Reads files of records and prints a line for each: format, records, entries
//! refused, first reason; with `--show`, each record as JSON too.
//!
//! ```sh
//! cargo run --release -p formats --example read_records -- [--show] FILE...
//! ```
#![allow(clippy::print_stdout, reason = "it is a command")]

use std::{fs::File, io};

use formats::{Kind, Limits, decode};

fn main() -> io::Result<()> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let is_shown = paths.first().is_some_and(|first| first == "--show");
    paths.drain(..usize::from(is_shown));
    for path in paths {
        let decoded = decode::open(File::open(&path)?)?;
        let Some(kind) = Kind::sniff(&decoded.head, &path) else {
            println!("{path}\tno records");
            continue;
        };
        let format = kind.format();
        let (mut n_records, mut n_refused, mut reason) = (0, 0, String::new());
        let mut format_name = String::new();
        for entry in format.entries(decoded.reader, Limits::default()) {
            let entry = entry?;
            match format.parse(&entry) {
                Ok(parsed) => {
                    n_records += 1;
                    format_name.clone_from(&parsed.record.provenance.format);
                    if is_shown {
                        let mut record = parsed.record;
                        record.body.clear();
                        record.references.truncate(3);
                        println!(
                            "{}",
                            serde_json::to_string_pretty(&record).map_err(io::Error::other)?
                        );
                    }
                }
                Err(error) => {
                    n_refused += 1;
                    if reason.is_empty() {
                        reason = format!("{}: {error}", entry.line);
                    }
                }
            }
        }
        println!("{path}\t{kind:?}\t{format_name}\t{n_records}\t{n_refused}\t{reason}");
    }
    Ok(())
}
