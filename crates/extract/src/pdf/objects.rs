//! Reading entries of PDF dictionaries: references followed, wrong types absent.

use lopdf::{Dictionary, Document as PdfFile, Object, Stream};

/// The entry, its references followed.
pub(super) fn entry<'a>(
    file: &'a PdfFile,
    dictionary: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Object> {
    resolve(file, dictionary.get(key).ok()?)
}

/// The object behind a reference; `None` for cycles and missing objects.
pub(super) fn resolve<'a>(file: &'a PdfFile, object: &'a Object) -> Option<&'a Object> {
    file.dereference(object).ok().map(|(_, object)| object)
}

/// A dictionary entry; the dictionary of a stream counts.
pub(super) fn dictionary<'a>(
    file: &'a PdfFile,
    parent: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Dictionary> {
    match entry(file, parent, key)? {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

/// A stream entry.
pub(super) fn stream<'a>(
    file: &'a PdfFile,
    parent: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Stream> {
    entry(file, parent, key)?.as_stream().ok()
}

/// An array entry.
pub(super) fn array<'a>(
    file: &'a PdfFile,
    parent: &'a Dictionary,
    key: &[u8],
) -> Option<&'a [Object]> {
    entry(file, parent, key)?.as_array().ok().map(Vec::as_slice)
}

/// A name entry.
pub(super) fn name<'a>(file: &'a PdfFile, parent: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    entry(file, parent, key)?.as_name().ok()
}

/// A number, integer or real; infinite and absurd ones are absent.
pub(super) fn number(file: &PdfFile, object: &Object) -> Option<f32> {
    let number = resolve(file, object)?.as_float().ok()?;
    (number.abs() < 1e9).then_some(number)
}

/// An array of exactly `N` numbers.
pub(super) fn numbers<const N: usize>(
    file: &PdfFile,
    parent: &Dictionary,
    key: &[u8],
) -> Option<[f32; N]> {
    let items = array(file, parent, key)?;
    let mut numbers = [0.0; N];
    if items.len() != N {
        return None;
    }
    for (number_out, item) in numbers.iter_mut().zip(items) {
        *number_out = number(file, item)?;
    }
    Some(numbers)
}
