//! An error with all its causes as one line for people.

/// The message of `error` and of each cause behind it, parted by colons; a
/// cause whose words stand there already is not repeated.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut shown = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !shown.contains(&text) {
            shown.push_str(": ");
            shown.push_str(&text);
        }
        cause = error.source();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        source: Option<Box<Layer>>,
    }

    #[test]
    fn each_cause_once() {
        let layer = |text, source: Option<Layer>| Layer {
            text,
            source: source.map(Box::new),
        };
        let inner = layer("disk full", None);
        let error = layer("cannot write", Some(layer("cannot write", Some(inner))));
        assert_eq!(with_causes(&error), "cannot write: disk full");
    }
}
