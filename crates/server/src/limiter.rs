//! How much one caller may ask for: a bucket that refills with time, one a
//! caller. A full bucket holds a minute's worth, so that a page with its parts
//! or a short burst passes.
//!
//! Every answer says what is left: `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers-10).
//!
//! Where several nodes answer, they tell each other once a second what their
//! callers took (`sharing`).

mod sharing;

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub(crate) use self::sharing::share;
use crate::{app::App, error::ApiError, settings::Settings};

/// Seconds in which a bucket refills: quotas are told a minute.
const WINDOW_S: u32 = 60;
/// Callers remembered; when there are more, those with full buckets are
/// forgotten, and then the limit is the machine's own gate.
const MOST_CALLERS: usize = 100_000;
/// Requests a minute from this machine itself (measurements, a proxy that does
/// not say for whom it asks): a bound that only a runaway program meets.
const LOCAL_QUOTA: u32 = 600_000;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// A program or person on this machine.
    Local,
    /// An address without an account; IPv6 by its /64, which one line has.
    Address(IpAddr),
    /// An account or an API key, by name.
    Account(String),
}

impl Caller {
    /// Whoever sent the request, before accounts are looked at.
    pub(crate) fn of(headers: &HeaderMap, extensions: &Extensions, settings: &Settings) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let Some(peer) = peer.map(|info| info.0.ip().to_canonical()) else {
            return Self::Local;
        };
        let trusted = |ip: &IpAddr| ip.is_loopback() || settings.trusted_proxies.contains(ip);
        if !trusted(&peer) {
            return Self::Address(line(peer));
        }
        let forwarded = headers.get_all("x-forwarded-for").into_iter();
        let hops: Vec<IpAddr> = forwarded
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .filter_map(|hop| hop.trim().parse().ok())
            .collect();
        // From the right: the first that is none of our proxies is the caller.
        match hops.iter().rev().find(|hop| !trusted(hop)) {
            Some(hop) => Self::Address(line(hop.to_canonical())),
            None if peer.is_loopback() => Self::Local,
            None => Self::Address(line(peer)),
        }
    }

    /// Whether other nodes know the same caller.
    fn is_shared(&self) -> bool {
        *self != Self::Local
    }

    fn policy(&self, settings: &Settings) -> (&'static str, u32) {
        match self {
            Self::Local => ("local", LOCAL_QUOTA),
            Self::Address(_) => ("anonymous", settings.requests_per_minute),
            Self::Account(_) => ("account", settings.account_requests_per_minute),
        }
    }
}

/// The name that all nodes give to the caller.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Address(ip) => write!(f, "address {ip}"),
            Self::Account(name) => write!(f, "account {name}"),
        }
    }
}

/// One line of an internet provider.
fn line(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) >> 64 << 64).into()),
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
    quota: u32,
    /// Let through since the other nodes were told.
    n_untold: u32,
}

impl Bucket {
    /// Whether it is as that of a caller who was never seen.
    fn is_full_again(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.at).as_secs() >= u64::from(WINDOW_S)
    }
}

/// The buckets of all callers.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    buckets: Mutex<HashMap<Caller, Bucket>>,
    /// When callers were last forgotten.
    swept: Mutex<Option<Instant>>,
}

/// What is left after a request was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Left {
    /// Requests that may still be sent at once; `None`: this one was too many.
    requests: Option<u32>,
    /// Seconds until the next one may be sent, or until the bucket is full.
    wait_s: u32,
}

impl Limiter {
    /// Counts a try; the seconds to wait, when it was one too many.
    pub(crate) fn refuses(&self, caller: &Caller, quota: u32, now: Instant) -> Option<u32> {
        let left = self.count(caller, quota, now);
        left.requests.is_none().then_some(left.wait_s)
    }

    /// What callers were let through for since this was asked last.
    fn untold(&self) -> Vec<(Caller, u32, u32)> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = buckets
            .iter_mut()
            .filter(|(caller, bucket)| caller.is_shared() && bucket.n_untold > 0);
        let tell = |(caller, bucket): (&Caller, &mut Bucket)| {
            let n_taken = std::mem::take(&mut bucket.n_untold);
            (caller.clone(), bucket.quota, n_taken)
        };
        shared.map(tell).collect()
    }

    /// What is left for a caller at all nodes together, without what was let
    /// through here since they were told.
    fn set_left(&self, caller: &Caller, left: f64, now: Instant) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(caller) {
            bucket.left = left - f64::from(bucket.n_untold);
            bucket.at = now;
        }
    }

    /// Has the other nodes told later of what they could not be told now.
    fn keep_untold(&self, caller: &Caller, n_taken: u32) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(caller) {
            bucket.n_untold = bucket.n_untold.saturating_add(n_taken);
        }
    }

    /// Forgets, once a minute, callers whose buckets are full again: an address is
    /// kept no longer than it limits anything.
    fn forget_idle(&self, buckets: &mut HashMap<Caller, Bucket>, now: Instant) {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        let window = u64::from(WINDOW_S);
        if swept.is_none_or(|at| now.saturating_duration_since(at).as_secs() >= window) {
            *swept = Some(now);
            buckets.retain(|_, bucket| bucket.n_untold > 0 || !bucket.is_full_again(now));
        }
    }

    fn count(&self, caller: &Caller, quota: u32, now: Instant) -> Left {
        let (full, per_s) = (f64::from(quota), f64::from(quota) / f64::from(WINDOW_S));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        self.forget_idle(&mut buckets, now);
        if buckets.len() >= MOST_CALLERS {
            buckets.retain(|_, bucket| !bucket.is_full_again(now));
            if buckets.len() >= MOST_CALLERS {
                return Left {
                    requests: Some(0),
                    wait_s: 0,
                };
            }
        }
        let bucket = buckets.entry(caller.clone()).or_insert(Bucket {
            left: full,
            at: now,
            quota,
            n_untold: 0,
        });
        let waited_s = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + waited_s * per_s).min(full);
        bucket.at = now;
        if bucket.left < 1.0 {
            let wait_s = ((1.0 - bucket.left) / per_s).ceil().max(1.0);
            return Left {
                requests: None,
                wait_s: wait_s as u32,
            };
        }
        bucket.left -= 1.0;
        bucket.quota = quota;
        bucket.n_untold = bucket.n_untold.saturating_add(1);
        let wait_s = ((full - bucket.left) / per_s).ceil();
        Left {
            requests: Some(bucket.left as u32),
            wait_s: wait_s as u32,
        }
    }
}

/// Layer: counts the request, refuses it when the caller's bucket is empty,
/// and says on every answer what is left. Styles, fonts and signs of life are
/// not counted.
pub(crate) async fn limit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/assets/") || path == "/healthz" || path == "/readyz" {
        return next.run(request).await;
    }
    let caller = match request.extensions().get::<Caller>() {
        Some(caller) => caller.clone(),
        None => Caller::of(request.headers(), request.extensions(), &app.settings),
    };
    let (name, quota) = caller.policy(&app.settings);
    let left = app.limiter.count(&caller, quota, Instant::now());
    let mut response = match left.requests {
        Some(_) => next.run(request).await,
        None => ApiError::TooManyRequests {
            retry_after_s: left.wait_s,
        }
        .into_response(),
    };
    let lines = [
        (
            "ratelimit-policy",
            format!("\"{name}\";q={quota};w={WINDOW_S}"),
        ),
        (
            "ratelimit",
            format!(
                "\"{name}\";r={};t={}",
                left.requests.unwrap_or(0),
                left.wait_s
            ),
        ),
    ];
    for (name, line) in lines {
        let value =
            HeaderValue::from_str(&line).expect("words and numbers of ours are plain ASCII");
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_empties_and_refills() {
        let limiter = Limiter::default();
        let caller = Caller::Account("an".into());
        let start = Instant::now();
        for n in (0..60).rev() {
            assert_eq!(limiter.count(&caller, 60, start).requests, Some(n));
        }
        assert_eq!(
            limiter.count(&caller, 60, start),
            Left {
                requests: None,
                wait_s: 1
            }
        );
        let other = Caller::Account("binh".into());
        assert_eq!(limiter.count(&other, 60, start).requests, Some(59));
        let later = start + Duration::from_secs(10);
        assert_eq!(limiter.count(&caller, 60, later).requests, Some(9));
        let much_later = start + Duration::from_secs(9_999);
        assert_eq!(limiter.count(&caller, 60, much_later).requests, Some(59));
    }

    #[test]
    fn addresses_are_forgotten_when_they_limit_nothing() {
        let limiter = Limiter::default();
        let address = |n: u8| Caller::Address(IpAddr::from([192, 0, 2, n]));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        limiter.count(&address(1), 60, at(0));
        limiter.count(&address(2), 60, at(30));
        limiter.untold();
        let known = || limiter.buckets.lock().unwrap().len();
        limiter.count(&address(3), 60, at(61));
        assert_eq!(known(), 2, "the first is full again");
        // The third was not told to other nodes yet.
        limiter.count(&address(4), 60, at(200));
        assert_eq!(known(), 2);
    }

    fn caller(peer: &str, forwarded: &str) -> Caller {
        let mut headers = HeaderMap::new();
        if !forwarded.is_empty() {
            headers.insert("x-forwarded-for", HeaderValue::from_str(forwarded).unwrap());
        }
        let mut extensions = Extensions::new();
        let peer: IpAddr = peer.parse().unwrap();
        extensions.insert(ConnectInfo(SocketAddr::from((peer, 1))));
        let settings = Settings {
            trusted_proxies: vec!["192.0.2.9".parse().unwrap()],
            ..Settings::default()
        };
        Caller::of(&headers, &extensions, &settings)
    }

    #[test]
    fn only_proxies_are_believed() {
        let address = |ip: &str| Caller::Address(ip.parse().unwrap());
        assert_eq!(caller("127.0.0.1", ""), Caller::Local);
        assert_eq!(caller("198.51.100.7", ""), address("198.51.100.7"));
        assert_eq!(
            caller("198.51.100.7", "203.0.113.1"),
            address("198.51.100.7")
        );
        assert_eq!(
            caller("127.0.0.1", "203.0.113.1, 192.0.2.9"),
            address("203.0.113.1")
        );
        assert_eq!(
            caller("192.0.2.9", "6.6.6.6, 203.0.113.1"),
            address("203.0.113.1")
        );
        assert_eq!(caller("192.0.2.9", "nonsense"), address("192.0.2.9"));
        assert_eq!(
            caller("2001:db8:1:2:3:4:5:6", ""),
            address("2001:db8:1:2::")
        );
    }
}
