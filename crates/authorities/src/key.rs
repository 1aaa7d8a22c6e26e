//! When two printed names read the same.

/// A name as it is read: canonical letters, no capitals, no punctuation, the
/// accents kept: `NGUYỄN, VĂN AN.` is `nguyễn văn an`, and `Nguyen Van An`
/// another name.
pub(crate) fn spelled(name: &str) -> String {
    words(&text::normalise(name).to_lowercase())
}

/// The same without accents.
pub(crate) fn folded(name: &str) -> String {
    words(&text::fold(name))
}

fn words(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Whether a name carries Vietnamese or other accents.
pub(crate) fn has_accents(name: &str) -> bool {
    spelled(name) != folded(name)
}
