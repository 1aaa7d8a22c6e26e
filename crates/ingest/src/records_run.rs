//! A file of records while it is read: which entries become records, which are
//! repeated, which are set aside, and the checkpoint beside each batch.

use std::{io, sync::Arc};

use catalog::{Batch, QuarantineEntry};
use formats::{Parsed, RawEntry, RecordFormat};
use records::Record;
use rustc_hash::FxHashMap;

use crate::{
    IngestError, Ingester,
    checkpoint::{Checkpoint, CheckpointName},
    pipeline::{Run, unreadable},
    records_file::Chunk,
    walk::Place,
};

/// A file of records, looked at but not yet read.
pub(crate) struct RecordsInput {
    pub(crate) place: Place,
    pub(crate) format: Arc<dyn RecordFormat>,
    pub(crate) name: CheckpointName,
    pub(crate) checkpoint: Checkpoint,
}

/// A file of records while it is read.
pub(crate) struct RecordsRun<'a, 'b> {
    ingester: &'a Ingester<'b>,
    input: RecordsInput,
    source: String,
    /// Entries that an earlier run dealt with.
    n_done_before: u64,
    n_entries: u64,
    n_bad_entries: u64,
    n_set_aside: u64,
    /// Hash of each id in this file, its line, and a hash of its record.
    seen_ids: FxHashMap<u64, (u64, u64)>,
    is_ended: bool,
}

/// Above this a first batch without a single record is one mistake about the
/// file, not many about its entries.
const HOPELESS_ENTRIES: usize = 20;

impl<'a, 'b> RecordsRun<'a, 'b> {
    pub(crate) fn new(ingester: &'a Ingester<'b>, input: RecordsInput) -> Self {
        Self {
            ingester,
            source: input.place.shown.display().to_string(),
            n_done_before: input.checkpoint.n_entries,
            n_entries: 0,
            n_bad_entries: 0,
            n_set_aside: 0,
            seen_ids: FxHashMap::default(),
            input,
            is_ended: false,
        }
    }

    pub(crate) fn write(&mut self, chunk: Chunk, run: &mut Run) -> Result<(), IngestError> {
        if self.is_ended {
            return Ok(());
        }
        let is_hopeless = self.n_entries == 0
            && chunk.entries.len() > HOPELESS_ENTRIES
            && chunk.entries.iter().all(|(_, parsed)| parsed.is_err());
        if is_hopeless {
            return self.give_up(&chunk, run);
        }
        let mut batch = self.batch();
        let mut parsed = Vec::with_capacity(chunk.entries.len());
        for (raw, found) in chunk.entries {
            self.n_entries += 1;
            // Also for entries dealt with before: repeated ids are told by them.
            let found = found.map_err(|error| error.to_string());
            let found = found.and_then(|found| self.check_repeated(found, &raw));
            let is_new = self.n_entries > self.n_done_before;
            run.report.seen += 1;
            match found {
                Ok(Some(found)) if is_new => parsed.push(self.finish(found, &raw, run)?),
                Ok(Some(_)) => run.report.unchanged += 1,
                Ok(None) => run.report.duplicates += 1,
                Err(reason) => {
                    let entry = self.aside(Some(raw.line), reason, &raw.bytes, run);
                    batch.quarantine.extend(is_new.then_some(entry));
                }
            }
        }
        let mut is_done = false;
        if let Some(error) = chunk.broken {
            let reason = self.broken(&error);
            let entry = self.aside(None, reason, b"", run);
            batch.quarantine.push(entry);
            self.is_ended = true;
            // Damage is there at the next run too; a disk may be mended.
            is_done = is_damage(&error);
        }
        if self.n_entries <= self.n_done_before && batch.quarantine.is_empty() {
            return Ok(());
        }
        batch.blobs.push(self.checkpoint(is_done));
        self.ingester.apply(batch, parsed, run)?;
        self.ingester.tell(&self.input.place.shown, run);
        Ok(())
    }

    fn batch(&self) -> Batch {
        let mut batch = Batch::new((self.ingester.now)());
        if self.n_entries == 0 && self.n_done_before == 0 {
            batch.reread_sources.push(self.source.clone());
        }
        batch
    }

    /// `None` for an entry that says again what an earlier one said.
    fn check_repeated(&mut self, found: Parsed, raw: &RawEntry) -> Result<Option<Parsed>, String> {
        let id = short_hash(found.record.id.as_str().as_bytes());
        let content = content_hash(&found.record);
        match self.seen_ids.insert(id, (raw.line, content)) {
            None => Ok(Some(found)),
            Some((line, same)) => {
                self.seen_ids.insert(id, (line, same));
                if same == content {
                    return Ok(None);
                }
                let id = &found.record.id;
                Err(format!(
                    "id `{id}` was used on line {line} for another record; give each record its own id"
                ))
            }
        }
    }

    fn finish(&self, mut found: Parsed, raw: &RawEntry, run: &Run) -> Result<Parsed, IngestError> {
        self.ingester
            .options
            .apply(&mut found.record, found.says_type);
        let provenance = &mut found.record.provenance;
        provenance.source.clone_from(&self.source);
        if provenance.format.is_empty() {
            provenance.format = self.input.format.name().to_owned();
        }
        provenance.place = Some(raw.line.to_string());
        self.ingester
            .attach_data(&mut found, &self.input.place.shown, run)?;
        Ok(found)
    }

    fn aside(
        &mut self,
        line: Option<u64>,
        reason: String,
        raw: &[u8],
        run: &mut Run,
    ) -> QuarantineEntry {
        self.n_bad_entries += u64::from(line.is_some());
        self.n_set_aside += 1;
        let entry = QuarantineEntry::new(self.source.clone(), line, reason, raw)
            .asked_as(self.ingester.options.to_json());
        run.set_aside(&entry);
        entry
    }

    fn give_up(&mut self, chunk: &Chunk, run: &mut Run) -> Result<(), IngestError> {
        let mut batch = self.batch();
        self.n_entries = 1;
        self.is_ended = true;
        run.report.seen += 1;
        let reason = match chunk.entries.first() {
            Some((_, Err(error))) => error.to_string(),
            _ => String::new(),
        };
        let format = Arc::clone(&self.input.format);
        let reason = format!(
            "none of the first {} entries is a record of format {}: the first is {reason}",
            chunk.entries.len(),
            format.name()
        );
        let raw = chunk.entries.first().map(|(raw, _)| raw.bytes.clone());
        let entry = self.aside(Some(1), reason, &raw.unwrap_or_default(), run);
        batch.quarantine.push(entry);
        batch.blobs.push(self.checkpoint(true));
        self.ingester.catalog.apply(batch)?;
        Ok(())
    }

    /// Writes that the file is read to its end; a file without any entry is
    /// set aside.
    pub(crate) fn end(mut self, run: &mut Run) -> Result<(), IngestError> {
        if self.is_ended {
            return Ok(());
        }
        let mut batch = self.batch();
        if self.n_entries == 0 {
            run.report.seen += 1;
            self.n_entries = 1;
            let reason = "file holds no records; send it again from its source".to_owned();
            let entry = self.aside(Some(1), reason, b"", run);
            batch.quarantine.push(entry);
        }
        batch.blobs.push(self.checkpoint(true));
        self.ingester.catalog.apply(batch)?;
        Ok(())
    }

    fn checkpoint(&self, is_done: bool) -> catalog::Blob {
        self.input.name.blob(&Checkpoint {
            n_entries: self.n_entries,
            n_bad_entries: self.n_bad_entries,
            n_set_aside: self.n_set_aside,
            is_done,
        })
    }

    fn broken(&self, error: &io::Error) -> String {
        let n = self.n_entries;
        format!("{} after {n} entries, which are kept", broken(error))
    }
}

/// Whether the content of the file is at fault, not the way to it.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(
        error.kind(),
        K::UnexpectedEof | K::InvalidData | K::InvalidInput | K::Other
    )
}

pub(crate) fn broken(error: &io::Error) -> String {
    if is_damage(error) {
        format!("file is truncated or damaged ({error}); fetch it again from its source; it breaks")
    } else {
        unreadable(error)
    }
}

fn short_hash(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    let (head, _) = hash.as_bytes().split_at(8);
    u64::from_le_bytes(head.try_into().expect("eight bytes"))
}

fn content_hash(record: &Record) -> u64 {
    short_hash(&serde_json::to_vec(record).expect("a record has only string keys"))
}
