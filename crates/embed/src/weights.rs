//! The numbers of an encoder, whatever file they come from.

use std::borrow::Cow;

use crate::{
    model::Precision,
    q4::{self, BLOCK, BLOCK_BYTES, Q4Matrix},
};

/// Sizes of a BERT encoder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    /// Coordinates of a token's vector.
    pub(crate) hidden: usize,
    pub(crate) n_layers: usize,
    pub(crate) n_heads: usize,
    /// Coordinates between the two halves of a feed-forward layer.
    pub(crate) inner: usize,
    pub(crate) n_words: usize,
    pub(crate) n_positions: usize,
    /// Position number of the first token (XLM-R starts after its padding id).
    pub(crate) first_position: usize,
    /// Keeps LayerNorm from dividing by zero.
    pub(crate) epsilon: f32,
}

/// A tensor as stored.
pub(crate) enum Stored<'a> {
    Floats(Cow<'a, [f32]>),
    /// `Q4_0` blocks.
    Blocks(&'a [u8]),
}

impl Stored<'_> {
    fn n_values(&self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Blocks(bytes) => bytes.len() / BLOCK_BYTES * BLOCK,
        }
    }

    fn into_floats(self) -> Vec<f32> {
        match self {
            Self::Floats(values) => values.into_owned(),
            Self::Blocks(bytes) => {
                let mut values = Vec::with_capacity(bytes.len() / BLOCK_BYTES * BLOCK);
                q4::dequantise(bytes, &mut values);
                values
            }
        }
    }
}

/// Why the weights of a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// A tensor that every encoder has is absent.
    #[error(
        "tensor `{name}` is missing; this is not a BERT or XLM-R encoder, or the file is cut off"
    )]
    Missing {
        /// Name in the notation of the file.
        name: String,
    },
    /// A tensor of another size than the configuration says.
    #[error("tensor `{name}` has {found} values instead of {wanted}; fetch the model again")]
    Size {
        /// Name of the tensor.
        name: String,
        /// Values in the file.
        found: usize,
        /// Values that the shape asks for.
        wanted: usize,
    },
    /// Integer kernels were asked for on weights in floats.
    #[error(
        "tensor `{name}` is not stored in blocks of 4 bits; open this model with precision f32"
    )]
    NotBlocks {
        /// Name of the tensor.
        name: String,
    },
    /// The configuration contradicts itself.
    #[error("the shape of the model makes no sense: {0}")]
    Shape(String),
    /// The file cannot be read as safetensors.
    #[error("the safetensors file cannot be read; fetch the model again")]
    Safetensors(#[from] safetensors::SafeTensorError),
}

/// Where tensors come from. Names: `emb.word`, `emb.pos`, `emb.type`,
/// `emb.ln.{w,b}`, and for layer `i` `l{i}.{q,k,v,ao,fi,fo,aln,oln}.{w,b}`;
/// `ao` is the attention's output, `fi` and `fo` the feed-forward halves, `aln`
/// and `oln` the norms after attention and feed-forward.
pub(crate) trait TensorSource {
    fn tensor(&self, name: &str) -> Result<Stored<'_>, WeightsError>;
}

/// One vector a word, looked up by row.
#[derive(Debug)]
pub(crate) enum WordTable {
    Floats(Vec<f32>),
    Blocks(Vec<u8>),
}

/// `y = x·Wᵀ + b`.
#[derive(Debug)]
pub(crate) enum Linear {
    /// `weight`: `[n_in, n_out]`, the transpose of what is stored, so that the
    /// product reads it in order.
    Floats {
        weight: Vec<f32>,
        bias: Vec<f32>,
    },
    Blocks {
        weight: Q4Matrix,
        bias: Vec<f32>,
    },
}

/// Scale and shift after normalisation.
#[derive(Debug)]
pub(crate) struct Norm {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

/// One layer of the encoder.
#[derive(Debug)]
pub(crate) struct Layer {
    /// Queries, keys and values side by side: `hidden` to `3·hidden`.
    pub(crate) qkv: Linear,
    pub(crate) attention_output: Linear,
    pub(crate) attention_norm: Norm,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
    pub(crate) output_norm: Norm,
}

/// An encoder.
#[derive(Debug)]
pub(crate) struct Weights {
    pub(crate) shape: Shape,
    pub(crate) words: WordTable,
    /// `[n_positions, hidden]`, with the vector of token type 0 added.
    pub(crate) positions: Vec<f32>,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
}

impl Weights {
    /// Reads all tensors of `shape` from `source`.
    pub(crate) fn read(
        source: &impl TensorSource,
        shape: Shape,
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        shape.check()?;
        let reader = Reader { source, precision };
        let h = shape.hidden;
        let words = match reader.stored("emb.word", shape.n_words * h)? {
            Stored::Floats(values) => WordTable::Floats(values.into_owned()),
            Stored::Blocks(bytes) => WordTable::Blocks(bytes.to_vec()),
        };
        let mut positions = reader.floats("emb.pos", shape.n_positions * h)?;
        let types = reader.source.tensor("emb.type")?.into_floats();
        for position in positions.chunks_exact_mut(h) {
            for (value, kind) in position.iter_mut().zip(&types) {
                *value += kind;
            }
        }
        Ok(Self {
            words,
            positions,
            norm: reader.norm("emb.ln", h)?,
            layers: (0..shape.n_layers)
                .map(|i| reader.layer(i, &shape))
                .collect::<Result<_, _>>()?,
            shape,
        })
    }
}

impl Shape {
    fn check(&self) -> Result<(), WeightsError> {
        let sizes = [
            self.hidden,
            self.n_layers,
            self.n_heads,
            self.inner,
            self.n_words,
        ];
        if sizes.contains(&0) || self.n_positions <= self.first_position {
            return Err(WeightsError::Shape(format!("{self:?} has an empty part")));
        }
        if !self.hidden.is_multiple_of(self.n_heads)
            || !self.hidden.is_multiple_of(BLOCK)
            || !self.inner.is_multiple_of(BLOCK)
        {
            return Err(WeightsError::Shape(format!(
                "hidden {} must be a multiple of the {} heads and of {BLOCK}, and inner {} of {BLOCK}",
                self.hidden, self.n_heads, self.inner
            )));
        }
        Ok(())
    }
}

impl WordTable {
    /// Writes the vector of `word` to `out`; its length is the width.
    pub(crate) fn read_row(&self, word: u32, out: &mut [f32]) {
        let width = out.len();
        match self {
            Self::Floats(values) => {
                out.copy_from_slice(&values[word as usize * width..][..width]);
            }
            Self::Blocks(bytes) => {
                let row_bytes = width / BLOCK * BLOCK_BYTES;
                let row = &bytes[word as usize * row_bytes..][..row_bytes];
                q4::dequantise_row(row, out);
            }
        }
    }
}

struct Reader<'a, S> {
    source: &'a S,
    precision: Precision,
}

impl<S: TensorSource> Reader<'_, S> {
    fn stored(&self, name: &str, wanted: usize) -> Result<Stored<'_>, WeightsError> {
        let stored = self.source.tensor(name)?;
        let found = stored.n_values();
        if found != wanted {
            let name = name.to_owned();
            return Err(WeightsError::Size {
                name,
                found,
                wanted,
            });
        }
        Ok(stored)
    }

    fn floats(&self, name: &str, wanted: usize) -> Result<Vec<f32>, WeightsError> {
        Ok(self.stored(name, wanted)?.into_floats())
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm, WeightsError> {
        Ok(Norm {
            weight: self.floats(&format!("{name}.w"), width)?,
            bias: self.floats(&format!("{name}.b"), width)?,
        })
    }

    fn layer(&self, index: usize, shape: &Shape) -> Result<Layer, WeightsError> {
        let name = |part: &str| format!("l{index}.{part}");
        let (h, inner) = (shape.hidden, shape.inner);
        Ok(Layer {
            qkv: self.linear(&[name("q"), name("k"), name("v")], h, h)?,
            attention_output: self.linear(&[name("ao")], h, h)?,
            attention_norm: self.norm(&name("aln"), h)?,
            up: self.linear(&[name("fi")], h, inner)?,
            down: self.linear(&[name("fo")], inner, h)?,
            output_norm: self.norm(&name("oln"), h)?,
        })
    }

    /// Layers with the same input, their outputs (`n_out` each) side by side.
    fn linear(&self, names: &[String], n_in: usize, n_out: usize) -> Result<Linear, WeightsError> {
        let mut bias = Vec::new();
        let mut matrices = Vec::new();
        for name in names {
            bias.extend(self.floats(&format!("{name}.b"), n_out)?);
            matrices.push((
                format!("{name}.w"),
                self.stored(&format!("{name}.w"), n_in * n_out)?,
            ));
        }
        let weight = match self.precision {
            Precision::Int8 => {
                return Ok(Linear::Blocks {
                    weight: pack(matrices, n_in, n_out)?,
                    bias,
                });
            }
            Precision::F32 => {
                let rows: Vec<f32> = matrices
                    .into_iter()
                    .flat_map(|(_, m)| m.into_floats())
                    .collect();
                transpose(&rows, n_in)
            }
        };
        Ok(Linear::Floats { weight, bias })
    }
}

fn pack(
    matrices: Vec<(String, Stored<'_>)>,
    n_in: usize,
    n_out: usize,
) -> Result<Q4Matrix, WeightsError> {
    let first = matrices
        .first()
        .map(|(name, _)| name.clone())
        .unwrap_or_default();
    let parts = matrices.into_iter().map(|(name, stored)| match stored {
        Stored::Blocks(bytes) => Q4Matrix::pack(bytes, n_out, n_in)
            .ok_or_else(|| WeightsError::Shape(format!("`{name}` has no whole panels"))),
        Stored::Floats(_) => Err(WeightsError::NotBlocks { name }),
    });
    Q4Matrix::stack(parts.collect::<Result<_, _>>()?)
        .ok_or_else(|| WeightsError::Shape(format!("`{first}` and its neighbours differ in width")))
}

/// `[n_rows, width]` to `[width, n_rows]`.
fn transpose(rows: &[f32], width: usize) -> Vec<f32> {
    let n_rows = rows.len() / width;
    let mut columns = vec![0.0; rows.len()];
    for (r, row) in rows.chunks_exact(width).enumerate() {
        for (c, &value) in row.iter().enumerate() {
            columns[c * n_rows + r] = value;
        }
    }
    columns
}
