//! The picture that a scanned page is, as a file that other programs read.

use lopdf::{Dictionary, Document as PdfFile, Object, ObjectId, Stream};

use super::{load, objects, page::inherited};
use crate::Limits;

/// Share of the dots of all pictures that the one of a scan has at least; stamps
/// and logos are small.
const MIN_SHARE: f32 = 0.8;

/// A picture of fewer dots is a logo: no page.
const MIN_DOTS: u64 = 100_000;

/// Dots of the largest drawing: 1.2 m by 0.8 m at 300 dots an inch.
const MAX_DOTS: u64 = 150_000_000;

/// What pictures a page has.
pub(super) enum Pictures {
    /// None that could be a page.
    None,
    /// One that is the page, as a file.
    One(Vec<u8>),
    /// Several, a turned one, or one that is not understood here.
    Other,
}

/// Looks at the pictures of a page.
pub(super) fn of_page(file: &PdfFile, id: ObjectId, limits: &Limits) -> Pictures {
    let Ok(page) = file.get_dictionary(id) else {
        return Pictures::None;
    };
    let pictures = pictures(file, page);
    let total: u64 = pictures.iter().map(|picture| picture.n_dots()).sum();
    let largest = pictures.iter().max_by_key(|picture| picture.n_dots());
    let Some(largest) = largest.filter(|_| total >= MIN_DOTS) else {
        return Pictures::None;
    };
    let is_turned = inherited(file, page, b"Rotate")
        .and_then(|angle| angle.as_i64().ok())
        .is_some_and(|angle| angle % 360 != 0);
    let is_alone = largest.n_dots() as f32 >= MIN_SHARE * total as f32;
    if is_turned || !is_alone || largest.n_dots() > MAX_DOTS {
        return Pictures::Other;
    }
    largest.file(limits).map_or(Pictures::Other, Pictures::One)
}

/// A picture and what its dictionary says.
struct Picture<'a> {
    file: &'a PdfFile,
    stream: &'a Stream,
    width: u32,
    height: u32,
}

fn pictures<'a>(file: &'a PdfFile, page: &'a Dictionary) -> Vec<Picture<'a>> {
    let resources = inherited(file, page, b"Resources").and_then(|object| object.as_dict().ok());
    let Some(objects) = resources.and_then(|r| objects::dictionary(file, r, b"XObject")) else {
        return Vec::new();
    };
    let streams = objects
        .iter()
        .filter_map(|(_, object)| objects::resolve(file, object)?.as_stream().ok());
    let picture = |stream: &'a Stream| {
        let is_picture = objects::name(file, &stream.dict, b"Subtype") == Some(b"Image");
        let side = |key| {
            let side = objects::entry(file, &stream.dict, key)?.as_i64().ok()?;
            u32::try_from(side)
                .ok()
                .filter(|side| (1..=100_000).contains(side))
        };
        is_picture.then_some(())?;
        Some(Picture {
            file,
            stream,
            width: side(b"Width")?,
            height: side(b"Height")?,
        })
    };
    streams.filter_map(picture).collect()
}

impl Picture<'_> {
    fn n_dots(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    fn entry(&self, key: &[u8]) -> Option<&Object> {
        objects::entry(self.file, &self.stream.dict, key)
    }

    /// The picture as JPEG, JPEG 2000, TIFF or PNM.
    fn file(&self, limits: &Limits) -> Option<Vec<u8>> {
        let filters: Vec<&[u8]> = match self.entry(b"Filter") {
            Some(Object::Array(items)) => items.iter().filter_map(|i| i.as_name().ok()).collect(),
            Some(Object::Name(name)) => vec![name],
            _ => Vec::new(),
        };
        match filters.as_slice() {
            [b"DCTDecode" | b"DCT" | b"JPXDecode"] => Some(self.stream.content.clone()),
            [b"CCITTFaxDecode" | b"CCF"] => self.fax(),
            // The library knows the others, also several after one another.
            _ if filters.iter().all(|name| is_lossless(name)) => {
                let dots = load::decompress(self.stream, limits.max_part_bytes).ok()?;
                self.plain(&dots)
            }
            _ => None,
        }
    }

    /// A fax as TIFF 6.0: one strip, as it is.
    fn fax(&self) -> Option<Vec<u8>> {
        let parameters = match self.entry(b"DecodeParms") {
            Some(Object::Array(items)) => objects::resolve(self.file, items.first()?),
            other => other,
        };
        let parameters = parameters.and_then(|object| object.as_dict().ok());
        let parameter = |key: &[u8]| parameters.and_then(|p| objects::entry(self.file, p, key));
        let kind = parameter(b"K").and_then(|k| k.as_i64().ok()).unwrap_or(0);
        let is_aligned = parameter(b"EncodedByteAlign").and_then(|k| k.as_bool().ok());
        if is_aligned == Some(true) {
            return None;
        }
        let columns = parameter(b"Columns").and_then(|k| k.as_i64().ok());
        let width = columns.and_then(|n| u32::try_from(n).ok()).unwrap_or(1728);
        let (compression, options) = match kind {
            k if k < 0 => (4, 0),
            0 => (3, 0),
            _ => (3, 1),
        };
        let black_is_1 = parameter(b"BlackIs1").and_then(|k| k.as_bool().ok()) == Some(true);
        // Each of the two turns black into white: both together turn nothing.
        let photometric = u32::from(self.is_inverted() != black_is_1);
        Some(tiff(
            width,
            self.height,
            compression,
            options,
            photometric,
            &self.stream.content,
        ))
    }

    fn is_inverted(&self) -> bool {
        let decode = objects::array(self.file, &self.stream.dict, b"Decode");
        let first = decode.and_then(|decode| objects::number(self.file, decode.first()?));
        first == Some(1.0)
    }

    /// Uncompressed dots as PNM.
    fn plain(&self, dots: &[u8]) -> Option<Vec<u8>> {
        let bits = self
            .entry(b"BitsPerComponent")
            .and_then(|bits| bits.as_i64().ok());
        let is_mask = self
            .entry(b"ImageMask")
            .and_then(|mask| mask.as_bool().ok())
            == Some(true);
        let (width, height) = (self.width as usize, self.height as usize);
        let space = self.space();
        match (bits, space) {
            (Some(1) | None, Space::Grey) if bits.is_some() || is_mask => {
                let n_bytes = width.div_ceil(8).checked_mul(height)?;
                // In PNM 1 is black; in PDF 0 is, and a mask paints where 0 is.
                let turned: Vec<u8> = match self.is_inverted() {
                    true => dots.get(..n_bytes)?.to_vec(),
                    false => dots.get(..n_bytes)?.iter().map(|byte| !byte).collect(),
                };
                Some(pnm("P4", self, &turned))
            }
            (Some(8), Space::Grey) => Some(pnm("P5", self, dots.get(..width * height)?)),
            (Some(8), Space::Colour) => Some(pnm("P6", self, dots.get(..width * height * 3)?)),
            (Some(8), Space::Indexed(palette)) => {
                let places = dots.get(..width * height)?;
                let colour = |place: &u8| {
                    let at = usize::from(*place) * 3;
                    palette.get(at..at + 3).unwrap_or(&[255; 3])
                };
                let colours: Vec<u8> = places.iter().flat_map(colour).copied().collect();
                Some(pnm("P6", self, &colours))
            }
            _ => None,
        }
    }

    fn space(&self) -> Space {
        let n_components = |n: i64| match n {
            1 => Space::Grey,
            3 => Space::Colour,
            _ => Space::Other,
        };
        match self.entry(b"ColorSpace") {
            None => Space::Grey,
            Some(Object::Name(name)) => match name.as_slice() {
                b"DeviceGray" | b"G" => Space::Grey,
                b"DeviceRGB" | b"RGB" => Space::Colour,
                _ => Space::Other,
            },
            Some(Object::Array(items)) => {
                let item = |at: usize| objects::resolve(self.file, items.get(at)?);
                match item(0).and_then(|name| name.as_name().ok()) {
                    Some(b"CalGray") => Space::Grey,
                    Some(b"CalRGB") => Space::Colour,
                    Some(b"ICCBased") => {
                        let profile = item(1).and_then(|profile| profile.as_stream().ok());
                        let n = profile.and_then(|p| objects::entry(self.file, &p.dict, b"N"));
                        n.and_then(|n| n.as_i64().ok())
                            .map_or(Space::Other, n_components)
                    }
                    Some(b"Indexed" | b"I") => match (item(1), item(3)) {
                        (Some(Object::Name(base)), Some(Object::String(palette, _)))
                            if base == b"DeviceRGB" =>
                        {
                            Space::Indexed(palette.clone())
                        }
                        _ => Space::Other,
                    },
                    _ => Space::Other,
                }
            }
            Some(_) => Space::Other,
        }
    }
}

/// What the numbers of a picture mean.
enum Space {
    Grey,
    Colour,
    /// Places in a palette of RGB.
    Indexed(Vec<u8>),
    Other,
}

fn is_lossless(filter: &[u8]) -> bool {
    matches!(
        filter,
        b"FlateDecode"
            | b"Fl"
            | b"LZWDecode"
            | b"LZW"
            | b"ASCII85Decode"
            | b"A85"
            | b"ASCIIHexDecode"
            | b"AHx"
            | b"RunLengthDecode"
            | b"RL"
    )
}

fn pnm(kind: &str, picture: &Picture<'_>, dots: &[u8]) -> Vec<u8> {
    let greatest = if kind == "P4" { "" } else { "255\n" };
    let head = format!("{kind}\n{} {}\n{greatest}", picture.width, picture.height);
    [head.as_bytes(), dots].concat()
}

/// A TIFF of one strip. **Source:** TIFF 6.0, sections 2, 10 and 11.
fn tiff(
    width: u32,
    height: u32,
    compression: u32,
    options: u32,
    photometric: u32,
    data: &[u8],
) -> Vec<u8> {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    const N_ENTRIES: u16 = 9;
    let start = 8 + 2 + u32::from(N_ENTRIES) * 12 + 4;
    let n_bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let entries: [(u16, u16, u32); N_ENTRIES as usize] = [
        (256, LONG, width),
        (257, LONG, height),
        (258, SHORT, 1),
        (259, SHORT, compression),
        (262, SHORT, photometric),
        (273, LONG, start),
        (278, LONG, height),
        (279, LONG, n_bytes),
        (292, LONG, options),
    ];
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend_from_slice(&N_ENTRIES.to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend_from_slice(&tag.to_le_bytes());
        file.extend_from_slice(&kind.to_le_bytes());
        file.extend_from_slice(&1_u32.to_le_bytes());
        file.extend_from_slice(&value.to_le_bytes());
    }
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(data);
    file
}
