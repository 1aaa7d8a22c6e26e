//! The laws of accounts.

use catalog::MemoryCatalog;
use jiff::{SignedDuration, ToSpan as _};

use super::*;

const PASSWORD: &str = "bốn chữ dễ nhớ";

fn accounts() -> (Accounts, Timestamp) {
    let accounts = Accounts::new(Arc::new(MemoryCatalog::default()));
    (accounts, "2024-01-01T00:00:00Z".parse().unwrap())
}

#[test]
fn a_password_opens_its_account_and_no_other() {
    let (accounts, now) = accounts();
    accounts
        .add("an", Role::Reader, Some(PASSWORD), now)
        .unwrap();
    accounts.add("khoa", Role::Reader, None, now).unwrap();
    let opens = |name, password| accounts.check_password(name, password).unwrap().is_some();
    assert!(opens("an", PASSWORD));
    assert!(!opens("an", "bốn chữ dễ nhớ "));
    assert!(!opens("an", ""));
    assert!(!opens("khoa", "") && !opens("khoa", PASSWORD));
    assert!(!opens("ai", PASSWORD) && !opens("An", PASSWORD));
    let kept = accounts.user("an").unwrap().unwrap().password;
    assert!(
        kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{kept}"
    );
    accounts.set_disabled("an", true, now).unwrap();
    assert!(!opens("an", PASSWORD));
}

#[test]
fn weak_passwords_and_bad_names_are_refused() {
    let (accounts, now) = accounts();
    for password in [
        "ngắn quá",
        "aaaaaaaaaaaaaaa",
        "nguyenannguyenan",
        &"x y".repeat(9_000),
    ] {
        let refused = accounts.add("nguyenan", Role::Reader, Some(password), now);
        assert!(
            matches!(refused, Err(AccountError::Weak(_))),
            "{:.20}",
            password
        );
    }
    for name in [
        "",
        "a",
        "An",
        "đan",
        "a/b",
        "-an",
        "a b",
        "erased-1",
        &"a".repeat(65),
    ] {
        let refused = accounts.add(name, Role::Reader, None, now);
        assert!(matches!(refused, Err(AccountError::BadName(_))), "{name}");
    }
    accounts.add("an", Role::Reader, None, now).unwrap();
    assert!(matches!(
        accounts.add("an", Role::Admin, None, now),
        Err(AccountError::Exists(_))
    ));
}

#[test]
fn sessions_end_by_time_by_hand_and_with_the_password() {
    let (accounts, now) = accounts();
    accounts
        .add("an", Role::Analyst, Some(PASSWORD), now)
        .unwrap();
    let begin = || accounts.begin_session("an", now).unwrap();
    let is_open = |secret: &str, at| accounts.of_session(secret, at).unwrap().is_some();
    let (first, second) = (begin(), begin());
    assert!(is_open(&first, now) && !is_open("x", now));
    assert!(
        is_open(&first, now + 6.days_of_24_hours()) && !is_open(&first, now + 7.days_of_24_hours())
    );
    let Proof::Session(hash) = accounts.of_session(&first, now).unwrap().unwrap().proof else {
        panic!()
    };
    accounts.end_session(&hash, now).unwrap();
    assert!(!is_open(&first, now) && is_open(&second, now));
    accounts
        .set_password("an", "một mật khẩu khác", now)
        .unwrap();
    assert!(!is_open(&second, now));
}

trait Days {
    fn days_of_24_hours(self) -> SignedDuration;
}

impl Days for i64 {
    fn days_of_24_hours(self) -> SignedDuration {
        SignedDuration::from_hours(24 * self)
    }
}

#[test]
fn a_key_does_what_its_scopes_and_its_account_allow() {
    let (accounts, now) = accounts();
    accounts.add("thu", Role::Librarian, None, now).unwrap();
    let (key, secret) = accounts
        .add_key("thu", "máy gặt", &[Scope::Read], now)
        .unwrap();
    let account = accounts.of_key(&secret).unwrap().unwrap();
    assert_eq!(account.clearance(), Clearance::Staff);
    assert!(account.may(Role::Librarian, Scope::Read));
    assert!(!account.may(Role::Reader, Scope::Write) && !account.may(Role::Admin, Scope::Read));
    assert_eq!(accounts.of_key(&secret[..secret.len() - 1]).unwrap(), None);
    assert_eq!(accounts.of_key("").unwrap(), None);
    assert!(
        accounts.remove_key("an", &key.id, now).is_err(),
        "somebody else's"
    );
    accounts.remove_key("thu", &key.id, now).unwrap();
    assert_eq!(accounts.of_key(&secret).unwrap(), None);
}

#[test]
fn somebody_can_always_manage_accounts() {
    let (accounts, now) = accounts();
    accounts.add("mot", Role::Admin, None, now).unwrap();
    assert!(matches!(
        accounts.set_role("mot", Role::Reader, now),
        Err(AccountError::LastAdmin(_))
    ));
    assert!(matches!(
        accounts.set_disabled("mot", true, now),
        Err(AccountError::LastAdmin(_))
    ));
    accounts
        .add("hai", Role::Admin, None, now + 1.second())
        .unwrap();
    accounts.set_role("mot", Role::Reader, now).unwrap();
    assert!(accounts.set_disabled("hai", true, now).is_err());
}
