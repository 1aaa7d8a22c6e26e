//! Accounts against the real server: signing in and out, forms that other sites
//! send, roles, keys and their scopes.

use crate::site::{Answer, PASSWORD, SITE, get, get_as, get_with, send};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

pub(crate) fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn sign_in(name: &str, password: &str) -> Answer {
    let body = format!(
        "name={name}&password={}&back=%2Fsearch%3Fq%3Dlua",
        percent(password)
    );
    send("POST", b"/login", &[FORM], &body)
}

/// The cookie of a new session.
pub(crate) fn session(name: &str) -> String {
    let answer = sign_in(name, PASSWORD);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = answer.header("set-cookie");
    cookie.split(';').next().unwrap().to_owned()
}

/// The token in the forms of a page.
pub(crate) fn token(page: &str) -> &str {
    let from = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    from.split('"').next().unwrap()
}

pub(crate) fn post(session: &str, target: &str, body: &str) -> Answer {
    send(
        "POST",
        target.as_bytes(),
        &[FORM, ("cookie", session)],
        body,
    )
}

#[test]
fn a_session_begins_shows_more_and_ends() {
    let answer = sign_in("reader", PASSWORD);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/search?q=lua")
    );
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let session = cookie.split(';').next().unwrap().to_owned();
    let page = get_with("/account", &[("cookie", &session)]);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("reader") && page.header("cache-control").contains("no-store"));
    assert_eq!(
        get_with("/records/noi-bo", &[("cookie", &session)]).status,
        200
    );
    assert_eq!(
        get_with("/records/mat", &[("cookie", &session)]).status,
        404
    );
    let out = post(&session, "/logout", &format!("csrf={}", token(&page.body)));
    assert_eq!(out.status, 303);
    assert_eq!(
        get_with("/records/noi-bo", &[("cookie", &session)]).status,
        404
    );
    let again = get_with("/account", &[("cookie", &session)]);
    assert_eq!(
        (again.status, again.header("location")),
        (303, "/login?back=%2Faccount")
    );
}

#[test]
fn wrong_passwords_open_nothing_and_many_tries_are_stopped() {
    for (name, password) in [
        ("analyst", "khác hẳn mật khẩu"),
        ("nobody", PASSWORD),
        ("", ""),
    ] {
        let answer = sign_in(name, password);
        assert_eq!(answer.status, 403, "{name}");
        assert_eq!(answer.header("set-cookie"), "");
        assert!(answer.body.contains("role=\"alert\""));
    }
    let tries: Vec<u16> = (0..15)
        .map(|_| sign_in("guessed", "không phải mật khẩu").status)
        .collect();
    assert_eq!(tries.last(), Some(&429), "{tries:?}");
}

#[test]
fn forms_of_other_sites_are_refused() {
    let session = session("admin");
    let page = get_with("/users", &[("cookie", &session)]).body;
    let right = token(&page);
    let other = get_with("/account", &[("cookie", &self::session("librarian"))]).body;
    for wrong in ["", "x", token(&other)] {
        let body = format!(
            "csrf={wrong}&name=kexau&role=admin&password={}",
            percent(PASSWORD)
        );
        assert_eq!(post(&session, "/users", &body).status, 403, "{wrong}");
    }
    let foreign = [FORM, ("sec-fetch-site", "cross-site")];
    let body = format!("name=admin&password={}", percent(PASSWORD));
    assert_eq!(send("POST", b"/login", &foreign, &body).status, 403);
    assert!(
        !get_with("/users", &[("cookie", &session)])
            .body
            .contains("kexau")
    );
    let body = format!(
        "csrf={right}&name=nguoi-moi&role=reader&password={}",
        percent(PASSWORD)
    );
    assert_eq!(post(&session, "/users", &body).status, 303);
    assert!(
        get_with("/users", &[("cookie", &session)])
            .body
            .contains("nguoi-moi")
    );
    let body = format!(
        "csrf={right}&name=nguoi-moi&role=reader&password={}",
        percent(PASSWORD)
    );
    let taken = post(&session, "/users", &body);
    assert_eq!(taken.status, 400);
    assert!(taken.body.contains("nguoi-moi"));
}

#[test]
fn only_administrators_manage_accounts() {
    for (role, status) in [
        ("", 401),
        ("reader", 403),
        ("analyst", 403),
        ("librarian", 403),
        ("admin", 200),
    ] {
        assert_eq!(get_as(role, "/api/v1/users").status, status, "{role}");
    }
    let session = session("librarian");
    assert_eq!(get_with("/users", &[("cookie", &session)]).status, 403);
    let page = get_with("/account", &[("cookie", &session)]).body;
    let body = format!("csrf={}&state=closed", token(&page));
    assert_eq!(post(&session, "/users/reader", &body).status, 403);
}

fn api(method: &str, target: &str, key: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    send(method, target.as_bytes(), &headers, body)
}

#[test]
fn a_key_does_what_its_scopes_say_and_no_more() {
    let admin = &SITE.keys["admin"];
    let made = api(
        "POST",
        "/api/v1/keys",
        admin,
        r#"{"label":"máy gặt","scopes":["read"]}"#,
    );
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let reading = made["secret"].as_str().unwrap();
    assert_eq!(
        api("GET", "/api/v1/me", reading, "").json()["role"],
        "admin"
    );
    assert_eq!(api("GET", "/api/v1/records/mat", reading, "").status, 200);
    assert_eq!(api("GET", "/api/v1/users", reading, "").status, 403);
    let wider = api(
        "POST",
        "/api/v1/keys",
        reading,
        r#"{"label":"x","scopes":["admin"]}"#,
    );
    assert_eq!(wider.status, 403);
    let writing = api(
        "POST",
        "/api/v1/keys",
        admin,
        r#"{"label":"ghi","scopes":["write"]}"#,
    )
    .json();
    let writing = writing["secret"].as_str().unwrap();
    assert_eq!(
        api("GET", "/api/v1/records/mat", writing, "").status,
        404,
        "may not read"
    );
    let wider = api(
        "POST",
        "/api/v1/keys",
        writing,
        r#"{"label":"x","scopes":["admin"]}"#,
    );
    assert_eq!(wider.status, 403, "a key makes no stronger key");
    let list = api("GET", "/api/v1/keys", admin, "").body;
    assert!(list.contains("máy gặt") && !list.contains(reading));
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        api("DELETE", &format!("/api/v1/keys/{id}"), admin, "").status,
        204
    );
    let gone = api("GET", "/api/v1/me", reading, "");
    assert_eq!(gone.status, 401);
    assert!(gone.header("www-authenticate").starts_with("Bearer"));
    assert_eq!(gone.json()["type"], "http://thu-vien.test/api#bad-key");
}

#[test]
fn accounts_are_made_changed_and_closed_through_the_api() {
    let admin = &SITE.keys["admin"];
    let new = format!(r#"{{"name":"tam-thoi","role":"reader","password":"{PASSWORD}"}}"#);
    assert_eq!(api("POST", "/api/v1/users", admin, &new).status, 201);
    let session = session("tam-thoi");
    assert_eq!(
        get_with("/records/mat", &[("cookie", &session)]).status,
        404
    );
    let change = |body: &str| api("PATCH", "/api/v1/users/tam-thoi", admin, body);
    assert_eq!(
        change(r#"{"role":"librarian"}"#).json()["role"],
        "librarian"
    );
    assert_eq!(
        get_with("/records/mat", &[("cookie", &session)]).status,
        200
    );
    assert_eq!(change(r#"{"disabled":true}"#).status, 200);
    assert_eq!(
        get_with("/records/mat", &[("cookie", &session)]).status,
        404
    );
    assert_eq!(sign_in("tam-thoi", PASSWORD).status, 403);
    for (body, status) in [
        ("{", 400),
        (r#"{"colour":1}"#, 400),
        (r#"{"role":"king"}"#, 400),
        (r#"{"password":"x"}"#, 400),
    ] {
        assert_eq!(change(body).status, status, "{body}");
    }
    let last = api(
        "PATCH",
        "/api/v1/users/admin",
        admin,
        r#"{"role":"reader"}"#,
    );
    assert_eq!(
        (last.status, &last.json()["parameter"]),
        (400, &"role".into())
    );
    assert_eq!(
        api(
            "PATCH",
            "/api/v1/users/ai-do",
            admin,
            r#"{"role":"reader"}"#
        )
        .status,
        404
    );
}

#[test]
fn nothing_that_is_no_key_of_ours_is_one() {
    for line in [
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "trithuc_x",
        "Bearer trithuc_\u{ff}",
    ] {
        let answer = get_with("/api/v1/me", &[("authorization", line)]);
        assert_eq!(answer.status, 401, "{line}");
    }
    assert_eq!(get("/api/v1/me").status, 401);
    assert_eq!(get_with("/", &[("cookie", "session=x")]).status, 200);
}
