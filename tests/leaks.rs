//! What a role may not see shows nowhere: in no body, header, count, facet,
//! feed, export, harvest or document of any address.

use crate::site::{Answer, INTERNAL, N_OPEN, SECRET, get_as};

/// Role, and whether it sees what is for accounts and what is for staff.
const ROLES: [(&str, bool, bool); 5] = [
    ("", false, false),
    ("reader", true, false),
    ("analyst", true, false),
    ("librarian", true, true),
    ("admin", true, true),
];

/// Closed records; the first is for accounts, the others are for staff.
const CLOSED: [&str; 4] = ["noi-bo", "mat", "rut-lai", "cam-van"];

const FACETS: &str = "facet=venue&facet=author&facet=type&facet=access&facet=year&facet=collection\
                      &facet=institution&facet=language&facet=field&facet=province&facet=licence";

/// Every address that says something of records. None of them says a hidden
/// word back.
fn addresses() -> Vec<String> {
    let mut all: Vec<String> = [
        "/",
        "/?lang=en",
        "/search",
        "/search?q=l%C3%BAa&explain=1",
        "/search?q=giong+lua&sort=oldest",
        "/search?filter=type%3Atask",
        "/search?filter=year%3A1999",
        "/search?page=3",
        "/records/bai-bao",
        "/records/bai-bao.json",
        "/status",
        "/feed.atom",
        "/feed.atom?q=l%C3%BAa",
        "/sitemap.xml",
        "/.well-known/resourcesync",
        "/resourcesync/resourcelist.xml",
        "/resourcesync/resourcelist/1.xml",
        "/resourcesync/changelist/1.xml",
        "/sitemaps/1",
        "/api/v1/search?limit=100",
        "/api/v1/search?q=l%C3%BAa&limit=100&explain=1",
        "/api/v1/search?q=nang+suat&sort=oldest",
        "/api/v1/records?limit=500",
        "/api/v1/changes?limit=500",
        "/api/v1/dump",
        "/api/v1/status",
        "/answers?q=n%C4%83ng+su%E1%BA%A5t+l%C3%BAa+%E1%BB%9F+%C4%91%E1%BB%93ng+b%E1%BA%B1ng",
        "/api/v1/answers?q=nang+suat+lua+o+dong+bang+song+Cuu+Long",
        "/api/v1/answers?q=gi%E1%BB%91ng+l%C3%BAa&filter=type:task",
        "/saved",
        "/api/v1/saved-searches",
        "/api/v1/topics",
        "/api/v1/topics/1",
        "/api/v1/topics/2",
        "/trends",
        "/trends?of=l%C3%BAa&of=type%3Atask&of=institution%3Ax",
        "/trends/emerging?by=institution",
        "/trends/alerts",
        "/feeds/trends.atom",
        "/api/v1/trends/alerts",
        "/trends/report?of=type%3Atask",
        "/trends.csv?of=type%3Atask",
        "/trends.svg?of=type%3Atask",
        "/api/v1/trends",
        "/api/v1/trends?of=type%3Atask&of=giong+lua",
        "/api/v1/trends/emerging?by=venue",
        "/topics",
        "/topics/1",
        "/topics/2",
        "/topics/2/years.csv",
        "/topics/2/years.svg",
        "/topics/map",
        "/topics/map.csv",
        "/topics/map.svg",
        "/api/v1/openapi.json",
        "/collections",
        "/collections/Kho%20c%C5%A9",
        "/api/v1/collections",
        "/api/v1/collections/Kho%20c%C5%A9",
        "/audit",
        "/api/v1/audit",
        "/jobs",
        "/sources",
        "/set-aside",
        "/api/v1/jobs",
        "/api/v1/sources",
        "/api/v1/quarantine",
        "/quality",
        "/duplicates",
        "/edits",
        "/desk",
        "/deposits",
        "/api/v1/deposits",
        "/api/v1/edits",
        "/authorities",
        "/subjects",
        "/api/v1/subjects",
        "/api/v1/subjects/suggestions",
        "/api/v1/subjects/decisions",
        "/api/v1/authorities?limit=100",
        "/api/v1/authorities/suggestions",
        "/api/v1/authorities/acts",
        "/authors/Nguy%E1%BB%85n%20V%C4%83n%20An",
        "/institutions/Tr%C6%B0%E1%BB%9Dng",
        "/quality/abstract",
        "/api/v1/quality",
        "/api/v1/quality/abstract?limit=1000",
        "/api/v1/duplicates",
        "/api/v1/duplicates/merges",
        "/dcat/catalog.ttl",
        "/dcat/catalog.jsonld",
        "/dcat/catalog.rdf",
        "/sru?query=lua&maximumRecords=100",
        "/sru?query=nang+suat&maximumRecords=100&recordSchema=dc",
        "/oai?verb=Identify",
        "/oai?verb=ListSets",
    ]
    .map(str::to_owned)
    .into();
    // Closed records hold the same sentence.
    all.push("/api/v1/records/lua-01/overlap?limit=100".to_owned());
    // Closed records name it, and it is linked to one of them.
    all.push("/api/v1/records/bai-bao/links".to_owned());
    all.push(format!("/api/v1/search?limit=100&{FACETS}"));
    all.push(format!("/api/v1/search?q=l%C3%BAa&limit=0&{FACETS}"));
    for format in [
        "json",
        "ris",
        "bibtex",
        "csl",
        "csv",
        "marcxml",
        "oai_dc",
        "datacite",
        "mods",
        "schemaorg",
    ] {
        all.push(format!("/api/v1/export?format={format}"));
        all.push(format!("/api/v1/export?q=giong+lua&format={format}"));
    }
    for prefix in [
        "oai_dc",
        "marcxml",
        "mods",
        "oai_datacite",
        "datacite",
        "oai_openaire",
        "oai_cerif_openaire",
    ] {
        all.push(format!("/oai?verb=ListRecords&metadataPrefix={prefix}"));
        // Closed records stand on the last page: the newest changes.
        all.push(format!(
            "/oai?verb=ListRecords&metadataPrefix={prefix}&set=type:task"
        ));
        all.push(format!(
            "/oai?verb=ListIdentifiers&metadataPrefix={prefix}&set=type"
        ));
        all.extend(CLOSED.map(|id| {
            format!("/oai?verb=GetRecord&metadataPrefix={prefix}&identifier=oai:localhost:{id}")
        }));
    }
    for id in CLOSED {
        let ends = ["", ".json", ".ris", ".bib", ".marcxml", "/files/1/a.pdf"];
        all.extend(ends.map(|end| format!("/records/{id}{end}")));
        all.push(format!("/api/v1/records/{id}"));
        all.push(format!("/api/v1/records/{id}/pages/1"));
        all.push(format!("/records/{id}/read"));
        all.push(format!("/api/v1/records/{id}/linkset"));
        all.push(format!("/api/v1/records/{id}/similar"));
        all.push(format!("/api/v1/records/{id}/citation"));
        all.push(format!("/api/v1/records/{id}/overlap"));
        all.push(format!("/api/v1/records/{id}/links"));
        all.push(format!("/api/v1/records/{id}/croissant"));
        all.push(format!("/api/v1/records/{id}/topics"));
        all.push(format!("/compare?record={id}"));
    }
    all
}

fn text(answer: &Answer) -> String {
    let headers: Vec<String> = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    format!("{}\n{}", headers.join("\n"), answer.body)
}

/// Feeds and sitemaps are for the street, whoever asks.
fn is_for_the_street(address: &str) -> bool {
    ["/feed", "/sitemap", "/api/v1/openapi"]
        .iter()
        .any(|head| address.starts_with(head))
}

#[test]
fn no_address_shows_what_a_role_may_not_see() {
    for (role, sees_internal, sees_secret) in ROLES {
        let mut shown = [0, 0];
        for address in addresses() {
            let text = text(&get_as(role, &address));
            for (n, (word, sees)) in [(INTERNAL, sees_internal), (SECRET, sees_secret)]
                .iter()
                .enumerate()
            {
                let holds = text.contains(word);
                shown[n] += usize::from(holds);
                let allowed = *sees && !is_for_the_street(&address);
                assert!(allowed || !holds, "{role}: {address} shows {word}");
            }
        }
        // What is allowed does show: the test can fail.
        let expected = [sees_internal, sees_secret];
        assert_eq!(shown.map(|n| n > 20), expected, "{role}: {shown:?}");
    }
}

#[test]
fn counts_know_only_what_is_seen() {
    for (role, sees_internal, sees_secret) in ROLES {
        let n = N_OPEN + usize::from(sees_internal) + 3 * usize::from(sees_secret);
        let total = |query: &str| {
            get_as(role, &format!("/api/v1/search?limit=0&{query}")).json()["total"].clone()
        };
        assert_eq!(total(""), n, "{role}");
        assert_eq!(
            total(&format!("q={SECRET}")),
            3 * usize::from(sees_secret),
            "{role}"
        );
        assert_eq!(
            total(&format!("q={INTERNAL}")),
            usize::from(sees_internal),
            "{role}"
        );
        let status = get_as(role, "/api/v1/status").json();
        assert_eq!(status["n_records"], n, "{role}");
        let by_type = status["by_type"].as_array().unwrap().iter();
        let sum: u64 = by_type
            .map(|counted| counted["count"].as_u64().unwrap())
            .sum();
        assert_eq!(sum, n as u64, "{role}");
        let lines = get_as(role, "/api/v1/export").body.lines().count();
        assert_eq!(lines, n, "{role}");
    }
}

/// A record that one may not see is like one that was never there.
#[test]
fn hidden_and_missing_are_told_alike() {
    for (id, roles) in [("mat", &["", "reader", "analyst"][..]), ("noi-bo", &[""])] {
        for role in roles {
            for form in [
                "/records/{}",
                "/records/{}.ris",
                "/api/v1/records/{}",
                "/records/{}/files/1/a.pdf",
                "/api/v1/records/{}/overlap",
                "/api/v1/records/{}/links",
                "/api/v1/records/{}/pages/1",
                "/records/{}/read",
            ] {
                let ask = |id: &str| {
                    let answer = get_as(role, &form.replace("{}", id));
                    let mut body = answer.body.replace(id, "ID");
                    if let Some(at) = body.find("request_id").or(body.find("<code>")) {
                        body.truncate(at);
                    }
                    (answer.status, body)
                };
                let missing = format!("{id}x");
                assert_eq!(ask(id), ask(&missing), "{role}: {form}");
                assert_eq!(ask(id).0, 404);
            }
        }
    }
}

#[test]
fn whoever_may_see_a_record_gets_its_document() {
    for (role, id, status) in [
        ("", "bai-bao", 200),
        ("reader", "noi-bo", 200),
        ("librarian", "mat", 200),
        ("analyst", "mat", 404),
        ("", "noi-bo", 404),
    ] {
        let answer = get_as(role, &format!("/records/{id}/files/1/a.pdf"));
        assert_eq!(answer.status, status, "{role}: {id}");
        if status == 200 {
            assert_eq!(answer.header("content-type"), "application/pdf");
            assert!(answer.body.starts_with("%PDF-1.4"));
        }
    }
}

/// What the cache of the home page keeps for one role never reaches another.
#[test]
fn a_visit_of_staff_leaves_no_trace_for_others() {
    for role in ["admin", "", "reader", ""] {
        let page = get_as(role, "/search?q=l%C3%BAa").body;
        assert_eq!(page.contains(SECRET), role == "admin");
        let home = get_as(role, "/").body;
        assert_eq!(home.contains("49 "), role == "admin", "{role}");
    }
}
