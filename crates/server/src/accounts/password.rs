//! Passwords: argon2id with 19 MiB, two passes, one lane, the first choice of
//! the OWASP Password Storage Cheat Sheet and the default of the library.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

/// Shortest password in characters (NIST SP 800-63B, for passwords that stand
/// alone, asks for 15 or for 8 with a second factor; 12 is what libraries take
/// in practice).
const LEAST_CHARS: usize = 12;
/// Longest password in bytes: hashing must not be a way to keep us busy.
const MOST_BYTES: usize = 1_024;

/// A password that could be guessed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short or too long.
    #[error("password has {n_chars} characters; use at least {LEAST_CHARS}, such as four words")]
    Length {
        /// Its length in characters.
        n_chars: usize,
    },
    /// One character, or the account's own name, over and over.
    #[error(
        "password repeats itself or the account's name; use words that have nothing to do with it"
    )]
    Plain,
}

/// The hash to keep, in the PHC form.
pub(super) fn hash(name: &str, password: &str) -> Result<String, WeakPassword> {
    let n_chars = password.chars().count();
    if n_chars < LEAST_CHARS || password.len() > MOST_BYTES {
        return Err(WeakPassword::Length { n_chars });
    }
    let mut letters: Vec<char> = password.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let without_name = password.to_lowercase().replace(name, "");
    if letters.len() < 4 || without_name.chars().count() * 2 < n_chars {
        return Err(WeakPassword::Plain);
    }
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash
        .expect("the default parameters and this length are allowed")
        .to_string())
}

/// Whether the password is the one of the hash. An empty hash is the password
/// of nobody; it takes as long as any other to say so.
pub(super) fn verify(hash: &str, password: &str) -> bool {
    if password.len() > MOST_BYTES {
        return false;
    }
    match PasswordHash::new(hash) {
        Ok(hash) => Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok(),
        Err(_) => {
            // The work is the point, not the result.
            let _ = Argon2::default().hash_password(password.as_bytes());
            false
        }
    }
}
