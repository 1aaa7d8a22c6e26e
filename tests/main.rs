//! Whole-product tests, one binary: the real program, the real server, real
//! data where it is there.
//!
//! * `architecture`: layers, file heads, sizes, forbidden calls.

mod architecture;
