//! Counts the HTTP/2 frames of one connection while they pass, without decoding them.
//!
//! h2 refuses rapid resets, CONTINUATION and empty DATA floods by itself, but answers PING and SETTINGS for ever: one
//! connection burnt one worker (3 to 4 million frames a second). So every frame that is no payload costs credit, and
//! bytes sent back earn it: honest use pays for itself, a flood of cheap frames runs dry within milliseconds.

use std::time::{Duration, Instant};

const PREFACE: usize = 24;
const HEADER: usize = 9;

/// A control frame costs more than the 17 bytes of the PING acknowledgement that it provokes.
const CONTROL_COST: i64 = 64;
/// Opening a stream costs less than the smallest real answer and more than the 13 bytes of a RST_STREAM.
const OPEN_COST: i64 = 30;

/// How much a connection may do without being answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// Control frames at once.
    pub(crate) burst: u32,
    /// Control frames a second, lasting.
    pub(crate) per_second: u32,
}

/// The peer sends frames that ask for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flood;

/// The state of one connection's incoming frames.
#[derive(Debug)]
pub(crate) struct FrameMeter {
    allowance: Allowance,
    credit: i64,
    refilled: Instant,
    preface_left: usize,
    header: [u8; HEADER],
    header_have: usize,
    payload_left: usize,
    in_header_block: bool,
    /// Frame headers seen, a header block counted once.
    begun: u64,
}

impl FrameMeter {
    pub(crate) fn new(allowance: Allowance, now: Instant) -> Self {
        Self {
            allowance,
            credit: Self::cap(allowance),
            refilled: now,
            preface_left: PREFACE,
            header: [0; HEADER],
            header_have: 0,
            payload_left: 0,
            in_header_block: false,
            begun: 0,
        }
    }

    fn cap(allowance: Allowance) -> i64 {
        i64::from(allowance.burst) * CONTROL_COST
    }

    /// Which thing begun the peer owes the rest of, if any: the preface with its first frame, a frame, a header block.
    pub(crate) fn owes(&self) -> Option<u64> {
        let owes = self.begun == 0 || self.header_have > 0 || self.payload_left > 0 || self.in_header_block;
        owes.then_some(self.begun + u64::from(self.header_have > 0 && !self.in_header_block))
    }

    /// Bytes went to the peer.
    pub(crate) fn wrote(&mut self, bytes: usize) {
        self.earn(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Bytes came from the peer.
    ///
    /// # Errors
    /// The credit is used up.
    pub(crate) fn read(&mut self, mut bytes: &[u8], now: Instant) -> Result<(), Flood> {
        self.refill(now);
        while !bytes.is_empty() {
            if self.preface_left > 0 {
                bytes = skip(bytes, &mut self.preface_left);
            } else if self.payload_left > 0 {
                bytes = skip(bytes, &mut self.payload_left);
            } else {
                let take = bytes.len().min(HEADER - self.header_have);
                self.header[self.header_have..self.header_have + take].copy_from_slice(&bytes[..take]);
                self.header_have += take;
                bytes = &bytes[take..];
                if self.header_have == HEADER {
                    self.header_have = 0;
                    self.credit -= self.begin_frame();
                }
            }
        }
        if self.credit < 0 { Err(Flood) } else { Ok(()) }
    }

    /// Takes the frame header just completed; answers its cost.
    fn begin_frame(&mut self) -> i64 {
        let [a, b, c, kind, flags, ..] = self.header;
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        let (end_stream, end_headers) = (flags & 0x1 != 0, flags & 0x4 != 0);
        self.payload_left = length;
        self.begun += u64::from(kind != 0x9);
        match kind {
            0x0 if length > 0 || end_stream => 0,
            // HEADERS, then CONTINUATION: one block, limited in size by h2 and in time by `owes`.
            0x1 => {
                self.in_header_block = !end_headers;
                OPEN_COST
            }
            0x9 => {
                self.in_header_block &= !end_headers;
                0
            }
            // RST_STREAM: h2 limits resets itself.
            0x3 => 0,
            _ => CONTROL_COST,
        }
    }

    fn refill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.refilled);
        if elapsed >= Duration::from_millis(10) {
            self.refilled = now;
            let millis = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
            self.earn(millis.saturating_mul(i64::from(self.allowance.per_second) * CONTROL_COST) / 1000);
        }
    }

    fn earn(&mut self, amount: i64) {
        self.credit = self.credit.saturating_add(amount).min(Self::cap(self.allowance));
    }
}

/// Drops what belongs to the current run and shortens it.
fn skip<'a>(bytes: &'a [u8], left: &mut usize) -> &'a [u8] {
    let take = bytes.len().min(*left);
    *left -= take;
    &bytes[take..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWANCE: Allowance = Allowance { burst: 100, per_second: 10 };

    fn frame(kind: u8, flags: u8, payload: usize) -> Vec<u8> {
        let mut bytes = vec![0, (payload >> 8) as u8, payload as u8, kind, flags, 0, 0, 0, 1];
        bytes.resize(HEADER + payload, 0);
        bytes
    }

    fn started(now: Instant) -> FrameMeter {
        let mut meter = FrameMeter::new(ALLOWANCE, now);
        meter.read(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", now).unwrap();
        meter
    }

    #[test]
    fn a_ping_flood_runs_dry_even_though_it_is_acknowledged() {
        let now = Instant::now();
        let mut meter = started(now);
        let sent = (0..10_000).take_while(|_| {
            meter.wrote(17);
            meter.read(&frame(6, 0, 8), now).is_ok()
        });
        let sent = sent.count();
        assert!((100..200).contains(&sent), "{sent} frames passed");
    }

    #[test]
    fn honest_calls_pay_for_themselves() {
        let now = Instant::now();
        let mut meter = started(now);
        for _ in 0..100_000 {
            meter.read(&frame(1, 4, 40), now).unwrap();
            meter.read(&frame(0, 1, 200), now).unwrap();
            meter.wrote(50);
        }
    }

    #[test]
    fn refused_streams_do_not_pay_for_themselves() {
        let now = Instant::now();
        let mut meter = started(now);
        assert!((0..10_000).any(|_| {
            meter.wrote(13);
            meter.read(&frame(1, 4, 40), now).is_err()
        }));
    }

    #[test]
    fn the_allowance_comes_back_with_time() {
        let mut now = Instant::now();
        let mut meter = started(now);
        while meter.read(&frame(4, 0, 0), now).is_ok() {}
        now += Duration::from_secs(2);
        assert_eq!(meter.read(&frame(4, 0, 0), now), Ok(()));
    }

    #[test]
    fn cut_anywhere_the_count_is_the_same() {
        let now = Instant::now();
        let mut stream = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        for _ in 0..5 {
            stream.extend(frame(4, 0, 6));
            stream.extend(frame(1, 0, 300));
            stream.extend(frame(9, 4, 10));
            stream.extend(frame(0, 0, 700));
        }
        let mut whole = FrameMeter::new(ALLOWANCE, now);
        whole.read(&stream, now).unwrap();
        for size in [1, 2, 5, 9, 10, 31] {
            let mut cut = FrameMeter::new(ALLOWANCE, now);
            stream.chunks(size).for_each(|part| cut.read(part, now).unwrap());
            assert_eq!((cut.credit, cut.owes()), (whole.credit, whole.owes()));
        }
        assert_eq!(whole.owes(), None);
    }

    #[test]
    fn what_is_begun_is_owed_until_it_is_complete() {
        let now = Instant::now();
        let mut meter = FrameMeter::new(ALLOWANCE, now);
        meter.read(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", now).unwrap();
        assert!(meter.owes().is_some(), "the preface without SETTINGS is not enough");
        meter.read(&frame(4, 0, 0), now).unwrap();
        assert_eq!(meter.owes(), None);
        meter.read(&frame(1, 0, 10), now).unwrap();
        let block = meter.owes();
        assert!(block.is_some());
        for byte in frame(9, 0, 5) {
            meter.read(&[byte], now).unwrap();
            assert_eq!(meter.owes(), block, "a header block stays one thing, however it drips");
        }
        meter.read(&frame(9, 4, 10), now).unwrap();
        assert_eq!(meter.owes(), None);
        let mut owed = Vec::new();
        for byte in frame(0, 0, 20) {
            meter.read(&[byte], now).unwrap();
            owed.extend(meter.owes());
        }
        assert!(owed.len() == 28 && owed.iter().all(|thing| *thing == owed[0]), "{owed:?}");
    }
}
