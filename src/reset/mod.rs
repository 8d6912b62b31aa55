//! One reset as facts: compact values, no words. The verdict is ranked from them when it is asked for.

mod fault;
mod gather;
mod series;
mod trigger;

pub use fault::{Fault, Faulty};
pub use gather::{Applications, gather};
pub use series::Series;
pub use trigger::{Answerer, Kind, Trigger};

use crate::claim::Claim;
use crate::conversation::{Attempts, Direction, Message, Silences};
use crate::segment::{Flags, Index, MILLISECOND, Moment, Nanoseconds, Socket};
use crate::seq::Seq;

/// How the TCP part of a reset was made (RFC 9293 3.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// By a TCP that knows the connection: its own next number and its own acknowledgment.
    Active,
    /// As the answer to one segment, whose numbers it carries.
    Passive,
    /// Neither can be seen.
    Unclear,
}

/// Whether the receiver must take the reset (RFC 9293 3.5.3, RFC 5961 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// The number is the one that the receiver expects next, or acknowledges its SYN.
    Exact,
    /// In the window, but not the next one: the receiver sends a challenge ACK.
    InWindow,
    /// Outside the window: the receiver drops it.
    Outside,
    /// The file does not show what the receiver expects.
    Unknown,
}

/// What one side had done when the reset came.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Its SYN is in the file.
    pub syn: bool,
    /// Its SYN answered another.
    pub answered_syn: bool,
    /// It sent any segment but resets.
    pub seen: bool,
    /// Its FIN; never where it sent none.
    pub fin: Moment,
    /// Its FIN was acknowledged.
    pub fin_acked: bool,
    /// Payload bytes, sent for the first time.
    pub bytes: u64,
    /// Payload bytes not acknowledged by the other side's segments; its reset may do so.
    pub outstanding: u32,
    /// Frame of its last segment.
    pub last: u32,
    /// Its last new payload.
    pub last_data: Moment,
    /// How far its last application message had come.
    pub message: Message,
    /// Its data segments since the other side's last one.
    pub burst: u8,
    /// How often it took its turn to send data.
    pub turns: u8,
    /// What it repeated in vain.
    pub attempts: Attempts,
    /// It had acknowledged something and took no more.
    pub closed_window: bool,
    /// Frame of its last ACK that stated more than the ones before.
    pub last_progress: u32,
    /// Time from the capture point to it and back, where measured.
    pub round_trip: Option<Nanoseconds>,
}

/// One reset.
#[derive(Clone, Debug)]
pub struct Reset {
    /// Number of its frame.
    pub frame: u32,
    /// When it was captured.
    pub time: Nanoseconds,
    /// Whose address it carries as source.
    pub sender: Socket,
    /// Whose as destination.
    pub receiver: Socket,
    /// The direction in which its sender sends.
    pub direction: Direction,
    /// Whether the sender is the client.
    pub from_client: bool,
    /// Whether that is a guess, from the ports.
    pub client_guessed: bool,
    /// SEG.SEQ.
    pub seq: Seq,
    /// The control bits.
    pub flags: Flags,
    /// TTL or hop limit.
    pub hop_limit: u8,
    /// The hop limit of the sender's other packets in this connection, where they came the same way.
    pub usual_hop_limit: Option<u8>,
    /// DSCP.
    pub dscp: u8,
    /// IPv6 flow label.
    pub flow_label: Option<u32>,
    /// Link-layer source.
    pub link_source: u64,
    /// Whether the capture cut its header.
    pub header_cut: bool,
    /// How it was made.
    pub form: Form,
    /// Whether its receiver must take it.
    pub acceptance: Acceptance,
    /// The segment that provoked it, or, in the active form, the last that its sender had received.
    pub trigger: Option<Trigger>,
    /// Payload bytes of the peer that only the reset itself acknowledges.
    pub newly_acked: u32,
    /// Where its sender's payload ends.
    pub data_end: Option<Seq>,
    /// The trigger's data lie beyond what its sender had received when it sent its FIN.
    pub data_after_fin: bool,
    /// Its sender acknowledged data after its FIN: it was half-closed, not gone.
    pub took_data_after_fin: bool,
    /// What it says of itself.
    pub claim: Option<Box<Claim>>,
    /// A recent segment of either side carries an MPTCP option; only looked for where the reset does.
    pub multipath: bool,
    /// The segment that provoked it need not be accepted.
    pub faulty: Option<Faulty>,
    /// Silence of both sides before it.
    pub silence: Nanoseconds,
    /// The silences before that, after which the connection went on.
    pub silences: Silences,
    /// What its sender had done.
    pub own: Side,
    /// What its receiver had done.
    pub peer: Side,
    /// What the applications had said, as an index into the session's exchanges.
    pub exchange: Option<Index>,
    /// The sender's host, as an index.
    pub host: Index,
    /// The host's reset before it, as an index.
    pub previous_of_host: Option<Index>,
    /// The reset before it in the file that came after as long a silence, as an index.
    pub previous_of_gap: Option<Index>,
    /// Its series, as an index.
    pub series: Index,
    /// Its place in the series, from 1.
    pub number: u32,
    /// Time since the one before it in the series.
    pub interval: Nanoseconds,
    /// The reset before it in the series, as an index.
    pub previous: Option<Index>,
    /// An earlier reset of the other direction that its sender had to take, as an index.
    pub ended_by: Option<Index>,
    /// The cause that was reported last.
    pub reported: &'static str,
    /// The later frame that changed the verdict, 0 for none.
    pub revised_by: u32,
}

/// Nothing was sent for so long before a reset: no segment provoked it. Longer than any round trip that
/// RFC 6298 2.1 expects (its first timeout is one second).
const UNPROVOKED: Nanoseconds = 1000 * MILLISECOND;
/// Shorter silences are no idleness: the shortest idle timers in wide use are 5 s (HTTP keep-alive).
const LEAST_IDLE: Nanoseconds = 4800 * MILLISECOND;

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
        let unprovoked = self.form == Form::Active || self.silence >= UNPROVOKED;
        let time = match self.trigger {
            Some(trigger) if !unprovoked => trigger.silence,
            // One direction alone does not show when nobody spoke.
            None if !self.peer.seen => 0,
            _ => self.silence,
        };
        Silence { time, unprovoked }
    }

    /// Whether the connection had gone on after a silence about as long as the last one.
    pub fn outlived_such(&self) -> bool {
        self.silences.outlived(self.silence_at_end().time)
    }

    /// The silence, where an idle connection may have ended by it: one that both sides had used, that
    /// none had closed, and in which nothing was left to wait for or to repeat.
    pub fn idle_end(&self) -> Option<Silence> {
        let silence = self.silence_at_end();
        let lived = self.own.seen && self.peer.seen;
        let closed = self.own.fin.happened() || self.peer.fin.happened();
        let waited = self.own.outstanding > 0
            || (silence.unprovoked && self.peer.outstanding > self.newly_acked);
        let trying = waited || (silence.unprovoked && self.own.attempts.unanswered() > 0);
        let first = self.number == 1;
        let long = silence.time >= LEAST_IDLE;
        (first && lived && !closed && !trying && long).then_some(silence)
    }
}
