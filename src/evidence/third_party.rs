//! What an endpoint that resets does not do (Weaver, Sommer, Paxson, Detecting Forged TCP Reset Packets,
//! NDSS 2009, 3 and 4), and what tells a box in the path from a forger beside it.

use super::{Fact, Situation};
use crate::company::{Joint, joint};
use crate::conversation::Identified;
use crate::host::Hops;
use crate::reset::{Acceptance, Form, Trait};
use crate::text::{count, duration};

/// A side that has no connection any more acknowledges what is said to have ended it: the segment went
/// by whoever made the reset.
pub static TRIGGER_WAS_TAKEN: Fact = Fact {
    what: "The side that seems to reset acknowledges afterwards the data that the reset answers: it \
           did not send it",
    holds: |s| s.series.sender_took.frame > s.reset.frame,
    says: |s| {
        format!(
            "The side that seems to reset takes the data all the same (frame {} acknowledges them): it \
             did not send this reset, and nothing in the path stopped them",
            s.series.sender_took.frame
        )
    },
};

/// The real sender is alive and lacks the data that the reset answers: they were stopped on the way.
pub static TRIGGER_WAS_STOPPED: Fact = Fact {
    what: "The side that seems to reset lives on and lacks the data that the reset answers: they \
           were stopped on the way",
    holds: |s| s.series.sender_lacked.frame > s.reset.frame && !TRIGGER_WAS_TAKEN.holds(s),
    says: |s| {
        format!(
            "The side that seems to reset lives on and lacks the data (frame {} does not acknowledge \
             them): they were stopped on the way",
            s.series.sender_lacked.frame
        )
    },
};

/// A reset that nobody asked for, at a number that was not reached yet: a guess at where the true sender
/// will be.
pub static GUESSES_AHEAD: Fact = Fact {
    what: "Resets of the series answer nothing and lie ahead of all that their sender had sent: \
           guesses",
    holds: |s| s.series.guesses > 0 && !answers_after_its_end(s),
    says: |s| {
        match s.series.guesses {
        1 => "One reset of the series answers nothing and lies ahead of all that its sender had sent: a guess".into(),
        guesses => format!(
            "{guesses} resets of the series answer nothing and lie ahead of all that their sender had sent: guesses"
        ),
    }
    },
};

/// One segment draws one reset at most: the rest of a volley has another maker.
pub static VOLLEY: Fact = Fact {
    what: "Two or more resets of the series answer no segment of their own",
    holds: |s| s.series.is_volley(s.preferences.limits.storm) && !answers_after_its_end(s),
    says: |s| {
        format!(
            "{} of the series answer no segment of their own",
            count(u64::from(s.series.unprovoked), "reset")
        )
    },
};

/// In a series of forged resets, the true ones of a host that another forged one ended.
fn answers_after_its_end(s: &Situation<'_>) -> bool {
    let of_the_host = s.is_of_another_maker() && matches!(s.hops, Hops::Same { .. });
    of_the_host || (s.reset.is(Trait::ANSWERS) && s.ended_by.is_some())
}

/// Each from another distance.
pub static HOPS_SPREAD: Fact = Fact {
    what: "The resets of the series arrived with three different TTLs or more",
    holds: |s| s.series.hop_limits_spread() && !answers_after_its_end(s),
    says: |_| "The resets of the series arrived with three different TTLs or more".into(),
};

/// Both sides were reset, and neither reset explains the other.
pub static BOTH_SIDES_RESET: Fact = Fact {
    what: "Both sides were reset within a round trip, and neither reset explains the other",
    holds: |s| {
        let unexplained = s.ended_by.is_none();
        unexplained
            && s.opposite.is_some_and(|other| {
                s.extras.ended_by(other.extras).is_none() && is_simultaneous(s)
            })
    },
    says: |s| {
        let other = s.opposite.map_or(0, |other| other.frame);
        format!(
            "The other side was reset as well (frame {other}), and neither reset explains the other"
        )
    },
};

/// Each left before the other could have arrived.
fn is_simultaneous(s: &Situation<'_>) -> bool {
    let between = s.opposite.map_or(i64::MAX, |other| {
        other.time.saturating_sub(s.first.time).saturating_abs()
    });
    between <= s.round_trip()
}

/// A sender that counts its packets goes on counting in a reset of its own connection. Linux counts per
/// connection; others may count for all of them, so that after a silence any number may come.
pub static IDENTIFICATION_BREAKS: Fact = Fact {
    what: "Its IP identification breaks with the count of its sender's other packets",
    holds: |s| {
        let breaks = match s.reset.identified {
            Identified::Breaks => true,
            Identified::Jumps => s.host.is_linux(),
            Identified::Unknown | Identified::GoesOn | Identified::Zero => false,
        };
        breaks && s.reset.form == Form::Active
    },
    says: |s| {
        format!(
            "Its IP identification ({}) breaks with the count of its sender's other packets",
            s.reset.identification().unwrap_or(0)
        )
    },
};

/// The count goes on.
pub static IDENTIFICATION_GOES_ON: Fact = Fact {
    what: "Its IP identification goes on with the count of its sender's other packets",
    holds: |s| s.reset.identified == Identified::GoesOn,
    says: |s| {
        format!(
            "Its IP identification ({}) goes on with the count of its sender's other packets",
            s.reset.identification().unwrap_or(0)
        )
    },
};

/// Its number is not the one that its receiver must take (RFC 9293 3.5.3), and it answers nothing.
pub static MISSES_THE_NUMBER: Fact = Fact {
    what: "It answers no segment, and its sequence number is not the one that its receiver must \
           take",
    holds: |s| {
        let off = matches!(
            s.reset.acceptance,
            Acceptance::InWindow | Acceptance::Outside
        );
        off && !s.reset.is(Trait::ANSWERS) && !s.reset.is(Trait::AT_BOUNDARY)
    },
    says: |s| {
        let place = match s.reset.acceptance {
            Acceptance::InWindow => "in the window of its receiver, but not its next number",
            _ => "outside the window of its receiver",
        };
        format!("It answers no segment, and its sequence number is {place}")
    },
};

/// None of the series had the exact number.
pub static NONE_EXACT: Fact = Fact {
    what: "No reset of the series has the exact number",
    holds: |s| s.series.acceptable.is_none() && !s.reset.is(Trait::AT_BOUNDARY) && !s.answers_syn(),
    says: |_| "No reset of the series has the exact number".into(),
};

/// One of the series had the exact number: whoever made it sees the connection.
pub static ONE_EXACT: Fact = Fact {
    what: "One reset of the series has the exact number: its maker sees the connection",
    holds: |s| s.series.acceptable.is_some(),
    says: |_| "One reset of the series has the exact number: its maker sees the connection".into(),
};

/// Both sides go on as if nothing had been.
pub static BOTH_GO_ON: Fact = Fact {
    what: "Both sides go on afterwards",
    holds: |s| {
        let sender = s.spoke_on().happened() || s.series.sender_took.happened();
        sender && s.series.peer_latest.happened()
    },
    says: |s| {
        format!(
            "Both sides go on (up to frame {})",
            s.series.peer_latest.frame.max(s.series.sender_took.frame)
        )
    },
};

/// Resets in the name of different networks from the same distance: one box made them.
pub static SHARED_DISTANCE: Fact = Fact {
    what: "Refusals in the name of three networks or more arrive with the same TTL: one box makes \
           them",
    holds: |s| {
        let no_baseline = s.hops == Hops::NoBaseline;
        no_baseline && s.distance.is_some_and(|distance| distance.is_shared())
    },
    says: |s| {
        format!(
            "Refusals in the name of three networks or more arrive with the same TTL {}: one box makes them",
            s.reset.hop_limit
        )
    },
};

/// The other leg of a proxy was reset just before, after the same bytes.
pub static OTHER_LEG_RESET: Fact = Fact {
    what: "Another connection of the proxy that sent it was reset just before, after the same bytes",
    holds: |s| leg(s) == Some(Joint::Shared),
    says: say_leg,
};

/// The same bytes went through a connection of other hosts that was reset just before: a proxy with an
/// address on either side.
pub static TWIN_LEG_RESET: Fact = Fact {
    what: "A connection between two other hosts was reset just before, after the same bytes: a \
           proxy may stand between",
    holds: |s| leg(s) == Some(Joint::Apart),
    says: say_leg,
};

fn leg(s: &Situation<'_>) -> Option<Joint> {
    s.other_leg
        .and_then(|other| joint(other, s.reset, s.conversations))
}

fn say_leg(s: &Situation<'_>) -> String {
    let (frame, before) = s.other_leg.map_or((0, 0), |other| {
        (other.frame, s.reset.time.saturating_sub(other.time))
    });
    format!(
        "The connection of the reset in frame {frame}, {} before, had carried the same {} and {}",
        duration(before),
        count(s.reset.own.bytes(), "byte"),
        count(s.reset.peer.bytes(), "byte")
    )
}

/// The same stream under another address.
pub static HAS_TWIN: Fact = Fact {
    what: "The segment that it answers has the port and the sequence numbers of another connection, \
           from another address",
    holds: |s| s.twin().is_some(),
    says: |s| {
        let twin = s.twin().map(|twin| twin.to_string());
        format!(
            "Frame {} has the port and the sequence numbers of the connection with {}, from another address",
            s.trigger_frame(),
            twin.unwrap_or_default()
        )
    },
};

/// One SYN has one answer (RFC 9293 3.10.7): a host that says SYN-ACK does not refuse it as well.
pub static SYN_WAS_ACCEPTED: Fact = Fact {
    what: "The host accepted the same SYN: it did not refuse it as well",
    holds: |s| {
        // A SYN that is sent again may be let through.
        let not_asked_again = !s.series.peer_latest.happened();
        let after = s.spoke_on().happened() && not_asked_again;
        s.answers_syn() && (s.reset.own.answered_syn() || after)
    },
    says: |s| {
        let frame = match s.spoke_on().frame {
            0 => s.reset.own.last,
            frame => frame,
        };
        format!("The host accepted the same SYN (frame {frame}): it did not refuse it as well")
    },
};

/// A SYN and a reset of other hops in one name: the TCP that resets the SYN-ACK did not send the SYN. A
/// scanner writes SYNs itself, and an attacker forges them.
pub static SYN_OF_ANOTHER_MAKER: Fact = Fact {
    what: "The SYN in its sender's name arrived with another TTL: the TCP that resets did not send \
           it",
    holds: |s| s.hops_of_lone_syn().is_some(),
    says: |s| {
        format!(
            "Its SYN arrived with TTL {}, the reset with {}: the TCP that resets did not send the SYN",
            s.hops_of_lone_syn().unwrap_or(0),
            s.reset.hop_limit
        )
    },
};
