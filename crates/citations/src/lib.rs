//! Citations of records, ready to copy, in the styles that journals ask for.
//!
//! The styles are those of the Citation Style Language (CSL 1.0.2), set by
//! `hayagriva`, which carries them with the terms of Vietnamese and English.
//! Vietnamese names stay in their natural order, family name first, and are
//! never cut to initials; all others follow the style.

mod item;
mod render;
mod style;

pub use render::{Citation, CitationError, Stretch, cite};
pub use style::{Style, UnknownStyle};
