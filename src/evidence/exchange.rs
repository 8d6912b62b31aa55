//! Where the exchange of requests and replies stood.

use super::application::{OWN_GOODBYE, PEER_GOODBYE};
use super::closing::{OWN_DATA_JUST_SENT, OWN_DATA_OUTSTANDING};
use super::{Fact, Situation};
use crate::conversation::Message;
use crate::reset::Form;
use crate::text::{count, duration};

/// Segments in a row that only a transfer sends: more than the initial window of RFC 6928 2.
const TRANSFER_SEGMENTS: u8 = 10;

fn peer_spoke_last(s: &Situation<'_>) -> bool {
    s.reset.peer.last_data.frame > s.reset.own.last_data.frame
}

fn own_spoke_last(s: &Situation<'_>) -> bool {
    s.reset.own.last_data.frame > s.reset.peer.last_data.frame
}

fn server_spoke_last(s: &Situation<'_>) -> bool {
    peer_spoke_last(s) == s.reset.from_client() && s.reset.own.last_data != s.reset.peer.last_data
}

/// The last data of the connection ended a reply that the application dissector calls complete.
pub static REPLY_COMPLETE: Fact = Fact {
    what: "The last data of the connection completed the server's reply, as the application \
           protocol shows",
    holds: |s| {
        let arrived = !s.reset.from_client() || !MORE_WAS_COMING.holds(s);
        server_spoke_last(s) && s.server().message() == Message::Complete && arrived
    },
    says: |s| {
        let reply = s.server_speaker();
        format!(
            "The reply (status {}) was complete with frame {}",
            reply.status, reply.message
        )
    },
};

/// Data in reply to a request that the application dissector knows, but no complete reply.
pub static REPLY_INCOMPLETE: Fact = Fact {
    what: "The client resets in the middle of a reply, as the application protocol shows",
    holds: |s| s.reset.from_client() && is_reply_open(s),
    says: say_incomplete,
};

/// The same, broken off by the server itself.
pub static OWN_REPLY_INCOMPLETE: Fact = Fact {
    what: "The server resets in the middle of its own reply, as the application protocol shows",
    holds: |s| !s.reset.from_client() && is_reply_open(s),
    says: say_incomplete,
};

fn is_reply_open(s: &Situation<'_>) -> bool {
    server_spoke_last(s) && s.server().message() == Message::Open
}

fn say_incomplete(s: &Situation<'_>) -> String {
    format!(
        "The reply was not complete with its last segment (frame {})",
        s.server().last_data.frame
    )
}

/// Requests, one behind the other (RFC 9112 9.3.2), for which no reply came.
pub static REQUESTS_WAIT: Fact = Fact {
    what: "The server resets while complete requests of the client wait for a reply",
    holds: |s| !s.reset.from_client() && waiting(s) > 0,
    says: |s| {
        format!(
            "{} of the client had no reply yet",
            count(waiting(s).into(), "complete request")
        )
    },
};

fn waiting(s: &Situation<'_>) -> u16 {
    let (asked, answered) = (s.peer_speaker().messages, s.own_speaker().messages);
    // A capture may begin behind the request of the first reply; and where no reply is seen nobody knows
    // whether there was one.
    if s.reset.peer.syn() && answered > 0 {
        asked.saturating_sub(answered)
    } else {
        0
    }
}

/// A client that was greeted, or sent to, and never said a word.
pub static NEVER_ASKED: Fact = Fact {
    what: "The client resets and never said a word to what it received",
    holds: |s| s.reset.from_client() && s.reset.own.bytes() == 0 && s.reset.peer.bytes() > 0,
    says: |s| {
        format!(
            "The client never said a word to what it received (up to frame {})",
            s.reset.peer.last_data.frame
        )
    },
};

/// A client that has had a reply to what it asked.
pub static REPLY_RECEIVED: Fact = Fact {
    what: "The client resets when data had come after its last request",
    holds: |s| s.reset.from_client() && s.reset.own.bytes() > 0 && peer_spoke_last(s),
    says: |s| {
        format!(
            "The client had received data after its last request (up to frame {})",
            s.reset.peer.last_data.frame
        )
    },
};

/// A server whose reply has arrived.
pub static REPLY_DELIVERED: Fact = Fact {
    what: "The server resets when its own last data had been acknowledged",
    holds: |s| {
        !s.reset.from_client()
            && s.reset.peer.bytes() > 0
            && own_spoke_last(s)
            && !OWN_DATA_OUTSTANDING.holds(s)
            && !OWN_DATA_JUST_SENT.holds(s)
    },
    says: |s| {
        format!(
            "The server's last data (frame {}) had been acknowledged",
            s.reset.own.last_data.frame
        )
    },
};

/// A client that gave up what it had asked for. A goodbye asks for nothing.
pub static REQUEST_UNANSWERED: Fact = Fact {
    what: "The client resets when its own last data had no answer yet",
    holds: |s| s.reset.from_client() && own_spoke_last(s) && !OWN_GOODBYE.holds(s),
    says: |s| {
        format!(
            "The client's own last data (frame {}) had no answer yet",
            s.reset.own.last_data.frame
        )
    },
};

/// A server that ended the connection instead of answering.
pub static PEER_DATA_UNANSWERED: Fact = Fact {
    what: "The server resets instead of answering the client's last data",
    holds: |s| !s.reset.from_client() && peer_spoke_last(s) && !PEER_GOODBYE.holds(s),
    says: |s| {
        format!(
            "The data of frame {} got no answer from the application",
            s.reset.peer.last_data.frame
        )
    },
};

/// A server that has read and answered before has probably read this too: what got no answer was
/// not unread.
pub static HAD_ANSWERED_BEFORE: Fact = Fact {
    what: "The server had taken its turn twice or more on this connection: it was reading",
    holds: |s| PEER_DATA_UNANSWERED.holds(s) && s.reset.own.turns >= 2,
    says: |s| {
        format!(
            "The application had taken its turn {} before: it was reading",
            count(u64::from(s.reset.own.turns), "time")
        )
    },
};

/// The reset itself is the first to acknowledge the peer's last data: it was received and given up
/// in one step.
pub static RESET_ACKS_DATA: Fact = Fact {
    what: "The reset itself is the first to acknowledge the last bytes that its sender received",
    holds: |s| s.reset.newly_acked > 0,
    says: |s| {
        format!(
            "The reset is the first to acknowledge {}",
            count(u64::from(s.reset.newly_acked), "byte")
        )
    },
};

/// The sender had been trying in vain: what it repeated or probed had no answer.
pub static PEER_SILENT: Fact = Fact {
    what: "The other side had been silent through two or more retransmissions or keep-alive probes",
    holds: |s| s.reset.own.attempts.unanswered() >= 2,
    says: |s| {
        format!(
            "The other side had been silent through {} (retransmissions or keep-alive probes)",
            count(u64::from(s.reset.own.attempts.unanswered()), "attempt")
        )
    },
};

/// The sender of the reset was in the middle of receiving a transfer.
pub static RECEIVING_TRANSFER: Fact = Fact {
    what: "Its sender was receiving a transfer: ten or more data segments in a row, the last within \
           a round trip",
    holds: |s| {
        let silence = s.reset.peer.last_data.until(s.reset.time);
        s.reset.peer.burst >= TRANSFER_SEGMENTS && silence <= s.round_trip()
    },
    says: |s| {
        let silence = s.reset.peer.last_data.until(s.reset.time);
        format!(
            "It was receiving: {} data segments in a row, the last one {} before the reset",
            s.reset.peer.burst,
            duration(silence)
        )
    },
};

/// Data that the reset does not acknowledge, sent before it (seen far from its sender) or captured
/// after it (seen near its sender, in hindsight).
pub static MORE_WAS_COMING: Fact = Fact {
    what: "More data, which it does not acknowledge, was under way to its sender",
    holds: |s| s.series.peer_under_way.happened() || not_acked(s) > 0,
    says: |s| match s.series.peer_under_way.frame {
        0 => format!(
            "{} that the reset does not acknowledge were under way to it",
            count(u64::from(not_acked(s)), "byte")
        ),
        frame => format!("More data was under way to it: frame {frame} came after the reset"),
    },
};

fn not_acked(s: &Situation<'_>) -> u32 {
    match s.reset.form {
        Form::Active => s.reset.peer.outstanding.saturating_sub(s.reset.newly_acked),
        _ => 0,
    }
}

/// Its window is what its buffer has left (RFC 9293 3.8.6): closed, the buffer is full of bytes that its
/// application has not read.
pub static OWN_BUFFER_FULL: Fact = Fact {
    what: "Its sender had closed its receive window: received data were waiting there to be read",
    holds: |s| s.reset.own.closed_window() && s.reset.form == Form::Active,
    says: |_| {
        "Its sender had closed its window: received data were waiting there to be read".into()
    },
};
