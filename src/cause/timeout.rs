//! Resets because a timer ran out.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::aftermath::{SENDER_SPOKE_ON, SENDER_WAS_RESET};
use crate::evidence::claim::{CLAIMS_IDLE, CLAIMS_UNANSWERED};
use crate::evidence::closing::{HALF_CLOSE_ALIVE, OWN_FIN};
use crate::evidence::exchange::REQUEST_UNANSWERED;
use crate::evidence::form::{ACTIVE, ANSWERS_ESTABLISHED};
use crate::evidence::idle::{
    AFTER_EXPIRY, AT_EXPIRY, ENDED_BOTH_WAYS, GAP_RECURS, LONG_SILENCE, SILENCE_SURVIVED, idle,
    idle_timer,
};
use crate::evidence::path::{
    DSCP_DROPPED, HOP_DIFFERS_BY_ONE, HOPS_DIFFER, HOPS_FIT, LABEL_FITS, LABEL_MISSING,
    LINK_DIFFERS, TOO_FAST, is_foreign,
};
use crate::evidence::silence::{
    EQUAL_SPACING, FIN_FOUND_NOBODY, GAVE_UP, LARGE_ONES_STUCK, LONG_IN_FIN_WAIT, NEXT_WAS_DUE,
    NEXT_WAS_NOT_DUE, PEER_LARGE_ONES_STUCK, PROBES_UNANSWERED, RETRANSMITTED_IN_VAIN,
    SILENT_IN_FIN_WAIT, WINDOW_CLOSED, WINDOW_REOPENED, stuck_size,
};
use crate::text::{count, duration};

/// Keep-alive probes had no answer.
pub static KEEPALIVE_TIMEOUT: Cause = Cause {
    name: "keepalive_timeout",
    category: Category::Timeout,
    summary: "Keep-alive probes had no answer: the other side or the way to it is dead",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_KEEPALIVE_TIMEOUT"),
    next_step: "Find out whether the other host was down or the path to it cut (a firewall that forgot \
                the connection drops probes in silence); capture at the other side",
    reference: "RFC 9293 3.8.4; RFC 1122 4.2.3.6",
    position: Position::First,
    applies: |s| ACTIVE.holds(s) && PROBES_UNANSWERED.holds(s) && !s.reset.peer.closed_window,
    prior: 0.0,
    weighs: &[
        (&PROBES_UNANSWERED, 2.0),
        (&NEXT_WAS_DUE, 3.5),
        (&EQUAL_SPACING, 1.0),
        (&CLAIMS_UNANSWERED, 3.0),
        (&NEXT_WAS_NOT_DUE, -3.0),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let attempts = s.reset.own.attempts;
        format!(
            "{} gave the connection up: {} in a row, {} apart, had no answer from {}",
            s.reset.sender,
            count(u64::from(attempts.unanswered()), "keep-alive probe"),
            duration(attempts.interval()),
            s.reset.receiver
        )
    },
};

/// The sender gave up after retransmissions.
pub static RETRANSMISSION_TIMEOUT: Cause = Cause {
    name: "retransmission_timeout",
    category: Category::Timeout,
    summary: "A sender gave up after retransmissions that nobody acknowledged",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    // Linux gives up in silence; the reset comes when no socket is left to take the peer's next segment.
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Find where the segments were lost: capture at the other side at the same time, look at \
                routes and links at the time of the first retransmission",
    reference: "RFC 9293 3.8.3; RFC 6298 5.5 to 5.7",
    position: Position::First,
    applies: |s| {
        RETRANSMITTED_IN_VAIN.holds(s)
            && (ACTIVE.holds(s) || (ANSWERS_ESTABLISHED.holds(s) && GAVE_UP.holds(s)))
    },
    prior: 0.0,
    weighs: &[
        (&RETRANSMITTED_IN_VAIN, 2.0),
        (&CLAIMS_UNANSWERED, 3.0),
        (&GAVE_UP, 3.0),
        (&NEXT_WAS_DUE, 3.5),
        (&NEXT_WAS_NOT_DUE, -3.0),
        (&ANSWERS_ESTABLISHED, 1.0),
        (&HOPS_FIT, 0.5),
        (&SENDER_WAS_RESET, -4.0),
        (&LABEL_MISSING, -4.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let attempts = s.reset.own.attempts;
        let tried = format!(
            "{} gave up after {} without an acknowledgment",
            s.reset.sender,
            count(u64::from(attempts.in_a_row()), "retransmission")
        );
        match s.trigger_of_passive() {
            Some(trigger) => format!(
                "{tried}; {} later frame {} from the other side found nobody",
                duration(trigger.silence),
                trigger.frame
            ),
            None => tried,
        }
    },
};

/// The receiver's window stayed closed.
pub static ZERO_WINDOW_TIMEOUT: Cause = Cause {
    name: "zero_window_timeout",
    category: Category::Timeout,
    summary: "The receiver's window stayed closed until the sender gave up",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "See why the application on the receiving side does not read: it is stalled, overloaded or \
                waits for something else; compare with the sender's write timeout",
    reference: "RFC 9293 3.8.6.1; RFC 6429",
    position: Position::First,
    applies: |s| {
        WINDOW_CLOSED.holds(s)
            && (ACTIVE.holds(s) || (ANSWERS_ESTABLISHED.holds(s) && GAVE_UP.holds(s)))
    },
    prior: 0.0,
    weighs: &[
        (&WINDOW_CLOSED, 3.0),
        (&WINDOW_REOPENED, -6.0),
        (&CLAIMS_UNANSWERED, 3.0),
        (&NEXT_WAS_DUE, 1.5),
        (&GAVE_UP, 2.5),
        (&HOPS_FIT, 0.5),
        (&SENDER_WAS_RESET, -4.0),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let probes = count(u64::from(s.reset.own.attempts.stalled()), "probe");
        format!(
            "{} gave up: {} had closed its receive window and did not open it through {probes}",
            s.reset.sender, s.reset.receiver
        )
    },
};

/// An orphan in FIN-WAIT-2 timed out, then the peer spoke.
pub static FIN_WAIT_TIMEOUT: Cause = Cause {
    name: "fin_wait_timeout",
    category: Category::Timeout,
    summary: "A half-closed side had waited for the other's close in vain and was gone when that spoke",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "See why the other side did not close when it got the FIN: `ss -t state close-wait` there \
                shows a program that forgets to",
    reference: "RFC 9293 3.6 and 3.10.4; Linux tcp_fin_timeout",
    position: Position::First,
    applies: |s| SILENT_IN_FIN_WAIT.holds(s) || FIN_FOUND_NOBODY.holds(s),
    prior: 0.0,
    weighs: &[
        (&OWN_FIN, 1.0),
        (&SILENT_IN_FIN_WAIT, 4.0),
        (&LONG_IN_FIN_WAIT, 2.0),
        (&FIN_FOUND_NOBODY, 2.0),
        (&HALF_CLOSE_ALIVE, -2.0),
        (&SENDER_WAS_RESET, -3.0),
        (&LABEL_FITS, 0.5),
        (&LABEL_MISSING, -4.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        format!(
            "{} had closed (FIN in frame {}) and waited for {} to close, too; when frame {} came {} \
             later, it was gone",
            s.reset.sender,
            s.reset.own.fin.frame,
            s.reset.receiver,
            s.trigger_frame(),
            duration(s.reset.trigger.map_or(0, |trigger| trigger.silence))
        )
    },
};

/// A longer name does not fit in the sentence; the evidence and the field hold it.
const LONGEST_NAME: usize = 60;

/// Something that keeps connections dropped an idle one.
pub static IDLE_TIMEOUT: Cause = Cause {
    name: "idle_timeout",
    category: Category::Timeout,
    summary: "The connection was idle for longer than a load balancer, firewall, NAT or server allows",
    severity: Severity::Problem,
    origin: Origin::Middlebox,
    kernel_reason: None,
    next_step: "Set the keep-alive of TCP or of the application below the shortest idle timer on the way, \
                and look these timers up: load balancers, firewalls, NAT gateways",
    reference: "RFC 5382 5 (REQ-5); RFC 9293 3.8.4",
    position: Position::First,
    applies: |s| idle(s).is_some() && (ACTIVE.holds(s) || ANSWERS_ESTABLISHED.holds(s)),
    // A silence alone says little: any connection that ends was silent before.
    prior: -1.0,
    weighs: &[
        (&ANSWERS_ESTABLISHED, 1.0),
        (&LONG_SILENCE, 1.5),
        (&AT_EXPIRY, 3.0),
        (&AFTER_EXPIRY, 1.5),
        (&CLAIMS_IDLE, 4.5),
        (&GAP_RECURS, 3.5),
        (&ENDED_BOTH_WAYS, 3.0),
        (&SILENCE_SURVIVED, -4.0),
        (&HOPS_DIFFER, 5.0),
        (&HOP_DIFFERS_BY_ONE, 2.5),
        (&LABEL_MISSING, 2.5),
        (&TOO_FAST, 2.5),
        (&DSCP_DROPPED, 2.0),
        (&LINK_DIFFERS, 1.5),
        (&LABEL_FITS, -1.0),
        (&REQUEST_UNANSWERED, -2.5),
        (&SENDER_WAS_RESET, -2.0),
        (&SENDER_SPOKE_ON, -2.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let silence = idle(s).map_or(0, |silence| silence.time);
        let timer = idle_timer(s)
            .filter(|name| name.len() <= LONGEST_NAME)
            .map(|timer| format!(" (as the timer of {timer})"))
            .unwrap_or_default();
        let by = if is_foreign(s) {
            " by a box between"
        } else {
            ""
        };
        match s.trigger_of_passive() {
            Some(trigger) if !s.reset.silence_at_end().unprovoked => format!(
                "Probably dropped{by} after {} of silence{timer}: the next segment, frame {}, was \
                 answered with a reset",
                duration(silence),
                trigger.frame
            ),
            _ => format!(
                "Probably ended{by} for being idle: nobody had spoken for {}{timer}",
                duration(silence)
            ),
        }
    },
};

/// Full-size segments vanish on the way.
pub static PATH_MTU: Cause = Cause {
    name: "path_mtu",
    category: Category::Timeout,
    summary: "Large segments vanish on the way while small ones arrive: a path with a smaller MTU",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "Ping with the don't-fragment bit and growing sizes to find the path's MTU; let ICMP \
                \"fragmentation needed\" through, or clamp the MSS at the tunnel",
    reference: "RFC 2923 2.1; RFC 8899 1",
    position: Position::First,
    applies: |s| {
        stuck_size(s).is_some()
            && (ACTIVE.holds(s) || (ANSWERS_ESTABLISHED.holds(s) && GAVE_UP.holds(s)))
    },
    prior: -0.5,
    weighs: &[
        (&LARGE_ONES_STUCK, 3.0),
        (&PEER_LARGE_ONES_STUCK, 4.0),
        (&RETRANSMITTED_IN_VAIN, 1.5),
        (&GAVE_UP, 2.5),
        (&NEXT_WAS_DUE, 2.5),
        (&ANSWERS_ESTABLISHED, 1.0),
        (&HOPS_FIT, 0.5),
        (&SENDER_WAS_RESET, -4.0),
        (&LABEL_MISSING, -4.0),
    ],
    // A line that died just before the first large segment looks the same.
    ceiling: 75,
    provoked: false,
    explain: |s| {
        format!(
            "Segments of {} between {} and {} are lost each time, smaller ones arrive: probably the path \
             carries less",
            count(u64::from(stuck_size(s).unwrap_or(0)), "byte"),
            s.reset.sender,
            s.reset.receiver
        )
    },
};
