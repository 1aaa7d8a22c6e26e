//! `trithuc serve`: web pages and API over the installation's stores.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use catalog::CatalogStore;
use indicatif::ProgressBar;
use ingest::FileStore;
use jiff::tz::TimeZone;
use search::{Meaning, Searcher};
use serde_json::json;
use server::{Desk, Library, Settings};

use super::extract_worker;
use crate::{
    alerting,
    context::Context,
    home::{Home, OpenCatalogue},
    installation::{self, Installation},
    outcome::{Outcome, Usage},
    output, vectorising,
    working::{JobSettings, Staff},
};

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address and port; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Address under which readers reach the library, when a proxy stands
    /// before it: `https://thuvien.example.vn`.
    #[arg(long, env = "TRITHUC_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Longest time that a request may take, in seconds, 1 to 600.
    #[arg(long, value_name = "SECONDS")]
    time_limit: Option<u64>,
    /// Do no jobs: `trithuc worker` does them elsewhere.
    #[arg(long)]
    no_worker: bool,
}

/// Serves until it is told to stop. The address goes to standard output as
/// soon as connections are taken.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let jobs = context.config()?.job_settings()?;
    let settings = Settings {
        retention: jobs.retention.clone(),
        ..settings(args, context)?
    };
    let home = context.home()?;
    let library = open(&home, &jobs)?;
    let as_json = context.json;
    let staff = match args.no_worker {
        true => Staff::none(),
        false => Staff::hire(&home, &jobs),
    };
    let (shared, known) = (library.clone(), settings.clone());
    let served = server::serve(args.listen, library, settings, |address| {
        let url = format!("http://{address}/");
        let said = if as_json {
            output::json(&json!({ "listening": url }))
        } else {
            output::line(format!("Tri Thức: {url}"))
        };
        if let Err(error) = said {
            eprintln!("trithuc: listening on {url}, but {error:#}");
        }
        let public = known.public_url.clone();
        let base_url = public.unwrap_or_else(|| url.trim_end_matches('/').to_owned());
        alerting::follow(&context.data, shared, known, base_url);
    });
    staff.dismiss();
    served?;
    Ok(Outcome::Done)
}

/// The stores alone, for work that serves no pages: search by words.
pub(super) fn stores(home: &Home) -> anyhow::Result<Library> {
    let data = &home.data;
    let installation = Installation::open_or_create(home)?;
    let library = Library::new(installation.catalog.clone(), installation.full_text()?);
    let library = library.with_topics(installation.catalog.clone());
    Ok(library.with_terms(installation::terms(data)?))
}

/// The stores of an installation; makes empty ones in a new folder and says so.
fn open(home: &Home, jobs: &JobSettings) -> anyhow::Result<Library> {
    let data = &home.data;
    if !home.has_catalogue() {
        eprintln!(
            "trithuc: `{}` holds no library yet; an empty one is made (fill it with `trithuc ingest`, \
             or name another folder with `--data`)",
            data.display()
        );
    }
    let installation = Installation::open_or_create(home)?;
    let catalogue: Arc<dyn CatalogStore> = installation.catalog.clone();
    let full_text = installation.full_text()?;
    let files = FileStore::new(data.join("files"));
    let reader = Arc::new(extract_worker::pool()?);
    let desk = Desk {
        queue: installation.catalog.clone(),
        import_folders: jobs.import_folders.clone(),
        uploads: Installation::uploads_path(data),
        zone: TimeZone::system(),
    };
    let library = Library::new(catalogue.clone(), full_text)
        .with_desk(desk)
        .with_files(files)
        .with_topics(installation.catalog.clone())
        .with_audit(installation.catalog.clone())
        .with_people(installation.catalog.clone())
        .with_reader(reader);
    let library = library.with_terms(installation::terms(data)?);
    let library = match &installation.opened {
        // A database may be that of several nodes.
        OpenCatalogue::Postgres(catalogue) => library.with_quotas(catalogue.clone()),
        OpenCatalogue::Sqlite(_) => library,
    };
    let meaning = installation.meaning()?;
    let library = match &meaning {
        Some(meaning) => library.with_meaning(meaning.clone()),
        None => {
            eprintln!(
                "trithuc: there is no embedding model here, so search is by words only; fetch one with `trithuc model fetch`"
            );
            library
        }
    };
    let generation = Generation {
        name: installation.model_name()?,
        meaning,
    };
    follow(installation, library.searcher.clone(), generation);
    Ok(library)
}

/// How long the catalogue is left alone when nothing has changed.
const PAUSE: Duration = Duration::from_secs(2);

/// The model that questions are answered by.
struct Generation {
    name: String,
    meaning: Option<Meaning>,
}

/// Keeps the index of meaning up to the catalogue while the pages are served,
/// and cuts over when another model is chosen, on a thread of its own that ends
/// with the program; a step cut off is done again.
fn follow(installation: Installation, searcher: Arc<Searcher>, mut generation: Generation) {
    std::thread::spawn(move || {
        loop {
            if let Err(error) = keep_up(&installation, &searcher, &mut generation) {
                tracing::error!(%error, "the index of meaning cannot follow the catalogue");
                std::thread::sleep(PAUSE * 30);
            }
            std::thread::sleep(PAUSE);
        }
    });
}

fn keep_up(
    installation: &Installation,
    searcher: &Searcher,
    generation: &mut Generation,
) -> anyhow::Result<()> {
    let name = installation.model_name()?;
    if name != generation.name || generation.meaning.is_none() {
        generation.meaning = installation.meaning()?;
        generation.name = name;
        if let Some(meaning) = &generation.meaning {
            searcher.use_meaning(meaning.clone());
        }
    }
    if let Some(meaning) = &generation.meaning {
        vectorising::vectorise(&*installation.catalog, meaning, &ProgressBar::hidden())?;
    }
    Ok(())
}

/// The configuration file, and what the command line says instead.
fn settings(args: &Args, context: &Context) -> anyhow::Result<Settings> {
    let mut settings = context.config()?.server;
    if let Some(url) = &args.public_url {
        settings.public_url = Some(url.clone());
    }
    if let Some(seconds) = args.time_limit {
        settings.time_limit_s = seconds;
    }
    settings
        .checked()
        .map_err(|error| Usage(error.to_string()).into())
}
