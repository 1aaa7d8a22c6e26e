//! Files of data become records that are found by their columns; tables of
//! records are read by well-known names or by a mapping.

use crate::installation::Installation;

const WATER: &str = "Quan trắc chất lượng nước đầm phá Tam Giang;;;\n\
    Điểm đo;Ngày lấy mẫu;Độ mặn (‰);Oxy hòa tan (mg/l)\n\
    Cửa Thuận An;17/05/2019;21,25;6,4\n\
    Cầu Trường Hà;18/05/2019;7,5;5,95\n\
    Đầm Cầu Hai;19/05/2019;12;NA\n";

const PACKAGE: &str = r#"{"profile":"tabular-data-package","name":"ho-ray","title":"Mực nước hồ chứa Hồ Ray","id":"ho-ray",
 "resources":[{"path":"data/muc-nuoc.csv","schema":{"fields":[
   {"name":"gio","type":"datetime","description":"giờ đo"},{"name":"muc_nuoc_m","type":"number","description":"mực nước, mét"}]}},
  {"path":"https://example.org/far.csv"},{"path":"../secret.csv"}]}"#;

const LEVELS: &str = "gio,muc_nuoc_m\n2020-10-01 07:00,65.2\n2020-10-01 19:00,66.75\n";

fn found(installation: &Installation, query: &str) -> Vec<String> {
    let answer = installation
        .run(&["search", query, "--mode", "lexical", "--json"])
        .json();
    let hits = answer["hits"].as_array().unwrap();
    hits.iter()
        .map(|hit| hit["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_table_is_found_by_its_columns_and_shown_with_their_extent() {
    let installation = Installation::new();
    let path = installation.input("nuoc.csv", WATER);
    let report = installation.ingest(&path);
    assert_eq!(report.json()["added"], 1, "{}", report.stderr);
    let ids = found(&installation, "\"oxy hòa tan\" type:dataset");
    let [id] = &ids[..] else {
        panic!("{ids:?}");
    };
    assert_eq!(found(&installation, "\"Đầm Cầu Hai\""), ids);
    let record = installation.run(&["show", id]).json();
    assert_eq!(
        record["title"]["vi"],
        "Quan trắc chất lượng nước đầm phá Tam Giang"
    );
    assert_eq!(record["files"][0]["rows"], 3);
    let salt = &record["columns"][2];
    assert_eq!(
        (&salt["minimum"], &salt["maximum"]),
        (&"7.5".into(), &"21.25".into())
    );
    assert_eq!(record["columns"][3]["n_missing"], 1);
    let report = installation.run(&["extract", path.to_str().unwrap()]);
    let column = &report.json()["columns"][2];
    assert_eq!(column["name"], "Độ mặn (‰)");
    assert_eq!(
        column["samples"],
        serde_json::json!(["21,25", "7,5", "12"]),
        "{}",
        report.stdout
    );
}

#[test]
fn a_data_package_brings_its_files_and_nothing_from_elsewhere() {
    let installation = Installation::new();
    let package = installation.input("ho/datapackage.json", PACKAGE);
    installation.input("ho/data/muc-nuoc.csv", LEVELS);
    installation.input("secret.csv", "a,b\n1,2\n");
    let folder = package.parent().unwrap().to_owned();
    let report = installation.ingest(&folder).json();
    assert_eq!(
        (&report["seen"], &report["added"]),
        (&1.into(), &1.into()),
        "{report}"
    );
    let record = installation.run(&["show", "ho-ray"]).json();
    assert_eq!(record["columns"].as_array().unwrap().len(), 2, "{record}");
    let level = &record["columns"][1];
    assert_eq!(level["description"], "mực nước, mét");
    assert_eq!(level["maximum"], "66.75");
    let files = record["files"].as_array().unwrap();
    assert_eq!((files.len(), &files[0]["rows"]), (1, &2.into()));
    let remarks = record["provenance"]["remarks"].to_string();
    assert!(
        remarks.contains("`../secret.csv` is not there"),
        "{remarks}"
    );
    assert_eq!(installation.ingest(&folder).json()["unchanged"], 1);
    // New data under an old description.
    installation.input(
        "ho/data/muc-nuoc.csv",
        format!("{LEVELS}2020-10-02 07:00,68\n"),
    );
    assert_eq!(installation.ingest(&folder).json()["updated"], 1);
    let record = installation.run(&["show", "ho-ray"]).json();
    assert_eq!(record["columns"][1]["maximum"], "68");
}

const MAPPING: &str = r#"
separator = "/"
[columns]
"Số đăng ký" = "id"
"Công trình" = "title:vi"
"Người làm" = { field = "authors", separator = "," }
"Xong năm" = "year"
[constants]
type = "task"
"#;

const BOOK: &str = "SỞ KHOA HỌC VÀ CÔNG NGHỆ;;;\nSố đăng ký;Công trình;Người làm;Xong năm\n\
    DK-1;Nhân giống sâm Lai Châu;Lò Thị Mai, Vàng A Sử;2018\nDK-2;;;\n";

#[test]
fn a_mapping_makes_records_of_a_table_of_ones_own() {
    let installation = Installation::new();
    let table = installation.input("so-dang-ky.csv", BOOK);
    let mapping = installation.input("map.toml", MAPPING);
    let arguments = [
        "ingest",
        table.to_str().unwrap(),
        "--mapping",
        mapping.to_str().unwrap(),
        "--json",
    ];
    let ran = installation.run(&arguments);
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    let report = ran.json();
    assert_eq!(
        (&report["added"], &report["quarantined"][0]["line"]),
        (&1.into(), &4.into()),
        "{report}"
    );
    let record = installation.run(&["show", "DK-1"]).json();
    assert_eq!(record["agents"][1]["name"], "Vàng A Sử");
    assert_eq!(
        (&record["type"], &record["year"]),
        (&"task".into(), &2018.into())
    );

    let wrong = installation.input("wrong.toml", MAPPING.replace("Xong năm", "Năm xong"));
    let arguments = [
        "ingest",
        table.to_str().unwrap(),
        "--mapping",
        wrong.to_str().unwrap(),
        "--json",
    ];
    let report = installation.run(&arguments).json();
    let reason = report["quarantined"][0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("`Năm xong`") && reason.contains("optional = true"),
        "{reason}"
    );

    let bad = installation.input("bad.toml", MAPPING.replace("\"year\"", "\"jahr\""));
    let ran = installation.run(&[
        "ingest",
        table.to_str().unwrap(),
        "--mapping",
        bad.to_str().unwrap(),
    ]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("`jahr`, which is no field"),
        "{}",
        ran.stderr
    );
}
