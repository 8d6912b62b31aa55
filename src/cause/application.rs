//! Resets by which an endpoint ends a connection because of what the application protocol said.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::Situation;
use crate::evidence::application::{
    ALERT_AFTER_DATA, ANSWERED_EARLY, BODY_STILL_COMING, FATAL_ALERT, HANDSHAKE_BROKEN_OFF,
    LONG_AFTER_ALERT, OWN_GOODBYE, SEALED_ALERT, SOON_AFTER_ALERT, SOON_AFTER_ANSWER, early_answer,
    failure, name_alert,
};
use crate::evidence::claim::CLAIMS_TLS;
use crate::evidence::closing::{DATA_AFTER_FIN, PEER_FIN};
use crate::evidence::form::{ACTIVE, PASSIVE};
use crate::text::{count, later};

/// Whether an endpoint that knows, or had closed, the connection can have made the reset.
fn is_by_closer(s: &Situation<'_>) -> bool {
    ACTIVE.holds(s) || DATA_AFTER_FIN.holds(s)
}

/// Final answer while the request body is still coming.
pub static EARLY_RESPONSE: Cause = Cause {
    name: "early_response",
    category: Category::Closing,
    summary: "The server gave its final answer and closed while the request was still coming",
    mechanism: "\
        The server saw from the beginning of the request that it would not take it: too large, not \
        allowed, redirected. It sent its final answer and closed while the body was still coming. The \
        rest of the body meets unread bytes or a closed socket, and TCP resets. The reset can overtake \
        the answer in the client's buffer, and then the client never sees why it was refused.",
    pitfalls: "\
        The client's log often shows a broken pipe or a reset on writing, and no status: that is in \
        the capture only. How much of a body came is known for HTTP/1 that Wireshark decodes; in TLS \
        without keys it shows as `unread_data` or `data_after_close`. HTTP/2 ends a single request by \
        its own RST_STREAM, which is no TCP reset.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_CLOSE"),
    next_step: "See from its status why the server refuses the request (size limit, login, address); \
                have it read on for a while (nginx: lingering_close), and the client ask first \
                (Expect: 100-continue), or the reset may destroy the answer",
    reference: "RFC 9112 9.6; RFC 9110 10.1.1",
    position: Position::First,
    considered: "\
        a server's abort, or its answer to data after its own FIN, where it had refused a request \
        before that was complete",
    applies: |s| is_by_closer(s) && !s.reset.from_client() && ANSWERED_EARLY.holds(s),
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
             {} had come of it, and the reset came {}",
            s.own_speaker().status,
            answer.frame,
            count(s.reset.peer.bytes(), "byte"),
            later(answer.until(s.reset.time))
        )
    },
};

/// TLS failed, then reset.
pub static TLS_FAILURE: Cause = Cause {
    name: "tls_failure",
    category: Category::Closing,
    summary: "TLS failed: one side would not go on, usually said so by an alert, and the connection was reset",
    mechanism: "\
        One side does not accept what the other offers: the certificate, its issuer, the name, the \
        version or the ciphers. It sends an alert and closes. What the other side still had under way \
        then meets a closed socket and draws a reset. Some applications judge the certificate \
        themselves and leave without an alert.",
    pitfalls: "\
        Who resets need not be who refused: see who sent the alert. In TLS 1.3 most alerts after the \
        ServerHello are encrypted, and known by their size and place only. A client that is killed, or \
        loses patience, breaks the handshake off in the same way. A reset right after the ClientHello, \
        before the server's answer, speaks of a box that judges the name in it (`injected`, \
        `firewall`). The alert close_notify is a goodbye and no failure.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "Repair what the alert names: certificate, its issuer, the name, the version or the \
                ciphers; an encrypted alert is in the log of the side that got it",
    reference: "RFC 8446 6.2; RFC 5246 7.2.2",
    position: Position::First,
    considered: "\
        an abort, or an answer to data after its own FIN, where one side sent an alert or the TLS \
        handshake broke off after the server's answer",
    applies: |s| is_by_closer(s) && (failure(s).is_some() || HANDSHAKE_BROKEN_OFF.holds(s)),
    prior: 0.0,
    weighs: &[
        (&FATAL_ALERT, 7.0),
        (&SEALED_ALERT, 5.0),
        // Whoever loses patience, or is killed, in the handshake breaks it off likewise.
        (&HANDSHAKE_BROKEN_OFF, 3.0),
        (&SOON_AFTER_ALERT, 1.5),
        (&CLAIMS_TLS, 3.0),
        (&LONG_AFTER_ALERT, -4.5),
        (&ALERT_AFTER_DATA, -1.0),
        (&OWN_GOODBYE, -1.0),
        (&PEER_FIN, 0.5),
        (&PASSIVE, 0.5),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let place = s
            .server_name()
            .map_or_else(String::new, |name| format!(" for {}", short(name)));
        let Some((sender, failure)) = failure(s) else {
            return format!(
                "The TLS handshake{place} was broken off: {} reset the connection after the server's \
                 answer, without an alert",
                if s.reset.from_client() {
                    "the client"
                } else {
                    "the server"
                }
            );
        };
        let what = if failure.after_data { "" } else { " handshake" };
        format!(
            "TLS{what} failed{place}: the {sender} sent {} (frame {}), and the reset came {}",
            name_alert(&failure),
            failure.moment.frame,
            later(failure.moment.until(s.reset.time))
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
