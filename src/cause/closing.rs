//! Resets by which an endpoint ends a connection that it knows, or answers what comes after its end.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::Situation;
use crate::evidence::aftermath::SENDER_WAS_RESET;
use crate::evidence::application::{
    ANSWERED_EARLY, FATAL_ALERT, HANDSHAKE_BROKEN_OFF, OWN_GOODBYE, PEER_GOODBYE, SEALED_ALERT,
};
use crate::evidence::closing::{
    BOTH_FINS, DATA_AFTER_FIN, HALF_CLOSE_ALIVE, LONG_AFTER_FIN, NO_PAYLOAD, NOTHING_OUTSTANDING,
    OWN_DATA_JUST_SENT, OWN_DATA_MISSING, OWN_DATA_OUTSTANDING, OWN_FIN, PEER_FIN,
};
use crate::evidence::exchange::{
    HAD_ANSWERED_BEFORE, MORE_WAS_COMING, NEVER_ASKED, OWN_BUFFER_FULL, OWN_REPLY_INCOMPLETE,
    PEER_DATA_UNANSWERED, PEER_SILENT, RECEIVING_TRANSFER, REPLY_COMPLETE, REPLY_DELIVERED,
    REPLY_INCOMPLETE, REPLY_RECEIVED, REQUEST_UNANSWERED, REQUESTS_WAIT, RESET_ACKS_DATA,
};
use crate::evidence::form::{ACTIVE, ANSWERS_SYN, PASSIVE};
use crate::evidence::path::{HOPS_FIT, LABEL_MISSING};
use crate::evidence::shutdown::ABORTED_TOGETHER;
use crate::evidence::silence::{FIN_FOUND_NOBODY, GAVE_UP, LONG_IN_FIN_WAIT, WINDOW_CLOSED};
use crate::evidence::third_party::OTHER_LEG_RESET;
use crate::text::{count, duration};

/// All is delivered; a reset saves the four-way close.
pub static NORMAL_CLOSE: Cause = Cause {
    name: "normal_close",
    category: Category::Closing,
    summary: "All was delivered; the reset only saves the four-way close",
    severity: Severity::Harmless,
    origin: Origin::Endpoint,
    // SO_LINGER 0 goes through tcp_disconnect, which states this reason [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Nothing: nothing was lost",
    reference: "RFC 9293 3.10.5 (ABORT); RFC 9112 9.6",
    position: Position::First,
    applies: |s| {
        let after_both = BOTH_FINS.holds(s) && PASSIVE.holds(s) && !DATA_AFTER_FIN.holds(s);
        ACTIVE.holds(s) || (after_both && !ANSWERS_SYN.holds(s))
    },
    prior: 0.0,
    weighs: &[
        (&OWN_BUFFER_FULL, -3.0),
        (&DATA_AFTER_FIN, -2.5),
        (&PEER_SILENT, -4.0),
        (&NOTHING_OUTSTANDING, 1.0),
        (&REPLY_COMPLETE, 3.5),
        (&REPLY_DELIVERED, 1.5),
        (&REPLY_RECEIVED, 1.5),
        (&PEER_FIN, 1.5),
        (&BOTH_FINS, 2.5),
        (&FIN_FOUND_NOBODY, -2.0),
        (&LONG_IN_FIN_WAIT, -2.5),
        (&WINDOW_CLOSED, -3.0),
        (&OWN_DATA_MISSING, -2.0),
        (&REQUESTS_WAIT, -6.0),
        (&NEVER_ASKED, -1.5),
        (&OWN_DATA_OUTSTANDING, -4.0),
        (&OWN_DATA_JUST_SENT, -1.0),
        (&PEER_DATA_UNANSWERED, -3.0),
        (&REQUEST_UNANSWERED, -2.5),
        (&REPLY_INCOMPLETE, -3.0),
        (&RECEIVING_TRANSFER, -2.5),
        (&MORE_WAS_COMING, -4.0),
        (&NO_PAYLOAD, -2.0),
        (&OWN_REPLY_INCOMPLETE, -3.0),
        (&OWN_GOODBYE, 3.0),
        (&PEER_GOODBYE, 2.5),
        (&FATAL_ALERT, -4.0),
        (&HANDSHAKE_BROKEN_OFF, -4.0),
        (&SEALED_ALERT, -4.0),
        (&ANSWERED_EARLY, -3.0),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let all = format!(
            "all {} to {} and {} back",
            count(s.reset.own.bytes, "byte"),
            s.reset.receiver,
            count(s.reset.peer.bytes, "byte")
        );
        let goodbye = s.own_speaker().goodbye.or(s.peer_speaker().goodbye);
        let closed = if let Some((frame, goodbye)) = goodbye.filter(|_| is_over(s)) {
            format!("after a goodbye ({} in frame {frame})", goodbye.name())
        } else if BOTH_FINS.holds(s) {
            "both sides had closed".into()
        } else if PEER_FIN.holds(s) {
            format!(
                "the other side had closed (FIN in frame {})",
                s.reset.peer.fin.frame
            )
        } else {
            "the reset only saves the four-way close".into()
        };
        format!("A normal end: {all} had been delivered, {closed}")
    },
};

/// Whether one side's last words were a goodbye.
fn is_over(s: &Situation<'_>) -> bool {
    OWN_GOODBYE.holds(s) || PEER_GOODBYE.holds(s)
}

/// A side that had closed gets data.
pub static DATA_AFTER_CLOSE: Cause = Cause {
    name: "data_after_close",
    category: Category::Closing,
    summary: "A side that had closed gets data from the other side",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_DATA"),
    next_step: "See why one side closes while the other still has something to say: wait for the reply \
                before close, shut down only the sending direction, keep the client's keep-alive \
                shorter than the server's",
    reference: "RFC 9293 3.10.7.1; RFC 1122 4.2.2.13",
    position: Position::First,
    applies: |s| DATA_AFTER_FIN.holds(s),
    prior: 0.0,
    weighs: &[
        (&OWN_FIN, 1.0),
        (&DATA_AFTER_FIN, 3.0),
        (&PASSIVE, 1.5),
        (&HALF_CLOSE_ALIVE, -4.0),
        (&LONG_AFTER_FIN, -5.0),
        (&GAVE_UP, -3.0),
        (&SENDER_WAS_RESET, -3.0),
        (&LABEL_MISSING, -4.0),
        (&FATAL_ALERT, -3.0),
        (&SEALED_ALERT, -3.0),
        (&ANSWERED_EARLY, -2.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let data = s
            .reset
            .trigger
            .map_or(0, |trigger| u64::from(trigger.payload_length));
        let late_goodbye = s.peer_speaker().goodbye;
        let lost = match late_goodbye.filter(|(frame, _)| *frame == s.trigger_frame()) {
            Some((_, goodbye)) => format!("only a goodbye was lost ({})", goodbye.name()),
            None => "nobody was left to take them".into(),
        };
        format!(
            "{} had closed (FIN in frame {}) when {} from {} arrived (frame {}, {} before the reset): \
             {lost}",
            s.reset.sender,
            s.reset.own.fin.frame,
            count(data, "byte"),
            s.reset.receiver,
            s.trigger_frame(),
            duration(s.delay().unwrap_or(0)),
        )
    },
};

/// close() with bytes not read.
pub static UNREAD_DATA: Cause = Cause {
    name: "unread_data",
    category: Category::Closing,
    summary: "The application closed with received bytes that it had not read",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_CLOSE"),
    next_step: "Read to the end before close, or see why the application gave up (its log, at the time \
                of the reset)",
    reference: "RFC 9293 3.10.4; RFC 1122 4.2.2.13; RFC 2525 2.17",
    position: Position::First,
    applies: |s| ACTIVE.holds(s) && s.reset.peer.bytes > 0,
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
            s.reset.sender, s.reset.receiver, s.reset.peer.last_data.frame
        )
    },
};

/// SO_LINGER 0, disconnect, `ss -K`, a killed process.
pub static APP_ABORT: Cause = Cause {
    name: "app_abort",
    category: Category::Closing,
    summary: "The application, or who killed it, aborted the connection in mid-exchange",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    // SO_LINGER 0 goes through tcp_disconnect, which states this reason [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Look into the application's log at this time; check SO_LINGER settings, timeouts, and \
                who ended the process",
    reference: "RFC 9293 3.10.5 (ABORT)",
    position: Position::First,
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
            s.reset.sender, s.reset.receiver
        )
    },
};

/// The receiver of a transfer aborts it.
pub static CANCELLED: Cause = Cause {
    name: "cancelled",
    category: Category::Closing,
    summary: "The receiver of a transfer aborted it",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_CLOSE"),
    next_step: "Look for a client timeout or a user who closed the page; compare the time since the \
                request with the client's limits",
    reference: "RFC 9293 3.10.4 and 3.10.5; RFC 2525 2.17",
    position: Position::First,
    // A client that has read all so far closes with FIN, and only what comes then draws the reset.
    applies: |s| (ACTIVE.holds(s) || DATA_AFTER_FIN.holds(s)) && s.reset.peer.bytes > 0,
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
            s.reset.sender,
            s.reset.receiver,
            count(s.reset.peer.bytes, "byte")
        )
    },
};
