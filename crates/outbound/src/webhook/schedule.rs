//! When the next attempt is made: the schedule of Standard Webhooks, some 75 hours in ten attempts.

use std::time::Duration;

/// Seconds before each attempt, counted from the one before.
const DELAYS: [u64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Attempts of a delivery before it is given up.
pub const ATTEMPTS: u32 = DELAYS.len() as u32;

/// The longest that a receiver may put us off for: the longest step of the schedule. A receiver that says "in a
/// year" would otherwise keep a delivery open that nobody is told of.
pub const RETRY_AFTER_CAP: Duration = Duration::from_secs(86_400);

/// The largest part of a delay that is added to it, so that what failed together is not repeated together.
pub const JITTER: f64 = 0.2;

/// What comes after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// An attempt, this long after the last one ended.
    After(Duration),
    /// Nothing: the delivery is parked for people to look at.
    GiveUp,
}

/// When to try again after `made` attempts, none of which succeeded; 0 is for a delivery that is new.
///
/// `jitter` is a random number of 0 to 1 (anything else counts as the nearer end, no number as 0). What the receiver
/// asked for counts when it is later, up to [`RETRY_AFTER_CAP`]; never is an attempt made earlier than the schedule says.
#[must_use]
pub fn next(made: u32, jitter: f64, retry_after: Option<Duration>) -> Next {
    let Some(&delay) = usize::try_from(made).ok().and_then(|made| DELAYS.get(made)) else { return Next::GiveUp };
    let fraction = if jitter.is_nan() { 0.0 } else { jitter.clamp(0.0, 1.0) };
    let delay = Duration::from_secs(delay);
    let asked = retry_after.map_or(Duration::ZERO, |asked| asked.min(RETRY_AFTER_CAP));
    // The jitter is added to what was asked, too: all who were told "in 60 s" would else come in the same second.
    let base = delay.max(asked);
    Next::After(base + base.mul_f64(fraction * JITTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(made: u32, jitter: f64, asked: Option<u64>) -> Option<f64> {
        match next(made, jitter, asked.map(Duration::from_secs)) {
            Next::After(delay) => Some(delay.as_secs_f64()),
            Next::GiveUp => None,
        }
    }

    #[test]
    fn the_schedule_is_the_published_one_and_ends() {
        let delays: Vec<_> = (0..12).map_while(|made| after(made, 0.0, None)).collect();
        assert_eq!(delays, [0.0, 5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0]);
        let last: f64 = delays.iter().sum();
        assert_eq!(last, (75.0 * 60.0 + 35.0) * 60.0 + 5.0, "the tenth attempt is at 75:35:05");
        assert_eq!(after(10, 0.0, Some(1)), None);
        assert_eq!(after(u32::MAX, 0.5, None), None);
    }

    #[test]
    fn jitter_only_delays_and_by_a_fifth_at_most() {
        for (jitter, expected) in
            [(0.0, 300.0), (0.5, 330.0), (1.0, 360.0), (7.0, 360.0), (-1.0, 300.0), (f64::NAN, 300.0)]
        {
            assert_eq!(after(2, jitter, None), Some(expected), "{jitter}");
        }
    }

    #[test]
    fn what_the_receiver_asks_counts_when_it_is_later_and_within_a_day() {
        for (asked, expected) in
            [(0, 300.0), (299, 300.0), (301, 301.0), (86_400, 86_400.0), (86_401, 86_400.0), (u64::MAX, 86_400.0)]
        {
            assert_eq!(after(2, 0.0, Some(asked)), Some(expected), "{asked}");
        }
        assert_eq!(after(2, 1.0, Some(600)), Some(720.0));
    }
}
