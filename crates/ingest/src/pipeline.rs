//! The run: files in order, batches, checkpoints, counts.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use catalog::{Batch, CatalogStore, QuarantineEntry};
use extract::Limits;
use formats::{
    Kind, Parsed,
    decode::{self, Compression},
};
use jiff::Timestamp;
use rayon::prelude::*;
use records::with_causes;

use crate::{
    FileStore, IngestError, IngestOptions, IngestReport, SetAside,
    batch::Puts,
    checkpoint::{Checkpoint, CheckpointName},
    document::{self, DocumentError},
    records_file,
    records_run::{self, RecordsInput, RecordsRun},
    walk::{self, Found},
};

/// Documents read at once, and written in one batch.
const DOCUMENTS_AT_ONCE: usize = 8;

/// Takes files into a catalogue.
pub struct Ingester<'a> {
    /// Where the records go.
    pub catalog: &'a dyn CatalogStore,
    /// Where the documents go.
    pub files: &'a FileStore,
    /// What holds for all inputs.
    pub options: &'a IngestOptions,
    /// Reads the documents: in processes of their own, or in this one.
    pub documents: &'a dyn extract::DocumentReader,
    /// The clock.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
    /// Told after every batch that is committed.
    pub progress: &'a (dyn Fn(&Progress<'_>) + Sync),
}

/// How far an ingest is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The file that is read.
    pub path: &'a Path,
    /// Files dealt with before it.
    pub n_files_done: usize,
    /// Files there are.
    pub n_files: usize,
    /// Entries seen so far.
    pub n_seen: u64,
}

/// What a file is, once it was looked at.
enum Input {
    Records(RecordsInput),
    Document(DocumentInput),
    /// Read to its end before.
    Done(PathBuf, Checkpoint),
    Unreadable(PathBuf, String),
    PassedOver,
}

/// What the first bytes of a file say.
enum Sniffed {
    Records(Kind),
    Document,
    /// Text under a name that no document has.
    OtherText,
}

struct DocumentInput {
    path: PathBuf,
    name: CheckpointName,
    hash: blake3::Hash,
}

/// The counts so far, and where the run is.
pub(crate) struct Run {
    pub(crate) report: IngestReport,
    n_files_done: usize,
    n_files: usize,
}

impl Ingester<'_> {
    /// Takes in all files under `paths`.
    ///
    /// # Errors
    /// [`IngestError`]; what was committed stays and is not read again.
    pub fn run(&self, paths: &[PathBuf]) -> Result<IngestReport, IngestError> {
        let found = walk::files(paths)?;
        let mut run = Run {
            report: IngestReport::default(),
            n_files_done: 0,
            n_files: found.len(),
        };
        let mut documents = Vec::new();
        for found in found {
            let input = self.look_at(found)?;
            let is_document = matches!(input, Input::Document(_));
            // Files are dealt with in their order: documents wait only for
            // the documents right after them.
            if !is_document || documents.len() == DOCUMENTS_AT_ONCE {
                self.take_documents(std::mem::take(&mut documents), &mut run)?;
            }
            run.n_files_done += usize::from(!is_document);
            match input {
                Input::Document(document) => documents.push(document),
                Input::Records(input) => self.take_records(input, &mut run)?,
                Input::Done(path, checkpoint) => self.recount(&path, &checkpoint, &mut run)?,
                Input::PassedOver => run.report.passed_over += 1,
                Input::Unreadable(path, reason) => self.set_file_aside(&path, reason, &mut run)?,
            }
        }
        self.take_documents(documents, &mut run)?;
        Ok(run.report)
    }

    fn set_file_aside(
        &self,
        path: &Path,
        reason: String,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let source = path.display().to_string();
        let entry = QuarantineEntry::new(source.clone(), None, reason, b"");
        let mut batch = Batch::new((self.now)());
        batch.reread_sources.push(source);
        run.set_aside(&entry);
        batch.quarantine.push(entry);
        self.catalog.apply(batch)?;
        Ok(())
    }

    fn look_at(&self, found: Found) -> Result<Input, IngestError> {
        let (path, is_named) = match found {
            Found::File { path, is_named } => (path, is_named),
            Found::Unreadable { path, reason } => return Ok(Input::Unreadable(path, reason)),
        };
        let hash = match hash_file(&path) {
            Ok(hash) => hash,
            Err(error) => return Ok(Input::Unreadable(path, unreadable(&error))),
        };
        let name = CheckpointName::new(&hash, self.options);
        let checkpoint = name.load(self.catalog)?;
        if checkpoint.is_done {
            return Ok(Input::Done(path, checkpoint));
        }
        match sniff(&path) {
            Ok(Sniffed::OtherText) if !is_named => Ok(Input::PassedOver),
            Ok(Sniffed::Records(kind)) => Ok(Input::Records(RecordsInput {
                path,
                kind,
                name,
                checkpoint,
            })),
            Ok(_) => Ok(Input::Document(DocumentInput { path, name, hash })),
            Err(error) => Ok(Input::Unreadable(path, records_run::broken(&error))),
        }
    }

    /// Counts a file that was read before: nothing changes, and what was set
    /// aside from it still is.
    fn recount(
        &self,
        path: &Path,
        checkpoint: &Checkpoint,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        run.report.seen += checkpoint.n_entries;
        run.report.unchanged += checkpoint.n_entries - checkpoint.n_bad_entries;
        if checkpoint.n_set_aside == 0 {
            return Ok(());
        }
        let source = path.display().to_string();
        let mut after = 0;
        loop {
            let page = self.catalog.quarantined(after, 1000)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.number;
            for found in page.iter().filter(|found| found.entry.source == source) {
                run.report.quarantined.push(SetAside::from(&found.entry));
            }
        }
    }

    fn take_records(&self, input: RecordsInput, run: &mut Run) -> Result<(), IngestError> {
        let (path, kind) = (input.path.clone(), input.kind);
        let mut file = RecordsRun::new(self, input);
        records_file::read(&path, kind, |chunk| file.write(chunk, run))?;
        file.end(run)
    }

    fn take_documents(
        &self,
        documents: Vec<DocumentInput>,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        if documents.is_empty() {
            return Ok(());
        }
        let limits = Limits::default();
        let read = documents.into_par_iter().map(|input| {
            let DocumentInput { path, name, hash } = input;
            let read = document::read(&path, hash, &limits, self.documents);
            if let Ok(read) = &read {
                self.files.keep(&read.hash, &read.bytes)?;
            }
            // The bytes are kept: only the record goes on.
            Ok((path, name, read.map(|read| read.parsed)))
        });
        let read: Vec<_> = read.collect::<Result<_, IngestError>>()?;
        self.write_documents(read, run)
    }

    fn write_documents(
        &self,
        read: Vec<(PathBuf, CheckpointName, Result<Parsed, DocumentError>)>,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let mut batch = Batch::new((self.now)());
        let mut parsed = Vec::new();
        let last = read.last().map(|(path, _, _)| path.clone());
        for (path, name, read) in read {
            run.n_files_done += 1;
            run.report.seen += 1;
            batch.reread_sources.push(path.display().to_string());
            let mut checkpoint = Checkpoint {
                n_entries: 1,
                is_done: true,
                ..Checkpoint::default()
            };
            match read {
                Ok(mut found) => {
                    self.options.apply(&mut found.record, found.says_type);
                    parsed.push(found);
                }
                Err(error) => {
                    // What the file system says is asked again at the next run.
                    let is_transient = matches!(
                        error,
                        DocumentError::Read(_)
                            | DocumentError::Extract(extract::ExtractError::NoReader(_))
                    );
                    checkpoint.is_done = !is_transient;
                    checkpoint.n_bad_entries = 1;
                    checkpoint.n_set_aside = 1;
                    let entry = document_entry(&path, &error);
                    run.set_aside(&entry);
                    batch.quarantine.push(entry);
                }
            }
            batch.blobs.push(name.blob(&checkpoint));
        }
        self.apply(batch, parsed, run)?;
        if let Some(path) = last {
            self.tell(&path, run);
        }
        Ok(())
    }

    pub(crate) fn apply(
        &self,
        mut batch: Batch,
        parsed: Vec<Parsed>,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let mut puts = Puts::join(self.catalog, parsed)?;
        puts.fill(&mut batch);
        let applied = self.catalog.apply(batch)?;
        puts.count(&applied, &mut run.report);
        Ok(())
    }

    pub(crate) fn tell(&self, path: &Path, run: &Run) {
        (self.progress)(&Progress {
            path,
            n_files_done: run.n_files_done,
            n_files: run.n_files,
            n_seen: run.report.seen,
        });
    }
}

impl Run {
    pub(crate) fn set_aside(&mut self, entry: &QuarantineEntry) {
        self.report.quarantined.push(SetAside::from(entry));
    }
}

impl From<&QuarantineEntry> for SetAside {
    fn from(entry: &QuarantineEntry) -> Self {
        Self {
            path: entry.source.clone(),
            line: entry.line,
            reason: entry.reason.clone(),
        }
    }
}

fn hash_file(path: &Path) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize())
}

fn sniff(path: &Path) -> io::Result<Sniffed> {
    let decoded = decode::open(File::open(path)?)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(kind) = Kind::sniff(&decoded.head, &name) {
        return Ok(Sniffed::Records(kind));
    }
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let is_document_name = ending.is_none_or(|ending| ending == "txt" || ending == "text");
    let media_type = extract::media::detect(&decoded.head, Some(&name));
    let is_text = matches!(media_type, Ok(extract::MediaType::PlainText));
    if is_text && !is_document_name && decoded.compression == Compression::None {
        return Ok(Sniffed::OtherText);
    }
    Ok(Sniffed::Document)
}

fn document_entry(path: &Path, error: &DocumentError) -> QuarantineEntry {
    let source = path.display().to_string();
    QuarantineEntry::new(source, None, with_causes(error), &head_of(path))
}

fn head_of(path: &Path) -> Vec<u8> {
    use io::Read;
    let mut head = Vec::new();
    let limit = QuarantineEntry::HEAD_BYTES as u64;
    // What cannot be read any more is shown as nothing.
    let _ = File::open(path).and_then(|file| file.take(limit).read_to_end(&mut head));
    head
}

pub(crate) fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "no right to read it; give it to this user (`chmod u+r`) and ingest it again".to_owned()
        }
        _ => format!("cannot be read ({error}); check the disk, then ingest it again"),
    }
}
