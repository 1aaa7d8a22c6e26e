//! Turns the catalogues of words (`web/i18n/*.toml`) into Rust: one struct a
//! section, one constant a language. A key that one language lacks, or that a
//! page misspells, stops the build.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path};

type Section = BTreeMap<String, String>;
type Words = BTreeMap<String, Section>;

fn main() {
    // Asked at run time: a build folder may serve several checkouts.
    let crate_folder = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it for build scripts");
    let folder = Path::new(&crate_folder).join("../../web/i18n");
    println!("cargo:rerun-if-changed={}", folder.display());
    let [vietnamese, english] = ["vi", "en"].map(|code| read(&folder.join(format!("{code}.toml"))));
    compare(&vietnamese, &english);
    let mut code = structs(&vietnamese);
    code.push_str(&constant("VI", &vietnamese));
    code.push_str(&constant("EN", &english));
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR for build scripts");
    fs::write(Path::new(&out).join("words.rs"), code).expect("the build folder can be written");
}

fn read(path: &Path) -> Words {
    let text = fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Both catalogues have the same sections and keys; the first difference is
/// named.
fn compare(vietnamese: &Words, english: &Words) {
    let keys = |words: &Words| -> Vec<String> {
        let pairs = words.iter().flat_map(|(section, entries)| {
            entries.keys().map(move |key| format!("{section}.{key}"))
        });
        pairs.collect()
    };
    let (vi, en) = (keys(vietnamese), keys(english));
    let lacks =
        |from: &[String], other: &[String]| from.iter().find(|key| !other.contains(key)).cloned();
    assert!(
        lacks(&vi, &en).is_none(),
        "en.toml lacks {:?}",
        lacks(&vi, &en)
    );
    assert!(
        lacks(&en, &vi).is_none(),
        "vi.toml lacks {:?}",
        lacks(&en, &vi)
    );
}

fn type_name(section: &str) -> String {
    let mut letters = section.chars();
    let head = letters.next().map(|c| c.to_ascii_uppercase());
    head.into_iter()
        .chain(letters)
        .chain("Words".chars())
        .collect()
}

fn structs(words: &Words) -> String {
    let mut code = String::from("/// Every word of the pages in one language.\n");
    code.push_str("#[derive(Debug)]\npub(crate) struct Words {\n");
    for section in words.keys() {
        let _ = writeln!(code, "    pub(crate) {section}: {},", type_name(section));
    }
    code.push_str("}\n");
    for (section, entries) in words {
        let name = type_name(section);
        let _ = writeln!(code, "#[derive(Debug)]\npub(crate) struct {name} {{");
        for key in entries.keys() {
            let _ = writeln!(code, "    pub(crate) r#{key}: &'static str,");
        }
        code.push_str("}\n");
        let _ = writeln!(code, "impl {name} {{");
        code.push_str("    /// The word of a key made at run time; `None` when there is none.\n");
        code.push_str(
            "    #[allow(dead_code, reason = \"not every section is looked up by name\")]\n",
        );
        code.push_str("    pub(crate) fn get(&self, key: &str) -> Option<&'static str> {\n        match key {\n");
        for key in entries.keys() {
            let _ = writeln!(code, "            \"{key}\" => Some(self.r#{key}),");
        }
        code.push_str("            _ => None,\n        }\n    }\n}\n");
    }
    code
}

fn constant(name: &str, words: &Words) -> String {
    let mut code = format!("pub(crate) static {name}: Words = Words {{\n");
    for (section, entries) in words {
        let _ = writeln!(code, "    {section}: {} {{", type_name(section));
        for (key, text) in entries {
            let _ = writeln!(code, "        r#{key}: {text:?},");
        }
        code.push_str("    },\n");
    }
    code.push_str("};\n");
    code
}
