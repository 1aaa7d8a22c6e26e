//! How a topic grows, as a class that a map can show: by its share of the
//! library's records in the last complete years against the years before.

use std::collections::BTreeMap;

use crate::{locale::Locale, typography::decimal};

/// Years on each side of the comparison.
const SPAN: i32 = 3;
/// Fewer records on both sides together tell no growth.
const LEAST: u64 = 10;

/// How a topic grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Its share became 1.5 times as large, or more.
    Fast,
    /// 1.1 times.
    Slow,
    /// Between.
    Steady,
    /// Its share fell by a factor of 1.1.
    Fading,
    /// By a factor of 1.5, or more.
    FadingFast,
    /// Too few records.
    Unknown,
}

impl Growth {
    /// All, in the order of a legend.
    pub(crate) const ALL: [Self; 6] = [
        Self::Fast,
        Self::Slow,
        Self::Steady,
        Self::Fading,
        Self::FadingFast,
        Self::Unknown,
    ];

    /// A mark that is readable without colour.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Fast => "▲▲",
            Self::Slow => "▲",
            Self::Steady => "●",
            Self::Fading => "▼",
            Self::FadingFast => "▼▼",
            Self::Unknown => "?",
        }
    }

    /// The class of styles, and the fill of a picture outside pages.
    pub(crate) fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Fast => ("g0", "#1b6e5a"),
            Self::Slow => ("g1", "#8cc4b3"),
            Self::Steady => ("g2", "#e3ddd0"),
            Self::Fading => ("g3", "#e6b58d"),
            Self::FadingFast => ("g4", "#a4471b"),
            Self::Unknown => ("g5", "#ffffff"),
        }
    }

    /// The word for it.
    pub(crate) fn word(self, locale: Locale) -> &'static str {
        let w = &locale.words().topics;
        match self {
            Self::Fast => w.growth_fast,
            Self::Slow => w.growth_slow,
            Self::Steady => w.growth_steady,
            Self::Fading => w.growth_fading,
            Self::FadingFast => w.growth_fading_fast,
            Self::Unknown => w.growth_unknown,
        }
    }
}

/// The factor by which the share of a topic changed, and its class.
///
/// * `by_year`: records of the topic;
/// * `all`: records of the library;
/// * `unfinished_from`: the first year that is not complete.
pub(crate) fn growth(
    by_year: &BTreeMap<i32, u64>,
    all: &BTreeMap<i32, u64>,
    unfinished_from: i32,
) -> (Option<f64>, Growth) {
    // The years that the library has, not those of the calendar.
    let complete = all.keys().rev().find(|year| **year < unfinished_from);
    let Some(last) = complete else {
        return (None, Growth::Unknown);
    };
    let sum = |counts: &BTreeMap<i32, u64>, to: i32| -> u64 {
        let years = to.saturating_sub(SPAN - 1)..=to;
        counts.range(years).map(|(_, n)| n).sum()
    };
    let Some(before) = last.checked_sub(SPAN) else {
        return (None, Growth::Unknown);
    };
    let (new, old) = (sum(by_year, *last), sum(by_year, before));
    let (all_new, all_old) = (sum(all, *last), sum(all, before));
    if new + old < LEAST || all_new == 0 || all_old == 0 {
        return (None, Growth::Unknown);
    }
    #[allow(clippy::cast_precision_loss, reason = "counts of records")]
    let share = |n: u64, all: u64| (n as f64 + 0.5) / (all as f64 + 1.0);
    let factor = share(new, all_new) / share(old, all_old);
    let class = match factor {
        f if f >= 1.5 => Growth::Fast,
        f if f >= 1.1 => Growth::Slow,
        f if f > 1.0 / 1.1 => Growth::Steady,
        f if f > 1.0 / 1.5 => Growth::Fading,
        _ => Growth::FadingFast,
    };
    (Some(factor), class)
}

/// `× 1,5`, or a dash.
pub(crate) fn factor(factor: Option<f64>, locale: Locale) -> String {
    factor.map_or_else(
        || "–".to_owned(),
        |factor| format!("× {}", decimal(factor, 2, locale)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_of_the_share_and_leaves_the_unfinished_year_out() {
        let all: BTreeMap<i32, u64> = (2010..=2020).map(|year| (year, 100)).collect();
        let of = |counts: [u64; 7]| {
            let by_year: BTreeMap<i32, u64> = (2014..=2020).zip(counts).collect();
            growth(&by_year, &all, 2020)
        };
        assert_eq!(of([5, 5, 5, 20, 20, 20, 0]).1, Growth::Fast);
        assert_eq!(of([5, 5, 5, 5, 5, 5, 90]).1, Growth::Steady);
        assert_eq!(of([20, 20, 20, 5, 5, 5, 90]).1, Growth::FadingFast);
        assert_eq!(of([1, 0, 1, 1, 1, 0, 0]), (None, Growth::Unknown));
        let one_year: BTreeMap<i32, u64> = [(2020, 50)].into();
        assert_eq!(growth(&one_year, &one_year, 2021).0, None);
        let future: BTreeMap<i32, u64> = [(i32::MAX, 50), (i32::MIN, 50)].into();
        assert_eq!(growth(&future, &future, i32::MAX).1, Growth::Unknown);
    }
}
