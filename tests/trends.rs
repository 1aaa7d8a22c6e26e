//! Trends of the library: counts of what may be seen only, forecasts beside
//! their backtest, refusals that say why; the program and the server agree.

use std::fs;

use serde_json::Value;

use crate::{
    installation::{Installation, repository},
    site::{N_OPEN, get, get_as, send},
};

/// The sample collection, indexed.
fn sample() -> Installation {
    let installation = Installation::new();
    let ran = installation.ingest(&repository().join("tests/sample"));
    assert!([0, 3].contains(&ran.status), "{}", ran.stderr);
    installation
}

fn show(installation: &Installation, selection: &str) -> Value {
    let arguments = ["trends", "show", selection, "--current-year", "2025"];
    let ran = installation.run(&arguments);
    assert_eq!(ran.status, 0, "{selection}: {}", ran.stderr);
    ran.json()
}

fn sum(counts: &Value) -> f64 {
    let counts = counts.as_array().unwrap();
    counts.iter().map(|count| count.as_f64().unwrap()).sum()
}

#[test]
fn the_whole_library_is_counted_year_by_year() {
    let installation = sample();
    let whole = show(&installation, "");
    let found = installation.run(&["search", "", "--mode", "lexical", "--limit", "0"]);
    assert_eq!(whole["n_records"], found.json()["total"]);
    let open: f64 = whole["unfinished"]
        .as_array()
        .unwrap()
        .iter()
        .map(|y| y["count"].as_f64().unwrap())
        .sum();
    let with_year =
        whole["n_records"].as_f64().unwrap() - whole["n_without_year"].as_f64().unwrap();
    assert_eq!(sum(&whole["counts"]) + open, with_year);
    assert_eq!(whole["unfinished"][0]["year"], 2025);
    let forecast = &whole["forecast"];
    assert_eq!(forecast["steps"].as_array().unwrap().len(), 5);
    assert!(
        forecast["backtest"]["mase"].is_number() && forecast["backtest"]["coverage"].is_number()
    );
    for step in forecast["steps"].as_array().unwrap() {
        let [lower, mean, upper] =
            ["lower", "mean", "upper"].map(|end| step[end].as_f64().unwrap());
        assert!(0.0 <= lower && lower <= mean && mean <= upper, "{step}");
    }
}

#[test]
fn types_are_parts_of_the_whole_and_queries_agree_with_search() {
    let installation = sample();
    let whole = show(&installation, "");
    let types = [
        "paper", "patent", "dataset", "thesis", "report", "task", "book", "other",
    ];
    let parts: f64 = types
        .map(|kind| sum(&show(&installation, &format!("type:{kind}"))["counts"]))
        .iter()
        .sum();
    assert_eq!(parts, sum(&whole["counts"]));
    let query = show(&installation, "lúa AND year:2010..2020");
    let found = installation.run(&["search", "lúa AND year:2010..2020", "--mode", "lexical"]);
    assert_eq!(query["n_records"], found.json()["total"]);
    // A condition on the year cuts the series, it does not fill it with zeros.
    let cut = show(&installation, "year:2010..2020");
    assert_eq!(cut["years"].as_array().unwrap().len(), 11);
    let lags = whole["lags"].as_array().unwrap();
    assert_eq!(lags.len(), 2);
    assert!(
        lags[0]["lag"]["n_second"].as_f64().unwrap() >= 10.0,
        "{}",
        lags[0]
    );
}

#[test]
fn topics_are_shown_by_number_and_emerge() {
    let installation = sample();
    assert_eq!(installation.run(&["topics", "build"]).status, 0);
    let list = installation.run(&["topics", "list"]);
    let first: Value = serde_json::from_str(list.stdout.lines().next().unwrap()).unwrap();
    let shown = show(&installation, &format!("topic:{}", first["topic"]));
    assert_eq!(shown["n_records"], first["size"]);
    let wrong = installation.run(&["trends", "show", "topic:99999"]);
    assert_eq!(wrong.status, 2, "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("trithuc topics list"),
        "{}",
        wrong.stderr
    );
    for by in ["topic", "keyword", "field", "province"] {
        let ran = installation.run(&["trends", "emerging", "--by", by, "--current-year", "2024"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        assert!(ran.json()["n_groups"].as_u64().unwrap() > 3, "{by}");
    }
}

#[test]
fn what_carries_no_forecast_is_refused_with_the_reason() {
    let installation = Installation::new();
    let record = |i: usize, year: i32| {
        format!(r#"{{"id":"r{i}","type":"paper","title":{{"vi":"Bài {i}"}},"year":{year}}}"#)
    };
    let lines: Vec<String> = [2023, 2023, 2024, 2090]
        .iter()
        .enumerate()
        .map(|(i, year)| record(i, *year))
        .collect();
    let file = installation.input("few.jsonl", lines.join("\n"));
    assert_eq!(installation.ingest(&file).status, 0);
    let few = show(&installation, "");
    assert!(few["forecast"].is_null());
    assert!(
        few["forecast_refused"]
            .as_str()
            .unwrap()
            .contains("only 2 values"),
        "{few}"
    );
    assert_eq!(few["unfinished"][1]["year"], 2090);
    assert_eq!(few["unfinished"][1]["is_future"], true);
    let nothing = show(&installation, "khôngcógì");
    assert_eq!(nothing["n_records"], 0);
    assert!(nothing["forecast"].is_null());
}

#[test]
fn series_of_a_file_with_gaps_constants_and_nonsense_are_answered_or_refused() {
    let installation = Installation::new();
    let mut csv = "series,period,value\n".to_owned();
    for year in 2000..2015 {
        csv += &format!("constant,{year},7\nnegative,{year},{}\n", year - 2005);
        csv += &format!(
            "outlier,{year},{}\n",
            if year == 2008 { 90_000 } else { 12 }
        );
        if year != 2006 {
            csv += &format!("gap,{year},{}\n", year - 1990);
        }
    }
    csv += "short,2010,3\nshort,2011,4\n";
    let file = installation.input("series.csv", csv);
    let run = |counts: &[&str]| {
        let mut arguments = vec![
            "trends",
            "forecast",
            file.to_str().unwrap(),
            "--horizon",
            "3",
        ];
        arguments.extend(counts);
        let ran = installation.run(&arguments);
        assert_eq!(ran.status, 3, "{}", ran.stderr);
        let lines = ran
            .stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<Value>>()
    };
    let of = |lines: &[Value], series: &str| -> Value {
        lines
            .iter()
            .find(|line| line["series"] == series)
            .unwrap()
            .clone()
    };
    let plain = run(&[]);
    assert!(
        of(&plain, "gap")["refused"]
            .as_str()
            .unwrap()
            .contains("2006 is missing")
    );
    assert!(
        of(&plain, "short")["refused"]
            .as_str()
            .unwrap()
            .contains("only 2 values")
    );
    assert!((of(&plain, "constant")["mean"].as_f64().unwrap() - 7.0).abs() < 0.01);
    assert!(of(&plain, "outlier")["mean"].as_f64().unwrap() < 20_000.0);
    let counts = run(&["--counts"]);
    assert!(
        of(&counts, "negative")["refused"]
            .as_str()
            .unwrap()
            .contains("negative")
    );
    assert!(of(&counts, "gap")["mean"].is_number());
}

#[test]
fn a_report_is_the_same_bytes_again_and_names_its_state() {
    let installation = sample();
    assert_eq!(installation.run(&["topics", "build"]).status, 0);
    for format in ["html", "pdf", "csv", "xlsx"] {
        let write = |name: &str| {
            let file = installation.input(&format!("{name}.{format}"), "");
            let path = file.to_str().unwrap();
            let arguments = [
                "trends",
                "report",
                "type:paper",
                "-o",
                path,
                "--current-year",
                "2025",
                "--lang",
                "vi",
            ];
            let ran = installation.run(&arguments);
            assert_eq!(ran.status, 0, "{}", ran.stderr);
            let stamp = ran.json()["stamp"].as_str().unwrap().to_owned();
            (fs::read(&file).unwrap(), stamp)
        };
        let (first, stamp) = write("a");
        assert!(first == write("b").0, "{format} differs from run to run");
        assert!(
            stamp.contains("type:paper") && stamp.contains("2025"),
            "{stamp}"
        );
        let text = String::from_utf8_lossy(&first);
        match format {
            "pdf" => assert!(first.starts_with(b"%PDF-1.7") && first.len() > 50_000),
            "xlsx" => assert!(first.starts_with(b"PK")),
            "csv" => assert!(text.lines().count() > 30 && text.contains(&stamp)),
            _ => {
                assert!(text.contains(&stamp) && text.contains("<svg") && !text.contains("<script"))
            }
        }
    }
    let wrong = installation.run(&["trends", "report", "lúa", "-o", "a.docx"]);
    assert_eq!(wrong.status, 2, "{}", wrong.stderr);
}

#[test]
fn a_printed_report_can_be_read_back() {
    let installation = sample();
    let file = installation.input("report.pdf", "");
    let path = file.to_str().unwrap();
    let arguments = [
        "trends",
        "report",
        "lúa",
        "-o",
        path,
        "--current-year",
        "2025",
    ];
    assert_eq!(installation.run(&arguments).status, 0);
    // The program's own reader of documents finds the Vietnamese words.
    let read = installation.run(&["extract", path]);
    assert_eq!(read.status, 0, "{}", read.stderr);
    assert!(
        read.stdout.contains("Báo cáo xu hướng: lúa"),
        "{}",
        read.stdout
    );
    assert!(
        read.stdout.contains("Biểu ghi dẫn chứng"),
        "{}",
        read.stdout
    );
}

#[test]
fn the_server_makes_reports_of_what_the_caller_may_see() {
    let ask = |body: &str| {
        send(
            "POST",
            b"/api/v1/reports",
            &[("content-type", "application/json")],
            body,
        )
    };
    let page = ask(r#"{"of":"type:paper","format":"html","language":"en"}"#);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Trends: type:paper") && page.body.contains("seen as public"));
    for (body, name) in [
        (r#"{"of":"a","format":"docx"}"#, "format"),
        (r#"{"of":"a","format":"pdf","language":"xx"}"#, "language"),
        (r#"{"of":"a","format":"pdf","horizon":99}"#, "horizon"),
        (r#"{"of":"a","format":"pdf","day":"31/3/2026"}"#, "day"),
        (r#"{"of":"topic:99999","format":"pdf"}"#, "of"),
        (r#"{"of":"a","format":"pdf","colour":1}"#, "body"),
        ("[]", "body"),
    ] {
        let answer = ask(body);
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("`{name}`")),
            "{body}: {}",
            answer.body
        );
    }
    let file = get("/trends/report?of=type:paper&format=csv&lang=vi");
    assert!(file.body.contains("Biểu ghi"), "{}", file.body);
    // A former day makes the report of that day again: its year is not over.
    let former = ask(r#"{"of":"type:paper","format":"html","language":"en","day":"2021-06-30"}"#);
    let dated = ask(
        r#"{"of":"type:paper","format":"html","language":"en","day":"2021-06-30","year":2021}"#,
    );
    assert_eq!(former.status, 200, "{}", former.body);
    assert_eq!(former.body, dated.body);
    assert_ne!(former.body, page.body);
}

#[test]
fn the_server_counts_what_the_caller_may_see() {
    let all = |role| get_as(role, "/api/v1/trends").json()["trends"][0]["n_records"].clone();
    assert_eq!(all(""), N_OPEN);
    assert_eq!(all("librarian"), N_OPEN + 4);
    let two = get("/api/v1/trends?of=type:paper&of=l%C3%BAa&horizon=3").json();
    let trends = two["trends"].as_array().unwrap();
    assert_eq!(trends[0]["selection"], "type:paper");
    assert_eq!(trends[1]["selection"], "lúa");
    let emerging = get("/api/v1/trends/emerging?by=type").json();
    assert!(emerging["n_groups"].as_u64().unwrap() > 1);
}

#[test]
fn what_means_nothing_is_refused_by_name() {
    for (query, name) in [
        ("?horizon=0", "horizon"),
        ("?horizon=x", "horizon"),
        ("?year=20260", "year"),
        ("?of=topic:x", "of"),
        ("?of=topic:99999", "of"),
        ("?of=year:soon", "of"),
        ("?of=", "of"),
        ("?colour=red", "colour"),
        ("?of=a&of=b&of=c&of=d&of=e&of=f&of=g", "of"),
        ("/emerging?by=keyword", "by"),
        ("/emerging?limit=0", "limit"),
    ] {
        let answer = get(format!("/api/v1/trends{query}"));
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("`{name}`")),
            "{query}: {}",
            answer.body
        );
    }
    assert_eq!(get("/api/v1/trends?of=(l%C3%BAa").status, 400);
    assert_eq!(get("/trends.csv?figure=x").status, 400);
}

#[test]
fn the_page_shows_charts_tables_and_files_of_the_same_figures() {
    for lang in ["vi", "en"] {
        let page = get(format!("/trends?lang={lang}&of=&of=type:paper&horizon=2"));
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(page.body.matches("<figure class=\"chartbox\">").count(), 2);
        assert!(!page.body.contains("{n}") && !page.body.contains("{what}"));
        let emerging = get(format!("/trends/emerging?lang={lang}&by=institution"));
        assert_eq!(emerging.status, 200);
    }
    let csv = get("/trends.csv?of=type:paper").body;
    let api = get("/api/v1/trends?of=type:paper").json();
    let trend = &api["trends"][0];
    let (year, count) = (&trend["years"][0], &trend["counts"][0]);
    assert!(
        csv.contains(&format!("{year},{}", count.as_f64().unwrap())),
        "{csv}"
    );
    let svg = get("/trends.svg?figure=shares&of=type:paper");
    assert!(
        svg.body.starts_with("<svg") || svg.body.starts_with("<?xml"),
        "{}",
        svg.body
    );
}

#[test]
fn the_definition_is_judged_in_hindsight_year_by_year() {
    let installation = sample();
    let listed = [
        "trends",
        "emerging",
        "--by",
        "keyword",
        "--hindsight",
        "--current-year",
        "2025",
    ];
    let ran = installation.run(&listed);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let judged = ran.json();
    let years = judged.as_array().unwrap();
    for seen in years {
        assert!(
            seen["year"].as_i64().unwrap() <= 2021,
            "three years have to follow"
        );
        for part in ["precision", "base_rate"] {
            assert!(
                (0.0..=1.0).contains(&seen[part].as_f64().unwrap()),
                "{seen}"
            );
        }
    }
    let newest = installation.run(&[
        "trends",
        "emerging",
        "--by",
        "keyword",
        "--current-year",
        "2025",
    ]);
    let newest = newest.json()["hindsight"].clone();
    if !newest.is_null() {
        assert_eq!(years[0], newest);
    }
}

#[test]
fn the_unfinished_year_is_corrected_or_it_says_why_not() {
    let installation = Installation::new();
    let year = jiff::Zoned::now().year();
    let records: Vec<String> = (0..40)
        .map(|i| {
            let year = year - i % 10;
            format!(
                r#"{{"id": "r{i}", "type": "paper", "title": {{"vi": "Lúa {i}"}}, "year": {year}}}"#
            )
        })
        .collect();
    let path = installation.input("records.jsonl", records.join("\n"));
    assert_eq!(installation.ingest(&path).status, 0);
    let shown = installation.run(&["trends", "show", ""]).json();
    assert_eq!(shown["unfinished"][0]["year"], year);
    assert_eq!(shown["unfinished"][0]["corrected"], Value::Null);
    let reason = shown["correction_refused"].as_str().unwrap();
    assert!(
        reason.contains("at least 3"),
        "a catalogue of today: {reason}"
    );
    let other = show(&installation, "");
    if i32::from(year) != 2025 {
        let reason = other["correction_refused"].as_str().unwrap();
        assert!(reason.contains("present year"), "{reason}");
    }
}
