//! Words of ours that others keep for us and give back: cursors, harvesters'
//! tokens, forms. Signed, so that what comes back is what went out; not secret.

use base64ct::{Base64UrlUnpadded, Encoding};
use catalog::{Batch, Blob, CatalogError, CatalogStore};
use jiff::Timestamp;

/// Name of the key among the catalogue's named values: tokens outlive the
/// program.
const KEY_NAME: &str = "secret/token";
/// Bytes of the signature: 128 bits cannot be guessed.
const SIGNATURE_BYTES: usize = 16;

/// Signs and checks tokens with the installation's own key.
pub(crate) struct Signer {
    key: [u8; 32],
}

impl Signer {
    /// The key of the installation; made when there is none.
    ///
    /// # Errors
    /// When the catalogue cannot be read or written.
    pub(crate) fn of(catalogue: &dyn CatalogStore) -> Result<Self, CatalogError> {
        if let Some(key) = stored_key(catalogue)? {
            return Ok(Self { key });
        }
        let mut batch = Batch::new(Timestamp::now());
        batch.blobs.push(Blob {
            name: KEY_NAME.to_owned(),
            bytes: random::<32>().into(),
        });
        catalogue.apply(batch)?;
        // Another process may have written its own in the meantime; what is
        // there now is what both use.
        let key = stored_key(catalogue)?.unwrap_or_default();
        Ok(Self { key })
    }

    /// A signed token that says `payload` for one purpose.
    pub(crate) fn seal(&self, purpose: &str, payload: &str) -> String {
        let mut bytes = self.signature(purpose, payload).to_vec();
        bytes.extend_from_slice(payload.as_bytes());
        Base64UrlUnpadded::encode_string(&bytes)
    }

    /// What a token of ours says; `None` when it is not ours, or was given out
    /// for another purpose.
    pub(crate) fn open(&self, purpose: &str, token: &str) -> Option<String> {
        let bytes = Base64UrlUnpadded::decode_vec(token).ok()?;
        let (given, payload) = bytes.split_at_checked(SIGNATURE_BYTES)?;
        let payload = std::str::from_utf8(payload).ok()?;
        let right = self.signature(purpose, payload);
        // Compared in constant time, as hashes of BLAKE3 are.
        let same = blake3::hash(given) == blake3::hash(&right);
        same.then(|| payload.to_owned())
    }

    fn signature(&self, purpose: &str, payload: &str) -> [u8; SIGNATURE_BYTES] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&(purpose.len() as u64).to_le_bytes());
        hasher.update(purpose.as_bytes());
        hasher.update(payload.as_bytes());
        let mut signature = [0; SIGNATURE_BYTES];
        signature.copy_from_slice(&hasher.finalize().as_bytes()[..SIGNATURE_BYTES]);
        signature
    }
}

fn stored_key(catalogue: &dyn CatalogStore) -> Result<Option<[u8; 32]>, CatalogError> {
    let blobs = catalogue.blobs(KEY_NAME)?;
    let named = blobs.into_iter().find(|blob| blob.name == KEY_NAME);
    Ok(named.and_then(|blob| blob.bytes.try_into().ok()))
}

/// Bytes that nobody can foretell.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes once it has started");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_went_out_comes_back() {
        let signer = Signer { key: [7; 32] };
        let token = signer.seal("cursor", "42");
        assert_eq!(signer.open("cursor", &token).as_deref(), Some("42"));
        assert_eq!(signer.open("form", &token), None);
        assert_eq!(Signer { key: [8; 32] }.open("cursor", &token), None);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(signer.open("cursor", &forged), None, "byte {at}");
        }
        assert_eq!(signer.open("cursor", "lúa"), None);
        assert_eq!(signer.open("cursor", ""), None);
    }

    #[test]
    fn the_key_is_made_once() {
        let catalogue = catalog::MemoryCatalog::default();
        let first = Signer::of(&catalogue).unwrap();
        let second = Signer::of(&catalogue).unwrap();
        assert_eq!(first.key, second.key);
        assert_ne!(first.key, [0; 32]);
    }
}
