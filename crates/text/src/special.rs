//! Runs of characters that are one thing though punctuation cuts them: numbers,
//! DOIs, e-mail and web addresses. Every look-ahead is bounded or consumed, so
//! that the whole scan stays linear.

use unicode_normalization::char::is_combining_mark;

use crate::token::TokenKind;

/// The limit of an e-mail address' local part (RFC 5321).
const MAX_LOCAL_BYTES: usize = 64;
/// The limit of a domain name (RFC 1035).
const MAX_DOMAIN_BYTES: usize = 253;
/// Longer sequences of digits and separators are lists, not numbers.
const MAX_NUMBER_BYTES: usize = 48;

/// Where the special token that starts at `start` ends, and its kind.
///
/// * `run_end`: end of the letters and digits at `start`
pub(crate) fn find(text: &str, start: usize, run_end: usize) -> Option<(usize, TokenKind)> {
    match text.as_bytes().get(run_end)? {
        b':' => url_end(text, start, run_end).map(|end| (end, TokenKind::Url)),
        b'.' => doi_end(text, start, run_end)
            .map(|end| (end, TokenKind::Doi))
            .or_else(|| www_end(text, start, run_end).map(|end| (end, TokenKind::Url)))
            .or_else(|| email_end(text, start).map(|end| (end, TokenKind::Email)))
            .or_else(|| number_end(text, start, run_end).map(|end| (end, TokenKind::Number))),
        b',' => number_end(text, start, run_end).map(|end| (end, TokenKind::Number)),
        b'@' | b'_' | b'-' | b'+' | b'%' => {
            email_end(text, start).map(|end| (end, TokenKind::Email))
        }
        _ => None,
    }
}

fn url_end(text: &str, start: usize, run_end: usize) -> Option<usize> {
    let scheme = &text[start..run_end];
    let known = ["http", "https", "ftp"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(scheme));
    let rest = text[run_end..].strip_prefix("://")?;
    let end = address_end(text, run_end + 3);
    (known && rest.starts_with(char::is_alphanumeric)).then_some(end)
}

fn www_end(text: &str, start: usize, run_end: usize) -> Option<usize> {
    let rest = text[run_end..].strip_prefix('.')?;
    let is_www = text[start..run_end].eq_ignore_ascii_case("www");
    (is_www && rest.starts_with(char::is_alphanumeric)).then(|| address_end(text, run_end + 1))
}

fn doi_end(text: &str, start: usize, run_end: usize) -> Option<usize> {
    if &text[start..run_end] != "10" {
        return None;
    }
    let rest = text[run_end..].strip_prefix('.')?;
    let n_digits = rest.bytes().take(10).take_while(u8::is_ascii_digit).count();
    let suffix = rest[n_digits..].strip_prefix('/')?;
    let fits = (4..=9).contains(&n_digits) && suffix.starts_with(char::is_alphanumeric);
    fits.then(|| address_end(text, run_end + 1 + n_digits + 1))
}

/// The end of an address whose body starts at `at`: up to white space, a quote
/// or an angle bracket, less the punctuation of the sentence around it.
fn address_end(text: &str, at: usize) -> usize {
    // U+1FEF, ≮ and ≯ are canonically a grave accent and struck brackets.
    let stop =
        |c: char| c.is_whitespace() || c.is_control() || "<>\"“”«»{}|\\^`\u{1FEF}≮≯".contains(c);
    let body = &text[at..];
    let body = &body[..body.find(stop).unwrap_or(body.len())];
    let (mut open, mut close) = (0usize, 0usize);
    for b in body.bytes() {
        open += usize::from(b == b'(');
        close += usize::from(b == b')');
    }
    let mut end = body.len();
    for c in body.chars().rev() {
        match c {
            ')' if close > open => close -= 1,
            '.' | ',' | ';' | '\u{37E}' | ':' | '!' | '?' | '\'' | ']' | '…' | '’' => {}
            _ => break,
        }
        end -= c.len_utf8();
    }
    at + end
}

fn email_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let local = bytes[start..]
        .iter()
        .take(MAX_LOCAL_BYTES + 1)
        .take_while(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(b))
        .count();
    let at = start + local;
    if local > MAX_LOCAL_BYTES || bytes.get(at) != Some(&b'@') {
        return None;
    }
    let domain = bytes[at + 1..]
        .iter()
        .take(MAX_DOMAIN_BYTES)
        .take_while(|b| b.is_ascii_alphanumeric() || b".-".contains(b))
        .count();
    let mut name = &bytes[at + 1..at + 1 + domain];
    while let [head @ .., b'.' | b'-'] = name {
        name = head;
    }
    let top = name
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let dotted = top >= 2 && name.len() > top + 1 && name[name.len() - top - 1] == b'.';
    let end = at + 1 + name.len();
    (dotted && ends_clean(text, end)).then_some(end)
}

/// The end of a number whose first digits end at `run_end`: `1.234.567,89`,
/// `3,14`, `192.168.0.1`. A list such as `1,2,5` is not one number.
fn number_end(text: &str, start: usize, run_end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if !bytes[start..run_end].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut end = run_end;
    let mut groups: Vec<(u8, usize)> = Vec::new();
    while let Some(&separator @ (b'.' | b',')) = bytes.get(end) {
        let n_digits = bytes[end + 1..]
            .iter()
            .take(MAX_NUMBER_BYTES)
            .take_while(|b| b.is_ascii_digit())
            .count();
        if n_digits == 0 {
            break;
        }
        groups.push((separator, n_digits));
        end += 1 + n_digits;
        if end - start > MAX_NUMBER_BYTES {
            return None;
        }
    }
    // `25.5kg`, `3.2b`: letters after the digits make no clean number.
    (!groups.is_empty() && ends_clean(text, end) && is_number(&groups)).then_some(end)
}

/// Whether no letter, digit or mark is glued on at `end`.
fn ends_clean(text: &str, end: usize) -> bool {
    !text[end..].starts_with(|c: char| c.is_alphanumeric() || is_combining_mark(c))
}

fn is_number(groups: &[(u8, usize)]) -> bool {
    let (last, head) = groups
        .split_last()
        .expect("the caller checked that there is a group");
    let thousands =
        |of: &[(u8, usize)], separator| of.iter().all(|&(s, n)| s == separator && n == 3);
    match head {
        [] => true,
        [(first, _), ..] if groups.iter().all(|(s, _)| s == first) => {
            *first == b'.' || thousands(groups, b',')
        }
        [(first, _), ..] => last.0 != *first && thousands(head, *first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, TokenKind)> {
        let run_end = text
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(text.len());
        find(text, 0, run_end).map(|(end, kind)| (&text[..end], kind))
    }

    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        assert_eq!(found("10.1000/182."), Some(("10.1000/182", TokenKind::Doi)));
        assert_eq!(
            found("10.1016/S0140-6736(20)30183-5), và"),
            Some(("10.1016/S0140-6736(20)30183-5", TokenKind::Doi))
        );
        assert_eq!(
            found("https://vista.gov.vn/vi/?q=a,b. Sau"),
            Some(("https://vista.gov.vn/vi/?q=a,b", TokenKind::Url))
        );
        assert_eq!(
            found("www.hus.edu.vn)"),
            Some(("www.hus.edu.vn", TokenKind::Url))
        );
        assert_eq!(
            found("nguyen.van-a@hus.edu.vn."),
            Some(("nguyen.van-a@hus.edu.vn", TokenKind::Email))
        );
        assert_eq!(found("a@b"), None);
        assert_eq!(found("vi-rút"), None);
        assert_eq!(found("http://"), None);
    }

    #[test]
    fn numbers_keep_their_separators_and_lists_do_not() {
        for number in [
            "1.234.567,89",
            "3,14",
            "3.14",
            "1,234,567.5",
            "192.168.0.1",
            "2.000",
        ] {
            assert_eq!(
                found(&format!("{number}; x")),
                Some((number, TokenKind::Number)),
                "{number}"
            );
        }
        for list in ["1,2,5", "10.", "12.3,4,5", "3.2b"] {
            assert_eq!(found(list), None, "{list}");
        }
    }
}
