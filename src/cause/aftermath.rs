//! Resets that follow an earlier one, and the honest rest.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::aftermath::{
    FIRST_FROM_ELSEWHERE, PEER_RETRANSMITTED, PEER_WENT_ON, SENDER_WAS_RESET, THREE_OR_MORE,
    TRIGGER_ANSWERED_BEFORE, WITHIN_ROUND_TRIP,
};
use crate::evidence::closing::NEVER_USED;
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
    mechanism: "\
        One side has no connection any more and answers every segment with a reset. Yet the other goes \
        on: it retransmits, or sends new data, and draws one reset after the other. A reset with the \
        right number ends a connection the moment it arrives. So these do not arrive: a firewall drops \
        them, a NAT has no entry for them, their way back is broken. The capture was taken near the \
        side that resets.",
    pitfalls: "\
        Segments that were under way when the first reset left are answered, too: within a round trip \
        that is `in_flight`. A reset with a number that the receiver must not take is ignored rightly \
        and does not count. If the capture was taken near the other side, and the resets are there, \
        that host itself drops them: some filter incoming resets as a cure against forged ones. Why \
        the connection ended is the first reset's cause.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Capture at the other side at the same time and find where the resets are dropped",
    reference: "RFC 9293 3.5.3 (a reset that arrives ends the connection)",
    position: Position::Repeat,
    considered: "\
        a later reset of a series, with the exact number, when the other side goes on sending long \
        after the first",
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
            s.sender(),
            s.first.frame,
            count(u64::from(s.series.count), "reset"),
            s.receiver(),
            duration(s.series.peer_latest.since(s.first.time)),
        )
    },
};

/// This side was ended by an earlier reset from the other direction.
pub static ALREADY_RESET: Cause = Cause {
    name: "already_reset",
    category: Category::Aftermath,
    summary: "This side had been ended by an earlier reset and now answers what still arrives",
    mechanism: "\
        A reset, true or forged, reached this side and ended its connection. What the other side still \
        sends finds no connection here, and each segment draws a reset. This reset is a consequence: \
        the earlier one has the cause.",
    pitfalls: "\
        If the earlier reset was forged (`injected`), this one is genuine, and ends the connection for \
        the other side: the host that seems to refuse is the victim. Two aborts that cross on the way \
        do not answer each other. If the earlier reset was captured but got lost behind the capture \
        point, it ended nothing, and this one has a cause of its own.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Judge the earlier reset: it ended the connection",
    reference: "RFC 9293 3.10.7.1 (segments to a closed connection)",
    position: Position::Any,
    considered: "\
        a reset that answers a segment, by a side that an earlier reset from the other direction had \
        ended",
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
            s.sender(),
            s.trigger_frame()
        )
    },
};

/// Repeats for segments that were under way when the first reset left.
pub static IN_FLIGHT: Cause = Cause {
    name: "in_flight",
    category: Category::Aftermath,
    summary: "A repeat for a segment that was under way when the first reset left",
    mechanism: "\
        After an abort a TCP has forgotten the connection. Segments that the other side had sent \
        before it could know are still coming, and each is answered with a reset of its own. A fast \
        transfer that is aborted draws dozens of them within a round trip. They change nothing: the \
        first one ends the connection.",
    pitfalls: "\
        Their number is a matter of bandwidth and delay, and no storm. If the other side still sends \
        after a round trip, the first reset did not arrive (`lost_reset`). Resets that answer no \
        segment of their own are a volley by somebody else (`injected`). If the round trip is not in \
        the file, because the handshake is missing, the limit is a guess.",
    severity: Severity::Harmless,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Judge the first reset of the series: this one says nothing new",
    reference: "RFC 9293 3.10.7.1 (segments to a closed connection)",
    position: Position::Repeat,
    considered: "a later reset of a series, where the segment that it answers is known",
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
    mechanism: "\
        What is in the file fits no known cause well enough. Mostly the capture begins in \
        mid-connection, holds one direction only, or lacks the segment that the reset answers.",
    pitfalls: "\
        Unknown is neither harmless nor alarming. `rstanalysis.alternative` may name a guess, and \
        `rstanalysis.missing` says what the file lacks. Who keeps only the resets of a capture (a \
        filter on the flag) throws the evidence away: keep whole conversations. Packets that the \
        capture itself dropped leave the same gaps as real loss; its tool counts them.",
    severity: Severity::Habit,
    origin: Origin::Unknown,
    kernel_reason: None,
    next_step: "Capture again with the whole connection in it, both directions, if possible at both ends",
    reference: "RFC 9293 3.5.2",
    position: Position::Any,
    considered: "any reset",
    applies: |_| true,
    // The yardstick of all others.
    prior: 0.0,
    weighs: &[(&UNEXPLAINED, 2.0), (&NEVER_USED, 1.0)],
    // Not to know is no knowledge to be sure of.
    ceiling: 50,
    provoked: true,
    explain: |s| {
        format!(
            "{} reset the connection with {}; what is in the file fits no known cause well enough",
            s.sender(),
            s.receiver()
        )
    },
};
