//! `trithuc user`: accounts and API keys, from the machine itself. Passwords
//! come from the terminal or from standard input, never from an argument, where
//! other users of the machine could read them.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use catalog::Via;
use jiff::Timestamp;
use serde_json::json;
use server::{AccountError, Accounts, Erased, Eraser, PrivacyError, Role, Scope, User};

use crate::{
    audited::machine_user,
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make an account; its password is asked for.
    Add {
        /// 2 to 64 lower-case letters, digits and . - _ @
        name: String,
        /// reader, analyst, librarian or admin.
        #[arg(long, default_value = "reader")]
        role: Role,
        /// No password: the account works by API keys only.
        #[arg(long)]
        no_password: bool,
    },
    /// Give an account another role.
    Role {
        /// The account.
        name: String,
        /// reader, analyst, librarian or admin.
        role: Role,
    },
    /// Give an account a new password; it is asked for.
    Password {
        /// The account.
        name: String,
    },
    /// Make an API key and print it, this once.
    Key {
        /// The account.
        name: String,
        /// What the key is for.
        #[arg(long, default_value = "")]
        label: String,
        /// What it may be used for: read, write, admin; may be repeated.
        #[arg(long = "scope", default_value = "read")]
        scopes: Vec<Scope>,
    },
    /// Close an account: it can no longer sign in, and its keys open nothing.
    Disable {
        /// The account.
        name: String,
    },
    /// Open a closed account again.
    Enable {
        /// The account.
        name: String,
    },
    /// Everything that the library holds about an account, as one JSON document.
    Export {
        /// The account.
        name: String,
        /// The file to write; must not be there. Without it: standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Take an account away with everything that is its own, at once and for good;
    /// what stays carries a pseudonym. Asks for the name once more.
    Erase {
        /// The account.
        name: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// All accounts, one a line.
    List,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    // The first account may come before the first record.
    let home = context.home()?;
    let installation = Installation::open_or_create(&home)?;
    let accounts = Accounts::new(installation.catalog.clone());
    let now = Timestamp::now();
    match command {
        Command::Add {
            name,
            role,
            no_password,
        } => {
            let password = match no_password {
                true => None,
                false => Some(ask_password(name)?),
            };
            let user = accounts.add(name, *role, password.as_deref(), now);
            say(&user.map_err(usage)?, context)?;
        }
        Command::Key {
            name,
            label,
            scopes,
        } => {
            let made = accounts.add_key(name, label, scopes, now);
            let (key, secret) = made.map_err(usage)?;
            match context.json {
                true => output::json(&json!({"id": key.id, "key": secret}))?,
                false => output::line(secret)?,
            }
        }
        Command::List => list(&accounts, context)?,
        Command::Export { name, out } => {
            let held = server::personal_data(&*installation.catalog, name, now);
            give(&held.map_err(refused)?, out.as_deref())?;
        }
        Command::Erase { name, yes } => {
            if !yes {
                confirm(name)?;
            }
            let uploads = Installation::uploads_path(&home.data);
            let user = machine_user();
            let by = Eraser {
                name: &user,
                via: Via::Command,
            };
            let erased = server::erase(&installation.catalog, Some(&uploads), name, by, now);
            say_erased(&erased.map_err(refused)?, context)?;
        }
        Command::Role { name, role } => {
            accounts.set_role(name, *role, now).map_err(usage)?;
        }
        Command::Password { name } => {
            let password = ask_password(name)?;
            accounts.set_password(name, &password, now).map_err(usage)?;
        }
        Command::Disable { name } => accounts.set_disabled(name, true, now).map_err(usage)?,
        Command::Enable { name } => accounts.set_disabled(name, false, now).map_err(usage)?,
    }
    Ok(Outcome::Done)
}

/// To a new file that only this user may read, or to standard output.
fn give(held: &serde_json::Value, out: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = out else {
        return output::json(held);
    };
    let failed = || {
        format!(
            "`{}` cannot be written; name a file that is not there",
            path.display()
        )
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(failed)?;
    serde_json::to_writer_pretty(&mut file, held).with_context(failed)?;
    file.write_all(b"\n").with_context(failed)
}

/// Has the name typed again: from the terminal, else the first line of standard
/// input.
fn confirm(name: &str) -> anyhow::Result<()> {
    if io::stdin().is_terminal() {
        eprint!("This cannot be undone. Type `{name}` to erase the account: ");
    }
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.context("standard input cannot be read")?;
    match line.trim() == name {
        true => Ok(()),
        false => Err(Usage(format!(
            "nothing was erased: `{name}` was not typed again; do that, or say --yes"
        ))
        .into()),
    }
}

fn say_erased(erased: &Erased, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return output::json(erased);
    }
    output::line(format!(
        "{} values removed, {} renamed, {} words erased from the log of acts, {} documents \
         removed; what stays carries the name {}",
        erased.n_removed, erased.n_renamed, erased.n_words, erased.n_documents, erased.pseudonym
    ))
}

fn list(accounts: &Accounts, context: &Context) -> anyhow::Result<()> {
    let users = accounts.list()?;
    if context.json {
        let all: Vec<_> = users.iter().map(as_json).collect();
        return output::json(&json!(all));
    }
    users.iter().try_for_each(|user| say(user, context))
}

fn as_json(user: &User) -> serde_json::Value {
    json!({
        "name": user.name,
        "role": user.role,
        "disabled": user.disabled,
        "created_at": user.created_at.to_string(),
    })
}

fn say(user: &User, context: &Context) -> anyhow::Result<()> {
    if context.json {
        return output::json(&as_json(user));
    }
    let state = if user.disabled { "\tclosed" } else { "" };
    output::line(format!("{}\t{}{state}", user.name, user.role))
}

/// From the terminal twice, unseen; else the first line of standard input.
fn ask_password(name: &str) -> anyhow::Result<String> {
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        read.context("the password cannot be read from standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let ask =
        |text: String| rpassword::prompt_password(text).context("the terminal gives no password");
    let password = ask(format!("Password for {name}: "))?;
    if ask("Once more: ".to_owned())? != password {
        return Err(Usage("the two passwords differ; start again".to_owned()).into());
    }
    Ok(password)
}

/// See [`usage`].
fn refused(error: PrivacyError) -> anyhow::Error {
    match error {
        PrivacyError::NotFound(_) => Usage(error.to_string()).into(),
        PrivacyError::Account(error) => usage(error),
        error => error.into(),
    }
}

/// What the caller can mend is bad usage; the rest is a failure.
fn usage(error: AccountError) -> anyhow::Error {
    match error {
        AccountError::Catalogue(error) => error.into(),
        error => Usage(error.to_string()).into(),
    }
}
