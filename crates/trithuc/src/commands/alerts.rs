//! `trithuc alerts`: saved searches from the machine itself, and a round of
//! looking and telling by hand or by a timer of the system.

use alerts::{About, AlertError, Alerts, SavedSearch, Wish};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::serve;
use crate::{
    alerting,
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// What to do with saved searches.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Save a search of an account; what comes from now on is news.
    Add {
        /// Whose it is.
        user: String,
        /// The query; "" for every record. With --trends: topic:12, a value of
        /// field, institution, province or country, or "" for everything.
        query: String,
        /// Hear of bursts, missed forecasts, new topics and entrants instead of records.
        #[arg(long)]
        trends: bool,
        /// FIELD:VALUE; may be repeated.
        #[arg(long = "filter", value_name = "FIELD:VALUE")]
        filters: Vec<String>,
        /// What to call it; the query when left out.
        #[arg(long, default_value = "")]
        name: String,
        /// vi or en.
        #[arg(long, default_value = "vi")]
        language: String,
        /// Where signed messages go.
        #[arg(long, value_name = "URL")]
        webhook: Option<String>,
        /// Where letters go, once whoever reads them has agreed.
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
    },
    /// The saved searches of all accounts, or of one.
    List {
        /// Whose.
        user: Option<String>,
    },
    /// Remove a saved search.
    Remove {
        /// Whose it is.
        user: String,
        /// Its id.
        id: String,
    },
    /// Look what is new for all saved searches, and tell it; `serve` and
    /// `worker` do so by themselves.
    Run,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open_or_create(&context.home()?)?;
    let alerts = Alerts::new(installation.catalog.clone());
    let now = Timestamp::now();
    match command {
        Command::Add {
            user,
            query,
            trends,
            filters,
            name,
            language,
            webhook,
            email,
        } => {
            let accounts = server::Accounts::new(installation.catalog.clone());
            if accounts.user(user)?.is_none() {
                let message = format!("there is no account `{user}`; see `trithuc user list`");
                return Err(Usage(message).into());
            }
            let wish = Wish {
                about: if *trends {
                    About::Trends
                } else {
                    About::Records
                },
                name: name.clone(),
                query: query.clone(),
                filters: filters.clone(),
                language: language.clone(),
                webhook: webhook.clone(),
                email: email.clone(),
            };
            say(&alerts.add(user, wish, now).map_err(usage)?, context)?;
        }
        Command::List { user } => {
            let saved = match user {
                Some(user) => alerts.of_owner(user)?,
                None => alerts.all()?,
            };
            match context.json {
                true => output::json(&json!(saved.iter().map(as_json).collect::<Vec<_>>()))?,
                false => saved.iter().try_for_each(|saved| say(saved, context))?,
            }
        }
        Command::Remove { user, id } => alerts.remove(user, id, now).map_err(usage)?,
        Command::Run => return round(context),
    }
    Ok(Outcome::Done)
}

fn round(context: &Context) -> anyhow::Result<Outcome> {
    let settings = context.config()?.server.checked();
    let settings = settings.map_err(|error| Usage(error.to_string()))?;
    let Some(base_url) = settings.public_url.clone() else {
        let message = "links in letters and messages need the library's address; set `public_url` in the file of `--config`";
        return Err(Usage(message.to_owned()).into());
    };
    let library = serve::stores(&context.home()?)?;
    let Some(done) = alerting::round(&context.data, &library, &settings, &base_url)? else {
        anyhow::bail!(
            "another process of this installation is at it; wait for it, or let it do the work"
        );
    };
    let (looked, delivered) = (done.looked, done.delivered);
    match context.json {
        true => output::json(&json!({
            "searches": looked.n_searches, "news": looked.n_events,
            "sent": delivered.n_sent, "failed": delivered.n_failed,
        }))?,
        false => output::line(format!(
            "{} searches looked at, {} news, {} messages sent, {} failed",
            looked.n_searches, looked.n_events, delivered.n_sent, delivered.n_failed
        ))?,
    }
    Ok(Outcome::Done)
}

fn as_json(saved: &SavedSearch) -> Value {
    json!({
        "id": saved.id, "owner": saved.owner, "about": saved.about.as_str(), "name": saved.name, "query": saved.query,
        "filters": saved.filters, "language": saved.language,
        "created_at": saved.created_at.to_string(),
        "webhook": saved.webhook.as_ref().map(|hook| &hook.url),
        "email": saved.mail.as_ref().map(|mail| &mail.address),
    })
}

fn say(saved: &SavedSearch, context: &Context) -> anyhow::Result<()> {
    match context.json {
        true => output::json(&as_json(saved)),
        false => output::line(format!("{}\t{}\t{}", saved.id, saved.owner, saved.name)),
    }
}

/// What the caller can mend is bad usage; the rest is a failure.
fn usage(error: AlertError) -> anyhow::Error {
    match error {
        AlertError::Refused { .. } | AlertError::NotFound(_) => Usage(error.to_string()).into(),
        error => error.into(),
    }
}
