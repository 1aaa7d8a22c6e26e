//! One register for many readers, read anew when somebody has acted.

use std::sync::{Arc, Mutex, PoisonError};

use catalog::CatalogStore;

use crate::{AuthorityError, Register, register::state};

/// The register of a catalogue, as it is now.
#[derive(Debug, Default)]
pub struct SharedRegister {
    held: Mutex<Option<Arc<Register>>>,
}

impl SharedRegister {
    /// The register; read from the catalogue only after an act.
    ///
    /// # Errors
    /// [`AuthorityError::Damaged`], and the catalogue's.
    pub fn current(&self, catalog: &dyn CatalogStore) -> Result<Arc<Register>, AuthorityError> {
        let state = state(catalog)?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(register) = held.as_ref().filter(|register| register.state == state) {
            return Ok(register.clone());
        }
        let fresh = Arc::new(Register::load(catalog)?);
        *held = Some(fresh.clone());
        Ok(fresh)
    }
}
