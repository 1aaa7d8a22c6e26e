//! The fields of MARC 21 as ours, with the punctuation of ISBD taken off.
//! **Source:** MARC 21 Format for Bibliographic Data, Library of Congress.

use records::{Agent, AgentKind, AgentRole, RecordType, Relation, Scheme};

use super::{DataField, MarcRecord, host};
use crate::{datacite::bare_identifier, fields::Fields, names, vocabulary};

/// What this program writes into field 003.
pub(crate) const ORGANISATION: &str = "trithuc";

pub(super) fn read(marc: &MarcRecord) -> Fields {
    let mut fields = Fields::default();
    read_numbers(marc, &mut fields);
    fields.set_record_type(record_type(marc));
    let fixed: Vec<char> = marc.control("008").chars().collect();
    let coded = |range: std::ops::Range<usize>| {
        fixed.get(range).map(|part| part.iter().collect::<String>())
    };
    let language = marc
        .fields("041")
        .flat_map(|field| field.all('a'))
        .next()
        .map(str::to_owned);
    // Several languages may stand in one subfield, three letters each.
    let language = language.or_else(|| coded(35..38)).unwrap_or_default();
    if language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        fields.set("language", language.chars().take(3).collect::<String>());
    }
    read_titles(marc, &mut fields);
    read_agents(marc, &mut fields);
    for field in marc.fields("264").chain(marc.fields("260")) {
        fields.set("publisher", trimmed(field.get('b')));
        fields.set_date(field.get('c').trim_matches(|c: char| !c.is_ascii_digit()));
    }
    for field in marc.fields("502") {
        fields.set("venue", trimmed(field.get('c')));
        fields.set_date(field.get('d'));
    }
    fields.set_date(&coded(7..11).unwrap_or_default());
    read_notes(marc, &mut fields);
    read_subjects(marc, &mut fields);
    host::read(marc, &mut fields);
    fields
}

/// Without the punctuation that introduces the next part.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim()
        .trim_end_matches([' ', '/', ':', ';', ',', '='])
        .trim()
}

/// Also without a full stop, unless it ends an abbreviation or an initial.
fn without_stop(text: &str) -> &str {
    let text = trimmed(text);
    let last = text
        .trim_end_matches('.')
        .rsplit([' ', '.'])
        .next()
        .unwrap_or_default();
    match text.strip_suffix('.') {
        Some(bare) if last.chars().count() > 2 => bare.trim_end(),
        _ => text,
    }
}

fn read_numbers(marc: &MarcRecord, fields: &mut Fields) {
    let (number, organisation) = (marc.control("001").trim(), marc.control("003").trim());
    match organisation {
        // The record is one of ours that comes back.
        ORGANISATION => fields.set("id", number),
        // A number is unique in its catalogue only.
        "" => fields.push_identifier(Scheme::Source, number),
        _ if !number.is_empty() => {
            let id = records::RecordId::from_text(&format!("{organisation}:{number}"));
            fields.set(
                "id",
                id.map(|id| id.as_str().to_owned()).unwrap_or_default(),
            );
        }
        _ => {}
    }
    for field in marc.fields("020") {
        // `0786808772 (pbk.) : $16.95`
        let isbn = field.get('a').split([' ', '(']).next().unwrap_or_default();
        fields.push_identifier(Scheme::Isbn, isbn);
    }
    for issn in marc.fields("022").map(|field| field.get('a')) {
        fields.push_identifier(Scheme::Issn, issn);
    }
    for field in marc.fields("024") {
        let scheme = match field.get('2').to_ascii_lowercase().as_str() {
            "doi" => Scheme::Doi,
            "hdl" => Scheme::Handle,
            "uri" => Scheme::Url,
            _ => continue,
        };
        fields.push_identifier(scheme, field.get('a'));
    }
    for address in marc.fields("856").flat_map(|field| field.all('u')) {
        fields.guess_identifier(address);
    }
}

fn record_type(marc: &MarcRecord) -> RecordType {
    let at = |place: usize| marc.leader.chars().nth(place).unwrap_or(' ');
    let own = marc.fields("655").filter(|field| field.get('2') == "local");
    if let Some(found) = own.filter_map(|field| field.get('a').parse().ok()).next() {
        return found;
    }
    let genres = marc
        .fields("655")
        .filter_map(|field| vocabulary::record_type(without_stop(field.get('a'))));
    match (at(6), at(7)) {
        _ if marc.fields("502").next().is_some() => RecordType::Thesis,
        (_, 'a' | 'b') => RecordType::Paper,
        (_, _) if marc.fields("773").next().is_some() => RecordType::Paper,
        ('m', _) => RecordType::Dataset,
        ('a' | 't', 'm' | 'c') => {
            let found = genres.into_iter().next();
            found.unwrap_or(RecordType::Book)
        }
        _ => RecordType::Other,
    }
}

fn read_titles(marc: &MarcRecord, fields: &mut Fields) {
    for field in marc.fields("245") {
        let main = field.get('a');
        let rest = trimmed(field.get('b'));
        // `Nhan đề = Parallel title`: two titles, not one with a subtitle.
        let is_parallel = main.ends_with('=');
        let mut title = trimmed(main).to_owned();
        for part in ['n', 'p'] {
            let part = without_stop(field.get(part));
            if !part.is_empty() {
                title = format!("{}. {part}", title.trim_end_matches('.'));
            }
        }
        match (is_parallel, rest.is_empty()) {
            (true, _) => {
                fields.push_text("title", None, without_stop(&title));
                fields.push_text("title", None, without_stop(rest));
            }
            (false, false) => {
                let (sub, parallel) = rest.split_once(" = ").unwrap_or((rest, ""));
                fields.push_text("title", None, &format!("{title}: {}", without_stop(sub)));
                fields.push_text("title", None, without_stop(parallel));
            }
            (false, true) => fields.push_text("title", None, without_stop(&title)),
        }
    }
    for field in marc.fields("242") {
        fields.push_text("title", Some(field.get('y')), without_stop(field.get('a')));
    }
    for field in marc
        .fields("246")
        .filter(|field| field.indicators[1] == '1')
    {
        let lang = Some(field.get('9')).filter(|lang| !lang.is_empty());
        fields.push_text("title", lang, without_stop(field.get('a')));
    }
}

fn read_agents(marc: &MarcRecord, fields: &mut Fields) {
    for field in &marc.data {
        let kind = match field.tag.as_str() {
            "100" | "700" => AgentKind::Person,
            "110" | "111" | "710" | "711" => AgentKind::Organisation,
            _ => continue,
        };
        // A work that is named, not somebody who had part in this one.
        if field.tag.starts_with('7') && !field.get('t').is_empty() {
            continue;
        }
        fields.push_full_agent(agent(field, kind));
    }
    for field in marc.fields("536") {
        fields.push_agent(
            without_stop(field.get('a')),
            AgentKind::Organisation,
            AgentRole::Funder,
        );
        fields.push_identifier(Scheme::Task, field.get('f'));
    }
}

fn agent(field: &DataField, kind: AgentKind) -> Agent {
    let name = match kind {
        AgentKind::Person => person(field),
        AgentKind::Organisation => {
            let parts = field.all('a').chain(field.all('b')).map(without_stop);
            parts.collect::<Vec<_>>().join(". ")
        }
    };
    let words = field.all('e').chain(field.all('4'));
    let stated = words
        .filter_map(|word| vocabulary::role(without_stop(word)))
        .next();
    let role = stated.unwrap_or(
        match field.tag.starts_with('1') || field.get('e').is_empty() {
            true => AgentRole::Author,
            false => AgentRole::Contributor,
        },
    );
    // An institution that is only added did not write the work.
    let is_added = field.tag.starts_with('7') && kind == AgentKind::Organisation;
    let role = if is_added && stated.is_none() {
        AgentRole::Contributor
    } else {
        role
    };
    let ids = field.all('1').chain(field.all('0'));
    let is_known = |id: &&str| id.contains("orcid") || id.contains("ror.org");
    let identifier = ids
        .map(|id| id.trim_start_matches("(orcid)"))
        .find(is_known);
    Agent {
        kind,
        role,
        identifier: identifier.and_then(bare_identifier),
        affiliations: field
            .all('u')
            .map(|place| without_stop(place).to_owned())
            .collect(),
        ..Agent::author(name)
    }
}

/// First indicator 0: a name in natural order, as Vietnamese ones are; 1: the
/// family name first, with a comma.
fn person(field: &DataField) -> String {
    let raw = without_stop(field.get('a'));
    let name = match field.indicators[0] {
        '0' => raw.to_owned(),
        _ => names::from_comma_form(raw),
    };
    match without_stop(field.get('b')) {
        "" => name,
        number => format!("{name} {number}"),
    }
}

fn read_notes(marc: &MarcRecord, fields: &mut Fields) {
    for field in marc.fields("520") {
        let lang = Some(field.get('9')).filter(|lang| !lang.is_empty());
        let text: Vec<&str> = [field.get('a'), field.get('b')]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect();
        fields.push_text("abstract", lang, &text.join(" "));
    }
    for field in marc.fields("506").chain(marc.fields("540")) {
        let address = Some(field.get('u')).filter(|address| !address.is_empty());
        fields.push_rights(address.unwrap_or(without_stop(field.get('a'))));
    }
}

fn read_subjects(marc: &MarcRecord, fields: &mut Fields) {
    for field in &marc.data {
        match field.tag.as_str() {
            "082" => fields.push_subject("ddc", &field.get('a').replace('/', "")),
            "080" => fields.push_subject("udc", field.get('a')),
            "084" => {
                let scheme = field.get('2');
                fields.push_subject(
                    if scheme.is_empty() { "local" } else { scheme },
                    field.get('a'),
                );
            }
            "653" => {
                let lang = Some(field.get('9')).filter(|lang| !lang.is_empty());
                for word in field.all('a') {
                    fields.push_text("keywords", lang, without_stop(word));
                }
            }
            "650" | "651" | "600" | "610" => {
                let parts = field
                    .subfields
                    .iter()
                    .filter(|(code, _)| "abcdvxyz".contains(*code));
                let parts: Vec<&str> = parts.map(|(_, part)| without_stop(part)).collect();
                fields.push_subject("free", &parts.join(" -- "));
            }
            _ => {}
        }
    }
    for (tag, relation) in [
        ("787", Relation::RelatedTo),
        ("775", Relation::VersionOf),
        ("776", Relation::VersionOf),
        ("765", Relation::TranslationOf),
        ("767", Relation::TranslationOf),
    ] {
        for field in marc.fields(tag) {
            let target = field
                .all('o')
                .chain(field.all('w'))
                .find(|id| id.contains("10."));
            fields.push_link(relation, target.unwrap_or_default());
        }
    }
}
