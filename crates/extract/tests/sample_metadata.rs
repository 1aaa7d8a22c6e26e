//! The sample documents say of themselves what their sources say.

use std::{collections::BTreeMap, fs, path::PathBuf};

use extract::{DocumentMetadata, Limits};
use records::{Lang, RecordType};

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/sample")
}

/// The head of a source: `key: value` lines between two lines of dashes.
fn head(source: &str) -> BTreeMap<&str, &str> {
    let head = source.split("---\n").nth(1).unwrap_or_default();
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .collect()
}

fn wanted_type(head: &BTreeMap<&str, &str>) -> RecordType {
    let kind = head.get("kind").copied().unwrap_or_default();
    match head["layout"] {
        "article" => RecordType::Paper,
        "patent" => RecordType::Patent,
        "thesis" => RecordType::Thesis,
        _ if kind.starts_with("THUYẾT MINH") => RecordType::Task,
        _ if kind.starts_with("LUẬN") => RecordType::Thesis,
        _ => RecordType::Report,
    }
}

/// Complaints on one document, empty when all is right.
fn compare(head: &BTreeMap<&str, &str>, found: &DocumentMetadata) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |field: &str, wanted: Option<String>, got: Option<String>| {
        if wanted != got {
            wrong.push(format!("{field}: {got:?}, not {wanted:?}"));
        }
    };
    let owned = |key: &str| head.get(key).map(|value| (*value).to_owned());
    for lang in ["vi", "en"] {
        let code = Lang::parse(lang);
        check(
            lang,
            owned(&format!("title_{lang}")),
            found.title.get(&code).cloned(),
        );
        check(
            lang,
            owned(&format!("abstract_{lang}")),
            found.abstract_text.get(&code).cloned(),
        );
        let keywords = found
            .keywords
            .get(&code)
            .map(|keywords| keywords.join("; "));
        check(lang, owned(&format!("keywords_{lang}")), keywords);
    }
    let authors = owned("authors")
        .unwrap_or_default()
        .replace(['¹', '²', '³'], "");
    let is_cut = head["layout"] == "report" && found.authors.len() == 1;
    let wanted = if is_cut {
        // Covers of reports name the head of the work only.
        authors.split("; ").next().unwrap_or_default().to_owned()
    } else {
        authors
    };
    check("authors", Some(wanted), Some(found.authors.join("; ")));
    check("doi", owned("doi"), found.doi.clone());
    check(
        "type",
        Some(wanted_type(head).to_string()),
        found.record_type.map(|kind| kind.to_string()),
    );
    if head["layout"] == "article" {
        let venue = head["journal"]
            .split([',', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
            .next();
        if found.venue.is_some() || head["output"] == "pdf" {
            check(
                "venue",
                venue.map(|venue| venue.trim().to_owned()),
                found.venue.clone(),
            );
        }
    }
    wrong
}

#[test]
fn every_sample_document_says_what_it_is() {
    let mut complaints = Vec::new();
    let mut n_documents = 0;
    let mut sources: Vec<PathBuf> = fs::read_dir(sample().join("sources"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    sources.sort();
    for source in sources {
        let text = fs::read_to_string(&source).unwrap();
        let head = head(&text);
        let name = format!(
            "{}.{}",
            source.file_stem().unwrap().to_string_lossy(),
            head["output"]
        );
        let bytes = fs::read(sample().join("documents").join(&name)).unwrap();
        let document = extract::extract(&bytes, Some(&name), &Limits::default()).unwrap();
        n_documents += 1;
        for wrong in compare(&head, &document.metadata) {
            complaints.push(format!("{name}: {wrong}"));
        }
    }
    assert!(n_documents >= 21, "{n_documents} documents");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
