//! Test collections in the layout of BEIR: `corpus.jsonl`, `queries.jsonl`,
//! `qrels/test.tsv` with a header.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use records::{Lang, Localised, Page, Record, RecordId, RecordType};
use serde::Deserialize;

use super::Qrels;

/// Why a collection could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BeirError {
    /// A file is missing or cannot be read.
    #[error(
        "`{path}` cannot be read; the folder must hold corpus.jsonl, queries.jsonl and qrels/test.tsv"
    )]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line is not what the layout says.
    #[error("`{path}` line {line}: {reason}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Line from 1.
        line: usize,
        /// What is wrong and what should stand there.
        reason: String,
    },
}

/// One query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Query {
    /// Its name in the judgements.
    #[serde(rename = "_id")]
    pub id: String,
    /// What is asked.
    pub text: String,
}

/// A document of the corpus.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Document {
    /// Its name in the judgements.
    #[serde(rename = "_id")]
    pub id: String,
    /// May be empty.
    #[serde(default)]
    pub title: String,
    /// Its text.
    pub text: String,
}

impl Document {
    /// The record that ingestion makes of it: a title and a full text of one
    /// page. `None` when its name is empty.
    pub fn into_record(self) -> Option<Record> {
        let id = RecordId::from_text(&self.id)?;
        let mut record = Record::new(id, RecordType::Paper);
        let lang = Lang::parse(text::detect(&self.text).lang);
        if !self.title.is_empty() {
            record.title = Localised::one(lang.clone(), self.title);
        }
        record.language = Some(lang);
        record.body = vec![Page::new(1, self.text)];
        Some(record)
    }
}

fn lines(
    path: &Path,
) -> Result<impl Iterator<Item = Result<(usize, String), BeirError>>, BeirError> {
    let read_error = |source| BeirError::Read {
        path: path.to_owned(),
        source,
    };
    let owned = path.to_owned();
    let file = BufReader::new(File::open(path).map_err(read_error)?);
    Ok(file
        .lines()
        .enumerate()
        .filter_map(move |(i, line)| match line {
            Ok(line) if line.trim().is_empty() => None,
            Ok(line) => Some(Ok((i + 1, line))),
            Err(source) => Some(Err(BeirError::Read {
                path: owned.clone(),
                source,
            })),
        }))
}

fn json_lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Vec<T>, BeirError> {
    lines(path)?
        .map(|numbered| {
            let (line, text) = numbered?;
            serde_json::from_str(&text).map_err(|error| BeirError::Line {
                path: path.to_owned(),
                line,
                reason: error.to_string(),
            })
        })
        .collect()
}

/// The documents of the collection in `folder`.
///
/// # Errors
/// [`BeirError`] when the file is missing or a line is wrong.
pub fn corpus(folder: &Path) -> Result<Vec<Document>, BeirError> {
    json_lines(&folder.join("corpus.jsonl"))
}

/// The judged queries of the collection, in the order of the file.
///
/// # Errors
/// [`BeirError`] when a file is missing or a line is wrong.
pub fn judged_queries(folder: &Path) -> Result<(Vec<Query>, Qrels), BeirError> {
    let qrels = qrels(&folder.join("qrels/test.tsv"))?;
    let mut queries: Vec<Query> = json_lines(&folder.join("queries.jsonl"))?;
    let mut seen = BTreeSet::new();
    queries.retain(|query| qrels.contains_key(&query.id) && seen.insert(query.id.clone()));
    Ok((queries, qrels))
}

fn qrels(path: &Path) -> Result<Qrels, BeirError> {
    let mut qrels = Qrels::new();
    for numbered in lines(path)? {
        let (line, text) = numbered?;
        let columns: Vec<&str> = text.split('\t').map(str::trim).collect();
        let grade = columns.get(2).and_then(|grade| grade.parse().ok());
        match (columns.as_slice(), grade) {
            ([query, document, _, ..], Some(grade)) => {
                let grades = qrels.entry((*query).to_owned()).or_default();
                grades.insert((*document).to_owned(), grade);
            }
            // The header.
            _ if line == 1 => {}
            _ => {
                return Err(BeirError::Line {
                    path: path.to_owned(),
                    line,
                    reason: "expected query, document and a whole grade, parted by tabs".into(),
                });
            }
        }
    }
    Ok(qrels)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(folder: &Path, qrels: &str) {
        fs::create_dir(folder.join("qrels")).unwrap();
        fs::write(folder.join("qrels/test.tsv"), qrels).unwrap();
        fs::write(
            folder.join("queries.jsonl"),
            "{\"_id\":\"q1\",\"text\":\"a\"}\n{\"_id\":\"q2\",\"text\":\"b\"}\n",
        )
        .unwrap();
        fs::write(
            folder.join("corpus.jsonl"),
            "{\"_id\":\"Luật A|5\",\"text\":\"một\"}\n",
        )
        .unwrap();
    }

    #[test]
    fn only_judged_queries_are_read() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            "query-id\tcorpus-id\tscore\nq2\tLuật A|5\t2\n",
        );
        let (queries, qrels) = judged_queries(folder.path()).unwrap();
        assert_eq!(queries.len(), 1);
        assert_eq!(qrels["q2"]["Luật A|5"], 2);
        let record = corpus(folder.path()).unwrap().remove(0).into_record();
        assert_eq!(record.unwrap().body[0].text, "một");
    }

    #[test]
    fn a_wrong_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "query-id\tcorpus-id\tscore\nq2 x 1\n");
        let error = judged_queries(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
