//! The web edge: API, pages, jobs; turns errors into problem documents.
