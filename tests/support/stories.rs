//! The stories of `tests/smuggling/stories.toml`, and a judge of them that knows nothing of documents.

use serde::Deserialize;

/// A file, the text around its one value (`@`), and what the value may be.
#[derive(Deserialize)]
pub(crate) struct Story {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) old: String,
    pub(crate) new: String,
    allow: String,
    may: String,
}

#[derive(Deserialize)]
struct Stories {
    story: Vec<Story>,
}

pub(crate) fn stories() -> Vec<Story> {
    toml::from_str::<Stories>(include_str!("../smuggling/stories.toml")).unwrap().story
}

/// Every spelling of every value that may stand there.
fn may(kind: &str, text: &str) -> bool {
    match kind {
        "number" => {
            let plain = text.strip_prefix('+').unwrap_or(text);
            // Every reader of YAML and of TOML takes this for 5.
            text == "0x5" || plain.len() <= 3 && plain.parse::<i64>().is_ok_and(|number| (2..=20).contains(&number))
        }
        "digest" => {
            let hex = text.trim_matches('"').strip_prefix("acme/web@sha256:").unwrap_or_default();
            hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        }
        "level" => matches!(text.trim_matches(['"', '\'']), "debug" | "info" | "warn"),
        // Who keeps quotes keeps them before and after.
        "word" => matches!(text, "debug" | "info" | "warn"),
        "quoted word" => matches!(text, "\"debug\"" | "\"info\"" | "\"warn\""),
        // In properties a backslash before a letter or the end of a line is dropped.
        "property" => may("level", &text.replace("\\\n", "").replace('\\', "")),
        "ttl" => matches!(text, "30" | "60" | "300"),
        other => panic!("no such kind: {other}"),
    }
}

impl Story {
    fn around(&self) -> (&str, &str) {
        self.text.split_once('@').unwrap()
    }

    pub(crate) fn text(&self, value: &str) -> String {
        self.text.replacen('@', value, 1)
    }

    pub(crate) fn template(&self) -> String {
        let folder = self.path.split('/').next().unwrap();
        format!(
            "version = 1\nid = \"t\"\ntitle = \"t\"\nstate = \"published\"\n[scope]\ninclude = [\"{folder}/**\"]\nkinds = \
             [\"modified\"]\n[[allow]]\n{}",
            self.allow
        )
    }

    /// The change is allowed: nothing but the value differs, and it is on the list.
    pub(crate) fn allowed(&self, after: &[u8]) -> bool {
        let (before, behind) = self.around();
        let inside = after.strip_prefix(before.as_bytes()).and_then(|rest| rest.strip_suffix(behind.as_bytes()));
        inside.and_then(|value| std::str::from_utf8(value).ok()).is_some_and(|value| may(&self.may, value))
    }
}
