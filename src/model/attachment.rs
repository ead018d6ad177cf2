//! What somebody attaches to a change: what another tool found out about it.

use std::sync::Arc;

/// One attached document, read and checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attachment {
    /// What the rules call it.
    pub name: String,
    /// The file, as it was given, quoted as [`RepoPath::quoted`](super::RepoPath::quoted) does.
    pub file: String,
    /// What it is.
    pub format: AttachmentFormat,
    /// Its size.
    pub bytes: u64,
    /// `sha256:<hex>` of its bytes.
    pub digest: String,
    /// What it says, as the text of a JSON document whose numbers are spelled as in the file.
    pub document: Arc<str>,
}

/// What an attached document is, as far as it says so itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AttachmentFormat {
    /// A plan of Terraform or OpenTofu, as `terraform show -json` writes it.
    TerraformPlan,
    /// SARIF 2.1.0.
    Sarif,
    /// A bill of materials, CycloneDX.
    CycloneDx,
    /// A bill of materials, SPDX.
    Spdx,
    /// A report of tests, JUnit's XML.
    JUnit,
    /// Any other JSON.
    Json,
    /// Any other YAML.
    Yaml,
}

impl AttachmentFormat {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TerraformPlan => "terraform-plan",
            Self::Sarif => "sarif",
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
            Self::JUnit => "junit",
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }
}
