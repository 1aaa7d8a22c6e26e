//! The named values of the catalogue that name accounts, with where they name
//! them and what becomes of them; and those that were looked at and name none.

use serde_json::Value;

/// What becomes of a named value when the account that owns it is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is the account's own, and goes.
    Goes,
    /// It is the library's history, and stays under a pseudonym.
    Stays,
    /// A deposit: it stays when it became a record, and else goes.
    Deposit,
}

/// Named values of one kind.
#[derive(Debug)]
pub(super) struct Holding {
    /// How their names begin.
    pub(super) prefix: &'static str,
    /// What they are called in what is given out.
    pub(super) list: &'static str,
    /// Where they name accounts, the owner first: steps of a path, `*` for every
    /// entry of a list; empty where the value is the name.
    pub(super) names: &'static [&'static [&'static str]],
    /// What is given to nobody.
    pub(super) secrets: &'static [&'static [&'static str]],
    pub(super) fate: Fate,
}

/// Everything that names accounts.
#[rustfmt::skip]
pub(super) static HOLDINGS: [Holding; 9] = [
    Holding { prefix: "account/user/", list: "account", names: &[&["name"]],
        secrets: &[&["password"]], fate: Fate::Goes },
    Holding { prefix: "account/key/", list: "keys", names: &[&["user"]],
        secrets: &[], fate: Fate::Goes },
    Holding { prefix: "account/session/", list: "sessions", names: &[&["user"]],
        secrets: &[], fate: Fate::Goes },
    Holding { prefix: "account/provider/", list: "providers", names: &[&[]],
        secrets: &[], fate: Fate::Goes },
    Holding { prefix: "alerts/search/", list: "saved_searches", names: &[&["owner"]],
        secrets: &[&["webhook", "secret"]], fate: Fate::Goes },
    Holding { prefix: "deposit/head/", list: "deposits", names: &[&["by"], &["steps", "*", "by"]],
        secrets: &[&["asked"]], fate: Fate::Deposit },
    Holding { prefix: "edit/act/", list: "edits", names: &[&["by"], &["undone", "by"]],
        secrets: &[], fate: Fate::Stays },
    Holding { prefix: "subject/decision/", list: "subject_decisions", names: &[&["by"]],
        secrets: &[], fate: Fate::Stays },
    Holding { prefix: "authority/act/", list: "authority_acts", names: &[&["by"]],
        secrets: &[], fate: Fate::Stays },
];

/// Named values that name no account. What belongs to a saved search or to a
/// deposit goes with it.
const OTHERS: [&str; 22] = [
    "alerts/event/",
    "alerts/state/",
    "authority/apart",
    "authority/moved/",
    "authority/record/",
    "authority/state",
    "authority/suggestions",
    "authority/undo/",
    "checkpoint/",
    "collection/",
    "deposit/text/",
    "duplicates/apart",
    "duplicates/found",
    "duplicates/merge/",
    "edit/diff/",
    "quality/",
    "secret/",
    "source/plan/",
    "source/state/",
    "subject/scheme/",
    "subject/suggestions",
    "topic/",
];

/// Whether somebody has said of the named values that begin like this one
/// whether they name accounts.
pub fn is_known_value(name: &str) -> bool {
    let mut kinds = HOLDINGS.iter().map(|holding| holding.prefix).chain(OTHERS);
    kinds.any(|prefix| name.starts_with(prefix))
}

impl Holding {
    /// Whether the value is the account's own.
    pub(super) fn is_of(&self, value: &Value, name: &str) -> bool {
        self.names
            .first()
            .is_some_and(|owner| count(value, owner, name) > 0)
    }

    /// Whether the value names the account anywhere.
    pub(super) fn names(&self, value: &Value, name: &str) -> bool {
        self.names.iter().any(|path| count(value, path, name) > 0)
    }

    /// The parts that name the account in a value that is another's.
    pub(super) fn parts<'v>(&self, value: &'v Value, name: &str) -> Vec<&'v Value> {
        let mut found = Vec::new();
        for path in self.names {
            let Some((last, to_part)) = path.split_last() else {
                continue;
            };
            each(value, to_part, &mut |part| {
                if part.get(last).and_then(Value::as_str) == Some(name) {
                    found.push(part);
                }
            });
        }
        found
    }

    /// Puts a pseudonym in the place of the name.
    pub(super) fn rename(&self, value: &mut Value, name: &str, pseudonym: &str) {
        for path in self.names {
            each_mut(value, path, &mut |found| {
                if found.as_str() == Some(name) {
                    *found = Value::String(pseudonym.to_owned());
                }
            });
        }
    }

    /// Takes out what is given to nobody.
    pub(super) fn without_secrets(&self, value: &mut Value) {
        for path in self.secrets {
            let Some((last, to_part)) = path.split_last() else {
                continue;
            };
            each_mut(value, to_part, &mut |part| {
                if let Value::Object(fields) = part {
                    fields.remove(*last);
                }
            });
        }
    }
}

fn count(value: &Value, path: &[&str], name: &str) -> usize {
    let mut n_found = 0;
    each(value, path, &mut |found| {
        n_found += usize::from(found.as_str() == Some(name))
    });
    n_found
}

/// Tells every value at a path.
fn each<'v>(value: &'v Value, path: &[&str], tell: &mut impl FnMut(&'v Value)) {
    match path.split_first() {
        None => tell(value),
        Some((&"*", rest)) => {
            let entries = value.as_array().into_iter().flatten();
            entries.for_each(|entry| each(entry, rest, tell));
        }
        Some((step, rest)) => {
            if let Some(below) = value.get(step) {
                each(below, rest, tell);
            }
        }
    }
}

fn each_mut(value: &mut Value, path: &[&str], tell: &mut impl FnMut(&mut Value)) {
    match path.split_first() {
        None => tell(value),
        Some((&"*", rest)) => {
            let entries = value.as_array_mut().into_iter().flatten();
            entries.for_each(|entry| each_mut(entry, rest, tell));
        }
        Some((step, rest)) => {
            if let Some(below) = value.get_mut(*step) {
                each_mut(below, rest, tell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_found_and_replaced_where_it_stands_and_nowhere_else() {
        let deposits = HOLDINGS.iter().find(|h| h.list == "deposits").unwrap();
        let mut value = json!({
            "id": "g-1", "by": "an", "asked": "x", "note": "an",
            "steps": [{"by": "an", "state": "draft"}, {"by": "thu", "state": "returned"}],
        });
        assert!(deposits.is_of(&value, "an") && !deposits.is_of(&value, "thu"));
        assert!(deposits.names(&value, "thu") && !deposits.names(&value, "t"));
        let parts = deposits.parts(&value, "thu");
        assert_eq!(parts, [&json!({"by": "thu", "state": "returned"})]);
        deposits.rename(&mut value, "an", "erased-1");
        deposits.without_secrets(&mut value);
        assert_eq!(
            value,
            json!({
                "id": "g-1", "by": "erased-1", "note": "an",
                "steps": [{"by": "erased-1", "state": "draft"}, {"by": "thu", "state": "returned"}],
            })
        );
        let providers = HOLDINGS.iter().find(|h| h.list == "providers").unwrap();
        assert!(providers.is_of(&json!("an"), "an"));
        let searches = HOLDINGS
            .iter()
            .find(|h| h.list == "saved_searches")
            .unwrap();
        let mut value = json!({"owner": "an", "webhook": {"url": "u", "secret": "s"}});
        searches.without_secrets(&mut value);
        assert_eq!(value, json!({"owner": "an", "webhook": {"url": "u"}}));
        let mut none = json!({"owner": "an", "webhook": null});
        searches.without_secrets(&mut none);
    }

    #[test]
    fn every_kind_of_value_is_in_one_list() {
        for holding in &HOLDINGS {
            assert!(
                OTHERS
                    .iter()
                    .all(|other| !holding.prefix.starts_with(other))
            );
            assert!(!holding.names.is_empty(), "{}", holding.prefix);
        }
        assert!(is_known_value("account/key/abc") && is_known_value("secret/token"));
        assert!(!is_known_value("visits/an"));
    }
}
