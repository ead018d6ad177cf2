//! Why there is no answer: any room's diagnostic, with the kind that decides the exit code.
//!
//! A verdict and a failure never share a code, and no failure is a zero: whoever reads only the exit code still knows
//! whether the gate said no or could not say.

use miette::Diagnostic;
use std::fmt;

/// What went wrong, by who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// A fault of this program.
    Internal,
    /// Something was asked that cannot be asked.
    Usage,
    /// A control file, a policy, the facts or the diff given is invalid.
    Invalid,
    /// Git, the file system or a forge could not answer.
    World,
    /// There was nothing to run, and to run nothing is no success.
    Nothing,
}

impl FailureKind {
    /// The exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::World => 4,
            Self::Nothing => 12,
        }
    }
}

/// A run that ended without an answer.
pub struct Failure {
    kind: FailureKind,
    diagnostic: Box<dyn Diagnostic + Send + Sync>,
}

impl Failure {
    /// A failure of the given kind.
    pub fn new(kind: FailureKind, diagnostic: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self { kind, diagnostic: Box::new(diagnostic) }
    }

    /// A failure around a diagnostic that is boxed already.
    pub fn boxed(kind: FailureKind, diagnostic: Box<dyn Diagnostic + Send + Sync>) -> Self {
        Self { kind, diagnostic }
    }

    /// A fault of this program: exit code 1.
    pub fn internal(diagnostic: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self::new(FailureKind::Internal, diagnostic)
    }

    /// Something was asked that cannot be asked: exit code 2.
    pub fn usage(diagnostic: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self::new(FailureKind::Usage, diagnostic)
    }

    /// A file that people write is invalid: exit code 3.
    pub fn invalid(diagnostic: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self::new(FailureKind::Invalid, diagnostic)
    }

    /// Git, the file system or a forge could not answer: exit code 4.
    pub fn world(diagnostic: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self::new(FailureKind::World, diagnostic)
    }

    /// There was nothing to run: exit code 12.
    pub fn nothing(diagnostic: impl Diagnostic + Send + Sync + 'static) -> Self {
        Self::new(FailureKind::Nothing, diagnostic)
    }

    /// Who can mend it.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }

    /// Code, place and next step, for the front door to show.
    pub fn diagnostic(&self) -> &(dyn Diagnostic + Send + Sync) {
        self.diagnostic.as_ref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.diagnostic, f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure").field("kind", &self.kind).field("diagnostic", &self.diagnostic).finish()
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.diagnostic.source()
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, FailureKind};

    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("the tea is cold")]
    #[diagnostic(code(changeward::test::tea), help("boil it again"))]
    struct Cold;

    #[test]
    fn the_kind_decides_the_exit_code_and_none_is_that_of_a_verdict() {
        let table = [
            (Failure::internal(Cold), FailureKind::Internal, 1),
            (Failure::usage(Cold), FailureKind::Usage, 2),
            (Failure::invalid(Cold), FailureKind::Invalid, 3),
            (Failure::world(Cold), FailureKind::World, 4),
            (Failure::nothing(Cold), FailureKind::Nothing, 12),
        ];
        for (failure, kind, code) in table {
            assert_eq!((failure.kind(), failure.exit_code()), (kind, code));
            assert_eq!(failure.to_string(), "the tea is cold");
            assert_eq!(failure.diagnostic().help().map(|h| h.to_string()).as_deref(), Some("boil it again"));
            assert!(![0, 10, 11].contains(&failure.exit_code()));
        }
    }
}
