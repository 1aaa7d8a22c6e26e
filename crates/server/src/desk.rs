//! The desk where librarians ask for work: jobs, sources, files they send. The
//! work itself is done by workers, in this process or beside it.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use catalog::{Job, JobId, JobQueue};
use jiff::{Timestamp, tz::TimeZone};
use jobs::{JobsError, Order, enqueue};

use crate::{
    app::Library,
    error::{ApiError, shown},
};

/// Where librarians ask for work.
#[derive(Clone)]
pub struct Desk {
    /// The jobs.
    pub queue: Arc<dyn JobQueue>,
    /// Folders of the server whose files may be taken in.
    pub import_folders: Vec<PathBuf>,
    /// Where files that are sent wait.
    pub uploads: PathBuf,
    /// Where times of day are meant.
    pub zone: TimeZone,
}

/// The desk of a library that has one.
///
/// # Errors
/// [`ApiError::NoSuchPage`] in a library without.
pub(crate) fn desk(library: &Library) -> Result<&Desk, ApiError> {
    library.desk.as_deref().ok_or(ApiError::NoSuchPage)
}

/// Queues an order of an account.
///
/// # Errors
/// [`ApiError::Refused`] names the part at fault.
pub(crate) fn ask_for(library: &Library, order: Order, asked_by: &str) -> Result<Job, ApiError> {
    let desk = desk(library)?;
    order.check()?;
    let order = match order {
        Order::Ingest {
            paths,
            collection,
            access,
            record_type,
        } => Order::Ingest {
            paths: allowed_paths(desk, &paths)?,
            collection,
            access,
            record_type,
        },
        Order::Harvest { source, full } => {
            jobs::source(&*library.catalogue, &source)?;
            Order::Harvest { source, full }
        }
        order => order,
    };
    queue(desk, &order, asked_by)
}

/// Queues the taking in of a file that was sent.
///
/// # Errors
/// See [`ask_for`].
pub(crate) fn ask_for_upload(
    library: &Library,
    path: &Path,
    order: impl FnOnce(Vec<String>) -> Order,
    asked_by: &str,
) -> Result<Job, ApiError> {
    let whole = path.canonicalize().map_err(ApiError::unavailable)?;
    let order = order(vec![whole.to_string_lossy().into_owned()]);
    queue(desk(library)?, &order, asked_by)
}

fn queue(desk: &Desk, order: &Order, asked_by: &str) -> Result<Job, ApiError> {
    let id = enqueue(&*desk.queue, order, Some(asked_by), Timestamp::now())?;
    let job = desk.queue.job(id).map_err(ApiError::unavailable)?;
    job.ok_or(ApiError::NoSuchPage)
}

/// Paths as the disk knows them, links and `..` resolved, all of them below a
/// folder that the operator allows. Whether another path exists is not said.
fn allowed_paths(desk: &Desk, paths: &[String]) -> Result<Vec<String>, ApiError> {
    let folders = desk.import_folders.iter();
    let folders: Vec<PathBuf> = folders
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    let allowed = |path: &String| {
        let whole = Path::new(path).canonicalize().ok();
        let whole = whole.filter(|whole| folders.iter().any(|folder| whole.starts_with(folder)));
        let whole = whole.and_then(|whole| whole.into_os_string().into_string().ok());
        whole.ok_or_else(|| ApiError::Refused {
            parameter: "paths",
            message: format!(
                "`{}` is no path below a folder that files may be taken in from; the operator \
                 names those folders in `jobs.import_folders`",
                shown(path)
            ),
        })
    };
    paths.iter().map(allowed).collect()
}

/// Keeps a file that was sent until it is taken in, in a folder of its own that
/// its hash names.
///
/// # Errors
/// [`ApiError::Unavailable`] when it cannot be written.
pub(crate) fn keep_upload(desk: &Desk, name: &str, bytes: &[u8]) -> Result<PathBuf, ApiError> {
    let hash = blake3::hash(bytes).to_hex();
    let folder = desk.uploads.join(&hash[..32]);
    let path = folder.join(file_name(name));
    let write = || {
        std::fs::create_dir_all(&folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&desk.uploads)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)
    };
    write().map_err(ApiError::unavailable)?;
    Ok(path)
}

/// A name that is one plain file name, whatever was sent.
pub(crate) fn file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = last.chars().filter(|c| !c.is_control()).take(100);
    let plain: String = plain.collect();
    let plain = plain.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if plain.is_empty() {
        "tep".to_owned()
    } else {
        plain.to_owned()
    }
}

/// The number of a job out of a path.
///
/// # Errors
/// [`ApiError::NoSuchPage`].
pub(crate) fn job_id(raw: &str) -> Result<JobId, ApiError> {
    raw.parse().map(JobId).map_err(|_| ApiError::NoSuchPage)
}

impl From<JobsError> for ApiError {
    fn from(error: JobsError) -> Self {
        match &error {
            JobsError::Invalid { name, .. } => Self::Refused {
                parameter: name,
                message: error.to_string(),
            },
            JobsError::NoSource(_) => Self::Refused {
                parameter: "source",
                message: error.to_string(),
            },
            JobsError::Damaged { .. } => Self::internal(error),
            JobsError::Catalog(_) => Self::unavailable(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_name_never_leaves_its_folder() {
        for (sent, kept) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\a.pdf", "a.pdf"),
            ("..", "tep"),
            ("", "tep"),
            ("a\0b\n.pdf", "ab.pdf"),
            ("Luận án.pdf", "Luận án.pdf"),
        ] {
            assert_eq!(file_name(sent), kept);
        }
    }
}
