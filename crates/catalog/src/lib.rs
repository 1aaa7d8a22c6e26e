//! The one truth: records with versions, a change sequence, tombstones, jobs, provenance.
