//! The same encoder as a graph of candle's tensor operations: for graphics
//! processors (feature `cuda`), and the oracle of our own forward pass (feature
//! `candle`).

use candle_core::{D, DType, Device, Tensor};

use crate::{
    card::Pooling,
    embedder::{EmbedError, Embedder, TextRole, normalise_length},
    model::Model,
    weights::{Layer, Linear, Norm, Weights},
};

/// Texts that go to the device together; its memory and the padding to the
/// longest text bound it.
const BATCH: usize = 32;

/// A model whose layers run on a candle device.
#[derive(Debug)]
pub struct DeviceModel {
    /// Card, tokenizer and word table; its layers are on the device.
    model: Model,
    id: String,
    device: Device,
    norm: DeviceNorm,
    layers: Vec<DeviceLayer>,
}

#[derive(Debug)]
struct DeviceNorm {
    weight: Tensor,
    bias: Tensor,
}

#[derive(Debug)]
struct DeviceLinear {
    /// `[n_in, n_out]`
    weight: Tensor,
    bias: Tensor,
}

#[derive(Debug)]
struct DeviceLayer {
    qkv: DeviceLinear,
    attention_output: DeviceLinear,
    attention_norm: DeviceNorm,
    up: DeviceLinear,
    down: DeviceLinear,
    output_norm: DeviceNorm,
}

impl DeviceModel {
    /// Moves the layers of `model` to `device`.
    ///
    /// # Errors
    /// When the device is out of memory, or `model` was not opened with
    /// [`crate::Precision::F32`].
    pub fn new(mut model: Model, device: Device) -> Result<Self, candle_core::Error> {
        let weights = &mut model.weights;
        let h = weights.shape.hidden;
        let layers = std::mem::take(&mut weights.layers);
        let layers = layers
            .iter()
            .map(|layer| DeviceLayer::new(layer, h, weights.shape.inner, &device));
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
            norm: DeviceNorm::new(&weights.norm, &device)?,
            id: model.model_id().to_owned(),
            device,
            model,
        })
    }

    fn forward(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, candle_core::Error> {
        let shape = &self.model.weights.shape;
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let mut hidden = self
            .norm
            .apply(&self.embed_words(texts, longest)?, shape.epsilon)?;
        let mask = self.mask(texts, longest)?;
        for layer in &self.layers {
            hidden = layer.apply(&hidden, &mask, shape.n_heads, shape.epsilon)?;
        }
        let mut pooled = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let tokens = hidden.get(row)?.narrow(0, 0, text.len())?;
            let vector = match self.model.card.pooling {
                Pooling::Mean => tokens.mean(0)?,
                Pooling::Cls => tokens.get(0)?,
            };
            pooled.push(vector.to_vec1::<f32>()?);
        }
        Ok(pooled)
    }

    /// `[n_texts, longest, hidden]`: words plus positions, zero behind a text.
    fn embed_words(
        &self,
        texts: &[Vec<u32>],
        longest: usize,
    ) -> Result<Tensor, candle_core::Error> {
        let weights: &Weights = &self.model.weights;
        let h = weights.shape.hidden;
        let mut values = vec![0.0; texts.len() * longest * h];
        for (text, values) in texts.iter().zip(values.chunks_exact_mut(longest * h)) {
            for (place, (&word, row)) in text.iter().zip(values.chunks_exact_mut(h)).enumerate() {
                weights.words.read_row(word, row);
                let position = weights.shape.first_position + place;
                for (value, add) in row.iter_mut().zip(&weights.positions[position * h..]) {
                    *value += add;
                }
            }
        }
        Tensor::from_vec(values, (texts.len(), longest, h), &self.device)
    }

    /// `[n_texts, 1, 1, longest]`: 0 on tokens, far below 0 behind them.
    fn mask(&self, texts: &[Vec<u32>], longest: usize) -> Result<Tensor, candle_core::Error> {
        let row = |text: &Vec<u32>| {
            let n_tokens = text.len();
            (0..longest).map(move |place| if place < n_tokens { 0.0_f32 } else { -1e9 })
        };
        let values: Vec<f32> = texts.iter().flat_map(row).collect();
        Tensor::from_vec(values, (texts.len(), 1, 1, longest), &self.device)
    }
}

impl Embedder for DeviceModel {
    fn model_id(&self) -> &str {
        &self.id
    }

    fn dim(&self) -> usize {
        self.model.dim()
    }

    fn max_tokens(&self) -> usize {
        self.model.max_tokens()
    }

    fn n_tokens(&self, text: &str, role: TextRole) -> usize {
        self.model.n_tokens(text, role)
    }

    fn embed(&self, texts: &[&str], role: TextRole) -> Result<Vec<Vec<f32>>, EmbedError> {
        let ids = self.model.encode_all(texts, role)?;
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|&place| (ids[place].len(), place));
        let mut vectors = vec![Vec::new(); ids.len()];
        for places in order.chunks(BATCH) {
            let batch: Vec<Vec<u32>> = places.iter().map(|&place| ids[place].clone()).collect();
            let pooled = self
                .forward(&batch)
                .map_err(|error| EmbedError::Device(Box::new(error)))?;
            for (&index, mut vector) in places.iter().zip(pooled) {
                normalise_length(&mut vector).ok_or(EmbedError::NotFinite { index })?;
                vectors[index] = vector;
            }
        }
        Ok(vectors)
    }
}

impl DeviceNorm {
    fn new(norm: &Norm, device: &Device) -> Result<Self, candle_core::Error> {
        Ok(Self {
            weight: Tensor::new(norm.weight.as_slice(), device)?,
            bias: Tensor::new(norm.bias.as_slice(), device)?,
        })
    }

    fn apply(&self, x: &Tensor, epsilon: f32) -> Result<Tensor, candle_core::Error> {
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let scaled = centred.broadcast_div(&(variance + f64::from(epsilon))?.sqrt()?)?;
        scaled
            .broadcast_mul(&self.weight)?
            .broadcast_add(&self.bias)
    }
}

impl DeviceLinear {
    fn new(linear: &Linear, n_in: usize, device: &Device) -> Result<Self, candle_core::Error> {
        let Linear::Floats { weight, bias } = linear else {
            candle_core::bail!("a device computes in floats: open the model with precision f32");
        };
        Ok(Self {
            weight: Tensor::from_slice(weight, (n_in, bias.len()), device)?,
            bias: Tensor::new(bias.as_slice(), device)?,
        })
    }

    fn apply(&self, x: &Tensor) -> Result<Tensor, candle_core::Error> {
        x.broadcast_matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

impl DeviceLayer {
    fn new(
        layer: &Layer,
        hidden: usize,
        inner: usize,
        device: &Device,
    ) -> Result<Self, candle_core::Error> {
        Ok(Self {
            qkv: DeviceLinear::new(&layer.qkv, hidden, device)?,
            attention_output: DeviceLinear::new(&layer.attention_output, hidden, device)?,
            attention_norm: DeviceNorm::new(&layer.attention_norm, device)?,
            up: DeviceLinear::new(&layer.up, hidden, device)?,
            down: DeviceLinear::new(&layer.down, inner, device)?,
            output_norm: DeviceNorm::new(&layer.output_norm, device)?,
        })
    }

    fn apply(
        &self,
        x: &Tensor,
        mask: &Tensor,
        n_heads: usize,
        epsilon: f32,
    ) -> Result<Tensor, candle_core::Error> {
        let attended = self
            .attention_output
            .apply(&self.attend(x, mask, n_heads)?)?;
        let x = self.attention_norm.apply(&(x + attended)?, epsilon)?;
        let fed = self.down.apply(&self.up.apply(&x)?.gelu_erf()?)?;
        self.output_norm.apply(&(x + fed)?, epsilon)
    }

    fn attend(
        &self,
        x: &Tensor,
        mask: &Tensor,
        n_heads: usize,
    ) -> Result<Tensor, candle_core::Error> {
        let (n_texts, longest, h) = x.dims3()?;
        let d = h / n_heads;
        // [3, n_texts, n_heads, longest, d]
        let qkv = self
            .qkv
            .apply(x)?
            .reshape((n_texts, longest, 3, n_heads, d))?;
        let qkv = qkv
            .permute((2, 0, 3, 1, 4))?
            .to_dtype(DType::F32)?
            .contiguous()?;
        let keys = qkv.get(1)?.transpose(2, 3)?.contiguous()?;
        let scores = (qkv.get(0)?.contiguous()?.matmul(&keys)? / (d as f64).sqrt())?;
        let scores = scores.broadcast_add(mask)?;
        let highest = scores.max_keepdim(D::Minus1)?;
        let powers = scores.broadcast_sub(&highest)?.exp()?;
        let shares = powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)?;
        let read = shares.matmul(&qkv.get(2)?.contiguous()?)?;
        read.transpose(1, 2)?
            .contiguous()?
            .reshape((n_texts, longest, h))
    }
}

#[cfg(test)]
mod tests;
