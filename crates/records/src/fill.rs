//! Two descriptions of one work made one: the second fills gaps, it overwrites
//! nothing.

use crate::{Localised, Record};

/// Adds to `kept` what it lacks and `other` has. The id, type and access level
/// stay (the more secret level wins); files, identifiers, collections,
/// institutions and countries are united; a full text comes only where there is none.
///
/// Applying it twice is the same as once.
pub fn fill_gaps(kept: &mut Record, other: Record) {
    fill_localised(&mut kept.title, &other.title);
    fill_localised(&mut kept.abstract_text, &other.abstract_text);
    fill_localised(&mut kept.keywords, &other.keywords);
    for (mine, theirs) in [
        (&mut kept.date, other.date),
        (&mut kept.venue, other.venue),
        (&mut kept.publisher, other.publisher),
        (&mut kept.volume, other.volume),
        (&mut kept.issue, other.issue),
        (&mut kept.pages, other.pages),
        (&mut kept.province, other.province),
        (&mut kept.licence, other.licence),
        (&mut kept.embargo_until, other.embargo_until),
    ] {
        *mine = mine.take().or(theirs);
    }
    kept.year = kept.year.or(other.year);
    kept.language = kept.language.take().or(other.language);
    kept.access = kept.access.max(other.access);
    fill_list(&mut kept.agents, other.agents);
    fill_list(&mut kept.subjects, other.subjects);
    fill_list(&mut kept.references, other.references);
    fill_list(&mut kept.columns, other.columns);
    fill_list(&mut kept.body, other.body);
    unite(&mut kept.identifiers, other.identifiers);
    unite(&mut kept.institutions, other.institutions);
    unite(&mut kept.countries, other.countries);
    unite(&mut kept.collections, other.collections);
    kept.collections.sort();
    unite(&mut kept.links, other.links);
    for file in other.files {
        if !kept.files.iter().any(|mine| mine.blake3 == file.blake3) {
            kept.files.push(file);
        }
    }
}

fn fill_localised<T: Clone>(mine: &mut Localised<T>, theirs: &Localised<T>) {
    for (lang, value) in theirs.iter() {
        if mine.get(lang).is_none() {
            mine.set(lang.clone(), value.clone());
        }
    }
}

fn fill_list<T>(mine: &mut Vec<T>, theirs: Vec<T>) {
    if mine.is_empty() {
        *mine = theirs;
    }
}

fn unite<T: PartialEq>(mine: &mut Vec<T>, theirs: Vec<T>) {
    for item in theirs {
        if !mine.contains(&item) {
            mine.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{AccessLevel, Agent, Lang, Page, RecordId, RecordType};

    use super::*;

    #[test]
    fn gaps_are_filled_and_nothing_is_overwritten() {
        let mut kept = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        kept.title = Localised::one(Lang::vi(), "Lúa".to_owned());
        kept.venue = Some("Tạp chí".to_owned());
        let mut other = Record::new(RecordId::new("b").unwrap(), RecordType::Other);
        other.title = Localised::one(Lang::vi(), "LUA".to_owned());
        other.title.set(Lang::en(), "Rice".to_owned());
        other.venue = Some("Journal".to_owned());
        other.agents = vec![Agent::author("Lê Lợi")];
        other.access = AccessLevel::Restricted;
        other.body = vec![Page::new(1, "x")];
        fill_gaps(&mut kept, other.clone());
        let once = kept.clone();
        fill_gaps(&mut kept, other);
        assert_eq!(kept, once);
        assert_eq!(kept.title.get(&Lang::vi()).unwrap(), "Lúa");
        assert_eq!(kept.title.get(&Lang::en()).unwrap(), "Rice");
        assert_eq!(kept.venue.as_deref(), Some("Tạp chí"));
        assert_eq!((kept.agents.len(), kept.body.len()), (1, 1));
        assert_eq!(
            kept.access,
            AccessLevel::Restricted,
            "a merge never opens a record"
        );
    }
}
