//! Where tables name accounts, beside the named values and the log of acts:
//! who asked for a job, who did something to a topic, and, in records of earlier
//! programs, who handed a record in.

use records::RecordId;

use crate::{CatalogError, Job, TopicEvent};

/// Where a deposited record comes from. Earlier programs wrote
/// `deposit by NAME`, which everybody could read.
pub const DEPOSITED: &str = "deposit";

/// Tables that name accounts.
pub trait AccountNames: Send + Sync {
    /// Jobs that an account asked for, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn jobs_of(&self, name: &str) -> Result<Vec<Job>, CatalogError>;

    /// What an account did to topics, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn topic_events_of(&self, name: &str) -> Result<Vec<TopicEvent>, CatalogError>;

    /// Puts another name in the place of an account's wherever a table holds it;
    /// the records of `deposited`, in all their versions, come from
    /// [`DEPOSITED`] afterwards, without being changed otherwise. Gives how many
    /// rows named the account.
    ///
    /// # Errors
    /// Nothing is changed after any error.
    fn rename_account(
        &self,
        from: &str,
        to: &str,
        deposited: &[RecordId],
    ) -> Result<u64, CatalogError>;

    /// Takes what was removed off the disk, as far as the database leaves that to
    /// its users.
    ///
    /// # Errors
    /// When the database cannot be written.
    fn scrub(&self) -> Result<(), CatalogError>;
}
