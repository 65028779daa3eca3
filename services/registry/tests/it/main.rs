//! The registry through its contract, with the layers of the runtime, on both engines.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first fault")]

mod access;
mod ceasing;
mod corrections;
mod deadlines;
mod directory;
mod documents;
mod duplicates;
mod erased;
mod history;
mod leaders;
mod lists;
mod load;
mod lookups;
mod names;
mod nominations;
mod papers;
mod past;
mod path;
mod reasons;
mod reform;
mod reorganizations;
mod requests;
mod rosters;
mod scale;
mod sealed;
mod successions;
mod tables;
mod teams;
mod training;
mod units;
mod versions;
mod world;

/// Runs each named `async fn(World)` on both engines.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() { crate::world::run(hoagiai_testkit::engines::Engine::Sqlite, super::$test); })+
        }
        mod postgres {
            $(#[test] fn $test() { crate::world::run(hoagiai_testkit::engines::Engine::Postgres, super::$test); })+
        }
    };
}
use on_both;
