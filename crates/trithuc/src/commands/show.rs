//! `trithuc show ID`: one record in a format of exchange.

use anyhow::bail;
use catalog::Detail;
use formats::ExportFormat;
use records::{Clearance, RecordId};

use crate::{
    context::Context,
    installation::Installation,
    outcome::{Outcome, Usage},
    output,
};

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Record id.
    id: String,
    /// json, ris, bibtex, csl, marcxml, oai_dc, datacite, schemaorg, csv,
    /// mods, openaire or cerif.
    #[arg(long, default_value = "json", value_name = "FORMAT")]
    format: ExportFormat,
}

/// Prints the record; full text only as JSON.
pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Outcome> {
    let installation = Installation::open(&context.home()?)?;
    let id = RecordId::new(&args.id).map_err(|error| Usage(error.to_string()))?;
    let detail = if args.format == ExportFormat::Json {
        Detail::Full
    } else {
        Detail::Summary
    };
    // Whoever may run this program may read the data folder itself.
    let Some(stored) = installation.catalog.get(&id, Clearance::Staff, detail)? else {
        bail!("there is no record `{id}`; look for it with `trithuc search`");
    };
    output::line(formats::write_one(args.format, &stored.record, None).trim_end())?;
    Ok(Outcome::Done)
}
