//! Resets by a server that had accepted a connection, before it said anything.

use crate::cause::{Category, Cause, Origin, Position, Severity};
use crate::evidence::claim::CLAIMS_HANDSHAKE;
use crate::evidence::closing::{NO_PAYLOAD, OWN_FIN};
use crate::evidence::form::ACTIVE;
use crate::evidence::opening::{
    AT_HANDSHAKE_END, SERVER_NEVER_SPOKE, WRONG_ACK, in_handshake, wrong_by,
};
use crate::evidence::path::{LABEL_MISSING, TOO_FAST};
use crate::evidence::shutdown::{
    ABORTED_ALONE, ABORTED_TOGETHER, PORT_ACCEPTS_AFTERWARDS, PORT_REFUSES_AFTERWARDS,
};
use crate::text::duration;

/// The accept queue is full.
pub static ACCEPT_OVERFLOW: Cause = Cause {
    name: "accept_overflow",
    category: Category::Handshake,
    summary: "The server's queue of connections waiting to be accepted is full",
    mechanism: "\
        The server's kernel answered the SYN. When the client's ACK or first data came, the queue of \
        connections that wait for accept() was full, and the kernel took the handshake back with a \
        reset. To the client the connection was made already, so it fails at its first read or write.",
    pitfalls: "\
        No packet shows a queue: only the server's counters prove it. Linux resets only with \
        net.ipv4.tcp_abort_on_overflow; by default it drops the segment in silence, and overflow shows \
        as repeated SYNs and SYN-ACKs without any reset. A listener that is closed at that moment \
        (`listener_closed`), and a box that has not seen the SYN-ACK (`asymmetric_path`), reset the \
        same segment.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "On the server compare `ss -ltn` (Recv-Q with Send-Q) and `nstat TcpExtListenOverflows`; \
                raise the backlog and net.core.somaxconn, or let the application accept faster",
    reference: "Linux ip-sysctl, tcp_abort_on_overflow; listen(2)",
    position: Position::First,
    considered: "\
        a server's reset of the client's first segment after the SYN-ACK, before it has sent anything \
        else",
    applies: |s| AT_HANDSHAKE_END.holds(s),
    prior: 0.0,
    weighs: &[
        (&AT_HANDSHAKE_END, 1.5),
        (&CLAIMS_HANDSHAKE, 2.0),
        (&PORT_ACCEPTS_AFTERWARDS, 2.0),
        (&PORT_REFUSES_AFTERWARDS, -2.5),
        (&LABEL_MISSING, -3.0),
        (&TOO_FAST, -3.0),
    ],
    ceiling: 90,
    provoked: true,
    explain: |s| {
        format!(
            "{} took the handshake back: it answered frame {}, the client's first word after the SYN-ACK, \
             with a reset, as a server does whose accept queue is full",
            s.sender(),
            s.trigger_frame()
        )
    },
};

/// The server stopped with connections not yet accepted.
pub static LISTENER_CLOSED: Cause = Cause {
    name: "listener_closed",
    category: Category::Handshake,
    summary: "The server stopped while connections waited to be accepted",
    mechanism: "\
        A listening socket was closed (restart, deployment, crash) while finished handshakes waited in \
        its queue for accept(). The kernel aborts them all at once, and refuses SYNs to the port from \
        then on. The clients had a connection and may have sent a request that nobody will read.",
    pitfalls: "\
        A connection that was accepted, and aborted before the server's first word, looks the same \
        (`app_abort`, `unread_data`). In a restart without a gap another process accepts on the same \
        port, and no refused SYN follows. Where connections in mid-exchange end at the same moment, \
        the whole process went down (`mass_abort`). One such reset alone says little.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    // The listener's children are destroyed by tcp_disconnect [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Compare with the time of a restart or a deployment; take the server out of the load \
                balancer before it stops, and let it accept what waits",
    reference: "RFC 9293 3.10.4 (CLOSE) and 3.10.5 (ABORT)",
    position: Position::First,
    considered: "\
        a server's reset of a connection on which it had sent nothing but its SYN-ACK and \
        acknowledgments, and no FIN",
    applies: |s| {
        SERVER_NEVER_SPOKE.holds(s)
            && !OWN_FIN.holds(s)
            && (ACTIVE.holds(s) || AT_HANDSHAKE_END.holds(s))
    },
    prior: -0.5,
    weighs: &[
        (&SERVER_NEVER_SPOKE, 0.5),
        (&NO_PAYLOAD, 1.5),
        (&ABORTED_TOGETHER, 3.0),
        (&PORT_REFUSES_AFTERWARDS, 3.0),
        (&PORT_ACCEPTS_AFTERWARDS, -3.0),
        (&ABORTED_ALONE, -0.5),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let others = match s.burst {
            Some(burst) if ABORTED_TOGETHER.holds(s) => {
                format!(", with {} others at the same moment", burst.count - 1)
            }
            _ => String::new(),
        };
        format!(
            "The server at {} ended a connection, {} old, on which it had not said a word{others}: probably \
             it stopped before it accepted it",
            s.sender(),
            duration(s.reset.age())
        )
    },
};

/// An acknowledgment of what was never sent.
pub static INVALID_ACK: Cause = Cause {
    name: "invalid_ack",
    category: Category::Handshake,
    summary: "A segment of the handshake acknowledges what was never sent",
    mechanism: "\
        In a handshake each side can acknowledge only the other's SYN. Any other acknowledgment draws \
        a reset whose sequence number is that acknowledgment number, and no connection is made. Boxes \
        that rewrite sequence numbers in one direction only make such segments, SYN proxies that lost \
        their state, and old duplicates.",
    pitfalls: "\
        Wireshark's relative numbers hide it: look at the raw ones. Beyond a box that rewrites \
        numbers, a capture shows others than the endpoint saw, and a right ACK can look wrong. A bare \
        ACK with the numbers of an older connection is `port_reuse`. A SYN-ACK that answers an earlier \
        SYN of the same port is wrong in the same way, and the next SYN heals it.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_INVALID_ACK_SEQUENCE"),
    next_step: "Compare the sequence numbers at both ends: look for a box that rewrites them or for SYN \
                cookies that were lost",
    reference: "RFC 9293 3.10.7.2 to 3.10.7.4",
    position: Position::Any,
    considered: "\
        a reset that answers a segment of the handshake which acknowledges another number than its \
        sender had reached",
    applies: |s| WRONG_ACK.holds(s) && in_handshake(s),
    prior: 0.5,
    weighs: &[(&WRONG_ACK, 4.5), (&LABEL_MISSING, -3.0)],
    ceiling: 95,
    provoked: true,
    explain: |s| {
        format!(
            "Frame {} of {} acknowledges {}: the TCP of {} refused the number with a reset",
            s.trigger_frame(),
            s.receiver(),
            wrong_by(s),
            s.sender()
        )
    },
};
