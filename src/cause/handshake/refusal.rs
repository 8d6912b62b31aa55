//! SYNs that are refused, and filters that cut a connection in a host's name.

use crate::cause::{Category, Cause, Origin, Position, Severity};
use crate::evidence::Situation;
use crate::evidence::aftermath::{SENDER_SPOKE_ON, SENDER_WAS_RESET};
use crate::evidence::claim::{CLAIMS_NOBODY_LISTENS, CLAIMS_POLICY};
use crate::evidence::form::{ACTIVE, ANSWERS_ESTABLISHED, ANSWERS_SYN};
use crate::evidence::idle::LONG_SILENCE;
use crate::evidence::opening::TAKES_PLAIN_SYN_ONLY;
use crate::evidence::path::{
    DSCP_DROPPED, HOP_DIFFERS_BY_ONE, HOPS_DIFFER, HOPS_FIT, LABEL_FITS, LABEL_MISSING,
    LINK_DIFFERS, PORT_SERVES, TOO_FAST, is_foreign,
};
use crate::evidence::third_party::{
    BOTH_SIDES_RESET, GUESSES_AHEAD, HOPS_SPREAD, IDENTIFICATION_BREAKS, IDENTIFICATION_GOES_ON,
    SHARED_DISTANCE, SYN_WAS_ACCEPTED, TRIGGER_WAS_STOPPED, TRIGGER_WAS_TAKEN, VOLLEY,
};
use crate::host::Hops;
use crate::text::{count, duration};

/// Something between, or a filter on the host, refuses the attempt or cuts the connection.
pub static FIREWALL: Cause = Cause {
    name: "firewall",
    category: Category::Handshake,
    summary: "A firewall refused the connection attempt, or cut the connection, in the host's name",
    mechanism: "\
        A packet filter that rejects instead of dropping makes the reset itself, with the host's \
        address as its source. Against a SYN it sends what a closed port would: RST and ACK, with \
        sequence number 0. Against a segment of a connection it sends a reset whose sequence number is \
        that segment's acknowledgment number, and keeps the segment back. The filter may be a box on \
        the way, or a rule on the host itself, as netfilter's REJECT.",
    pitfalls: "\
        Window 0, no options and IP-ID 0 are no sign of a firewall: a kernel's own answer to a stray \
        segment has them, too. Over IPv4 only a DSCP that it does not copy tells a filter on a Linux \
        host itself from a closed port (`refused`), unless the network clears DSCPs. If the file holds \
        no other packet of the host, there is nothing to compare the TTL with, and the verdict is \
        hardly more than even. A route change can shift the TTL by a hop. Who forges resets beside the \
        path looks the same until the file shows whether the data got through (`injected`).",
    severity: Severity::Problem,
    origin: Origin::Middlebox,
    kernel_reason: None,
    next_step: "Trace the route with TCP (tcptraceroute to the same port), read the rule counters of the \
                devices on it, and capture behind the suspected one",
    reference: "RFC 9293 3.10.7.1; netfilter REJECT --reject-with tcp-reset",
    position: Position::First,
    considered: "\
        a reset that answers a SYN; one that cuts a connection and has another TTL or flow label than \
        its host; or one that says that a rule forbids the connection",
    // Boxes that reset both sides write the numbers of a live TCP.
    applies: |s| {
        ANSWERS_SYN.holds(s)
            || ((ANSWERS_ESTABLISHED.holds(s) || ACTIVE.holds(s)) && is_foreign(s))
            || CLAIMS_POLICY.holds(s)
    },
    // Without any baseline it is as the source article has it: probably a firewall, but hardly more
    // than even.
    prior: 0.4,
    weighs: &[
        (&ANSWERS_SYN, 1.5),
        (&ANSWERS_ESTABLISHED, 1.0),
        (&ACTIVE, -2.0),
        (&HOPS_DIFFER, 5.0),
        (&HOP_DIFFERS_BY_ONE, 2.5),
        (&LABEL_MISSING, 2.5),
        (&TOO_FAST, 2.5),
        (&DSCP_DROPPED, 2.0),
        (&LINK_DIFFERS, 1.5),
        (&PORT_SERVES, 0.3),
        // It owns up to it, and a box in front of the host may look as the host does.
        (&CLAIMS_POLICY, 7.0),
        (&HOPS_FIT, -0.5),
        (&LABEL_FITS, -2.0),
        (&SENDER_WAS_RESET, -3.0),
        (&SENDER_SPOKE_ON, -2.0),
        (&SYN_WAS_ACCEPTED, -6.0),
        (&SHARED_DISTANCE, 2.5),
        (&TAKES_PLAIN_SYN_ONLY, -1.5),
        (&TRIGGER_WAS_STOPPED, 2.5),
        (&TRIGGER_WAS_TAKEN, -4.0),
        (&BOTH_SIDES_RESET, 1.5),
        (&GUESSES_AHEAD, -3.0),
        (&VOLLEY, -3.0),
        (&HOPS_SPREAD, -1.5),
        (&IDENTIFICATION_BREAKS, 1.5),
        (&IDENTIFICATION_GOES_ON, -2.0),
        // A box that forgets idle connections cuts them, too.
        (&LONG_SILENCE, -1.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let (target, after) = (s.sender(), after(s));
        let what = if ANSWERS_SYN.holds(s) {
            format!("refused the connection to {target}: the {}", syn(s))
        } else {
            format!(
                "cut the connection with {target}: frame {}",
                s.trigger_frame()
            )
        };
        match sign(s) {
            Some(sign) => {
                format!("Probably a firewall {what} was answered{after} by a reset {sign}")
            }
            None => format!(
                "Probably a firewall {what} was answered with a reset{after}, unless the port is closed"
            ),
        }
    },
};

/// What gives a filter away, the clearest sign first.
fn sign(s: &Situation<'_>) -> Option<String> {
    match s.hops {
        Hops::Other {
            initial_differs: true,
            usual,
            ..
        } => Some(format!(
            "of another stack than the host's (TTL {}, usually {usual})",
            s.reset.hop_limit
        )),
        Hops::Other { difference, .. } => Some(format!(
            "from {} {} than the host",
            count(u64::from(difference.unsigned_abs()), "hop"),
            if difference < 0 { "nearer" } else { "farther" }
        )),
        _ if LABEL_MISSING.holds(s) => Some("without the flow label that the host sets".into()),
        _ if CLAIMS_POLICY.holds(s) => s
            .claim()
            .map(|claim| format!("that says \"{}\" of itself", claim.brief())),
        _ if TOO_FAST.holds(s) => Some("faster than the host can answer".into()),
        _ => None,
    }
}

/// The host's own kernel says that nobody listens.
pub static REFUSED: Cause = Cause {
    name: "refused",
    category: Category::Handshake,
    summary: "The port is closed: the host's own TCP says that nobody listens",
    mechanism: "\
        The SYN reached the host, and no socket listens on that address and port: RFC 9293 has the \
        host answer with a reset that acknowledges the SYN, and the client's connect fails at once \
        with \"connection refused\". The service is down or not up yet, it listens on another address \
        (often 127.0.0.1 only), or the client has the wrong host or port.",
    pitfalls: "\
        A filter on the host itself writes the same packet. Where the host is known to be a Linux, by \
        its SYNs, it can be told apart over IPv6, as Linux's own reset has a flow label and \
        netfilter's has 0 (so has FreeBSD's own); over IPv4 at most by a DSCP that it does not copy, \
        unless the network clears DSCPs on the way. A load balancer that answers for the host is as \
        near as the host, and refuses in its own name. A full backlog is no refusal on Linux, which \
        then drops the SYN in silence, but it is on Windows. Windows repeats a refused SYN: several \
        resets can be one refusal.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "On the host, look with `ss -ltn` whether the service runs and on which address it \
                listens; check that this is the right host and port",
    reference: "RFC 9293 3.5.2, group 1, and 3.10.7.1",
    position: Position::First,
    considered: "a reset that answers a SYN",
    applies: |s| ANSWERS_SYN.holds(s),
    prior: 0.0,
    weighs: &[
        (&ANSWERS_SYN, 1.5),
        (&CLAIMS_NOBODY_LISTENS, 3.0),
        (&HOPS_FIT, 1.0),
        (&LABEL_FITS, 3.5),
        (&LABEL_MISSING, -2.5),
        (&TOO_FAST, -2.5),
        (&DSCP_DROPPED, -2.0),
        (&LINK_DIFFERS, -1.0),
        (&PORT_SERVES, -0.5),
        (&SHARED_DISTANCE, -1.5),
        (&TAKES_PLAIN_SYN_ONLY, -4.0),
        (&SYN_WAS_ACCEPTED, -4.0),
        (&IDENTIFICATION_GOES_ON, 1.5),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let (target, syn, after) = (s.sender(), syn(s), after(s));
        match s.hops {
            _ if LABEL_FITS.holds(s) => format!(
                "Nobody listens on {target}: the host's own TCP answered the {syn} with a reset{after}"
            ),
            Hops::Same { .. } => format!(
                "Probably nobody listens on {target}: the {syn} was reset{after} from as far away as the \
                 host is; a filter on the host looks the same"
            ),
            _ => format!(
                "Perhaps nobody listens on {target}: the {syn} was reset{after}, but nothing shows whether \
                 the host did it"
            ),
        }
    },
};

fn syn(s: &Situation<'_>) -> String {
    match s.trigger_frame() {
        0 => "SYN that the capture lacks".into(),
        frame => format!("SYN in frame {frame}"),
    }
}

fn after(s: &Situation<'_>) -> String {
    s.delay()
        .map(|delay| format!(" after {}", duration(delay)))
        .unwrap_or_default()
}

/// A box resets a SYN that asks for ECN.
pub static ECN_BLOCKED: Cause = Cause {
    name: "ecn_blocked",
    category: Category::Handshake,
    summary: "A box resets SYNs that ask for ECN; without it they get through",
    mechanism: "\
        A client that wants Explicit Congestion Notification sets the flags ECE and CWR in its SYN. \
        Some boxes take these once reserved bits for an attack and reset the connection, against RFC \
        3360. Without them the next SYN gets its SYN-ACK.",
    pitfalls: "\
        Two SYNs may differ by chance: a service that starts between them, or a rule that changes, \
        looks the same; the next SYN that asks for ECN tells. A box that drops such SYNs makes no \
        reset, but a delay until the client tries without. Where all SYNs of the file ask for ECN \
        nothing can be compared, and the verdict is `firewall` or `refused`.",
    severity: Severity::Problem,
    origin: Origin::Middlebox,
    kernel_reason: None,
    next_step: "Find the box on the way and update it; until then switch ECN off at the client \
                (net.ipv4.tcp_ecn)",
    reference: "RFC 3168 6.1.1.1; RFC 3360",
    position: Position::First,
    considered: "\
        a reset that answers a SYN that asks for ECN, where the same port accepts this client's SYNs \
        without it",
    applies: |s| TAKES_PLAIN_SYN_ONLY.holds(s),
    prior: 0.0,
    weighs: &[
        (&TAKES_PLAIN_SYN_ONLY, 5.0),
        (&HOPS_DIFFER, 3.0),
        (&HOP_DIFFERS_BY_ONE, 2.0),
        (&LABEL_MISSING, 2.0),
        (&HOPS_FIT, -1.0),
    ],
    ceiling: 95,
    provoked: true,
    explain: |s| {
        format!(
            "A box on the way to {} reset the SYN of frame {} because it asks for ECN: without that the port \
             accepts it",
            s.sender(),
            s.trigger_frame()
        )
    },
};
