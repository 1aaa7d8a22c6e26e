//! A scan without a text layer: one picture a page, packed three ways (Flate,
//! JPEG, fax of group 4). Its text is of our own sample.

use std::path::PathBuf;

use extract::{ExtractError, Limits, Reading, Recogniser};

const SCAN: &[u8] = include_bytes!("scans/phu-sa.pdf");

/// The programs, or nothing with a word on what is skipped.
fn recogniser() -> Option<Recogniser> {
    let folders = ["/usr/local/bin", "/usr/bin"].map(PathBuf::from);
    Recogniser::find(&folders)
        .inspect_err(|reason| eprintln!("SKIPPED: {reason}"))
        .ok()
}

#[test]
fn every_page_of_a_scan_is_read_with_its_confidence() {
    let Some(recogniser) = recogniser() else {
        return;
    };
    let n_alive = std::cell::Cell::new(0);
    let reading = Reading {
        limits: &Limits::default(),
        recogniser: Some(&recogniser),
        is_alive: &|| n_alive.set(n_alive.get() + 1),
    };
    let document = extract::extract_with(SCAN, Some("scan.pdf"), &reading).unwrap();
    for (page, says) in document.pages.iter().zip([
        "đường bờ phía Tây Cà Mau",
        "western coast",
        "trích tự động từ chỉ số thực vật",
    ]) {
        let sure = page.ocr_confidence.expect("read off a picture");
        let text = page.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(sure > 60 && text.contains(says), "{sure}: {text}");
    }
    assert_eq!(n_alive.get(), 3);
    let authors = &document.metadata.authors;
    assert!(
        authors.iter().any(|name| name == "Kim Ngọc Hân"),
        "{authors:?}"
    );
    assert!(
        document.warnings.iter().any(|w| w.contains("3 pages")),
        "{:?}",
        document.warnings
    );
}

#[test]
fn without_the_programs_a_scan_is_refused_with_the_cure() {
    let refused = extract::extract(SCAN, None, &Limits::default()).unwrap_err();
    assert!(matches!(refused, ExtractError::ImagesOnly { n_pages: 3 }));
    assert!(
        refused
            .to_string()
            .contains("apt-get install tesseract-ocr tesseract-ocr-vie")
    );
    let nowhere = Recogniser::find(&[PathBuf::from("/nonexistent")]).unwrap_err();
    assert!(nowhere.contains("tesseract-ocr-vie"));
}
