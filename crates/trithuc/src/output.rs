//! Standard output: lines, JSON documents, and filters that read a line and
//! write a line. A reader that goes away (`| head`) ends the program quietly.

use std::io::{self, BufRead, BufWriter, ErrorKind, Write};

use anyhow::Context as _;
use serde::Serialize;

/// Prints one line.
pub(crate) fn line(text: impl AsRef<str>) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    quietly(writeln!(out, "{}", text.as_ref()))
}

/// Prints one JSON document on a line of its own.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string(value).context("the answer cannot be written as JSON")?)
}

/// Reads standard input line by line and writes `convert` of each line. Bytes
/// that are no UTF-8 are replaced by U+FFFD, said once on standard error.
pub(crate) fn filter(mut convert: impl FnMut(&str) -> String) -> anyhow::Result<()> {
    let mut input = io::stdin().lock();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut raw = Vec::new();
    let mut n_lines = 0_u64;
    let mut warned = false;
    loop {
        raw.clear();
        let n_bytes = input
            .read_until(b'\n', &mut raw)
            .context("standard input cannot be read")?;
        if n_bytes == 0 {
            break;
        }
        n_lines += 1;
        let text = String::from_utf8_lossy(trim_line_end(&raw));
        if matches!(text, std::borrow::Cow::Owned(_)) && !warned {
            warned = true;
            eprintln!(
                "trithuc: line {n_lines} is not valid UTF-8; the bad bytes are replaced \
                 (convert the input to UTF-8 first to keep them)"
            );
        }
        quietly(writeln!(out, "{}", convert(&text)))?;
    }
    quietly(out.flush())
}

fn trim_line_end(raw: &[u8]) -> &[u8] {
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    raw.strip_suffix(b"\r").unwrap_or(raw)
}

fn quietly(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        other => other.context("standard output cannot be written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_line_ends_are_trimmed_once() {
        assert_eq!(trim_line_end(b"a\r\n"), b"a");
        assert_eq!(trim_line_end(b"a\n"), b"a");
        assert_eq!(trim_line_end(b"a"), b"a");
        assert_eq!(trim_line_end(b"\n"), b"");
    }
}
