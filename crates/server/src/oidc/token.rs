//! The identity token: its signature by the provider's published keys, and its
//! issuer, audience, times and nonce.
//!
//! **Source:** OpenID Connect Core 1.0 §3.1.3.7; RFC 7519; RFC 8725.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{JwkSet, KeyAlgorithm},
};
use serde_json::{Map, Value};

use super::{OidcError, OidcSettings, who::Claims};

/// Signatures that are taken: by a key pair of the provider. Never `none`, and
/// never one by a shared secret.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Seconds by which clocks may differ.
const LEEWAY_S: u64 = 60;

fn refused(reason: impl std::fmt::Display) -> OidcError {
    OidcError::Answer(reason.to_string())
}

/// The claims of a token, when everything about it holds.
pub(super) fn check(
    token: &str,
    keys: &JwkSet,
    nonce: &str,
    settings: &OidcSettings,
) -> Result<Claims, OidcError> {
    let head = decode_header(token).map_err(refused)?;
    if !ALGORITHMS.contains(&head.alg) {
        return Err(refused(format!(
            "it is signed by {:?}, which is not taken",
            head.alg
        )));
    }
    let mut validation = Validation::new(head.alg);
    validation.leeway = LEEWAY_S;
    validation.validate_nbf = true;
    validation.set_issuer(&[&settings.issuer]);
    validation.set_audience(&[&settings.client_id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub", "iat"]);
    let fits = |key: &&jsonwebtoken::jwk::Jwk| {
        let same_id = head.kid.is_none() || key.common.key_id == head.kid;
        let of_use = key.common.public_key_use.as_ref();
        let for_signing = of_use.is_none_or(|of| *of == jsonwebtoken::jwk::PublicKeyUse::Signature);
        same_id && for_signing && is_for(key.common.key_algorithm, head.alg)
    };
    let mut last = refused("no key of the provider fits its signature");
    for key in keys.keys.iter().filter(fits) {
        let Ok(key) = DecodingKey::from_jwk(key) else {
            continue;
        };
        match decode::<Map<String, Value>>(token, &key, &validation) {
            Ok(decoded) => return read(decoded.claims, nonce, settings),
            Err(error) => last = refused(error),
        }
    }
    Err(last)
}

fn is_for(key: Option<KeyAlgorithm>, wanted: Algorithm) -> bool {
    key.is_none_or(|key| {
        key.to_string()
            .parse::<Algorithm>()
            .is_ok_and(|alg| alg == wanted)
    })
}

fn read(
    claims: Map<String, Value>,
    nonce: &str,
    settings: &OidcSettings,
) -> Result<Claims, OidcError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    if text("nonce").as_deref() != Some(nonce) {
        return Err(refused("its nonce is not of this sign-in"));
    }
    let many = claims
        .get("aud")
        .and_then(Value::as_array)
        .is_some_and(|all| all.len() > 1);
    let azp = text("azp");
    if azp.as_ref().is_some_and(|azp| *azp != settings.client_id) || (many && azp.is_none()) {
        return Err(refused("it was made for another program"));
    }
    let subject = text("sub").filter(|subject| !subject.is_empty());
    Ok(Claims {
        subject: subject.ok_or_else(|| refused("it names nobody"))?,
        username: text("preferred_username"),
        email: text("email").filter(|_| claims.get("email_verified") == Some(&Value::Bool(true))),
        others: claims,
    })
}
