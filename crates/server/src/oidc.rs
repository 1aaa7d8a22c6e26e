//! Signing in through an OpenID Connect provider: the code flow with PKCE,
//! state and nonce. What must come back unchanged travels in a signed cookie of
//! the browser that began; the identity token is asked for by this machine and
//! checked in [`token`].
//!
//! **Source:** OpenID Connect Core 1.0 §3.1; RFC 7636 (PKCE); OpenID Connect
//! Discovery 1.0; RFC 9700 (best current practice).

mod settings;
mod token;
mod who;

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig},
};

pub use settings::OidcSettings;
pub(crate) use settings::check;
use who::Claims;

use crate::{
    app::App,
    audit::Noted,
    auth::session_cookie,
    error::ApiError,
    limiter::Caller,
    locale::cookie,
    pages::own_path,
    params::{Params, encode},
    token::random,
    visit::Visit,
};

/// Name of the cookie that waits for the provider's answer.
const COOKIE: &str = "sign-in";
/// Purpose of what it holds.
const PURPOSE: &str = "sign-in";
/// How long a person may take at the provider, in seconds: enough to look for a
/// second factor.
const WAIT_S: i64 = 600;
/// How long the provider may take to answer a question of ours.
const LIMIT: Duration = Duration::from_secs(10);
/// Largest answer of a provider, in bytes.
const ANSWER_BYTES: u64 = 1 << 20;
/// Beginnings a minute from one address: each costs the provider a question.
const TRIES: u32 = 20;

/// What has to come back as it went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    state: String,
    nonce: String,
    verifier: String,
    back: String,
    until: i64,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OidcError {
    /// The provider does not answer, or not as the standard says.
    #[error("the sign-in provider cannot be asked: {0}")]
    Provider(String),
    /// The provider's answer does not hold.
    #[error("the answer of the sign-in provider is not accepted: {0}; begin again at /login")]
    Answer(String),
}

impl From<OidcError> for ApiError {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::Provider(_) => Self::unavailable(error),
            OidcError::Answer(_) => Self::Refused {
                parameter: "code",
                message: error.to_string(),
            },
        }
    }
}

/// What a provider says of itself; the rest of its document is not needed.
#[derive(Debug, Deserialize)]
struct Provider {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What the code is exchanged for.
#[derive(Debug, Deserialize)]
struct Exchanged {
    id_token: String,
}

/// Questions to the provider: no redirects, which could lead elsewhere.
struct Http(Agent);

impl Http {
    fn new() -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(LIMIT))
            .max_redirects(0)
            .http_status_as_error(false)
            .build();
        Self(Agent::new_with_config(config))
    }

    fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, OidcError> {
        let answer = self
            .0
            .get(url)
            .header(header::ACCEPT, "application/json")
            .call();
        read(answer.map_err(|error| OidcError::Provider(error.to_string()))?)
    }

    /// The document of the provider (OpenID Connect Discovery 1.0, section 4).
    fn provider(&self, settings: &OidcSettings) -> Result<Provider, OidcError> {
        let issuer = settings.issuer.trim_end_matches('/');
        let provider: Provider = self.get(&format!("{issuer}/.well-known/openid-configuration"))?;
        match provider.issuer == settings.issuer {
            true => Ok(provider),
            false => Err(OidcError::Provider(format!(
                "it calls itself `{}`, not `{}` as in [server.oidc]",
                provider.issuer, settings.issuer
            ))),
        }
    }
}

fn read<T: DeserializeOwned>(mut answer: ureq::http::Response<ureq::Body>) -> Result<T, OidcError> {
    let status = answer.status();
    let body = answer
        .body_mut()
        .with_config()
        .limit(ANSWER_BYTES)
        .read_to_vec();
    let body = body.map_err(|error| OidcError::Provider(error.to_string()))?;
    if status.is_client_error() {
        let said: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let reason = said["error"].as_str().unwrap_or("no reason");
        let reason: String = reason.chars().take(80).collect();
        return Err(OidcError::Answer(format!(
            "status {}, `{reason}`",
            status.as_u16()
        )));
    }
    if !status.is_success() {
        return Err(OidcError::Provider(format!(
            "it answers with status {}",
            status.as_u16()
        )));
    }
    serde_json::from_slice(&body).map_err(|error| OidcError::Provider(error.to_string()))
}

/// A word that nobody can guess: 256 random bits.
fn secret() -> String {
    Base64UrlUnpadded::encode_string(&random::<32>())
}

/// The challenge of a verifier (RFC 7636, section 4.2, `S256`).
fn challenge(verifier: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
    Base64UrlUnpadded::encode_string(hash.as_ref())
}

fn redirect_uri(base_url: &str) -> String {
    format!("{base_url}/login/callback")
}

/// `GET /login/provider?back=…`: to the provider.
pub(crate) async fn begin(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, ApiError> {
    let settings = app.settings.oidc.clone().ok_or(ApiError::NoSuchPage)?;
    count(&app, &visit)?;
    let back = own_path(visit.params.get("back").unwrap_or("/")).to_owned();
    let base_url = visit.base_url.clone();
    let begun = tokio::task::spawn_blocking(move || begin_with(&settings, &base_url, back));
    let (url, waiting) = begun.await.map_err(ApiError::internal)??;
    let mut response = Redirect::to(&url).into_response();
    let kept = serde_json::to_string(&waiting).map_err(ApiError::internal)?;
    let sealed = app.signer.seal(PURPOSE, &kept);
    response
        .headers_mut()
        .append(header::SET_COOKIE, waiting_cookie(&sealed, WAIT_S, &visit));
    Ok(response)
}

fn begin_with(
    settings: &OidcSettings,
    base_url: &str,
    back: String,
) -> Result<(String, Waiting), OidcError> {
    let provider = Http::new().provider(settings)?;
    let waiting = Waiting {
        state: secret(),
        nonce: secret(),
        verifier: secret(),
        back,
        until: Timestamp::now().as_second() + WAIT_S,
    };
    let scopes = settings.scopes.iter().filter(|scope| *scope != "openid");
    let scopes: Vec<&str> = std::iter::once("openid")
        .chain(scopes.map(String::as_str))
        .collect();
    let asked = Params::default()
        .adding("response_type", "code")
        .adding("client_id", &settings.client_id)
        .adding("redirect_uri", &redirect_uri(base_url))
        .adding("scope", &scopes.join(" "))
        .adding("state", &waiting.state)
        .adding("nonce", &waiting.nonce)
        .adding("code_challenge", &challenge(&waiting.verifier))
        .adding("code_challenge_method", "S256");
    let url = asked.to_url(&provider.authorization_endpoint);
    // An address that has parameters of its own takes ours behind them.
    let url = match provider.authorization_endpoint.contains('?') {
        true => {
            let n = provider.authorization_endpoint.len();
            format!("{}&{}", &url[..n], url[n..].trim_start_matches('?'))
        }
        false => url,
    };
    Ok((url, waiting))
}

/// `GET /login/callback?code=…&state=…`: from the provider.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    visit: Visit,
) -> Result<Response, ApiError> {
    let settings = app.settings.oidc.clone().ok_or(ApiError::NoSuchPage)?;
    count(&app, &visit)?;
    let waiting = waiting(&app, &headers)?;
    let said = visit.params.get("state").unwrap_or_default();
    if said != waiting.state {
        return Err(OidcError::Answer("its state is not of this browser".to_owned()).into());
    }
    if let Some(error) = visit.params.get("error") {
        let reason: String = error.chars().take(80).collect();
        return Err(OidcError::Answer(format!("it says `{reason}`")).into());
    }
    let code = visit.params.get("code").ok_or(ApiError::MissingParameter {
        name: "code",
        cure: "begin again at /login",
    })?;
    let (code, base_url) = (code.to_owned(), visit.base_url.clone());
    let (back, asked) = (waiting.back.clone(), settings.clone());
    let answered = tokio::task::spawn_blocking(move || ask(&asked, &base_url, code, waiting));
    let claims = answered.await.map_err(ApiError::internal)??;
    let name =
        app.account(move |accounts| accounts.of_provider(&settings, &claims, Timestamp::now()));
    let name = name.await?;
    let noted = Noted::sign_in(&name);
    let secret = app.account(move |accounts| accounts.begin_session(&name, Timestamp::now()));
    let secret = secret.await?;
    let mut response = Redirect::to(&back).into_response();
    let headers = response.headers_mut();
    headers.append(
        header::SET_COOKIE,
        session_cookie(Some(&secret), &visit.base_url),
    );
    headers.append(header::SET_COOKIE, waiting_cookie("", 0, &visit));
    Ok(noted.with(response))
}

/// The claims of the identity token that the code stands for, checked.
fn ask(
    settings: &OidcSettings,
    base_url: &str,
    code: String,
    waiting: Waiting,
) -> Result<Claims, OidcError> {
    let http = Http::new();
    let provider = http.provider(settings)?;
    let form = Params::default()
        .adding("grant_type", "authorization_code")
        .adding("code", &code)
        .adding("redirect_uri", &redirect_uri(base_url))
        .adding("client_id", &settings.client_id)
        .adding("code_verifier", &waiting.verifier);
    let mut request = http
        .0
        .post(&provider.token_endpoint)
        .header(header::ACCEPT, "application/json");
    let methods = provider.token_endpoint_auth_methods_supported.as_deref();
    let by_form =
        methods.is_some_and(|methods| !methods.iter().any(|m| m == "client_secret_basic"));
    let form = match &settings.client_secret {
        Some(secret) if by_form => form.adding("client_secret", secret),
        Some(secret) => {
            // RFC 6749, section 2.3.1: both encoded as in a form.
            let pair = format!("{}:{}", encode(&settings.client_id), encode(secret));
            let value = format!("Basic {}", Base64::encode_string(pair.as_bytes()));
            request = request.header(header::AUTHORIZATION, value);
            form
        }
        None => form,
    };
    let body = form.to_url("");
    let sent = request
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .send(body.trim_start_matches('?'));
    let exchanged: Exchanged = read(sent.map_err(|error| OidcError::Provider(error.to_string()))?)?;
    let keys: JwkSet = http.get(&provider.jwks_uri)?;
    token::check(&exchanged.id_token, &keys, &waiting.nonce, settings)
}

fn waiting(app: &App, headers: &HeaderMap) -> Result<Waiting, ApiError> {
    let sealed = cookie(headers, COOKIE).unwrap_or_default();
    let kept = app.signer.open(PURPOSE, sealed);
    let kept = kept.and_then(|kept| serde_json::from_str::<Waiting>(&kept).ok());
    let kept = kept.filter(|kept| kept.until >= Timestamp::now().as_second());
    kept.ok_or_else(|| {
        OidcError::Answer("it came too late, or to another browser".to_owned()).into()
    })
}

fn count(app: &App, visit: &Visit) -> Result<(), ApiError> {
    let caller = Caller::Account(format!("provider {:?}", visit.caller));
    let waits = app
        .sign_ins
        .refuses(&caller, TRIES, std::time::Instant::now());
    waits.map_or(Ok(()), |retry_after_s| {
        Err(ApiError::TooManyRequests { retry_after_s })
    })
}

fn waiting_cookie(sealed: &str, age_s: i64, visit: &Visit) -> HeaderValue {
    let secure = match visit.base_url.starts_with("https://") {
        true => "; Secure",
        false => "",
    };
    let line =
        format!("{COOKIE}={sealed}; Path=/login; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).expect("a sealed text is plain ASCII")
}
