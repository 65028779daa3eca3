//! A connection's bytes under guard: whoever begins something must finish it soon, whoever is silent is let go, whoever
//! floods is cut. Works on plain, TLS and in-process streams alike, because it wraps what HTTP/2 reads.

use super::frames::{Allowance, FrameMeter};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};

/// The limits of one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The preface, a frame or a header block must be complete within this time.
    pub(crate) begun: Duration,
    /// The longest silence between frames.
    pub(crate) idle: Duration,
    pub(crate) frames: Allowance,
}

/// Why a connection was cut; the words are label values of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    Unfinished,
    Idle,
    Flood,
}

impl Cut {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Idle => "idle",
            Self::Flood => "flood",
        }
    }
}

/// Called once when the guard cuts the connection.
pub(crate) type OnCut = Arc<dyn Fn(Cut) + Send + Sync>;

pub(crate) struct Guarded<T> {
    io: T,
    meter: FrameMeter,
    limits: Limits,
    /// What the peer owes and since when; never moved by the bytes that follow, or a byte a second would hold it open.
    owing: Option<(u64, Instant)>,
    timer: Pin<Box<Sleep>>,
    on_cut: OnCut,
}

impl<T> Guarded<T> {
    pub(crate) fn new(io: T, limits: Limits, on_cut: OnCut) -> Self {
        let now = Instant::now();
        Self {
            io,
            meter: FrameMeter::new(limits.frames, now),
            limits,
            owing: Some((0, now)),
            timer: Box::pin(tokio::time::sleep(limits.begun)),
            on_cut,
        }
    }

    fn cut(&self, why: Cut) -> io::Error {
        (self.on_cut)(why);
        io::Error::new(io::ErrorKind::TimedOut, why.word())
    }

    fn came(&mut self, bytes: &[u8]) -> io::Result<()> {
        let now = Instant::now();
        if self.meter.read(bytes, now).is_err() {
            return Err(self.cut(Cut::Flood));
        }
        self.owing = match (self.meter.owes(), self.owing) {
            (Some(thing), Some((same, since))) if thing == same => Some((thing, since)),
            (Some(thing), _) => Some((thing, now)),
            (None, _) => None,
        };
        let until = match self.owing {
            Some((_, since)) => since + self.limits.begun,
            None => now + self.limits.idle,
        };
        self.timer.as_mut().reset(until.into());
        Ok(())
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Guarded<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.io).poll_read(cx, buffer) {
            Poll::Ready(result) => {
                result?;
                if buffer.filled().len() > before {
                    self.came(&buffer.filled()[before..])?;
                }
                Poll::Ready(Ok(()))
            }
            Poll::Pending => {
                ready!(self.timer.as_mut().poll(cx));
                let why = if self.owing.is_some() { Cut::Unfinished } else { Cut::Idle };
                Poll::Ready(Err(self.cut(why)))
            }
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Guarded<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write(cx, bytes))?;
        self.meter.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.io).poll_write_vectored(cx, parts))?;
        self.meter.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
