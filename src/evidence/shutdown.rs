//! Several connections that end together, and whether their port goes on.

use super::Fact;
use crate::host::Port;
use crate::text::count;

/// Three or more connections of one host in the same moment: chance seldom does that.
pub static ABORTED_TOGETHER: Fact = Fact {
    what: "The same host ended three or more connections within 100 ms",
    holds: |s| {
        let enough = s.preferences.limits.storm;
        s.burst.is_some_and(|burst| burst.count >= enough)
    },
    says: |s| {
        let (connections, first) = s.burst.map_or((0, 0), |burst| (burst.count, burst.first));
        format!(
            "The same host ended {} within 100 ms (first in frame {first})",
            count(u64::from(connections), "connection")
        )
    },
};

/// The only one at that time.
pub static ABORTED_ALONE: Fact = Fact {
    what: "The host ended no other connection at the same time",
    holds: |s| s.burst.is_some_and(|burst| burst.count == 1),
    says: |_| "It ended no other connection at the same time".into(),
};

/// The port, open before, refuses SYNs afterwards: nobody listens any more.
pub static PORT_REFUSES_AFTERWARDS: Fact = Fact {
    what: "The server's port refuses SYNs afterwards: nobody listens any more",
    holds: |s| {
        let after = |port: &Port| port.refused > s.reset.frame;
        !s.reset.from_client() && !s.answers_syn() && s.port.is_some_and(after)
    },
    says: |s| {
        format!(
            "Port {} refuses SYNs afterwards (frame {}): nobody listens any more",
            s.sender().port,
            s.port.map_or(0, |port| port.refused)
        )
    },
};

/// The port accepts others afterwards: its listener is alive.
pub static PORT_ACCEPTS_AFTERWARDS: Fact = Fact {
    what: "The server's port still accepts SYNs afterwards",
    holds: |s| {
        let after = |port: &Port| port.opened > s.reset.frame;
        !s.reset.from_client() && !PORT_REFUSES_AFTERWARDS.holds(s) && s.port.is_some_and(after)
    },
    says: |s| {
        format!(
            "Port {} still accepts SYNs afterwards (frame {})",
            s.sender().port,
            s.port.map_or(0, |port| port.opened)
        )
    },
};
