//! How the reset was made, and what it answers (RFC 9293 3.5.2, 3.10.7).

use super::path::is_elsewhere;
use super::{Fact, Situation};
use crate::reset::Form;
use crate::segment::Flags;
use crate::text::count;

/// Made by a TCP that knows the connection.
pub static ACTIVE: Fact = Fact {
    what: "It carries its sender's own next sequence number and an acknowledgment: made by a TCP \
           that knew the connection",
    holds: |s| s.reset.form == Form::Active,
    says: |s| {
        format!(
            "The reset carries the sender's own next sequence number and an acknowledgment: its TCP knew \
             the connection and ended it ({} of the other side acknowledged by it alone)",
            count(u64::from(s.reset.newly_acked), "byte")
        )
    },
};

/// The numbers of one segment, given back.
pub static PASSIVE: Fact = Fact {
    what: "It takes its numbers from a segment of the other side: the answer of a TCP that has no \
           use for that segment",
    holds: |s| s.reset.form == Form::Passive && s.reset.trigger.is_some(),
    says: |s| {
        format!(
            "The reset takes its numbers from frame {}: it answers that segment, as a TCP does that has \
             no use for it",
            s.trigger_frame()
        )
    },
};

/// The trigger asks for a connection.
pub static ANSWERS_SYN: Fact = Fact {
    what: "It answers a SYN",
    holds: |s| s.answers_syn() || answers_unseen_syn(s),
    says: |s| match s.trigger_frame() {
        0 => "It has the form of an answer to a SYN: seq 0 and an acknowledgment".into(),
        frame => format!("It acknowledges the SYN of frame {frame}"),
    },
};

/// Only a segment without ACK is answered with seq 0 and an ACK (RFC 9293 3.10.7.1), and only a SYN
/// has none in practice: the capture may hold the answers alone.
fn answers_unseen_syn(s: &Situation<'_>) -> bool {
    let reset = s.reset;
    reset.flags.has(Flags::ACK) && reset.seq.0 == 0 && !reset.own.seen() && !reset.peer.seen()
}

/// The trigger belongs to a connection, not to a handshake.
pub static ANSWERS_ESTABLISHED: Fact = Fact {
    what: "It answers a segment of a connection, neither a SYN nor a SYN-ACK",
    holds: |s| PASSIVE.holds(s) && !s.answers_syn() && !s.answers_syn_ack(),
    says: |s| {
        format!(
            "It answers frame {}, a segment of a connection",
            s.trigger_frame()
        )
    },
};

/// Neither active nor the answer to any segment of the file.
pub static UNEXPLAINED: Fact = Fact {
    what: "Its sequence number fits neither its sender's own numbers nor any recent segment of the \
           other side",
    holds: |s| {
        let numbers_fit = match s.reset.form {
            Form::Active => true,
            Form::Passive => s.reset.trigger.is_some(),
            Form::Unclear => ANSWERS_SYN.holds(s),
        };
        !numbers_fit && !is_elsewhere(s)
    },
    says: |s| {
        format!(
            "Its sequence number {} fits neither its sender's own numbers nor any recent segment of \
             the other side",
            s.reset.seq.0
        )
    },
};
