//! The likeliest sequence of states over the words of a text (Viterbi), where a change of state has a price.
//!
//! State 0 is text as it stands; the others are readings of it. A word gives each state an advantage over state 0.

/// Finds the sequence of states with the highest sum of advantages less the prices of changes.
///
/// `enter[s]` is the price of going from state 0 to state `s` (`enter[0]` is not used), `switch` that of going from
/// one other state to another; going back to state 0 is free. Ties go to staying, then to the lower state. Linear
/// in the number of words.
pub(crate) fn best_path<const S: usize>(
    advantages: impl ExactSizeIterator<Item = [f32; S]>,
    enter: &[f32; S],
    switch: f32,
) -> Vec<u8> {
    let mut scores = [f32::NEG_INFINITY; S];
    scores[0] = 0.0;
    let mut back: Vec<[u8; S]> = Vec::with_capacity(advantages.len());
    for advantage in advantages {
        let before = scores;
        let (leave, best) = top(&before);
        let mut from = [leave; S];
        scores[0] = best + advantage[0];
        for state in 1..S {
            let stay = before[state];
            let enter_now = before[0] - enter[state];
            let switch_now = best - switch;
            let (origin, score) = if stay >= enter_now && stay >= switch_now {
                (state as u8, stay)
            } else if enter_now >= switch_now {
                (0, enter_now)
            } else {
                (leave, switch_now)
            };
            from[state] = origin;
            scores[state] = score + advantage[state];
        }
        back.push(from);
    }
    let mut path = vec![0; back.len()];
    let mut state = top(&scores).0;
    for (at, from) in back.iter().enumerate().rev() {
        path[at] = state;
        state = from[usize::from(state)];
    }
    path
}

/// The highest score and its state; ties to the lower state.
fn top<const S: usize>(scores: &[f32; S]) -> (u8, f32) {
    (0u8..)
        .zip(*scores)
        .fold((0, f32::NEG_INFINITY), |best, next| {
            if next.1 > best.1 { next } else { best }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_entered_when_it_pays() {
        let path =
            |gains: &[f32]| best_path(gains.iter().map(|&gain| [0.0, gain]), &[0.0, 5.0], 9.0);
        assert_eq!(path(&[0.0, 4.0, 0.0]), [0, 0, 0]);
        assert_eq!(path(&[-1.0, 4.0, 4.0, -1.0]), [0, 1, 1, 0]);
        assert_eq!(path(&[9.0, -3.0, 9.0]), [1, 1, 1]);
        assert_eq!(path(&[9.0, -6.0, 9.0]), [1, 0, 1]);
        assert!(path(&[]).is_empty());
    }
}
