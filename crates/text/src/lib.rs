//! Vietnamese-aware text: normalise, tokenise, segment, restore accents, repair encodings, detect language.
