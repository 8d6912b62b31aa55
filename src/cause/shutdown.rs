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
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    // Each abort that finds bytes unread states TCP_ABORT_ON_CLOSE instead [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Look into the log of the host at this time: crash, kill, restart, out of memory",
    reference: "RFC 9293 3.10.5 (ABORT); RFC 2525 2.17",
    position: Position::First,
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
            s.reset.sender.address,
            count(connections, "connection"),
            s.reset.receiver
        )
    },
};
