//! Bursts: runs of years in which a group holds more of the collection than
//! it usually does.

use serde::Serialize;

use crate::counts::CountSeries;

/// One burst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Burst {
    /// First year.
    pub from: i32,
    /// Last year; equal to the last year of the series when it still goes on.
    pub until: i32,
    /// How much better the burst explains these years than the usual rate
    /// does, in nats: larger is stronger.
    pub weight: f64,
}

/// In a burst the rate is this many times the usual one: the source's choice.
const SCALING: f64 = 2.0;
/// Price of entering a burst, times the logarithm of the number of years: the
/// source's choice.
const ENTRY_PRICE: f64 = 1.0;

/// Finds the bursts of a series with a two-state automaton over yearly batches.
///
/// In the usual state a record belongs to the group with probability
/// `p₀ = Σcounts / Σtotals`, in a burst with `p₁ = s·p₀` (at most 0.9999). The
/// cheapest sequence of states, where entering a burst costs `γ·ln n` and
/// leaving is free, gives the bursts, in order of time. O(n).
///
/// **Source:** J. Kleinberg, "Bursty and hierarchical structure in streams",
/// KDD 2002, section 4 (batched arrivals).
pub fn bursts(series: &CountSeries) -> Vec<Burst> {
    let total: f64 = series.totals.iter().sum();
    let usual = series.counts.iter().sum::<f64>() / total;
    if !(usual > 0.0 && usual < 1.0) {
        return Vec::new();
    }
    let raised = (SCALING * usual).min(0.9999);
    let costs: Vec<[f64; 2]> = series
        .counts
        .iter()
        .zip(&series.totals)
        .map(|(r, d)| [cost(*r, *d, usual), cost(*r, *d, raised)])
        .collect();
    let states = cheapest_states(&costs, ENTRY_PRICE * (costs.len() as f64).ln());
    collect_runs(&states, &costs, series.first_year)
}

/// Negative log likelihood of `r` of `d` at rate `p`; the binomial coefficient
/// is the same for both states and left out.
fn cost(r: f64, d: f64, p: f64) -> f64 {
    -(r * p.ln() + (d - r).max(0.0) * (1.0 - p).ln())
}

/// Viterbi over two states; ties stay in the usual state.
fn cheapest_states(costs: &[[f64; 2]], entry: f64) -> Vec<bool> {
    // Before the first year nothing bursts: to begin in one has its price too.
    let mut best = [0.0, f64::INFINITY];
    let mut came_from: Vec<[bool; 2]> = Vec::with_capacity(costs.len());
    for cost in costs {
        let leaves = best[1] < best[0];
        let stays = best[1] <= best[0] + entry;
        came_from.push([leaves, stays]);
        best = [
            if leaves { best[1] } else { best[0] } + cost[0],
            if stays { best[1] } else { best[0] + entry } + cost[1],
        ];
    }
    let mut state = best[1] < best[0];
    let mut states = vec![false; costs.len()];
    for i in (0..costs.len()).rev() {
        states[i] = state;
        state = came_from[i][usize::from(state)];
    }
    states
}

fn collect_runs(states: &[bool], costs: &[[f64; 2]], first_year: i32) -> Vec<Burst> {
    let mut bursts: Vec<Burst> = Vec::new();
    for (year, (in_burst, cost)) in (first_year..).zip(states.iter().zip(costs)) {
        if !in_burst {
            continue;
        }
        let gain = cost[0] - cost[1];
        match bursts.last_mut() {
            Some(burst) if burst.until == year - 1 => {
                burst.until = year;
                burst.weight += gain;
            }
            _ => bursts.push(Burst {
                from: year,
                until: year,
                weight: gain,
            }),
        }
    }
    bursts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(counts: &[f64]) -> CountSeries {
        CountSeries {
            first_year: 2010,
            counts: counts.to_vec(),
            totals: vec![200.0; counts.len()],
        }
    }

    #[test]
    fn finds_the_years_of_the_epidemic() {
        let found = bursts(&series(&[
            1.0, 0.0, 1.0, 1.0, 20.0, 25.0, 18.0, 1.0, 0.0, 1.0,
        ]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].from, found[0].until), (2014, 2016));
        assert!(found[0].weight > 5.0);
    }

    #[test]
    fn a_few_more_at_the_start_are_no_burst() {
        assert!(bursts(&series(&[2.0, 1.0, 2.0, 2.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0])).is_empty());
    }

    #[test]
    fn a_steady_share_has_no_burst() {
        assert!(bursts(&series(&[6.0, 5.0, 7.0, 6.0, 5.0, 6.0])).is_empty());
        assert!(bursts(&series(&[0.0; 6])).is_empty());
    }

    #[test]
    fn growth_of_the_collection_is_no_burst() {
        let grown = CountSeries {
            first_year: 2010,
            counts: vec![1.0, 2.0, 4.0, 8.0, 16.0],
            totals: vec![10.0, 20.0, 40.0, 80.0, 160.0],
        };
        assert!(bursts(&grown).is_empty());
    }
}
