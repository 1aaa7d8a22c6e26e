//! What is done by the command line goes into the log of acts, too: which
//! command, by which user of the machine, and how it ended. An entry is written
//! before anything is done and another one at the end, which names the first: so a
//! command that was killed stands there as begun.

use anyhow::Context as _;
use catalog::{NewAct, Via};
use clap::ArgMatches;
use jiff::Timestamp;

use crate::{
    context::Context,
    outcome::{Outcome, Usage},
};

/// Commands that change the library or take closed records out of it, by their
/// first two words; one word stands for all that begin with it. What only reads
/// is not there; `serve` and `worker` do what others asked for, whose asking is
/// in the log.
#[rustfmt::skip]
const ACTS: [&str; 51] = [
    "alerts add", "alerts remove",
    "authority apart", "authority build", "authority load", "authority merge", "authority undo",
    "backup",
    "collection add", "collection create", "collection forget", "collection remove",
    "duplicates apart", "duplicates merge", "duplicates undo",
    "edit apply", "edit undo",
    "export", "harvest", "ingest",
    "job add", "job cancel", "job retry",
    "migrate-store", "model use", "restore",
    "source add", "source pause", "source remove", "source resume", "source run",
    "subject accept", "subject load", "subject reject", "subject undo",
    "topics annotate", "topics build", "topics lock", "topics merge", "topics rename",
    "topics split", "topics undo", "topics unlock",
    "user add", "user disable", "user enable", "user erase", "user export", "user key",
    "user password", "user role",
];

/// The command that takes a name out of the log, and so must not bring it in; the
/// entry of the erasing says the pseudonym.
const ERASES: &str = "user erase";

/// Characters of the arguments in the log.
const MOST: usize = 500;

/// A command that goes into the log.
pub(crate) struct Act {
    words: String,
    arguments: String,
    /// The entry of its beginning; `None` where there was no library then.
    begun: Option<u64>,
}

impl Act {
    /// The act that the command line asks for; `None` where it only reads.
    fn of(matches: &ArgMatches) -> Option<Self> {
        let (first, below) = matches.subcommand()?;
        let second = below.subcommand_name();
        let both = second.map(|second| format!("{first} {second}"));
        let words = [Some(first.to_owned()), both];
        let words = words
            .into_iter()
            .flatten()
            .find(|words| ACTS.contains(&words.as_str()))?;
        let arguments: Vec<String> = std::env::args().skip(1).map(without_secrets).collect();
        let arguments = match words == ERASES {
            true => words.clone(),
            false => arguments.join(" "),
        };
        Some(Self {
            words,
            arguments: arguments.chars().take(MOST).collect(),
            begun: None,
        })
    }

    /// Writes that it begins, where there is a library already.
    ///
    /// # Errors
    /// When the log cannot be written: then nothing is to be done.
    fn begin(self, context: &Context) -> anyhow::Result<Self> {
        let begun = self.write(context, "begun".to_owned());
        let begun =
            begun.context("nothing was done: it could not be written into the log of acts")?;
        Ok(Self { begun, ..self })
    }

    /// Writes how it ended; a command that could not be understood was no act,
    /// and where there is no library nothing was done to it.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub(crate) fn end(
        self,
        context: &Context,
        ended: &anyhow::Result<Outcome>,
    ) -> anyhow::Result<()> {
        let outcome = match ended {
            Ok(Outcome::Done) => "done",
            Ok(Outcome::SetAside) => "done; some inputs were set aside",
            Err(error) if error.is::<Usage>() => "refused",
            Err(_) => "failed",
        };
        let detail = match self.begun {
            Some(begun) => format!("{outcome}; begun={begun}"),
            None if outcome == "refused" => return Ok(()),
            None => outcome.to_owned(),
        };
        let logged = self.write(context, detail);
        logged.context("the command ended, but could not be written into the log of acts")?;
        Ok(())
    }

    /// The number of the entry; `None` where there is no library.
    fn write(&self, context: &Context, detail: String) -> anyhow::Result<Option<u64>> {
        let home = context.home()?;
        if !home.has_catalogue() {
            return Ok(None);
        }
        let act = NewAct {
            actor: machine_user(),
            via: Via::Command,
            act: format!("trithuc {}", self.words),
            object: self.arguments.clone(),
            detail,
        };
        let log = home.catalogue.open()?.shared();
        Ok(Some(log.log_act(act, Timestamp::now())?.number))
    }
}

/// The act that the command line asks for, begun; `None` where it only reads.
///
/// # Errors
/// See [`Act::begin`].
pub(crate) fn begun(matches: &ArgMatches, context: &Context) -> anyhow::Result<Option<Act>> {
    let act = Act::of(matches);
    act.map(|act| act.begin(context)).transpose()
}

/// Whoever runs the command, as the machine says.
pub(crate) fn machine_user() -> String {
    let named = ["LOGNAME", "USER"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    named.unwrap_or_default()
}

/// An address without its user, path and question: they may hold a password.
fn without_secrets(argument: String) -> String {
    let Some((scheme, rest)) = argument.split_once("://") else {
        return argument;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/…")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_act_has_a_name_on_the_page() {
        for act in ACTS {
            let act = format!("trithuc {act}");
            assert!(server::act_name(&act).is_some(), "`{act}` has no name");
        }
    }

    #[test]
    fn every_act_is_a_command() {
        let cli = Cli::command();
        for act in ACTS {
            let mut known = &cli;
            for word in act.split(' ') {
                let below = known.find_subcommand(word);
                known = below.unwrap_or_else(|| panic!("there is no command `{act}`"));
            }
        }
    }

    #[test]
    fn addresses_keep_no_password() {
        let kept = |argument: &str| without_secrets(argument.to_owned());
        assert_eq!(
            kept("postgres://u:pw@db:5432/x?password=y"),
            "postgres://db:5432/…"
        );
        assert_eq!(
            kept("--webhook=https://a.vn/secret"),
            "--webhook=https://a.vn/…"
        );
        assert_eq!(kept("lan"), "lan");
    }
}
