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

/// The receiver does not know the connection.
pub static NO_CONNECTION: Cause = Cause {
    name: "no_connection",
    category: Category::LostState,
    summary: "The receiver of a segment does not know the connection: restarted, failed over, state lost",
    mechanism: "\
        One side believes in a connection and sends; the other has no state for it: its host \
        restarted, its service failed over to a node that never saw the connection, or something at \
        its address forgot the idle connection. A TCP answers such a segment with a reset whose \
        sequence number is the segment's acknowledgment number. That is how TCP gets rid of half-open \
        connections.",
    pitfalls: "\
        A load balancer or NAT at the host's distance that lost its table looks like the host. A box \
        that forgot the connection, and resets in the host's name, is `idle_timeout` or `firewall`. If \
        an earlier reset had ended this side, it is `already_reset`; if this side had given up in \
        silence, `retransmission_timeout`. A capture that begins late may lack the FIN or the reset \
        that had ended the connection in order.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Look for a restart, a failover or an idle limit at the side that reset; compare with \
                keep-alive intervals",
    reference: "RFC 9293 3.5.1 (half-open connections) and 3.10.7.1",
    position: Position::First,
    considered: "\
        a reset that answers a segment of a connection which its sender had not closed, or that says \
        that it does not know the connection",
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
        let silence = s.reset.trigger.map_or(0, |trigger| trigger.silence());
        let after = match silence >= s.preferences.limits.shown_silence {
            true => format!(" (after {} of silence)", duration(silence)),
            false => String::new(),
        };
        let sender = s.sender();
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
    mechanism: "\
        A NAT rewrites only what it can assign to a connection. What its tracking takes for invalid, \
        as a segment ahead of the window that it expects, may pass with the inner address in it. The \
        receiver knows no connection with that address and resets a stranger. The reset goes to the \
        inner address; where it gets there, it can end the true connection.",
    pitfalls: "\
        The proof is the same stream under two addresses. If the translated connection is not in the \
        file, only `no_connection` is left. A NAT that changes ports as well hides the kinship. On a \
        router each segment is captured before and after the translation: those are copies and no \
        strangers. The reset blames the receiver, which only does its duty.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "On the NAT drop what it can't assign (nft: ct state invalid drop), or let it be liberal \
                with windows (nf_conntrack_tcp_be_liberal)",
    reference: "RFC 9293 3.10.7.1; RFC 5382 5",
    position: Position::First,
    considered: "\
        a reset that answers a segment with the port and the sequence numbers of another connection of \
        the file, from another address",
    applies: |s| HAS_TWIN.holds(s),
    prior: 0.0,
    weighs: &[(&HAS_TWIN, 5.0), (&HOPS_FIT, 0.5)],
    ceiling: 95,
    provoked: true,
    explain: |s| {
        let twin = s.twin().map(|twin| twin.to_string()).unwrap_or_default();
        format!(
            "Frame {} of {} belongs to the connection with {twin}: a NAT let it through untranslated, and its \
             receiver refused the stranger",
            s.trigger_frame(),
            s.receiver().address
        )
    },
};

/// A stateful box sees half of the conversation.
pub static ASYMMETRIC_PATH: Cause = Cause {
    name: "asymmetric_path",
    category: Category::LostState,
    summary: "A stateful box sees only one direction of the connection and resets what it does not know",
    mechanism: "\
        The two directions of a connection take different ways, and a stateful box stands on one of \
        them. It sees the client's ACK without the SYN-ACK, or the SYN-ACK without the SYN, takes it \
        for a segment of no connection and resets it in the name of an endpoint. Both hosts are well \
        and reach each other; only the box does not see enough.",
    pitfalls: "\
        A capture on one of the two ways holds one direction only, box or no box. A host that lost its \
        state resets the same segment (`no_connection`), and so does a full accept queue \
        (`accept_overflow`). If both directions came by the same link and the reset fits the host, it \
        is not this. Routers that spread connections over paths by their ports make one connection \
        fail and the next work, as if by chance.",
    severity: Severity::Problem,
    origin: Origin::Middlebox,
    kernel_reason: None,
    next_step: "Compare the ways of both directions (traceroute from both ends), and lead both through the \
                same box",
    reference: "RFC 9293 3.10.7.1; RFC 5382",
    position: Position::First,
    considered: "\
        a reset that answers the continuation of a handshake, by a sender whose other packets come \
        another way or not at all; or the reset of a SYN-ACK whose client asks again",
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
            s.sender()
        )
    },
};
