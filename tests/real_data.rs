//! Real documents and records, where the development data is there.

use crate::installation::{Installation, shared_data};

/// Every PDF of every folder goes in or is set aside with its reason; the
/// program never crashes, and a second run changes nothing.
#[test]
fn every_pdf_goes_in_or_says_why_not() {
    let Some(folder) = shared_data("pdf") else {
        return;
    };
    let library = Installation::new();
    let folder = folder.to_str().unwrap();
    let ran = library.run(&["ingest", folder]);
    assert!(matches!(ran.status, 0 | 3), "{}", ran.stderr);
    let report = ran.json();
    let set_aside = report["quarantined"].as_array().unwrap();
    assert!(report["added"].as_u64().unwrap() >= 40, "{report}");
    for entry in set_aside {
        assert!(!entry["reason"].as_str().unwrap().is_empty(), "{entry}");
    }
    let again = library.run(&["ingest", folder]).json();
    assert_eq!(again["added"], 0, "{again}");
    assert_eq!(again["updated"], 0, "{again}");
}
