//! A process or a host that goes down with its connections.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::closing::{BOTH_FINS, DATA_AFTER_FIN, NO_PAYLOAD, PEER_FIN};
use crate::evidence::exchange::{
    PEER_DATA_UNANSWERED, PEER_SILENT, REPLY_COMPLETE, REPLY_RECEIVED,
};
use crate::evidence::form::ACTIVE;
use crate::evidence::opening::SERVER_NEVER_SPOKE;
use crate::evidence::shutdown::{
    ABORTED_TOGETHER, PORT_ACCEPTS_AFTERWARDS, PORT_REFUSES_AFTERWARDS,
};
use crate::text::count;

/// Three or more connections at once.
pub static MASS_ABORT: Cause = Cause {
    name: "mass_abort",
    category: Category::Closing,
    summary: "A process or host went down and aborted all its connections at once",
    mechanism: "\
        A process with many connections ends (crash, kill, out of memory), or its host shuts down. The \
        kernel closes all its sockets in one sweep: those with unread bytes or SO_LINGER 0 by a reset, \
        the others by a FIN. If it was a server, its port refuses SYNs until it is back.",
    pitfalls: "\
        A browser or a connection pool that drops its idle connections together makes the same burst, \
        and no fault is behind it; so does an administrator (`ss -K`). Connections that were never \
        accepted are `listener_closed`. A supervisor that restarts a service at once leaves no time \
        for a refused SYN. A host that loses its power says nothing at all: its peers see timeouts, \
        and `no_connection` once it is back.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    // Each abort that finds bytes unread states TCP_ABORT_ON_CLOSE instead [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Look into the log of the host at this time: crash, kill, restart, out of memory",
    reference: "RFC 9293 3.10.5 (ABORT); RFC 2525 2.17",
    position: Position::First,
    considered: "\
        an abort by a TCP that knows the connection, one of three or more of the same host within 100 \
        ms",
    applies: |s| ACTIVE.holds(s) && ABORTED_TOGETHER.holds(s),
    prior: -0.5,
    weighs: &[
        (&ABORTED_TOGETHER, 3.0),
        (&PORT_REFUSES_AFTERWARDS, 3.5),
        (&PORT_ACCEPTS_AFTERWARDS, -2.0),
        (&PEER_DATA_UNANSWERED, 1.5),
        (&REPLY_COMPLETE, -2.5),
        (&REPLY_RECEIVED, -1.0),
        (&DATA_AFTER_FIN, -2.0),
        (&PEER_FIN, -1.0),
        (&BOTH_FINS, -2.0),
        (&NO_PAYLOAD, -3.0),
        (&SERVER_NEVER_SPOKE, -0.5),
        (&PEER_SILENT, -1.0),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let connections = s.burst.map_or(0, |burst| u64::from(burst.count));
        format!(
            "{} aborted {} within 100 ms, this one with {} among them: its process or the host went down",
            s.sender().address,
            count(connections, "connection"),
            s.receiver()
        )
    },
};
