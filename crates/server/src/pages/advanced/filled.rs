//! The form as a search fills it: what a row or a choice of the form can say goes
//! there, everything else stays in the free query or among the filters that are
//! kept as they are, so that nothing is lost on the way.

use index::FacetField;
use records::RecordType;

use super::{
    LANGUAGES, N_ROWS, SUBJECTS,
    condition::{Condition, How, joined, words},
};
use crate::params::Params;

/// What stands in the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filled {
    /// The free query.
    pub(super) free: String,
    /// At most as many as there are rows.
    pub(super) rows: Vec<Condition>,
    /// Values of the ticks and choices: their names in the form, the values.
    pub(super) chosen: Vec<(&'static str, String)>,
    /// Filters that the form has no field for.
    pub(super) kept: Vec<String>,
}

impl Filled {
    /// Takes a search apart.
    pub(super) fn of(search: &Params) -> Self {
        let mut filled = Self::default();
        filled.take_query(search.get("q").unwrap_or_default().trim());
        let filters: Vec<&str> = search.all("filter").collect();
        for filter in &filters {
            filled.take_filter(filter, &filters);
        }
        for name in ["sort", "mode"] {
            let value = search.get(name).map(|value| (name, value.to_owned()));
            filled.chosen.extend(value);
        }
        filled
    }

    /// Whether a value is ticked or chosen.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.chosen
            .iter()
            .any(|(known, chosen)| *known == name && chosen == value)
    }

    /// What stands in a field of one value.
    pub(super) fn value(&self, name: &str) -> String {
        let mut of_name = self.chosen.iter().filter(|(known, _)| *known == name);
        of_name
            .next()
            .map_or_else(String::new, |(_, value)| value.clone())
    }

    /// Only a query whose parts are joined by AND alone is taken apart, and only
    /// where the form writes it the same again: any other one says something as a
    /// whole.
    fn take_query(&mut self, query: &str) {
        let parts = joined_by_and(query).unwrap_or_default();
        let is_bare =
            |one: &Condition| one.field.is_none() && one.how == How::All && !one.text.contains(' ');
        let read: Vec<_> = parts
            .iter()
            .map(|part| (part, Condition::read(part)))
            .collect();
        let is_free = match &read[..] {
            [] | [(_, None)] => true,
            [(_, Some(one))] => is_bare(one),
            _ => false,
        };
        if is_free {
            query.clone_into(&mut self.free);
            return;
        }
        // The last ones: what the form writes first is the free query.
        let n_conditions = read.iter().filter(|(_, one)| one.is_some()).count();
        let mut n_over = n_conditions.saturating_sub(N_ROWS);
        let (mut free, mut rows) = (Vec::new(), Vec::new());
        for (part, condition) in read {
            match condition {
                Some(condition) if n_over == 0 => rows.push(condition),
                over => {
                    n_over -= usize::from(over.is_some());
                    free.push(*part);
                }
            }
        }
        let free = match &free[..] {
            [one] => without_brackets(one).trim().to_owned(),
            parts => parts.join(" AND "),
        };
        // Only where the form would write the very same query again.
        let written = joined(&free, rows.iter().filter_map(Condition::query).collect());
        if written == query {
            (self.free, self.rows) = (free, rows);
        } else {
            query.clone_into(&mut self.free);
        }
    }

    fn take_filter(&mut self, filter: &str, all: &[&str]) {
        let (name, value) = filter.split_once(':').unwrap_or((filter, ""));
        let is_only = all
            .iter()
            .filter(|other| other.starts_with(&format!("{name}:")))
            .count()
            == 1;
        let has = |known: &[&str]| known.contains(&value);
        let kinds = RecordType::ALL.map(RecordType::as_str);
        let chosen = match name {
            _ if name == FacetField::Type.as_str() && has(&kinds) => Some("type"),
            _ if name == FacetField::Language.as_str() && is_only && has(&LANGUAGES) => {
                Some("language")
            }
            _ if name == FacetField::Field.as_str() && is_only && has(&SUBJECTS) => Some("field"),
            _ => None,
        };
        match (chosen, span(value)) {
            (Some(chosen), _) => self.chosen.push((chosen, value.to_owned())),
            (None, Some((from, to))) if name == "year" && is_only => {
                let bounds = [("year_from", from), ("year_to", to)];
                let bounds = bounds.into_iter().filter(|(_, year)| !year.is_empty());
                self.chosen
                    .extend(bounds.map(|(name, year)| (name, year.to_owned())));
            }
            _ => self.kept.push(filter.to_owned()),
        }
    }
}

/// The bounds of a span of years as the form writes one.
fn span(value: &str) -> Option<(&str, &str)> {
    let is_year = |year: &str| {
        year.len() == 4
            && year
                .parse::<u16>()
                .is_ok_and(|year| (1000..=2100).contains(&year))
    };
    let bounds = value.split_once("..").unwrap_or((value, value));
    let is_bound = |year: &str| year.is_empty() || is_year(year);
    let is_span = is_bound(bounds.0) && is_bound(bounds.1) && bounds != ("", "");
    // A span of one year is written as that year.
    (is_span && (bounds.0 != bounds.1 || !value.contains(".."))).then_some(bounds)
}

/// The parts of a query that AND joins at its top; `None` when anything else
/// stands between them, or brackets and quotes do not close.
fn joined_by_and(query: &str) -> Option<Vec<&str>> {
    let words = words(query).filter(|_| !query.contains(['“', '”', '„']))?;
    let mut parts: Vec<&str> = Vec::new();
    let mut open = true;
    let mut start = None;
    for (at, word) in words {
        match (word, open) {
            ("AND", false) => open = true,
            ("NOT", true) if start.is_none() => start = Some(at),
            ("AND" | "OR" | "NOT" | "TO" | "VÀ" | "HOẶC" | "KHÔNG" | "&&" | "||", _) => {
                return None;
            }
            (word, true) => {
                parts.push(&query[start.take().unwrap_or(at)..at + word.len()]);
                open = false;
            }
            (_, false) => return None,
        }
    }
    (!open && start.is_none()).then_some(parts)
}

/// A part without the brackets around the whole of it.
fn without_brackets(part: &str) -> &str {
    let inner = part
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'));
    inner.filter(|inner| words(inner).is_some()).unwrap_or(part)
}

#[cfg(test)]
mod tests;
