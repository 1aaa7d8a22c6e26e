//! Derived, rebuildable indexes: full text on tantivy.
