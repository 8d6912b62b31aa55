//! Resets because one side no longer knows the connection.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::aftermath::SENDER_WAS_RESET;
use crate::evidence::claim::{CLAIMS_NO_CONNECTION, believed};
use crate::evidence::closing::OWN_FIN;
use crate::evidence::form::ANSWERS_ESTABLISHED;
use crate::evidence::path::{HOPS_FIT, LABEL_FITS, LABEL_MISSING, TOO_FAST};
use crate::evidence::silence::{GAVE_UP, UNPROVOKED};
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
