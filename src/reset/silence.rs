//! The silence at the end of a connection: what an idle timer may have ended.

use super::{Form, Reset};
use crate::segment::{MILLISECOND, Nanoseconds};

/// Nothing was sent for so long before a reset: no segment provoked it. Longer than any round trip that
/// RFC 6298 2.1 expects (its first timeout is one second).
const UNPROVOKED: Nanoseconds = 1000 * MILLISECOND;

/// The silence at the end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// How long nobody spoke.
    pub time: Nanoseconds,
    /// The reset itself ended it; else the segment that provoked the reset did.
    pub unprovoked: bool,
}

impl Reset {
    /// The silence before it or, where a segment provoked it, before that.
    pub fn silence_at_end(&self) -> Silence {
        let unprovoked = self.form == Form::Active || self.silence() >= UNPROVOKED;
        let time = match self.trigger {
            Some(trigger) if !unprovoked => trigger.silence(),
            // One direction alone does not show when nobody spoke.
            None if !self.peer.seen() => 0,
            _ => self.silence(),
        };
        Silence { time, unprovoked }
    }

    /// Whether the connection had gone on after a silence about as long as the last one.
    pub fn outlived_such(&self) -> bool {
        self.silences.outlived(self.silence_at_end().time)
    }

    /// The silence, where an idle connection may have ended by it: one that both sides had used, that
    /// none had closed, and in which nothing was left to wait for or to repeat; at least so long.
    pub fn idle_end(&self, least: Nanoseconds) -> Option<Silence> {
        let silence = self.silence_at_end();
        let lived = self.own.seen() && self.peer.seen();
        let closed = self.own.closed() || self.peer.closed();
        let waited = self.own.outstanding > 0
            || (silence.unprovoked && self.peer.outstanding > self.newly_acked);
        let trying = waited || (silence.unprovoked && self.own.attempts.unanswered() > 0);
        let first = self.number() == 1;
        let long = silence.time >= least;
        (first && lived && !closed && !trying && long).then_some(silence)
    }
}
