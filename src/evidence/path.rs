//! Whether the packet came from the host whose address it carries: hops, IPv6 flow label, DSCP,
//! link, time. Window 0, no options and IP-ID 0 are no such sign: a kernel's own passive resets have
//! them [measured, Linux 6.18].

use super::{Fact, Situation};
use crate::host::{FlowLabel, Hops};
use crate::reset::Trait;
use crate::segment::{MILLISECOND, Nanoseconds};
use crate::text::{count, duration};

/// Round trips below this are made of scheduling, not of distance, and say nothing about who answered.
const LEAST_ROUND_TRIP: Nanoseconds = MILLISECOND;

fn hops_differ(s: &Situation<'_>, clearly: bool) -> bool {
    matches!(s.hops, Hops::Other { difference, initial_differs, .. }
        if clearly == (difference.unsigned_abs() >= s.preferences.limits.foreign_hops || (initial_differs && difference != 0)))
}

fn say_hops(s: &Situation<'_>) -> String {
    let reset = s.reset.hop_limit;
    match s.hops {
        Hops::Other {
            usual,
            initial_differs: true,
            difference: 0,
        } => format!(
            "It arrived with TTL {reset}, the host's other packets with {usual}, from the same distance: \
             another stack made it, or their sockets set a TTL of their own (RFC 5082)"
        ),
        Hops::Other {
            usual,
            initial_differs: true,
            ..
        } => format!(
            "It arrived with TTL {reset}, the host's other packets with {usual}: another stack made it"
        ),
        Hops::Other {
            usual, difference, ..
        } => format!(
            "It arrived with TTL {reset}, the host's other packets with {usual}: its sender is {} {}",
            count(u64::from(difference.unsigned_abs()), "hop"),
            if difference < 0 { "nearer" } else { "farther" },
        ),
        Hops::Same { usual } => {
            format!("It arrived with TTL {usual}, as the host's other packets do")
        }
        Hops::Varied => "The host's packets arrive with many TTLs".into(),
        Hops::NoBaseline => "The file holds no other packet of the host".into(),
    }
}

/// Two hops or more, or another initial value and distance: a route change seldom does that.
pub static HOPS_DIFFER: Fact = Fact {
    what: "Its TTL shows that it was made two hops or more nearer or farther than the host's other \
           packets, or by another stack at another distance",
    holds: |s| hops_differ(s, true),
    says: say_hops,
};

/// One hop: the usual first-hop firewall, but also a route change. Or another initial value at the same
/// distance: a box beside the host, but also a socket option (RFC 5082, GTSM).
pub static HOP_DIFFERS_BY_ONE: Fact = Fact {
    what: "Its TTL shows one hop more or less than the host's other packets, or another initial TTL \
           at the same distance",
    holds: |s| hops_differ(s, false),
    says: say_hops,
};

/// As far away as the host.
pub static HOPS_FIT: Fact = Fact {
    what: "It arrived with the TTL of the host's other packets",
    holds: |s| matches!(s.hops, Hops::Same { .. }),
    says: say_hops,
};

/// IPv6 flow label 0, where a Linux host labels its packets. netfilter's reject writes 0, the kernel's
/// own reset is labelled as all its packets [measured, Linux 6.18]. Other kernels label their packets but not
/// the resets of no connection: FreeBSD's tcp_respond writes 0, that of macOS keeps the peer's label.
pub static LABEL_MISSING: Fact = Fact {
    what: "Its IPv6 flow label is 0, while the other packets of this Linux host carry one",
    holds: |s| s.host.compare_flow_label(s.reset.is_labelled()) == FlowLabel::Missing,
    says: |_| "Its IPv6 flow label is 0, the host's other packets carry one".into(),
};

/// A flow label, as the host's other packets. What netfilter and pf write has none.
pub static LABEL_FITS: Fact = Fact {
    what: "It carries an IPv6 flow label, as the host's other packets do",
    holds: |s| s.host.compare_flow_label(s.reset.is_labelled()) == FlowLabel::AsUsual,
    says: |_| "It carries an IPv6 flow label, as the host's other packets do".into(),
};

/// The trigger's DSCP is not in the answer, as a Linux kernel would have it; of other kernels it is not known.
pub static DSCP_DROPPED: Fact = Fact {
    what: "Its DSCP is 0, that of the segment it answers is not: a Linux kernel copies it, a filter \
           does not",
    holds: |s| {
        let asked = s.reset.trigger.is_some_and(|trigger| trigger.dscp() != 0);
        asked && !s.reset.is(Trait::DSCP) && s.host.is_linux()
    },
    says: |s| {
        let asked = s.reset.trigger.map_or(0, |trigger| trigger.dscp());
        format!(
            "Its DSCP is 0, that of the segment it answers {asked}: a kernel copies it, a filter does not"
        )
    },
};

/// Another link-layer source than all the host's other packets.
pub static LINK_DIFFERS: Fact = Fact {
    what: "It came from another link-layer address than the host's other packets",
    holds: |s| !s.host.uses_link(s.reset.link),
    says: |_| "It came from another link-layer address than the host's other packets".into(),
};

/// The answer came in less than half of the host's round trip, measured at handshakes only: later
/// acknowledgments may be delayed by the host itself (RFC 9293 3.8.6.3).
pub static TOO_FAST: Fact = Fact {
    what: "It came in less than half of the host's shortest round trip",
    holds: |s| match (s.host.round_trip(), s.delay()) {
        (Some(usual), Some(delay)) => usual >= LEAST_ROUND_TRIP && delay < usual / 2,
        _ => false,
    },
    says: |s| {
        format!(
            "It came {} after frame {}; the host never answers in less than {}",
            duration(s.delay().unwrap_or(0)),
            s.trigger_frame(),
            duration(s.host.round_trip().unwrap_or(0))
        )
    },
};

/// Whether the packet was made at another place than the host's: by hops or by time.
pub fn is_elsewhere(s: &Situation<'_>) -> bool {
    [&HOPS_DIFFER, &HOP_DIFFERS_BY_ONE, &TOO_FAST]
        .iter()
        .any(|fact| fact.holds(s))
}

/// Any sign that something else than the host's TCP made the packet, be it a filter on the host.
pub fn is_foreign(s: &Situation<'_>) -> bool {
    [&HOPS_DIFFER, &HOP_DIFFERS_BY_ONE, &LABEL_MISSING]
        .iter()
        .any(|fact| fact.holds(s))
}

/// The file shows that the port accepts connections from others.
pub static PORT_SERVES: Fact = Fact {
    what: "The port accepts connections in the same file",
    holds: |s| s.port.is_some(),
    says: |s| {
        format!(
            "Port {} of this host accepts connections in the same file",
            s.sender().port
        )
    },
};
