//! One operation on one field.

use std::{fmt, str::FromStr};

use records::Record;
use serde::{Deserialize, Serialize};

use crate::{EditError, Field};

/// What is done to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActWord {
    /// The field holds this value and no other. Not for lists.
    Set,
    /// A list holds this value too.
    Add,
    /// The field holds this value no more; without a value: nothing.
    Remove,
    /// Where the field holds the one value it holds the other. In titles and
    /// abstracts: where the one text stands, the other stands.
    Replace,
}

/// A word that is no act.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nothing to be done to a field; use set, add, remove or replace")]
pub struct UnknownAct(String);

impl ActWord {
    /// All of them, as pages list them.
    pub const ALL: [Self; 4] = [Self::Set, Self::Add, Self::Remove, Self::Replace];

    /// The word of the API and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }
}

impl fmt::Display for ActWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ActWord {
    type Err = UnknownAct;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        let unknown = || UnknownAct(word.chars().take(40).collect());
        all.find(|act| act.as_str() == word).ok_or_else(unknown)
    }
}

/// One operation on one field. Made by [`Operation::new`], so that it makes
/// sense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What is done.
    pub act: ActWord,
    /// To which field.
    pub field: Field,
    /// The value; of a replacement the one that goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Of a replacement: the one that comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
}

impl Operation {
    /// An operation that makes sense.
    ///
    /// # Errors
    /// [`EditError::Operation`] says what is wrong, and the cure.
    pub fn new(
        act: ActWord,
        field: Field,
        value: Option<&str>,
        with: Option<&str>,
    ) -> Result<Self, EditError> {
        let refuse = |reason: String| EditError::Operation {
            act: act.as_str(),
            field: field.to_string(),
            reason,
        };
        if act != ActWord::Replace && with.is_some() {
            return Err(refuse(
                "`with` belongs to replace only; leave it out".to_owned(),
            ));
        }
        let checked = |given: &str| field.check(given).map_err(refuse);
        let (value, with) = match act {
            ActWord::Set if field.is_list() => {
                return Err(refuse("the field is a list; use add and remove".to_owned()));
            }
            ActWord::Add if !field.is_list() => {
                return Err(refuse("the field holds one value; use set".to_owned()));
            }
            ActWord::Remove if field.is_needed() => {
                return Err(refuse("no record is without it; use set".to_owned()));
            }
            ActWord::Set | ActWord::Add => (
                Some(checked(value.ok_or_else(|| refuse(missing("value")))?)?),
                None,
            ),
            // What is wrong already may go: it is not checked as a new value is.
            ActWord::Remove => (value.map(given).transpose().map_err(refuse)?, None),
            ActWord::Replace if field.is_text() => {
                let gone = given(value.ok_or_else(|| refuse(missing("value")))?).map_err(refuse)?;
                (
                    Some(gone),
                    Some(
                        text(&field, with.ok_or_else(|| refuse(missing("with")))?)
                            .map_err(refuse)?,
                    ),
                )
            }
            ActWord::Replace => {
                let gone = given(value.ok_or_else(|| refuse(missing("value")))?).map_err(refuse)?;
                (
                    Some(gone),
                    Some(checked(with.ok_or_else(|| refuse(missing("with")))?)?),
                )
            }
        };
        Ok(Self {
            act,
            field,
            value,
            with,
        })
    }

    /// Carries it out on a record.
    ///
    /// # Errors
    /// [`EditError::TooLong`].
    pub(crate) fn carry_out(&self, record: &mut Record) -> Result<(), EditError> {
        let before = self.field.values(record);
        let mut after: Vec<String> = Vec::with_capacity(before.len() + 1);
        let mut keep = |value: String| {
            if !value.is_empty() && !after.contains(&value) {
                after.push(value);
            }
        };
        match (self.act, &self.value, &self.with) {
            (ActWord::Set, Some(value), _) => keep(value.clone()),
            (ActWord::Add, Some(value), _) => {
                before.iter().cloned().for_each(&mut keep);
                keep(value.clone());
            }
            (ActWord::Remove, Some(value), _) => {
                before
                    .iter()
                    .filter(|held| *held != value)
                    .cloned()
                    .for_each(&mut keep);
            }
            (ActWord::Replace, Some(value), Some(with)) if self.field.is_text() => {
                before
                    .iter()
                    .map(|text| replace(text, value, with))
                    .for_each(&mut keep);
            }
            (ActWord::Replace, Some(value), Some(with)) => {
                let other = |held: &String| if held == value { with } else { held }.clone();
                before.iter().map(other).for_each(&mut keep);
            }
            (ActWord::Remove, None, _) => {}
            // An operation read from elsewhere than `new` that lacks its value.
            _ => return Ok(()),
        }
        let most = self.field.most_chars();
        if self.act == ActWord::Replace && after.iter().any(|text| text.chars().count() > most) {
            return Err(EditError::TooLong {
                id: record.id.clone(),
                field: self.field.to_string(),
                most,
            });
        }
        if self.field == Field::Collection {
            after.sort();
        }
        if before != after {
            self.field.put(record, after);
        }
        Ok(())
    }
}

/// A text with another in place of each place of one; spaces at the ends go.
fn replace(text: &str, value: &str, with: &str) -> String {
    match text.contains(value) {
        true => text.replace(value, with).trim().to_owned(),
        false => text.to_owned(),
    }
}

fn missing(name: &str) -> String {
    format!("`{name}` is missing; send it")
}

/// A value to look for: anything that a record may hold.
fn given(value: &str) -> Result<String, String> {
    let n_chars = value.chars().count();
    match n_chars {
        0 => Err("the value is empty; write one".to_owned()),
        1..=20_000 => Ok(value.to_owned()),
        _ => Err("the value is too long; write at most 20000 characters".to_owned()),
    }
}

/// A text to put in place of another: it may be empty.
fn text(field: &Field, with: &str) -> Result<String, String> {
    if with.trim().is_empty() {
        return Ok(with.to_owned());
    }
    field.check(with)?;
    Ok(with.to_owned())
}
