//! The real program serving an installation, with a librarian signed in.

use std::{
    io::{BufRead, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    accounts::{percent, token},
    installation::Installation,
    site::{Answer, PASSWORD, send_to},
};

/// What browsers send forms as.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The real program, serving; ends with the test.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: SocketAddr,
    cookie: String,
    csrf: String,
}

fn add_lan(installation: &Installation) {
    let mut add = installation.command();
    add.args(["user", "add", "lan", "--role", "librarian"]);
    let mut add = add.stdin(Stdio::piped()).spawn().unwrap();
    let password = format!("{PASSWORD}\n{PASSWORD}\n");
    add.stdin
        .take()
        .unwrap()
        .write_all(password.as_bytes())
        .unwrap();
    assert!(add.wait().unwrap().success());
}

impl Serving {
    /// Serves an installation to a librarian who has signed in.
    pub(crate) fn start(installation: &Installation) -> Self {
        Self::start_with(installation, None)
    }

    /// The same with a file of settings.
    pub(crate) fn start_with(
        installation: &Installation,
        config: Option<&std::path::Path>,
    ) -> Self {
        add_lan(installation);
        Self::serve(installation, config)
    }

    /// Serves an installation in which the librarian is there already.
    pub(crate) fn start_again(installation: &Installation) -> Self {
        Self::serve(installation, None)
    }

    fn serve(installation: &Installation, config: Option<&std::path::Path>) -> Self {
        let mut command = installation.command();
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = said.find_map(|line| {
            let line = line.unwrap();
            let address = line.split_once("http://")?.1.trim().trim_end_matches('/');
            address.parse().ok()
        });
        let mut serving = Self {
            child,
            address: address.unwrap(),
            cookie: String::new(),
            csrf: String::new(),
        };
        let form = format!("name=lan&password={}", percent(PASSWORD));
        let entered = serving.send("POST", "/login", FORM, &form);
        let cookie = entered.header("set-cookie");
        serving.cookie = cookie.split(';').next().unwrap().to_owned();
        serving.csrf = token(&serving.get("/account").body).to_owned();
        serving
    }

    pub(crate) fn send(&self, method: &str, target: &str, kind: &str, body: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", kind)];
        send_to(self.address, method, target.as_bytes(), &headers, body)
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send("GET", target, "text/plain", "")
    }

    pub(crate) fn form(&self, target: &str, fields: &str) -> Answer {
        let body = format!("csrf={}&{fields}", percent(&self.csrf));
        self.send("POST", target, FORM, &body)
    }

    pub(crate) fn json(&self, method: &str, target: &str, body: &Value) -> Answer {
        self.send(method, target, "application/json", &body.to_string())
    }

    /// Sends a file as the page of jobs does; where the answer leads.
    pub(crate) fn upload(&self, name: &str, content: &str, access: &str) -> Answer {
        let more = [("collection", "Gửi"), ("access", access)];
        self.send_file("/jobs/upload", name, content, &more)
    }

    /// Sends a file alone.
    pub(crate) fn upload_to(&self, target: &str, name: &str, content: &str) -> Answer {
        self.send_file(target, name, content, &[])
    }

    fn send_file(&self, target: &str, name: &str, content: &str, more: &[(&str, &str)]) -> Answer {
        let part = |head: &str, value: &str| {
            format!("--xyz\r\ncontent-disposition: form-data; {head}\r\n\r\n{value}\r\n")
        };
        let mut body = part("name=\"csrf\"", &self.csrf);
        body += &part(&format!("name=\"file\"; filename=\"{name}\""), content);
        for (field, value) in more {
            body += &part(&format!("name=\"{field}\""), value);
        }
        body += "--xyz--\r\n";
        self.send("POST", target, "multipart/form-data; boundary=xyz", &body)
    }

    pub(crate) fn wait_for(&self, url: &str) -> Value {
        for _ in 0..3000 {
            let job = self.get(&format!("/api/v1{url}")).json();
            if job["state"] != "queued" && job["state"] != "running" {
                return job;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("{url} never ends");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
