//! All rules over one record: its scores, and what it fails.

use crate::{
    Criterion,
    rule::{Look, Rule, Verdict},
};

/// What the rules say of one record.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// Per criterion, in the order of [`Criterion::ALL`]: 100 × weight of the
    /// rules that hold / weight of the rules that apply; `None` where none does.
    pub criteria: [Option<f64>; 6],
    /// Mean of the criteria that apply, 0 to 100; 100 where none does.
    pub overall: f64,
    /// The rules that apply.
    pub asked: Vec<&'static Rule>,
    /// The rules that fail, each with the value at fault.
    pub failed: Vec<(&'static Rule, String)>,
}

/// Holds every rule against a record.
pub fn judge(look: &Look<'_>) -> Judgement {
    let mut asked = Vec::new();
    let mut failed = Vec::new();
    for rule in Rule::all() {
        match rule.judge(look) {
            Verdict::DoesNotApply => continue,
            Verdict::Holds => {}
            Verdict::Fails(fault) => failed.push((rule, fault)),
        }
        asked.push(rule);
    }
    let weight = |rules: &mut dyn Iterator<Item = &&'static Rule>, criterion: Criterion| {
        let own = rules.filter(|rule| rule.criterion == criterion);
        f64::from(own.map(|rule| rule.weight).sum::<u32>())
    };
    let criteria = Criterion::ALL.map(|criterion| {
        let of = weight(&mut asked.iter(), criterion);
        let lost = weight(&mut failed.iter().map(|(rule, _)| rule), criterion);
        (of > 0.0).then(|| 100.0 * (of - lost) / of)
    });
    Judgement {
        overall: mean(criteria.into_iter().flatten()).unwrap_or(100.0),
        criteria,
        asked,
        failed,
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}
