//! Saved searches and their alerts: what a person wants to hear of, what is new
//! for it, and the ways by which the news travel.
//!
//! In: saved searches of accounts, and the changes of the catalogue. Out: events
//! that a feed shows, that a signed webhook receives and that letters tell.
//!
//! The way of the news: changes of the catalogue that the full text knows →
//! those that the owner may see and did not see before → those that the search
//! finds → events, written in one batch with the place up to which was looked →
//! each channel from its own cursor, tried again with growing pauses.
//!
//! Invariant: every event is written once, whenever the program is killed; a
//! channel hears of it at least once, and twice only with the same id; no event
//! tells of a record that its owner may not see when it is read.

mod delivery;
mod error;
mod event;
mod look;
mod mail;
mod saved;
mod shelf;
mod watch;
mod webhook;

pub use delivery::{Delivered, Delivery, Letter, News, Wording};
pub use error::AlertError;
pub use event::{Event, Happening};
pub use look::{Looked, look};
pub use mail::{MailSettings, Mailer, SmtpSecurity};
pub use saved::{Channel, Mail, SavedId, SavedSearch, State, Webhook, Wish};
pub use shelf::Alerts;
pub use watch::{About, Standing, TrendWatch, TrendsSeen};
pub use webhook::{Signature, WebhookSender, is_public, sign};
