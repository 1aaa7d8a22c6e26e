//! Shared quotas in a database: a row a caller.

use jiff::Timestamp;

use super::{Engine, SqlCatalog, Turn, value::values};
use crate::{CatalogError, Draw, QuotaStore};

/// Milliseconds in which a bucket fills.
const WINDOW_MS: f64 = 60_000.0;

/// ?1 caller, ?2 full, ?3 taken, ?4 inflow a millisecond, ?5 now. A clock that
/// is behind another node's lets nothing flow in, and does not turn back.
const DRAW: &str = "
    INSERT INTO quota AS known (caller, remaining, at)
    VALUES (?1, CAST(?2 AS DOUBLE PRECISION) - ?3, ?5)
    ON CONFLICT (caller) DO UPDATE SET
        remaining = CASE
            WHEN ?5 <= known.at THEN known.remaining
            WHEN known.remaining + (?5 - known.at) * CAST(?4 AS DOUBLE PRECISION) > ?2 THEN ?2
            ELSE known.remaining + (?5 - known.at) * CAST(?4 AS DOUBLE PRECISION)
        END - ?3,
        at = CASE WHEN ?5 > known.at THEN ?5 ELSE known.at END
    RETURNING remaining";

impl<E: Engine> QuotaStore for SqlCatalog<E> {
    fn draw(&self, draws: &[Draw], now: Timestamp) -> Result<Vec<f64>, CatalogError> {
        // In one order, so that two nodes never wait for each other's rows.
        let mut order: Vec<usize> = (0..draws.len()).collect();
        order.sort_by(|&a, &b| draws[a].caller.cmp(&draws[b].caller));
        let keys: Vec<_> = order
            .iter()
            .map(|&at| {
                let draw = &draws[at];
                let full = f64::from(draw.quota);
                let n_taken = f64::from(draw.n_taken);
                values![
                    &draw.caller,
                    full,
                    n_taken,
                    full / WINDOW_MS,
                    now.as_millisecond()
                ]
            })
            .collect();
        let remaining = self.0.write::<_, CatalogError>(Turn::Rows, |session| {
            session.first_of_each("sharing quotas", DRAW, &keys, |row| row.get::<f64>(0))
        })?;
        let mut left = vec![0.0; draws.len()];
        for (at, remaining) in order.into_iter().zip(remaining) {
            // A row that was just written is always given back.
            left[at] = remaining.unwrap_or_default();
        }
        Ok(left)
    }

    fn forget_quotas(&self, before: Timestamp) -> Result<u64, CatalogError> {
        self.0.write(Turn::Rows, |session| {
            session.execute(
                "forgetting quotas",
                "DELETE FROM quota WHERE at < ?1",
                &values![before.as_millisecond()],
            )
        })
    }
}
