//! What a library tells about a subject over the years.
//!
//! In: a selection (a topic, a group, a query), the stores, and what may be
//! seen. Out: a report as HTML, PDF, CSV or XLSX, every figure stamped with the
//! selection, the state of the catalogue and the hash of the methods.
//!
//! selection → material (counts, from the stores) → study (numbers, crate
//! `trends`) → report (blocks of text, charts, tables) → a file.
//!
//! Invariant: the same library, selection, language, year and clearance give
//! the same bytes. No clock.

mod alerts;
mod arrivals;
mod drawing;
mod emerging;
mod format;
mod html;
mod lags;
mod material;
mod pdf;
mod report;
mod selection;
mod sentences;
mod sheets;
mod typeset;
mod words;

pub use alerts::{AlertKind, TrendAlert, Unwatchable, trend_alerts, watched};
pub use arrivals::{SharedArrivals, correct};
pub use emerging::{By, EmergingGroup, EmergingGroups, UnknownBy, emerging_groups};
pub use format::{ReportFormat, UnknownReportFormat, WriteError};
pub use lags::{TypeLag, lags};
pub use material::{Counted, GatherError, Material, Sources, count, gather};
pub use report::{Report, ReportOptions, method_hash, report};
pub use selection::{InvalidSelection, Selection};
pub use sentences::{backtest, refusal, sentences};
pub use words::{Language, UnknownLanguage};
