//! The seam: a method that continues a series.

use std::fmt::Debug;

/// A method that continues a series. Stateless: the same history gives the same
/// forecast.
pub trait Forecaster: Debug + Send + Sync {
    /// Short name shown beside every forecast.
    fn name(&self) -> &'static str;

    /// Fewest values it can work from.
    fn min_length(&self) -> usize;

    /// Expected values 1, 2, … `horizon` periods after the last of `history`.
    ///
    /// `history` holds finite values in order of time, at least
    /// [`Forecaster::min_length`] of them; the answer has `horizon` values.
    fn forecast(&self, history: &[f64], horizon: usize) -> Vec<f64>;
}
