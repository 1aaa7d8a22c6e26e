//! BibTeX and BibLaTeX. The syntax and LaTeX's accents are read by the crate
//! `biblatex`; cutting the file into entries is done here, so that one broken
//! entry does not hide the others.

use std::{
    io::{self, BufRead},
    sync::Arc,
};

use biblatex::{Bibliography, Chunk, ChunksExt, Entry};
use records::{AgentKind, AgentRole};

use crate::{
    EntryError, Limits, Parsed, RawEntry, RecordFormat, decode,
    fields::Fields,
    json_lines::Lines,
    line_groups::{LineGroups, Rules},
    names,
};

/// BibTeX.
#[derive(Debug, Clone, Copy, Default)]
pub struct BibtexFormat;

impl RecordFormat for BibtexFormat {
    fn name(&self) -> &'static str {
        "bibtex"
    }

    fn entries<'a>(
        &self,
        input: Box<dyn BufRead + 'a>,
        limits: Limits,
    ) -> Box<dyn Iterator<Item = io::Result<RawEntry>> + 'a> {
        Box::new(Entries {
            groups: LineGroups::new(Lines::new(input, limits), limits, RULES),
            abbreviations: None,
        })
    }

    fn parse(&self, entry: &RawEntry) -> Result<Parsed, EntryError> {
        entry.check_length()?;
        let (text, remark) = decode::lossless(&entry.bytes);
        let abbreviations = entry.shared.as_deref().unwrap_or_default();
        let bibliography = Bibliography::parse(&format!("{abbreviations}{text}"));
        let bibliography = bibliography.map_err(|error| syntax(error.kind.to_string()))?;
        let mut entries = bibliography.iter();
        let (Some(found), None) = (entries.next(), entries.next()) else {
            let n = bibliography.len();
            return Err(syntax(format!("{n} entries start on this line")));
        };
        let mut parsed = fields(found).into_parsed("bibtex")?;
        parsed.record.provenance.remarks.extend(remark);
        Ok(parsed)
    }
}

fn syntax(reason: String) -> EntryError {
    EntryError::Syntax {
        format: "BibTeX",
        reason,
        cure: "start each entry on a line of its own and close all its braces",
    }
}

/// Each line that starts with `@word{` starts an entry; what stands before the
/// first is a comment.
const RULES: Rules = Rules {
    is_start,
    is_end: |_| false,
    keeps_strays: false,
};

/// Entries with the abbreviations that hold for them.
struct Entries<'a> {
    groups: LineGroups<'a>,
    /// All `@string` definitions so far.
    abbreviations: Option<Arc<str>>,
}

impl Entries<'_> {
    /// Keeps definitions for the entries that follow; passes over comments.
    fn define(&mut self, entry: &RawEntry) -> bool {
        let word = entry_word(&entry.bytes).unwrap_or_default();
        if word == "string" {
            let (text, _) = decode::lossless(&entry.bytes);
            let known = self.abbreviations.as_deref().unwrap_or_default();
            // A broken definition would break every entry after it.
            let all = format!("{known}{text}\n");
            if Bibliography::parse(&all).is_ok() {
                self.abbreviations = Some(all.into());
            }
        }
        matches!(word.as_str(), "string" | "comment" | "preamble")
    }
}

impl Iterator for Entries<'_> {
    type Item = io::Result<RawEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut entry = match self.groups.next()? {
                Ok(entry) => entry,
                Err(error) => return Some(Err(error)),
            };
            if !self.define(&entry) {
                entry.shared.clone_from(&self.abbreviations);
                return Some(Ok(entry));
            }
        }
    }
}

fn is_start(line: &[u8]) -> bool {
    entry_word(line).is_some()
}

/// The lower-case word of `@word{` or `@word(`.
fn entry_word(line: &[u8]) -> Option<String> {
    let rest = line.trim_ascii_start().strip_prefix(b"@")?;
    let n_letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (word, rest) = rest.split_at(n_letters);
    let opens = matches!(rest.trim_ascii_start().first(), Some(b'{' | b'('));
    (opens && !word.is_empty()).then(|| String::from_utf8_lossy(word).to_lowercase())
}

fn fields(entry: &Entry) -> Fields {
    let mut fields = Fields::default();
    let text = |name: &str| {
        entry
            .get(name)
            .map(|c| c.format_verbatim())
            .unwrap_or_default()
    };
    // Our own export keeps these two.
    fields.set("id", text("recordid"));
    fields.set("type", text("recordtype"));
    fields.set("type", record_type(entry));
    let (title, subtitle) = (text("title"), text("subtitle"));
    let colon = if subtitle.is_empty() { "" } else { ": " };
    fields.push("title", format!("{title}{colon}{subtitle}"));
    fields.push("title", text("titletranslated"));
    fields.push("abstract", text("abstract"));
    fields.push("abstract", text("abstracttranslated"));
    for (name, role) in [("author", AgentRole::Author), ("editor", AgentRole::Editor)] {
        for (name, kind) in agents(entry, name) {
            fields.push_agent(&name, kind, role);
        }
    }
    for (name, target) in [
        ("year", "year"),
        ("date", "date"),
        ("journal", "venue"),
        ("journaltitle", "venue"),
        ("booktitle", "venue"),
        ("school", "venue"),
        ("series", "venue"),
        ("publisher", "publisher"),
        ("volume", "volume"),
        ("number", "issue"),
        ("issue", "issue"),
        ("doi", "doi"),
        ("isbn", "isbn"),
        ("issn", "issn"),
        ("url", "url"),
        ("language", "language"),
        ("langid", "language"),
        ("keywords", "keywords"),
    ] {
        fields.set(target, text(name));
    }
    fields.set("pages", text("pages").replace("--", "-").replace('–', "-"));
    for name in ["institution", "school"] {
        let institution = text(name);
        if !institution.is_empty() {
            fields.push("institutions", institution);
        }
    }
    let archive = text("archiveprefix") + &text("eprinttype");
    if archive.eq_ignore_ascii_case("arxiv") {
        fields.set("arxiv", text("eprint"));
    }
    fields
}

fn record_type(entry: &Entry) -> &'static str {
    use biblatex::EntryType as T;
    match entry.entry_type {
        T::Article | T::InProceedings | T::Proceedings | T::Unpublished | T::Online => "paper",
        T::Thesis | T::MastersThesis | T::PhdThesis => "thesis",
        T::Report | T::TechReport => "report",
        T::Patent => "patent",
        T::Dataset => "dataset",
        T::Book | T::InBook | T::InCollection | T::Booklet | T::Collection => "book",
        T::Misc if entry.get("eprint").is_some() => "paper",
        _ => "other",
    }
}

/// The names of a field, in natural order. A name wholly in braces is taken as
/// it stands: an organisation, unless it is a Vietnamese person's name, which
/// people put in braces to keep it from being inverted.
fn agents(entry: &Entry, field: &str) -> Vec<(String, AgentKind)> {
    let mut names: Vec<(String, bool)> = vec![(String::new(), true)];
    for chunk in entry.get(field).unwrap_or_default() {
        match &chunk.v {
            Chunk::Normal(text) => {
                for (n, part) in split_and(text).into_iter().enumerate() {
                    if n > 0 {
                        names.push((String::new(), true));
                    }
                    if let Some((name, is_braced)) = names.last_mut() {
                        *is_braced &= part.trim().is_empty();
                        name.push_str(part);
                    }
                }
            }
            Chunk::Verbatim(text) | Chunk::Math(text) => {
                if let Some((name, _)) = names.last_mut() {
                    name.push_str(text);
                }
            }
        }
    }
    let named = names
        .into_iter()
        .filter(|(name, _)| !name.trim().is_empty());
    named
        .map(|(name, is_braced)| agent(name.trim(), is_braced))
        .collect()
}

fn agent(name: &str, is_braced: bool) -> (String, AgentKind) {
    if is_braced && !names::is_vietnamese_name(name) {
        (name.to_owned(), AgentKind::Organisation)
    } else {
        (names::from_comma_form(name), AgentKind::Person)
    }
}

/// Cuts at the word `and`; the text may begin or end with it.
fn split_and(text: &str) -> Vec<&str> {
    let is_cut = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + 3..].chars().next();
        before.is_none_or(char::is_whitespace) && after.is_none_or(char::is_whitespace)
    };
    let cuts: Vec<usize> = text
        .match_indices("and")
        .map(|(at, _)| at)
        .filter(|at| is_cut(*at))
        .collect();
    let mut parts = Vec::new();
    let mut from = 0;
    for cut in cuts {
        parts.push(&text[from..cut]);
        from = cut + 3;
    }
    parts.push(&text[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Parsed, EntryError>> {
        let entries = BibtexFormat.entries(Box::new(text.as_bytes()), Limits::default());
        entries
            .map(|entry| BibtexFormat.parse(&entry.unwrap()))
            .collect()
    }

    #[test]
    fn accents_names_and_abbreviations() {
        let found = read(
            r#"
A comment before.
@string{jos = {Tạp chí Khoa học}}
@article{nguyen2019,
  title = {{\DJ}{\`a} N{\~a}ng v{\`a} bi{\'e}n {\dj}{\h o}i},
  author = {Nguy{\~\^e}n, V{\u a}n {\DJ}{\'\uhorn}c and {Trần Thị Lan} and Smith, John and {Viện Khoa học và Công nghệ} and Knuth, Donald E.},
  journal = jos, year = 2019, pages = {12--19}, month = jan,
  doi = {10.1000/ABC}, keywords = {lúa, mặn}
}
@phdthesis{t1, title={Luận án}, author={Lê Văn Hưng}, school={Đại học Huế}, year={2001}}
"#,
        );
        assert_eq!(found.len(), 2);
        let record = &found[0].as_ref().unwrap().record;
        let names: Vec<_> = record
            .agents
            .iter()
            .map(|a| (a.name.as_str(), a.kind))
            .collect();
        assert_eq!(
            names[1..],
            [
                ("Trần Thị Lan", AgentKind::Person),
                ("John Smith", AgentKind::Person),
                ("Viện Khoa học và Công nghệ", AgentKind::Organisation),
                ("Donald E. Knuth", AgentKind::Person),
            ]
        );
        assert_eq!(record.venue.as_deref(), Some("Tạp chí Khoa học"));
        assert_eq!(
            (record.year.unwrap().get(), record.pages.as_deref()),
            (2019, Some("12-19"))
        );
        let title = record.title.iter().next().unwrap().1;
        assert!(title.starts_with("Đà Nãng"), "{title}");
        let thesis = &found[1].as_ref().unwrap().record;
        assert_eq!(thesis.record_type, records::RecordType::Thesis);
        assert_eq!(thesis.agents[0].name, "Lê Văn Hưng");
        assert_eq!(thesis.institutions, ["Đại học Huế"]);
    }

    #[test]
    fn a_broken_entry_does_not_hide_the_next() {
        let found = read("@article{a, title={x\n@article{b, title={Hai}}\n@misc{c, year={2001}}\n");
        assert!(
            found[0]
                .as_ref()
                .unwrap_err()
                .to_string()
                .contains("close all its braces")
        );
        assert!(found[1].is_ok());
        assert!(
            found[2]
                .as_ref()
                .unwrap_err()
                .to_string()
                .contains("at least a title")
        );
    }

    #[test]
    fn and_is_a_word_not_a_part_of_one() {
        assert_eq!(
            split_and("Anderson, A and Brand, B and"),
            ["Anderson, A ", " Brand, B ", ""]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(@[a-z]{0,7}\\{|[a-z]{0,4}=|\\{|\\}|\"|,|\\\\['a-z]|đ|\n|.){0,60}") {
            read(&text);
        }
    }
}
