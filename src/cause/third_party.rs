//! Resets that neither endpoint sent.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::aftermath::{SENDER_SPOKE_ON, SENDER_WAS_RESET};
use crate::evidence::claim::CLAIMS_PASSED_ON;
use crate::evidence::form::{ACTIVE, ANSWERS_SYN};
use crate::evidence::opening::ASKS_AGAIN;
use crate::evidence::path::{
    HOP_DIFFERS_BY_ONE, HOPS_DIFFER, HOPS_FIT, LABEL_FITS, LABEL_MISSING, TOO_FAST,
};
use crate::evidence::third_party::{
    BOTH_GO_ON, BOTH_SIDES_RESET, GUESSES_AHEAD, HOPS_SPREAD, IDENTIFICATION_BREAKS,
    IDENTIFICATION_GOES_ON, MISSES_THE_NUMBER, NONE_EXACT, ONE_EXACT, OTHER_LEG_RESET,
    SYN_WAS_ACCEPTED, TRIGGER_WAS_STOPPED, TRIGGER_WAS_TAKEN, TWIN_LEG_RESET, VOLLEY,
};
use crate::reset::Acceptance;
use crate::text::{count, duration};

/// A third party forged it.
pub static INJECTED: Cause = Cause {
    name: "injected",
    category: Category::ThirdParty,
    summary: "A third party forged the reset, beside the connection",
    mechanism: "\
        Somebody who sees the connection, but does not stand in its way, forges resets in the name of \
        one side or of both, with the right numbers or with several guesses. Censors, intrusion \
        prevention systems and some traffic shapers do so, mostly right after a payload that names \
        something (SNI, Host, a keyword). As they can't hold back the data, the true endpoints go on \
        for a moment: the connection contradicts its own reset.",
    pitfalls: "\
        Another TTL alone may be a `firewall` in the path, a proxy or a new route: what the endpoints \
        do afterwards decides, and without that no verdict is surer than 69 %. Retransmissions and \
        segments that were captured late are no sign of life. True resets can look contradictory: with \
        the other's window closed Linux resets at the window's edge, and HAProxy may send FIN and \
        reset while passive resets with older numbers are still to come. Several machines behind one \
        address have several TTLs.",
    severity: Severity::Problem,
    origin: Origin::Attacker,
    kernel_reason: None,
    next_step: "Capture at both ends at the same time; repeat the connection with another name or content \
                to see what provokes it",
    reference: "Weaver, Sommer, Paxson, Detecting Forged TCP Reset Packets, NDSS 2009",
    position: Position::Any,
    considered: "\
        a reset that an endpoint would hardly send: of another distance, too fast, with guessed \
        numbers, in a volley, to both sides at once, against the IP identification, or by a side that \
        lives on",
    applies: |s| {
        let contradicts = [
            &SENDER_SPOKE_ON,
            &TRIGGER_WAS_TAKEN,
            &GUESSES_AHEAD,
            &VOLLEY,
            &HOPS_SPREAD,
            &BOTH_SIDES_RESET,
            &IDENTIFICATION_BREAKS,
            &SYN_WAS_ACCEPTED,
            &HOPS_DIFFER,
            &HOP_DIFFERS_BY_ONE,
            &TOO_FAST,
        ];
        contradicts.iter().any(|fact| fact.holds(s))
    },
    prior: -2.0,
    weighs: &[
        (&SENDER_SPOKE_ON, 5.0),
        (&TRIGGER_WAS_TAKEN, 4.0),
        (&GUESSES_AHEAD, 4.5),
        (&VOLLEY, 3.0),
        (&HOPS_SPREAD, 2.5),
        (&BOTH_SIDES_RESET, 2.0),
        (&HOPS_DIFFER, 3.5),
        (&HOP_DIFFERS_BY_ONE, 1.5),
        (&LABEL_MISSING, 1.5),
        (&TOO_FAST, 2.0),
        (&IDENTIFICATION_BREAKS, 2.5),
        (&IDENTIFICATION_GOES_ON, -2.0),
        (&SYN_WAS_ACCEPTED, 4.0),
        (&ASKS_AGAIN, -3.0),
        (&ANSWERS_SYN, -1.5),
        (&TRIGGER_WAS_STOPPED, -4.0),
        (&SENDER_WAS_RESET, -3.0),
        (&NONE_EXACT, -4.0),
        (&LABEL_FITS, -0.5),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let why = if TRIGGER_WAS_TAKEN.holds(s) {
            format!(
                "that side still takes data afterwards (frame {})",
                s.series.sender_took.frame
            )
        } else if SENDER_SPOKE_ON.holds(s) {
            format!("that side goes on sending (frame {})", s.spoke_on().frame)
        } else if GUESSES_AHEAD.holds(s) {
            "the series guesses numbers that were not reached yet".into()
        } else if VOLLEY.holds(s) {
            format!(
                "{} came where one answers",
                count(u64::from(s.series.count), "reset")
            )
        } else {
            "it does not look like that side's packets".into()
        };
        format!(
            "Somebody else reset this connection in the name of {}: {why}",
            s.sender()
        )
    },
};

/// An off-path guess.
pub static BLIND_RESET: Cause = Cause {
    name: "blind_reset",
    category: Category::ThirdParty,
    summary: "Somebody who does not see the connection guesses at its numbers; the receiver does not take it",
    mechanism: "\
        Somebody who does not see the connection guesses its addresses, ports and numbers, and sends \
        resets in one side's name. A receiver that keeps RFC 5961 takes only the exact next number. \
        One elsewhere in its window draws a challenge ACK, one outside is dropped, and the connection \
        lives on.",
    pitfalls: "\
        Challenge ACKs are limited in rate: where none comes, the number may have been in the window \
        all the same. If the capture lacks segments, an honest reset seems to have a wrong number; see \
        whether Wireshark speaks of segments not captured. A late reset of an older connection on the \
        same ports has old numbers, and nobody guesses. TCPs older than RFC 5961 take any reset in the \
        window.",
    severity: Severity::Habit,
    origin: Origin::Attacker,
    kernel_reason: None,
    next_step: "Nothing: the receiver protects itself (RFC 5961); note the time, and look for more of them",
    reference: "RFC 5961 3",
    position: Position::Any,
    considered: "\
        a reset that answers no segment and does not have the number that its receiver must take, in \
        the name of a side that is in the file",
    applies: |s| MISSES_THE_NUMBER.holds(s) && s.reset.own.seen(),
    prior: -1.0,
    weighs: &[
        (&MISSES_THE_NUMBER, 2.0),
        (&BOTH_GO_ON, 3.0),
        (&SENDER_SPOKE_ON, 5.0),
        (&TRIGGER_WAS_TAKEN, 1.0),
        (&GUESSES_AHEAD, 4.5),
        (&VOLLEY, 3.0),
        (&NONE_EXACT, 2.0),
        (&ONE_EXACT, -6.0),
        (&HOPS_DIFFER, 2.0),
        (&HOP_DIFFERS_BY_ONE, 0.5),
        (&IDENTIFICATION_BREAKS, 1.0),
        (&TRIGGER_WAS_STOPPED, -1.0),
        (&SENDER_WAS_RESET, -4.0),
        (&HOPS_FIT, -0.5),
        (&ACTIVE, -1.0),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let place = match s.reset.acceptance {
            Acceptance::InWindow => "is in the window but not the next number",
            _ => "is outside the window",
        };
        let went_on = match BOTH_GO_ON.holds(s) {
            true => ", and both sides go on",
            false => "",
        };
        format!(
            "A reset in the name of {} with a guessed number: it {place} of {}{went_on}",
            s.sender(),
            s.receiver()
        )
    },
};

/// A proxy passes on the reset of its other leg.
pub static RELAYED: Cause = Cause {
    name: "relayed",
    category: Category::ThirdParty,
    summary: "A proxy passed on the reset of its other connection",
    mechanism: "\
        A proxy or load balancer holds two connections, one to the client and one to the server. When \
        one of them is reset, it resets the other, so that the end does not pass for an orderly one \
        there. Micro- to milliseconds lie between the two resets, and both connections had carried the \
        same bytes.",
    pitfalls: "\
        Both connections must be in the file. A proxy that ends TLS or changes headers carries other \
        numbers of bytes on either side, and then its reset shows as `app_abort`. Machines that repeat \
        one dialogue give equal numbers by chance; between several such connections of other hosts \
        none is chosen. The cause is that of the reset that came first.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_STATE"),
    next_step: "Judge the reset of the other connection: it came first",
    reference: "RFC 9293 3.10.5 (ABORT)",
    position: Position::First,
    considered: "\
        an abort soon after the reset of another connection with the same bytes in both directions, or \
        a reset that says that it passes one on",
    applies: |s| s.other_leg.is_some() || CLAIMS_PASSED_ON.holds(s),
    prior: 0.5,
    weighs: &[
        (&OTHER_LEG_RESET, 5.0),
        (&TWIN_LEG_RESET, 3.5),
        (&CLAIMS_PASSED_ON, 4.5),
        (&SENDER_WAS_RESET, -3.0),
    ],
    ceiling: 95,
    provoked: false,
    explain: |s| match s.other_leg {
        Some(other) => format!(
            "{} passed on the reset of frame {}, which had ended its other connection, with the same \
                 bytes in it, {} before",
            s.sender(),
            other.frame,
            duration(s.reset.time.saturating_sub(other.time))
        ),
        None => format!(
            "{} says that it passes on a reset of its other connection, which the file does not hold",
            s.sender()
        ),
    },
};
