//! What every handler shares: the stores, the settings, and the gate that
//! keeps more searches than the machine can do from piling up.

use std::{sync::Arc, time::Duration};

use authorities::SharedRegister;
use catalog::{AuditLog, CatalogError, CatalogStore, Catalogue, QuotaStore, TopicStore};
use extract::DocumentReader;
use index::FullTextStore;
use ingest::FileStore;
use reports::SharedArrivals;
use search::{Meaning, Searcher, Terms};
use tokio::{sync::Semaphore, task, time};

use crate::{
    desk::Desk, error::ApiError, limiter::Limiter, pages::HomeCache, settings::Settings,
    token::Signer,
};

/// The stores of one installation.
#[derive(Clone)]
pub struct Library {
    /// The one truth.
    pub catalogue: Arc<dyn CatalogStore>,
    /// The full-text index derived from it.
    pub full_text: Arc<dyn FullTextStore>,
    /// Answers questions from both.
    pub searcher: Arc<Searcher>,
    /// Topics; `None` in a library that keeps none.
    pub topics: Option<Arc<dyn TopicStore>>,
    /// Persons and institutions.
    pub authorities: Arc<SharedRegister>,
    /// When records arrived.
    pub arrivals: Arc<SharedArrivals>,
    /// Documents of the records; `None` in a library of descriptions only.
    pub files: Option<FileStore>,
    /// Where librarians ask for work; `None` where none is done.
    pub desk: Option<Arc<Desk>>,
    /// Who did what; `None` where nothing is written down.
    pub audit: Option<Arc<dyn AuditLog>>,
    /// The whole of what is kept, to tell a person what is held about them and to
    /// erase it; `None` where that is not possible.
    pub people: Option<Arc<dyn Catalogue>>,
    /// Reads documents that readers send; `None` where only texts are taken.
    pub reader: Option<Arc<dyn DocumentReader + Send>>,
    /// Where nodes tell each other what callers asked for; `None` on a machine
    /// that answers alone.
    pub quotas: Option<Arc<dyn QuotaStore>>,
}

impl Library {
    /// A library over these stores.
    pub fn new(catalogue: Arc<dyn CatalogStore>, full_text: Arc<dyn FullTextStore>) -> Self {
        let searcher = Arc::new(Searcher::new(catalogue.clone(), full_text.clone()));
        Self {
            catalogue,
            full_text,
            searcher,
            topics: None,
            authorities: Arc::default(),
            arrivals: Arc::default(),
            files: None,
            desk: None,
            audit: None,
            people: None,
            reader: None,
            quotas: None,
        }
    }

    /// The library with these synonyms and translations in place of the
    /// program's own.
    #[must_use]
    pub fn with_terms(self, terms: Terms) -> Self {
        let searcher = Searcher::clone(&self.searcher);
        Self {
            searcher: Arc::new(searcher.with_terms(terms)),
            ..self
        }
    }

    /// The library with an index of meaning.
    #[must_use]
    pub fn with_meaning(self, meaning: Meaning) -> Self {
        let searcher = Searcher::clone(&self.searcher);
        Self {
            searcher: Arc::new(searcher.with_meaning(meaning)),
            ..self
        }
    }

    /// The library with a reader of documents that are sent to be compared.
    #[must_use]
    pub fn with_reader(self, reader: Arc<dyn DocumentReader + Send>) -> Self {
        Self {
            reader: Some(reader),
            ..self
        }
    }

    /// The library as one of several nodes, which share what callers may ask for.
    #[must_use]
    pub fn with_quotas(self, quotas: Arc<dyn QuotaStore>) -> Self {
        Self {
            quotas: Some(quotas),
            ..self
        }
    }

    /// The library with a log of acts.
    #[must_use]
    pub fn with_audit(self, audit: Arc<dyn AuditLog>) -> Self {
        Self {
            audit: Some(audit),
            ..self
        }
    }

    /// The library that can tell and erase what it holds about people.
    #[must_use]
    pub fn with_people(self, people: Arc<dyn Catalogue>) -> Self {
        Self {
            people: Some(people),
            ..self
        }
    }

    /// The library with its topics.
    #[must_use]
    pub fn with_topics(self, topics: Arc<dyn TopicStore>) -> Self {
        Self {
            topics: Some(topics),
            ..self
        }
    }

    /// The library with a desk where librarians ask for work.
    #[must_use]
    pub fn with_desk(self, desk: Desk) -> Self {
        Self {
            desk: Some(Arc::new(desk)),
            ..self
        }
    }

    /// The library with the documents of its records.
    #[must_use]
    pub fn with_files(self, files: FileStore) -> Self {
        Self {
            files: Some(files),
            ..self
        }
    }
}

/// How long a request waits for its turn before it is sent away.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Answers that a machine writes at the same time: it is slow, and one machine.
const MOST_WRITERS: usize = 2;

/// What every handler shares.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) home: HomeCache,
    pub(crate) limiter: Limiter,
    /// Tries to sign in.
    pub(crate) sign_ins: Limiter,
    pub(crate) signer: Signer,
    library: Library,
    gate: Arc<Semaphore>,
    /// Answers that are being written.
    writers: Arc<Semaphore>,
}

impl App {
    pub(crate) fn new(library: Library, settings: Settings) -> Result<Self, CatalogError> {
        let gate = Arc::new(Semaphore::new(settings.n_readers.max(1)));
        Ok(Self {
            settings,
            home: HomeCache::default(),
            limiter: Limiter::default(),
            sign_ins: Limiter::default(),
            signer: Signer::of(&*library.catalogue)?,
            library,
            gate,
            writers: Arc::new(Semaphore::new(MOST_WRITERS)),
        })
    }

    /// The log of acts.
    pub(crate) fn log(&self) -> Option<Arc<dyn AuditLog>> {
        self.library.audit.clone()
    }

    /// Runs the asking of the machine that writes answers; the stores do not
    /// wait for it.
    ///
    /// # Errors
    /// [`ApiError::Busy`] when its turn does not come in time.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = time::timeout(LONGEST_WAIT, self.writers.clone().acquire_owned()).await;
        let Ok(Ok(permit)) = turn else {
            return Err(ApiError::Busy { retry_after_s: 15 });
        };
        let done = task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(ApiError::internal)
    }

    /// Runs `work` on a thread that may block, when its turn comes.
    ///
    /// # Errors
    /// [`ApiError::Busy`] when the turn does not come in time; a panic of
    /// `work` becomes [`ApiError::Internal`].
    pub(crate) async fn ask<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Library) -> Result<T, ApiError> + Send + 'static,
    {
        let turn = time::timeout(LONGEST_WAIT, self.gate.clone().acquire_owned()).await;
        let Ok(Ok(permit)) = turn else {
            return Err(ApiError::Busy { retry_after_s: 5 });
        };
        let library = self.library.clone();
        let done = task::spawn_blocking(move || {
            // Held by the work itself: a caller that gives up does not make
            // room for more work while this still runs.
            let _permit = permit;
            work(&library)
        });
        done.await.map_err(ApiError::internal)?
    }
}
