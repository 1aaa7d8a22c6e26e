//! How the program reads what people type: without accents, with keystrokes
//! left in, misspelt, in another language; and the filters that do the same to
//! any text.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::installation::{Installation, program};

const RECORDS: &str = r#"{"id":"on","title":"Ô nhiễm nguồn nước ở lưu vực sông Nhuệ","year":2020}
{"id":"ml","title":"Machine learning for rice yield","year":2021}
{"id":"bq","title":"Bảo quản hạt giống bằng khí nitơ","year":2019}
{"id":"cat","title":"The cat sat on the mat","year":2022}
{"id":"cd","title":"Chẩn đoán bệnh trên lúa","year":2022}
{"id":"anh","title":"Mạng nơ-ron trong chẩn đoán hình ảnh","year":2023}
{"id":"mat","title":"Kịch bản sạt lở bờ biển","year":2018}
"#;

fn library() -> Installation {
    let installation = Installation::new();
    let path = installation.input("records.jsonl", RECORDS);
    assert_eq!(installation.ingest(&path).status, 0);
    installation
}

/// Ids of the hits, notices, suggestions.
fn ask(installation: &Installation, query: &str) -> [Vec<String>; 3] {
    let arguments = ["search", query, "--mode", "lexical", "--lang", "en"];
    let ran = installation.run(&arguments);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let answer = ran.json();
    let strings = |name: &str| {
        let values = answer[name].as_array().cloned().unwrap_or_default();
        values
            .iter()
            .map(|value| value.as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let hits = answer["hits"].as_array().cloned().unwrap_or_default();
    let ids = hits
        .iter()
        .map(|hit| hit["id"].as_str().unwrap_or_default().to_owned());
    [ids.collect(), strings("notices"), strings("suggestions")]
}

#[test]
fn queries_are_understood_and_the_answer_says_how() {
    let library = library();
    let [ids, notices, suggestions] = ask(&library, "o nhiem nguon nuoc");
    assert_eq!(ids, ["on"]);
    assert_eq!(suggestions[0], "ô nhiễm nguồn nước");
    assert!(
        notices
            .iter()
            .any(|notice| notice.contains("ô nhiễm nguồn nước")),
        "{notices:?}"
    );

    let [ids, notices, _] = ask(&library, "oo nhieexm nguoofn nuwowcs");
    assert_eq!(ids, ["on"], "{notices:?}");

    let [ids, notices, _] = ask(&library, "học máy");
    assert_eq!(ids, ["ml"]);
    assert!(
        notices
            .iter()
            .any(|notice| notice.contains("machine learning")),
        "{notices:?}"
    );

    let [_, _, suggestions] = ask(&library, "machne learning");
    assert_eq!(suggestions, ["machine learning"]);

    // The records say which accents are meant, and that English needs none.
    let [ids, _, suggestions] = ask(&library, "trong chan doan");
    assert_eq!(
        (ids[0].as_str(), suggestions[0].as_str()),
        ("anh", "trong chẩn đoán")
    );
    for (typed, id) in [
        ("The cat sat on the mat", "cat"),
        ("machine learning for rice", "ml"),
    ] {
        let [ids, notices, suggestions] = ask(&library, typed);
        assert_eq!(ids[0], id, "{typed}");
        assert!(suggestions.is_empty(), "{typed}: {suggestions:?}");
        assert!(
            !notices
                .iter()
                .any(|notice| notice.contains(['ế', 'ấ', 'ơ'])),
            "{notices:?}"
        );
    }

    let [ids, notices, suggestions] = ask(&library, "bảo quản hạt giống");
    assert_eq!((ids, suggestions), (vec!["bq".to_owned()], Vec::new()));
    assert!(
        !notices.iter().any(|notice| notice.starts_with("Also")),
        "{notices:?}"
    );
}

#[test]
fn librarians_add_terms_without_a_rebuild() {
    let library = library();
    assert_eq!(ask(&library, "xâm thực")[0], Vec::<String>::new());
    std::fs::write(
        library.data().join("terms.txt"),
        "# ours\nxâm thực = sạt lở\n",
    )
    .unwrap();
    let [ids, notices, _] = ask(&library, "xâm thực");
    assert_eq!(ids, ["mat"]);
    assert!(
        notices.iter().any(|notice| notice.contains("sạt lở")),
        "{notices:?}"
    );

    std::fs::write(
        library.data().join("terms.txt"),
        "xâm thực = sạt lở\nlone\n",
    )
    .unwrap();
    let ran = library.run(&["search", "xâm thực"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("line 2") && ran.stderr.contains("terms.txt"),
        "{}",
        ran.stderr
    );
}

fn filter(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(program())
        .arg("text")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn the_text_filters_give_a_line_for_a_line() {
    assert_eq!(
        filter(
            &["restore"],
            "nghien cuu khoa hoc\nThe cost of clean energy\n\n"
        ),
        "nghiên cứu khoa học\nThe cost of clean energy\n\n"
    );
    assert_eq!(
        filter(
            &["keystrokes"],
            "phast trieenr beenf vuwngx\nthe class address\n"
        ),
        "phát triển bền vững\nthe class address\n"
    );
    assert_eq!(
        filter(&["repair"], "Nh÷ng nguyªn t¾c c¬ b¶n\nĐã đúng rồi\n"),
        "Những nguyên tắc cơ bản\nĐã đúng rồi\n"
    );
    assert_eq!(
        filter(&["repair", "--from", "vni"], "Coäng hoøa\n"),
        "Cộng hòa\n"
    );
    assert_eq!(
        filter(&["segment"], "phat trien cong nghe\n"),
        "phat_trien cong_nghe\n"
    );
}

#[test]
fn words_of_ones_own_are_kept_together_and_a_faulty_list_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.txt");
    let dictionary = path.to_str().unwrap();
    let line = "Cổng TRI THỨC số hóa\n";
    assert_eq!(filter(&["segment"], line), "Cổng TRI_THỨC số_hóa\n");
    std::fs::write(&path, "# ours\ntri thức số hóa\n").unwrap();
    assert_eq!(
        filter(&["segment", "--dictionary", dictionary], line),
        "Cổng TRI_THỨC_số_hóa\n"
    );
    std::fs::write(&path, "khoa học\n\ncông nghệ 4.0\n").unwrap();
    let refused = Command::new(program())
        .args(["text", "segment", "--dictionary", dictionary])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let reason = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        reason.contains("line 3") && reason.contains("words.txt") && reason.contains("4.0"),
        "{reason}"
    );
}
