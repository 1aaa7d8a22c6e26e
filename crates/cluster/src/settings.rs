//! Where the cluster is and how the indexes are spread over it.

use serde::Deserialize;

/// Where the cluster is and how the indexes are spread over it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QdrantSettings {
    /// gRPC addresses of the nodes, such as `http://10.0.0.1:6334`; when one does
    /// not answer, the next is asked.
    pub urls: Vec<String>,
    /// Before the names of all collections, so that several libraries can share a
    /// cluster: letters, digits, `-` and `_`.
    pub prefix: String,
    /// Parts of a collection, on as many nodes; fixed when a collection is made.
    pub shards: u32,
    /// Copies of each part, each on another node.
    pub replicas: u32,
    /// Copies that must have taken a write before it counts as done.
    pub write_consistency: u32,
    /// Seconds after which a request has failed.
    pub timeout_s: u64,
    /// Sent with every request; given by the environment, never by a file.
    #[serde(skip)]
    pub api_key: Option<String>,
}

/// How a collection is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redundancy {
    /// Parts of a collection.
    pub shards: u32,
    /// Copies of each part.
    pub replicas: u32,
    /// Copies that must have taken a write.
    pub write_consistency: u32,
}

impl Default for QdrantSettings {
    fn default() -> Self {
        Self {
            urls: vec!["http://127.0.0.1:6334".into()],
            prefix: "trithuc".into(),
            shards: 1,
            replicas: 1,
            write_consistency: 1,
            timeout_s: 30,
            api_key: None,
        }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// No address.
    #[error(
        "no address of a Qdrant node is given; set `urls`, such as [\"http://127.0.0.1:6334\"]"
    )]
    NoUrl,
    /// An address of another kind.
    #[error("`{0}` is no address of a Qdrant node; write http://HOST:6334 or https://HOST:6334")]
    Url(String),
    /// A prefix that no collection can have.
    #[error("prefix `{0}` cannot begin the name of a collection; use letters, digits, - and _")]
    Prefix(String),
    /// A number out of its range.
    #[error("`{name}` is {value}; it must be between {least} and {most}")]
    Number {
        /// Which one.
        name: &'static str,
        /// What it is.
        value: u64,
        /// The least it may be.
        least: u64,
        /// The most it may be.
        most: u64,
    },
}

impl QdrantSettings {
    /// The same, when it can be.
    ///
    /// # Errors
    /// Names the first setting that cannot be, and its cure.
    pub fn checked(self) -> Result<Self, InvalidSettings> {
        if self.urls.is_empty() {
            return Err(InvalidSettings::NoUrl);
        }
        let is_address = |url: &&String| {
            let host = url.strip_prefix("http://");
            host.or(url.strip_prefix("https://"))
                .is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
        };
        if let Some(url) = self.urls.iter().find(|url| !is_address(url)) {
            return Err(InvalidSettings::Url(url.clone()));
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if self.prefix.is_empty() || self.prefix.len() > 64 || !self.prefix.chars().all(fits) {
            return Err(InvalidSettings::Prefix(self.prefix.clone()));
        }
        let replicas = u64::from(self.replicas);
        for (name, value, most) in [
            ("shards", u64::from(self.shards), 1000),
            ("replicas", replicas, 16),
            (
                "write_consistency",
                u64::from(self.write_consistency),
                replicas,
            ),
            ("timeout_s", self.timeout_s, 600),
        ] {
            if !(1..=most).contains(&value) {
                return Err(InvalidSettings::Number {
                    name,
                    value,
                    least: 1,
                    most,
                });
            }
        }
        Ok(self)
    }

    /// How collections are spread.
    pub fn redundancy(&self) -> Redundancy {
        Redundancy {
            shards: self.shards,
            replicas: self.replicas,
            write_consistency: self.write_consistency,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_without_a_file_can_be() {
        assert!(QdrantSettings::default().checked().is_ok());
    }

    #[test]
    fn what_cannot_be_is_named() {
        let change = |change: fn(&mut QdrantSettings)| {
            let mut settings = QdrantSettings::default();
            change(&mut settings);
            settings.checked().unwrap_err().to_string()
        };
        assert!(change(|s| s.urls.clear()).contains("urls"));
        assert!(change(|s| s.urls = vec!["localhost:6334".into()]).contains("localhost:6334"));
        assert!(change(|s| s.prefix = "a b".into()).contains("a b"));
        assert!(change(|s| s.shards = 0).contains("shards"));
        assert!(change(|s| s.write_consistency = 2).contains("write_consistency"));
    }
}
