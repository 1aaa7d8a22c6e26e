//! How good the records of a library are, by the six criteria *đúng, đủ, sạch,
//! sống, thống nhất, dùng chung*.
//!
//! Every criterion is a list of written [`Rule`]s; a rule looks at one record
//! and says that it holds, fails, or asks nothing of it. Scores follow from the
//! verdicts alone, so that each point lost can be named. Pure functions but for
//! [`survey`], which reads a catalogue and keeps what it finds there.

mod census;
mod criterion;
mod error;
mod judgement;
mod kept;
mod report;
mod rule;
mod rules;
mod survey;

pub use census::Census;
pub use criterion::Criterion;
pub use error::QualityError;
pub use judgement::{Judgement, judge};
pub use kept::{Point, last_report, trend, worklist};
pub use report::{Entry, Report, RuleCount, Scores, Worklist};
pub use rule::{Look, Rule, Verdict, Words};
pub use survey::{Surveyed, survey, survey_and_keep};
