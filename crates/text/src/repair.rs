//! Repair of text in the legacy Vietnamese encodings, run by run, by likelihood.
//!
//! Before Unicode, Vietnamese was typed in 8-bit fonts; the text layer of such documents, read as Latin-1 or
//! Windows-1252, is mojibake: `Nh÷ng nguyªn t¾c` for `Những nguyên tắc`. Font names do not tell reliably, and files
//! mix encodings. So every word is read in every encoding, each reading is weighed by the syllables of Vietnamese
//! (`lexicon`), and the best sequence of encodings is found over the words, where a change of encoding has a price
//! (`runs`). A run is repaired only when its evidence passes a bar; all other text stays byte for byte.

mod charset;
mod encode;
mod horn;
mod lexicon;
mod runs;
mod tables;
mod tone;
mod viqr;

pub use encode::encode;
pub(crate) use lexicon::seen;
use std::ops::Range;

/// A damage that [`repair`] can undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// TCVN 5712:1993, third subset (ABC fonts `.VnTime`; capitals come from `.VnTimeH`).
    Tcvn3,
    /// VNI for Windows: base letter and mark (fonts `VNI-Times`).
    Vni,
    /// VISCII, RFC 1456.
    Viscii,
    /// VPS (Vietnamese Professionals Society).
    Vps,
    /// BK HCM 2: base letter and mark.
    BkHcm2,
    /// VIQR, RFC 1456: plain ASCII with marks after letters.
    Viqr,
    /// Correct Unicode that was once converted as if it were TCVN3: `thụng tin` for `thông tin`.
    WrongTone,
}

impl Encoding {
    /// All of them, in the order in which ties are broken.
    pub const ALL: [Encoding; 7] = [
        Encoding::Tcvn3,
        Encoding::Vni,
        Encoding::Viscii,
        Encoding::Vps,
        Encoding::BkHcm2,
        Encoding::Viqr,
        Encoding::WrongTone,
    ];

    /// The name used on the command line: `tcvn3`, `vni`, `viscii`, `vps`, `bkhcm2`, `viqr`, `wrong-tone`.
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Tcvn3 => "tcvn3",
            Encoding::Vni => "vni",
            Encoding::Viscii => "viscii",
            Encoding::Vps => "vps",
            Encoding::BkHcm2 => "bkhcm2",
            Encoding::Viqr => "viqr",
            Encoding::WrongTone => "wrong-tone",
        }
    }
}

/// A name that is no encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no encoding; use one of tcvn3, vni, viscii, vps, bkhcm2, viqr, wrong-tone")]
pub struct UnknownEncoding(String);

impl std::str::FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        let found = Encoding::ALL
            .into_iter()
            .find(|encoding| encoding.as_str() == name);
        found.ok_or_else(|| UnknownEncoding(name.to_string()))
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A stretch of the original text that was repaired.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairedRun {
    /// Bytes of the original text.
    pub range: Range<usize>,
    /// Bytes of the repaired text.
    pub repaired: Range<usize>,
    /// What the stretch was taken for.
    pub encoding: Encoding,
    /// How sure, `0.0..=1.0`; runs are reported only above the bar of [`repair`].
    pub confidence: f32,
}

/// Text after [`repair`].
#[derive(Clone, Debug, PartialEq)]
pub struct Repaired {
    /// The repaired text; equal to the input when `runs` is empty.
    pub text: String,
    /// What was repaired, in order, without overlap.
    pub runs: Vec<RepairedRun>,
}

/// Repairs the stretches of `text` that are in a legacy encoding, and leaves all others byte for byte.
///
/// The input is the Latin-1 or Windows-1252 reading of the bytes, as extractors give it. Time is linear in the
/// length. Give whole documents rather than lines where you can: neighbours decide about short cells.
///
/// ```
/// assert_eq!(text::repair("Nh÷ng nguyªn t¾c c¬ b¶n").text, "Những nguyên tắc cơ bản");
/// assert!(text::repair("Der Schlüssel für die Tür, déjà vu").runs.is_empty());
/// ```
pub fn repair(text: &str) -> Repaired {
    Repairer::default().repair(text)
}

/// Repairs one text piece by piece (lines, pages, cells), with the encodings of the pieces before in mind.
///
/// ```
/// let mut repairer = text::Repairer::default();
/// repairer.repair("Céng hßa x· héi chñ nghÜa ViÖt Nam, ®éc lËp, tù do, h¹nh phóc");
/// assert_eq!(repairer.repair("Tæng sè").text, "Tổng số");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Repairer {
    evidence: runs::Evidence,
}

impl Repairer {
    /// Repairs the next piece, as [`repair`] does.
    pub fn repair(&mut self, text: &str) -> Repaired {
        runs::repair(text, &mut self.evidence)
    }
}

/// Decodes all of `text` as `encoding`, for callers that know it (a font, a flag).
///
/// `upper` is for fonts that show small letters as capitals (`.VnTimeH`). Stretches without spaces that hold
/// characters the encoding cannot have are left as they are.
///
/// ```
/// use text::{Encoding, repair_as};
/// assert_eq!(repair_as("céng hßa", Encoding::Tcvn3, true), "CỘNG HÒA");
/// ```
pub fn repair_as(text: &str, encoding: Encoding, upper: bool) -> String {
    let decoded = runs::decode_all(text, encoding);
    if upper {
        decoded.to_uppercase()
    } else {
        decoded
    }
}

#[cfg(test)]
mod tests;
