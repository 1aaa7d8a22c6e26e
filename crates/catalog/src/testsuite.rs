//! The laws of the seams, each a function that every implementation runs.

mod audit;
mod jobs;
mod laws;
mod naming;
mod quotas;
mod topics;

pub use audit::run_all as run_audit_laws;
pub use jobs::run_all as run_job_queue_laws;
pub use laws::run_all as run_catalog_laws;
pub use naming::run_all as run_account_names_laws;
pub use quotas::run_all as run_quota_laws;
pub use topics::run_topic_laws;
