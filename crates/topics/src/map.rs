//! Topics on a map: like topics near each other, no two on top of each other,
//! and each near the place where the build before had it.
//!
//! **Source:** Gansner, Koren & North, *Graph Drawing by Stress Majorization*,
//! GD 2004: distances on paper follow those in the latent space, near ones
//! most of all. Started from the two longest axes of the cloud, so that nothing
//! depends on chance.

use crate::linear::Matrix;

/// A place, both coordinates in 0..=1.
pub type Place = [f64; 2];

/// Rounds of majorisation: the picture hardly moves after fifty.
const N_ROUNDS: usize = 60;
/// Rounds of pushing apart what overlaps.
const N_PUSHES: usize = 80;
/// Share of the paper that the circles of all topics cover together.
const COVERED: f64 = 0.22;

/// Places for `centres`, one a row, of length 1; circles of areas in the
/// proportion of `sizes` lie beside each other as far as the paper allows.
pub(crate) fn places(centres: &Matrix, sizes: &[usize]) -> Vec<Place> {
    let mut places = start(centres);
    majorise(&mut places, centres);
    spread(&mut places, sizes);
    into_unit(&mut places);
    places
}

/// Turns or mirrors a map so that it fits best where the build before had some
/// of its topics.
pub(crate) fn fit_to(places: &mut [Place], former: &[Option<Place>]) {
    align(places, former);
    into_unit(places);
}

/// Radius of a circle on a map of 1 × 1, of a topic of `size` among all of
/// `n_all` documents.
pub(crate) fn radius(size: u64, n_all: u64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "for drawing")]
    let share = size as f64 / n_all.max(1) as f64;
    (COVERED * share / std::f64::consts::PI).sqrt()
}

fn start(centres: &Matrix) -> Vec<Place> {
    let axes = centres.along_main_axes(2);
    let mut places: Vec<Place> = (0..centres.n_rows)
        .map(|row| {
            let at = axes.row(row);
            let along = |axis: usize| f64::from(at.get(axis).copied().unwrap_or(0.0));
            // Two topics of the same centre do not start on one place.
            [along(0) + 1e-6 * row as f64, along(1)]
        })
        .collect();
    // An axis may point either way: its longest part points up.
    for axis in 0..2 {
        let longest = places.iter().map(|place| place[axis]);
        let longest = longest.max_by(|a, b| a.abs().total_cmp(&b.abs()));
        if longest.is_some_and(|value| value < 0.0) {
            places.iter_mut().for_each(|place| place[axis] *= -1.0);
        }
    }
    places
}

/// Distance in the latent space, never 0.
fn distance(centres: &Matrix, a: usize, b: usize) -> f64 {
    let pairs = centres.row(a).iter().zip(centres.row(b));
    let cosine: f64 = pairs.map(|(x, y)| f64::from(x * y)).sum();
    (2.0 - 2.0 * cosine).max(0.0).sqrt().max(0.05)
}

fn majorise(places: &mut Vec<Place>, centres: &Matrix) {
    let n = places.len();
    let mut wanted = vec![0.0; n * n];
    for a in 0..n {
        for b in 0..a {
            let apart = distance(centres, a, b);
            (wanted[a * n + b], wanted[b * n + a]) = (apart, apart);
        }
    }
    for _ in 0..N_ROUNDS {
        let mut next = places.clone();
        for (a, place) in next.iter_mut().enumerate() {
            let (mut sum, mut weights) = ([0.0; 2], 0.0);
            for b in (0..n).filter(|b| *b != a) {
                let apart = wanted[a * n + b];
                let weight = apart.powi(-4);
                let gap = [0, 1].map(|axis| places[a][axis] - places[b][axis]);
                let now = gap[0].hypot(gap[1]).max(1e-9);
                for axis in 0..2 {
                    sum[axis] += weight * (places[b][axis] + apart * gap[axis] / now);
                }
                weights += weight;
            }
            if weights > 0.0 {
                *place = sum.map(|value| value / weights);
            }
        }
        *places = next;
    }
}

/// Turns or mirrors the places so that those which had one before come near
/// it (Procrustes in the plane, scale left alone).
fn align(places: &mut [Place], former: &[Option<Place>]) {
    let pairs: Vec<(Place, Place)> = (places.iter().zip(former))
        .filter_map(|(now, before)| Some((*now, (*before)?)))
        .collect();
    if pairs.len() < 3 {
        return;
    }
    let n = pairs.len() as f64;
    let mean = |side: fn(&(Place, Place)) -> Place| {
        let sum = pairs.iter().map(side);
        sum.fold([0.0; 2], |s, p| [s[0] + p[0] / n, s[1] + p[1] / n])
    };
    let (from, to) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let fit = |mirror: f64| {
        let (mut cosine, mut sine) = (0.0, 0.0);
        for (now, before) in &pairs {
            let (x, y) = (now[0] - from[0], mirror * (now[1] - from[1]));
            let (u, v) = (before[0] - to[0], before[1] - to[1]);
            cosine += x * u + y * v;
            sine += x * v - y * u;
        }
        (cosine.hypot(sine), sine.atan2(cosine))
    };
    let (straight, mirrored) = (fit(1.0), fit(-1.0));
    let (mirror, angle) = if mirrored.0 > straight.0 {
        (-1.0, mirrored.1)
    } else {
        (1.0, straight.1)
    };
    for place in places {
        let (x, y) = (place[0] - from[0], mirror * (place[1] - from[1]));
        *place = [
            x * angle.cos() - y * angle.sin(),
            x * angle.sin() + y * angle.cos(),
        ];
    }
}

/// Pushes circles apart that overlap.
fn spread(places: &mut [Place], sizes: &[usize]) {
    into_unit(places);
    let n_all: usize = sizes.iter().sum();
    let radii: Vec<f64> = (sizes.iter())
        .map(|size| radius(*size as u64, n_all as u64))
        .collect();
    for _ in 0..N_PUSHES {
        let mut is_still = true;
        for a in 0..places.len() {
            for b in 0..a {
                let gap = [0, 1].map(|axis| places[a][axis] - places[b][axis]);
                let now = gap[0].hypot(gap[1]);
                let missing = 1.08 * (radii[a] + radii[b]) - now;
                if missing <= 1e-4 {
                    continue;
                }
                is_still = false;
                let way = if now > 1e-9 {
                    gap.map(|value| value / now)
                } else {
                    [1.0, 0.0]
                };
                for axis in 0..2 {
                    places[a][axis] += way[axis] * missing / 2.0;
                    places[b][axis] -= way[axis] * missing / 2.0;
                }
            }
        }
        if is_still {
            break;
        }
    }
}

/// Scales the places to the unit square, both axes alike where that fits.
fn into_unit(places: &mut [Place]) {
    for axis in 0..2 {
        let values = places.iter().map(|place| place[axis]);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let span = high - low;
        for place in places.iter_mut() {
            place[axis] = if span > 1e-9 {
                (place[axis] - low) / span
            } else {
                0.5
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups of directions.
    fn centres() -> Matrix {
        let mut centres = Matrix::zeros(8, 3);
        for row in 0..8 {
            let way = if row < 4 { 0 } else { 1 };
            centres.row_mut(row)[way] = 1.0;
            centres.row_mut(row)[2] = 0.1 * (row % 4) as f32;
        }
        centres.normalise_rows();
        centres
    }

    fn apart(a: Place, b: Place) -> f64 {
        (a[0] - b[0]).hypot(a[1] - b[1])
    }

    #[test]
    fn like_topics_lie_together_and_none_on_top_of_another() {
        let found = places(&centres(), &[10; 8]);
        for a in 0..8 {
            assert!(found[a].iter().all(|value| (0.0..=1.0).contains(value)));
            for b in 0..a {
                assert!(apart(found[a], found[b]) > 0.05, "{a} {b}");
            }
        }
        let mean = |pairs: Vec<(usize, usize)>| {
            pairs
                .iter()
                .map(|(a, b)| apart(found[*a], found[*b]))
                .sum::<f64>()
                / pairs.len() as f64
        };
        let all = || (0..8usize).flat_map(|a| (0..a).map(move |b| (a, b)));
        let inside = mean(all().filter(|(a, b)| a / 4 == b / 4).collect());
        let across = mean(all().filter(|(a, b)| a / 4 != b / 4).collect());
        assert!(inside < across, "{inside} {across}");
    }

    #[test]
    fn a_map_fits_the_one_before() {
        let first = places(&centres(), &[10; 8]);
        let mirrored: Vec<Option<Place>> = first.iter().map(|p| Some([p[0], 1.0 - p[1]])).collect();
        let mut second = first.clone();
        fit_to(&mut second, &mirrored);
        for (now, before) in second.iter().zip(&mirrored) {
            assert!(apart(*now, before.unwrap()) < 0.15, "{now:?} {before:?}");
        }
    }

    #[test]
    fn one_topic_and_topics_of_one_centre_have_places() {
        let mut same = Matrix::zeros(3, 2);
        (0..3).for_each(|row| same.row_mut(row)[0] = 1.0);
        for n in [0, 1, 3] {
            let part = Matrix {
                n_rows: n,
                n_columns: 2,
                values: same.values[..2 * n].to_vec(),
            };
            let found = places(&part, &vec![5; n]);
            assert!(found.iter().flatten().all(|value| value.is_finite()));
        }
    }
}
