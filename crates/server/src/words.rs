//! The words of the pages, one catalogue a language (`web/i18n`), and the
//! filling of their gaps. Built in by `build.rs`: a missing key does not
//! compile.

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Puts values into the gaps of a message: `fill("{n} kết quả", &[("n", "3")])`.
/// A gap without a value stays as it is, so that it is seen.
pub(crate) fn fill(message: &str, gaps: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(message.len() + 16);
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let filled = after.split_once('}').and_then(|(name, tail)| {
            let value = gaps.iter().find(|(gap, _)| *gap == name)?.1;
            Some((value, tail))
        });
        match filled {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::fill;

    #[test]
    fn gaps_are_filled_once_and_never_twice() {
        let name = "{n} {x}";
        assert_eq!(fill("a {n} b", &[("n", name)]), "a {n} {x} b");
        assert_eq!(fill("{unknown} {n}", &[("n", "1")]), "{unknown} 1");
        assert_eq!(fill("open { only", &[("n", "1")]), "open { only");
    }

    fn catalogue(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
        toml::from_str(text).unwrap()
    }

    fn gaps(text: &str) -> Vec<&str> {
        let mut gaps: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|after| after.split_once('}').map(|(gap, _)| gap))
            .collect();
        gaps.sort_unstable();
        gaps
    }

    /// Both languages say everything, with the same gaps, and nothing is empty.
    #[test]
    fn both_languages_are_complete() {
        let vi = catalogue(include_str!("../../../web/i18n/vi.toml"));
        let en = catalogue(include_str!("../../../web/i18n/en.toml"));
        assert!(vi.len() > 5, "the catalogue was read");
        for (section, words) in &vi {
            assert_eq!(
                words.keys().collect::<Vec<_>>(),
                en[section].keys().collect::<Vec<_>>(),
                "section {section}"
            );
            for (key, text) in words {
                let english = &en[section][key];
                assert!(
                    !text.trim().is_empty() && !english.trim().is_empty(),
                    "{section}.{key}"
                );
                assert_eq!(gaps(text), gaps(english), "{section}.{key}");
            }
        }
        assert_eq!(vi.len(), en.len());
    }

    /// A Vietnamese sentence has letters that English lacks: whole sections
    /// left in English are found.
    #[test]
    fn the_vietnamese_catalogue_is_vietnamese() {
        let vi = catalogue(include_str!("../../../web/i18n/vi.toml"));
        for (section, words) in &vi {
            let long: Vec<_> = words.values().filter(|text| text.len() > 25).collect();
            let english = long.iter().filter(|text| text.is_ascii()).count();
            assert!(
                english * 5 <= long.len(),
                "section {section}: {english} of {}",
                long.len()
            );
        }
    }
}
