//! The real program over a data folder of its own, for the tests of this
//! binary.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// The program, built with the profile that these tests run with.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_trithuc"))
}

/// The repository.
pub(crate) fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap().to_owned()
}

/// The sample collection.
pub(crate) fn sample() -> String {
    repository().join("tests/sample").display().to_string()
}

/// Where the development data lies; says so and gives `None` when it does not.
pub(crate) fn shared_data(name: &str) -> Option<PathBuf> {
    let root = env::var_os("TRITHUC_TEST_DATA")
        .map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    if !path.exists() {
        eprintln!("SKIPPED: no `{}`; set TRITHUC_TEST_DATA", path.display());
        return None;
    }
    Some(path)
}

/// An empty data folder, and a folder for inputs.
pub(crate) struct Installation {
    folder: TempDir,
}

/// What a run of the program gave.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            // Ended by a signal: no status of its own.
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes an input file; gives its path.
    pub(crate) fn input(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The program on this data folder. It finds no weights of models, wherever
    /// some lie on the machine: tests end the same, and as fast, everywhere.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(program());
        command.env("TRITHUC_MODELS", self.data().join("no-models"));
        command.arg("--data").arg(self.data());
        command
    }

    /// Runs a command with `--json` and its other arguments.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command();
        command.arg("--json").args(arguments);
        command.output().unwrap().into()
    }

    pub(crate) fn ingest(&self, path: &Path) -> Ran {
        self.run(&["ingest", path.to_str().unwrap()])
    }

    /// Everything in the catalogue that the index finds, one record a line in
    /// order of the ids.
    pub(crate) fn dump(&self) -> String {
        let ran = self.run(&["export", "", "--format", "json"]);
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        ran.stdout
    }
}
