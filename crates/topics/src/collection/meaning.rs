//! Vectors of meaning of the records, small enough for a million of them.

use rayon::prelude::*;
use records::RecordId;

use super::Entry;
use crate::latent::noise;

/// The vector of a record, of any length but the same for all; `None` when it
/// has none.
pub type VectorOf<'a> = &'a (dyn Fn(&RecordId) -> Option<Vec<f32>> + Sync);

/// Where vectors come from.
#[derive(Clone, Copy)]
pub struct Meaning<'a> {
    /// Name of the model that made them.
    pub model: &'a str,
    /// One a record.
    pub vector_of: VectorOf<'a>,
}

/// Records from which vectors are made shorter: 300,000 of 384 coordinates
/// take 460 MB.
const SHORTER_FROM: usize = 300_000;
/// Coordinates of shortened vectors: distances stay within some per cent.
const SHORT: usize = 96;

/// The vectors of the records, empty for those that have none.
///
/// **Source of the shortening:** Johnson & Lindenstrauss 1984; a fixed matrix
/// of signs as in Achlioptas 2003.
pub(super) fn read(meaning: Option<Meaning<'_>>, entries: &[Entry]) -> Vec<Vec<f32>> {
    let Some(meaning) = meaning else {
        return vec![Vec::new(); entries.len()];
    };
    let read = |entry: &Entry| {
        let vector = (meaning.vector_of)(&entry.id).unwrap_or_default();
        if entries.len() < SHORTER_FROM || vector.len() <= SHORT {
            return vector;
        }
        let ways = noise(SHORT, vector.len(), 1);
        let along = |way: usize| -> f32 {
            let pairs = ways.row(way).iter().zip(&vector);
            pairs.map(|(way, value)| way.signum() * value).sum()
        };
        (0..SHORT).map(along).collect()
    };
    entries.par_iter().map(read).collect()
}
