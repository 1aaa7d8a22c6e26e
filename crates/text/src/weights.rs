//! Tables of hashed feature weights, as the trained models keep them.
//!
//! Training works with floats; a model holds one signed byte a weight and a
//! scale. Most weights are zero, so the table packs well.

/// The place of a 64-bit feature hash in a table of 2^`bits` entries.
pub(crate) fn place(feature: u64, bits: u32) -> usize {
    (feature >> (64 - bits)) as usize
}

/// Mixes a template number and the parts of a feature into one hash.
pub(crate) fn feature(template: u64, parts: &[u64]) -> u64 {
    let mut hash = template.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for &part in parts {
        hash = (hash.rotate_left(29) ^ part).wrapping_mul(0xA24B_AED4_963E_E407);
    }
    hash ^ (hash >> 29)
}

/// Weights of one byte each.
#[derive(Clone)]
pub(crate) struct Weights {
    bytes: Vec<i8>,
    scale: f32,
    bits: u32,
}

impl Weights {
    /// Rounds floats to bytes.
    ///
    /// * `weights`: 2^n numbers
    /// * `step`: nats of one unit; larger numbers than 127 steps are cut
    pub(crate) fn quantise(weights: &[f32], step: f32) -> Self {
        let bytes = weights
            .iter()
            .map(|w| (w / step).round().clamp(-127.0, 127.0) as i8)
            .collect();
        Self {
            bytes,
            scale: step,
            bits: weights.len().ilog2(),
        }
    }

    /// The sum of the weights of `features`, in nats.
    pub(crate) fn sum(&self, features: &[u64]) -> f32 {
        let total: i32 = features
            .iter()
            .map(|&f| i32::from(self.bytes[place(f, self.bits)]))
            .sum();
        total as f32 * self.scale
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The `n` weights from place `at` on, in units of [`Weights::scale`]; fewer at
    /// the end.
    pub(crate) fn row(&self, at: usize, n: usize) -> &[i8] {
        let row = self.bytes.get(at..).unwrap_or(&[]);
        &row[..n.min(row.len())]
    }

    /// Nats of one unit.
    pub(crate) fn scale(&self) -> f32 {
        self.scale
    }

    /// Appends: scale, bits, then the bytes.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.scale.to_le_bytes());
        out.extend(self.bits.to_le_bytes());
        out.extend(self.bytes.iter().map(|&b| b.cast_unsigned()));
    }

    /// Reads what [`Weights::write`] wrote; `None` when bytes are missing.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (scale, rest) = bytes.split_first_chunk::<4>()?;
        let (bits, rest) = rest.split_first_chunk::<4>()?;
        let bits = u32::from_le_bytes(*bits);
        let len = 1usize
            .checked_shl(bits)
            .filter(|&len| bits > 0 && len <= rest.len())?;
        let (table, rest) = rest.split_at(len);
        let bytes = table.iter().map(|&b| b.cast_signed()).collect();
        Some((
            Self {
                bytes,
                scale: f32::from_le_bytes(*scale),
                bits,
            },
            rest,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_survive_writing_and_reading() {
        let floats: Vec<f32> = (0..16).map(|i| (i as f32 - 8.0) * 0.31).collect();
        let weights = Weights::quantise(&floats, 0.05);
        let mut bytes = Vec::new();
        weights.write(&mut bytes);
        bytes.push(7);
        let (read, rest) = Weights::read(&bytes).unwrap();
        assert_eq!(
            (read.bytes.clone(), rest),
            (weights.bytes.clone(), &[7u8][..])
        );
        let features: Vec<u64> = (0..16u64).map(|i| i << 60).collect();
        for (feature, float) in features.iter().zip(&floats) {
            assert!((read.sum(&[*feature]) - float).abs() <= 0.026);
        }
        assert!(Weights::read(&bytes[..10]).is_none());
    }
}
