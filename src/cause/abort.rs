//! Resets by which an application ends a connection in the middle of something.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::application::{
    ANSWERED_EARLY, FATAL_ALERT, HANDSHAKE_BROKEN_OFF, OWN_GOODBYE, PEER_GOODBYE, SEALED_ALERT,
};
use crate::evidence::closing::{
    BOTH_FINS, DATA_AFTER_FIN, NO_PAYLOAD, OWN_DATA_JUST_SENT, OWN_DATA_MISSING,
    OWN_DATA_OUTSTANDING, PEER_FIN,
};
use crate::evidence::exchange::{
    HAD_ANSWERED_BEFORE, MORE_WAS_COMING, NEVER_ASKED, OWN_BUFFER_FULL, OWN_REPLY_INCOMPLETE,
    PEER_DATA_UNANSWERED, PEER_SILENT, RECEIVING_TRANSFER, REPLY_COMPLETE, REPLY_DELIVERED,
    REPLY_INCOMPLETE, REPLY_RECEIVED, REQUEST_UNANSWERED, REQUESTS_WAIT, RESET_ACKS_DATA,
};
use crate::evidence::form::ACTIVE;
use crate::evidence::path::HOPS_FIT;
use crate::evidence::shutdown::ABORTED_TOGETHER;
use crate::evidence::silence::WINDOW_CLOSED;
use crate::evidence::third_party::OTHER_LEG_RESET;
use crate::text::count;

/// close() with bytes not read.
pub static UNREAD_DATA: Cause = Cause {
    name: "unread_data",
    category: Category::Closing,
    summary: "The application closed with received bytes that it had not read",
    mechanism: "\
        The application closed, or its process ended, while received bytes were still in the buffer. \
        Its TCP must not pretend that they were read, so it sends a reset where a FIN would have been \
        (RFC 1122 4.2.2.13). The reset can also destroy what this side had just sent: the other side \
        may drop data that it has not read yet.",
    pitfalls: "\
        What an application has read is not on the wire; an acknowledgment comes from the kernel. \
        SO_LINGER 0 (`app_abort`) makes the same segment when all was read, so each is often the \
        other's alternative. The bytes need not be a request: a line feed too many, or a TLS session \
        ticket that a client never reads, is enough, and nothing of worth was lost. A TCP that does \
        not keep this rule sends a FIN, and resets what comes after it (`data_after_close`).",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_CLOSE"),
    next_step: "Read to the end before close, or see why the application gave up (its log, at the time \
                of the reset)",
    reference: "RFC 9293 3.10.4; RFC 1122 4.2.2.13; RFC 2525 2.17",
    position: Position::First,
    considered: "an abort by a TCP that knows the connection and had received data",
    applies: |s| ACTIVE.holds(s) && s.reset.peer.bytes() > 0,
    prior: -0.5,
    weighs: &[
        (&OWN_BUFFER_FULL, 1.5),
        (&DATA_AFTER_FIN, -2.5),
        (&PEER_SILENT, -3.0),
        (&PEER_DATA_UNANSWERED, 2.0),
        (&HAD_ANSWERED_BEFORE, -1.0),
        (&RESET_ACKS_DATA, 2.5),
        (&REPLY_RECEIVED, 1.0),
        (&REQUEST_UNANSWERED, -3.0),
        (&REQUESTS_WAIT, 6.5),
        (&NEVER_ASKED, 1.5),
        (&REPLY_DELIVERED, -3.0),
        (&REPLY_COMPLETE, -1.5),
        (&PEER_FIN, -1.0),
        (&BOTH_FINS, -3.0),
        (&ABORTED_TOGETHER, -1.0),
        (&OWN_GOODBYE, -1.0),
        (&PEER_GOODBYE, -1.0),
        (&FATAL_ALERT, -3.0),
        (&HANDSHAKE_BROKEN_OFF, -0.5),
        (&SEALED_ALERT, -3.0),
        (&ANSWERED_EARLY, -2.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        format!(
            "{} closed while data from {} (frame {}) was still unread: its TCP ended the connection \
             with a reset",
            s.sender(),
            s.receiver(),
            s.reset.peer.last_data.frame
        )
    },
};

/// SO_LINGER 0, disconnect, `ss -K`, a killed process.
pub static APP_ABORT: Cause = Cause {
    name: "app_abort",
    category: Category::Closing,
    summary: "The application, or who killed it, aborted the connection in mid-exchange",
    mechanism: "\
        Somebody had the connection ended by force: the application disconnected or closed with \
        SO_LINGER 0, or an administrator cut it (`ss -K`). TCP throws away what was queued and sends a \
        reset with its own next sequence number. Unlike a FIN, that promises nothing about the data \
        before it.",
    pitfalls: "\
        No packet says why: the application's log does. A process that is killed usually ends its \
        connections by FIN, since its kernel closes them; a reset comes where bytes were unread \
        (`unread_data`). A load balancer with the server's address aborts in the server's name, and \
        may only pass on what its other connection met (`relayed`). A box on the way that writes the \
        right numbers shows by its TTL, or by what both sides do afterwards (`injected`).",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    // SO_LINGER 0 goes through tcp_disconnect, which states this reason [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Look into the application's log at this time; check SO_LINGER settings, timeouts, and \
                who ended the process",
    reference: "RFC 9293 3.10.5 (ABORT)",
    position: Position::First,
    considered: "an abort by a TCP that knows the connection",
    applies: |s| ACTIVE.holds(s),
    prior: 0.3,
    weighs: &[
        (&DATA_AFTER_FIN, -2.0),
        (&PEER_SILENT, -3.5),
        (&OWN_DATA_OUTSTANDING, 2.0),
        (&OWN_DATA_JUST_SENT, 0.5),
        (&REQUEST_UNANSWERED, 2.5),
        (&OWN_DATA_MISSING, 1.5),
        (&NEVER_ASKED, 0.5),
        (&PEER_DATA_UNANSWERED, 0.5),
        (&HAD_ANSWERED_BEFORE, 1.5),
        (&REPLY_COMPLETE, -2.0),
        (&RESET_ACKS_DATA, -1.0),
        (&PEER_FIN, -1.5),
        (&BOTH_FINS, -2.0),
        (&WINDOW_CLOSED, -1.0),
        (&NO_PAYLOAD, -1.0),
        (&ABORTED_TOGETHER, -1.0),
        (&OTHER_LEG_RESET, -1.0),
        (&OWN_REPLY_INCOMPLETE, 2.0),
        (&OWN_GOODBYE, -4.0),
        (&PEER_GOODBYE, -2.5),
        (&FATAL_ALERT, -3.0),
        (&HANDSHAKE_BROKEN_OFF, 0.5),
        (&SEALED_ALERT, -3.0),
        (&ANSWERED_EARLY, -2.0),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let doing = if REQUEST_UNANSWERED.holds(s) {
            format!(
                "before its request (frame {}) was answered",
                s.reset.own.last_data.frame
            )
        } else if OWN_DATA_OUTSTANDING.holds(s) || OWN_DATA_JUST_SENT.holds(s) {
            format!(
                "with {} of its own not yet acknowledged",
                count(u64::from(s.reset.own.outstanding), "byte")
            )
        } else {
            "in mid-exchange".into()
        };
        format!(
            "{} aborted the connection with {} {doing}",
            s.sender(),
            s.receiver()
        )
    },
};

/// The receiver of a transfer aborts it.
pub static CANCELLED: Cause = Cause {
    name: "cancelled",
    category: Category::Closing,
    summary: "The receiver of a transfer aborted it",
    mechanism: "\
        The side that receives does not want the rest: somebody closed the page or stopped the \
        download, or the client's time limit ended the transfer. The first reset is an abort; the data \
        that were under way then draw a reset each, from a TCP that has forgotten the connection \
        (`in_flight`).",
    pitfalls: "\
        A client that loses patience with a slow reply looks like one that changed its mind: compare \
        the time since the request with round limits (10, 30, 60 s). Video players and browsers stop \
        transfers on purpose and ask again for other parts. A proxy cancels because its own client \
        left. Where encryption hides the length, the reply may have been complete (`normal_close`).",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_CLOSE"),
    next_step: "Look for a client timeout or a user who closed the page; compare the time since the \
                request with the client's limits",
    reference: "RFC 9293 3.10.4 and 3.10.5; RFC 2525 2.17",
    position: Position::First,
    considered: "\
        an abort, or an answer to data after its own FIN, by a side that had received data",
    // A client that has read all so far closes with FIN, and only what comes then draws the reset.
    applies: |s| (ACTIVE.holds(s) || DATA_AFTER_FIN.holds(s)) && s.reset.peer.bytes() > 0,
    prior: -0.5,
    weighs: &[
        (&OWN_BUFFER_FULL, 3.0),
        (&PEER_SILENT, -4.0),
        (&RECEIVING_TRANSFER, 3.0),
        (&REPLY_INCOMPLETE, 3.0),
        (&MORE_WAS_COMING, 3.0),
        (&REPLY_COMPLETE, -5.0),
        (&PEER_DATA_UNANSWERED, -0.5),
        (&REQUEST_UNANSWERED, -3.0),
        (&REPLY_DELIVERED, -3.0),
        (&PEER_FIN, -2.0),
        (&HOPS_FIT, 0.5),
        (&OWN_GOODBYE, -3.0),
        (&PEER_GOODBYE, -3.0),
        (&FATAL_ALERT, -3.0),
        (&HANDSHAKE_BROKEN_OFF, -2.0),
        (&SEALED_ALERT, -3.0),
        (&ANSWERED_EARLY, -3.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        format!(
            "{} aborted a transfer while {} was still sending: {} had arrived",
            s.sender(),
            s.receiver(),
            count(s.reset.peer.bytes(), "byte")
        )
    },
};
