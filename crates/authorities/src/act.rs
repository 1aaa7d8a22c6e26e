//! Acts: what people decide, written with its number, and taken back.

use std::collections::BTreeMap;

use catalog::{Batch, Blob, CatalogStore};
use index::{FullTextQuery, FullTextStore, QueryExpr, SearchField};
use jiff::Timestamp;
use records::{Clearance, RecordId};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{
    Authority, AuthorityError, AuthorityId, AuthorityKind, FileRow, Party, Register,
    census::{Census, Who},
    change::Draft,
    key,
    register::{MOVED, RECORD, STATE, read_blobs},
    suggest::apart_pair,
};

const ACT: &str = "authority/act/";
const UNDO: &str = "authority/undo/";
const APART: &str = "authority/apart";

/// The stores that an act is written to and asks.
#[derive(Clone, Copy)]
struct Stores<'a> {
    catalog: &'a dyn CatalogStore,
    full_text: &'a dyn FullTextStore,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActKind {
    /// Authorities were made from the names of the records.
    Build,
    /// A file was loaded.
    Load,
    /// One was made or changed.
    Edit,
    /// Some were put into one.
    Merge,
    /// Two were said to be two.
    Apart,
    /// An act was taken back.
    Undo,
}

impl ActKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Load => "load",
            Self::Edit => "edit",
            Self::Merge => "merge",
            Self::Apart => "apart",
            Self::Undo => "undo",
        }
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// From 1, growing.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who: the name of an account; a rule names itself.
    pub by: String,
    /// What.
    pub kind: ActKind,
    /// The names concerned, the one that stays first; at most a few.
    pub names: Vec<String>,
    /// The one that stays or was made, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<AuthorityId>,
    /// How many authorities it made, changed or removed.
    pub n_changed: usize,
    /// Whether it was taken back.
    #[serde(default)]
    pub is_undone: bool,
}

/// What taking an act back needs.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Restore {
    before: Vec<Authority>,
    after: Vec<Authority>,
    moved: Vec<(AuthorityId, AuthorityId)>,
    apart: Option<(String, String)>,
}

/// Makes authorities of the names in the open records: of every identifier, of
/// every institution, and of every person with `least` records or more. Names
/// under one identifier become one; other names stay apart.
///
/// # Errors
/// [`AuthorityError`]; nothing is written then.
pub fn build(
    catalog: &dyn CatalogStore,
    full_text: &dyn FullTextStore,
    least: u32,
    by: &str,
    at: Timestamp,
) -> Result<Option<Act>, AuthorityError> {
    let register = Register::load(catalog)?;
    let census = Census::take(catalog, &register)?;
    let mut draft = Draft::new(&register);
    let mut names: Vec<_> = census.usages.iter().collect();
    // Identifiers before bare names, which may be theirs.
    names.sort_by(|a, b| a.0.cmp(b.0));
    let bearers = Bearers::of(&census);
    let mut in_many_forms = Vec::new();
    for (who, usage) in names {
        let Some(id) = built(&mut draft, who, usage, least, &bearers)? else {
            continue;
        };
        let mut authority = draft.get(id).cloned().ok_or(AuthorityError::NotThere(id))?;
        let before = authority.clone();
        usage
            .forms
            .keys()
            .for_each(|form| authority.add_variant(form));
        if authority != before {
            draft.put(authority);
        }
        if usage.forms.len() > 1 || matches!(who, Who::Identified(..)) {
            in_many_forms.push(id);
        }
    }
    if draft.changes.is_empty() {
        return Ok(None);
    }
    let act = Act {
        kind: ActKind::Build,
        ..new_act(&register, by, at)
    };
    let stores = Stores { catalog, full_text };
    write(stores, &register, draft, act, Some(&in_many_forms)).map(Some)
}

/// How many new identifiers stand beside a name.
struct Bearers(FxHashMap<(AuthorityKind, String), usize>);

impl Bearers {
    fn of(census: &Census) -> Self {
        let mut counts = FxHashMap::default();
        for (who, usage) in &census.usages {
            if let Who::Identified(kind, _) = who {
                let mut names: Vec<String> = usage.names().map(key::spelled).collect();
                names.sort();
                names.dedup();
                for name in names {
                    *counts.entry((*kind, name)).or_default() += 1;
                }
            }
        }
        Self(counts)
    }

    fn count(&self, kind: AuthorityKind, spelled: String) -> usize {
        self.0.get(&(kind, spelled)).copied().unwrap_or(0)
    }
}

/// The authority that a counted name makes or adds to.
fn built(
    draft: &mut Draft<'_>,
    who: &Who,
    usage: &crate::census::Usage,
    least: u32,
    bearers: &Bearers,
) -> Result<Option<AuthorityId>, AuthorityError> {
    match who {
        Who::Known(id) => Ok(Some(*id)),
        Who::Identified(kind, identifier) => {
            let name = usage.best_form();
            // A name without an identifier takes the only one that is borne
            // beside it.
            let is_only = bearers.count(*kind, key::spelled(name)) == 1;
            let bare = draft.bare(*kind, name).filter(|_| is_only);
            let id = bare.unwrap_or_else(|| draft.create(*kind, name));
            let mut made = draft.get(id).cloned().ok_or(AuthorityError::NotThere(id))?;
            made.identifiers.push(identifier.clone());
            draft.put(made);
            Ok(Some(id))
        }
        Who::Named(kind, spelled) => {
            let enough = *kind == AuthorityKind::Institution || usage.n_records >= least;
            let makes = enough && bearers.count(*kind, spelled.clone()) == 0;
            Ok(makes.then(|| draft.create(*kind, usage.best_form())))
        }
    }
}

/// Loads a file: see [`crate::read_file`].
///
/// # Errors
/// [`AuthorityError`]; nothing is written then.
pub fn load(
    catalog: &dyn CatalogStore,
    full_text: &dyn FullTextStore,
    rows: &[(usize, FileRow)],
    by: &str,
    at: Timestamp,
) -> Result<Act, AuthorityError> {
    let register = Register::load(catalog)?;
    let mut draft = Draft::new(&register);
    draft.load(rows)?;
    let act = Act {
        kind: ActKind::Load,
        names: rows
            .iter()
            .take(5)
            .map(|(_, row)| row.name.clone())
            .collect(),
        ..new_act(&register, by, at)
    };
    write(Stores { catalog, full_text }, &register, draft, act, None)
}

/// Makes an authority what a row says, whole: what the row leaves out is not
/// there any more. The kind stays.
///
/// # Errors
/// [`AuthorityError`]; nothing is written then.
pub fn edit(
    catalog: &dyn CatalogStore,
    full_text: &dyn FullTextStore,
    id: AuthorityId,
    row: &FileRow,
    by: &str,
    at: Timestamp,
) -> Result<Act, AuthorityError> {
    let register = Register::load(catalog)?;
    let mut draft = Draft::new(&register);
    draft.replace(id, row)?;
    let act = Act {
        kind: ActKind::Edit,
        names: draft
            .get(id)
            .map(|one| one.name.clone())
            .into_iter()
            .collect(),
        id: Some(id),
        ..new_act(&register, by, at)
    };
    write(Stores { catalog, full_text }, &register, draft, act, None)
}

/// Puts `others` into `kept`; a name that has no authority yet gets one. Their
/// ids lead to it from now on.
///
/// # Errors
/// [`AuthorityError`]; nothing is written then.
pub fn merge(
    catalog: &dyn CatalogStore,
    full_text: &dyn FullTextStore,
    kept: &Party,
    others: &[Party],
    by: &str,
    at: Timestamp,
) -> Result<Act, AuthorityError> {
    let register = Register::load(catalog)?;
    let mut draft = Draft::new(&register);
    let id = draft.settle(kept)?;
    let mut names = Vec::new();
    for other in others {
        names.push(put_into(&mut draft, &register, id, other)?);
    }
    draft.check()?;
    let kept_name = draft.get(id).map(|found| found.name.clone());
    let act = Act {
        kind: ActKind::Merge,
        names: kept_name.into_iter().chain(names).collect(),
        id: Some(id),
        ..new_act(&register, by, at)
    };
    write(Stores { catalog, full_text }, &register, draft, act, None)
}

/// Puts one party into an authority, and says its name: a bare name becomes a
/// variant, an authority goes into the other.
fn put_into(
    draft: &mut Draft<'_>,
    register: &Register,
    id: AuthorityId,
    other: &Party,
) -> Result<String, AuthorityError> {
    if let Party::Named(kind, name) = other {
        if *kind != id.kind() {
            return Err(AuthorityError::OtherKind);
        }
        if register.resolve(*kind, name, None).is_none() {
            let mut stays = draft.get(id).cloned().ok_or(AuthorityError::NotThere(id))?;
            stays.add_variant(name);
            draft.put(stays);
            return Ok(name.clone());
        }
    }
    let goes = draft.settle(other)?;
    let name = draft.get(goes).map(|found| found.name.clone());
    draft.merge(id, goes)?;
    Ok(name.unwrap_or_default())
}

/// Remembers that two names are of two; they are not suggested again.
///
/// # Errors
/// The catalogue's.
pub fn apart(
    catalog: &dyn CatalogStore,
    a: &str,
    b: &str,
    by: &str,
    at: Timestamp,
) -> Result<Act, AuthorityError> {
    let register = Register::load(catalog)?;
    let pair = apart_pair(a, b);
    let mut pairs = kept_apart(catalog)?;
    if !pairs.contains(&pair) {
        pairs.push(pair.clone());
    }
    let act = Act {
        kind: ActKind::Apart,
        names: vec![a.to_owned(), b.to_owned()],
        ..new_act(&register, by, at)
    };
    let restore = Restore {
        apart: Some(pair),
        ..Restore::default()
    };
    let mut batch = log(&register, &act, &restore);
    batch.blobs.push(blob(APART.to_owned(), &pairs));
    catalog.apply(batch)?;
    Ok(act)
}

/// Takes an act back: every authority that it changed is as it was.
///
/// # Errors
/// [`AuthorityError::Changed`] when one of them was changed since.
pub fn undo(
    catalog: &dyn CatalogStore,
    full_text: &dyn FullTextStore,
    number: u64,
    by: &str,
    at: Timestamp,
) -> Result<Act, AuthorityError> {
    let undone = read_blobs::<Act>(catalog, &numbered(ACT, number))?.pop();
    let mut undone = undone.ok_or(AuthorityError::NoAct(number))?;
    let restore = read_blobs::<Restore>(catalog, &numbered(UNDO, number))?.pop();
    let restore = restore.filter(|_| !undone.is_undone && undone.kind != ActKind::Undo);
    let restore = restore.ok_or(AuthorityError::Changed(number))?;
    let register = Register::load(catalog)?;
    let stands = |after: &Authority| register.authorities.get(&after.id) == Some(after);
    let is_gone = |before: &Authority| {
        restore.after.iter().any(|after| after.id == before.id)
            || !register.authorities.contains_key(&before.id)
    };
    if !restore.after.iter().all(stands) || !restore.before.iter().all(is_gone) {
        return Err(AuthorityError::Changed(number));
    }
    let mut draft = Draft::new(&register);
    draft
        .changes
        .extend(restore.after.iter().map(|after| (after.id, None)));
    let back = restore
        .before
        .iter()
        .map(|before| (before.id, Some(before.clone())));
    draft.changes.extend(back);
    draft.check()?;
    let act = Act {
        kind: ActKind::Undo,
        names: undone.names.clone(),
        id: undone.id,
        ..new_act(&register, by, at)
    };
    let touched = concerned(full_text, &register, &draft.changes, None)?;
    let (act, mut batch) = prepared(&register, draft, act);
    batch.touched = touched;
    for (from, _) in &restore.moved {
        batch.blobs.push(Blob {
            name: format!("{MOVED}{from}"),
            bytes: Vec::new(),
        });
    }
    if let Some(pair) = &restore.apart {
        let mut pairs = kept_apart(catalog)?;
        pairs.retain(|kept| kept != pair);
        batch.blobs.push(blob(APART.to_owned(), &pairs));
    }
    undone.is_undone = true;
    batch.blobs.push(blob(numbered(ACT, number), &undone));
    catalog.apply(batch)?;
    Ok(act)
}

/// The log, oldest first.
///
/// # Errors
/// [`AuthorityError::Damaged`], and the catalogue's.
pub fn acts(catalog: &dyn CatalogStore) -> Result<Vec<Act>, AuthorityError> {
    read_blobs(catalog, ACT)
}

pub(crate) fn kept_apart(
    catalog: &dyn CatalogStore,
) -> Result<Vec<(String, String)>, AuthorityError> {
    Ok(read_blobs(catalog, APART)?.pop().unwrap_or_default())
}

fn new_act(register: &Register, by: &str, at: Timestamp) -> Act {
    Act {
        number: register.state.last_act + 1,
        at,
        by: by.to_owned(),
        kind: ActKind::Edit,
        names: Vec::new(),
        id: None,
        n_changed: 0,
        is_undone: false,
    }
}

/// Writes an act with the records that must be indexed anew.
fn write(
    stores: Stores<'_>,
    register: &Register,
    draft: Draft<'_>,
    act: Act,
    only: Option<&[AuthorityId]>,
) -> Result<Act, AuthorityError> {
    let touched = concerned(stores.full_text, register, &draft.changes, only)?;
    let (act, mut batch) = prepared(register, draft, act);
    batch.touched = touched;
    stores.catalog.apply(batch)?;
    Ok(act)
}

/// The act with its count, and all that it writes but the touched records.
fn prepared(register: &Register, draft: Draft<'_>, mut act: Act) -> (Act, Batch) {
    act.n_changed = draft.changes.len();
    let before = draft
        .changes
        .keys()
        .filter_map(|id| register.authorities.get(id));
    let restore = Restore {
        before: before.cloned().collect(),
        after: draft.changes.values().flatten().cloned().collect(),
        moved: draft.moved.clone(),
        apart: None,
    };
    let mut batch = log(register, &act, &restore);
    let state = crate::register::State {
        last_act: act.number,
        ..draft.state
    };
    batch.blobs.push(blob(STATE.to_owned(), &state));
    for (id, change) in &draft.changes {
        let name = numbered(&format!("{RECORD}{}", id.kind().as_str()), id.number());
        batch.blobs.push(match change {
            Some(authority) => blob(name, authority),
            None => Blob {
                name,
                bytes: Vec::new(),
            },
        });
    }
    for moved in &draft.moved {
        batch.blobs.push(blob(format!("{MOVED}{}", moved.0), moved));
    }
    (act, batch)
}

fn log(register: &Register, act: &Act, restore: &Restore) -> Batch {
    let mut batch = Batch::new(act.at);
    let state = crate::register::State {
        last_act: act.number,
        ..register.state
    };
    batch.blobs.push(blob(STATE.to_owned(), &state));
    batch.blobs.push(blob(numbered(ACT, act.number), act));
    batch.blobs.push(blob(numbered(UNDO, act.number), restore));
    batch
}

/// Names sort like numbers.
fn numbered(prefix: &str, number: u64) -> String {
    format!("{prefix}{number:012}")
}

fn blob(name: String, value: &impl Serialize) -> Blob {
    Blob {
        name,
        bytes: serde_json::to_vec(value).expect("a value with only string keys"),
    }
}

/// Names asked for at once.
const NAMES_A_QUESTION: usize = 40;

/// The records that are indexed otherwise after these changes: those that hold
/// a name of a changed authority, of one that shares a name with it, or of one
/// that it went into.
fn concerned(
    full_text: &dyn FullTextStore,
    register: &Register,
    changes: &BTreeMap<AuthorityId, Option<Authority>>,
    only: Option<&[AuthorityId]>,
) -> Result<Vec<RecordId>, AuthorityError> {
    let mut names: Vec<(AuthorityKind, String)> = Vec::new();
    let is_asked = |id: &&AuthorityId| only.is_none_or(|only| only.contains(id));
    for id in changes.keys().filter(is_asked) {
        let before = register.authorities.get(id);
        let after = changes[id].as_ref();
        for authority in before.into_iter().chain(after) {
            let own = authority
                .names()
                .map(|name| (authority.kind(), name.to_owned()));
            names.extend(own);
            // Their records hold the names of what went into them.
            let successors = register.successors(*id);
            names.extend(successors.map(|found| (found.kind(), found.name.clone())));
        }
    }
    names.sort();
    names.dedup();
    let mut ids = Vec::new();
    for some in names.chunks(NAMES_A_QUESTION) {
        let phrases = some.iter().map(|(kind, name)| QueryExpr::Phrase {
            field: Some(match kind {
                AuthorityKind::Person => SearchField::Author,
                AuthorityKind::Institution => SearchField::Institution,
            }),
            text: name.clone(),
            slop: 0,
        });
        holding(full_text, QueryExpr::Or(phrases.collect()), &mut ids)?;
    }
    // Organisations are also named among the people.
    let organisations = names
        .iter()
        .filter(|(kind, _)| *kind == AuthorityKind::Institution);
    let organisations: Vec<&String> = organisations.map(|(_, name)| name).collect();
    for some in organisations.chunks(NAMES_A_QUESTION) {
        let phrases = some.iter().map(|name| QueryExpr::Phrase {
            field: Some(SearchField::Author),
            text: (*name).clone(),
            slop: 0,
        });
        holding(full_text, QueryExpr::Or(phrases.collect()), &mut ids)?;
    }
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Records read from the index at once.
const PAGE: usize = 50_000;

fn holding(
    full_text: &dyn FullTextStore,
    expr: QueryExpr,
    ids: &mut Vec<RecordId>,
) -> Result<(), AuthorityError> {
    let mut offset = 0;
    loop {
        let page = full_text.search(&FullTextQuery {
            offset,
            limit: PAGE,
            ..FullTextQuery::new(expr.clone(), Clearance::Staff)
        })?;
        offset += page.hits.len();
        let is_last = page.hits.is_empty() || offset as u64 >= page.total;
        ids.extend(page.hits.into_iter().map(|hit| hit.id));
        if is_last {
            return Ok(());
        }
    }
}
