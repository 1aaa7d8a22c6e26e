//! The syntax of content streams and character maps: bytes to operators with
//! their operands (ISO 32000-1, 7.2, 7.8.2). Never fails: what is no token is
//! skipped, so that a damaged stream gives what it still holds.

use std::borrow::Cow;

/// An operand of an operator.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand<'a> {
    /// Integer or real.
    Number(f32),
    /// Name without its slash, `#xx` resolved.
    Name(Cow<'a, [u8]>),
    /// Literal or hexadecimal string, escapes resolved.
    Text(Cow<'a, [u8]>),
    /// Array.
    Array(Vec<Operand<'a>>),
    /// Dictionary: keys and values in order.
    Dictionary(Vec<(Cow<'a, [u8]>, Operand<'a>)>),
    /// `true`, `false`, `null`.
    Constant,
}

impl Operand<'_> {
    /// The number, when it is one.
    pub(super) fn number(&self) -> Option<f32> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The bytes of a string.
    pub(super) fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes of a name.
    pub(super) fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }
}

/// Arrays in arrays: real streams have two levels.
const MAX_DEPTH: usize = 32;
/// Operands kept for one operator. Character maps list up to 100 pairs, some
/// producers thousands; graphics operators have at most six.
const MAX_OPERANDS: usize = 1 << 16;

/// Reads operators one after the other.
pub(super) struct Lexer<'a> {
    data: &'a [u8],
    at: usize,
}

enum Token<'a> {
    Operand(Operand<'a>),
    Keyword(&'a [u8]),
    Close,
}

impl<'a> Lexer<'a> {
    /// Starts at the first byte.
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// The next operator; `operands` is cleared and filled with what stands
    /// before it. `None` at the end.
    pub(super) fn next_operator(&mut self, operands: &mut Vec<Operand<'a>>) -> Option<&'a [u8]> {
        operands.clear();
        loop {
            match self.token(0)? {
                Token::Operand(operand) if operands.len() < MAX_OPERANDS => operands.push(operand),
                Token::Operand(_) | Token::Close => {}
                Token::Keyword(b"ID") => {
                    self.skip_inline_image();
                    operands.clear();
                }
                Token::Keyword(keyword) => return Some(keyword),
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                while self.peek().is_some_and(|b| !matches!(b, b'\n' | b'\r')) {
                    self.at += 1;
                }
            } else if is_blank(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn token(&mut self, depth: usize) -> Option<Token<'a>> {
        self.skip_blanks();
        let byte = self.peek()?;
        let token = match byte {
            b'(' => Token::Operand(Operand::Text(self.literal())),
            b'/' => Token::Operand(Operand::Name(self.name())),
            b'<' if self.data.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                Token::Operand(Operand::Dictionary(self.dictionary(depth)))
            }
            b'<' => Token::Operand(Operand::Text(self.hexadecimal())),
            b'[' => {
                self.at += 1;
                Token::Operand(Operand::Array(self.array(depth)))
            }
            b'>' if self.data.get(self.at + 1) == Some(&b'>') => {
                self.at += 2;
                Token::Close
            }
            b']' | b'>' | b')' | b'{' | b'}' => {
                self.at += 1;
                Token::Close
            }
            _ => self.word(),
        };
        Some(token)
    }

    /// A number, a constant or an operator.
    fn word(&mut self) -> Token<'a> {
        let start = self.at;
        while self.peek().is_some_and(is_regular) {
            self.at += 1;
        }
        let word = &self.data[start..self.at];
        if let Some(number) = parse_number(word) {
            return Token::Operand(Operand::Number(number));
        }
        match word {
            b"true" | b"false" | b"null" => Token::Operand(Operand::Constant),
            _ => Token::Keyword(word),
        }
    }

    fn array(&mut self, depth: usize) -> Vec<Operand<'a>> {
        let mut items = Vec::new();
        if depth >= MAX_DEPTH {
            return items;
        }
        loop {
            match self.token(depth + 1) {
                Some(Token::Operand(item)) => items.push(item),
                // An operator inside an array is damage: the array was not
                // closed. Keywords of character maps do not stand in arrays.
                Some(Token::Keyword(_)) => {}
                Some(Token::Close) | None => break,
            }
        }
        items
    }

    fn dictionary(&mut self, depth: usize) -> Vec<(Cow<'a, [u8]>, Operand<'a>)> {
        let mut entries = Vec::new();
        if depth >= MAX_DEPTH {
            return entries;
        }
        while let Some(Token::Operand(Operand::Name(key))) = self.token(depth + 1) {
            match self.token(depth + 1) {
                Some(Token::Operand(value)) => entries.push((key, value)),
                _ => break,
            }
        }
        entries
    }

    fn name(&mut self) -> Cow<'a, [u8]> {
        self.at += 1;
        let start = self.at;
        while self.peek().is_some_and(is_regular) {
            self.at += 1;
        }
        let raw = &self.data[start..self.at];
        if !raw.contains(&b'#') {
            return Cow::Borrowed(raw);
        }
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((&byte, tail)) = rest.split_first() {
            let pair = (
                tail.first().copied().and_then(hex),
                tail.get(1).copied().and_then(hex),
            );
            if let (b'#', (Some(high), Some(low))) = (byte, pair) {
                name.push(high << 4 | low);
                rest = &tail[2..];
            } else {
                name.push(byte);
                rest = tail;
            }
        }
        Cow::Owned(name)
    }

    fn hexadecimal(&mut self) -> Cow<'a, [u8]> {
        self.at += 1;
        let mut bytes = Vec::new();
        let mut high = None;
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'>' {
                break;
            }
            let Some(digit) = hex(byte) else { continue };
            match high.take() {
                None => high = Some(digit),
                Some(high) => bytes.push(high << 4 | digit),
            }
        }
        bytes.extend(high.map(|high| high << 4));
        Cow::Owned(bytes)
    }

    fn literal(&mut self) -> Cow<'a, [u8]> {
        self.at += 1;
        let start = self.at;
        let mut open = 1;
        // Most strings hold no escape: they are borrowed.
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' | b'\r' => return Cow::Owned(self.literal_with_escapes(start, open)),
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Cow::Borrowed(&self.data[start..self.at - 1]);
            }
        }
        Cow::Borrowed(&self.data[start..])
    }

    fn literal_with_escapes(&mut self, start: usize, mut open: usize) -> Vec<u8> {
        let mut bytes = self.data[start..self.at].to_vec();
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                b'\\' => {
                    self.escape(&mut bytes);
                    continue;
                }
                _ => {}
            }
            if open == 0 {
                break;
            }
            bytes.push(byte);
        }
        bytes
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        match byte {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'\n' => {}
            b'0'..=b'7' => {
                let mut code = u16::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else {
                        break;
                    };
                    code = code * 8 + u16::from(digit - b'0');
                    self.at += 1;
                }
                bytes.push((code & 0xff) as u8);
            }
            other => bytes.push(other),
        }
    }

    /// Skips the data of an inline image: to the first `EI` between blanks
    /// that is followed by text, not by more image data.
    fn skip_inline_image(&mut self) {
        while self.at + 2 <= self.data.len() {
            let is_mark = self.data[self.at..].starts_with(b"EI")
                && self
                    .at
                    .checked_sub(1)
                    .is_some_and(|before| is_blank(self.data[before]))
                && self
                    .data
                    .get(self.at + 2)
                    .is_none_or(|&after| is_blank(after));
            if is_mark {
                let tail = &self.data[self.at + 2..];
                let tail = &tail[..tail.len().min(12)];
                if tail
                    .iter()
                    .all(|&b| is_blank(b) && b != 0 || (0x20..0x7f).contains(&b))
                {
                    self.at += 2;
                    return;
                }
            }
            self.at += 1;
        }
        self.at = self.data.len();
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0 | 12)
}

fn is_regular(byte: u8) -> bool {
    !is_blank(byte) && !b"()<>[]{}/%".contains(&byte)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// `12`, `-.5`, `+3.`, and the damaged forms that viewers accept: `--5`,
/// `1.2.3`, `12-3` (read up to the second sign or point).
fn parse_number(word: &[u8]) -> Option<f32> {
    let digits = word.trim_ascii_start();
    let n_signs = digits
        .iter()
        .take_while(|b| matches!(b, b'+' | b'-'))
        .count();
    let is_negative = digits[..n_signs].contains(&b'-');
    let digits = &digits[n_signs..];
    if !digits.first()?.is_ascii_digit() && digits.first() != Some(&b'.') {
        return None;
    }
    let (mut value, mut unit, mut has_point, mut has_digit) = (0f64, 1f64, false, false);
    for &byte in digits {
        match byte {
            b'0'..=b'9' if has_point => {
                has_digit = true;
                unit /= 10.0;
                value += f64::from(byte - b'0') * unit;
            }
            b'0'..=b'9' => {
                has_digit = true;
                value = value * 10.0 + f64::from(byte - b'0');
            }
            b'.' if !has_point => has_point = true,
            b'.' | b'-' => break,
            _ => return None,
        }
    }
    // Beyond any page; keeps later sums finite.
    let value = value.min(1e9) as f32;
    (has_digit || n_signs + digits.len() == word.len()).then_some(if is_negative {
        -value
    } else {
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operators(stream: &[u8]) -> Vec<(String, usize)> {
        let mut lexer = Lexer::new(stream);
        let mut operands = Vec::new();
        let mut found = Vec::new();
        while let Some(operator) = lexer.next_operator(&mut operands) {
            found.push((
                String::from_utf8_lossy(operator).into_owned(),
                operands.len(),
            ));
        }
        found
    }

    #[test]
    fn strings_lose_their_escapes() {
        let mut operands = Vec::new();
        let mut lexer = Lexer::new(br"(a\(b\)\101\n(c)) <4 1F> /A#20b [1 -.5 (x)] TJ");
        assert_eq!(lexer.next_operator(&mut operands), Some(&b"TJ"[..]));
        assert_eq!(operands[0].text(), Some(&b"a(b)A\n(c)"[..]));
        assert_eq!(operands[1].text(), Some(&b"\x41\xf0"[..]));
        assert_eq!(operands[2].name(), Some(&b"A b"[..]));
        let Operand::Array(items) = &operands[3] else {
            panic!("{operands:?}")
        };
        assert_eq!(items[1].number(), Some(-0.5));
    }

    #[test]
    fn an_inline_image_is_skipped_with_its_false_ends() {
        let stream = b"q BI /W 2 ID \x00\x01 EI \xff\xfe\x00 EI Q (a) Tj";
        let found = operators(stream);
        assert_eq!(found.last(), Some(&("Tj".to_owned(), 1)));
        assert!(found.iter().any(|(operator, _)| operator == "Q"));
    }

    #[test]
    fn damage_is_skipped() {
        assert_eq!(operators(b") >> ] (a Tj"), []);
        assert_eq!(operators(b"1.2.3 --4 Td"), [("Td".to_owned(), 2)]);
    }
}
