//! What the suite costs over its plain parts, as ratios in one run on one machine: never as timed tests.
//!
//! `cargo run --release --package hoagiai-bench` needs PostgreSQL's server binaries and some minutes.

mod bare;
mod database;
mod load;
mod suite;

use std::{sync::Arc, time::Duration};

use bare::Answer;
use clap::Parser;
use database::{Bench, Engine};
use load::Measured;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures reads and writes against their plain parts.
#[derive(Parser)]
struct Arguments {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Calls in flight.
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
    /// Rows in the plain table.
    #[arg(long, default_value_t = 200_000)]
    rows: i64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let length = Duration::from_secs_f64(arguments.seconds);
    let mut table = Table::new(arguments.in_flight, length);

    let unit = bare::unit("0190a5c1-0000-7000-8000-000000000000".into(), "00004".into(), "Phường Ba Đình".into());
    let echo = bare::serve(Answer::Echo(Arc::new(unit))).await?;
    let echo = table.run("bare tonic echo", suite::get_unit(echo, &["x".into()], None).await?).await?;

    for engine in [Engine::Sqlite, Engine::Postgres] {
        let bench = Bench::start(engine).await?;
        let ids = bench.fill(arguments.rows).await?;
        let address = bare::serve(bench.answer()).await?;
        let read = suite::get_unit(address, &ids, None).await?;
        let bare_read = table.run(&format!("{engine}: bare tonic + sqlx, point read"), read).await?;
        let bare_write = table.run(&format!("{engine}: bare sqlx insert, one by one"), bench.insert()).await?;

        let ours = suite::Suite::start(&bench).await?;
        let read = suite::get_unit(ours.address(), &ours.units(), Some(ours.token()?)).await?;
        let our_read = table.run(&format!("{engine}: our point read, every layer"), read).await?;
        let rest = suite::get_unit_over_rest(ours.front()?, &ours.units(), ours.token()?).await?;
        let our_rest = table.run(&format!("{engine}: the same read over REST"), rest).await?;
        let write = ours.plan_teams();
        let our_write = table.run(&format!("{engine}: our journaled write, every layer"), write).await?;
        table.ratio(&format!("{engine}: our read / bare echo (goal 0.6)"), &our_read, &echo);
        table.ratio(&format!("{engine}: our read / bare tonic + sqlx (goal 0.9)"), &our_read, &bare_read);
        table.ratio(&format!("{engine}: REST / direct gRPC (goal 0.5)"), &our_rest, &our_read);
        let goal = if engine == Engine::Sqlite { "4" } else { "0.6" };
        table.ratio(&format!("{engine}: our write / bare insert (goal {goal})"), &our_write, &bare_write);
        ours.stop().await;
        bench.stop().await?;
    }
    table.print();
    Ok(())
}

/// Collects figures and prints them together.
struct Table {
    in_flight: usize,
    length: Duration,
    lines: Vec<String>,
}

impl Table {
    fn new(in_flight: usize, length: Duration) -> Self {
        Self { in_flight, length, lines: Vec::new() }
    }

    async fn run<F, R>(&mut self, name: &str, call: F) -> anyhow::Result<Measured>
    where
        F: Fn(u64) -> R + Send + Sync + 'static,
        R: Future<Output = anyhow::Result<()>> + Send,
    {
        eprintln!("measuring {name} …");
        let measured = load::run(self.in_flight, self.length, call).await?;
        self.lines.push(format!(
            "{name:<58} {:>9.0}/s   p50 {:>7} µs   p99 {:>7} µs",
            measured.per_second,
            measured.latency.value_at_quantile(0.5),
            measured.latency.value_at_quantile(0.99),
        ));
        Ok(measured)
    }

    fn ratio(&mut self, name: &str, ours: &Measured, theirs: &Measured) {
        self.lines.push(format!("{name:<58} {:>9.2}", ours.per_second / theirs.per_second));
    }

    fn print(&self) {
        println!(
            "\n{} calls in flight, {:.0} s each, client and server on the same machine\n",
            self.in_flight,
            self.length.as_secs_f64()
        );
        for line in &self.lines {
            println!("{line}");
        }
    }
}
