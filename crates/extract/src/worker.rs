//! Reading documents in processes of their own: a crash, a bomb or an endless
//! loop costs one document and never the ingestion.
//!
//! [`serve`] is the inside: it answers requests on standard input until that
//! ends. [`WorkerPool`] is the outside: it starts such processes, hands them one
//! document at a time, ends those that are too slow or say too much, and starts
//! new ones in their place. A request is a line of JSON with the name and the
//! number of bytes, then the bytes; an answer is its length in 8 bytes, little
//! endian, then JSON. Before it may come signs of life, each 8 bytes of ones, that
//! begin the time anew: pictures of pages take long.

mod pool;

use std::{
    cell::RefCell,
    io::{self, BufRead, Read, Write},
};

use serde::{Deserialize, Serialize};

pub use pool::{WorkerLimits, WorkerPool};

use records::with_causes;

use crate::{Document, ExtractError, Limits, Reading, Recogniser};

/// What is asked of a worker; the bytes follow.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    name: String,
    n_bytes: usize,
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Read(Box<Document>),
    Refused(String),
    /// Nothing but pictures, and nobody to read them.
    ImagesOnly {
        n_pages: usize,
    },
}

/// In place of the length of an answer: the document is still being read.
const IS_ALIVE: u64 = u64::MAX;

/// Answers requests until the input ends.
///
/// # Errors
/// The pipes broke, or a request is none.
pub fn serve(
    mut input: impl BufRead,
    output: impl Write,
    limits: &Limits,
    recogniser: Option<&Recogniser>,
) -> io::Result<()> {
    let output = RefCell::new(output);
    let tell = || {
        let mut output = output.borrow_mut();
        // Who does not listen any more has ended this process.
        let _ = output
            .write_all(&IS_ALIVE.to_le_bytes())
            .and_then(|()| output.flush());
    };
    let reading = Reading {
        limits,
        recogniser,
        is_alive: &tell,
    };
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let request: Request = serde_json::from_str(&line).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        let n_bytes = (&mut input)
            .take(request.n_bytes as u64)
            .read_to_end(&mut bytes)?;
        if n_bytes < request.n_bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let answer = match crate::extract_with(&bytes, Some(&request.name), &reading) {
            Ok(document) => Answer::Read(Box::new(document)),
            Err(ExtractError::ImagesOnly { n_pages }) => Answer::ImagesOnly { n_pages },
            Err(error) => Answer::Refused(with_causes(&error)),
        };
        let answer = serde_json::to_vec(&answer).map_err(io::Error::other)?;
        let mut output = output.borrow_mut();
        output.write_all(&(answer.len() as u64).to_le_bytes())?;
        output.write_all(&answer)?;
        output.flush()?;
    }
}
