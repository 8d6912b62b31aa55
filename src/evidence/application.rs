//! What the applications themselves said before the reset.

use super::{Fact, Situation};
use crate::conversation::{Failure, Speaker};
use crate::segment::Moment;
use crate::text::{duration, later};

/// The redirections and errors of RFC 9110 15: they end an exchange without the request's body. (A
/// 2xx may come early too, where the server streams.)
const LEAST_REFUSING_STATUS: u16 = 300;

/// The server's final answer refuses a request whose body was still coming.
pub static ANSWERED_EARLY: Fact = Fact {
    what: "The server's final answer, an error or a redirection, came before the request was \
           complete",
    holds: |s| early_answer(s).happened(),
    says: |s| {
        format!(
            "The final answer (status {}, frame {}) came before the request was complete",
            s.server_speaker().status,
            early_answer(s).frame
        )
    },
};

/// The client went on with its body after the answer.
pub static BODY_STILL_COMING: Fact = Fact {
    what: "The client was still sending its request after that answer",
    holds: |s| {
        let (answer, client) = (early_answer(s), s.client().last_data);
        answer.happened() && client.frame > answer.frame
    },
    says: |s| {
        format!(
            "The client was still sending its request after the answer (frame {})",
            s.client().last_data.frame
        )
    },
};

/// The reset followed the early answer within a round trip: the server did not wait for the body
/// (RFC 9112 9.6 asks it to).
pub static SOON_AFTER_ANSWER: Fact = Fact {
    what: "It followed that answer within a round trip",
    holds: |s| {
        let answer = early_answer(s);
        answer.happened() && answer.until(s.reset.time) <= s.round_trip()
    },
    says: |s| {
        let time = early_answer(s).until(s.reset.time);
        format!("The reset followed that answer {}", later(time))
    },
};

/// When the server refused a request before its end; never where it did not.
pub fn early_answer(s: &Situation<'_>) -> Moment {
    let server = s.server_speaker();
    if server.status >= LEAST_REFUSING_STATUS {
        server.answered_early
    } else {
        Moment::default()
    }
}

/// An alert in clear words says that TLS failed.
pub static FATAL_ALERT: Fact = Fact {
    what: "A TLS alert that can be read says that TLS failed",
    holds: |s| failure(s).is_some_and(|(_, failure)| failure.alert.is_some()),
    says: say_alert,
};

/// An encrypted record of an alert's size stands where the handshake should go on (RFC 8446 6).
pub static SEALED_ALERT: Fact = Fact {
    what: "An encrypted record of an alert's size stands where the TLS handshake should go on",
    holds: |s| failure(s).is_some_and(|(_, failure)| failure.alert.is_none()),
    says: say_alert,
};

/// The reset followed the alert within a round trip.
pub static SOON_AFTER_ALERT: Fact = Fact {
    what: "It followed the alert within a round trip",
    holds: |s| time_since_alert(s).is_some_and(|time| time <= s.round_trip()),
    says: |s| {
        let time = time_since_alert(s).unwrap_or(0);
        format!("The reset followed the alert {}", later(time))
    },
};

/// So long after the alert something else may have ended the connection.
pub static LONG_AFTER_ALERT: Fact = Fact {
    what: "The alert was longer ago than a round trip",
    holds: |s| failure(s).is_some() && !SOON_AFTER_ALERT.holds(s),
    says: |s| {
        let time = time_since_alert(s).unwrap_or(0);
        format!("The alert was {} before the reset", duration(time))
    },
};

/// TLS had worked before the alert.
pub static ALERT_AFTER_DATA: Fact = Fact {
    what: "Application data had gone by before the alert: the TLS handshake had succeeded",
    holds: |s| failure(s).is_some_and(|(_, failure)| failure.after_data),
    says: |_| "The TLS handshake had succeeded, and application data had gone by".into(),
};

/// The handshake had got as far as the server's answer and was broken off there, without a word: some
/// applications judge a certificate themselves.
pub static HANDSHAKE_BROKEN_OFF: Fact = Fact {
    what: "The TLS handshake had got as far as the server's answer and was not finished, without an \
           alert",
    holds: |s| s.exchange.is_answered_handshake() && failure(s).is_none(),
    says: |_| {
        "The TLS handshake had got as far as the server's answer, and was not finished".into()
    },
};

/// Who sent the alert, and what is known of it: the newest one, where both sides sent one.
pub fn failure(s: &Situation<'_>) -> Option<(&'static str, Failure)> {
    let (client, server) = ("client", "server");
    let (own, peer) = if s.reset.from_client() {
        (client, server)
    } else {
        (server, client)
    };
    let own = s.own_speaker().failure.map(|failure| (own, failure));
    let peer = s.peer_speaker().failure.map(|failure| (peer, failure));
    own.into_iter()
        .chain(peer)
        .max_by_key(|(_, failure)| failure.moment.frame)
}

fn time_since_alert(s: &Situation<'_>) -> Option<i64> {
    failure(s).map(|(_, failure)| failure.moment.until(s.reset.time))
}

/// The alert in words: "unknown_ca (48)", or that it is encrypted.
pub fn name_alert(failure: &Failure) -> String {
    match failure.alert {
        Some(alert) => format!("the alert {} ({})", alert.name(), alert.description),
        None => "an encrypted alert".into(),
    }
}

fn say_alert(s: &Situation<'_>) -> String {
    failure(s).map_or_else(String::new, |(sender, failure)| {
        let frame = failure.moment.frame;
        let alert = name_alert(&failure);
        let size = if failure.alert.is_none() {
            " (by its size and place in the handshake)"
        } else {
            ""
        };
        format!("The {sender} sent {alert} in frame {frame}{size}")
    })
}

/// The reset's sender had said goodbye, and nothing since.
pub static OWN_GOODBYE: Fact = Fact {
    what: "Its sender's last words were a goodbye, as TLS close_notify or QUIT",
    holds: |s| is_last_word(s.own_speaker(), s.reset.own.last_data),
    says: |s| say_goodbye("Its sender", s.own_speaker()),
};

/// The other side had said goodbye, and nothing since.
pub static PEER_GOODBYE: Fact = Fact {
    what: "The other side's last words were a goodbye, as TLS close_notify or QUIT",
    holds: |s| is_last_word(s.peer_speaker(), s.reset.peer.last_data),
    says: |s| say_goodbye("The other side", s.peer_speaker()),
};

fn is_last_word(speaker: &Speaker, last_data: Moment) -> bool {
    speaker
        .goodbye
        .is_some_and(|(frame, _)| frame >= last_data.frame)
}

fn say_goodbye(who: &str, speaker: &Speaker) -> String {
    speaker
        .goodbye
        .map_or_else(String::new, |(frame, goodbye)| {
            format!(
                "{who} had said goodbye ({} in frame {frame})",
                goodbye.name()
            )
        })
}
