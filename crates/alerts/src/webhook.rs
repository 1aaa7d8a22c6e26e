//! Signed messages to other systems, as Standard Webhooks 1.0.0 writes them
//! (<https://www.standardwebhooks.com>): `webhook-id`, `webhook-timestamp`,
//! `webhook-signature: v1,BASE64(HMAC-SHA256(secret, "id.timestamp.body"))`.
//!
//! Addresses are looked up by a resolver of ours that lets only public ones
//! through, and the connection goes to the very address that was looked at: a
//! name cannot lead inside, also when it changes between two questions. There
//! are no redirects and no proxies.

use std::{net::IpAddr, time::Duration};

use base64ct::{Base64, Encoding};
use jiff::Timestamp;
use ring::hmac;
use ureq::{
    Agent,
    config::Config,
    http::{Uri, header},
    tls::{RootCerts, TlsConfig},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

/// How long one attempt may take: Standard Webhooks asks for 15 to 30 s.
const LIMIT: Duration = Duration::from_secs(20);
/// Bytes read of the receiver's answer: only its status counts.
const ANSWER_BYTES: u64 = 4 * 1024;

/// What a receiver checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `webhook-id`: the same at every attempt.
    pub id: String,
    /// `webhook-timestamp`: seconds since 1970 of this attempt.
    pub timestamp: i64,
    /// `webhook-signature`.
    pub value: String,
}

/// Signs a message.
///
/// * `secret`: `whsec_` and base64; what cannot be decoded signs as its bytes.
pub fn sign(secret: &str, id: &str, at: Timestamp, body: &[u8]) -> Signature {
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = Base64::decode_vec(encoded).unwrap_or_else(|_| secret.as_bytes().to_vec());
    let timestamp = at.as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let mut mac = hmac::Context::with_key(&key);
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    let value = format!("v1,{}", Base64::encode_string(mac.sign().as_ref()));
    Signature {
        id: id.to_owned(),
        timestamp,
        value,
    }
}

/// Whether an address lies in the open internet: what is of this machine, of a
/// local net, or set aside (IANA special-purpose registries) does not.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let is_special = v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b & 0xfe) == 18);
            !is_special
        }
        IpAddr::V6(v6) => {
            if let Some(inner) = v6.to_ipv4_mapped() {
                return is_public(inner.into());
            }
            let [a, b, ..] = v6.segments();
            let is_global = (a & 0xe000) == 0x2000;
            let is_documentation = a == 0x2001 && b == 0x0db8 || (a & 0xfff0) == 0x3ff0;
            // 6to4 and Teredo carry an IPv4 address that was not looked at.
            let is_tunnel = a == 0x2002 || (a == 0x2001 && b == 0) || (a == 0x64 && b == 0xff9b);
            is_global && !is_documentation && !is_tunnel
        }
    }
}

/// Sends signed messages.
#[derive(Debug)]
pub struct WebhookSender(Agent);

/// Lets only public addresses through, unless told otherwise.
#[derive(Debug)]
struct Guard {
    allow_private: bool,
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        if self.allow_private {
            return Ok(found);
        }
        let mut public = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip())) {
            public.push(*address);
        }
        match public.is_empty() {
            true => Err(ureq::Error::Other(Box::new(PrivateAddress))),
            false => Ok(public),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error(
    "the address lies in a local net, and messages go to the open internet only; the operator can allow it with `alerts.allow_private_webhooks`"
)]
struct PrivateAddress;

impl WebhookSender {
    /// * `allow_private`: whether messages may go to this machine and to local
    ///   nets.
    pub fn new(allow_private: bool) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .user_agent(concat!("trithuc/", env!("CARGO_PKG_VERSION"), " (alerts)"))
            .tls_config(tls)
            .timeout_global(Some(LIMIT))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let guard = Guard { allow_private };
        Self(Agent::with_parts(
            config,
            DefaultConnector::default(),
            guard,
        ))
    }

    /// Sends one message.
    ///
    /// # Errors
    /// What went wrong, for the owner to read, when the receiver does not answer
    /// with 2xx.
    pub fn send(&self, url: &str, signature: &Signature, body: &[u8]) -> Result<(), String> {
        let request = self
            .0
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &signature.id)
            .header("webhook-timestamp", signature.timestamp.to_string())
            .header("webhook-signature", &signature.value);
        let mut answer = request.send(body).map_err(|error| error.to_string())?;
        let status = answer.status();
        // Read so that the receiver is not cut off while it writes.
        let _ = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES)
            .read_to_vec();
        match status.is_success() {
            true => Ok(()),
            false => Err(format!(
                "the receiver answered with status {}",
                status.as_u16()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // Test vector of the reference libraries of Standard Webhooks.
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body);
        assert_eq!(
            signature.value,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn only_the_open_internet_is_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "203.0.113.9",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001:0:1::",
            "64:ff9b::7f00:1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "123.30.1.1", "2606:4700::1111", "2402:800::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn a_message_to_this_machine_is_not_sent() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let signature = sign("whsec_AAAA", "m", Timestamp::UNIX_EPOCH, b"{}");
        let sender = WebhookSender::new(false);
        for host in [
            "127.0.0.1",
            "localhost",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "0x7f.1",
        ] {
            let url = format!("http://{host}:{port}/");
            let error = sender.send(&url, &signature, b"{}").unwrap_err();
            assert!(!error.is_empty(), "{host}");
        }
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "nobody connected");
    }
}
