//! What the file lacks, and how sure a verdict can be without it.

use super::Situation;
use super::claim::believed;
use super::form::ANSWERS_SYN;
use super::path::is_foreign;
use super::third_party::{BOTH_GO_ON, GUESSES_AHEAD, TRIGGER_WAS_STOPPED, TRIGGER_WAS_TAKEN};
use crate::claim::Meaning;
use crate::host::Hops;
use crate::reset::{Form, Trait};

/// Something that would settle the matter.
pub struct Absence {
    /// Whether it is missing.
    pub holds: fn(&Situation<'_>) -> bool,
    /// The most confidence that a verdict can have without it, in percent.
    pub ceiling: u8,
    /// What to look for or to capture.
    pub says: fn(&Situation<'_>) -> String,
}

/// All absences that count. The ceilings are set, not measured: they keep a verdict below the band
/// that promises 95 % where a part of the picture is not there.
pub static ALL: &[Absence] = &[
    Absence {
        holds: |s| s.hops == Hops::NoBaseline,
        ceiling: 85,
        says: |s| {
            format!(
                "Any other packet from {}, as a SYN-ACK of an open port: its TTL would tell whether the \
                 host itself sent the reset",
                s.sender().address
            )
        },
    },
    Absence {
        holds: |s| s.reset.is(Trait::CLIENT_GUESSED),
        ceiling: 85,
        says: |_| {
            "The handshake: the capture starts in mid-connection; who is the client is a guess from the ports".into()
        },
    },
    Absence {
        holds: |s| !s.reset.peer.seen(),
        ceiling: 60,
        says: |s| {
            format!(
                "The segments of {}: the capture holds one direction only",
                s.receiver()
            )
        },
    },
    Absence {
        holds: |s| {
            !s.reset.own.seen()
                && !s.answers_syn()
                && !s.answers_syn_ack()
                && s.reset.peer.bytes() > 0
        },
        ceiling: 60,
        says: |s| {
            format!(
                "The segments of {} before the reset: the capture holds one direction only",
                s.sender()
            )
        },
    },
    Absence {
        // Whatever it says may be made up, and it moves the verdict.
        holds: |s| believed(s).is_some_and(|claim| claim.meaning != Meaning::Other),
        ceiling: 80,
        says: |s| {
            format!(
                "A proof of what the reset says of itself: the log of {} at this time",
                s.sender()
            )
        },
    },
    Absence {
        holds: |s| s.reset.is(Trait::HEADER_CUT),
        ceiling: 90,
        says: |_| "The end of the reset's header: capture with a longer snapshot length".into(),
    },
    Absence {
        holds: |s| {
            let answers_nothing = GUESSES_AHEAD.holds(s) || BOTH_GO_ON.holds(s);
            s.reset.trigger.is_none() && s.reset.form != Form::Active && !answers_nothing
        },
        ceiling: 60,
        says: |_| "The segment that provoked the reset".into(),
    },
    Absence {
        holds: |s| {
            let decided = [&TRIGGER_WAS_TAKEN, &TRIGGER_WAS_STOPPED, &GUESSES_AHEAD];
            let is_decided = decided.iter().any(|fact| fact.holds(s));
            is_foreign(s) && !ANSWERS_SYN.holds(s) && !is_decided
        },
        ceiling: 69,
        says: |s| {
            format!(
                "A capture nearer to {}: whether the data that was cut got there tells a filter from \
                 somebody who only forges resets",
                s.sender()
            )
        },
    },
];
