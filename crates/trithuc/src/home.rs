//! Where an installation lives: its data folder, and the catalogue in it or in
//! a database elsewhere.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use catalog::{CatalogError, Catalogue, PostgresAddress, PostgresCatalog, SqliteCatalog};

/// The address of a catalogue as somebody wrote it: never shown, because it may
/// hold a password.
#[derive(Clone)]
pub(crate) struct AddressText(pub(crate) String);

impl fmt::Debug for AddressText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl FromStr for AddressText {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// Where an installation lives.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    /// Data folder; need not exist yet.
    pub(crate) data: PathBuf,
    /// The catalogue.
    pub(crate) catalogue: Place,
}

/// Where a catalogue lies.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Database(Box<PostgresAddress>),
}

impl Home {
    /// With everything in one folder.
    pub(crate) fn in_folder(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            catalogue: Place::File(data.join("catalogue.sqlite")),
        }
    }

    /// Whether there is a catalogue, as far as can be known without opening it.
    pub(crate) fn has_catalogue(&self) -> bool {
        match &self.catalogue {
            Place::File(path) => path.exists(),
            Place::Database(_) => true,
        }
    }
}

impl Place {
    /// Opens the catalogue, or makes an empty one.
    pub(crate) fn open(&self) -> Result<OpenCatalogue, CatalogError> {
        Ok(match self {
            Self::File(path) => OpenCatalogue::Sqlite(Arc::new(SqliteCatalog::open(path)?)),
            Self::Database(address) => {
                OpenCatalogue::Postgres(Arc::new(PostgresCatalog::connect(address)?))
            }
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Database(address) => address.fmt(f),
        }
    }
}

/// An opened catalogue, for what only its engine can do.
#[derive(Clone)]
pub(crate) enum OpenCatalogue {
    Sqlite(Arc<SqliteCatalog>),
    Postgres(Arc<PostgresCatalog>),
}

impl OpenCatalogue {
    /// The catalogue, whatever it lies in.
    pub(crate) fn shared(&self) -> Arc<dyn Catalogue> {
        match self {
            Self::Sqlite(catalogue) => catalogue.clone(),
            Self::Postgres(catalogue) => catalogue.clone(),
        }
    }

    /// Looks for damage.
    pub(crate) fn verify(&self) -> Result<(), CatalogError> {
        match self {
            Self::Sqlite(catalogue) => catalogue.verify(),
            Self::Postgres(catalogue) => catalogue.verify(),
        }
    }

    /// Writes a whole copy into a new SQLite file, while others read and write.
    pub(crate) fn copy_to(&self, path: &Path) -> Result<(), CatalogError> {
        match self {
            Self::Sqlite(catalogue) => catalogue.copy_to(path),
            Self::Postgres(catalogue) => {
                let copy = SqliteCatalog::open(path)?;
                catalog::copy_store(&**catalogue, &copy, &|_, _| {}).map(drop)
            }
        }
    }

    /// Copies everything into an empty catalogue; see [`catalog::copy_store`].
    pub(crate) fn copy_into(
        &self,
        to: &Self,
        tell: &dyn Fn(&'static str, u64),
    ) -> Result<catalog::Copied, CatalogError> {
        match (self, to) {
            (Self::Sqlite(from), Self::Sqlite(to)) => catalog::copy_store(&**from, &**to, tell),
            (Self::Sqlite(from), Self::Postgres(to)) => catalog::copy_store(&**from, &**to, tell),
            (Self::Postgres(from), Self::Sqlite(to)) => catalog::copy_store(&**from, &**to, tell),
            (Self::Postgres(from), Self::Postgres(to)) => catalog::copy_store(&**from, &**to, tell),
        }
    }
}
