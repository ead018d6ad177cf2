#![doc = include_str!("ARCHITECTURE.md")]

pub mod app;
pub mod assess;
pub mod audit;
pub mod cli;
pub mod decide;
pub mod model;
pub mod parse;
pub mod policy;
pub mod report;
pub mod world;
