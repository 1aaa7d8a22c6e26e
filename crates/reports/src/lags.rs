//! From science to technology to data: by how many years patents follow papers
//! and datasets follow both.

use std::fmt;

use records::RecordType;
use serde::Serialize;
use trends::{Lag, NoLag, lag};

use crate::material::Material;

/// The lag between two types of works.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TypeLag {
    /// What is taken as first.
    pub first: RecordType,
    /// What follows.
    pub second: RecordType,
    /// By how much.
    pub lag: Option<Lag>,
    /// Why that can't be said.
    pub refused: Option<String>,
}

const PAIRS: [(RecordType, RecordType); 2] = [
    (RecordType::Paper, RecordType::Patent),
    (RecordType::Paper, RecordType::Dataset),
];

/// Lags from papers to patents and to datasets, over the complete years.
pub fn lags(material: &Material, current_year: i32) -> Vec<TypeLag> {
    let n = usize::try_from(current_year - material.series.first_year).unwrap_or(0);
    let counts = |kind| -> &[f64] {
        let counts = material.by_type.get(&kind);
        counts.map_or(&[], |counts| &counts[..n.min(counts.len())])
    };
    let of = |(first, second)| {
        let found: Result<Lag, NoLag> = lag(counts(first), counts(second));
        TypeLag {
            first,
            second,
            lag: found.as_ref().ok().copied(),
            refused: found.err().map(|refused| refused.to_string()),
        }
    };
    PAIRS.into_iter().map(of).collect()
}

impl fmt::Display for TypeLag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lag {} → {}: ", self.first, self.second)?;
        match (&self.lag, &self.refused) {
            (Some(lag), _) => write!(f, "{} years", lag.years),
            (None, refused) => write!(f, "none, {}", refused.as_deref().unwrap_or_default()),
        }
    }
}
