//! A PostgreSQL server of a test's own: the real one of the distribution, in a
//! temporary folder, on a Unix socket, as a user without rights.

use std::{
    env, fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// `nobody`: PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;

/// A running server; stopped and removed when it is dropped.
pub(crate) struct PostgresServer {
    programs: PathBuf,
    folder: TempDir,
    settings: Vec<String>,
    child: Child,
}

impl PostgresServer {
    /// Starts one; says loudly that there is none and gives `None` where
    /// PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[], &["listen_addresses="])
    }

    /// One with files in its folder and settings of its own.
    pub(crate) fn start_with(files: &[(&str, &str)], settings: &[&str]) -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!(
                "SKIPPED: no PostgreSQL server here; install it with `scripts/prerequisites.sh --install`, or set TRITHUC_POSTGRES_BIN"
            );
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let initdb = unprivileged(&programs.join("initdb"), folder.path())
            .args(["--username=trithuc", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(folder.path().join("data"))
            .output()
            .unwrap();
        assert_good(&initdb);
        for (name, content) in files {
            write_private(&folder.path().join("data").join(name), content);
        }
        let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
        let child = run(&programs, folder.path(), &settings);
        let mut server = Self {
            programs,
            folder,
            settings,
            child,
        };
        server.wait();
        Some(server)
    }

    /// Makes an empty database; gives its address.
    pub(crate) fn database(&self, name: &str) -> String {
        let made = self.program("createdb").arg(name).output().unwrap();
        assert_good(&made);
        self.address(name)
    }

    /// Makes an empty schema; gives the address of the database with it.
    pub(crate) fn schema(&self, name: &str) -> String {
        self.ask("postgres", &format!("CREATE SCHEMA {name}"));
        format!(
            "{}&options=-csearch_path%3D{name}",
            self.address("postgres")
        )
    }

    /// The address of a database.
    pub(crate) fn address(&self, name: &str) -> String {
        let socket = self.folder.path().display();
        format!("postgres:///{name}?host={socket}&user=trithuc")
    }

    /// What a query gives, columns apart by `|`.
    pub(crate) fn ask(&self, database: &str, sql: &str) -> String {
        let asked = self
            .program("psql")
            .args(["-qtA", "-d", database, "-c", sql])
            .output()
            .unwrap();
        assert_good(&asked);
        String::from_utf8(asked.stdout).unwrap().trim().to_owned()
    }

    /// Ends every connection and starts the server again. `pause` lies between.
    pub(crate) fn restart(&mut self, pause: Duration) {
        self.stop();
        thread::sleep(pause);
        self.child = run(&self.programs, self.folder.path(), &self.settings);
        self.wait();
    }

    /// A program of PostgreSQL that knows where the server is.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command
            .env("PGHOST", self.folder.path())
            .env("PGUSER", "trithuc")
            .env("PGPORT", self.port())
            .current_dir(self.folder.path());
        command
    }

    fn port(&self) -> &str {
        let port = self.settings.iter().find_map(|s| s.strip_prefix("port="));
        port.unwrap_or("5432")
    }

    fn wait(&mut self) {
        let start = Instant::now();
        while !self
            .program("pg_isready")
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
        {
            let ended = self.child.try_wait().unwrap();
            // A machine where everything is tested at once is slow.
            let is_late = start.elapsed() > Duration::from_secs(120);
            if ended.is_some() || is_late {
                let log = fs::read_to_string(self.folder.path().join("log"));
                panic!("no server: {}", log.unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn stop(&mut self) {
        let stopped = unprivileged(&self.programs.join("pg_ctl"), self.folder.path())
            .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
            .arg(self.folder.path().join("data"))
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            drop(self.child.kill());
        }
        drop(self.child.wait());
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The server in the foreground; nothing of it outlives a crash of the machine,
/// which no test makes.
fn run(programs: &Path, folder: &Path, settings: &[String]) -> Child {
    unprivileged(&programs.join("postgres"), folder)
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-c", "fsync=off", "-c", "log_min_messages=fatal"])
        .args(["-c", "shared_buffers=64MB"])
        .args(settings.iter().flat_map(|setting| ["-c", setting.as_str()]))
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("log")).unwrap())
        .spawn()
        .unwrap()
}

fn unprivileged(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// A file that only the server's user may read.
fn write_private(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    if is_root() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Where the programs are: named, on the path, or where Debian puts them.
fn programs() -> Option<PathBuf> {
    if let Some(named) = env::var_os("TRITHUC_POSTGRES_BIN") {
        return Some(PathBuf::from(named));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut known: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.flatten().map(|v| v.path().join("bin")).collect();
        versions.sort();
        known.extend(versions.into_iter().rev());
    }
    // A link on the path leads to where all the programs are.
    let real = |folder: PathBuf| {
        Some(
            folder
                .join("postgres")
                .canonicalize()
                .ok()?
                .parent()?
                .to_owned(),
        )
    };
    known.into_iter().filter_map(real).find(|folder| {
        let has = |name: &&str| folder.join(name).exists();
        ["initdb", "pg_ctl", "pg_isready", "createdb", "psql"]
            .iter()
            .all(has)
    })
}

fn assert_good(output: &Output) {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
