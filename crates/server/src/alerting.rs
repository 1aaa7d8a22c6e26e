//! Saved searches at the web edge: who owns them, the addresses that open their
//! feeds and letters, the words of their news, and one round of looking and
//! telling.

use std::sync::Arc;

use alerts::{
    About, AlertError, Alerts, Delivered, Delivery, Happening, Letter, Looked, Mailer, News,
    SavedSearch, Standing, TrendWatch, WebhookSender, Wording,
};
use catalog::CatalogError;
use jiff::{SignedDuration, Timestamp};
use records::Clearance;
use reports::{GatherError, Language, trend_alerts};

use crate::{
    accounts::{AccountError, Accounts},
    app::{App, Library},
    error::ApiError,
    locale::Locale,
    pages::record_url,
    params::{Params, encode},
    settings::Settings,
    token::Signer,
    typography::number,
    words::fill,
};

/// Purpose of the tokens in addresses of feeds.
const FEED: &str = "saved-feed";
/// Purpose of the tokens in letters.
const LETTER: &str = "saved-letter";

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlertRound {
    /// What was found.
    pub looked: Looked,
    /// What was told.
    pub delivered: Delivered,
}

/// Looks what is new for every saved search, and tells it by every way that is
/// due. One process at a time: the caller sees to that.
///
/// * `base_url`: where readers reach the library, no slash at the end.
///
/// # Errors
/// When a store fails. A receiver that fails is tried again in a later round.
pub fn alert_round(
    library: &Library,
    settings: &Settings,
    base_url: &str,
) -> Result<AlertRound, AlertError> {
    let alerts = Alerts::new(library.catalogue.clone());
    let accounts = Accounts::new(library.catalogue.clone());
    let clearance_of = |owner: &str| clearance_of(&accounts, owner);
    let every = i64::try_from(settings.alerts.trends_interval_s).unwrap_or(i64::MAX);
    let looked = alerts::look(
        &alerts,
        &library.searcher,
        &*library.full_text,
        &clearance_of,
        &TrendWatch {
            every: SignedDuration::from_secs(every),
            standing: &|| standing(library),
            more: &more_trends,
        },
        Timestamp::now(),
    )?;
    let mailer = settings.mail.as_ref().map(Mailer::new).transpose();
    let mailer = mailer.unwrap_or_else(|(name, reason)| {
        tracing::error!(name, reason, "letters cannot be sent");
        None
    });
    let signer = Signer::of(&*library.catalogue)?;
    let delivery = Delivery {
        alerts: &alerts,
        clearance_of: &clearance_of,
        webhooks: &WebhookSender::new(settings.alerts.allow_private_webhooks),
        mailer: mailer.as_ref(),
        wording: &Telling { base_url, signer },
        now: &Timestamp::now,
    };
    let delivered = delivery.deliver()?;
    Ok(AlertRound { looked, delivered })
}

/// What stands of trends, of open records: whoever watches may be told.
fn standing(library: &Library) -> Result<Vec<Standing>, AlertError> {
    let sources = reports::Sources {
        searcher: &library.searcher,
        catalogue: &*library.catalogue,
        topics: library.topics.as_deref().map(|topics| topics as _),
        register: library
            .authorities
            .current(&*library.catalogue)
            .map_err(damaged)?,
        arrivals: library.arrivals.clone(),
        clearance: Clearance::Public,
    };
    let year = i32::from(jiff::Zoned::now().year());
    let found = trend_alerts(&sources, year).map_err(|error| match error {
        GatherError::Catalog(error) => AlertError::Catalogue(error),
        GatherError::Search(error) => AlertError::Search(error),
        other => damaged(other),
    })?;
    let standing = found.iter().map(|alert| Standing {
        key: alert.key(),
        subject: alert.selection.clone(),
        notice: Happening::Notice {
            topic: alert.kind.to_string(),
            title_vi: alert.sentence(Language::Vi),
            title_en: alert.sentence(Language::En),
            link: format!("/trends?of={}", encode(&alert.selection)),
        },
    });
    Ok(standing.collect())
}

/// What is kept beside the records cannot be read.
fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> AlertError {
    AlertError::Catalogue(CatalogError::Corrupt {
        place: "what trends are counted from".to_owned(),
        source: Box::new(error),
    })
}

/// So many that the rest is told by its number.
fn more_trends(n_more: usize) -> Happening {
    let words = |locale: Locale| {
        let n = number(n_more as u64, locale);
        fill(locale.words().trends.more_alerts, &[("n", &n)])
    };
    Happening::Notice {
        topic: "more".to_owned(),
        title_vi: words(Locale::Vi),
        title_en: words(Locale::En),
        link: "/trends/alerts".to_owned(),
    }
}

/// What an owner may see now; `None` while the account is closed or gone.
pub(crate) fn clearance_of(
    accounts: &Accounts,
    owner: &str,
) -> Result<Option<Clearance>, AlertError> {
    let user = accounts.user(owner).map_err(|error| match error {
        AccountError::Catalogue(error) => AlertError::Catalogue(error),
        other => AlertError::Catalogue(CatalogError::Corrupt {
            place: "an account".to_owned(),
            source: Box::new(other),
        }),
    })?;
    let open = user.filter(|user| !user.disabled);
    Ok(open.map(|user| user.role.clearance()))
}

impl App {
    /// Asks the saved searches, on a thread that may block.
    pub(crate) async fn alerts<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Alerts) -> Result<T, AlertError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let asked = self.ask(move |library| {
            let alerts = Alerts::new(library.catalogue.clone());
            Ok(ask(&alerts))
        });
        asked.await?.map_err(ApiError::from)
    }
}

impl From<AlertError> for ApiError {
    fn from(error: AlertError) -> Self {
        match error {
            AlertError::Refused { field, message } => Self::Refused {
                parameter: field,
                message,
            },
            AlertError::NotFound(_) => Self::AccountNotFound {
                message: error.to_string(),
            },
            error
            @ (AlertError::Catalogue(_) | AlertError::FullText(_) | AlertError::Search(_)) => {
                Self::unavailable(error)
            }
        }
    }
}

/// The address of a feed, without the host: whoever has it reads as the owner,
/// until the owner makes another.
pub(crate) fn feed_path(signer: &Signer, saved: &SavedSearch) -> String {
    let says = format!("{}/{}/{}", saved.owner, saved.id, saved.feed_generation);
    format!("/feeds/{}.atom", signer.seal(FEED, &says))
}

/// The saved search whose feed an address opens.
pub(crate) fn of_feed(
    signer: &Signer,
    alerts: &Alerts,
    token: &str,
) -> Result<Option<SavedSearch>, AlertError> {
    let Some(says) = signer.open(FEED, token) else {
        return Ok(None);
    };
    let mut parts = says.split('/');
    let (owner, id) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let generation = parts.next().and_then(|n| n.parse().ok());
    match alerts.get(owner, id) {
        Ok(saved) => Ok(Some(saved).filter(|s| Some(s.feed_generation) == generation)),
        Err(AlertError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Owner, saved search and address that a letter's token speaks of.
pub(crate) fn of_letter(signer: &Signer, token: &str) -> Option<[String; 3]> {
    let says = signer.open(LETTER, token)?;
    let mut parts = says.splitn(3, '/').map(str::to_owned);
    Some([parts.next()?, parts.next()?, parts.next()?])
}

/// The language of a saved search.
pub(crate) fn locale_of(saved: &SavedSearch) -> Locale {
    Locale::from_code(&saved.language).unwrap_or(Locale::Vi)
}

/// The page of results of a saved search, newest first, or of what is watched,
/// without the host.
pub(crate) fn search_path(saved: &SavedSearch) -> String {
    if saved.about == About::Trends {
        return match saved.query.as_str() {
            "" => "/trends/alerts".to_owned(),
            subject => format!("/trends?of={}", encode(subject)),
        };
    }
    let params = Params::default().adding("q", &saved.query);
    let filters = saved.filters.iter();
    let params = filters.fold(params, |params, filter| params.adding("filter", filter));
    params.adding("sort", "newest").to_url("/search")
}

/// Words and addresses of news.
pub(crate) struct Telling<'a> {
    pub(crate) base_url: &'a str,
    pub(crate) signer: Signer,
}

/// What happened, and where to read on: a path, or a whole address.
pub(crate) fn line(saved: &SavedSearch, news: &News) -> (String, String) {
    let locale = locale_of(saved);
    let words = &locale.words().saved;
    match (&news.event.what, &news.record) {
        (Happening::Record { id }, Some(record)) => {
            let title = record.display_title(&locale.lang()).to_owned();
            (title, record_url(id))
        }
        (Happening::Record { id }, None) => (id.to_string(), record_url(id)),
        (Happening::More { n_records }, _) => {
            let n = number(*n_records, locale);
            (fill(words.more, &[("n", &n)]), search_path(saved))
        }
        (
            Happening::Notice {
                title_vi,
                title_en,
                link,
                ..
            },
            _,
        ) => {
            let title = if locale == Locale::Vi {
                title_vi
            } else {
                title_en
            };
            (title.clone(), link.clone())
        }
    }
}

impl Telling<'_> {
    fn letter_url(&self, saved: &SavedSearch) -> String {
        let address = saved.mail.as_ref().map_or("", |mail| mail.address.as_str());
        let says = format!("{}/{}/{address}", saved.owner, saved.id);
        format!(
            "{}/letters/{}",
            self.base_url,
            self.signer.seal(LETTER, &says)
        )
    }
}

impl Wording for Telling<'_> {
    fn line(&self, saved: &SavedSearch, news: &News) -> (String, String) {
        let (title, path) = line(saved, news);
        (title, format!("{}{path}", self.base_url))
    }

    fn search_url(&self, saved: &SavedSearch) -> String {
        format!("{}{}", self.base_url, search_path(saved))
    }

    fn letter(&self, saved: &SavedSearch, news: &[News]) -> Letter {
        let locale = locale_of(saved);
        let w = locale.words();
        let n = number(news.len() as u64, locale);
        let gaps = [("name", saved.name.as_str()), ("n", &n)];
        let (lead, subject) = match saved.about {
            About::Records => (w.saved.letter_lead, w.saved.letter_subject),
            About::Trends => (w.trends.letter_lead, w.trends.letter_subject),
        };
        let mut text = fill(lead, &gaps);
        text.push_str("\n\n");
        // The newest first, as on the page.
        for one in news.iter().rev() {
            let (title, link) = self.line(saved, one);
            text.push_str(&format!("• {title}\n  {link}\n\n"));
        }
        let unsubscribe_url = self.letter_url(saved);
        let search = self.search_url(saved);
        let gaps = [("search", search.as_str()), ("url", &unsubscribe_url)];
        text.push_str(&fill(w.saved.letter_foot, &gaps));
        Letter {
            subject: format!("{subject}: {} – {}", saved.name, w.site.name),
            text,
            unsubscribe_url,
        }
    }

    fn question(&self, saved: &SavedSearch) -> Letter {
        let w = locale_of(saved).words();
        let url = self.letter_url(saved);
        let gaps = [
            ("name", saved.name.as_str()),
            ("owner", &saved.owner),
            ("url", &url),
        ];
        Letter {
            subject: format!("{} – {}", w.saved.question_subject, w.site.name),
            text: fill(w.saved.question_text, &gaps),
            unsubscribe_url: url,
        }
    }
}

/// The saved searches of a library.
pub(crate) fn alerts_of(library: &Library) -> Alerts {
    Alerts::new(Arc::clone(&library.catalogue))
}
