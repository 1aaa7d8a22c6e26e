//! The one binary: command line, web service and workers.
fn main() {}
