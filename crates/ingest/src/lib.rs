//! From files and harvests into the catalogue, and from the catalogue into the indexes.
