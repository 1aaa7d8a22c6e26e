//! Bibliographic and dataset formats, both ways, as pure functions over bytes.
