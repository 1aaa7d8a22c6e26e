//! Harvesting with the real program: from a source that fails in every way, and
//! from our own provider. `TRITHUC_HARVEST_RECORDS` makes the source larger.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

use catalog::{Batch, CatalogStore, SqliteCatalog, Tombstone};
use index::TantivyStore;
use jiff::Timestamp;
use records::{Lang, Record, RecordId, RecordType};
use server::{Library, Settings};

use crate::installation::{Installation, Ran};

const PAGE: usize = 50;
/// No list with this record in it ever arrives.
const POISON: usize = 1234;
/// Where a list that runs in a circle stays.
const CIRCLE: usize = 6 * PAGE;

/// A repository whose every trouble is made on purpose.
#[derive(Default)]
pub(crate) struct Source {
    n_records: usize,
    n_lists: AtomicUsize,
    /// Troubles that happen once.
    happened: Mutex<HashSet<String>>,
    /// Whether the list of everything gives one token for ever.
    is_circle: bool,
    /// A record that cannot be read, alone neither.
    broken: Option<usize>,
    /// Whether that record was mended.
    is_mended: AtomicBool,
}

fn is_deleted(n: usize) -> bool {
    n % 50 == 7
}

fn datestamp(n: usize) -> String {
    let at = Timestamp::from_second(1_700_000_000 + n as i64).unwrap();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn header(n: usize) -> String {
    let status = if is_deleted(n) {
        " status=\"deleted\""
    } else {
        ""
    };
    let at = datestamp(n);
    format!(
        "<header{status}><identifier>oai:x:{n}</identifier><datestamp>{at}</datestamp></header>"
    )
}

fn record(n: usize) -> String {
    if is_deleted(n) {
        return format!("<record>{}</record>", header(n));
    }
    format!(
        "<record>{}<metadata><oai_dc:dc xmlns:oai_dc=\"a\" xmlns:dc=\"b\"><dc:title>Lúa số {n}</dc:title>\
         <dc:creator>Nguyễn Văn Ba</dc:creator></oai_dc:dc></metadata></record>\n",
        header(n)
    )
}

impl Source {
    pub(crate) fn start(n_records: usize) -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/oai", listener.local_addr().unwrap());
        let source = Self {
            n_records,
            ..Self::default()
        };
        (source.listen(listener), url)
    }

    /// A source with troubles of its own, and its address.
    pub(crate) fn with_troubles(self) -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/oai", listener.local_addr().unwrap());
        (self.listen(listener), url)
    }

    fn listen(self, listener: TcpListener) -> Arc<Self> {
        let source = Arc::new(self);
        let serving = source.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A harvester that was killed does not read its answer.
                let _ = serving.serve(stream);
            }
        });
        source
    }

    fn serve(&self, mut stream: impl Read + Write) -> std::io::Result<()> {
        let mut reader = BufReader::new(&mut stream);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            line.clear();
        }
        let query = first.split_whitespace().nth(1).unwrap_or_default();
        let query = query.split_once('?').map_or("", |(_, query)| query);
        let query = query.replace("%3A", ":").replace("%7C", "|");
        let arguments: BTreeMap<&str, &str> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let (status, body, sent) = self.answer(&arguments);
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        stream.write_all(&body.as_bytes()[..sent.min(body.len())])?;
        stream.flush()
    }

    fn record(&self, n: usize) -> String {
        let record = record(n);
        match self.broken == Some(n) && !self.is_mended.load(SeqCst) {
            // Neither deleted nor there: nothing that can be read.
            true => format!("<record>{}</record>", header(n)),
            false => record,
        }
    }

    /// Status with further headers, body, and how many bytes of it are sent.
    fn answer(&self, arguments: &BTreeMap<&str, &str>) -> (String, String, usize) {
        let ok = |content: String| {
            let now = datestamp(self.n_records + 5000);
            let body = format!(
                "<?xml version=\"1.0\"?><OAI-PMH><responseDate>{now}</responseDate>{content}</OAI-PMH>"
            );
            ("200 OK".to_owned(), body, usize::MAX)
        };
        match arguments["verb"] {
            "Identify" => ok(format!(
                "<Identify><earliestDatestamp>{}</earliestDatestamp><deletedRecord>persistent\
                 </deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>",
                datestamp(0)
            )),
            "ListMetadataFormats" => ok("<metadataPrefix>oai_dc</metadataPrefix>".to_owned()),
            "GetRecord" => {
                let n = arguments["identifier"].strip_prefix("oai:x:").unwrap();
                ok(format!(
                    "<GetRecord>{}</GetRecord>",
                    self.record(n.parse().unwrap())
                ))
            }
            verb => {
                let (content, place, numbers) = match self.list(verb, arguments) {
                    Ok(list) => list,
                    Err(error) => return ok(error),
                };
                let (status, body, sent) = ok(content);
                if verb == "ListIdentifiers" {
                    return (status, body, sent);
                }
                self.n_lists.fetch_add(1, SeqCst);
                if numbers.contains(&POISON) {
                    return ("500 Broken".to_owned(), String::new(), 0);
                }
                self.trouble(&place, body)
            }
        }
    }

    fn once(&self, what: String) -> bool {
        self.happened.lock().unwrap().insert(what)
    }

    fn trouble(&self, place: &str, body: String) -> (String, String, usize) {
        let half = body.len() / 2;
        let ok = "200 OK".to_owned();
        let offset: usize = place.rsplit('|').next().unwrap().parse().unwrap();
        let is_new = self.once(format!("trouble {place}"));
        match (offset / PAGE) % 6 {
            1 if is_new => ("500 Broken".to_owned(), String::new(), 0),
            2 if is_new => ("503 Busy\r\nRetry-After: 0".to_owned(), String::new(), 0),
            3 if is_new => (ok, body, half),
            // Broken each time, in a list.
            4 => (
                ok,
                body.replacen("<dc:title>", "<dc:title <", 1),
                usize::MAX,
            ),
            5 => (ok, body.replacen("</record>", "", 1), usize::MAX),
            _ => (ok, body, usize::MAX),
        }
    }

    fn list(
        &self,
        verb: &str,
        arguments: &BTreeMap<&str, &str>,
    ) -> Result<(String, String, Vec<usize>), String> {
        let argument = |name| arguments.get(name).copied().unwrap_or_default();
        let first = format!("{}|{}|0", argument("from"), argument("until"));
        let place = arguments
            .get("resumptionToken")
            .map_or(first, |t| (*t).to_owned());
        let parts: Vec<&str> = place.split('|').collect();
        let offset: usize = parts[2].parse().unwrap();
        if offset == 8 * PAGE && self.once("expired".to_owned()) {
            return Err("<error code=\"badResumptionToken\">worn out</error>".to_owned());
        }
        let is_in = |n: &usize| {
            let at = datestamp(*n);
            at.as_str() >= parts[0] && (parts[1].is_empty() || at.as_str() <= parts[1])
        };
        let all: Vec<usize> = (0..self.n_records).filter(is_in).collect();
        if all.is_empty() {
            return Err("<error code=\"noRecordsMatch\"/>".to_owned());
        }
        let numbers: Vec<usize> = all.iter().copied().skip(offset).take(PAGE).collect();
        let write = |n: &usize| match verb {
            "ListRecords" => self.record(*n),
            _ => header(*n),
        };
        let mut content: String = numbers.iter().map(write).collect();
        let is_whole = parts[0].is_empty() && parts[1].is_empty();
        let next = match self.is_circle && is_whole && offset == CIRCLE {
            true => CIRCLE,
            false => offset + PAGE,
        };
        if next < all.len() {
            let (from, until) = (parts[0], parts[1]);
            write!(
                content,
                "<resumptionToken>{from}|{until}|{next}</resumptionToken>"
            )
            .unwrap();
        }
        Ok((format!("<{verb}>{content}</{verb}>"), place, numbers))
    }
}

fn direct(mut command: Command) -> Command {
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
}

fn harvest(installation: &Installation, url: &str, more: &[&str]) -> Ran {
    let mut command = direct(installation.command());
    command
        .args(["--json", "harvest", url, "--retry-wait", "0.01"])
        .args(more);
    command.output().unwrap().into()
}

/// Ids that the index finds, and how many lines they came on.
fn ids(installation: &Installation) -> (BTreeSet<String>, usize) {
    let dump = installation.dump();
    let id = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["id"].as_str().unwrap().to_owned()
    };
    (dump.lines().map(id).collect(), dump.lines().count())
}

#[test]
fn all_records_of_a_failing_source_arrive_and_none_twice() {
    let n_records = std::env::var("TRITHUC_HARVEST_RECORDS");
    let n_records: usize = n_records.map_or(2000, |n| n.parse().unwrap());
    let (source, url) = Source::start(n_records);
    let installation = Installation::new();
    let mut killed = direct(installation.command());
    killed.args(["harvest", &url, "--retry-wait", "0.01"]);
    let mut killed = killed.stdout(Stdio::null()).spawn().unwrap();
    while source.n_lists.load(SeqCst) < 7 {
        assert!(
            killed.try_wait().unwrap().is_none(),
            "ended before it was killed"
        );
        thread::sleep(Duration::from_millis(1));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let ran = harvest(&installation, &url, &[]);
    let report = ran.json();
    assert_eq!(ran.status, 0, "{report} {}", ran.stderr);
    assert_eq!(report["quarantined"], serde_json::json!([]), "{report}");
    assert_eq!(report["token"], serde_json::Value::Null);
    assert!(source.happened.lock().unwrap().contains("expired"));
    let (found, n_lines) = ids(&installation);
    let wanted = (0..n_records).filter(|n| !is_deleted(*n));
    let wanted: BTreeSet<String> = wanted.map(|n| format!("oai:x:{n}")).collect();
    assert_eq!(n_lines, found.len(), "none twice");
    let missing: Vec<_> = wanted.symmetric_difference(&found).collect();
    assert!(missing.is_empty(), "{missing:?} {report}");
    let again = harvest(&installation, &url, &[]).json();
    assert_eq!(
        (&again["seen"], &again["added"]),
        (&0.into(), &0.into()),
        "{again}"
    );
    assert!(
        again["notices"].to_string().contains("nothing new"),
        "{again}"
    );
}

#[test]
fn a_list_that_runs_in_a_circle_is_left_and_all_arrives() {
    let source = Source {
        n_records: 400,
        is_circle: true,
        ..Source::default()
    };
    let (source, url) = source.with_troubles();
    let installation = Installation::new();
    let ran = harvest(&installation, &url, &[]);
    let report = ran.json();
    assert_eq!(ran.status, 0, "{report} {}", ran.stderr);
    let notices = report["notices"].to_string();
    assert!(
        notices.contains("twice") || notices.contains("circle"),
        "{notices}"
    );
    let (found, n_lines) = ids(&installation);
    let wanted = (0..400).filter(|n| !is_deleted(*n)).count();
    assert_eq!((found.len(), n_lines), (wanted, wanted));
    // Some pages of each window, not pages without end.
    let n_lists = source.n_lists.load(SeqCst);
    assert!(n_lists < 60, "{n_lists} pages were asked for");
}

#[test]
fn a_record_that_cannot_be_read_alone_is_set_aside_and_asked_for_again() {
    let source = Source {
        n_records: 100,
        broken: Some(77),
        ..Source::default()
    };
    let (source, url) = source.with_troubles();
    let installation = Installation::new();
    let ran = harvest(&installation, &url, &["--collection", "Kho"]);
    let report = ran.json();
    assert_eq!(ran.status, 3, "{report} {}", ran.stderr);
    let aside = report["quarantined"].as_array().unwrap();
    let path = aside[0]["path"].as_str().unwrap();
    assert!(
        aside.len() == 1 && path.contains("oai%3Ax%3A77"),
        "{report}"
    );
    let (found, _) = ids(&installation);
    assert!(
        found.len() == 97 && !found.contains("oai:x:77"),
        "{}",
        found.len()
    );
    let work = |order: &[&str]| {
        installation.run(&[&["job", "add"], order].concat());
        let mut worker = direct(installation.command());
        let ran: Ran = worker
            .args(["--json", "worker", "--once"])
            .output()
            .unwrap()
            .into();
        ran.json()["result"]["set_aside_now"].clone()
    };
    assert_eq!(work(&["again", &url]), 1, "it is as broken as before");
    source.is_mended.store(true, SeqCst);
    assert_eq!(work(&["again"]), 0);
    let dump = installation.dump();
    let line = dump.lines().find(|line| line.contains("oai:x:77")).unwrap();
    assert!(
        line.contains("\"Kho\""),
        "as it was asked for at first: {line}"
    );
}

/// A certificate for this machine that nobody signed, and the source behind it.
fn behind_tls(source: Source) -> (String, String) {
    let names = vec!["localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![made.cert.der().clone()], key.into())
    .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream);
            // A harvester that does not trust the certificate hangs up.
            let _ = source.serve(&mut stream);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    (format!("https://localhost:{port}/oai"), made.cert.pem())
}

#[test]
fn a_repository_inside_the_house_is_trusted_by_its_certificate() {
    let source = Source {
        n_records: 30,
        ..Source::default()
    };
    let (url, pem) = behind_tls(source);
    let installation = Installation::new();
    let mut command = direct(installation.command());
    for name in ["https_proxy", "HTTPS_PROXY"] {
        command.env_remove(name);
    }
    command.args(["--json", "harvest", &url, "--retry-wait", "0.01"]);
    let refused: Ran = command.output().unwrap().into();
    assert_eq!(refused.status, 1, "{}", refused.stdout);
    assert!(
        refused.stderr.to_lowercase().contains("certificate"),
        "{}",
        refused.stderr
    );
    let ca = installation.input("ca.pem", pem);
    let trusted: Ran = command.arg("--ca").arg(&ca).output().unwrap().into();
    assert_eq!(trusted.json()["added"], 29, "{}", trusted.stderr);
    let none = installation.input("none.pem", "no certificate");
    let none = harvest(&installation, &url, &["--ca", none.to_str().unwrap()]);
    assert!(
        none.status == 1 && none.stderr.contains("PEM"),
        "{}",
        none.stderr
    );
}

#[test]
fn nothing_is_no_success() {
    let (_source, url) = Source::start(20);
    let installation = Installation::new();
    let ran = harvest(&installation, &url, &["--from", "2040-01-01"]);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(
        ran.stderr.contains("nothing was taken in"),
        "{}",
        ran.stderr
    );
    let ran = harvest(&installation, &url, &["--prefix", "mods"]);
    assert!(
        ran.status == 1 && ran.stderr.contains("oai_dc"),
        "{}",
        ran.stderr
    );
    let dry = harvest(&installation, &url, &["--dry-run"]).json();
    assert_eq!(dry["added"], 19, "{dry}");
    assert_eq!(ids(&installation).1, 0);
}

/// The provider of a library of these records; gives its catalogue too.
fn provider(data: &std::path::Path, n_records: usize) -> (Arc<SqliteCatalog>, String) {
    let catalogue = Arc::new(SqliteCatalog::open(&data.join("catalogue.sqlite")).unwrap());
    let records = (0..n_records).map(|n| {
        let id = RecordId::new(format!("a{n}")).unwrap();
        let mut record = Record::new(id, RecordType::Paper);
        record.title.set(Lang::vi(), format!("Lúa số {n}"));
        record
    });
    catalogue
        .apply(Batch::of_records(Timestamp::now(), records))
        .unwrap();
    let full_text = TantivyStore::open(&data.join("fulltext")).unwrap();
    let library = Library::new(catalogue.clone(), Arc::new(full_text));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        server::serve(free, library, Settings::default(), |address| {
            sender.send(address).unwrap();
        })
        .unwrap();
    });
    let address = receiver.recv_timeout(Duration::from_secs(120)).unwrap();
    (catalogue, format!("http://{address}/oai"))
}

#[test]
fn a_second_library_follows_the_first_with_its_deletions() {
    let data = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(data.path().join("fulltext")).unwrap();
    let (catalogue, url) = provider(data.path(), 450);
    let second = Installation::new();
    let report = harvest(&second, &url, &[]).json();
    assert_eq!(report["added"], 450, "{report}");
    let mut batch = Batch::new(Timestamp::now());
    for id in ["a3", "a449"] {
        let id = RecordId::new(id).unwrap();
        batch.tombstones.push(Tombstone {
            id,
            merged_into: None,
        });
    }
    catalogue.apply(batch).unwrap();
    let report = harvest(&second, &url, &[]).json();
    assert_eq!(
        (&report["deleted"], &report["added"]),
        (&2.into(), &0.into()),
        "{report}"
    );
    let (found, _) = ids(&second);
    let wanted = (0..450).filter(|n| ![3, 449].contains(n));
    let wanted: BTreeSet<String> = wanted.map(|n| format!("oai:localhost:a{n}")).collect();
    assert_eq!(found, wanted);
}
