//! What was tried in vain before a reset, and how long nobody spoke: probes, retransmissions, closed
//! windows, timers of a closing side.

use super::claim::CLAIMS_NO_CONNECTION;
use super::{Fact, Situation};
use crate::conversation::Attempts;
use crate::reset::{Form, Kind};
use crate::segment::Nanoseconds;
use crate::text::{count, duration};

/// Retransmissions from here on are no loss that a few round trips mend. RFC 9293 3.8.3 wants three
/// before the path is doubted at all.
const MANY: u8 = 4;
/// A timer that goes off at `due` may be late by an eighth (kernel/time/timer.c, the wheel) ...
const LATE: i64 = 7;
/// ... and early by rounding and by the way to the capture point.
const EARLY: i64 = 10;
/// FIN-WAIT-2 of a socket that nobody holds any more: 60 s on Linux (tcp_fin_timeout, TCP_TIMEWAIT_LEN)
/// and FreeBSD (finwait2_timeout), 120 s or more on Windows; less a second for the way of the last ACK.
pub(super) const FIN_WAIT: Nanoseconds = 59_000_000_000;

fn own(s: &Situation<'_>) -> Attempts {
    s.reset.own.attempts
}

/// Whether `elapsed` is when something due after `due` comes.
fn is_due(elapsed: Nanoseconds, due: Nanoseconds) -> bool {
    elapsed >= due - due / EARLY && elapsed <= due + due / LATE + 20_000_000
}

/// Keep-alive probes in a row, none answered.
pub static PROBES_UNANSWERED: Fact = Fact {
    what: "Its sender's last two or more keep-alive probes had no answer",
    holds: |s| own(s).are_probes() && own(s).unanswered() >= 2,
    says: |s| {
        format!(
            "Its last {} had no answer",
            count(u64::from(own(s).unanswered()), "keep-alive probe")
        )
    },
};

/// At least two equal intervals, as a keep-alive timer makes them.
pub static EQUAL_SPACING: Fact = Fact {
    what: "The probes came at equal intervals",
    holds: |s| own(s).are_equal(),
    says: |s| format!("They came every {}", duration(own(s).interval())),
};

/// The abort comes just when the next attempt would have: the timer that made the attempts made it
/// [measured, Linux 6.18: tcp_keepalive_timer].
pub static NEXT_WAS_DUE: Fact = Fact {
    what: "It came just when its sender's next probe or retransmission was due: the same timer made \
           it",
    holds: |s| {
        s.reset.form == Form::Active
            && own(s).is_latest()
            && own(s)
                .next_due()
                .is_some_and(|due| is_due(s.reset.silence(), due))
    },
    says: |s| {
        format!(
            "It came {} after the last attempt, when the next one was due",
            duration(s.reset.silence())
        )
    },
};

/// The abort comes between two attempts: an application lost patience, not the timer.
pub static NEXT_WAS_NOT_DUE: Fact = Fact {
    what: "It came between two attempts of its sender, when no next one was due",
    holds: |s| {
        s.reset.form == Form::Active
            && own(s).unanswered() >= 2
            && own(s).next_due().is_some()
            && !NEXT_WAS_DUE.holds(s)
    },
    says: |s| {
        format!(
            "It came {} after the last attempt, when no next one was due",
            duration(s.reset.silence())
        )
    },
};

/// Its sender had been repeating something that nobody acknowledged, each time after twice as long
/// (RFC 6298 5.5).
pub static RETRANSMITTED_IN_VAIN: Fact = Fact {
    what: "Its sender had retransmitted four times or more, at growing intervals, without an \
           acknowledgment",
    holds: |s| {
        let side = &s.reset.own;
        let not_acked = side.outstanding > 0 || (side.closed() && !side.fin_acked());
        let lasts = s.reset.form != Form::Active || own(s).unanswered() > 0;
        not_acked
            && lasts
            && !own(s).are_probes()
            && own(s).in_a_row() >= MANY
            && own(s).are_doubling()
    },
    says: |s| {
        format!(
            "It had retransmitted {} at growing intervals, the last one {}, without an acknowledgment",
            count(u64::from(own(s).in_a_row()), "time"),
            duration(own(s).interval())
        )
    },
};

/// A TCP that still tries would have tried again in the silence before the trigger: this one had
/// given up without a word, as Linux does [measured, Linux 6.18: tcp_write_err sends nothing].
pub static GAVE_UP: Fact = Fact {
    what: "Its sender's next attempt was overdue when the segment came that it answers: it had \
           given up in silence",
    holds: |s| {
        let silence = s.reset.trigger.map_or(0, |trigger| trigger.silence());
        s.reset.form == Form::Passive
            && own(s).is_latest()
            && own(s)
                .next_due()
                .is_some_and(|due| silence > due + due / LATE)
    },
    says: |s| {
        format!(
            "The next attempt was due after {}, but none came in {}: it had given up",
            duration(own(s).next_due().unwrap_or(0)),
            duration(s.reset.trigger.map_or(0, |trigger| trigger.silence()))
        )
    },
};

/// It probed a window that stayed closed (RFC 9293 3.8.6.1), answered or not.
pub static WINDOW_CLOSED: Fact = Fact {
    what: "The other side's window was closed, and two or more probes did not open it",
    holds: |s| own(s).stalled() >= 2,
    says: |s| {
        format!(
            "The other side's window was closed, and {} did not open it",
            count(u64::from(own(s).stalled()), "probe")
        )
    },
};

/// The window had opened again, and there was no stall to end.
pub static WINDOW_REOPENED: Fact = Fact {
    what: "That window had opened again before the reset",
    holds: |s| {
        WINDOW_CLOSED.holds(s) && s.reset.form == Form::Active && !s.reset.peer.closed_window()
    },
    says: |_| "The window had opened again before the reset".into(),
};

/// Half-closed, all acknowledged, and then nothing for as long as FIN-WAIT-2 lasts.
pub static SILENT_IN_FIN_WAIT: Fact = Fact {
    what: "Its sender's FIN was acknowledged, then nobody spoke for 59 s or more: as long as \
           FIN-WAIT-2 lasts",
    holds: |s| {
        answers_in_fin_wait(s)
            && s.reset
                .trigger
                .is_some_and(|trigger| trigger.silence() >= FIN_WAIT)
    },
    says: |s| {
        format!(
            "Its FIN (frame {}) was acknowledged, then nobody spoke for {}: as long as FIN-WAIT-2 lasts",
            s.reset.own.fin,
            duration(s.reset.trigger.map_or(0, |trigger| trigger.silence()))
        )
    },
};

/// No exchange is so slow; a program that closes later than that leaves the other side to its timer.
const LONG_FIN_WAIT: Nanoseconds = 5_000_000_000;

/// Half-closed, all acknowledged, and then a long silence; timers differ.
pub static LONG_IN_FIN_WAIT: Fact = Fact {
    what: "Its sender's FIN was acknowledged, then nobody spoke for 5 s or more, but not as long as \
           FIN-WAIT-2 lasts",
    holds: |s| {
        let silence = s.reset.trigger.map_or(0, |trigger| trigger.silence());
        answers_in_fin_wait(s) && !SILENT_IN_FIN_WAIT.holds(s) && silence >= LONG_FIN_WAIT
    },
    says: |s| {
        format!(
            "Its FIN (frame {}) was acknowledged, then nobody spoke for {}",
            s.reset.own.fin,
            duration(s.reset.trigger.map_or(0, |trigger| trigger.silence()))
        )
    },
};

/// A FIN that finds FIN-WAIT-2 is taken and acknowledged (RFC 9293 3.10.7.4): who resets it has left
/// that state.
pub static FIN_FOUND_NOBODY: Fact = Fact {
    what: "It answers a FIN, which a half-closed side would have acknowledged",
    holds: |s| answers_in_fin_wait(s) && s.reset.answered(Kind::Fin).is_some(),
    says: |s| {
        format!(
            "It answers the FIN of frame {}, which a half-closed side would have acknowledged",
            s.trigger_frame()
        )
    },
};

/// Whether the reset answers data or a FIN of a peer that had not closed, from a side whose FIN was
/// acknowledged.
fn answers_in_fin_wait(s: &Situation<'_>) -> bool {
    let reset = s.reset;
    let answers = s
        .reset
        .trigger
        .filter(|trigger| matches!(trigger.kind, Kind::Data | Kind::Fin));
    let half_closed = reset.own.closed() && reset.own.fin_acked();
    reset.form == Form::Passive
        && half_closed
        && answers.is_some_and(|trigger| {
            let closed_before = reset.peer.closed() && reset.peer.fin < trigger.frame;
            !closed_before && trigger.frame > reset.own.fin
        })
}

/// Payload that any path carries: of the 1280 bytes that each link with IPv6 must carry (RFC 8200 5), less both
/// headers; tunnels over Ethernet leave more. Larger segments may vanish where a tunnel's smaller MTU and lost ICMP
/// messages meet (RFC 2923 2.1).
const ALWAYS_CARRIED: u16 = 1280 - 40 - 20;

fn stuck(attempts: Attempts, outstanding: u32) -> Option<u16> {
    let size = attempts.stuck_above_smaller()?;
    (size > ALWAYS_CARRIED && outstanding > 0).then_some(size)
}

/// The payload that its sender, or else the other side, repeats in vain though smaller ones arrived.
pub fn stuck_size(s: &Situation<'_>) -> Option<u16> {
    let (own, peer) = (&s.reset.own, &s.reset.peer);
    stuck(own.attempts, own.outstanding).or_else(|| stuck(peer.attempts, peer.outstanding))
}

/// The first large segments of its sender never arrive.
pub static LARGE_ONES_STUCK: Fact = Fact {
    what: "Its sender retransmits large segments in vain, and only smaller ones of it were ever \
           acknowledged",
    holds: |s| stuck(s.reset.own.attempts, s.reset.own.outstanding).is_some(),
    says: |s| {
        format!(
            "It retransmits {} in vain, and only smaller segments of it were ever acknowledged",
            count(u64::from(stuck_size(s).unwrap_or(0)), "byte")
        )
    },
};

/// The same of the other side, while the way back works: the reset itself came by it.
pub static PEER_LARGE_ONES_STUCK: Fact = Fact {
    what: "The other side retransmits large segments in vain, and only smaller ones of it were ever \
           acknowledged",
    holds: |s| {
        !LARGE_ONES_STUCK.holds(s)
            && stuck(s.reset.peer.attempts, s.reset.peer.outstanding).is_some()
    },
    says: |s| {
        format!(
            "The other side retransmits {} in vain, and only smaller segments of it were ever acknowledged",
            count(u64::from(stuck_size(s).unwrap_or(0)), "byte")
        )
    },
};

/// The reset's sender had sent something within the last round trip: no restart and no failover is so
/// quick.
pub static JUST_ALIVE: Fact = Fact {
    what: "Its sender had sent something within the last round trip: no restart and no failover is \
           so quick",
    holds: |s| {
        let claimed = CLAIMS_NO_CONNECTION.holds(s);
        let alive = s.reset.own.seen() && !s.reset.own.closed();
        alive && !claimed && s.reset.since_last() <= s.round_trip()
    },
    says: |s| {
        format!(
            "Its sender had been alive {} before (frame {})",
            duration(s.reset.since_last()),
            s.reset.own.last
        )
    },
};
