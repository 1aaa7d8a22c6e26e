//! Fields of another format on their way to `json_fields`.

use records::{AgentKind, AgentRole};
use serde_json::{Map, Value, json};

/// Fields under the names that `json_fields` knows.
#[derive(Default)]
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// Sets a field, unless it is there already or the value is blank.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value: String = value.into();
        if !value.trim().is_empty() && !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), Value::String(value));
        }
    }

    /// Adds a value to a field that is a list.
    pub(crate) fn push(&mut self, name: &str, value: impl Into<Value>) {
        let list = self
            .0
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(items) = list {
            items.push(value.into());
        }
    }

    /// Sets the value of a field in one language.
    pub(crate) fn set_in_language(&mut self, name: &str, lang: &str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        let here = self.0.entry(name).or_insert_with(|| json!({}));
        if let Value::String(plain) = here {
            // A column without a language stands beside columns with one.
            *here = json!({ "vi": plain });
        }
        if let Value::Object(by_language) = here {
            by_language.insert(lang.to_owned(), json!(value));
        }
    }

    /// Adds a person or an organisation.
    pub(crate) fn push_agent(&mut self, name: &str, kind: AgentKind, role: AgentRole) {
        if !name.trim().is_empty() {
            self.push(
                "agents",
                json!({"name": name.trim(), "kind": kind, "role": role}),
            );
        }
    }

    /// What `json_fields` reads.
    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}
