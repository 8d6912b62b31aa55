//! Resets that the protocol itself asks for.

use super::{Category, Cause, Origin, Position, Severity};
use crate::claim::Claim;
use crate::evidence::Situation;
use crate::evidence::claim::{
    BROKEN_SEGMENT, CLAIMS_MALFORMED, CLAIMS_MULTIPATH, MULTIPATH_IN_USE, MULTIPATH_NOT_IN_USE,
    STRANGE_SEGMENT, believed, describe,
};
use crate::evidence::path::{HOPS_FIT, PORT_SERVES};

/// MPTCP ends a subflow, or the whole connection.
pub static MPTCP: Cause = Cause {
    name: "mptcp",
    category: Category::Protocol,
    summary: "Multipath TCP ends one of its subflows, or closes all of them at once",
    mechanism: "\
        A connection of Multipath TCP consists of several subflows, each a TCP connection on the wire. \
        A host that gives up one of them resets it, and may state why in MP_TCPRST: not allowed, out \
        of resources, the path performs badly. The data go on over the others. A host that aborts all \
        of it resets every subflow, with MP_FASTCLOSE.",
    pitfalls: "\
        The reset of a subflow is not the end of the connection: the others may run over addresses and \
        links that were not captured. A box that strips the options turns MPTCP into plain TCP, and \
        the reason is lost. The options are a claim: anybody who sees the connection can write them. \
        Linux puts both options into a reset that ends the whole connection.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    // The reason code decides which one.
    kernel_reason: Some("MPTCP_RST_EUNSPEC"),
    next_step: "Go by the reason that the reset states; look at the connection's other subflows, which may \
                go on",
    reference: "RFC 8684 3.5 (MP_FASTCLOSE) and 3.6 (MP_TCPRST)",
    position: Position::Any,
    considered: "a reset that carries MP_FASTCLOSE or MP_TCPRST, and that nothing belies",
    applies: |s| CLAIMS_MULTIPATH.holds(s),
    prior: 0.0,
    weighs: &[
        // Nothing but MPTCP writes this option, and it is in use or not.
        (&CLAIMS_MULTIPATH, 5.0),
        (&MULTIPATH_IN_USE, 2.0),
        (&MULTIPATH_NOT_IN_USE, -5.0),
        (&HOPS_FIT, 1.0),
    ],
    ceiling: 80,
    provoked: false,
    explain: |s| {
        let sender = s.sender();
        match believed(s) {
            Some(Claim {
                code: Some(_),
                text,
                ..
            }) => format!(
                "{sender} ended this MPTCP subflow, with the reason: {text}; other subflows of the \
                 connection may go on"
            ),
            _ => format!(
                "{sender} closed the whole MPTCP connection at once, with all its subflows (fast close)"
            ),
        }
    },
};

/// The segment before breaks the rules.
pub static MALFORMED: Cause = Cause {
    name: "malformed",
    category: Category::Protocol,
    summary: "The segment before it breaks the rules of TCP, and the receiver refuses it",
    mechanism: "\
        The receiver got a segment that it can't accept: lengths that can't be, a timestamp that it \
        never sent, SYN and FIN at once, a timestamp from the past, a signature where none is agreed \
        or none where one is. Most such segments are dropped in silence; to some the standard or the \
        stack answers with a reset. Boxes that rewrite headers make them, scanners, faulty stacks, and \
        keys that do not match.",
    pitfalls: "\
        The strange segment may stand there by chance: a closed port resets any segment, whatever its \
        form. A wrong checksum draws no reset, and mostly comes from capturing on the sending host. \
        Segments that were reordered on the way have old timestamps in all honesty. A short snapshot \
        length cuts headers in the file that were whole on the wire.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "Find who builds such segments: a middlebox that rewrites headers, a scanner, a faulty stack; \
                compare with a capture at their sender",
    reference: "RFC 9293 3.1 (MUST-7); RFC 7323 3.2 and 5.3; RFC 2385; RFC 5925",
    position: Position::First,
    considered: "a reset after a segment that breaks the rules of TCP, or one that says so",
    applies: |s| {
        [&BROKEN_SEGMENT, &STRANGE_SEGMENT, &CLAIMS_MALFORMED]
            .iter()
            .any(|fact| fact.holds(s))
    },
    prior: -0.5,
    weighs: &[
        (&BROKEN_SEGMENT, 5.0),
        (&STRANGE_SEGMENT, 2.5),
        (&CLAIMS_MALFORMED, 4.5),
        // A closed port refuses any segment.
        (&PORT_SERVES, 1.5),
        (&HOPS_FIT, 1.0),
    ],
    ceiling: 85,
    provoked: true,
    explain: explain_malformed,
};

fn explain_malformed(s: &Situation<'_>) -> String {
    let sender = s.sender();
    match (s.faulty(), believed(s)) {
        (Some(faulty), _) => format!(
            "{sender} refused frame {}, which {}",
            faulty.frame,
            describe(faulty.fault)
        ),
        (None, Some(claim)) => format!(
            "{sender} says that the segment before breaks the rules of TCP: \"{}\" ({})",
            claim.brief(),
            claim.vendor
        ),
        (None, None) => format!("{sender} refused a segment that breaks the rules of TCP"),
    }
}
