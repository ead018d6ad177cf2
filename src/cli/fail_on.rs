//! From what on a command fails: a verdict where something is decided, how grave a finding is where something is looked at.

use crate::app::request::FailOn;
use crate::model::Severity;
use clap::ValueEnum;

/// Which verdicts fail.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OnVerdict {
    Pending,
    Block,
    Never,
}

impl OnVerdict {
    pub(super) fn meant(self) -> FailOn {
        match self {
            Self::Pending => FailOn::Pending,
            Self::Block => FailOn::Block,
            Self::Never => FailOn::Never,
        }
    }
}

/// How grave a finding must be to fail, where there are slight ones too.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OnSeverity {
    Error,
    Warn,
    Info,
    Never,
}

impl OnSeverity {
    pub(super) fn meant(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warn => Some(Severity::Warn),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// How grave a finding must be to fail, where none is slight.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OnGrave {
    Error,
    Warn,
    Never,
}

impl OnGrave {
    pub(super) fn meant(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warn => Some(Severity::Warn),
            Self::Never => None,
        }
    }
}
