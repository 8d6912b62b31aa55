//! Resets at an orderly end of a connection, or that answer what comes after it.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::Situation;
use crate::evidence::aftermath::SENDER_WAS_RESET;
use crate::evidence::application::{
    ANSWERED_EARLY, FATAL_ALERT, HANDSHAKE_BROKEN_OFF, OWN_GOODBYE, PEER_GOODBYE, SEALED_ALERT,
};
use crate::evidence::closing::{
    BOTH_FINS, DATA_AFTER_FIN, HALF_CLOSE_ALIVE, LONG_AFTER_FIN, NEVER_USED, NOTHING_OUTSTANDING,
    OWN_DATA_JUST_SENT, OWN_DATA_MISSING, OWN_DATA_OUTSTANDING, OWN_FIN, PEER_FIN,
};
use crate::evidence::exchange::{
    MORE_WAS_COMING, NEVER_ASKED, OWN_BUFFER_FULL, OWN_REPLY_INCOMPLETE, PEER_DATA_UNANSWERED,
    PEER_SILENT, RECEIVING_TRANSFER, REPLY_COMPLETE, REPLY_DELIVERED, REPLY_INCOMPLETE,
    REPLY_RECEIVED, REQUEST_UNANSWERED, REQUESTS_WAIT,
};
use crate::evidence::form::{ACTIVE, ANSWERS_SYN, PASSIVE};
use crate::evidence::path::LABEL_MISSING;
use crate::evidence::silence::{FIN_FOUND_NOBODY, GAVE_UP, LONG_IN_FIN_WAIT, WINDOW_CLOSED};
use crate::text::{count, duration};

/// All is delivered; a reset saves the four-way close.
pub static NORMAL_CLOSE: Cause = Cause {
    name: "normal_close",
    category: Category::Closing,
    summary: "All was delivered; the reset only saves the four-way close",
    mechanism: "\
        Both sides have what they wanted. Instead of FIN and ACK both ways, one side aborts: it saves \
        segments and the TIME-WAIT state, and some browsers, servers and load balancers do it as a \
        habit. After the other side's FIN, or after a goodbye of the application, the reset only takes \
        the place of its own FIN.",
    pitfalls: "\
        An acknowledgment says that the other TCP has the data, not that the application has read \
        them: on some systems a reset discards what still waits there. Where the protocol is encrypted \
        or unknown, the file does not show whether a reply was complete; then `app_abort` and \
        `unread_data` are the usual alternatives. A reply whose length is only marked by the close is \
        not complete without a FIN.",
    severity: Severity::Harmless,
    origin: Origin::Endpoint,
    // SO_LINGER 0 goes through tcp_disconnect, which states this reason [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Nothing: nothing was lost",
    reference: "RFC 9293 3.10.5 (ABORT); RFC 9112 9.6",
    position: Position::First,
    considered: "\
        an abort by a TCP that knows the connection, or a reset after both sides had closed that \
        answers no new data",
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
        (&NEVER_USED, -2.0),
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
        let (own, peer) = (s.reset.own.bytes(), s.reset.peer.bytes());
        let all = match own + peer {
            0 => format!("nothing had been said to {} or back", s.receiver()),
            _ => format!(
                "all {} to {} and {} back had been delivered",
                count(own, "byte"),
                s.receiver(),
                count(peer, "byte")
            ),
        };
        let goodbye = s.own_speaker().goodbye.or(s.peer_speaker().goodbye);
        let closed = if let Some((frame, goodbye)) = goodbye.filter(|_| is_over(s)) {
            format!("after a goodbye ({} in frame {frame})", goodbye.name())
        } else if BOTH_FINS.holds(s) {
            "both sides had closed".into()
        } else if PEER_FIN.holds(s) {
            format!(
                "the other side had closed (FIN in frame {})",
                s.reset.peer.fin
            )
        } else {
            "the reset only saves the four-way close".into()
        };
        format!("A normal end: {all}, {closed}")
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
    mechanism: "\
        One side called close and sent its FIN: it will neither send nor read any more. The other side \
        did not know that yet, or took the FIN for a half-close, and sent on. Nobody is left to take \
        the data, so TCP answers each such segment with a reset. Often only a TLS close_notify is \
        lost, which is harmless; or it is a request, sent into a connection that the server was just \
        closing, and then the client has to repeat it.",
    pitfalls: "\
        A FIN does not say close: a side that shut down only its sending direction reads on, \
        acknowledges what comes, and resets nothing. Data that crossed the FIN on the way are nobody's \
        fault; compare the times with the round trip. The first reset may have the FIN's own number \
        and the next one a number more: the data acknowledge only what came before the FIN. About a \
        minute after the FIN it is `fin_wait_timeout`.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_DATA"),
    next_step: "See why one side closes while the other still has something to say: wait for the reply \
                before close, shut down only the sending direction, keep the client's keep-alive \
                shorter than the server's",
    reference: "RFC 9293 3.10.7.1; RFC 1122 4.2.2.13",
    position: Position::First,
    considered: "a reset that answers data which its sender's FIN had not acknowledged",
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
            .map_or(0, |trigger| u64::from(trigger.payload_length()));
        let late_goodbye = s.peer_speaker().goodbye;
        let lost = match late_goodbye.filter(|(frame, _)| *frame == s.trigger_frame()) {
            Some((_, goodbye)) => format!("only a goodbye was lost ({})", goodbye.name()),
            None => "nobody was left to take them".into(),
        };
        format!(
            "{} had closed (FIN in frame {}) when {} from {} arrived (frame {}, {} before the reset): \
             {lost}",
            s.sender(),
            s.reset.own.fin,
            count(data, "byte"),
            s.receiver(),
            s.trigger_frame(),
            duration(s.delay().unwrap_or(0)),
        )
    },
};
