//! How far both sides were in closing the connection (RFC 9293 3.6).

use super::silence::FIN_WAIT;
use super::{Fact, Situation};
use crate::reset::{Form, Trait};
use crate::text::{count, duration};

/// The reset's sender had sent its FIN.
pub static OWN_FIN: Fact = Fact {
    what: "Its sender had closed with a FIN",
    holds: |s| s.reset.own.closed(),
    says: |s| {
        format!(
            "Its sender had closed with the FIN of frame {}",
            s.reset.own.fin
        )
    },
};

/// It answers data that the FIN of the reset's sender had not acknowledged: they reached a closed
/// socket.
pub static DATA_AFTER_FIN: Fact = Fact {
    what: "It answers data that its sender's FIN had not acknowledged: they reached a closed socket",
    holds: |s| s.reset.is(Trait::DATA_AFTER_FIN),
    says: |s| {
        format!(
            "Frame {} brought {} that the FIN of frame {} had not acknowledged",
            s.trigger_frame(),
            count(
                s.reset
                    .trigger
                    .map_or(0, |data| u64::from(data.payload_length())),
                "byte"
            ),
            s.reset.own.fin
        )
    },
};

/// After its FIN the sender had still acknowledged data: it was half-closed and listening.
pub static HALF_CLOSE_ALIVE: Fact = Fact {
    what: "Its sender still acknowledged data after its FIN: it was only half closed",
    holds: |s| s.reset.is(Trait::TOOK_DATA_AFTER_FIN),
    says: |_| "After its FIN the sender still acknowledged data: it was only half closed".into(),
};

/// So long after the FIN, a timer may have ended the half-closed connection.
pub static LONG_AFTER_FIN: Fact = Fact {
    what: "Its sender's FIN was 59 s or more before: a FIN-WAIT-2 timer may have run out",
    holds: |s| {
        let since = s.reset.since_fin();
        OWN_FIN.holds(s) && since > FIN_WAIT
    },
    says: |s| {
        let since = s.reset.since_fin();
        format!(
            "Its FIN was {} ago: a FIN-WAIT-2 timer may have run out",
            duration(since)
        )
    },
};

/// The other side had closed, and its FIN is covered.
pub static PEER_FIN: Fact = Fact {
    what: "The other side had closed with a FIN",
    holds: |s| s.reset.peer.closed(),
    says: |s| {
        format!(
            "The other side had closed with the FIN of frame {}",
            s.reset.peer.fin
        )
    },
};

/// Both had closed.
pub static BOTH_FINS: Fact = Fact {
    what: "Both sides had closed",
    holds: |s| OWN_FIN.holds(s) && PEER_FIN.holds(s),
    says: |s| {
        format!(
            "Both sides had closed (FIN in frames {} and {})",
            s.reset.own.fin, s.reset.peer.fin
        )
    },
};

/// All that was sent had arrived, in both directions.
pub static NOTHING_OUTSTANDING: Fact = Fact {
    what: "All that both sides had sent was acknowledged",
    holds: |s| {
        !is_outstanding(s)
            && s.reset.peer.outstanding <= s.reset.newly_acked
            && s.reset.own.bytes() + s.reset.peer.bytes() > 0
    },
    says: |s| {
        format!(
            "Nothing was outstanding: all {} from the sender and {} to it were acknowledged",
            count(s.reset.own.bytes(), "byte"),
            count(s.reset.peer.bytes(), "byte")
        )
    },
};

/// The sender gave up bytes of its own that were never acknowledged, not even by what the peer had
/// sent before the reset arrived there, though there was time for it.
pub static OWN_DATA_OUTSTANDING: Fact = Fact {
    what: "Data of its sender were not acknowledged, though there was time for it",
    holds: |s| is_outstanding(s) && !is_just_sent(s),
    says: say_outstanding,
};

/// The same, but no acknowledgment could be there yet: the reset followed the data at once, and in
/// order behind them.
pub static OWN_DATA_JUST_SENT: Fact = Fact {
    what: "Data of its sender were not acknowledged, but were sent within the last round trip",
    holds: |s| is_outstanding(s) && is_just_sent(s),
    says: say_outstanding,
};

/// Of a sender that the file shows to send data at all; a SYN alone is no data.
fn is_outstanding(s: &Situation<'_>) -> bool {
    let own = &s.reset.own;
    own.outstanding > 0 && own.last_data.happened() && !s.series.all_acked.happened()
}

fn is_just_sent(s: &Situation<'_>) -> bool {
    s.reset.own.last_data.until(s.reset.time) <= s.round_trip()
}

fn say_outstanding(s: &Situation<'_>) -> String {
    format!(
        "{} of its sender's own were not acknowledged, the last sent {} before the reset",
        count(u64::from(s.reset.own.outstanding), "byte"),
        duration(s.reset.own.last_data.until(s.reset.time))
    )
}

/// The connection carried no payload at all.
pub static NO_PAYLOAD: Fact = Fact {
    what: "The connection carried no payload",
    holds: |s| s.reset.own.bytes() + s.reset.peer.bytes() == 0,
    says: |_| "The connection carried no payload".into(),
};

/// It was of no use, and nobody had ended it before the reset.
pub static NEVER_USED: Fact = Fact {
    what: "The connection carried no payload, and the other side had not closed",
    holds: |s| NO_PAYLOAD.holds(s) && !PEER_FIN.holds(s),
    says: |_| "The connection carried no payload, and the other side had not closed".into(),
};

/// The reset's number shows that its sender had sent more than the file holds.
pub static OWN_DATA_MISSING: Fact = Fact {
    what: "Its sequence number shows that its sender had sent more than the file holds so far",
    holds: |s| s.reset.form == Form::Active && s.reset.ahead() > 0,
    says: |s| {
        format!(
            "Its sender had sent {} more that did not come so far: lost, or overtaken by the reset",
            count(u64::from(s.reset.ahead()), "byte")
        )
    },
};
