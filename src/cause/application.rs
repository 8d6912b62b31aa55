//! Resets by which an endpoint ends a connection because of what the application protocol said.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::Situation;
use crate::evidence::application::{
    ALERT_AFTER_DATA, ANSWERED_EARLY, BODY_STILL_COMING, FATAL_ALERT, LONG_AFTER_ALERT,
    OWN_GOODBYE, SEALED_ALERT, SOON_AFTER_ALERT, SOON_AFTER_ANSWER, early_answer, failure,
    name_alert,
};
use crate::evidence::closing::{DATA_AFTER_FIN, PEER_FIN};
use crate::evidence::form::{ACTIVE, PASSIVE};
use crate::text::{count, duration};

/// Whether an endpoint that knows, or had closed, the connection can have made the reset.
fn is_by_closer(s: &Situation<'_>) -> bool {
    ACTIVE.holds(s) || DATA_AFTER_FIN.holds(s)
}

/// Final answer while the request body is still coming.
pub static EARLY_RESPONSE: Cause = Cause {
    name: "early_response",
    category: Category::Closing,
    summary: "The server gave its final answer and closed while the request was still coming",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_CLOSE"),
    next_step: "See why the server refuses the request (its status): the size limit, the login or the \
                address; have the server go on reading for a while (nginx: lingering_close), and the \
                client ask first (Expect: 100-continue), or the reset may destroy the answer",
    reference: "RFC 9112 9.6; RFC 9110 10.1.1",
    position: Position::First,
    applies: |s| is_by_closer(s) && !s.reset.from_client && ANSWERED_EARLY.holds(s),
    prior: 0.0,
    weighs: &[
        (&ANSWERED_EARLY, 4.0),
        (&BODY_STILL_COMING, 3.5),
        (&SOON_AFTER_ANSWER, 1.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let answer = early_answer(s);
        format!(
            "The server answered with status {} (frame {}) before the request was complete, and closed: \
             {} had come of it, and the rest met a reset {} later",
            s.own_speaker().status,
            answer.frame,
            count(s.reset.peer.bytes, "byte"),
            duration(answer.until(s.reset.time))
        )
    },
};

/// TLS failed, then reset.
pub static TLS_FAILURE: Cause = Cause {
    name: "tls_failure",
    category: Category::Closing,
    summary: "TLS failed: one side sent an alert, and the connection was reset",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "Repair what the alert names: certificate, its issuer, the name, the version or the \
                ciphers; an encrypted alert is in the log of the side that got it",
    reference: "RFC 8446 6.2; RFC 5246 7.2.2",
    position: Position::First,
    applies: |s| is_by_closer(s) && failure(s).is_some(),
    prior: 0.0,
    weighs: &[
        (&FATAL_ALERT, 7.0),
        (&SEALED_ALERT, 5.0),
        (&SOON_AFTER_ALERT, 1.5),
        (&LONG_AFTER_ALERT, -3.0),
        (&ALERT_AFTER_DATA, -1.0),
        (&OWN_GOODBYE, -1.0),
        (&PEER_FIN, 0.5),
        (&PASSIVE, 0.5),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let Some((sender, failure)) = failure(s) else {
            return "TLS failed".into();
        };
        let place = match s.server_name() {
            Some(name) => format!(" for {}", short(name)),
            None => String::new(),
        };
        let when = if failure.after_data {
            "TLS failed"
        } else {
            "The TLS handshake failed"
        };
        format!(
            "{when}{place}: the {sender} sent {} (frame {}), and the reset came {} later",
            name_alert(&failure),
            failure.moment.frame,
            duration(failure.moment.until(s.reset.time))
        )
    },
};

/// A name may have 255 bytes; a sentence has room for so many (longer ones are rare).
const ROOM_FOR_NAME: usize = 60;

fn short(name: &str) -> String {
    if name.len() <= ROOM_FOR_NAME {
        return name.to_owned();
    }
    // The end of a name says most.
    let end: String = name.chars().skip(name.len() - ROOM_FOR_NAME).collect();
    format!("...{end}")
}
