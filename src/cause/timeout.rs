//! Resets after attempts in vain: a timer of the sender ran out.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::aftermath::SENDER_WAS_RESET;
use crate::evidence::claim::CLAIMS_UNANSWERED;
use crate::evidence::form::{ACTIVE, ANSWERS_ESTABLISHED};
use crate::evidence::path::{HOPS_FIT, LABEL_MISSING};
use crate::evidence::silence::{
    EQUAL_SPACING, GAVE_UP, LARGE_ONES_STUCK, NEXT_WAS_DUE, NEXT_WAS_NOT_DUE,
    PEER_LARGE_ONES_STUCK, PROBES_UNANSWERED, RETRANSMITTED_IN_VAIN, WINDOW_CLOSED,
    WINDOW_REOPENED, stuck_size,
};
use crate::text::{count, duration};

/// Keep-alive probes had no answer.
pub static KEEPALIVE_TIMEOUT: Cause = Cause {
    name: "keepalive_timeout",
    category: Category::Timeout,
    summary: "Keep-alive probes had no answer: the other side or the way to it is dead",
    mechanism: "\
        The connection was idle, and this side's kernel asked with keep-alive probes whether the other \
        is still there: segments with a sequence number that was acknowledged long ago, which any \
        living TCP has to answer. After the set number without an answer it gave up and sent the reset \
        one interval after the last probe. The other host is down, the way to it is cut, or a box on \
        the way forgot the idle connection and drops the probes.",
    pitfalls: "\
        Near the prober a dead host, a dead path and a dropped connection look alike. A host that had \
        only restarted would answer the first probe with a reset (`no_connection`). Probes of a closed \
        window look like keep-alive probes (`zero_window_timeout`). Keep-alives of an application \
        (HTTP/2 PING, SSH) are data; without an answer they are retransmitted \
        (`retransmission_timeout`). An abort between two probes is somebody's decision and no timer's.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_KEEPALIVE_TIMEOUT"),
    next_step: "Find out whether the other host was down or the path to it cut (a firewall that forgot \
                the connection drops probes in silence); capture at the other side",
    reference: "RFC 9293 3.8.4; RFC 1122 4.2.3.6",
    position: Position::First,
    considered: "\
        an abort after two or more keep-alive probes without an answer, while the other side's window \
        was open",
    applies: |s| ACTIVE.holds(s) && PROBES_UNANSWERED.holds(s) && !s.reset.peer.closed_window(),
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
            s.sender(),
            count(u64::from(attempts.unanswered()), "keep-alive probe"),
            duration(attempts.interval()),
            s.receiver()
        )
    },
};

/// The sender gave up after retransmissions.
pub static RETRANSMISSION_TIMEOUT: Cause = Cause {
    name: "retransmission_timeout",
    category: Category::Timeout,
    summary: "A sender gave up after retransmissions that nobody acknowledged",
    mechanism: "\
        Data or a FIN got no acknowledgment. The sender repeated them at growing intervals until its \
        limit: about 15 minutes for data on Linux by default, less with TCP_USER_TIMEOUT or where no \
        process holds the socket any more. Linux then forgets the connection in silence, and resets \
        only what the other side sends later; other systems send a reset when they give up.",
    pitfalls: "\
        The capture shows where it was taken, not where the loss is: the data or their acknowledgments \
        may be lost anywhere beyond. A reset minutes after the last retransmission answers a side that \
        never knew of the failure, and seems to blame it. If only large segments are repeated, see \
        `path_mtu`; if the window is closed, `zero_window_timeout`. An application that loses patience \
        between two attempts aborts likewise (`app_abort`).",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    // Linux gives up in silence; the reset comes when no socket is left to take the peer's next segment.
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Find where the segments were lost: capture at the other side at the same time, look at \
                routes and links at the time of the first retransmission",
    reference: "RFC 9293 3.8.3; RFC 6298 5.5 to 5.7",
    position: Position::First,
    considered: "\
        an abort, or an answer to a late segment, by a side that had retransmitted four times or more \
        in vain",
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
            s.sender(),
            count(u64::from(attempts.in_a_row()), "retransmission")
        );
        match s.trigger_of_passive() {
            Some(trigger) => format!(
                "{tried}; {} later frame {} from the other side found nobody",
                duration(trigger.silence()),
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
    mechanism: "\
        The receiving application stopped reading. Its buffer filled, and its TCP closed the window. \
        The sender asked with probes, at growing intervals, whether there is room again. TCP itself \
        asks as long as the probes are answered; then somebody's patience ended: the write timeout of \
        the sending application, TCP_USER_TIMEOUT, or the kernel's limit for a socket that no process \
        holds any more.",
    pitfalls: "\
        Who resets is the victim; who does not read is the cause. Answered probes prove that path and \
        kernel are alive, so this is no fault of the network. A closed window is ordinary for a \
        moment, wherever a sender is faster than its reader. Without the handshake Wireshark does not \
        know the window scale, but 0 is 0. If nobody answers the probes either, the other host may be \
        gone (`retransmission_timeout`).",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "See why the application on the receiving side does not read: it is stalled, overloaded or \
                waits for something else; compare with the sender's write timeout",
    reference: "RFC 9293 3.8.6.1; RFC 6429",
    position: Position::First,
    considered: "\
        an abort, or an answer to a late segment, by a side that had probed a closed window twice or \
        more",
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
            s.sender(),
            s.receiver()
        )
    },
};

/// Full-size segments vanish on the way.
pub static PATH_MTU: Cause = Cause {
    name: "path_mtu",
    category: Category::Timeout,
    summary: "Large segments vanish on the way while small ones arrive: a path with a smaller MTU",
    mechanism: "\
        The path carries less than the segment size that both sides agreed on: a tunnel, a VPN or \
        PPPoE takes its share. The router that can't forward a large segment should say so by ICMP; \
        where a filter stops that message, the sender repeats what can never arrive. The handshake and \
        small requests work, the first large transfer hangs, and a timeout ends it.",
    pitfalls: "\
        A line that dies just before the first large segment looks the same, so that no verdict is \
        surer than 75 %. On the sending host a capture shows segments larger than the MTU, because the \
        network card cuts them later. Linux may find the size itself (tcp_mtu_probing) and recover. \
        The ICMP message may be missing only because a capture filter left it out.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "Ping with the don't-fragment bit and growing sizes to find the path's MTU; let ICMP \
                \"fragmentation needed\" through, or clamp the MSS at the tunnel",
    reference: "RFC 2923 2.1; RFC 8899 1",
    position: Position::First,
    considered: "\
        an abort, or an answer to a late segment, where large segments were retransmitted in vain and \
        smaller ones had arrived",
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
            s.sender(),
            s.receiver()
        )
    },
};
