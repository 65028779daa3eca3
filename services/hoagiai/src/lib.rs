//! Hòa Giải in one process: the four services on embedded databases under one data folder, and the demo.

pub mod data;
pub mod population;
