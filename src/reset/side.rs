//! What one side had done when a reset came, in forty bytes.

use crate::conversation::{Attempts, Endpoint, Message};
use crate::segment::{Moment, Nanoseconds};

/// What one side had done when the reset came.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    traits: u8,
    /// How often it took its turn to send data.
    pub turns: u8,
    /// Its data segments since the other side's last one.
    pub burst: u8,
    bytes: [u8; 6],
    /// What it repeated in vain.
    pub attempts: Attempts,
    /// Frame of its FIN; 0 where it sent none.
    pub fin: u32,
    /// Frame of its last segment; 0 where it sent none but resets.
    pub last: u32,
    /// Payload bytes not acknowledged by the other side's segments; its reset may do so.
    pub outstanding: u32,
    /// Its last new payload.
    pub last_data: Moment,
    /// In microseconds; 0 for not measured.
    round_trip_us: u32,
}

const SYN: u8 = 1;
const ANSWERED_SYN: u8 = 2;
const BARE_SYN: u8 = 4;
const ACKNOWLEDGED: u8 = 8;
const FIN_ACKED: u8 = 16;
const CLOSED_WINDOW: u8 = 32;
const COMPLETE: u8 = 64;
const OPEN: u8 = 128;

impl Side {
    pub(super) fn of(endpoint: &Endpoint, other: &Endpoint, message: Message) -> Side {
        let bit = |bit: u8, holds: bool| bit * u8::from(holds);
        let traits = bit(SYN, endpoint.syn.is_seen())
            | bit(ANSWERED_SYN, endpoint.syn.is_answer())
            | bit(BARE_SYN, endpoint.syn.is_bare())
            | bit(ACKNOWLEDGED, endpoint.acked().is_some())
            | bit(FIN_ACKED, endpoint.fin_is_acked(other))
            | bit(CLOSED_WINDOW, endpoint.has_closed_window())
            | bit(COMPLETE, message == Message::Complete)
            | bit(OPEN, message == Message::Open);
        let [bytes @ .., _, _] = endpoint.bytes().min((1 << 48) - 1).to_le_bytes();
        Side {
            traits,
            turns: endpoint.turns,
            burst: endpoint.burst,
            bytes,
            attempts: endpoint.attempts,
            fin: endpoint.fin().map_or(0, |fin| fin.moment.frame),
            last: endpoint.last.frame,
            outstanding: endpoint.outstanding(other),
            last_data: endpoint.last_data,
            round_trip_us: endpoint.round_trip.estimate_us(),
        }
    }

    fn has(&self, bit: u8) -> bool {
        self.traits & bit != 0
    }

    /// Its SYN is in the file.
    pub fn syn(&self) -> bool {
        self.has(SYN)
    }

    /// Its SYN answered another.
    pub fn answered_syn(&self) -> bool {
        self.has(ANSWERED_SYN)
    }

    /// Its SYN offered no option of a usual TCP.
    pub fn bare_syn(&self) -> bool {
        self.has(BARE_SYN)
    }

    /// It sent an ACK at all.
    pub fn acknowledged(&self) -> bool {
        self.has(ACKNOWLEDGED)
    }

    /// It sent any segment but resets.
    pub fn seen(&self) -> bool {
        self.last != 0
    }

    /// It sent a FIN.
    pub fn closed(&self) -> bool {
        self.fin != 0
    }

    /// Its FIN was acknowledged.
    pub fn fin_acked(&self) -> bool {
        self.has(FIN_ACKED)
    }

    /// It had acknowledged something and took no more.
    pub fn closed_window(&self) -> bool {
        self.has(CLOSED_WINDOW)
    }

    /// How far its last application message had come.
    pub fn message(&self) -> Message {
        match () {
            () if self.has(COMPLETE) => Message::Complete,
            () if self.has(OPEN) => Message::Open,
            () => Message::Unknown,
        }
    }

    /// Payload bytes, sent for the first time. All that four thousand million frames can carry fits.
    pub fn bytes(&self) -> u64 {
        let [a, b, c, d, e, f] = self.bytes;
        u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
    }

    /// Time from the capture point to it and back, where measured.
    pub fn round_trip(&self) -> Option<Nanoseconds> {
        (self.round_trip_us != 0).then(|| i64::from(self.round_trip_us) * 1000)
    }
}
