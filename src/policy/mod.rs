//! Facts through Rego to findings. The engine has no clock, no dice, no environment and no network.

pub mod input;
pub mod shipped;
