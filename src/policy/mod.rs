//! Facts through Rego to findings.
