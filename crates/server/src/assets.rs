//! Styles, fonts and the emblem, built into the binary. Each lies at an
//! address that holds the hash of its bytes, so that browsers keep it for a
//! year and a new program never meets old styles.

use std::sync::LazyLock;

/// One file that pages link to.
#[derive(Debug)]
pub(crate) struct Asset {
    /// Address: `/assets/site.0123456789abcdef.css`.
    pub(crate) url: String,
    /// Media type.
    pub(crate) media_type: &'static str,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

impl Asset {
    fn new(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Self {
        let hash = blake3::hash(&bytes).to_hex();
        let (stem, suffix) = name.rsplit_once('.').unwrap_or((name, "bin"));
        // 64 bits of the hash: enough to tell two versions of one file apart.
        let url = format!("/assets/{stem}.{}.{suffix}", &hash[..16]);
        Self {
            url,
            media_type,
            bytes,
        }
    }
}

/// All files; styles are written last, since they name the others.
#[derive(Debug)]
pub(crate) struct Assets {
    /// The style sheet.
    pub(crate) style: Asset,
    /// What makes a harvester's answer a page for people.
    pub(crate) oai_style: Asset,
    /// Zoom and search of the map of topics.
    pub(crate) map_script: Asset,
    /// The emblem, also the icon of the browser's tab.
    pub(crate) emblem: Asset,
    fonts: Vec<Asset>,
}

macro_rules! font {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../../web/assets/fonts/", $name)),
        )
    };
}

const FONTS: [(&str, &[u8]); 6] = [
    font!("be-vietnam-pro-latin-400.woff2"),
    font!("be-vietnam-pro-latin-600.woff2"),
    font!("be-vietnam-pro-vietnamese-400.woff2"),
    font!("be-vietnam-pro-vietnamese-600.woff2"),
    font!("source-serif-4-latin-600.woff2"),
    font!("source-serif-4-vietnamese-600.woff2"),
];

/// The files of this program.
pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let fonts: Vec<Asset> = FONTS
        .iter()
        .map(|(name, bytes)| Asset::new(name, "font/woff2", bytes.to_vec()))
        .collect();
    let mut css = include_str!("../../../web/styles/site.css").to_owned();
    for ((name, _), asset) in FONTS.iter().zip(&fonts) {
        css = css.replace(&format!("/assets/fonts/{name}"), &asset.url);
    }
    let emblem = include_bytes!("../../../web/assets/emblem.svg");
    let map_script = include_bytes!("../../../web/assets/map.js");
    let style = Asset::new("site.css", "text/css; charset=utf-8", css.into_bytes());
    let xsl = include_str!("../../../web/oai.xsl").replace("{{style}}", &style.url);
    Assets {
        oai_style: Asset::new("oai.xsl", "text/xsl; charset=utf-8", xsl.into_bytes()),
        style,
        map_script: Asset::new(
            "map.js",
            "text/javascript; charset=utf-8",
            map_script.to_vec(),
        ),
        emblem: Asset::new("emblem.svg", "image/svg+xml", emblem.to_vec()),
        fonts,
    }
});

impl Assets {
    /// The file at an address.
    pub(crate) fn find(&self, url: &str) -> Option<&Asset> {
        let all = [&self.style, &self.oai_style, &self.map_script, &self.emblem];
        let all = all.into_iter().chain(&self.fonts);
        all.into_iter().find(|asset| asset.url == url)
    }

    /// The fonts that every page needs at once, for early loading.
    pub(crate) fn first_fonts(&self) -> impl Iterator<Item = &str> {
        let text = self.fonts.iter().filter(|font| font.url.contains("-400."));
        text.map(|font| font.url.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_names_only_files_that_are_there() {
        let css = String::from_utf8(ASSETS.style.bytes.clone()).unwrap();
        let urls: Vec<&str> = css
            .split("url(\"")
            .skip(1)
            .filter_map(|rest| rest.split_once('"').map(|(url, _)| url))
            .collect();
        assert_eq!(urls.len(), FONTS.len());
        for url in urls {
            assert!(ASSETS.find(url).is_some(), "{url}");
        }
    }

    /// Text, styles and fonts of a first visit; pages add about 5 kB.
    #[test]
    fn a_first_visit_is_small() {
        let fonts: usize = FONTS.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(fonts < 70_000, "{fonts} bytes of fonts");
        assert!(ASSETS.style.bytes.len() < 40_000);
    }
}
