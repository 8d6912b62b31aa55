//! Resets that follow an earlier one, and the honest rest.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::aftermath::{
    FIRST_FROM_ELSEWHERE, PEER_RETRANSMITTED, PEER_WENT_ON, SENDER_WAS_RESET, THREE_OR_MORE,
    TRIGGER_ANSWERED_BEFORE, WITHIN_ROUND_TRIP,
};
use crate::evidence::closing::NO_PAYLOAD;
use crate::evidence::form::{PASSIVE, UNEXPLAINED};
use crate::evidence::idle::UNPROVOKED;
use crate::evidence::opening::WRONG_ACK;
use crate::reset::Acceptance;
use crate::text::{count, duration};

/// Resets again and again while the peer goes on sending.
pub static LOST_RESET: Cause = Cause {
    name: "lost_reset",
    category: Category::Aftermath,
    summary: "Resets again and again while the other side goes on sending: they do not reach it",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Capture at the other side at the same time and find where the resets are dropped",
    reference: "RFC 9293 3.5.3 (a reset that arrives ends the connection)",
    position: Position::Repeat,
    // A reset that the peer need not take tells nothing by being ignored.
    applies: |s| PEER_WENT_ON.holds(s) && s.reset.acceptance == Acceptance::Exact,
    prior: 0.0,
    weighs: &[
        (&PEER_WENT_ON, 3.0),
        (&PEER_RETRANSMITTED, 2.0),
        (&THREE_OR_MORE, 1.5),
        (&FIRST_FROM_ELSEWHERE, -2.0),
        (&WRONG_ACK, -5.0),
        (&SENDER_WAS_RESET, -3.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        format!(
            "{} resets since frame {} ({} so far), but {} goes on sending, still {} later: they do not \
             reach it",
            s.reset.sender,
            s.first.frame,
            count(u64::from(s.series.count), "reset"),
            s.reset.receiver,
            duration(s.series.peer_latest.since(s.first.time)),
        )
    },
};

/// This side was ended by an earlier reset from the other direction.
pub static ALREADY_RESET: Cause = Cause {
    name: "already_reset",
    category: Category::Aftermath,
    summary: "This side had been ended by an earlier reset and now answers what still arrives",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Judge the earlier reset: it ended the connection",
    reference: "RFC 9293 3.10.7.1 (segments to a closed connection)",
    position: Position::Any,
    applies: |s| PASSIVE.holds(s) && SENDER_WAS_RESET.holds(s),
    prior: 1.0,
    weighs: &[
        (&PASSIVE, 1.0),
        (&SENDER_WAS_RESET, 3.5),
        (&UNPROVOKED, -3.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let earlier = s.ended_by.map_or(0, |reset| reset.frame);
        format!(
            "The reset of frame {earlier} had ended {}; it now answers frame {}, which still arrived, \
             with a reset of its own",
            s.reset.sender,
            s.trigger_frame()
        )
    },
};

/// Repeats for segments that were under way when the first reset left.
pub static IN_FLIGHT: Cause = Cause {
    name: "in_flight",
    category: Category::Aftermath,
    summary: "A repeat for a segment that was under way when the first reset left",
    severity: Severity::Harmless,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Judge the first reset of the series: this one says nothing new",
    reference: "RFC 9293 3.10.7.1 (segments to a closed connection)",
    position: Position::Repeat,
    applies: |s| s.reset.trigger.is_some(),
    prior: 0.5,
    weighs: &[
        (&WITHIN_ROUND_TRIP, 3.0),
        (&TRIGGER_ANSWERED_BEFORE, -3.0),
        (&FIRST_FROM_ELSEWHERE, -3.0),
        (&PEER_WENT_ON, -5.0),
        (&PEER_RETRANSMITTED, -1.0),
        (&SENDER_WAS_RESET, -1.5),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        format!(
            "A repeat of the reset of frame {}: frame {} was already under way when that left",
            s.first.frame,
            s.trigger_frame()
        )
    },
};

/// The file does not say.
pub static UNKNOWN: Cause = Cause {
    name: "unknown",
    category: Category::Unknown,
    summary: "The file does not say why",
    severity: Severity::Habit,
    origin: Origin::Unknown,
    kernel_reason: None,
    next_step: "Capture again with the whole connection in it, both directions, if possible at both ends",
    reference: "RFC 9293 3.5.2",
    position: Position::Any,
    applies: |_| true,
    // The yardstick of all others.
    prior: 0.0,
    weighs: &[(&UNEXPLAINED, 2.0), (&NO_PAYLOAD, 1.0)],
    // Not to know is no knowledge to be sure of.
    ceiling: 50,
    provoked: true,
    explain: |s| {
        format!(
            "{} reset the connection with {}; what is in the file fits no known cause well enough",
            s.reset.sender, s.reset.receiver
        )
    },
};
