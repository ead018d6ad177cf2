//! The templates that come with this program, to begin with: none is approved, each has its tests.

use super::failure::Failure;
use crate::model::Template;
use crate::parse;

/// A template of the catalogue.
pub(super) struct Starter {
    /// Its id.
    pub(super) id: &'static str,
    /// Its file.
    pub(super) text: &'static str,
    /// Its tests: paths below the folder of its tests, and contents.
    pub(super) tests: &'static [(&'static str, &'static str)],
}

/// A template and the tests beside it.
macro_rules! starter {
    ($id:literal, fits: [$($fits:literal),* $(,)?], misfits: [$($misfits:literal),* $(,)?]) => {
        Starter {
            id: $id,
            text: include_str!(concat!("../../policies/templates/", $id, ".toml")),
            tests: &[
                $((
                    concat!("fits/", $fits, ".diff"),
                    include_str!(concat!("../../policies/templates/tests/", $id, "/fits/", $fits, ".diff")),
                ),)*
                $((
                    concat!("misfits/", $misfits, ".diff"),
                    include_str!(concat!("../../policies/templates/tests/", $id, "/misfits/", $misfits, ".diff")),
                ),)*
            ],
        }
    };
}

/// All of them, by id.
pub(super) const STARTERS: [Starter; 8] = [
    starter!("dns-ttl", fits: ["an-hour-to-a-minute", "a-line-of-a-zone"], misfits: ["no-time-at-all", "another-address", "another-address-in-a-zone"]),
    starter!("documentation", fits: ["a-sentence", "a-new-page"], misfits: ["a-script-beside-it", "a-page-goes"]),
    starter!("flag-percentage", fits: ["a-step-forward", "all-the-way-back"], misfits: ["all-at-once", "more-than-all", "a-text", "the-switch-along-with-it"]),
    starter!("image-digest", fits: ["a-patch", "the-base-of-a-build"], misfits: ["another-repository", "no-digest", "a-major-step", "a-command-beside-it"]),
    starter!("log-level", fits: ["warn-in-yaml", "a-property", "a-variable", "of-a-container"], misfits: ["everything", "to-somewhere-else", "another-variable"]),
    starter!("patch-dependency", fits: ["locked", "asked-for", "asked-for-in-a-table", "asked-for-in-development", "asked-for-of-npm"], misfits: ["a-minor-step", "from-somewhere-else", "without-the-lockfile", "a-build-script-beside-it"]),
    starter!("replicas", fits: ["three-to-six", "a-wider-autoscaler"], misfits: ["forty", "too-large-a-step", "to-nothing", "a-stateful-set", "the-image-along-with-it"]),
    starter!("rotation", fits: ["a-new-certificate", "the-next-key"], misfits: ["a-file-of-somebody", "a-key-before", "checks-switched-off"]),
];

/// All of them, read.
pub(super) fn templates() -> Result<Vec<Template>, Failure> {
    let read = |starter: &Starter| {
        parse::template(starter.text, &format!(".changeward/templates/{}.toml", starter.id)).map_err(Failure::internal)
    };
    STARTERS.iter().map(read).collect()
}

/// How many changes of a template's tests must fit, and how many must not.
pub(super) fn tests(id: &str) -> (u64, u64) {
    let of = STARTERS.iter().filter(|starter| starter.id == id).flat_map(|starter| starter.tests);
    of.fold((0, 0), |(fits, misfits), (path, _)| match path.starts_with("fits/") {
        true => (fits + 1, misfits),
        false => (fits, misfits + 1),
    })
}
