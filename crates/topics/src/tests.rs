//! Laws of a fit, on collections of planted topics.

use proptest::prelude::*;

use crate::*;

/// Words of each planted topic; none is in two.
const PLANTED: [&[&str]; 4] = [
    &[
        "rice",
        "salinity",
        "paddy",
        "tolerant",
        "seedling",
        "irrigation",
        "delta",
        "yield",
    ],
    &[
        "graphene",
        "electrode",
        "lithium",
        "battery",
        "anode",
        "nanotube",
        "cathode",
        "cell",
    ],
    &[
        "dengue", "mosquito", "vaccine", "epidemic", "fever", "serotype", "antibody", "patient",
    ],
    &[
        "parser",
        "syntax",
        "treebank",
        "grammar",
        "corpus",
        "sentence",
        "annotation",
        "token",
    ],
];

struct Planted {
    id: String,
    title: String,
    text: String,
}

/// `n` documents of each planted topic.
fn planted(n: usize) -> Vec<Planted> {
    let mut documents = Vec::new();
    for (topic, words) in PLANTED.iter().enumerate() {
        for i in 0..n {
            let word = |at: usize| {
                let mixed = ((i * 131 + at + 7) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                words[(mixed >> 40) as usize % words.len()]
            };
            let text: Vec<&str> = (0..24).map(word).collect();
            documents.push(Planted {
                id: format!("{topic}-{i}"),
                title: format!("The {} and the {} of the {}", word(1), word(4), word(6)),
                text: format!(
                    "This study of the region is about {}.",
                    text.join(" of the ")
                ),
            });
        }
    }
    documents
}

fn fitted(documents: &[&Planted], count: TopicCount) -> Fitted {
    let documents: Vec<Document<'_>> = documents
        .iter()
        .map(|planted| Document {
            id: &planted.id,
            title: &planted.title,
            text: &planted.text,
            vector: &[],
        })
        .collect();
    let options = FitOptions {
        count,
        seed: 1,
        is_stop_word: &|word| matches!(word, "the" | "of" | "this" | "is" | "about" | "and"),
        progress: &|_| {},
        regroup: None,
    };
    fit(&documents, &options).unwrap()
}

#[test]
fn planted_topics_are_found_and_named_by_their_words() {
    let documents = planted(40);
    let found = fitted(
        &documents.iter().collect::<Vec<_>>(),
        TopicCount::Exactly(4),
    );
    assert_eq!(found.topics.len(), 4);
    for (topic, words) in PLANTED.iter().enumerate() {
        let of = |i: usize| found.assignments[topic * 40 + i].topic.unwrap();
        assert!((1..40).all(|i| of(i) == of(0)), "topic {topic}");
        let terms = &found.topics[of(0) as usize].terms;
        assert!(
            terms.iter().all(|term| words.contains(&term.as_str())),
            "{terms:?}"
        );
    }
    assert_eq!(found.diversity, 1.0);
    assert!(found.topics.iter().all(|topic| topic.coherence_npmi > 0.3));
    assert!(
        found
            .assignments
            .iter()
            .all(|a| (0.0..=1.0).contains(&a.probability))
    );
}

#[test]
fn nothing_and_no_topics_are_refused_and_one_document_is_a_topic() {
    let one = planted(1);
    let options = FitOptions {
        count: TopicCount::Exactly(0),
        seed: 1,
        is_stop_word: &|_| false,
        progress: &|_| {},
        regroup: None,
    };
    assert_eq!(fit(&[], &options), Err(FitError::Empty));
    let document = Document {
        id: "a",
        title: &one[0].title,
        text: &one[0].text,
        vector: &[],
    };
    assert_eq!(fit(&[document], &options), Err(FitError::NoTopics));
    let found = fitted(&[&one[0]], TopicCount::Auto);
    assert_eq!(found.assignments.len(), 1);
}

#[test]
fn a_document_without_words_is_an_outlier() {
    let mut documents = planted(20);
    documents.push(Planted {
        id: "empty".into(),
        title: "2020".into(),
        text: String::new(),
    });
    let found = fitted(
        &documents.iter().collect::<Vec<_>>(),
        TopicCount::Exactly(4),
    );
    assert_eq!(found.assignments[80].topic, None);
    assert_eq!(
        found
            .assignments
            .iter()
            .filter(|a| a.topic.is_none())
            .count(),
        1
    );
}

#[test]
fn vectors_of_meaning_are_used() {
    // The words say nothing; the vectors say which of two topics it is.
    let texts: Vec<String> = (0..60).map(|i| format!("sample note {}", i % 7)).collect();
    let ids: Vec<String> = (0..60).map(|i| format!("{i:02}")).collect();
    let vectors: Vec<[f32; 3]> = (0..60)
        .map(|i| {
            if i % 2 == 0 {
                [1.0, 0.1, (i as f32) / 600.0]
            } else {
                [0.1, 1.0, 0.05]
            }
        })
        .collect();
    let documents: Vec<Document<'_>> = (0..60)
        .map(|i| Document {
            id: &ids[i],
            title: "",
            text: &texts[i],
            vector: &vectors[i],
        })
        .collect();
    let options = FitOptions {
        count: TopicCount::Exactly(2),
        seed: 1,
        is_stop_word: &|_| false,
        progress: &|_| {},
        regroup: None,
    };
    let found = fit(&documents, &options).unwrap();
    let of = |i: usize| found.assignments[i].topic;
    assert!((0..60).all(|i| of(i) == of(i % 2)) && of(0) != of(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn the_order_of_documents_changes_nothing(order in Just((0..80usize).collect::<Vec<_>>()).prop_shuffle()) {
        let documents = planted(20);
        let straight = fitted(&documents.iter().collect::<Vec<_>>(), TopicCount::Auto);
        let shuffled: Vec<&Planted> = order.iter().map(|at| &documents[*at]).collect();
        let shuffled = fitted(&shuffled, TopicCount::Auto);
        for (place, at) in order.iter().enumerate() {
            prop_assert_eq!(&shuffled.assignments[place], &straight.assignments[*at]);
        }
        for (a, b) in shuffled.topics.iter().zip(&straight.topics) {
            prop_assert_eq!(&a.terms, &b.terms);
            prop_assert_eq!(a.coherence_npmi, b.coherence_npmi);
            let central: Vec<usize> = a.central.iter().map(|place| order[*place]).collect();
            prop_assert_eq!(&central, &b.central);
        }
    }
}
