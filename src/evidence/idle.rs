//! Whether an idle timer may have ended the connection: how long nobody spoke, which known timer that
//! equals, and whether it happened again.

use super::{Fact, Situation};
use crate::reset::{Form, Reset, Silence};
use crate::segment::Nanoseconds;
use crate::text::{count, duration};
use crate::timer::Closeness;

/// Both resets of a box leave it at once; each is captured when it passes.
const AT_ONCE: Nanoseconds = 1_000_000_000;

/// The silence that may have cost the connection its life.
pub fn idle(s: &Situation<'_>) -> Option<Silence> {
    s.reset.idle_end(s.preferences.limits.idle)
}

fn idle_time(s: &Situation<'_>) -> Nanoseconds {
    idle(s).map_or(0, |silence| silence.time)
}

/// The known timer that the silence equals; closely where it is the only one of its kind.
pub fn idle_timer(s: &Situation<'_>) -> Option<String> {
    let silence = idle(s)?.time;
    let closeness = if GAP_RECURS.holds(s) {
        Closeness::Recurring
    } else {
        Closeness::Lone
    };
    s.preferences.timers.named(silence, closeness)
}

/// Nobody spoke for as long as boxes between forget connections after.
pub static LONG_SILENCE: Fact = Fact {
    what: "Nobody had spoken for 50 s or more",
    holds: |s| idle_time(s) >= s.preferences.limits.long_silence,
    says: |s| format!("Nobody had spoken for {}", duration(idle_time(s))),
};

/// A reset out of the silence, just as a timer ran out.
pub static AT_EXPIRY: Fact = Fact {
    what: "It came out of the silence, just as a known idle timer runs out",
    holds: |s| idle(s).is_some_and(|silence| silence.unprovoked) && idle_timer(s).is_some(),
    says: |s| {
        format!(
            "It came out of {} of silence, as the timer of {} runs out",
            duration(idle_time(s)),
            idle_timer(s).unwrap_or_default()
        )
    },
};

/// A segment after so much silence as a timer allows. That only shows that the timer had run out.
pub static AFTER_EXPIRY: Fact = Fact {
    what: "The segment that it answers came after as long a silence as a known idle timer allows",
    holds: |s| idle(s).is_some_and(|silence| !silence.unprovoked) && idle_timer(s).is_some(),
    says: |s| {
        format!(
            "Frame {} came after {} of silence, when the timer of {} had run out",
            s.trigger_frame(),
            duration(idle_time(s)),
            idle_timer(s).unwrap_or_default()
        )
    },
};

/// The same silence before other resets of the file.
pub static GAP_RECURS: Fact = Fact {
    what: "The same silence came before three or more resets of the file, at different times",
    holds: |s| idle(s).is_some() && s.gaps.recurs(idle_time(s)),
    says: |s| {
        format!(
            "The same silence of {} came before {} in this file, at different times",
            duration(idle_time(s)),
            count(u64::from(s.gaps.count(idle_time(s))), "reset")
        )
    },
};

/// The connection had been as silent before, and lived.
pub static SILENCE_SURVIVED: Fact = Fact {
    what: "The connection had gone on after as long a silence before",
    holds: |s| idle(s).is_some() && s.reset.outlived_such(),
    says: |s| {
        format!(
            "The connection had gone on after {} of silence before: no timer that is shorter",
            duration(s.reset.silences.survived())
        )
    },
};

/// No endpoint resets in both names at once, and neither had provoked it.
pub static ENDED_BOTH_WAYS: Fact = Fact {
    what: "Both sides were reset at once, and neither had sent anything",
    holds: |s| {
        let apart = |other: &Reset| other.time.saturating_sub(s.reset.time).saturating_abs();
        let together = s.opposite.is_some_and(|other| apart(other) <= AT_ONCE);
        idle(s).is_some_and(|silence| silence.unprovoked) && together
    },
    says: |s| {
        format!(
            "The other side was reset, too (frame {}), and neither had sent anything",
            s.opposite.map_or(0, |other| other.frame)
        )
    },
};

/// Nothing was sent to its sender that it could answer.
pub static UNPROVOKED: Fact = Fact {
    what: "Nothing had been sent that it could answer",
    holds: |s| s.reset.form == Form::Passive && s.reset.silence_at_end().unprovoked,
    says: |s| {
        format!(
            "Nothing had been sent for {}, so that there was nothing to answer",
            duration(s.reset.silence())
        )
    },
};
