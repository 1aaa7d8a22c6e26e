//! Conditions that both stores put into every request: what whoever asks may
//! see, and the filters of the question.

use index::{FacetField, Filter, InvalidFilter, YearRange, exact::facet_values};
use qdrant_client::qdrant::{self, Condition, Range};
use records::{AccessLevel, Clearance, Record};

use crate::payload::{self, Payload};

/// Only what `clearance` may see.
pub(crate) fn visible(clearance: Clearance) -> Condition {
    let levels = AccessLevel::ALL
        .into_iter()
        .filter(|level| clearance.may_see(*level));
    let levels: Vec<String> = levels.map(|level| level.to_string()).collect();
    Condition::matches(FacetField::Access.as_str(), levels)
}

/// The field has this value, the whole of it. The client itself would make a search
/// for words of a value with a blank, which no index of values answers: the server
/// then reads every record.
pub(crate) fn is(field: &str, value: impl Into<String>) -> Condition {
    Condition::matches(field, vec![value.into()])
}

/// One condition for each field: several values mean "or".
pub(crate) fn of_filters(filters: &[Filter]) -> Result<Vec<Condition>, InvalidFilter> {
    let mut conditions = Vec::new();
    for field in FacetField::ALL {
        let asked: Vec<&str> = filters
            .iter()
            .filter(|filter| filter.field == field)
            .map(|filter| filter.value.as_str())
            .collect();
        if !asked.is_empty() {
            conditions.push(of_values(field, &asked)?);
        }
    }
    Ok(conditions)
}

/// One of these values; for the year also ranges.
pub(crate) fn of_values(field: FacetField, values: &[&str]) -> Result<Condition, InvalidFilter> {
    if field != FacetField::Year {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        return Ok(Condition::matches(field.as_str(), values));
    }
    let mut ranges = Vec::new();
    for value in values {
        let range: YearRange = value.parse()?;
        let range = Range {
            gte: range.from.map(f64::from),
            lte: range.until.map(f64::from),
            ..Range::default()
        };
        ranges.push(Condition::range(field.as_str(), range));
    }
    Ok(any(ranges))
}

/// At least one of them.
pub(crate) fn any(conditions: Vec<Condition>) -> Condition {
    Condition::from(qdrant::Filter::any(conditions))
}

/// All of them.
pub(crate) fn all(conditions: Vec<Condition>) -> Condition {
    Condition::from(qdrant::Filter::all(conditions))
}

/// Adds the values of a record that can be counted and narrowed by.
pub(crate) fn add_facets(payload: &mut Payload, record: &Record) {
    for field in FacetField::ALL {
        let key = field.as_str().to_owned();
        if field == FacetField::Year {
            if let Some(year) = record.year {
                payload.insert(key, i64::from(year.get()).into());
            }
            continue;
        }
        let values = facet_values(record, field);
        if !values.is_empty() {
            payload.insert(key, payload::texts(values));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use qdrant::{condition::ConditionOneOf, r#match::MatchValue};

    #[test]
    fn a_value_with_blanks_is_a_value_and_no_words() {
        let Some(ConditionOneOf::Field(field)) = is("t", "b:to be").condition_one_of else {
            panic!("a condition on a field");
        };
        let value = field.r#match.and_then(|found| found.match_value);
        assert!(matches!(value, Some(MatchValue::Keywords(_))), "{value:?}");
    }
}
