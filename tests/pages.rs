//! The pages against the real server: both languages, what browsers are told
//! to refuse, escaping, filters, choices that are remembered.

use crate::site::{N_OPEN, get, get_with, send};

const PAGES: [&str; 11] = [
    "/",
    "/search",
    "/search?q=l%C3%BAa&explain=1",
    "/records/bai-bao",
    "/records/bo-du-lieu",
    "/help",
    "/about",
    "/status",
    "/api",
    "/topics",
    "/topics/1",
];

#[test]
fn every_page_stands_in_both_languages() {
    for page in PAGES {
        let mark = if page.contains('?') { '&' } else { '?' };
        for (lang, skip) in [("vi", "Đến nội dung chính"), ("en", "Skip to main content")] {
            let answer = get(format!("{page}{mark}lang={lang}"));
            assert_eq!(answer.status, 200, "{page}: {}", answer.body);
            assert!(
                answer.body.contains(&format!("<html lang=\"{lang}\"")),
                "{page}"
            );
            assert!(answer.body.contains(skip), "{page}");
            assert_eq!(answer.header("content-language"), lang);
            assert_eq!(
                answer.body.matches("<h1").count(),
                1,
                "{page}: one heading on top"
            );
        }
    }
}

/// The content policy allows nothing inline, so nothing inline may be there.
#[test]
fn no_page_has_inline_script_or_style_and_every_answer_has_its_guards() {
    let errors = [
        "/nowhere",
        "/records/khong-co",
        "/search?page=x",
        "/api/v1/nowhere",
    ];
    for page in PAGES.into_iter().chain(errors) {
        let answer = get(page);
        for inline in [" style=", " onclick=", " onload=", "javascript:", "<style"] {
            assert!(!answer.body.contains(inline), "{page}: {inline}");
        }
        let scripts = answer.body.matches("<script").count();
        let data = answer
            .body
            .matches("<script type=\"application/ld+json\">")
            .count();
        assert_eq!(scripts, data, "{page}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{page}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{page}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{page}");
        assert!(!answer.header("referrer-policy").is_empty(), "{page}");
        assert!(!answer.header("x-request-id").is_empty(), "{page}");
    }
}

#[test]
fn text_of_records_and_readers_is_escaped() {
    let page = get("/records/la%2Fhiem%3F%23%25").body;
    assert!(page.contains("&#60;script&#62;alert(") && !page.contains("<script>alert"));
    assert!(!page.contains("<b>Tạp chí"));
    let results = get("/search?q=%22%3E%3Cimg+src%3Dx%3E");
    assert!(results.status < 500 && !results.body.contains("<img src=x"));
    let missing = get("/records/%3Cimg%20src=x%3E");
    assert!(missing.status == 404 && !missing.body.contains("<img src=x"));
}

#[test]
fn results_are_marked_counted_and_linked() {
    let page = get("/search?q=lua+chiu+man").body;
    assert!(page.contains("40 kết quả"), "exact total");
    assert!(page.contains("<mark>") && page.contains("</mark>"));
    assert!(page.contains("href=\"/records/lua-"));
    assert!(
        page.contains("aria-current=\"page\">1<"),
        "this page is marked"
    );
    let second = get("/search?q=lua+chiu+man&page=2").body;
    assert!(second.contains("<ol class=\"hits\" start=\"21\">"));
    let narrowed = get("/search?q=lua&filter=type%3Apatent").body;
    assert!(narrowed.contains("10 kết quả") && narrowed.contains("Bỏ lọc Loại tài liệu: Sáng chế"));
}

#[test]
fn a_search_without_results_says_what_to_try() {
    let page = get("/search?q=xqzzv&filter=type%3Apatent");
    assert_eq!(page.status, 200);
    assert!(
        page.body
            .contains("Không tìm thấy tài liệu nào cho “xqzzv”")
    );
    assert!(
        page.body.contains("href=\"/search?q=xqzzv\""),
        "filters can be taken away"
    );
}

#[test]
fn years_from_the_form_become_a_filter() {
    let answer = get("/search?q=lua&year_from=2005&year_to=2010&filter=year%3A1990");
    assert_eq!(answer.status, 303);
    assert_eq!(
        answer.header("location"),
        "/search?q=lua&filter=year%3A2005..2010"
    );
    assert_eq!(
        get("/search?year_from=&year_to=2010").header("location"),
        "/search?filter=year%3A..2010"
    );
    assert_eq!(get("/search?year_from=soon").status, 400);
    let page = get(answer.header("location")).body;
    assert!(page.contains("2005–2010") && page.contains("12 kết quả"));
}

#[test]
fn the_language_is_asked_for_then_remembered_then_guessed() {
    let lang = |target: &str, headers: &[(&str, &str)]| {
        get_with(target, headers)
            .header("content-language")
            .to_owned()
    };
    assert_eq!(lang("/", &[]), "vi");
    assert_eq!(lang("/", &[("accept-language", "en-GB,en;q=0.9")]), "en");
    assert_eq!(
        lang("/", &[("accept-language", "en"), ("cookie", "lang=vi")]),
        "vi"
    );
    assert_eq!(lang("/?lang=en", &[("cookie", "lang=vi")]), "en");
    let asked = get("/?lang=en");
    assert!(asked.header("set-cookie").starts_with("lang=en; Path=/;"));
    assert_eq!(
        get("/").header("set-cookie"),
        "",
        "nothing is set that was not chosen"
    );
}

#[test]
fn colours_are_remembered_and_nobody_is_sent_away() {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let choose = |body: &str| send("POST", b"/preferences", &form, body);
    let dark = choose("theme=dark&back=%2Fsearch%3Fq%3Dlua");
    assert_eq!(
        (dark.status, dark.header("location")),
        (303, "/search?q=lua")
    );
    assert!(dark.header("set-cookie").starts_with("theme=dark;"));
    assert_eq!(
        choose("theme=dark&back=%2F%2Fevil.example").header("location"),
        "/"
    );
    assert_eq!(choose("").status, 400);
    let page = get_with("/", &[("cookie", "theme=dark")]).body;
    assert!(page.contains("data-theme=\"dark\""));
}

#[test]
fn a_record_tells_people_and_programs_what_it_is() {
    let page = get("/records/bai-bao?lang=en").body;
    for part in [
        "Storm surge forecast",
        "Dự báo nước dâng",
        "<meta name=\"citation_doi\" content=\"10.5555/bai.bao\">",
        "<meta name=\"citation_author\" content=\"Nguyễn Thị Hạnh\">",
        "\"@type\":\"ScholarlyArticle\"",
        "class=\"Z3988\"",
        "https://doi.org/10.5555/bai.bao",
        "(2023).",
        "<a href=\"/records/bo-du-lieu\">Sea level</a>",
        "<link rel=\"canonical\" href=\"http://thu-vien.test/records/bai-bao\">",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(
        !page.contains("href=\"/records/mat\""),
        "no link to what may not be seen"
    );
    let data = get("/records/bo-du-lieu").body;
    assert!(data.contains("muc_nuoc_m") && !data.contains("/srv/noi-bo"));
}

#[test]
fn assets_never_change_under_their_names() {
    let page = get("/").body;
    let mut names = page
        .split("/assets/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    assert!(names.clone().count() >= 4);
    assert!(names.all(|name| {
        let asset = get(format!("/assets/{name}"));
        asset.status == 200 && asset.header("cache-control").contains("immutable")
    }));
    assert_eq!(get("/assets/site.css").status, 404, "only with the hash");
}

#[test]
fn programs_find_feed_search_and_sitemap() {
    let feed = get("/feed.atom?q=lua");
    assert!(
        feed.header("content-type")
            .starts_with("application/atom+xml")
    );
    assert_eq!(feed.body.matches("<entry>").count(), 40);
    assert!(
        get("/opensearch.xml")
            .body
            .contains("http://thu-vien.test/search?q={searchTerms}")
    );
    assert!(
        get("/robots.txt")
            .body
            .contains("Sitemap: http://thu-vien.test/sitemap.xml")
    );
    assert!(
        get("/sitemap.xml")
            .body
            .contains("http://thu-vien.test/sitemaps/1")
    );
    assert_eq!(get("/sitemaps/1").body.matches("<url>").count(), N_OPEN);
    for none in [
        "/sitemaps/0",
        "/sitemaps/2",
        "/sitemaps/x",
        "/sitemaps/99999999999999999999",
    ] {
        assert_eq!(get(none).status, 404, "{none}");
    }
}

#[test]
fn answers_are_compressed_for_those_who_can_read_them() {
    let packed = get_with("/", &[("accept-encoding", "br")]);
    assert_eq!(packed.header("content-encoding"), "br");
    assert!(packed.body.len() < get("/").body.len());
}

#[test]
fn a_query_that_cannot_be_read_is_shown_with_its_mistake() {
    let page = get("/search?q=l%C3%BAa+AND+%28g%E1%BA%A1o");
    assert_eq!(page.status, 400);
    assert!(page.body.contains("class=\"badquery\""), "{}", page.body);
}

#[test]
fn the_advanced_form_leads_to_a_search_that_says_what_was_filled_in() {
    let form = get("/search/advanced?q=m%E1%BA%B7n");
    assert_eq!(form.status, 200, "{}", form.body);
    assert!(form.body.contains("value=\"mặn\"") && form.body.contains("name=\"text4\""));
    let sent = "go=1&in1=title&how1=all&text1=x%C3%A2m+nh%E1%BA%ADp&in2=&how2=none&text2=c%C3%A0+ph%C3%AA\
                &type=paper&type=report&year_from=2000&year_to=&language=&sort=newest&mode=hybrid";
    let led = get(format!("/search/advanced?{sent}"));
    assert_eq!(led.status, 303);
    let there = led.header("location").to_owned();
    let results = get(&there);
    assert_eq!(results.status, 200, "{there}: {}", results.body);
    let query = "(title:xâm AND title:nhập) AND NOT (cà OR phê)";
    assert!(results.body.contains(query), "{there}");
    for filter in ["type%3Apaper", "type%3Areport", "year%3A2000.."] {
        assert!(there.contains(filter), "{there}");
    }
    assert!(
        there.contains("sort=newest") && !there.contains("mode="),
        "{there}"
    );
    for wrong in ["year_to=abc", "in2=nowhere", "how1=x", "sort=best"] {
        let refused = get(format!("/search/advanced?go=1&{wrong}"));
        let refused = match refused.status {
            303 => get(refused.header("location")),
            _ => refused,
        };
        assert_eq!(refused.status, 400, "{wrong}");
    }
    let results = get("/search?q=lua&filter=type%3Apaper").body;
    assert!(results.contains("/search/advanced?q=lua"), "{results}");
}
