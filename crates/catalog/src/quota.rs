//! The seam of quotas that several nodes share: one bucket of requests a
//! caller, which refills with time (a token bucket).

use jiff::Timestamp;

use crate::CatalogError;

/// What a caller took at one node since that node last told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// Who: a name that all nodes give to the same caller.
    pub caller: String,
    /// What a full bucket holds, and what flows in each minute; above 0.
    pub quota: u32,
    /// Requests let through.
    pub n_taken: u32,
}

/// Quotas that nodes share. Nodes let requests through by buckets of their own
/// and tell of them afterwards, so no request waits for this; its laws are
/// written as tests in `catalog::testsuite`.
pub trait QuotaStore: Send + Sync {
    /// Takes out of the shared buckets what callers took at a node, and gives
    /// what is left in each, in the order of `draws`: below 0 when nodes
    /// together let more through than a full bucket holds. A caller not known
    /// has a full bucket. Callers are each told once in `draws`.
    ///
    /// # Errors
    /// Nothing was taken after any error.
    fn draw(&self, draws: &[Draw], now: Timestamp) -> Result<Vec<f64>, CatalogError>;

    /// Forgets callers who asked for nothing since `before`; gives how many.
    ///
    /// # Errors
    /// When the store cannot be asked.
    fn forget_quotas(&self, before: Timestamp) -> Result<u64, CatalogError>;
}
