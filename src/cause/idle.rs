//! Resets of connections on which nobody spoke any more, until a timer ended them.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::aftermath::{SENDER_SPOKE_ON, SENDER_WAS_RESET};
use crate::evidence::claim::CLAIMS_IDLE;
use crate::evidence::closing::{HALF_CLOSE_ALIVE, OWN_FIN};
use crate::evidence::exchange::REQUEST_UNANSWERED;
use crate::evidence::form::{ACTIVE, ANSWERS_ESTABLISHED};
use crate::evidence::idle::{
    AFTER_EXPIRY, AT_EXPIRY, ENDED_BOTH_WAYS, GAP_RECURS, LONG_SILENCE, SILENCE_SURVIVED, idle,
    idle_timer,
};
use crate::evidence::opening::OPENED_FOR_NOTHING;
use crate::evidence::path::{
    DSCP_DROPPED, HOP_DIFFERS_BY_ONE, HOPS_DIFFER, LABEL_FITS, LABEL_MISSING, LINK_DIFFERS,
    TOO_FAST, is_foreign,
};
use crate::evidence::silence::{FIN_FOUND_NOBODY, LONG_IN_FIN_WAIT, SILENT_IN_FIN_WAIT};
use crate::text::duration;

/// An orphan in FIN-WAIT-2 timed out, then the peer spoke.
pub static FIN_WAIT_TIMEOUT: Cause = Cause {
    name: "fin_wait_timeout",
    category: Category::Timeout,
    summary: "A half-closed side had waited for the other's close in vain and was gone when that spoke",
    mechanism: "\
        One side closed; its FIN was acknowledged, and it waited in FIN-WAIT-2 for the other's. A \
        socket that no program holds any more does not wait for ever: 60 s on Linux and FreeBSD, two \
        minutes or more on Windows. The other side stayed in CLOSE-WAIT, mostly because its program \
        forgets to close. When it sends or closes at last, nobody is there, and a reset answers.",
    pitfalls: "\
        A half-close is legitimate: a side that shut down its sending direction only may wait for \
        hours, and acknowledges what comes. Data soon after the FIN are `data_after_close`. A NAT or a \
        firewall may forget a half-closed connection within a minute or two, and then drops the late \
        segment or answers it itself. To blame is who sent no FIN, not who resets.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "See why the other side did not close when it got the FIN: `ss -t state close-wait` there \
                shows a program that forgets to",
    reference: "RFC 9293 3.6 and 3.10.4; Linux tcp_fin_timeout",
    position: Position::First,
    considered: "\
        a reset that answers the other side's FIN, or data after 59 s of silence, though its sender's \
        own FIN was acknowledged and the other side had not closed before",
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
            s.sender(),
            s.reset.own.fin,
            s.receiver(),
            s.trigger_frame(),
            duration(s.reset.trigger.map_or(0, |trigger| trigger.silence()))
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
    mechanism: "\
        Load balancers, firewalls, NATs and servers keep a connection only for so long without \
        traffic. When the time is over, some reset both sides; some only forget, and then the next \
        segment, perhaps hours later, is answered with a reset or dropped. Nobody did wrong but to be \
        quiet for too long. Pools of database connections and long polls are the usual victims.",
    pitfalls: "\
        Every connection that ends was silent before, and about one silence in a hundred equals some \
        known timer by chance: the same silence before several resets is worth more than a name. A \
        host that restarted in the meantime answers likewise (`no_connection`). A server's own limit \
        usually ends in a FIN; a request that crosses it draws a reset (`data_after_close`). Boxes \
        that drop in silence make no reset, but retransmissions (`retransmission_timeout`).",
    severity: Severity::Problem,
    origin: Origin::Middlebox,
    kernel_reason: None,
    next_step: "Set the keep-alive of TCP or of the application below the shortest idle timer on the way, \
                and look these timers up: load balancers, firewalls, NAT gateways",
    reference: "RFC 5382 5 (REQ-5); RFC 9293 3.8.4",
    position: Position::First,
    considered: "\
        an abort, or a reset that answers a segment of a connection, after some seconds of silence in \
        which nobody waited for anything",
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
        // Its own patience with a server that never says its first word.
        (&OPENED_FOR_NOTHING, -2.5),
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
