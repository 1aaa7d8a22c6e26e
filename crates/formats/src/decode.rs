//! From the bytes of a file to UTF-8: compression first, then encoding.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes looked at to tell compression and encoding.
const HEAD_BYTES: usize = 4096;
const BUFFER_BYTES: usize = 1 << 16;

/// How a file was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, also several members one after the other.
    Gzip,
    /// xz, also several streams.
    Xz,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// Tells it by the first bytes.
    pub fn sniff(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// A file as UTF-8, with its first bytes to tell the format by.
pub struct Decoded<'a> {
    /// The text. Bytes that are no UTF-8 in a file that is UTF-8 elsewhere are
    /// still there; see [`lossless`].
    pub reader: Box<dyn BufRead + 'a>,
    /// Its first bytes, at most 4 KiB, decoded.
    pub head: Vec<u8>,
    /// How it was packed.
    pub compression: Compression,
    /// Its encoding when that is not UTF-8: `UTF-16LE`.
    pub encoding: Option<&'static str>,
}

/// Unpacks a file without a look at what it holds.
///
/// # Errors
/// When reading the first bytes fails.
pub fn open_bytes<'a>(file: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    Ok(unpacked(file)?.0)
}

fn unpacked<'a>(file: impl Read + 'a) -> io::Result<(Box<dyn Read + 'a>, Compression)> {
    let mut packed = BufReader::with_capacity(BUFFER_BYTES, file);
    let compression = Compression::sniff(packed.fill_buf()?);
    let unpacked: Box<dyn Read + 'a> = match compression {
        Compression::None => Box::new(packed),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        Compression::Xz => Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(packed)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
    };
    Ok((unpacked, compression))
}

/// Unpacks and decodes a file.
///
/// # Errors
/// When reading or unpacking the first bytes fails.
pub fn open<'a>(file: impl Read + 'a) -> io::Result<Decoded<'a>> {
    let (mut unpacked, compression) = unpacked(file)?;
    let raw_head = read_head(&mut unpacked)?;
    let encoding = unicode_encoding(&raw_head);
    let whole = io::Cursor::new(raw_head).chain(unpacked);
    let mut text: Box<dyn Read + 'a> = match encoding {
        Some(encoding) => Box::new(Transcoder::new(whole, encoding)),
        None => Box::new(whole),
    };
    let mut head = read_head(&mut text)?;
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    let reader = io::Cursor::new(head.clone()).chain(text);
    Ok(Decoded {
        reader: Box::new(BufReader::with_capacity(BUFFER_BYTES, reader)),
        head,
        compression,
        encoding: encoding.map(Encoding::name),
    })
}

fn read_head(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    reader.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// UTF-16 by its mark, or by the zero bytes of its ASCII letters.
fn unicode_encoding(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let zeros = |offset: usize| {
        let bytes = head.iter().skip(offset).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 8;
    match () {
        () if head.len() >= 8 && odd > many && even == 0 => Some(UTF_16LE),
        () if head.len() >= 8 && even > many && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

/// Reads another encoding as UTF-8.
struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    n_given: usize,
    is_done: bool,
}

impl<R: Read> Transcoder<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; BUFFER_BYTES],
            text: Vec::new(),
            n_given: 0,
            is_done: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let n_read = self.inner.read(&mut self.raw)?;
        self.is_done = n_read == 0;
        let mut text = String::new();
        let raw = &self.raw[..n_read];
        let room = self.decoder.max_utf8_buffer_length(n_read);
        text.reserve(room.unwrap_or(BUFFER_BYTES * 3));
        // Enough room was reserved: one call decodes everything.
        let _ = self.decoder.decode_to_string(raw, &mut text, self.is_done);
        self.text = text.into_bytes();
        self.n_given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.n_given == self.text.len() && !self.is_done {
            self.refill()?;
        }
        let rest = &self.text[self.n_given..];
        let n_bytes = rest.len().min(buffer.len());
        buffer[..n_bytes].copy_from_slice(&rest[..n_bytes]);
        self.n_given += n_bytes;
        Ok(n_bytes)
    }
}

/// The bytes of an entry as text, with a remark when they were no UTF-8.
///
/// Where most letters beyond ASCII are good UTF-8, the bad bytes are damage and
/// become U+FFFD. Else the entry is in an old 8-bit encoding, and is read as
/// windows-1252: right for Western text, and for the Vietnamese ones (TCVN3,
/// VNI) the reading that loses nothing and that repair starts from.
pub fn lossless(bytes: &[u8]) -> (String, Option<String>) {
    let (n_good, n_bad) = match str::from_utf8(bytes) {
        Ok(text) => return (text.to_owned(), None),
        Err(_) => count_letters(bytes),
    };
    if n_good > n_bad {
        let remark = format!("{n_bad} places were not valid UTF-8; each is replaced by U+FFFD");
        return (
            UTF_8.decode_without_bom_handling(bytes).0.into_owned(),
            Some(remark),
        );
    }
    let remark = "not valid UTF-8; read as windows-1252, check the accents".to_owned();
    (
        WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
        Some(remark),
    )
}

/// Letters beyond ASCII that are good UTF-8, and places that are not.
fn count_letters(bytes: &[u8]) -> (usize, usize) {
    bytes.utf8_chunks().fold((0, 0), |(good, bad), chunk| {
        let letters = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        (
            good + letters,
            bad + usize::from(!chunk.invalid().is_empty()),
        )
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TEXT: &str = "{\"id\":\"1\",\"title\":\"Lúa chịu mặn ở đồng bằng\"}\n";

    fn read(bytes: &[u8]) -> (String, Compression, Option<&'static str>) {
        let mut decoded = open(bytes).unwrap();
        let mut text = String::new();
        decoded.reader.read_to_string(&mut text).unwrap();
        assert!(text.as_bytes().starts_with(&decoded.head));
        (text, decoded.compression, decoded.encoding)
    }

    #[test]
    fn every_packing_gives_the_same_text() {
        let long = TEXT.repeat(5000);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(long.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
        xz.write_all(long.as_bytes()).unwrap();
        let xz = xz.finish().unwrap();
        let zstd = zstd::encode_all(long.as_bytes(), 1).unwrap();
        assert_eq!(
            read(long.as_bytes()),
            (long.clone(), Compression::None, None)
        );
        assert_eq!(read(&gzip), (long.clone(), Compression::Gzip, None));
        assert_eq!(read(&[gzip.clone(), gzip].concat()).0, long.repeat(2));
        assert_eq!(read(&xz), (long.clone(), Compression::Xz, None));
        assert_eq!(read(&zstd), (long, Compression::Zstd, None));
    }

    #[test]
    fn utf16_is_read_with_and_without_its_mark() {
        let long = TEXT.repeat(3000);
        let little: Vec<u8> = long.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = long.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&little).2, Some("UTF-16LE"));
        assert_eq!(read(&little).0, long);
        assert_eq!(read(&big).0, long);
        assert_eq!(read(&[b"\xff\xfe".as_slice(), &little].concat()).0, long);
        assert_eq!(read(&[b"\xef\xbb\xbf", TEXT.as_bytes()].concat()).0, TEXT);
    }

    #[test]
    fn damage_and_old_encodings_are_told_apart() {
        let (text, remark) = lossless(b"\xc4\x91\xe1\xbb\x93ng b\xe1\xba\xb1ng \xff!");
        assert_eq!(text, "đồng bằng \u{fffd}!");
        assert!(remark.unwrap().contains("1 places"));
        let (text, remark) = lossless(b"Nh\xf7ng nguy\xaan t\xa7c");
        assert_eq!(text, "Nh÷ng nguyªn t§c");
        assert!(remark.unwrap().contains("windows-1252"));
        assert_eq!(lossless("đúng".as_bytes()).1, None);
    }
}
