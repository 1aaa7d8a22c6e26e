//! How far a harvest is: kept in the catalogue, written with each page.

use catalog::{Blob, CatalogStore};
use serde::{Deserialize, Serialize};

use crate::{HarvestError, HarvestRequest, window::Window};

/// How far a harvest is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    /// What is harvested, for whoever reads the checkpoint.
    pub(crate) request: String,
    /// What is left, the next one last.
    pub(crate) windows: Vec<Window>,
    /// Where the next window goes on; `None` at its start.
    pub(crate) token: Option<String>,
    /// The clock of the source when the harvest under way began; `None` when
    /// none is.
    pub(crate) began_at: Option<String>,
    /// What changed at the source before this is here.
    pub(crate) complete_until: Option<String>,
    /// Records that ever came.
    pub(crate) n_records: u64,
}

/// The name of a checkpoint: other requests have others.
#[derive(Debug, Clone)]
pub(crate) struct StateName {
    name: String,
    request: String,
}

impl StateName {
    pub(crate) fn new(request: &HarvestRequest) -> Self {
        let words = [
            Some(&request.url),
            Some(&request.prefix),
            request.set.as_ref(),
            request.from.as_ref(),
            request.until.as_ref(),
        ];
        let request = serde_json::to_string(&words).expect("words are plain data");
        let hash = blake3::hash(request.as_bytes()).to_hex();
        Self {
            name: format!("checkpoint/harvest/{hash}"),
            request,
        }
    }

    /// One that this program cannot read is as good as none: everything is
    /// harvested again, which changes nothing that is there.
    pub(crate) fn load(&self, catalog: &dyn CatalogStore) -> Result<State, HarvestError> {
        let found = catalog.blobs(&self.name)?;
        let read = found
            .first()
            .and_then(|blob| serde_json::from_slice(&blob.bytes).ok());
        Ok(read.unwrap_or_default())
    }

    pub(crate) fn blob(&self, state: &State) -> Blob {
        let state = State {
            request: self.request.clone(),
            ..state.clone()
        };
        Blob {
            name: self.name.clone(),
            bytes: serde_json::to_vec(&state).expect("a state is plain data"),
        }
    }
}
