//! A file of records on its way through three threads: one unpacks and cuts,
//! all cores parse, the caller writes. Order is kept throughout.

use std::{
    fs::File,
    io,
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use formats::{EntryError, Limits, Parsed, RawEntry, RecordFormat, decode};
use rayon::prelude::*;

/// Entries in one transaction: enough that its fsync costs little, few enough
/// that a killed run repeats a fraction of a second.
const CHUNK_ENTRIES: usize = 2000;

/// Raw bytes in one transaction: bounds the memory of long entries.
const CHUNK_BYTES: usize = 8 << 20;

/// What is read.
pub(crate) enum Content {
    File(PathBuf),
    /// The rows of a sheet.
    Text(String),
}

/// Entries of a file, parsed, in order.
pub(crate) struct Chunk {
    /// Each entry with its record or the reason why there is none.
    pub(crate) entries: Vec<(RawEntry, Result<Parsed, EntryError>)>,
    /// Why the file ends before its end.
    pub(crate) broken: Option<io::Error>,
}

/// Reads, cuts and parses the file; `write` gets the chunks in order and may
/// stop the whole by an error.
pub(crate) fn read<E: Send>(
    content: &Content,
    format: &dyn RecordFormat,
    mut write: impl FnMut(Chunk) -> Result<(), E>,
) -> Result<(), E> {
    let (raw_sender, raw_receiver) = sync_channel(1);
    let (sender, receiver) = sync_channel(1);
    thread::scope(|scope| {
        scope.spawn(move || cut(content, format, &raw_sender));
        scope.spawn(move || parse(format, &raw_receiver, &sender));
        receiver.into_iter().try_for_each(&mut write)
    })
}

type RawChunk = (Vec<RawEntry>, Option<io::Error>);

/// Ends quietly when the other side stops listening.
fn cut(content: &Content, format: &dyn RecordFormat, sender: &SyncSender<RawChunk>) {
    let opened: io::Result<Box<dyn io::Read + '_>> = match content {
        Content::File(path) => File::open(path).map(|file| Box::new(file) as Box<dyn io::Read>),
        Content::Text(text) => Ok(Box::new(text.as_bytes())),
    };
    let decoded = opened.and_then(decode::open);
    let reader = match decoded {
        Ok(decoded) => decoded.reader,
        Err(error) => return drop(sender.send((Vec::new(), Some(error)))),
    };
    let mut chunk = Vec::new();
    let mut n_bytes = 0;
    for entry in format.entries(reader, Limits::default()) {
        match entry {
            Ok(entry) => {
                n_bytes += entry.bytes.len();
                chunk.push(entry);
            }
            Err(error) => return drop(sender.send((chunk, Some(error)))),
        }
        if chunk.len() == CHUNK_ENTRIES || n_bytes >= CHUNK_BYTES {
            n_bytes = 0;
            if sender.send((std::mem::take(&mut chunk), None)).is_err() {
                return;
            }
        }
    }
    if !chunk.is_empty() {
        drop(sender.send((chunk, None)));
    }
}

fn parse(format: &dyn RecordFormat, receiver: &Receiver<RawChunk>, sender: &SyncSender<Chunk>) {
    for (raw, broken) in receiver {
        let parse = |entry: RawEntry| {
            let parsed = format.parse(&entry);
            (entry, parsed)
        };
        let entries = raw.into_par_iter().map(parse).collect();
        if sender.send(Chunk { entries, broken }).is_err() {
            return;
        }
    }
}
