//! The API against the real server: shapes, exact counts, paging, problem
//! documents, access levels, and bytes that no client should send.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use crate::site::{N_OPEN, SECRET, get, get_as, get_with, send};

fn search(query: &str) -> Value {
    let answer = get(format!("/api/v1/search?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    answer.json()
}

#[test]
fn words_without_accents_find_the_same_records() {
    let accents = search("q=l%C3%BAa+ch%E1%BB%8Bu+m%E1%BA%B7n");
    let plain = search("q=lua+chiu+man");
    assert_eq!(accents["total"], 40);
    assert_eq!(plain["total"], 40);
    let hit = &accents["hits"][0];
    for key in [
        "id", "score", "title", "year", "type", "language", "snippet", "page",
    ] {
        assert!(
            hit.get(key).is_some(),
            "the command-line contract has `{key}`"
        );
    }
    assert_eq!(accents["total_relation"], "eq");
    assert!(hit["title"].as_str().unwrap().starts_with("Giống lúa"));
}

#[test]
fn facets_count_every_result_and_filters_agree_with_them() {
    let all = search("facet=type&facet=year&limit=0");
    assert_eq!(all["total"], N_OPEN);
    let mut sum = 0;
    for counted in all["facets"]["type"].as_array().unwrap() {
        let value = counted["value"].as_str().unwrap();
        let narrowed = search(&format!("limit=0&filter=type:{value}"));
        assert_eq!(narrowed["total"], counted["count"], "{value}");
        sum += counted["count"].as_u64().unwrap();
    }
    assert_eq!(sum, N_OPEN as u64);
    let either = search("limit=0&filter=type:thesis&filter=type:dataset&filter=year:2020..2022");
    assert_eq!(either["total"], 2);
}

#[test]
fn pages_follow_their_links_over_every_result_once() {
    let mut seen = BTreeSet::new();
    let mut next = Some("/api/v1/search?limit=7&sort=title".to_owned());
    while let Some(target) = next {
        let page = get(&target).json();
        for hit in page["hits"].as_array().unwrap() {
            assert!(
                seen.insert(hit["id"].as_str().unwrap().to_owned()),
                "twice: {hit}"
            );
        }
        let link = page["links"]["next"].as_str();
        next = link.map(|link| link.trim_start_matches("http://thu-vien.test").to_owned());
    }
    assert_eq!(seen.len(), N_OPEN);
}

#[test]
fn a_record_comes_whole_without_the_folders_of_the_machine() {
    let answer = get("/api/v1/records/bo-du-lieu");
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    let record = answer.json();
    assert_eq!(record["columns"][0]["name"], "muc_nuoc_m");
    assert_eq!(record["provenance"]["source"], "bien.jsonl");
    let about = get("/api/v1/records/bo-du-lieu?format=schemaorg").json();
    assert_eq!(about["@type"], "Dataset");
    assert_eq!(about["@id"], "http://thu-vien.test/records/bo-du-lieu");
    assert_eq!(
        get("/api/v1/records/la%2Fhiem%3F%23%25").json()["id"],
        "la/hiem?#%"
    );
}

#[test]
fn records_like_a_record_are_found_and_how_is_said() {
    let answer = get("/api/v1/records/luan-an/similar?limit=3&lang=en").json();
    let hits = answer["hits"].as_array().unwrap();
    assert!(!hits.is_empty() && hits.len() <= 3, "{answer}");
    assert!(hits.iter().all(|hit| hit["id"] != "luan-an"), "{answer}");
    if answer["mode"] == "lexical" {
        let notice = answer["notices"][0].as_str().unwrap();
        assert!(notice.contains("words of its title"), "{notice}");
    }
    let page = get("/records/luan-an?lang=en");
    assert!(page.body.contains("id=\"similar\""), "{}", page.body);
    assert_eq!(get("/api/v1/records/khong-co/similar").status, 404);
    assert_eq!(get("/api/v1/records/luan-an/similar?q=x").status, 400);
}

#[test]
fn a_parameter_without_a_value_is_named() {
    let answer = get("/api/v1/search?q=&sort=&lang=en");
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["parameter"], "sort");
    assert_eq!(get("/api/v1/search?q=").status, 200);
}

#[test]
fn known_bytes_are_not_sent_again() {
    for target in [
        "/api/v1/records/bai-bao",
        "/api/v1/search?q=lua",
        "/api/v1/openapi.json",
    ] {
        let first = get(target);
        let etag = first.header("etag").to_owned();
        assert!(!etag.is_empty(), "{target}");
        let again = get_with(target, &[("if-none-match", &etag)]);
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{target}");
        assert_eq!(
            get_with(target, &[("if-none-match", "\"x\"")]).status,
            200,
            "{target}"
        );
    }
}

/// Target, status, kind of problem, parameter at fault.
const REFUSED: [(&str, u16, &str, Option<&str>); 18] = [
    (
        "/api/v1/search?lang=",
        400,
        "invalid-parameter",
        Some("lang"),
    ),
    // Who asks comes before what is asked.
    ("/api/v1/jobs?state=x", 401, "sign-in-needed", None),
    ("/api/v1/quarantine?x=1", 401, "sign-in-needed", None),
    (
        "/api/v1/search?lang=fr",
        400,
        "invalid-parameter",
        Some("lang"),
    ),
    (
        "/api/v1/search?limit=ten",
        400,
        "invalid-parameter",
        Some("limit"),
    ),
    (
        "/api/v1/search?limit=101",
        400,
        "invalid-parameter",
        Some("limit"),
    ),
    (
        "/api/v1/search?offset=9999&limit=9",
        400,
        "invalid-parameter",
        Some("offset"),
    ),
    (
        "/api/v1/search?filter=colour:red",
        400,
        "invalid-parameter",
        Some("filter"),
    ),
    (
        "/api/v1/search?filter=year:soon",
        400,
        "invalid-parameter",
        Some("filter"),
    ),
    (
        "/api/v1/search?facet=colour",
        400,
        "invalid-parameter",
        Some("facet"),
    ),
    (
        "/api/v1/search?sort=random",
        400,
        "invalid-parameter",
        Some("sort"),
    ),
    (
        "/api/v1/search?mode=fast",
        400,
        "invalid-parameter",
        Some("mode"),
    ),
    (
        "/api/v1/search?limt=3",
        400,
        "invalid-parameter",
        Some("limt"),
    ),
    (
        "/api/v1/search?q=%ff%fe",
        400,
        "invalid-parameter",
        Some("q"),
    ),
    ("/api/v1/records/khong-co", 404, "record-not-found", None),
    ("/api/v1/records/%ff", 404, "record-not-found", None),
    (
        "/api/v1/records/bai-bao?format=docx",
        400,
        "invalid-parameter",
        Some("format"),
    ),
    ("/api/v1/nowhere", 404, "no-such-page", None),
];

#[test]
fn every_refusal_is_a_problem_document_with_its_cure() {
    for (target, status, kind, parameter) in REFUSED {
        let answer = get(target);
        assert_eq!(answer.status, status, "{target}: {}", answer.body);
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{target}"
        );
        let problem = answer.json();
        assert_eq!(
            problem["type"],
            format!("http://thu-vien.test/api#{kind}"),
            "{target}"
        );
        assert_eq!(problem["status"], status);
        assert_eq!(problem["parameter"].as_str(), parameter, "{target}");
        assert_eq!(problem["request_id"], answer.header("x-request-id"));
        assert!(problem["detail"].as_str().unwrap().len() > 20, "{problem}");
    }
    let long = get(format!("/api/v1/search?q={}", "a".repeat(20_000)));
    assert_eq!(long.status, 414);
    let posted = send("POST", b"/api/v1/search", &[], "");
    assert_eq!((posted.status, posted.header("allow")), (405, "GET,HEAD"));
    assert_eq!(posted.header("content-type"), "application/problem+json");
}

#[test]
fn problems_speak_the_language_of_the_caller() {
    let vi = get("/api/v1/records/khong-co").json();
    let en = get("/api/v1/records/khong-co?lang=en").json();
    assert_eq!(vi["title"], "Không có tài liệu này");
    assert_eq!(en["title"], "This record is not in the library");
}

/// The closed records show in no body, count, facet, highlight, feed, sitemap
/// or page, and asking for one is like asking for none.
#[test]
fn closed_records_show_nowhere() {
    let found = search(&format!(
        "q={SECRET}&facet=venue&facet=author&facet=type&facet=access"
    ));
    assert_eq!(found["total"], 0);
    assert!(
        found["facets"]
            .as_object()
            .unwrap()
            .values()
            .all(|v| v.as_array().unwrap().is_empty())
    );
    let rice = search("q=l%C3%BAa&limit=100&facet=access&facet=year&facet=venue&explain=1");
    assert_eq!(rice["facets"]["access"][0]["count"], rice["total"]);
    assert!(!rice.to_string().contains(SECRET) && !rice.to_string().contains("1999"));
    let hidden = get("/api/v1/records/mat");
    let missing = get("/api/v1/records/matt");
    assert_eq!((hidden.status, missing.status), (404, 404));
    let without_id = |answer: &crate::site::Answer, id: &str| {
        let mut problem = answer.json();
        problem["request_id"] = Value::Null;
        problem.to_string().replace(&format!("`{id}`"), "`id`")
    };
    assert_eq!(without_id(&hidden, "mat"), without_id(&missing, "matt"));
    let status = get("/api/v1/status").json();
    assert_eq!(
        (&status["n_records"], &status["n_searchable"]),
        (&N_OPEN.into(), &N_OPEN.into())
    );
    for target in [
        "/",
        "/search?explain=1",
        "/search?sort=oldest",
        "/feed.atom",
        "/sitemaps/1",
        "/status",
        "/records/bai-bao",
        "/search?filter=type:task",
        "/records/mat",
        "/records/noi-bo",
    ] {
        let answer = get(target);
        assert!(
            answer.status == 200 || target.starts_with("/records/"),
            "{target}"
        );
        assert!(!answer.body.contains(SECRET), "{target}");
    }
    let sitemap = get("/sitemaps/1").body;
    assert!(sitemap.contains("/records/bai-bao<") && !sitemap.contains("/records/mat<"));
}

#[test]
fn the_description_names_operations_that_answer() {
    let openapi = get("/api/v1/openapi.json").json();
    for (path, operations) in openapi["paths"].as_object().unwrap() {
        let Some(described) = operations.get("get") else {
            continue;
        };
        let answer = get_as(
            "admin",
            &path
                .replace("{id}", "bai-bao")
                .replace("{rule}", "year")
                .replace("{name}", "khong-co")
                .replace("/answers", "/answers?q=l%C3%BAa"),
        );
        // No topics are built in this library; that is described too.
        let expected = match path.as_str() {
            "/api/v1/topics/{id}" | "/api/v1/jobs/{id}" => 404,
            // No person or institution is called so.
            "/api/v1/authorities/{id}" => 404,
            "/api/v1/sources/{name}" | "/api/v1/collections/{name}" => 404,
            "/api/v1/records/{id}/croissant" => 404,
            // Nobody handed in or edited anything of this name; pages have numbers.
            path if path.starts_with("/api/v1/deposits/") => 404,
            "/api/v1/edits/{id}" | "/api/v1/records/{id}/pages/{number}" => 404,
            // Nor does the administrator keep a search of this name.
            path if path.starts_with("/api/v1/saved-searches/") => 404,
            _ => 200,
        };
        assert_eq!(answer.status, expected, "{path}");
        let described = &described["responses"][expected.to_string()];
        assert!(described.is_object(), "{path}");
    }
}

#[test]
fn answers_say_what_is_left_and_name_the_sites_that_may_read() {
    let mine = [("origin", "https://cong.example.vn")];
    let answer = get_with("/api/v1/status", &mine);
    assert_eq!(answer.header("access-control-allow-origin"), mine[0].1);
    assert!(answer.header("ratelimit").starts_with("\"local\";r="));
    assert!(answer.header("ratelimit-policy").ends_with(";w=60"));
    let other = get_with("/api/v1/status", &[("origin", "https://khac.example")]);
    assert_eq!(other.header("access-control-allow-origin"), "");
    let asked = [mine[0], ("access-control-request-method", "GET")];
    let preflight = send("OPTIONS", b"/api/v1/search", &asked, "");
    assert_eq!(preflight.status, 204);
    assert!(
        preflight
            .header("access-control-allow-methods")
            .contains("GET")
    );
    let named = get_as("reader", "/api/v1/status");
    assert!(named.header("ratelimit").starts_with("\"account\";r="));
}

#[test]
fn a_record_leads_machines_on() {
    let links = get("/records/bai-bao").header("link").to_owned();
    for part in [
        "rel=\"cite-as\"",
        "rel=\"item\"; type=\"application/pdf\"",
        "rel=\"describedby\"",
        "rel=\"linkset\"",
    ] {
        assert!(links.contains(part), "{part}: {links}");
    }
    let set = get("/api/v1/records/bai-bao/linkset");
    assert_eq!(set.header("content-type"), "application/linkset+json");
    assert_eq!(
        set.json()["linkset"][0]["cite-as"][0]["href"],
        "https://doi.org/10.5555/bai.bao"
    );
}

#[test]
fn the_datasets_are_an_open_data_catalogue() {
    for (accept, ending, mark) in [
        (
            "text/turtle",
            "ttl",
            "<http://thu-vien.test/records/bo-du-lieu> a dcat:Dataset",
        ),
        (
            "application/ld+json",
            "jsonld",
            "\"@id\":\"http://thu-vien.test/records/bo-du-lieu\"",
        ),
        (
            "application/rdf+xml",
            "rdf",
            "<dcat:Dataset rdf:about=\"http://thu-vien.test/records/bo-du-lieu\">",
        ),
    ] {
        let by_ending = get(format!("/dcat/catalog.{ending}"));
        assert_eq!(by_ending.status, 200);
        assert!(
            by_ending.body.contains(mark),
            "{ending}: {}",
            by_ending.body
        );
        let by_accept = get_with("/dcat/catalog", &[("accept", accept)]);
        assert_eq!(by_accept.body, by_ending.body);
    }
    assert_eq!(get("/dcat/catalog.xls").status, 404);
}

#[test]
fn the_server_says_that_it_lives() {
    assert_eq!(get("/healthz").body, "ok\n");
    assert_eq!(get("/readyz").body, "ready\n");
}

fn percent(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("%{byte:02x}")).collect()
}

/// Bytes of a query as people and scanners send them: any at all, or pieces of
/// the query language in any order.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "\"", "(", ")", "AND", "OR", "NOT", "title:", "year:", "..", "*", "-", "+", "~", "^", ":",
        "\\", "[", "]", "{", "}", " ", "lúa", "<script>", "'", "\u{0}", "\u{301}", "😀", "1e999",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat().into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// No bytes in any parameter of any address give a status of 500.
    #[test]
    fn no_bytes_break_the_server(
        path in prop::sample::select(vec![
            "/", "/search", "/api/v1/search", "/api/v1/records/bai-bao", "/feed.atom", "/help",
            "/records/bai-bao", "/api/v1/status", "/status",
        ]),
        name in prop::sample::select(vec![
            "q", "mode", "limit", "offset", "filter", "facet", "sort", "explain", "lang", "page",
            "year_from", "year_to", "format", "back",
        ]),
        value in hostile(),
    ) {
        let answer = get(format!("{path}?{name}={}", percent(&value)));
        prop_assert!(answer.status < 500, "{}: {}", answer.status, answer.body);
    }

    #[test]
    fn no_bytes_in_a_path_break_the_server(
        head in prop::sample::select(vec!["/records/", "/api/v1/records/", "/assets/", "/sitemaps/", "/"]),
        tail in hostile(),
    ) {
        let answer = get(format!("{head}{}", percent(&tail)));
        prop_assert!(answer.status < 500, "{}: {}", answer.status, answer.body);
    }

    /// Raw bytes, not even percent-encoded (what would end the line is left out).
    #[test]
    fn no_raw_bytes_break_the_server(tail in prop::collection::vec(0x21_u8..=0xff, 0..60)) {
        let mut target = b"/api/v1/search?q=".to_vec();
        target.extend(tail);
        let answer = get(target);
        prop_assert!(answer.status < 500, "{}", answer.status);
    }
}
