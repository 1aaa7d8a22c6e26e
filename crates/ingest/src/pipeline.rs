//! The run: files in order, batches, checkpoints, counts.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use catalog::{Batch, CatalogStore, QuarantineEntry};
use extract::Limits;
use formats::{Kind, Parsed, decode};
use jiff::Timestamp;
use rayon::prelude::*;
use records::with_causes;

use crate::{
    FileStore, IngestError, IngestOptions, IngestReport, SetAside, archive,
    batch::write_records,
    checkpoint::{Checkpoint, CheckpointName},
    data_package::Packages,
    document::{self, DocumentError},
    records_file::{self, Content},
    records_run::{self, RecordsInput, RecordsRun},
    walk::{self, Found, Place},
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
    /// What unpacks archives by 7-Zip; without it they are set aside.
    pub unpacker: Option<&'a crate::Unpacker>,
    /// Whether a file that something was set aside from is read again, though
    /// it was read to its end.
    pub is_again: bool,
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
    Archive(Place, archive::Kind),
    Document(DocumentInput),
    /// Read to its end before.
    Done(PathBuf, Checkpoint),
    Unreadable(PathBuf, String),
    PassedOver,
    /// Data that comes with the record that names it.
    PartOfAnother,
}

/// What the first bytes of a file say.
enum Sniffed {
    Records(Kind),
    Document,
    Archive(archive::Kind),
    /// Text under a name that no document has.
    OtherText,
}

struct DocumentInput {
    place: Place,
    name: CheckpointName,
    hash: blake3::Hash,
}

/// The counts so far, and where the run is.
pub(crate) struct Run {
    pub(crate) report: IngestReport,
    pub(crate) n_files_done: usize,
    n_files: usize,
    /// Archives around the file that is read.
    depth: usize,
    pub(crate) packages: Packages,
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
            depth: 0,
            packages: Packages::default(),
        };
        let inputs = found.into_iter().map(|found| match found {
            Found::File { path, is_named } => Ok((Place::outside(path), is_named)),
            Found::Unreadable { path, reason } => Err((path, reason)),
        });
        self.take_all(inputs, &mut run)?;
        Ok(run.report)
    }

    /// Takes in files in their order: documents wait only for the documents
    /// right after them.
    fn take_all(
        &self,
        found: impl Iterator<Item = Result<(Place, bool), (PathBuf, String)>>,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let mut documents = Vec::new();
        let found: Vec<_> = found.collect();
        run.packages
            .add(found.iter().flatten().map(|(place, _)| place));
        for found in found {
            let input = match found {
                Ok((place, _)) if run.packages.is_data(&place.shown) => Input::PartOfAnother,
                Ok((place, is_named)) => self.look_at(place, is_named, &run.packages)?,
                Err((path, reason)) => Input::Unreadable(path, reason),
            };
            let is_document = matches!(input, Input::Document(_));
            if !is_document || documents.len() == DOCUMENTS_AT_ONCE {
                self.take_documents(std::mem::take(&mut documents), run)?;
            }
            run.n_files_done += usize::from(!is_document);
            match input {
                Input::Document(document) => documents.push(document),
                Input::Records(input) => self.take_records(input, run)?,
                Input::Archive(place, kind) => self.take_archive(&place, kind, run)?,
                Input::Done(path, checkpoint) => self.recount(&path, &checkpoint, run)?,
                Input::PassedOver => run.report.passed_over += 1,
                Input::PartOfAnother => {}
                Input::Unreadable(path, reason) => self.set_file_aside(&path, reason, run)?,
            }
        }
        self.take_documents(documents, run)
    }

    /// Takes in the files of an archive, named by their path in it.
    fn take_archive(
        &self,
        place: &Place,
        kind: archive::Kind,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let unpacked = match run.depth < archive::MAX_DEPTH {
            true => archive::unpack(
                &place.file,
                kind,
                &archive::Limits::default(),
                self.unpacker,
            ),
            false => Err(archive::ArchiveError::TooDeep),
        };
        let unpacked = match unpacked {
            Ok(unpacked) => unpacked,
            Err(error) => return self.set_file_aside(&place.shown, with_causes(&error), run),
        };
        run.n_files += unpacked.members.len();
        run.depth += 1;
        let inputs = unpacked.members.iter().map(|member| {
            let shown = match kind {
                archive::Kind::Packed => place.shown.clone(),
                _ => place.shown.join(&member.shown),
            };
            match &member.file {
                Ok(file) => Ok((
                    Place {
                        file: file.clone(),
                        shown,
                    },
                    false,
                )),
                Err(reason) => Err((shown, reason.clone())),
            }
        });
        let taken = self.take_all(inputs, run);
        run.depth -= 1;
        taken
    }

    fn set_file_aside(
        &self,
        path: &Path,
        reason: String,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let source = path.display().to_string();
        let entry = QuarantineEntry::new(source.clone(), None, reason, b"")
            .asked_as(self.options.to_json());
        let mut batch = Batch::new((self.now)());
        batch.reread_sources.push(source);
        run.set_aside(&entry);
        batch.quarantine.push(entry);
        self.catalog.apply(batch)?;
        Ok(())
    }

    fn look_at(
        &self,
        place: Place,
        is_named: bool,
        packages: &Packages,
    ) -> Result<Input, IngestError> {
        let data = packages.data_of(&place.shown);
        let hash = match hash_files(&place.file, data) {
            Ok(hash) => hash,
            Err(error) => return Ok(Input::Unreadable(place.shown, unreadable(&error))),
        };
        let name = CheckpointName::new(&hash, self.options);
        let mut checkpoint = name.load(self.catalog)?;
        if self.is_again && checkpoint.n_set_aside > 0 {
            checkpoint = Checkpoint::default();
        }
        if checkpoint.is_done {
            self.keep_again(&place, &hash, &checkpoint)?;
            return Ok(Input::Done(place.shown, checkpoint));
        }
        match sniff(&place.file, self.options) {
            Ok(Sniffed::OtherText) if !is_named => Ok(Input::PassedOver),
            Ok(Sniffed::Archive(kind)) => Ok(Input::Archive(place, kind)),
            Ok(Sniffed::Records(kind)) => Ok(Input::Records(RecordsInput {
                place,
                format: match kind {
                    Kind::Csv => Arc::new(self.options.table()),
                    kind => kind.format().into(),
                },
                name,
                checkpoint,
            })),
            Ok(_) => Ok(Input::Document(DocumentInput { place, name, hash })),
            Err(error) => Ok(Input::Unreadable(place.shown, records_run::broken(&error))),
        }
    }

    /// Puts a document that was read before back among the files, when somebody
    /// or a bad disk took it from there.
    fn keep_again(
        &self,
        place: &Place,
        hash: &blake3::Hash,
        checkpoint: &Checkpoint,
    ) -> Result<(), IngestError> {
        let was_read = checkpoint.n_entries == 1 && checkpoint.n_set_aside == 0;
        let path = self.files.path(&hash.to_hex());
        let is_there = path.is_some_and(|path| path.exists());
        if !was_read
            || is_there
            || !matches!(sniff(&place.file, self.options), Ok(Sniffed::Document))
        {
            return Ok(());
        }
        match fs::read(&place.file) {
            Ok(bytes) if blake3::hash(&bytes) == *hash => self.files.keep(hash, &bytes),
            // It changed or went meanwhile: the next run reads it.
            _ => Ok(()),
        }
    }

    /// Counts a file that was read before: nothing changes, and what was set
    /// aside from it still is.
    pub(crate) fn recount(
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
        let content = Content::File(input.place.file.clone());
        self.take_content(&content, input, run)
    }

    pub(crate) fn take_content(
        &self,
        content: &Content,
        input: RecordsInput,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let format = Arc::clone(&input.format);
        let mut file = RecordsRun::new(self, input);
        records_file::read(content, &*format, |chunk| file.write(chunk, run))?;
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
        let mut catalogues = Vec::new();
        let read = documents.into_par_iter().map(|input| {
            let DocumentInput { place, name, hash } = input;
            let read = document::read(&place, hash, &limits, self.documents);
            let read = read.and_then(|mut read| {
                let sheets = std::mem::take(&mut read.sheets);
                let sheets = self.catalogue_sheets(sheets);
                Ok((read, sheets.map_err(DocumentError::Mapping)?))
            });
            // The bytes are kept of what is a work: only records and rows go on.
            if let Ok((read, sheets)) = &read
                && sheets.is_empty()
            {
                self.files.keep(&read.hash, &read.bytes)?;
            }
            Ok((
                place,
                name,
                hash,
                read.map(|(read, sheets)| (read.parsed, sheets)),
            ))
        });
        let read: Vec<_> = read.collect::<Result<_, IngestError>>()?;
        let mut records = Vec::with_capacity(read.len());
        for (place, name, hash, read) in read {
            match read {
                Ok((_, sheets)) if !sheets.is_empty() => catalogues.push((place, hash, sheets)),
                Ok((parsed, _)) => records.push((place, name, Ok(parsed))),
                Err(error) => records.push((place, name, Err(error))),
            }
        }
        self.write_documents(records, run)?;
        for (place, hash, sheets) in catalogues {
            run.n_files_done += 1;
            self.take_sheets(&place, &hash, sheets, run)?;
        }
        Ok(())
    }

    fn write_documents(
        &self,
        read: Vec<(Place, CheckpointName, Result<Parsed, DocumentError>)>,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        let mut batch = Batch::new((self.now)());
        let mut parsed = Vec::new();
        let last = read.last().map(|(place, _, _)| place.shown.clone());
        for (place, name, read) in read {
            run.n_files_done += 1;
            run.report.seen += 1;
            batch.reread_sources.push(place.shown.display().to_string());
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
                            | DocumentError::Extract(
                                extract::ExtractError::NoReader(_)
                                    | extract::ExtractError::ImagesOnly { .. },
                            )
                    );
                    checkpoint.is_done = !is_transient;
                    checkpoint.n_bad_entries = 1;
                    checkpoint.n_set_aside = 1;
                    let entry = document_entry(&place, &error).asked_as(self.options.to_json());
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
        batch: Batch,
        parsed: Vec<Parsed>,
        run: &mut Run,
    ) -> Result<(), IngestError> {
        write_records(self.catalog, batch, parsed, &mut run.report)?;
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

pub(crate) fn hash_file(path: &Path) -> io::Result<blake3::Hash> {
    hash_files(path, &[])
}

/// The hash of a file and of those that belong to it.
fn hash_files(path: &Path, others: &[PathBuf]) -> io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    for other in others {
        hasher.update_reader(File::open(other)?)?;
    }
    Ok(hasher.finalize())
}

fn sniff(path: &Path, options: &IngestOptions) -> io::Result<Sniffed> {
    let decoded = decode::open(File::open(path)?)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let lower = name.to_lowercase();
    let is_table = [".csv", ".tsv", ".tab"]
        .iter()
        .any(|ending| lower.ends_with(ending));
    if is_table && options.mapping.is_some() {
        return Ok(Sniffed::Records(Kind::Csv));
    }
    if let Some(kind) = Kind::sniff(&decoded.head, &name) {
        return Ok(Sniffed::Records(kind));
    }
    if let Some(kind) = archive::tell(path, &decoded.head, decoded.compression) {
        return Ok(Sniffed::Archive(kind));
    }
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let is_document_name = ending.is_none_or(|ending| ending == "txt" || ending == "text");
    let media_type = extract::media::detect(&decoded.head, Some(&name));
    let is_text = matches!(media_type, Ok(extract::MediaType::PlainText));
    if is_text && !is_document_name {
        return Ok(Sniffed::OtherText);
    }
    Ok(Sniffed::Document)
}

fn document_entry(place: &Place, error: &DocumentError) -> QuarantineEntry {
    let source = place.shown.display().to_string();
    QuarantineEntry::new(source, None, with_causes(error), &head_of(&place.file))
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
