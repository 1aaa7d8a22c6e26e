//! Whole-product tests; each module says what it is for.
