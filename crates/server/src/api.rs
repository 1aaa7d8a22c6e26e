//! The API under `/api/v1`: what the pages do, for programs.

pub(crate) mod accounts;
pub(crate) mod answers;
pub(crate) mod authorities;
pub(crate) mod changes;
pub(crate) mod citation;
pub(crate) mod collections;
pub(crate) mod compare;
pub(crate) mod croissant;
pub(crate) mod duplicates;
pub(crate) mod export;
pub(crate) mod health;
pub(crate) mod jobs;
pub(crate) mod links;
pub(crate) mod openapi;
mod order_schema;
pub(crate) mod quality;
pub(crate) mod record;
pub(crate) mod reply;
pub(crate) mod reports;
pub(crate) mod saved;
pub(crate) mod search;
pub(crate) mod similar;
pub(crate) mod sources;
pub(crate) mod status;
pub(crate) mod subjects;
pub(crate) mod topics;
pub(crate) mod trends;
