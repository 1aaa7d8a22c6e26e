//! The countries of ISO 3166-1, and how texts name them.
//!
//! A wrong country is worse than none: of a text only its end is read, and only
//! where that is a country's name and nothing else. Codes of two letters are
//! not read in texts, since `CA`, `IN` and `GA` are States of the USA as well.

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use crate::{AgentRole, Record};

const TABLE: &str = include_str!("../data/countries.tsv");
const PROVINCES: &str = include_str!("../data/provinces.txt");

/// A country.
#[derive(Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2: `VN`.
    pub code: &'static str,
    /// Name in Vietnamese.
    pub vi: &'static str,
    /// Name in English.
    pub en: &'static str,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| rows().map(|row| row.0).collect());

/// Places of countries by code of two or three letters.
static CODES: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| {
    let pairs = rows().enumerate();
    pairs
        .flat_map(|(at, (country, long_code, ..))| [(country.code, at), (long_code, at)])
        .collect()
});

/// Places of countries by name as [`plain`] writes it, and whether others bear
/// that name too.
static NAMES: LazyLock<HashMap<String, (usize, bool)>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for (at, (country, _, others, is_shared)) in rows().enumerate() {
        let all = [country.vi, country.en].into_iter().chain(others);
        names.extend(all.map(|name| (plain(name), (at, is_shared))));
    }
    names
});

static VIETNAMESE_PROVINCES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = PROVINCES.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_lowercase).collect()
});

type Row = (Country, &'static str, Vec<&'static str>, bool);

fn rows() -> impl Iterator<Item = Row> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let &[code, long_code, vi, en, others] = &cells[..] else {
            return None;
        };
        let is_shared = others.ends_with('!');
        let others = others.trim_end_matches('!').split('|');
        let others = others.filter(|name| !name.is_empty()).collect();
        Some((Country { code, vi, en }, long_code, others, is_shared))
    })
}

impl Country {
    /// The country that a field for countries names: by a code of two or three
    /// letters, or a name in Vietnamese or English.
    ///
    /// A code in capitals is a code: `NGA` is Nigeria, `Nga` is Russia.
    pub fn of_field(text: &str) -> Option<&'static Self> {
        let name = plain(text);
        let code = CODES.get(text.trim()).copied();
        let named = || NAMES.get(&name).map(|(at, _)| *at);
        let small = || CODES.get(name.to_uppercase().as_str()).copied();
        COUNTRIES.get(code.or_else(named).or_else(small)?)
    }

    /// The countries of an affiliation as printed: of each part between
    /// semicolons what stands after its last comma, or last in brackets.
    pub fn of_affiliation(text: &str) -> Vec<&'static Self> {
        text.split(';').filter_map(Self::of_place).collect()
    }

    fn of_place(text: &str) -> Option<&'static Self> {
        let text = text.trim().trim_end_matches(['.', ',', ' ']);
        let last = match text
            .strip_suffix(')')
            .and_then(|text| text.rsplit_once('('))
        {
            Some((_, inside)) => inside,
            None => text.rsplit_once(',')?.1,
        };
        let name = plain(last);
        if is_vietnamese_province(&name) {
            return Self::of_field("VN");
        }
        let (at, is_shared) = NAMES.get(&name)?;
        COUNTRIES.get(*at).filter(|_| !is_shared)
    }
}

/// Whether who plays this part is behind the work: an editor or a funder of
/// another country does not make it a work of that country.
fn made(role: AgentRole) -> bool {
    use AgentRole::{Applicant, Author, Inventor, LeadInstitution, PrincipalInvestigator};
    matches!(
        role,
        Author | Inventor | Applicant | PrincipalInvestigator | LeadInstitution
    )
}

/// Whether this is a province or city of Việt Nam, by its name in Vietnamese.
pub(crate) fn is_vietnamese_province(name: &str) -> bool {
    let name = plain(name);
    let bare = ["tỉnh ", "thành phố ", "tp. ", "tp.", "tp "]
        .iter()
        .find_map(|word| name.strip_prefix(word));
    let bare = bare.unwrap_or(&name);
    VIETNAMESE_PROVINCES.iter().any(|known| known == bare)
}

/// Lower case, without what surrounds a name: blanks, stops, a postal code.
fn plain(text: &str) -> String {
    let is_around = |c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, ',' | '-');
    let inner = text.trim_matches(is_around);
    inner.trim_end_matches(['.', ' ']).to_lowercase()
}

impl Record {
    /// Codes of the countries behind the work, each once, sorted: those that
    /// its source names, those that affiliations and institutions end in, and
    /// Việt Nam for what belongs to one of its provinces.
    pub fn country_codes(&self) -> Vec<&'static str> {
        let stated = self.countries.iter().filter_map(|it| Country::of_field(it));
        let makers = self.agents.iter().filter(|agent| made(agent.role));
        let affiliations = makers.flat_map(|agent| &agent.affiliations);
        let printed = affiliations.chain(&self.institutions);
        let read = printed.flat_map(|text| Country::of_affiliation(text));
        let province = self.province.iter().filter(|it| is_vietnamese_province(it));
        let home = province.filter_map(|_| Country::of_field("VN"));
        let found = stated.chain(read).chain(home);
        found
            .map(|country| country.code)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Agent, RecordId, RecordType};

    #[test]
    fn every_row_is_read_and_no_name_means_two_countries() {
        let n_lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!((COUNTRIES.len(), n_lines), (249, 249));
        let mut of = HashMap::new();
        for (country, _, others, _) in rows() {
            for name in [country.vi, country.en].into_iter().chain(others) {
                let before = of.insert(plain(name), country.code);
                assert!(before.is_none_or(|code| code == country.code), "{name}");
            }
        }
    }

    #[test]
    fn an_affiliation_ends_in_its_country_or_says_none() {
        for (text, codes) in [
            ("Khoa Toán, Đại học Huế, Việt Nam", &["VN"][..]),
            ("Can Tho University, Can Tho, Viet Nam.", &["VN"]),
            ("Viện Lúa, TP. Cần Thơ", &["VN"]),
            ("RIKEN, Wako 351-0198, Japan", &["JP"]),
            ("CIRAD, UMR Agap (France)", &["FR"]),
            ("MIT, Cambridge, MA, U.S.A.", &["US"]),
            (
                "A, Hà Nội, Việt Nam; B, Seoul 03080, Republic of Korea",
                &["VN", "KR"],
            ),
            ("Georgia Tech, Atlanta, Georgia", &[]),
            ("Stanford University, Stanford, CA", &[]),
            ("Đại học Tokyo", &[]),
            ("Viet Nam National University", &[]),
            ("", &[]),
        ] {
            let found = Country::of_affiliation(text);
            let found: Vec<&str> = found.iter().map(|country| country.code).collect();
            assert_eq!(found, codes, "{text}");
        }
    }

    #[test]
    fn a_field_for_countries_may_hold_codes() {
        for text in ["GE", "geo", "Georgia", " Georgia. "] {
            assert_eq!(Country::of_field(text).unwrap().vi, "Georgia");
        }
        assert_eq!(Country::of_field("NGA").unwrap().en, "Nigeria");
        assert_eq!(Country::of_field("Nga").unwrap().en, "Russia");
        assert_eq!(Country::of_field("EP"), None, "an office is no country");
    }

    #[test]
    fn a_record_has_each_country_once() {
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        record.countries = vec!["VN".to_owned(), "??".to_owned()];
        let mut author = Agent::author("Lê Lợi");
        author.affiliations = vec![
            "Viện Lúa, Cần Thơ, Việt Nam".into(),
            "NIMS, Tsukuba, Japan".into(),
        ];
        record.agents.push(author);
        assert_eq!(record.country_codes(), ["JP", "VN"]);
        record = Record::new(RecordId::new("b").unwrap(), RecordType::Task);
        record.province = Some("Thừa Thiên Huế".to_owned());
        assert_eq!(record.country_codes(), ["VN"]);
    }
}
