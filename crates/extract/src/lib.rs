//! Document bytes to pages of text in reading order.
