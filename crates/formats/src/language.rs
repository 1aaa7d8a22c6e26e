//! The language of a plain string in a record.

use records::Lang;

/// Below this the detector does little better than chance on titles (measured
/// on the titles of the sample collection).
const MIN_CONFIDENCE: f32 = 0.6;

/// Vietnamese without accents is believed from here on: of 73,970 English titles
/// (ACL Anthology) 6 look like it, all but one with less, of 368 Vietnamese ones
/// whose accents were removed none. Measured: `trithuc text detect`.
const MIN_ACCENTLESS_CONFIDENCE: f32 = 0.5;

/// The language of `passage`, a title or an abstract, within a record whose
/// source says `stated`: Vietnamese and English are believed when the detector
/// is sure; any other language only when the source states it, because short
/// English titles look like many languages.
pub(crate) fn of(passage: &str, stated: Option<&Lang>) -> Lang {
    let found = text::detect(passage);
    let is_sure = found.confidence >= MIN_CONFIDENCE;
    match (found.lang, stated) {
        ("vi", _) if is_sure => Lang::vi(),
        ("en", Some(stated)) if is_sure && stated.as_str() == "vi" => Lang::en(),
        (_, Some(stated)) if stated.as_str() != "und" => stated.clone(),
        ("vi", _) if found.accentless && found.confidence < MIN_ACCENTLESS_CONFIDENCE => {
            Lang::und()
        }
        ("vi", _) => Lang::vi(),
        ("en", _) => Lang::en(),
        (other, _) if is_sure && passage.len() > 80 => Lang::parse(other),
        _ => Lang::und(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_english_titles_are_not_taken_for_vietnamese_without_accents() {
        for title in [
            "Fit it in but say it well!",
            "Mind the gap",
            "IRIT at TRAC 2018",
        ] {
            assert_ne!(of(title, None), Lang::vi(), "{title}");
        }
        for title in ["Lúa chịu mặn", "Nghien cuu che tao pin mat troi perovskite"] {
            assert_eq!(of(title, None), Lang::vi(), "{title}");
        }
    }
}
