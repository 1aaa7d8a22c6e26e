//! The house holds: arrows point down, every file says what it is for, rooms
//! stay small, and nothing below the edge reads the environment or the clock.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::installation::repository;

/// The layer of each crate; an arrow may only go to a lower layer, or stand in
/// [`SAME_LAYER`].
const LAYERS: &[(&str, u8)] = &[
    ("records", 0),
    ("text", 0),
    ("formats", 0),
    ("extract", 0),
    ("embed", 0),
    ("catalog", 1),
    ("citations", 1),
    ("index", 1),
    ("cluster", 2),
    ("ingest", 2),
    ("harvest", 2),
    ("search", 2),
    ("duplicates", 2),
    ("authorities", 2),
    ("subjects", 2),
    ("quality", 2),
    ("topics", 2),
    ("jobs", 2),
    ("collections", 2),
    ("edits", 2),
    ("deposits", 2),
    ("trends", 2),
    ("upkeep", 2),
    ("alerts", 2),
    ("reports", 2),
    ("server", 3),
    ("trithuc", 4),
];

/// Arrows inside a layer that the house allows: leaves share the vocabulary and
/// the text tools.
const SAME_LAYER: [(&str, &str); 14] = [
    // A saved search is a search that is asked again.
    ("alerts", "search"),
    // Trends are watched by the names that reports give them.
    ("alerts", "reports"),
    ("formats", "records"),
    ("formats", "text"),
    ("extract", "records"),
    ("extract", "text"),
    ("embed", "text"),
    // What is harvested goes the way of what is ingested.
    ("harvest", "ingest"),
    // An index is mended the way it was filled.
    ("upkeep", "ingest"),
    // Names of persons are compared in one place.
    ("authorities", "duplicates"),
    // What is indexed carries the names of its authorities.
    ("ingest", "authorities"),
    // A report says what search counts and what trends make of it.
    ("reports", "search"),
    // A report counts an institution under all its names.
    ("reports", "authorities"),
    ("reports", "trends"),
];

/// A longer file needs a reason: data tables only.
const MAX_LINES: usize = 600;

fn manifests() -> BTreeMap<String, toml::Table> {
    fs::read_dir(repository().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("Cargo.toml"))
        .filter(|path| path.exists())
        .map(|path| {
            let manifest: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            (name, manifest)
        })
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    sources(&repository().join("crates"), &mut paths);
    sources(&repository().join("tests"), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let shown = path
                .strip_prefix(repository())
                .unwrap()
                .display()
                .to_string();
            (shown, fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn arrows_point_down() {
    let layers = LAYERS.iter().copied().collect::<BTreeMap<_, _>>();
    let mut wrong = Vec::new();
    for (name, manifest) in manifests() {
        let layer = *layers
            .get(name.as_str())
            .unwrap_or_else(|| panic!("crate `{name}` has no layer: add it to LAYERS"));
        let dependencies = manifest.get("dependencies").and_then(|d| d.as_table());
        for target in dependencies.into_iter().flat_map(|table| table.keys()) {
            let Some(lower) = layers.get(target.as_str()) else {
                continue;
            };
            let sideways = SAME_LAYER.contains(&(name.as_str(), target.as_str()));
            if *lower >= layer && !sideways {
                wrong.push(format!("{name} -> {target}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that point up or sideways: {wrong:?}"
    );
}

#[test]
fn text_knows_no_records() {
    let text = &manifests()["text"];
    let dependencies = text["dependencies"].as_table().unwrap();
    assert!(!dependencies.contains_key("records"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = all_sources()
        .into_iter()
        .filter(|(_, code)| !code.trim_start().starts_with("//!") && !code.starts_with("#!["))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "no `//!` head: {silent:?}");
}

#[test]
fn no_empty_rooms() {
    let mut n_lines = BTreeMap::<String, usize>::new();
    for (path, code) in all_sources() {
        if let Some(name) = path
            .strip_prefix("crates/")
            .and_then(|p| p.split('/').next())
        {
            *n_lines.entry(name.to_owned()).or_default() += code.lines().count();
        }
    }
    let empty: Vec<_> = n_lines.iter().filter(|(_, n)| **n < 50).collect();
    assert!(empty.is_empty(), "crates without content: {empty:?}");
}

#[test]
fn rooms_stay_small() {
    let long: Vec<_> = all_sources()
        .into_iter()
        .map(|(path, code)| (path, code.lines().count()))
        .filter(|(path, n)| *n > MAX_LINES && !path.contains("table"))
        .collect();
    assert!(long.is_empty(), "files over {MAX_LINES} lines: {long:?}");
}

#[test]
fn only_the_edge_reads_environment_and_clock() {
    const FORBIDDEN: [&str; 4] = ["env::var(", "env::var_os(", "SystemTime::now", "Zoned::now"];
    let mut wrong = Vec::new();
    for (path, code) in all_sources() {
        let edge = ["crates/server/", "crates/trithuc/", "tests/"];
        if edge.iter().any(|room| path.starts_with(room)) || is_measuring_aid(&path) {
            continue;
        }
        let production = code.split("#[cfg(test)]").next().unwrap_or_default();
        for call in FORBIDDEN.iter().filter(|call| production.contains(**call)) {
            wrong.push(format!("{path}: {call}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Examples, benches and tests of a crate may read where the data lies.
fn is_measuring_aid(path: &str) -> bool {
    [
        "/examples/",
        "/benches/",
        "/tests/",
        "/tests.rs",
        "/build.rs",
    ]
    .iter()
    .any(|part| path.contains(part))
}

#[test]
fn every_shape_of_the_api_has_a_name_of_its_own() {
    // Two of one name would be described as one in the OpenAPI document.
    let mut places = BTreeMap::<String, Vec<String>>::new();
    for (path, code) in all_sources() {
        let pieces = code.split("#[derive(").skip(1);
        let shapes = pieces.filter(|piece| {
            let derived = piece.split(")]").next().unwrap_or_default();
            derived.contains("ToSchema") && path.starts_with("crates/server/")
        });
        for shape in shapes {
            let mut words = shape.split_whitespace();
            let is_head = |word: &&str| *word == "struct" || *word == "enum";
            words.by_ref().find(is_head);
            let name = words.next().unwrap_or_default();
            let name = name.split(['<', '(', ';']).next().unwrap_or_default();
            places
                .entry(name.to_owned())
                .or_default()
                .push(path.clone());
        }
    }
    assert!(places.len() > 50, "the shapes are found: {places:?}");
    places.retain(|_, paths| paths.len() > 1);
    assert!(places.is_empty(), "{places:?}");
}

#[test]
fn no_path_of_a_machine_in_the_tree() {
    // Put together here, so that this file does not find itself.
    let machine_paths = [["/work", "/"].concat(), ["/tmp", "/"].concat()];
    let wrong: Vec<_> = all_sources()
        .into_iter()
        .filter(|(_, code)| machine_paths.iter().any(|path| code.contains(path)))
        .map(|(path, _)| path)
        .collect();
    assert!(wrong.is_empty(), "paths of a machine in {wrong:?}");
}
