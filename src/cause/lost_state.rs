//! Resets because one side no longer knows the connection.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::aftermath::SENDER_WAS_RESET;
use crate::evidence::claim::{CLAIMS_NO_CONNECTION, believed};
use crate::evidence::closing::OWN_FIN;
use crate::evidence::form::ANSWERS_ESTABLISHED;
use crate::evidence::idle::UNPROVOKED;
use crate::evidence::opening::{
    ASKS_AGAIN, AT_HANDSHAKE_END, OLD_CONNECTION_ANSWERS, ONE_DIRECTION, SERVER_NEVER_SPOKE,
    WRONG_ACK, in_handshake,
};
use crate::evidence::path::{
    HOP_DIFFERS_BY_ONE, HOPS_DIFFER, HOPS_FIT, LABEL_FITS, LABEL_MISSING, LINK_DIFFERS, TOO_FAST,
    is_foreign,
};
use crate::evidence::silence::{GAVE_UP, JUST_ALIVE};
use crate::evidence::third_party::{HAS_TWIN, TRIGGER_WAS_TAKEN};
use crate::text::duration;

/// From here on a silence is worth a word, in nanoseconds: longer than the pace of an exchange.
const LONG_SILENCE: i64 = 1_000_000_000;

/// The receiver does not know the connection.
pub static NO_CONNECTION: Cause = Cause {
    name: "no_connection",
    category: Category::LostState,
    summary: "The receiver of a segment does not know the connection: restarted, failed over, state lost",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Look for a restart, a failover or an idle limit at the side that reset; compare with \
                keep-alive intervals",
    reference: "RFC 9293 3.5.1 (half-open connections) and 3.10.7.1",
    position: Position::First,
    // A BIG-IP answers with RST+ACK, which looks like an abort by a TCP that knows the connection.
    applies: |s| {
        (ANSWERS_ESTABLISHED.holds(s) && !OWN_FIN.holds(s)) || CLAIMS_NO_CONNECTION.holds(s)
    },
    prior: 0.5,
    weighs: &[
        (&ANSWERS_ESTABLISHED, 1.0),
        (&CLAIMS_NO_CONNECTION, 4.0),
        (&HOPS_FIT, 1.0),
        (&LABEL_FITS, 0.5),
        (&SENDER_WAS_RESET, -4.0),
        (&LABEL_MISSING, -4.0),
        (&TOO_FAST, -3.0),
        (&GAVE_UP, -1.5),
        (&OLD_CONNECTION_ANSWERS, -4.0),
        (&WRONG_ACK, -3.0),
        (&AT_HANDSHAKE_END, -1.0),
        (&SERVER_NEVER_SPOKE, -0.5),
        (&HAS_TWIN, -3.0),
        (&ONE_DIRECTION, -2.0),
        (&JUST_ALIVE, -2.0),
        (&UNPROVOKED, -3.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let silence = s.reset.trigger.map_or(0, |trigger| trigger.silence);
        let after = match silence {
            LONG_SILENCE.. => format!(" (after {} of silence)", duration(silence)),
            _ => String::new(),
        };
        let sender = s.reset.sender;
        if let Some(claim) = believed(s).filter(|_| !ANSWERS_ESTABLISHED.holds(s)) {
            return format!(
                "{sender} does not know the connection any more{after}, as its reset says: \"{}\" ({})",
                claim.brief(),
                claim.vendor
            );
        }
        format!(
            "{sender} does not know the connection any more: it answered frame {}{after} with a reset, without \
             having closed",
            s.trigger_frame(),
        )
    },
};

/// A NAT let a segment through untranslated.
pub static UNTRANSLATED: Cause = Cause {
    name: "untranslated",
    category: Category::LostState,
    summary: "A NAT let a segment through untranslated; the host resets a stranger",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "On the NAT drop what it can't assign (nft: ct state invalid drop), or let it be liberal \
                with windows (nf_conntrack_tcp_be_liberal)",
    reference: "RFC 9293 3.10.7.1; RFC 5382 5",
    position: Position::First,
    applies: |s| HAS_TWIN.holds(s),
    prior: 0.0,
    weighs: &[(&HAS_TWIN, 5.0), (&HOPS_FIT, 0.5)],
    ceiling: 95,
    provoked: true,
    explain: |s| {
        let twin = s
            .reset
            .twin
            .as_ref()
            .map(|twin| twin.to_string())
            .unwrap_or_default();
        format!(
            "Frame {} of {} belongs to the connection with {twin}: a NAT let it through untranslated, and its \
             receiver refused the stranger",
            s.trigger_frame(),
            s.reset.receiver.address
        )
    },
};

/// A stateful box sees half of the conversation.
pub static ASYMMETRIC_PATH: Cause = Cause {
    name: "asymmetric_path",
    category: Category::LostState,
    summary: "A stateful box sees only one direction of the connection and resets what it does not know",
    severity: Severity::Problem,
    origin: Origin::Middlebox,
    kernel_reason: None,
    next_step: "Compare the ways of both directions (traceroute from both ends), and lead both through the \
                same box",
    reference: "RFC 9293 3.10.7.1; RFC 5382",
    position: Position::First,
    applies: |s| {
        let elsewhere = is_foreign(s) || LINK_DIFFERS.holds(s) || ONE_DIRECTION.holds(s);
        (ANSWERS_ESTABLISHED.holds(s) && in_handshake(s) && elsewhere) || ASKS_AGAIN.holds(s)
    },
    prior: -1.0,
    weighs: &[
        (&LINK_DIFFERS, 2.5),
        (&ONE_DIRECTION, 2.5),
        (&ASKS_AGAIN, 6.0),
        (&HOPS_DIFFER, 1.5),
        (&HOP_DIFFERS_BY_ONE, 1.0),
        (&LABEL_MISSING, 1.0),
        (&HOPS_FIT, -2.0),
        (&TRIGGER_WAS_TAKEN, -3.0),
    ],
    ceiling: 80,
    provoked: true,
    explain: |s| {
        format!(
            "A box that saw only one direction of the handshake answered frame {} in the name of {}: it does \
             not know the connection",
            s.trigger_frame(),
            s.reset.sender
        )
    },
};
