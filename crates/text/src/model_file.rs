//! The file forms of the trained models: eight bytes of magic, then a list of
//! lines (its length first) and a table of weights; the segmenter's packed by zstd,
//! the restorer's as it lies in memory.

use std::{borrow::Cow, io::Read};

use crate::{rows::Rows, weights::Weights};

/// Level of compression: the highest that needs no extra memory to unpack.
const LEVEL: i32 = 19;
/// An unpacked model is smaller; more is damage, not a model.
const MAX_BYTES: u64 = 256 << 20;

/// Why bytes are no model.
#[derive(Debug, thiserror::Error)]
pub enum InvalidModel {
    /// The first bytes name another kind or version.
    #[error(
        "these bytes begin with `{found}`, not `{expected}`; train the model again with this version"
    )]
    OtherKind {
        /// What they begin with.
        found: String,
        /// What they should begin with.
        expected: String,
    },
    /// Cut short or changed.
    #[error("the model is damaged; copy it again from its source")]
    Damaged,
    /// zstd could not pack or unpack it.
    #[error("the model cannot be packed or unpacked; copy it again from its source")]
    Packing(#[from] std::io::Error),
}

pub(crate) fn pack(
    magic: &[u8; 8],
    lines: &str,
    weights: &Weights,
) -> Result<Vec<u8>, InvalidModel> {
    let mut body = (lines.len() as u64).to_le_bytes().to_vec();
    body.extend(lines.as_bytes());
    weights.write(&mut body);
    let mut out = magic.to_vec();
    out.extend(zstd::encode_all(body.as_slice(), LEVEL)?);
    Ok(out)
}

pub(crate) fn unpack(magic: &[u8; 8], bytes: &[u8]) -> Result<(String, Weights), InvalidModel> {
    let packed = without_magic(magic, bytes)?;
    let mut body = Vec::new();
    zstd::Decoder::new(packed)?
        .take(MAX_BYTES)
        .read_to_end(&mut body)?;
    let (lines, rest) = split_lines(&body).ok_or(InvalidModel::Damaged)?;
    let (weights, _) = Weights::read(rest).ok_or(InvalidModel::Damaged)?;
    Ok((lines, weights))
}

/// The file form that is read where it lies.
pub(crate) fn lay_out(magic: &[u8; 8], lines: &str, rows: &Rows) -> Vec<u8> {
    let len = (lines.len() as u64).to_le_bytes();
    [magic, len.as_slice(), lines.as_bytes(), rows.as_bytes()].concat()
}

/// Reads what [`lay_out`] gave; the weights are not looked at.
pub(crate) fn read_in_place(
    magic: &[u8; 8],
    bytes: Cow<'static, [u8]>,
) -> Result<(String, Rows), InvalidModel> {
    let body = without_magic(magic, &bytes)?;
    let (lines, rest) = split_lines(body).ok_or(InvalidModel::Damaged)?;
    let start = bytes.len() - rest.len();
    let rows = Rows::read(bytes, start).ok_or(InvalidModel::Damaged)?;
    Ok((lines, rows))
}

fn without_magic<'a>(magic: &[u8; 8], bytes: &'a [u8]) -> Result<&'a [u8], InvalidModel> {
    let name = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(8)]).into_owned();
    bytes
        .strip_prefix(magic)
        .ok_or_else(|| InvalidModel::OtherKind {
            found: name(bytes),
            expected: name(magic),
        })
}

fn split_lines(body: &[u8]) -> Option<(String, &[u8])> {
    let (len, rest) = body.split_first_chunk::<8>()?;
    let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
    let (lines, rest) = rest.split_at_checked(len)?;
    Some((String::from_utf8(lines.to_vec()).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_model_is_refused_with_a_reason() {
        let weights = Weights::quantise(&[0.5; 8], 0.1);
        let packed = pack(b"segment1", "một hai\t2\n", &weights).unwrap();
        let (lines, read) = unpack(b"segment1", &packed).unwrap();
        assert_eq!(
            (lines.as_str(), read.sum(&[0])),
            ("một hai\t2\n", weights.sum(&[0]))
        );
        assert!(matches!(
            unpack(b"restore1", &packed),
            Err(InvalidModel::OtherKind { .. })
        ));
        assert!(matches!(
            unpack(b"segment1", b""),
            Err(InvalidModel::OtherKind { .. })
        ));
        assert!(unpack(b"segment1", &packed[..packed.len() / 2]).is_err());
    }

    #[test]
    fn what_is_laid_out_is_read_in_place() {
        let bytes = lay_out(b"restore2", "một\nhai\n", &Rows::quantise(&[0.5; 256], 0.1));
        let (lines, rows) = read_in_place(b"restore2", bytes.clone().into()).unwrap();
        assert_eq!(lines, "một\nhai\n");
        assert!(rows.is_sound());
        for len in [8, 20, bytes.len() - 1] {
            let cut = bytes[..len].to_vec();
            assert!(read_in_place(b"restore2", cut.into()).is_err(), "{len}");
        }
    }
}
