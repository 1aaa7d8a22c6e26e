//! What a survey leaves in the catalogue: its report, its worklists, and one
//! point a day for the trend.

use catalog::{Batch, Blob, CatalogStore};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{QualityError, Report, Rule, Scores, Surveyed, Worklist};

const REPORT: &str = "quality/report";
const WORKLIST: &str = "quality/worklist/";
const TREND: &str = "quality/trend/";

/// The scores of the library on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When the last survey of that day was.
    pub at: Timestamp,
    /// Its scores.
    #[serde(flatten)]
    pub scores: Scores,
}

pub(crate) fn keep(catalog: &dyn CatalogStore, surveyed: &Surveyed) -> Result<(), QualityError> {
    let report = &surveyed.report;
    let point = Point {
        at: report.at,
        scores: report.scores.clone(),
    };
    let mut batch = Batch::new(report.at);
    batch.blobs.push(blob(REPORT.to_owned(), report));
    // Days sort like their names; a second survey of a day takes its place.
    let day = report.at.strftime("%Y-%m-%d");
    batch.blobs.push(blob(format!("{TREND}{day}"), &point));
    for (rule, worklist) in &surveyed.worklists {
        batch
            .blobs
            .push(blob(format!("{WORKLIST}{rule}"), worklist));
    }
    catalog.apply(batch)?;
    Ok(())
}

fn blob(name: String, value: &impl Serialize) -> Blob {
    let bytes = serde_json::to_vec(value).expect("scores and texts have only string keys");
    Blob { name, bytes }
}

/// The last report that was kept; `None` before the first.
///
/// # Errors
/// [`QualityError::Damaged`], and the catalogue's.
pub fn last_report(catalog: &dyn CatalogStore) -> Result<Option<Report>, QualityError> {
    Ok(read(catalog, REPORT)?.pop())
}

/// The records that failed a rule when the last report was kept: the
/// [`Worklist::MOST`] worst ones. `None` before the first report.
///
/// # Errors
/// [`QualityError::NoRule`], [`QualityError::Damaged`], and the catalogue's.
pub fn worklist(catalog: &dyn CatalogStore, rule: &str) -> Result<Option<Worklist>, QualityError> {
    let rule =
        Rule::find(rule).ok_or_else(|| QualityError::NoRule(rule.chars().take(40).collect()))?;
    let name = format!("{WORKLIST}{}", rule.id);
    let found = catalog
        .blobs(&name)?
        .into_iter()
        .find(|blob| blob.name == name);
    found.map(parse).transpose()
}

/// The scores of all days on which a report was kept, oldest first.
///
/// # Errors
/// [`QualityError::Damaged`], and the catalogue's.
pub fn trend(catalog: &dyn CatalogStore) -> Result<Vec<Point>, QualityError> {
    read(catalog, TREND)
}

fn read<T: DeserializeOwned>(
    catalog: &dyn CatalogStore,
    prefix: &str,
) -> Result<Vec<T>, QualityError> {
    catalog.blobs(prefix)?.into_iter().map(parse).collect()
}

fn parse<T: DeserializeOwned>(blob: Blob) -> Result<T, QualityError> {
    serde_json::from_slice(&blob.bytes).map_err(|source| QualityError::Damaged {
        name: blob.name,
        source,
    })
}
