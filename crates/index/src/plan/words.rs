//! Plain words: each token with the forms it can be found by, and pairs of
//! neighbouring syllables.

use rustc_hash::FxHashMap;

use super::{Bag, Group, Lookup, Plan, Source, Statistics, Stream, TermKey, idf};
use crate::{
    AnalysedToken, Definition, SearchField, Words, analyse,
    analysis::{PART_MARK, STEM_MARK},
    streams::{cut, is_soft_break},
};

/// Fields that plain words are looked up in. Identifiers are asked for by name.
pub const PLAIN_FIELDS: [SearchField; 8] = [
    SearchField::Title,
    SearchField::Abstract,
    SearchField::Keyword,
    SearchField::Author,
    SearchField::Institution,
    SearchField::Venue,
    SearchField::Body,
    SearchField::Column,
];

/// One form of a word in one stream, and its worth in (0, 1].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    pub(crate) stream: Stream,
    pub(crate) text: String,
    pub(crate) worth: f32,
}

/// The plan for plain words.
pub(crate) fn plan_words(
    words: &Words,
    definition: &Definition,
    statistics: &dyn Statistics,
) -> Plan {
    let tokens = analyse(&words.text);
    let mut aligned: Vec<(Vec<AnalysedToken>, f32)> = Vec::new();
    let mut apart = Vec::new();
    for (text, weight) in &words.variants {
        let variant = analyse(text);
        if variant.len() == tokens.len() {
            aligned.push((variant, *weight));
        } else {
            apart.push((text, *weight));
        }
    }
    apart.extend(words.others.iter().map(|(text, weight)| (text, *weight)));
    let builder = Builder {
        fields: words
            .field
            .map_or(PLAIN_FIELDS.to_vec(), |field| vec![field]),
        definition,
        statistics,
    };
    let bag = builder.bag(words, &tokens, &aligned);
    let others = apart.into_iter().map(|(text, weight)| {
        let tokens = analyse(text);
        let mut bag = builder.bag(words, &tokens, &[]);
        for group in &mut bag.groups {
            group.boost *= weight;
        }
        bag
    });
    let mut plans: Vec<Plan> = std::iter::once(bag)
        .chain(others)
        .filter(|bag| !bag.groups.is_empty())
        .map(Plan::Bag)
        .collect();
    match plans.len() {
        0 => Plan::Nothing,
        1 => plans.swap_remove(0),
        _ => Plan::Best(plans),
    }
}

struct Builder<'a> {
    fields: Vec<SearchField>,
    definition: &'a Definition,
    statistics: &'a dyn Statistics,
}

impl Builder<'_> {
    fn bag(
        &self,
        words: &Words,
        tokens: &[AnalysedToken],
        variants: &[(Vec<AnalysedToken>, f32)],
    ) -> Bag {
        let is_bare = !tokens.iter().any(AnalysedToken::has_accent);
        let mut groups: Vec<Group> = Vec::new();
        let mut seen: FxHashMap<String, usize> = FxHashMap::default();
        for (i, token) in tokens.iter().enumerate() {
            if let Some(at) = seen.get(&token.exact) {
                groups[*at].boost += 1.0;
                continue;
            }
            let mut forms = forms(token, is_bare, self.definition);
            for (variant, weight) in variants {
                let other = &variant[i];
                if other.exact != token.exact {
                    forms.push(Form {
                        stream: Stream::Main,
                        text: self.cut(&other.exact),
                        worth: *weight,
                    });
                }
            }
            if let Some(group) = self.group(&token.exact, forms, 1.0) {
                seen.insert(token.exact.clone(), groups.len());
                groups.push(group);
            }
        }
        let all: f32 = groups.iter().map(|group| group.mass).sum();
        let share = words
            .min_share
            .unwrap_or_else(|| self.definition.share.of(tokens.len()));
        // Sums of the same numbers in another order differ in the last bits.
        let threshold = all * share * (1.0 - 1e-5);
        groups.extend(self.pairs(&words.text, tokens, variants));
        Bag { groups, threshold }
    }

    /// Pairs of neighbouring syllables, as typed and as the variants say.
    fn pairs(
        &self,
        text: &str,
        tokens: &[AnalysedToken],
        variants: &[(Vec<AnalysedToken>, f32)],
    ) -> Vec<Group> {
        let weight = self.definition.ranking.pair_weight;
        let mut labels = Vec::new();
        let mut groups = Vec::new();
        for i in 1..tokens.len() {
            let (a, b) = (&tokens[i - 1], &tokens[i]);
            let joins = a.range.end <= b.range.start
                && text
                    .get(a.range.end..b.range.start)
                    .is_some_and(is_soft_break);
            let label = format!("{} {}", a.exact, b.exact);
            if !(a.is_syllable && b.is_syllable && joins) || labels.contains(&label) {
                continue;
            }
            let pair = |a: &AnalysedToken, b: &AnalysedToken, worth| Form {
                stream: Stream::Derived,
                text: format!("{} {}", self.cut(&a.exact), self.cut(&b.exact)),
                worth,
            };
            let mut forms = vec![pair(a, b, 1.0)];
            for (variant, worth) in variants {
                let form = pair(&variant[i - 1], &variant[i], *worth);
                if form.text != forms[0].text {
                    forms.push(form);
                }
            }
            if let Some(group) = self.group(&label, forms, weight) {
                groups.push(Group { mass: 0.0, ..group });
            }
            labels.push(label);
        }
        groups
    }

    fn cut(&self, token: &str) -> String {
        cut(token, self.definition.analyser.max_token_bytes).to_owned()
    }

    /// A group of the forms that the index has; `None` when it has none.
    ///
    /// A form that is commoner than the one typed would drown it: what it is
    /// worth shrinks with its rarity.
    fn group(&self, label: &str, forms: Vec<Form>, boost: f32) -> Option<Group> {
        let n_records = self.statistics.n_records();
        let mut found: Vec<(Form, Vec<TermKey>, f32)> = Vec::new();
        for form in forms {
            let keys = self.keys(&form);
            let df = keys.iter().map(|(_, df)| *df).max().unwrap_or(0);
            if df > 0 {
                let keys = keys.into_iter().map(|(key, _)| key).collect();
                found.push((form, keys, idf(n_records, df)));
            }
        }
        let best = found
            .iter()
            .map(|(form, ..)| form.worth)
            .max_by(f32::total_cmp)?;
        let idf = found
            .iter()
            .find(|(form, ..)| form.worth >= best)
            .map(|(.., idf)| *idf)?;
        let sources = found.into_iter().flat_map(|(form, keys, own_idf)| {
            let worth = form.worth * (own_idf / idf).min(1.0);
            keys.into_iter().map(move |key| (key, worth))
        });
        Some(Group {
            label: label.to_owned(),
            idf,
            boost,
            mass: idf,
            sources: sources
                .map(|(key, worth)| Source {
                    field: key.field,
                    weight: worth * self.definition.fields.get(key.field).weight,
                    lookup: Lookup::Term(key),
                })
                .collect(),
        })
    }

    fn keys(&self, form: &Form) -> Vec<(TermKey, u64)> {
        self.fields
            .iter()
            .map(|field| TermKey {
                field: *field,
                stream: form.stream,
                text: form.text.clone(),
            })
            .map(|key| {
                let df = self.statistics.n_holding(&key);
                (key, df)
            })
            .filter(|(_, df)| *df > 0)
            .collect()
    }
}

/// The forms that one token of a query can be found by, as typed first.
pub(crate) fn forms(
    token: &AnalysedToken,
    is_bare_query: bool,
    definition: &Definition,
) -> Vec<Form> {
    let variants = &definition.variants;
    let cut = |text: &str| cut(text, definition.analyser.max_token_bytes).to_owned();
    let form = |stream, text: String, worth| Form {
        stream,
        text,
        worth,
    };
    let mut forms = vec![form(Stream::Main, cut(&token.exact), 1.0)];
    if let Some(folded) = &token.folded {
        forms.push(form(Stream::Main, cut(folded), variants.bare_text));
    } else {
        let worth = if is_bare_query {
            variants.accented_text_bare_query
        } else {
            variants.accented_text
        };
        forms.push(form(Stream::Derived, cut(&token.exact), worth));
    }
    if let Some(stem) = &token.stem {
        let stem = cut(stem);
        forms.push(form(
            Stream::Derived,
            format!("{STEM_MARK}{stem}"),
            variants.stem,
        ));
        if stem != token.exact {
            forms.push(form(Stream::Main, stem, variants.stem));
        }
    }
    forms.push(form(
        Stream::Derived,
        format!("{PART_MARK}{}", cut(&token.exact)),
        variants.part,
    ));
    forms
}
