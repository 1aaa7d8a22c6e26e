//! Encoders as the model hub gives them: `config.json` and
//! `model.safetensors`.

use std::borrow::Cow;

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::Deserialize;

use crate::weights::{Shape, Stored, TensorSource, WeightsError};

/// Families whose encoder is BERT's.
const FAMILIES: [&str; 3] = ["bert", "roberta", "xlm-roberta"];

/// What `config.json` says.
#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    model_type: String,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default)]
    pad_token_id: usize,
    layer_norm_eps: f32,
    #[serde(default = "default_activation")]
    hidden_act: String,
    #[serde(default = "default_positions")]
    position_embedding_type: String,
}

fn default_activation() -> String {
    "gelu".to_owned()
}

fn default_positions() -> String {
    "absolute".to_owned()
}

impl Config {
    /// The shape, if the forward pass here computes what the model was trained
    /// to.
    pub(crate) fn shape(&self) -> Result<Shape, WeightsError> {
        let supported = FAMILIES.contains(&self.model_type.as_str())
            && self.hidden_act == "gelu"
            && self.position_embedding_type == "absolute";
        if !supported {
            return Err(WeightsError::Shape(format!(
                "`{}` with activation `{}` and `{}` positions is not one of {FAMILIES:?} with gelu and absolute positions",
                self.model_type, self.hidden_act, self.position_embedding_type
            )));
        }
        Ok(Shape {
            hidden: self.hidden_size,
            n_layers: self.num_hidden_layers,
            n_heads: self.num_attention_heads,
            inner: self.intermediate_size,
            n_words: self.vocab_size,
            n_positions: self.max_position_embeddings,
            first_position: if self.model_type == "bert" {
                0
            } else {
                self.pad_token_id + 1
            },
            epsilon: self.layer_norm_eps,
        })
    }
}

/// The tensors of a file.
pub(crate) struct Safetensors<'a> {
    tensors: SafeTensors<'a>,
    /// What stands before every name: nothing, or the name of the family.
    prefix: &'static str,
}

impl<'a> Safetensors<'a> {
    /// Reads the directory of the tensors.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let tensors = SafeTensors::deserialize(bytes)?;
        let prefix = ["", "bert.", "roberta."]
            .into_iter()
            .find(|prefix| tensors.tensor(&format!("{prefix}{WORDS}")).is_ok())
            .ok_or_else(|| WeightsError::Missing {
                name: WORDS.to_owned(),
            })?;
        Ok(Self { tensors, prefix })
    }
}

const WORDS: &str = "embeddings.word_embeddings.weight";

impl TensorSource for Safetensors<'_> {
    fn tensor(&self, name: &str) -> Result<Stored<'_>, WeightsError> {
        let name = format!("{}{}", self.prefix, hub_name(name));
        match self.tensors.tensor(&name) {
            Ok(view) => Ok(Stored::Floats(Cow::Owned(floats(&name, &view)?))),
            Err(_) => Err(WeightsError::Missing { name }),
        }
    }
}

/// The values of a tensor in 32 bits.
fn floats(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, WeightsError> {
    let halves = || view.data().as_chunks::<2>().0.iter();
    match view.dtype() {
        Dtype::F32 => {
            let fours = view.data().as_chunks::<4>().0.iter();
            Ok(fours.map(|four| f32::from_le_bytes(*four)).collect())
        }
        Dtype::F16 => Ok(halves()
            .map(|two| f16::from_le_bytes(*two).to_f32())
            .collect()),
        Dtype::BF16 => Ok(halves()
            .map(|two| bf16::from_le_bytes(*two).to_f32())
            .collect()),
        other => Err(WeightsError::Shape(format!(
            "tensor `{name}` holds {other:?}; f32, f16 and bf16 are read"
        ))),
    }
}

/// The hub's name of a tensor.
fn hub_name(name: &str) -> String {
    let name = match name {
        "emb.word" => return WORDS.to_owned(),
        "emb.pos" => return "embeddings.position_embeddings.weight".to_owned(),
        "emb.type" => return "embeddings.token_type_embeddings.weight".to_owned(),
        name => name,
    };
    let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
    let kind = if kind == "w" { "weight" } else { "bias" };
    let (layer, part) = stem.split_once('.').unwrap_or((stem, ""));
    let part = match part {
        "ln" => return format!("embeddings.LayerNorm.{kind}"),
        "q" => "attention.self.query",
        "k" => "attention.self.key",
        "v" => "attention.self.value",
        "ao" => "attention.output.dense",
        "aln" => "attention.output.LayerNorm",
        "fi" => "intermediate.dense",
        "fo" => "output.dense",
        _ => "output.LayerNorm",
    };
    format!(
        "encoder.layer.{}.{part}.{kind}",
        layer.trim_start_matches('l')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_hub() {
        assert_eq!(hub_name("emb.ln.b"), "embeddings.LayerNorm.bias");
        assert_eq!(hub_name("l11.fo.w"), "encoder.layer.11.output.dense.weight");
        assert_eq!(
            hub_name("l0.q.b"),
            "encoder.layer.0.attention.self.query.bias"
        );
        assert_eq!(
            hub_name("l3.oln.w"),
            "encoder.layer.3.output.LayerNorm.weight"
        );
    }
}
