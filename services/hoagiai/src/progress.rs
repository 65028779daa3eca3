//! Progress of long work: bars on a terminal, plain lines elsewhere, always on stderr so that stdout stays the answer.

use std::{
    io::IsTerminal,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows phases one after the other.
#[derive(Debug)]
pub struct Progress {
    bars: bool,
}

/// One phase.
#[derive(Debug)]
pub struct Phase {
    name: &'static str,
    total: usize,
    began: Instant,
    done: AtomicUsize,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Bars if stderr is a terminal.
    #[must_use]
    pub fn new() -> Self {
        Self { bars: std::io::stderr().is_terminal() }
    }

    /// Begins a phase of so many steps.
    #[must_use]
    pub fn phase(&self, name: &'static str, total: usize) -> Phase {
        let style = ProgressStyle::with_template("{msg:<44} {bar:30} {pos:>6}/{len} {elapsed:>4}");
        let bar = style.ok().filter(|_| self.bars).map(|style| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            bar.set_style(style);
            bar.set_message(name);
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        if bar.is_none() {
            eprintln!("{name}: 0/{total}");
        }
        Phase { name, total, began: Instant::now(), done: AtomicUsize::new(0), bar }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Phase {
    /// So many steps more are done.
    pub fn add(&self, steps: usize) {
        let before = self.done.fetch_add(steps, Ordering::Relaxed);
        let quarter = |done: usize| done * 4 / self.total.max(1);
        match &self.bar {
            Some(bar) => bar.inc(steps as u64),
            None if quarter(before + steps) > quarter(before) && before + steps < self.total => {
                eprintln!("{}: {}/{}", self.name, before + steps, self.total);
            }
            None => {}
        }
    }

    /// It is over.
    pub fn done(self) {
        match &self.bar {
            Some(bar) => bar.finish(),
            None => eprintln!("{}: {} ({:.1} s)", self.name, self.total, self.began.elapsed().as_secs_f64()),
        }
    }
}
