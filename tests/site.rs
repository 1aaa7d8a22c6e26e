//! A small library behind the real server on a free port, and a client that
//! sends any bytes: what `api` and `pages` ask.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, LazyLock, mpsc},
    thread,
    time::Duration,
};

use crate::installation::program;
use catalog::{Batch, CatalogStore, SqliteCatalog, Tombstone};
use extract::worker::{WorkerLimits, WorkerPool};
use index::{FullTextStore, TantivyStore};
use ingest::FileStore;
use jiff::Timestamp;
use records::{
    AccessLevel, Agent, Column, DocumentFile, Identifier, Lang, Link, Record, RecordId, RecordType,
    Relation, Scheme, Year,
};
use server::{Accounts, Desk, Library, Repository, Role, Scope, Settings};

/// A word that only the records for staff hold.
pub(crate) const SECRET: &str = "zirconiumquasar";
/// A word that only the record for people with an account holds.
pub(crate) const INTERNAL: &str = "berylliumpulsar";
/// The password of every account of the site; their names are their roles.
pub(crate) const PASSWORD: &str = "bốn chữ rất dễ nhớ";
/// Records that anyone may see.
pub(crate) const N_OPEN: usize = 45;

/// The running server.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    /// A key of each role, with every scope.
    pub(crate) keys: BTreeMap<&'static str, String>,
    _data: tempfile::TempDir,
}

/// One server for all tests of this binary.
pub(crate) static SITE: LazyLock<Site> = LazyLock::new(Site::start);

impl Site {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("fulltext");
        std::fs::create_dir_all(&folder).unwrap();
        let catalogue = SqliteCatalog::open(&data.path().join("catalogue.sqlite")).unwrap();
        let full_text = TantivyStore::open(&folder).unwrap();
        let records = collection();
        let at: Timestamp = "2024-03-05T10:00:00Z".parse().unwrap();
        // Once open and without its secret: it is withdrawn below. And one that
        // is taken out.
        let earlier = ["rut-lai", "xoa-bo"].map(|id| {
            let mut record = record(id, RecordType::Paper, "Từng mở", "Once open", 2001);
            record.collections.push("Kho cũ".into());
            record
        });
        catalogue.apply(Batch::of_records(at, earlier)).unwrap();
        let mut batch = Batch::of_records(at, records.clone());
        batch.tombstones.push(Tombstone {
            id: RecordId::new("xoa-bo").unwrap(),
            merged_into: None,
        });
        let applied = catalogue.apply(batch).unwrap();
        full_text.upsert(&records).unwrap();
        full_text.commit(applied.seq).unwrap();
        full_text.finish().unwrap();
        let options = topics::BuildOptions {
            count: topics::TopicCount::Auto,
            seed: 1,
            is_stop_word: &index::is_stop_word,
            meaning: None,
            progress: &|_| {},
            at,
        };
        topics::build(&catalogue, &options).unwrap();
        let topics = Arc::new(catalogue);
        let catalogue: Arc<dyn CatalogStore> = topics.clone();
        let keys = accounts(&Accounts::new(catalogue.clone()), at);
        let files = FileStore::new(data.path().join("files"));
        files.keep(&blake3::hash(PDF), PDF).unwrap();
        let arguments = vec!["extract-worker".into()];
        let reader = WorkerPool::new(program().into(), arguments, WorkerLimits::default());
        let library = Library::new(catalogue, Arc::new(full_text))
            .with_files(files)
            .with_desk(desk(topics.clone(), data.path()))
            .with_audit(topics.clone())
            .with_people(topics.clone())
            .with_topics(topics)
            .with_reader(Arc::new(reader));
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let free = SocketAddr::from(([127, 0, 0, 1], 0));
            server::serve(free, library, settings(), |address| {
                sender.send(address).unwrap();
            })
            .unwrap();
        });
        let address = receiver.recv_timeout(Duration::from_secs(120)).unwrap();
        Self {
            address,
            keys,
            _data: data,
        }
    }
}

/// A desk without workers: what is asked for there waits.
fn desk(queue: Arc<SqliteCatalog>, data: &std::path::Path) -> Desk {
    let import = data.join("nhap");
    std::fs::create_dir_all(&import).unwrap();
    Desk {
        queue,
        import_folders: vec![import],
        uploads: data.join("uploads"),
        zone: jiff::tz::TimeZone::UTC,
    }
}

/// Harvests come in several pages.
fn settings() -> Settings {
    let repository = Repository {
        page_size: 20,
        ..Repository::default()
    };
    Settings {
        repository,
        cors_origins: vec!["https://cong.example.vn".into()],
        ..Settings::default()
    }
}

/// One account a role, each with a password and a key.
fn accounts(accounts: &Accounts, at: Timestamp) -> BTreeMap<&'static str, String> {
    let key = |role: Role| {
        let name = role.as_str();
        accounts.add(name, role, Some(PASSWORD), at).unwrap();
        let (_, secret) = accounts.add_key(name, "thử", &Scope::ALL, at).unwrap();
        (name, secret)
    };
    Role::ALL.into_iter().map(key).collect()
}

/// A document of every closed record, and of one open one.
const PDF: &[u8] = b"%PDF-1.4 thu nghiem %%EOF";

fn document() -> DocumentFile {
    DocumentFile {
        name: "toàn văn.pdf".into(),
        location: "/srv/noi-bo/a.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: PDF.len() as u64,
        blake3: blake3::hash(PDF).to_hex().to_string(),
        pages: Some(3),
        ..DocumentFile::default()
    }
}

fn record(id: &str, record_type: RecordType, vi: &str, en: &str, year: i32) -> Record {
    let mut record = Record::new(RecordId::new(id).unwrap(), record_type);
    record.title.set(Lang::vi(), vi.into());
    record.title.set(Lang::en(), en.into());
    record.language = Some(Lang::vi());
    record.year = Some(Year::new(year).unwrap());
    record.agents.push(Agent::author("Nguyễn Thị Hạnh"));
    record
}

/// Forty-five open records, one for people with an account, three for staff.
fn collection() -> Vec<Record> {
    let mut records = rice();
    records.extend(special());
    assert_eq!(records.len(), N_OPEN);
    records.extend(closed());
    records
}

/// A sentence of open and closed records alike.
pub(crate) const RICE_YIELD: &str = "Năng suất lúa ở đồng bằng sông Cửu Long.";

/// Forty records that differ in number, year and kind only.
fn rice() -> Vec<Record> {
    (0..40)
        .map(|n| {
            let mut rice = record(
                &format!("lua-{n:02}"),
                if n % 4 == 0 {
                    RecordType::Patent
                } else {
                    RecordType::Paper
                },
                &format!("Giống lúa chịu mặn số {n}"),
                &format!("Salt-tolerant rice line {n}"),
                2000 + n % 20,
            );
            rice.venue = Some("Tạp chí Khoa học Cây trồng".into());
            rice.abstract_text.set(Lang::vi(), RICE_YIELD.into());
            rice.abstract_text
                .set(Lang::en(), "Rice yield in the Mekong delta.".into());
            rice.keywords
                .set(Lang::vi(), vec!["lúa".into(), "xâm nhập mặn".into()]);
            rice
        })
        .collect()
}

/// One of each thing that goes wrong easily.
fn special() -> Vec<Record> {
    let mut hostile = record(
        "la/hiem?#%",
        RecordType::Paper,
        "Tấn công <script>alert('x')</script> & \"ngoặc\"",
        "Attack",
        2021,
    );
    hostile.venue = Some("<b>Tạp chí</b>".into());
    let mut data = record(
        "bo-du-lieu",
        RecordType::Dataset,
        "Mực nước biển",
        "Sea level",
        2022,
    );
    data.columns.push(Column {
        name: "muc_nuoc_m".into(),
        data_type: Some("number".into()),
        description: Some("mực nước, mét".into()),
        samples: vec!["1.25".into()],
        ..Column::default()
    });
    data.provenance.source = "/srv/noi-bo/bien.jsonl".into();
    let mut article = record(
        "bai-bao",
        RecordType::Paper,
        "Dự báo nước dâng",
        "Storm surge forecast",
        2023,
    );
    article
        .identifiers
        .extend(Identifier::new(Scheme::Doi, "10.5555/bai.bao"));
    article.files.push(document());
    article.links.push(Link {
        relation: Relation::Uses,
        target: "bo-du-lieu".into(),
    });
    article.links.push(Link {
        relation: Relation::Cites,
        target: "mat".into(),
    });
    let thesis = record(
        "luan-an",
        RecordType::Thesis,
        "Luận án về gió",
        "A thesis on wind",
        2020,
    );
    let mut english = record(
        "en-1",
        RecordType::Report,
        "Báo cáo",
        "Report on batteries",
        2019,
    );
    english.language = Some(Lang::en());
    vec![hostile, data, article, thesis, english]
}

/// Records that not everyone may see, each with the word of those who may.
fn closed() -> Vec<Record> {
    let mut records = Vec::new();
    for (id, access, word) in [
        ("mat", AccessLevel::Restricted, SECRET),
        ("rut-lai", AccessLevel::Restricted, SECRET),
        ("cam-van", AccessLevel::Embargoed, SECRET),
        ("noi-bo", AccessLevel::Registered, INTERNAL),
    ] {
        let title = format!("Giống lúa {word}");
        let mut closed = record(id, RecordType::Task, &title, &title, 1999);
        closed.access = access;
        closed.venue = Some(format!("Kho {word}"));
        closed.collections.push(format!("Bộ {word}"));
        closed.abstract_text.set(
            Lang::vi(),
            format!("Năng suất lúa {word}. {RICE_YIELD} Xem 10.5555/bai.bao."),
        );
        closed.agents.push(Agent::author(format!("Trần {word}")));
        closed.files.push(document());
        records.push(closed);
    }
    records
}

/// An answer of the server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case; lines of one name are joined by a line break.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// `GET`s a target as it stands.
pub(crate) fn get(target: impl AsRef<[u8]>) -> Answer {
    send("GET", target.as_ref(), &[], "")
}

/// `GET`s with the key of a role; none for "".
pub(crate) fn get_as(role: &str, target: &str) -> Answer {
    match SITE.keys.get(role) {
        Some(key) => get_with(target, &[("authorization", &format!("Bearer {key}"))]),
        None => get(target),
    }
}

/// `POST`s JSON as a role, with its key; as nobody for another word.
pub(crate) fn post_as(role: &str, target: &str, body: &str) -> Answer {
    let key = SITE.keys.get(role).map(|key| format!("Bearer {key}"));
    let key = key.as_deref().map(|key| ("authorization", key));
    let headers: Vec<(&str, &str)> = [("content-type", "application/json")]
        .into_iter()
        .chain(key)
        .collect();
    send("POST", target.as_bytes(), &headers, body)
}

/// `GET`s with headers.
pub(crate) fn get_with(target: &str, headers: &[(&str, &str)]) -> Answer {
    send("GET", target.as_bytes(), headers, "")
}

/// Sends a request byte for byte; no encoding, no check.
pub(crate) fn send(method: &str, target: &[u8], headers: &[(&str, &str)], body: &str) -> Answer {
    send_to(SITE.address, method, target, headers, body)
}

/// Sends a request to any server.
pub(crate) fn send_to(
    address: SocketAddr,
    method: &str,
    target: &[u8],
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut request = format!("{method} ").into_bytes();
    request.extend_from_slice(target);
    request.extend_from_slice(b" HTTP/1.1\r\nhost: thu-vien.test\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    request.extend_from_slice(format!("content-length: {}\r\n\r\n{body}", body.len()).as_bytes());
    stream.write_all(&request).unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).unwrap();
    parse(&raw)
}

fn parse(raw: &[u8]) -> Answer {
    let end = raw
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or(raw.len());
    let head = String::from_utf8_lossy(&raw[..end]);
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let kept = headers.entry(name.to_ascii_lowercase()).or_default();
        if !kept.is_empty() {
            kept.push('\n');
        }
        kept.push_str(value.trim());
    }
    let body = raw.get(end + 4..).unwrap_or_default();
    let is_chunked = headers
        .get("transfer-encoding")
        .is_some_and(|value| value == "chunked");
    let body = if is_chunked {
        unchunked(body)
    } else {
        body.to_vec()
    };
    Answer {
        status: status.unwrap_or_else(|| panic!("no status: {head}")),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

/// The bytes of a body that came in chunks (RFC 9112 §7.1).
fn unchunked(mut raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = raw.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&raw[..end]).unwrap();
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&raw[end + 2..end + 2 + size]);
        raw = &raw[end + 4 + size..];
    }
    panic!("a body without its last chunk");
}
