//! Axes: round steps, and where a value lies on paper.

/// Values from `low` to `high` on a stretch of paper.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    /// Where marks stand.
    pub(crate) ticks: Vec<f64>,
}

/// Marks on an axis of figures, about.
const N_TICKS: f64 = 5.0;
/// Marks on an axis of years, at most: a label takes about 40 units of 600.
const MAX_YEARS: i64 = 13;

impl Axis {
    /// An axis of figures: 0 and all of `values` on it, ends at round numbers.
    /// `step_from` is the least distance of two marks.
    pub(crate) fn figures(
        values: impl Iterator<Item = f64>,
        step_from: f64,
        from: f64,
        to: f64,
    ) -> Self {
        let (mut low, mut high) = (0.0f64, 0.0f64);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        let step = round_step((high - low) / N_TICKS).max(step_from);
        let first = (low / step).floor();
        let last = (high / step).ceil().max(first + 1.0);
        // A figure beside one of another size adds no marks without end.
        let n = ((last - first) as usize).min(20);
        Self {
            low: first * step,
            high: last * step,
            from,
            to,
            ticks: (0..=n).map(|i| (first + i as f64) * step).collect(),
        }
    }

    /// An axis of years, half a year of room at both ends.
    pub(crate) fn years(years: &[i32], from: f64, to: f64) -> Self {
        let first = i64::from(years.first().copied().unwrap_or(2000));
        let last = i64::from(years.last().copied().unwrap_or(2000));
        let n = last - first + 1;
        let steps = (0..).flat_map(|power| [1i64, 2, 5].map(|digit| digit * 10i64.pow(power)));
        let step = steps
            .take(30)
            .find(|step| n / step < MAX_YEARS)
            .unwrap_or(n);
        let start = first.div_euclid(step) * step;
        let ticks = (0..)
            .map(|i| start + i * step)
            .skip_while(|year| *year < first);
        Self {
            low: first as f64 - 0.5,
            high: last as f64 + 0.5,
            from,
            to,
            ticks: ticks
                .take_while(|year| *year <= last)
                .map(|y| y as f64)
                .collect(),
        }
    }

    /// Where a value lies.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }
}

/// 1, 2 or 5 times a power of ten, at least `step`.
fn round_step(step: f64) -> f64 {
    if step <= 0.0 || !step.is_finite() {
        return 1.0;
    }
    let power = 10f64.powf(step.log10().floor());
    let digit = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|digit| digit * power >= step * (1.0 - 1e-9));
    digit.unwrap_or(10.0) * power
}
