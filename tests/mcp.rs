//! The library for AI assistants: the protocol, the tools, and what callers may
//! not see.

use serde_json::{Value, json};

use crate::site::{Answer, INTERNAL, SECRET, SITE, get, send};

fn post(role: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let key = SITE.keys.get(role).map(|key| format!("Bearer {key}"));
    let mut all = vec![
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ];
    all.extend(key.as_deref().map(|key| ("authorization", key)));
    all.extend_from_slice(headers);
    send("POST", b"/mcp", &all, body)
}

fn ask(role: &str, method: &str, params: Value) -> Value {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let answer = post(
        role,
        &[("mcp-protocol-version", "2025-06-18")],
        &body.to_string(),
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    assert_eq!(
        (&answer["jsonrpc"], &answer["id"]),
        (&json!("2.0"), &json!(7))
    );
    answer
}

fn tool(role: &str, name: &str, arguments: Value) -> Value {
    let answer = ask(
        role,
        "tools/call",
        json!({"name": name, "arguments": arguments}),
    );
    answer["result"].clone()
}

#[test]
fn a_client_finds_its_way() {
    let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "thử", "version": "1"}});
    let answer = ask("", "initialize", hello);
    assert_eq!(answer["result"]["protocolVersion"], "2025-06-18");
    assert!(answer["result"]["capabilities"]["tools"].is_object());
    let strange = ask("", "initialize", json!({"protocolVersion": "1999-01-01"}));
    assert_eq!(strange["result"]["protocolVersion"], "2025-11-25");
    let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let noted = post("", &[], &note.to_string());
    assert_eq!((noted.status, noted.body.as_str()), (202, ""));
    let tools = ask("", "tools/list", json!({}));
    let names = tools["result"]["tools"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|tool| tool["name"].as_str().unwrap()).collect();
    for wanted in [
        "search", "record", "similar", "answer", "topics", "topic", "trends",
    ] {
        assert!(names.contains(&wanted), "{names:?}");
    }
    assert_eq!(ask("", "ping", json!({}))["result"], json!({}));
}

#[test]
fn tools_answer_as_the_api_does() {
    let found = tool(
        "",
        "search",
        json!({"query": "giống lúa", "filters": ["type:patent"], "limit": 3, "facets": ["type"]}),
    );
    assert_eq!(found["isError"], false, "{found}");
    let answer = &found["structuredContent"];
    let api =
        get("/api/v1/search?q=gi%E1%BB%91ng+l%C3%BAa&filter=type:patent&limit=3&facet=type").json();
    assert_eq!(
        (&answer["total"], &answer["hits"]),
        (&api["total"], &api["hits"])
    );
    let said: Value = serde_json::from_str(found["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(&said, answer);
    let record = tool("", "record", json!({"id": "bai-bao"}));
    let record = &record["structuredContent"];
    assert_eq!(record["record"]["title"]["vi"], "Dự báo nước dâng");
    assert!(
        record["url"]
            .as_str()
            .unwrap()
            .ends_with("/records/bai-bao")
    );
    let trends = tool("", "trends", json!({"query": "lúa"}));
    let series = trends["structuredContent"]["series"]
        .as_array()
        .unwrap()
        .clone();
    let sum: u64 = series
        .iter()
        .map(|year| year["records"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, trends["structuredContent"]["total"].as_u64().unwrap());
    let topics = tool("", "topics", json!({}));
    assert_eq!(topics["structuredContent"], get("/api/v1/topics").json());
}

#[test]
fn what_a_role_may_not_see_is_in_no_tool() {
    let calls = [
        (
            "search",
            json!({"query": "lúa", "limit": 100, "facets": ["venue", "author", "collection"]}),
        ),
        ("search", json!({"query": SECRET})),
        ("record", json!({"id": "mat", "from_page": 1, "to_page": 9})),
        ("record", json!({"id": "noi-bo"})),
        ("similar", json!({"id": "mat"})),
        ("similar", json!({"id": "lua-01", "limit": 100})),
        (
            "answer",
            json!({"question": "Năng suất lúa ở đồng bằng sông Cửu Long?"}),
        ),
        ("topics", json!({})),
        ("topic", json!({"topic": 1})),
        ("topic", json!({"topic": 2})),
        ("trends", json!({"query": ""})),
    ];
    for (role, internal, secret) in [
        ("", false, false),
        ("reader", true, false),
        ("librarian", true, true),
    ] {
        let all: String = calls
            .iter()
            .map(|(name, arguments)| {
                let mut answer = tool(role, name, arguments.clone());
                // What was asked for is said back.
                answer["structuredContent"]["links"] = Value::Null;
                answer["content"] = if answer["isError"] == true {
                    answer["content"].clone()
                } else {
                    Value::Null
                };
                answer.to_string()
            })
            .collect();
        assert_eq!(all.contains(INTERNAL), internal, "{role}");
        assert_eq!(all.contains(SECRET), secret, "{role}");
    }
    let total = |role: &str| {
        tool(role, "trends", json!({"query": ""}))["structuredContent"]["total"].clone()
    };
    assert_eq!(
        [total(""), total("reader"), total("admin")],
        [45, 46, 49].map(|n| json!(n))
    );
}

#[test]
fn what_is_wrong_is_said() {
    for (arguments, word) in [
        (json!({}), "query"),
        (json!({"query": 5}), "query"),
        (json!({"query": "lúa", "limit": 1000}), "limit"),
        (json!({"query": "lúa", "filters": "type:paper"}), "filters"),
        (json!({"query": "lúa", "filters": ["colour:red"]}), "filter"),
        (json!({"query": "lúa", "colour": "red"}), "colour"),
        (json!({"query": "\"mở"}), "quote"),
        (json!([1]), "arguments"),
    ] {
        let answer = tool("", "search", arguments.clone());
        assert_eq!(answer["isError"], true, "{arguments}");
        let said = answer["content"][0]["text"].as_str().unwrap();
        assert!(said.contains(word), "{arguments}: {said}");
    }
    let missing = tool("", "record", json!({"id": "khong-co"}));
    assert_eq!(missing["isError"], true);
    assert_eq!(
        ask("", "tools/call", json!({"name": "drop"}))["error"]["code"],
        -32602
    );
    assert_eq!(
        ask("", "resources/list", json!({}))["error"]["code"],
        -32601
    );
    for body in [
        "{",
        "[]",
        "5",
        "",
        "{\"id\":null,\"method\":\"ping\",\"jsonrpc\":\"2.0\"}",
    ] {
        let answer = post("", &[], body);
        assert_eq!(
            (answer.status, &answer.json()["parameter"]),
            (400, &json!("body")),
            "{body}"
        );
    }
    let ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    assert_eq!(
        post("", &[("mcp-protocol-version", "1999-01-01")], ping).status,
        400
    );
    assert_eq!(
        post("", &[("origin", "https://evil.example")], ping).status,
        403
    );
    assert_eq!(
        post("", &[("origin", "https://cong.example.vn")], ping).status,
        200
    );
    assert_eq!(
        post("", &[("authorization", "Bearer trithuc_x")], ping).status,
        401
    );
    let get = get("/mcp");
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
}
