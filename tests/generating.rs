//! Answers that a machine writes: held against the quotes, marked, dropped where
//! they lie, absent where it is silent; asked for by whoever may.

use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    desk::lines,
    installation::Installation,
    serving::Serving,
    site::{get_as, send_to},
};

/// What a writing machine makes of the passages that it is given.
type Manner = fn(&[String]) -> Option<String>;

/// A server that speaks the chat protocol.
struct Machine {
    url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Machine {
    fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let heard = heard.clone();
                thread::spawn(move || answer(stream, manner, &heard));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(stream: TcpStream, manner: Manner, heard: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(&stream);
    let (mut head, mut n_bytes) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            n_bytes = n.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; n_bytes];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert!(head.starts_with("POST /v1/chat/completions "), "{head}");
    assert!(head.contains("Bearer khoa-may"), "{head}");
    heard.lock().unwrap().push(body.clone());
    let told = body["messages"][1]["content"].as_str().unwrap();
    let passages = told.lines().filter(|line| line.starts_with('['));
    let passages = passages.filter_map(|line| Some(line.split_once("] ")?.1.to_owned()));
    let passages: Vec<String> = passages.collect();
    let reply = match manner(&passages) {
        Some(text) => {
            json!({"choices": [{"message": {"role": "assistant", "content": text}}]}).to_string()
        }
        None => {
            thread::sleep(Duration::from_secs(8));
            return;
        }
    };
    let mut stream = &stream;
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{reply}",
        reply.len()
    );
}

/// Each passage said again with its number.
fn honest(passages: &[String]) -> Option<String> {
    let said = (1..)
        .zip(passages)
        .map(|(n, text)| format!("{} [{n}].", text.trim_end_matches('.')));
    Some(said.collect::<Vec<String>>().join(" "))
}

/// One sentence that holds among all kinds that do not.
fn lying(passages: &[String]) -> Option<String> {
    let first = passages.first()?.trim_end_matches('.');
    Some(format!(
        "{first} [1]. {first}. {first} [99]. Giống lúa OM5451 chịu mặn đến 40 g/l [1]. \
         Bộ trưởng đã phê duyệt nguồn vốn khổng lồ [1]. <script>alert(1)</script> nguồn khác [1]."
    ))
}

fn library(machine: &Machine, more: &str) -> (Installation, Serving) {
    let installation = Installation::new();
    let records = [
        json!({"id": "mo", "type": "paper", "title": {"vi": "Giống lúa chịu mặn"}, "language": "vi",
            "abstract": {"vi": "Giống lúa OM5451 chịu mặn đến 4 g/l ở giai đoạn mạ."}}),
        json!({"id": "kin", "type": "paper", "title": {"vi": "Giống lúa chịu mặn mới"}, "language": "vi",
            "access": "restricted",
            "abstract": {"vi": "Giống lúa kín QX77 chịu mặn đến 6 g/l ở giai đoạn mạ."}}),
    ];
    let path = installation.input("r.jsonl", lines(&records));
    assert_eq!(installation.ingest(&path).status, 0);
    let config = format!(
        "[server.generator]\nurl = '{}'\nmodel = 'may-thu'\napi_key = 'khoa-may'\ntime_limit_s = 2\n{more}",
        machine.url
    );
    let config = installation.input("c.toml", config);
    let serving = Serving::start_with(&installation, Some(&config));
    (installation, serving)
}

const QUESTION: &str = "/api/v1/answers?q=gi%E1%BB%91ng+l%C3%BAa+ch%E1%BB%8Bu+m%E1%BA%B7n+%E1%BB%9F+giai+%C4%91o%E1%BA%A1n+m%E1%BA%A1";

#[test]
fn an_honest_machine_is_marked_and_cites() {
    let machine = Machine::start(honest);
    let (_installation, serving) = library(&machine, "");
    let plain = serving.get(QUESTION).json();
    assert!(
        plain["found"] == true && plain["generated"].is_null(),
        "{plain}"
    );
    assert!(machine.asked().is_empty(), "nobody asked for it");
    let with = serving.get(&format!("{QUESTION}&generate=true")).json();
    let generated = &with["generated"];
    assert_eq!(
        (
            &generated["machine_made"],
            &generated["model"],
            &generated["n_dropped"]
        ),
        (&json!(true), &json!("may-thu"), &json!(0)),
        "{with}"
    );
    let cited = generated["sentences"][0]["quotes"][0].as_u64().unwrap() as usize;
    let quote = &with["quotes"][cited - 1];
    assert_eq!(
        (
            &quote["id"],
            generated["sentences"].as_array().unwrap().len()
        ),
        (&json!("mo"), 1)
    );
    // What is closed does not leave the library.
    let sent = machine.asked()[0].to_string();
    assert!(sent.contains("OM5451") && !sent.contains("QX77"), "{sent}");
    let page = QUESTION.replace("/api/v1", "");
    let page = serving.get(&format!("{page}&generate=true&lang=vi")).body;
    assert!(
        page.contains("Máy viết") && page.contains("may-thu") && page.contains("href=\"#quote-"),
        "{page}"
    );
    // Nobody from the street has it write.
    let street = format!("{QUESTION}&generate=true");
    let street = send_to(serving.address, "GET", street.as_bytes(), &[], "");
    assert_eq!(street.status, 401);
    let wrong = serving.get(&format!("{QUESTION}&generate=x"));
    assert!(wrong.status == 400 && wrong.body.contains("generate"));
}

#[test]
fn closed_passages_go_where_the_operator_allows_it() {
    let machine = Machine::start(honest);
    let (_installation, serving) = library(&machine, "sends_closed = true\n");
    let with = serving.get(&format!("{QUESTION}&generate=true")).json();
    assert!(machine.asked()[0].to_string().contains("QX77"), "{with}");
    assert_eq!(with["generated"]["sentences"].as_array().unwrap().len(), 2);
}

#[test]
fn what_a_lying_machine_makes_up_is_dropped() {
    let machine = Machine::start(lying);
    let (_installation, serving) = library(&machine, "");
    let with = serving.get(&format!("{QUESTION}&generate=true")).json();
    let generated = &with["generated"];
    let sentences = generated["sentences"].as_array().unwrap();
    assert_eq!(sentences.len(), 1, "{generated}");
    assert!(sentences[0]["text"].as_str().unwrap().contains("4 g/l"));
    assert!(generated["n_dropped"].as_u64().unwrap() >= 4, "{generated}");
    let page = QUESTION.replace("/api/v1", "");
    let page = serving.get(&format!("{page}&generate=true&lang=vi")).body;
    assert!(
        page.contains("Đã bỏ") && !page.contains("<script>"),
        "{page}"
    );
}

#[test]
fn a_silent_machine_leaves_the_quotes() {
    let machine = Machine::start(|_| None);
    let (_installation, serving) = library(&machine, "");
    let with = serving.get(&format!("{QUESTION}&generate=true"));
    assert_eq!(with.status, 200, "{}", with.body);
    let with = with.json();
    assert!(
        with["found"] == true && with["generated"]["problem"].is_string(),
        "{with}"
    );
    assert_eq!(with["generated"]["sentences"], json!([]));
}

#[test]
fn a_library_without_a_machine_says_so() {
    let answer = get_as("reader", &format!("{QUESTION}&generate=true"));
    assert!(
        answer.status == 400 && answer.body.contains("generate"),
        "{}",
        answer.body
    );
    assert_eq!(
        get_as("reader", &format!("{QUESTION}&generate=false")).status,
        200
    );
}
