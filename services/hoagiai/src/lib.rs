//! Hòa Giải in one process: the four services on embedded databases under one data folder, and the demo.

pub mod cli;
pub mod clients;
pub mod data;
pub mod databases;
pub mod failure;
pub mod figures;
pub mod folder;
pub mod play;
pub mod population;
pub mod progress;
pub mod table;
