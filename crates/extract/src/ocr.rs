//! Text off pictures of pages: the program tesseract, where it is installed, in
//! a process of its own with limits on its time and output.

mod run;
mod table;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use records::Page;

use crate::{Document, ExtractError, Limits, MediaType};
use run::Job;

/// Bytes of an answer: a page has some thousand words.
const MAX_ANSWER_BYTES: u64 = 32 << 20;

/// Bytes of a page drawn for recognition: A3 at 300 dots an inch in grey is
/// 17 MB.
const MAX_PICTURE_BYTES: u64 = 256 << 20;

/// A page takes some seconds; tenfold on a loaded machine.
const PAGE_SECONDS: u32 = 60;

/// Dots an inch at which pages are drawn: what tesseract is trained for.
const DRAWN_DPI: u32 = 300;

/// Below this mean confidence (percent) what was read is noise: drawings,
/// photographs.
const MIN_CONFIDENCE: u8 = 30;

/// The programs that read pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recogniser {
    tesseract: PathBuf,
    /// Draws pages that hold more than one picture.
    pdftoppm: Option<PathBuf>,
    languages: String,
}

/// A page that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recognised {
    pub(crate) text: String,
    /// Mean over its words, percent.
    pub(crate) confidence: u8,
}

impl Recogniser {
    /// Looks for the programs in `folders`, the first that has them first.
    ///
    /// # Errors
    /// What is missing and how to install it.
    pub fn find(folders: &[PathBuf]) -> Result<Self, String> {
        let look_for = |name: &str| folders.iter().map(|f| f.join(name)).find(|p| p.is_file());
        let missing =
            "no tesseract is there; install it: apt-get install tesseract-ocr tesseract-ocr-vie";
        let tesseract = look_for("tesseract").ok_or(missing)?;
        let languages = languages(&tesseract)?;
        Ok(Self {
            tesseract,
            pdftoppm: look_for("pdftoppm"),
            languages,
        })
    }

    /// The programs as arguments for another process: see
    /// [`Recogniser::from_arguments`].
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![self.tesseract.display().to_string(), self.languages.clone()];
        arguments.extend(self.pdftoppm.iter().map(|path| path.display().to_string()));
        arguments
    }

    /// Reads [`Recogniser::arguments`] back; `None` when they are not those.
    pub fn from_arguments(arguments: &[String]) -> Option<Self> {
        let [tesseract, languages, rest @ ..] = arguments else {
            return None;
        };
        Some(Self {
            tesseract: tesseract.into(),
            languages: languages.clone(),
            pdftoppm: rest.first().map(PathBuf::from),
        })
    }

    /// Reads a picture file (JPEG, PNG, TIFF, PNM, JPEG 2000), page by page.
    ///
    /// # Errors
    /// What the program said.
    pub(crate) fn read(&self, picture: &[u8], dpi: Option<u32>) -> Result<Vec<Recognised>, String> {
        let mut command = Command::new(&self.tesseract);
        command.args(["stdin", "stdout", "-l", &self.languages]);
        if let Some(dpi) = dpi {
            command.args(["--dpi", &dpi.to_string()]);
        }
        command.arg("tsv");
        let job = Job {
            command,
            seconds: PAGE_SECONDS,
            max_bytes: MAX_ANSWER_BYTES,
        };
        let answer = job.run(picture)?;
        Ok(table::pages(&String::from_utf8_lossy(&answer)))
    }

    /// Draws a page of a PDF and reads it.
    ///
    /// # Errors
    /// No program to draw it, or what a program said.
    pub(crate) fn read_page(&self, pdf: &[u8], number: u32) -> Result<Recognised, String> {
        let Some(pdftoppm) = &self.pdftoppm else {
            return Err("it is no single picture, and no pdftoppm is there to draw it; install it: apt-get install poppler-utils".to_owned());
        };
        let (page, dpi) = (number.to_string(), DRAWN_DPI.to_string());
        let mut command = Command::new(pdftoppm);
        command.args(["-gray", "-r", &dpi, "-f", &page, "-l", &page, "-"]);
        let job = Job {
            command,
            seconds: PAGE_SECONDS,
            max_bytes: MAX_PICTURE_BYTES,
        };
        let drawn = job.run(pdf)?;
        self.read(&drawn, Some(DRAWN_DPI))?
            .into_iter()
            .next()
            .ok_or_else(|| "nothing is on it".to_owned())
    }
}

/// Vietnamese and, where it is there, English.
fn languages(tesseract: &Path) -> Result<String, String> {
    let mut command = Command::new(tesseract);
    command.arg("--list-langs");
    let job = Job {
        command,
        seconds: PAGE_SECONDS,
        max_bytes: MAX_ANSWER_BYTES,
    };
    let listed = job.run(&[])?;
    let listed = String::from_utf8_lossy(&listed);
    let has = |wanted: &str| listed.lines().any(|line| line.trim() == wanted);
    match (has("vie"), has("eng")) {
        (true, true) => Ok("vie+eng".to_owned()),
        (true, false) => Ok("vie".to_owned()),
        (false, _) => Err(
            "tesseract knows no Vietnamese; install it: apt-get install tesseract-ocr-vie"
                .to_owned(),
        ),
    }
}

/// Puts what was read of a page into a document; noise and failures become
/// warnings.
pub(crate) fn take(
    document: &mut Document,
    number: u32,
    read: Result<Recognised, String>,
) -> Option<Page> {
    let refused = match read {
        Ok(read) if read.text.is_empty() => "no text was found on its picture".to_owned(),
        Ok(read) if read.confidence < MIN_CONFIDENCE => format!(
            "what was read off its picture is left out: confidence {} %",
            read.confidence
        ),
        Ok(read) => {
            return Some(Page {
                ocr_confidence: Some(read.confidence),
                ..Page::new(number, read.text)
            });
        }
        Err(reason) => format!("its picture could not be read: {reason}"),
    };
    document.warnings.push(format!("page {number}: {refused}"));
    None
}

/// Says which pages were read off pictures.
pub(crate) fn tell(document: &mut Document) {
    let read: Vec<(u32, u8)> = document
        .pages
        .iter()
        .filter_map(|page| Some((page.number, page.ocr_confidence?)))
        .collect();
    let (Some((first, _)), Some((last, _))) = (read.first(), read.last()) else {
        return;
    };
    let mean = read.iter().map(|(_, c)| u64::from(*c)).sum::<u64>() / read.len() as u64;
    document.warnings.push(format!(
        "{} pages (between {first} and {last}) read by optical character recognition, mean confidence {mean} %",
        read.len()
    ));
}

/// Reads a file that is a picture.
///
/// # Errors
/// [`ExtractError::ImagesOnly`] without a recogniser; no text on it.
pub(crate) fn read_file(
    kind: MediaType,
    bytes: &[u8],
    recogniser: Option<&Recogniser>,
    limits: &Limits,
) -> Result<Document, ExtractError> {
    let recogniser = recogniser.ok_or(ExtractError::ImagesOnly { n_pages: 1 })?;
    let read = recogniser.read(bytes, None);
    let read = read.map_err(|reason| ExtractError::damaged(kind, reason))?;
    let mut document = Document::new(kind);
    let mut pages = Vec::new();
    for (number, page) in (1..).zip(read.into_iter().take(limits.max_pages)) {
        let page = take(&mut document, number, Ok(page));
        pages.push(page.unwrap_or_else(|| Page::new(number, "")));
    }
    document.set_pages(pages.iter().map(|page| page.text.clone()), limits)?;
    document.pages = pages;
    tell(&mut document);
    Ok(document)
}
