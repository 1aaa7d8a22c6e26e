//! The web edge: API, pages, jobs; turns errors into problem documents.
//!
//! In: HTTP requests and the stores of one installation. Out: JSON under
//! `/api/v1`, pages in Vietnamese and English everywhere else.
//!
//! The way of a request: request id and log → security headers → foreign scripts
//! → compression → errors made readable → whose request it is → log of acts → quota of the caller →
//! panics caught → time limit → size limit → handler → a store, on a thread that may block.
//!
//! Invariant: no bytes that a caller sends give a status of 500 or reach a page
//! unescaped; every read of a store carries the clearance of whoever asks.

mod accept;
mod accounts;
mod alerting;
mod api;
mod app;
mod assets;
mod audit;
mod auth;
mod authorities;
mod charts;
mod cors;
mod dcat;
mod decisions;
mod depositing;
mod desk;
mod edge;
mod error;
mod exports;
mod files;
mod generating;
mod limiter;
mod locale;
mod lookup;
mod manuscript;
mod mcp;
mod metadata;
mod oai;
mod oidc;
mod pages;
mod params;
mod privacy;
mod problem;
mod public;
mod resourcesync;
mod router;
mod search_params;
mod serve;
mod settings;
mod signposting;
mod sru;
mod token;
mod typography;
mod upload;
mod visit;
mod words;

pub use accounts::{
    AccountError, Accounts, ApiKey, Role, Scope, UnknownRole, UnknownScope, User, WeakPassword,
};
pub use alerting::{AlertRound, alert_round};
pub use app::Library;
pub use audit::act_name;
pub use desk::Desk;
pub use generating::GeneratorSettings;
pub use oidc::OidcSettings;
pub use privacy::{
    Erased, Eraser, PrivacyError, Retention, Swept, erase, is_known_value, personal_data, sweep,
};
pub use router::router;
pub use serve::{ServeError, serve, wait_for_stop};
pub use settings::{AlertSettings, InvalidSetting, Repository, Settings};
