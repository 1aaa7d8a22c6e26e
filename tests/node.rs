//! A program of several over one catalogue in a database: commands, servers,
//! workers.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    installation::{Installation, Ran},
    site::{Answer, send_to},
};

/// Of the accounts that a test makes.
pub(crate) const PASSWORD: &str = "nước mặn vào sâu tới Bến Lức";

/// A program that finds its catalogue in a database.
pub(crate) struct Node<'s> {
    pub(crate) installation: &'s Installation,
    /// Of the database.
    pub(crate) address: String,
    /// Settings in the environment, by name.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// The configuration file.
    pub(crate) config: &'static str,
}

impl<'s> Node<'s> {
    /// One whose indexes are in its data folder.
    pub(crate) fn new(installation: &'s Installation, address: String) -> Self {
        Self {
            installation,
            address,
            environment: Vec::new(),
            config: "[jobs]\nlease_s = 2\n",
        }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = self.installation.command();
        let config = self.installation.data().with_file_name("config.toml");
        if !config.exists() {
            std::fs::write(&config, self.config).unwrap();
        }
        command.env("TRITHUC_CATALOGUE", &self.address);
        command.envs(self.environment.iter().cloned());
        command.arg("--config").arg(config).arg("--json");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.command().args(arguments).output().unwrap().into()
    }

    /// Runs what must go well; gives its answer.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(arguments);
        assert_eq!(ran.status, 0, "{arguments:?}: {}", ran.stderr);
        ran.json()
    }

    pub(crate) fn dump(&self) -> String {
        self.run(&["export", "", "--format", "json"]).stdout
    }

    pub(crate) fn add_user(&self, name: &str) {
        let mut add = self.command();
        add.args(["user", "add", name, "--role", "librarian"]);
        let mut add = add
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut typed = add.stdin.take().unwrap();
        write!(typed, "{PASSWORD}\n{PASSWORD}\n").unwrap();
        drop(typed);
        assert!(add.wait().unwrap().success());
    }

    pub(crate) fn serve(&self) -> Serving {
        let mut child = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0", "--no-worker"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = said["listening"].as_str().unwrap();
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        Serving {
            child,
            address: address.parse().unwrap(),
        }
    }

    pub(crate) fn worker(&self) -> Child {
        self.command()
            .arg("worker")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    pub(crate) fn job_until(&self, number: &str, state: &str) -> Value {
        for _ in 0..1500 {
            let job = self.run(&["job", "show", number]);
            // While the database is away nothing can be asked.
            if job.status == 0 && job.json()["state"] == state {
                return job.json();
            }
            thread::sleep(Duration::from_millis(40));
        }
        panic!(
            "never {state}: {}",
            self.run(&["job", "show", number]).stdout
        );
    }
}

pub(crate) struct Serving {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Serving {
    pub(crate) fn get(&self, target: &str, cookie: &str) -> Answer {
        send_to(
            self.address,
            "GET",
            target.as_bytes(),
            &[("cookie", cookie)],
            "",
        )
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Records as JSON Lines: enough that a worker is killed in the middle.
pub(crate) const MANY: usize = 20_000;

pub(crate) fn many_records() -> String {
    let line = |n: usize| {
        format!(
            "{{\"id\":\"r{n}\",\"type\":\"paper\",\"title\":\"Lúa chịu mặn số {n}\",\"doi\":\"10.1/{n}\",\"year\":{}}}\n",
            2000 + n % 20
        )
    };
    (0..MANY).map(line).collect()
}
