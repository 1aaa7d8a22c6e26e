//! Why a document gives no text, and what to do about it.

use crate::media::MediaType;

/// Why a document gives no text. Each message ends with the cure.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// Nothing in it.
    #[error("the file is empty; send it again from its source")]
    Empty,
    /// No known kind of document.
    #[error(
        "not a document of a known kind (starts with `{start}`); convert it to PDF, DOCX or text"
    )]
    NotADocument {
        /// Its first bytes, printable.
        start: String,
    },
    /// A kind that is known but not read.
    #[error("documents of kind `{media_type}` are not read; convert it to PDF, DOCX or text")]
    Unsupported {
        /// Media type.
        media_type: &'static str,
    },
    /// An archive by 7-Zip.
    #[error("an archive by 7-Zip is no document; unpack it and send the files")]
    SevenZip,
    /// Encrypted with a password that is not empty.
    #[error(
        "the document is encrypted and needs a password; save it without one and send it again"
    )]
    NeedsPassword,
    /// The structure is broken beyond repair.
    #[error("the {kind} file is truncated or damaged; fetch it again from its source")]
    Damaged {
        /// What it claims to be.
        kind: MediaType,
        /// What broke.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Pages without a text layer.
    #[error(
        "all {n_pages} pages are images without a text layer, and no program that reads them is there; install it (apt-get install tesseract-ocr tesseract-ocr-vie) and ingest the file again"
    )]
    ImagesOnly {
        /// Number of pages.
        n_pages: usize,
    },
    /// There is a structure, but no text in it.
    #[error("the document holds no text; check that the right file was sent")]
    NoText,
    /// A limit was passed.
    #[error("the document passes the limit of {limit} {unit}; split it, or raise the limit")]
    TooLarge {
        /// The limit.
        limit: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// What a reader in a process of its own said.
    #[error("{0}")]
    Refused(String),
    /// The process that read the document ended before it answered.
    #[error(
        "reading it broke the reader ({how}); the document is set aside, all others go on: send it again as PDF or text, and report the file to the makers"
    )]
    ReaderLost {
        /// How the process ended.
        how: String,
    },
    /// The process that read the document took too long.
    #[error("reading it took more than {seconds} s; split it, or raise the limit")]
    TooSlow {
        /// The limit.
        seconds: u64,
    },
    /// There is no process to read documents.
    #[error(
        "no process for reading documents can be started; check the rights of the program and the limits of this user"
    )]
    NoReader(#[source] std::io::Error),
    /// A parser broke down; the bytes trigger a defect.
    #[error("the {kind} reader broke down on this file ({message}); report the file to the makers")]
    ReaderDefect {
        /// What the file claims to be.
        kind: MediaType,
        /// What the reader said.
        message: String,
    },
}

impl ExtractError {
    /// A structure broken beyond repair.
    pub(crate) fn damaged(
        kind: MediaType,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Damaged {
            kind,
            source: source.into(),
        }
    }
}
