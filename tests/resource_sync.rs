//! ResourceSync: from the well-known address to every open record, and to what
//! changed.

use crate::site::{N_OPEN, get};

fn locations(body: &str) -> Vec<String> {
    let parts = body.split("<loc>").skip(1);
    let whole = parts.map(|part| part.split("</loc>").next().unwrap());
    whole
        .map(|url| {
            url.replace("http://thu-vien.test", "")
                .replace("&amp;", "&")
        })
        .collect()
}

/// Follows a capability from the well-known address to the addresses of its
/// parts.
fn parts(capability: &str) -> Vec<String> {
    let source = get("/.well-known/resourcesync");
    assert_eq!(
        (source.status, source.header("content-type")),
        (200, "application/xml")
    );
    assert!(source.body.contains("<rs:md capability=\"description\"/>"));
    let capabilities = get(&locations(&source.body)[0]).body;
    let mut at = locations(&capabilities).into_iter();
    let index = at.find(|url| url.contains(capability)).unwrap();
    let index = get(index);
    assert_eq!(index.status, 200);
    assert!(
        index
            .body
            .contains(&format!("<rs:md capability=\"{capability}\""))
    );
    locations(&index.body)
}

#[test]
fn every_open_record_is_listed_and_answers() {
    let mut urls = Vec::new();
    for part in parts("resourcelist") {
        urls.extend(locations(&get(part).body));
    }
    assert_eq!(urls.len(), N_OPEN);
    for url in urls.iter().take(3).chain(urls.last()) {
        let record = get(url);
        assert_eq!(record.status, 200, "{url}");
        assert!(record.json()["id"].is_string());
    }
}

#[test]
fn changes_tell_what_came_and_what_went() {
    let mut body = String::new();
    for part in parts("changelist") {
        body.push_str(&get(part).body);
    }
    let n = |what: &str| body.matches(&format!("change=\"{what}\"")).count();
    // One was taken out, one withdrawn: both could once be seen.
    assert_eq!((n("created"), n("updated"), n("deleted")), (N_OPEN, 0, 2));
    let times: Vec<&str> = body
        .split("datetime=\"")
        .skip(1)
        .map(|t| &t[..20])
        .collect();
    assert!(times.is_sorted(), "oldest first");
}

#[test]
fn what_is_no_list_is_not_found() {
    for path in [
        "/resourcesync/x.xml",
        "/resourcesync/resourcelist/0.xml",
        "/resourcesync/resourcelist/2.xml",
        "/resourcesync/resourcelist/18446744073709551615.xml",
        "/resourcesync/changelist/a.xml",
        "/resourcesync/other/1.xml",
    ] {
        assert_eq!(get(path).status, 404, "{path}");
    }
}
