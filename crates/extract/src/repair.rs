//! Repair of legacy encodings over all texts of a document at once.

use text::{Encoding, Repaired, RepairedRun};

/// Parts the texts while they are repaired as one; no reader leaves it in a
/// text.
const BORDER: char = '\u{c}';

/// Stands for code 0xAD of a font for an 8-bit encoding: *ư* in TCVN3, a soft
/// hyphen to everybody else. Layout must not take it for a hyphen.
pub(crate) const LEGACY_HYPHEN: char = '\u{f0ad}';

/// What was repaired of one encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) encoding: Encoding,
    pub(crate) n_chars: usize,
    pub(crate) n_runs: usize,
}

/// Repairs texts as one, so that neighbours decide about short ones. Gives the
/// encodings that were found, most letters first; texts without any stay byte
/// for byte.
pub(crate) fn all<'t>(texts: impl Iterator<Item = &'t mut String>) -> Vec<Found> {
    let texts: Vec<&mut String> = texts.collect();
    let mut joined = String::new();
    let mut has_legacy_hyphens = false;
    for text in &texts {
        has_legacy_hyphens |= text.contains(LEGACY_HYPHEN);
        joined.extend(text.chars().map(|c| match c {
            BORDER => ' ',
            LEGACY_HYPHEN => '\u{ad}',
            c => c,
        }));
        joined.push(BORDER);
    }
    let repaired = text::repair(&joined);
    let found = count(&joined, &repaired.runs);
    if found.is_empty() && !has_legacy_hyphens {
        return found;
    }
    let mut whole = match found.first() {
        Some(most) => with_gaps_filled(&joined, &repaired, most.encoding),
        None => joined,
    };
    if has_legacy_hyphens {
        whole = whole.replace('\u{ad}', "-");
    }
    let parts: Vec<&str> = whole.split(BORDER).collect();
    if parts.len() == texts.len() + 1 {
        for (text, part) in texts.into_iter().zip(parts) {
            *text = part.to_owned();
        }
    }
    found
}

fn count(joined: &str, runs: &[RepairedRun]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for run in runs {
        let letters = joined[run.range.clone()]
            .chars()
            .filter(|c| !c.is_whitespace());
        let n_chars = letters.count();
        match found
            .iter_mut()
            .find(|known| known.encoding == run.encoding)
        {
            Some(known) => {
                known.n_chars += n_chars;
                known.n_runs += 1;
            }
            None => found.push(Found {
                encoding: run.encoding,
                n_chars,
                n_runs: 1,
            }),
        }
    }
    found.sort_by_key(|known| (std::cmp::Reverse(known.n_chars), known.encoding));
    found
}

/// The repaired text, with the abbreviations between two runs of the main
/// encoding decoded too: `N§-CP`, `Q§` are no syllables, so that by themselves
/// they prove nothing.
fn with_gaps_filled(joined: &str, repaired: &Repaired, main: Encoding) -> String {
    let mut out = String::with_capacity(joined.len() + joined.len() / 4);
    let mut at = 0;
    let mut was_main = false;
    for run in &repaired.runs {
        let gap = &joined[at..run.range.start];
        let is_inside = was_main && run.encoding == main;
        push_gap(&mut out, gap, main, is_inside);
        out.push_str(&repaired.text[run.repaired.clone()]);
        at = run.range.end;
        was_main = run.encoding == main;
    }
    out.push_str(&joined[at..]);
    out
}

fn push_gap(out: &mut String, gap: &str, encoding: Encoding, is_inside: bool) {
    if !is_inside {
        return out.push_str(gap);
    }
    for token in gap.split_inclusive([' ', '\n', '\t', BORDER]) {
        if is_abbreviation(token) {
            out.push_str(&text::repair_as(token, encoding, false));
        } else {
            out.push_str(token);
        }
    }
}

/// Capitals, digits and signs with a letter of the 8-bit encodings among them.
fn is_abbreviation(token: &str) -> bool {
    let is_wide = |c: char| c > '\u{ff}';
    let has_code = token.chars().any(|c| c >= '\u{80}');
    let n_small = token.chars().filter(char::is_ascii_lowercase).count();
    let n_capitals = token.chars().filter(char::is_ascii_uppercase).count();
    has_code && !token.contains(is_wide) && n_capitals > n_small && token.len() <= 24
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_repaired_with_their_neighbours() {
        let mut texts = [
            "Nh÷ng nguyªn t¾c c¬ b¶n".to_owned(),
            "§iÒu 1".to_owned(),
            "MôC LôC".to_owned(),
            "Table 1".to_owned(),
        ];
        let found = all(texts.iter_mut());
        assert_eq!(
            texts,
            ["Những nguyên tắc cơ bản", "Điều 1", "MỤC LỤC", "Table 1"]
        );
        assert_eq!(found[0].encoding, Encoding::Tcvn3);
    }

    #[test]
    fn clean_texts_stay_as_they_are() {
        let mut texts = ["Những nguyên tắc".to_owned(), "déjà vu".to_owned()];
        assert_eq!(all(texts.iter_mut()), []);
        assert_eq!(texts, ["Những nguyên tắc", "déjà vu"]);
    }

    #[test]
    fn abbreviations_follow_their_neighbours_and_hyphens_come_back() {
        let mut texts = [
            "NghÞ ®Þnh cña ChÝnh phñ sè 109/2004/N§-CP vÒ ®¨ng ký kinh doanh".to_owned(),
            "tr\u{f0ad}ëng Bé KÕ ho¹ch vµ §Çu t\u{f0ad} ngµy 2".to_owned(),
        ];
        all(texts.iter_mut());
        assert_eq!(
            texts[0],
            "Nghị định của Chính phủ số 109/2004/NĐ-CP về đăng ký kinh doanh"
        );
        assert_eq!(texts[1], "trưởng Bộ Kế hoạch và Đầu tư ngày 2");
        let mut clean = ["Trừ 5\u{f0ad}3 là 2".to_owned()];
        all(clean.iter_mut());
        assert_eq!(clean, ["Trừ 5-3 là 2"]);
    }
}
