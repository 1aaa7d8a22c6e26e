//! The styles on offer.

use std::{
    collections::BTreeMap,
    fmt,
    str::FromStr,
    sync::{LazyLock, Mutex},
};

use hayagriva::{
    archive::ArchivedStyle,
    citationberg::{IndependentStyle, Style as CslStyle},
};

/// A style of citation.
///
/// Chosen of the hundred that the library carries: those that Vietnamese
/// journals and universities name in their rules for authors, and the standard
/// ISO 690 (TCVN 12632).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// American Psychological Association, 7th edition.
    Apa,
    /// Institute of Electrical and Electronics Engineers.
    Ieee,
    /// Citing Medicine (National Library of Medicine), the Vancouver style, as
    /// Taylor & Francis print it.
    Vancouver,
    /// Chicago Manual of Style, author and date.
    Chicago,
    /// Modern Language Association.
    Mla,
    /// Cite Them Right, the Harvard style.
    Harvard,
    /// ISO 690, numeric.
    Iso690,
    /// American Chemical Society.
    Acs,
    /// American Medical Association.
    Ama,
    /// *Nature*.
    Nature,
}

/// A name that is no style.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no style of citation; use apa, ieee, vancouver, chicago, mla, harvard, iso690, acs, ama or nature"
)]
pub struct UnknownStyle(String);

impl Style {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::Apa,
        Self::Ieee,
        Self::Vancouver,
        Self::Chicago,
        Self::Mla,
        Self::Harvard,
        Self::Iso690,
        Self::Acs,
        Self::Ama,
        Self::Nature,
    ];

    /// The name in addresses and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apa => "apa",
            Self::Ieee => "ieee",
            Self::Vancouver => "vancouver",
            Self::Chicago => "chicago",
            Self::Mla => "mla",
            Self::Harvard => "harvard",
            Self::Iso690 => "iso690",
            Self::Acs => "acs",
            Self::Ama => "ama",
            Self::Nature => "nature",
        }
    }

    /// The name that people know, the same in every language.
    pub fn label(self) -> &'static str {
        match self {
            Self::Apa => "APA 7",
            Self::Ieee => "IEEE",
            Self::Vancouver => "Vancouver",
            Self::Chicago => "Chicago",
            Self::Mla => "MLA",
            Self::Harvard => "Harvard",
            Self::Iso690 => "ISO 690",
            Self::Acs => "ACS",
            Self::Ama => "AMA",
            Self::Nature => "Nature",
        }
    }

    fn archived(self) -> ArchivedStyle {
        match self {
            Self::Apa => ArchivedStyle::AmericanPsychologicalAssociation,
            Self::Ieee => ArchivedStyle::InstituteOfElectricalAndElectronicsEngineers,
            // The style of the NLM itself loses its authors in hayagriva 0.10.
            Self::Vancouver => ArchivedStyle::TaylorAndFrancisNationalLibraryOfMedicine,
            Self::Chicago => ArchivedStyle::ChicagoAuthorDate,
            Self::Mla => ArchivedStyle::ModernLanguageAssociation,
            Self::Harvard => ArchivedStyle::HarvardCiteThemRight,
            Self::Iso690 => ArchivedStyle::Iso690Numeric,
            Self::Acs => ArchivedStyle::AmericanChemicalSociety,
            Self::Ama => ArchivedStyle::AmericanMedicalAssociation,
            Self::Nature => ArchivedStyle::Nature,
        }
    }

    /// The rules, unpacked on first use (milliseconds, some 100 kB) and kept.
    pub(crate) fn rules(self) -> &'static IndependentStyle {
        static UNPACKED: LazyLock<Mutex<BTreeMap<Style, &'static IndependentStyle>>> =
            LazyLock::new(Mutex::default);
        let mut unpacked = UNPACKED
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        unpacked
            .entry(self)
            .or_insert_with(|| match self.archived().get() {
                CslStyle::Independent(rules) => Box::leak(Box::new(rules)),
                CslStyle::Dependent(_) => unreachable!("a test unpacks every style on offer"),
            })
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Style {
    type Err = UnknownStyle;

    fn from_str(name: &str) -> Result<Self, UnknownStyle> {
        let found = Self::ALL.into_iter().find(|style| style.as_str() == name);
        found.ok_or_else(|| UnknownStyle(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_known_by_its_name_and_unpacks() {
        for style in Style::ALL {
            assert_eq!(style.as_str().parse(), Ok(style));
            assert!(style.rules().bibliography.is_some(), "{style}");
        }
        assert!("apa6".parse::<Style>().is_err());
    }
}
