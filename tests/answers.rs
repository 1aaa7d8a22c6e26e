//! Questions to the library: quoted word for word with record and page, or
//! plainly not here.

use serde_json::json;

use crate::{installation::Installation, site::get};

fn ask(question: &str) -> serde_json::Value {
    let encoded: String = question
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    let answer = get(format!("/api/v1/answers?q={encoded}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[test]
fn what_stands_there_is_quoted_and_the_rest_is_not_here() {
    let answer = ask("Năng suất lúa ở đồng bằng sông Cửu Long?");
    assert_eq!(answer["found"], true, "{answer}");
    let quote = &answer["quotes"][0];
    assert_eq!(quote["text"], crate::site::RICE_YIELD);
    assert!(quote["link"].as_str().unwrap().contains("/records/lua-"));
    for question in [
        "Tỷ lệ mắc bệnh sởi ở Phần Lan?",
        "Who painted the ceiling of the chapel?",
        "??",
    ] {
        let answer = ask(question);
        assert_eq!(
            (&answer["found"], &answer["quotes"]),
            (&json!(false), &json!([])),
            "{question}: {answer}"
        );
        assert!(answer["message"].is_string());
    }
    let page = get("/answers?q=Who+painted+the+ceiling+of+the+chapel%3F&lang=en").body;
    assert!(page.contains("Not in the library"));
    let page = get("/answers?q=N%C4%83ng+su%E1%BA%A5t+l%C3%BAa+%C4%91%E1%BB%93ng+b%E1%BA%B1ng+s%C3%B4ng+C%E1%BB%ADu+Long").body;
    assert!(page.contains("<blockquote>") && page.contains("đồng bằng sông Cửu Long"));
}

#[test]
fn wrong_questions_are_named() {
    for (query, name) in [
        ("", "q"),
        ("q=", "q"),
        ("q=%20", "q"),
        ("q=a&filter=colour:red", "filter"),
        ("q=a&limit=3", "limit"),
    ] {
        let answer = get(format!("/api/v1/answers?{query}"));
        assert_eq!(
            (answer.status, answer.json()["parameter"].clone()),
            (400, json!(name)),
            "{query}"
        );
    }
    let long = format!("/api/v1/answers?q={}", "a".repeat(3_000));
    assert_eq!(get(&long).status, 400);
    assert_eq!(get("/answers").status, 200);
    assert_eq!(get(long.replace("/api/v1", "")).status, 400);
}

#[test]
fn the_program_answers_with_the_page() {
    let installation = Installation::new();
    let record = json!({"id": "bc", "type": "report", "title": {"vi": "Báo cáo thí nghiệm"}, "body": [
        {"number": 1, "text": "Mở đầu. Viện làm thí nghiệm trong hai năm ở ba huyện ven biển."},
        {"number": 7, "text": "Giống ST25 chịu được độ mặn tối đa là bốn phần nghìn trong ruộng thí nghiệm."},
    ]});
    let path = installation.input("a.jsonl", record.to_string());
    assert_eq!(installation.ingest(&path).status, 0);
    let answer = installation
        .run(&["answer", "Giống ST25 chịu được độ mặn tối đa là bao nhiêu?"])
        .json();
    assert_eq!(
        (&answer["quotes"][0]["id"], &answer["quotes"][0]["page"]),
        (&json!("bc"), &json!(7)),
        "{answer}"
    );
    let none = installation.run(&["answer", "Thủ đô của nước Úc là thành phố nào?"]);
    assert_eq!((none.status, &none.json()["found"]), (0, &json!(false)));
    assert_eq!(installation.run(&["answer", " "]).status, 2);
}
