//! Subjects: codes of classification schemes (S&T fields, IPC) suggested for
//! records that have none, with how sure the program is. People accept or
//! reject; what they decide is logged, taken back at will, and learnt from.
//!
//! The classifier is ours and small: logistic regression, one code against the
//! others, over the words and word pairs of titles, abstracts and keywords in
//! whatever language, taught by the library's own classified records and a few
//! lines of seed words. The same records give the same suggestions.

mod decide;
mod error;
mod features;
mod learner;
mod model;
mod scheme;
mod suggest;
#[cfg(test)]
mod tests;

pub use decide::{Decision, decide, decisions, undo};
pub use error::SubjectError;
pub use features::{Features, features, features_of_text};
pub use learner::{Example, Label, learn};
pub use model::{Guess, Model};
pub use scheme::{Entry, IPC, KHCN, Scheme, load, scheme};
pub use suggest::{Run, Suggestion, seeds, suggest, suggestions, taught};
