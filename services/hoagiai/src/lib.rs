//! Hòa Giải in one process: the four services on embedded databases under one data folder, and the demo.

pub mod builtin;
pub mod cli;
pub mod clients;
mod commands;
pub mod data;
pub mod databases;
pub mod demo;
pub mod elsewhere;
pub mod failure;
pub mod figures;
pub mod folder;
pub mod play;
pub mod population;
pub mod progress;
pub mod rosters;
pub mod sandbox;
pub mod server;
pub mod table;

pub use commands::main;
