//! What the reset has to do with other resets, and what both sides did afterwards.

use super::Fact;
use crate::text::{count, duration};

/// The trigger may have left the peer before the first reset could arrive there.
pub static WITHIN_ROUND_TRIP: Fact = Fact {
    what: "The segment that it answers left the other side before the series' first reset could \
           arrive there",
    holds: |s| {
        s.delay()
            .is_some_and(|delay| s.reset.time.saturating_sub(delay) <= s.series.limit)
    },
    says: |s| {
        format!(
            "Frame {} left the other side before the reset of frame {} could arrive there ({} allowed)",
            s.trigger_frame(),
            s.first.frame,
            duration(s.series.limit.saturating_sub(s.first.time))
        )
    },
};

/// It came over the same link from another distance than the first one: they are not of one sender.
pub static FIRST_FROM_ELSEWHERE: Fact = Fact {
    what: "Over the same link, the series' first reset came from another distance: they have two \
           makers",
    holds: |s| s.is_of_another_maker(),
    says: |s| {
        format!(
            "It arrived with TTL {}, the reset of frame {} with {}: two senders made them",
            s.reset.hop_limit, s.first.frame, s.first.hop_limit
        )
    },
};

/// One segment has one answer (RFC 9293 3.10.7.1): a second reset with the same numbers is another's,
/// or the capture lacks the segment that it answers.
pub static TRIGGER_ANSWERED_BEFORE: Fact = Fact {
    what: "The only segment that it fits had been answered by an earlier reset",
    holds: |s| {
        s.reset
            .trigger
            .is_some_and(|trigger| trigger.answered_before())
    },
    says: |s| {
        format!(
            "Frame {} has been answered by an earlier reset, and no other segment of the file fits",
            s.trigger_frame()
        )
    },
};

/// The peer was sending when the first reset must have arrived: it did not take it.
pub static PEER_WENT_ON: Fact = Fact {
    what: "The other side still sends when the series' first reset must have arrived there",
    holds: |s| s.series.peer_went_on.happened(),
    says: |s| {
        format!(
            "The other side still sends {} after the first reset (frame {}): it was not reached",
            duration(s.series.peer_went_on.since(s.first.time)),
            s.series.peer_went_on.frame
        )
    },
};

/// It even repeats what had no answer but resets.
pub static PEER_RETRANSMITTED: Fact = Fact {
    what: "The other side retransmits what had no answer but resets",
    holds: |s| s.series.peer_retransmitted.happened(),
    says: |s| {
        format!(
            "It retransmits (frame {}): no reset has ended the connection there",
            s.series.peer_retransmitted.frame
        )
    },
};

/// Several resets and still no end.
pub static THREE_OR_MORE: Fact = Fact {
    what: "Three or more resets came from the same side",
    holds: |s| s.series.count >= s.preferences.limits.storm,
    says: |s| {
        format!(
            "{} from the same side",
            count(u64::from(s.series.count), "reset")
        )
    },
};

/// An endpoint that another reset had ended before.
pub static SENDER_WAS_RESET: Fact = Fact {
    what: "An earlier reset from the other direction had ended its sender",
    holds: |s| s.ended_by.is_some(),
    says: |s| {
        let earlier = s.ended_by.map_or(0, |reset| reset.frame);
        format!("The reset of frame {earlier} had ended this side before")
    },
};

/// The reset's own sender goes on: an endpoint that reset does not (Weaver, Sommer, Paxson, Detecting
/// Forged TCP Reset Packets, NDSS 2009, 3).
pub static SENDER_SPOKE_ON: Fact = Fact {
    what: "The side that seems to reset goes on sending afterwards, as no ended connection does",
    holds: |s| s.spoke_on().happened(),
    says: |s| {
        format!(
            "The side that seems to reset goes on sending (frame {}): it may not have sent this reset",
            s.spoke_on().frame
        )
    },
};
