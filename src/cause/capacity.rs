//! Resets by a service that can't take more, or has nobody to serve. Only what the reset says of
//! itself tells them from other ones: without a claim there is no such verdict.

use super::{Category, Cause, Origin, Position, Severity};
use crate::evidence::Situation;
use crate::evidence::claim::{CLAIMS_LIMIT, CLAIMS_NO_SERVICE, believed};
use crate::evidence::path::HOPS_FIT;

/// A load balancer is up but has nobody to serve.
pub static NO_SERVICE: Cause = Cause {
    name: "no_service",
    category: Category::Handshake,
    summary: "A load balancer is up but has nobody to serve",
    mechanism: "\
        A load balancer answers for a service's address, but no member of its pool is up, or the \
        service is switched off there. It resets the connection, and some devices write the reason \
        into the reset: F5's BIG-IP as text, Citrix's NetScaler as a code in the window, others as the \
        IETF's diagnostic payload.",
    pitfalls: "\
        Most load balancers give no reason; the same event then shows as `refused` or as `app_abort`. \
        Anybody can write such a reason, so it is never worth more than 80 %. An ordinary window can \
        equal one of NetScaler's codes by chance. Whether the servers are down, or only the health \
        check that watches them fails, is not in the capture.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "Look at the health of the pool behind the load balancer at this time, and at its monitors and \
                deployments",
    reference: "F5 K13223; Citrix CTX200852; draft-ietf-tcpm-rst-diagnostic-payload",
    position: Position::First,
    considered: "a reset that says that nobody is there to serve, and that nothing belies",
    applies: |s| CLAIMS_NO_SERVICE.holds(s),
    prior: 0.0,
    weighs: &[(&CLAIMS_NO_SERVICE, 5.0), (&HOPS_FIT, 1.0)],
    ceiling: 80,
    provoked: true,
    explain: |s| {
        format!(
            "{} is up but says that it has nobody to serve the connection: {}",
            s.sender(),
            quote(s)
        )
    },
};

/// Memory, ports or connections are used up.
pub static RESOURCE_LIMIT: Cause = Cause {
    name: "resource_limit",
    category: Category::LostState,
    summary: "A limit is reached: memory, ports, or the number of connections",
    mechanism: "\
        Something is used up: the connections that a device is licensed or set for, its memory, or the \
        ports of a NAT. It refuses new connections or ends old ones, and some devices write the reason \
        into the reset: F5's BIG-IP as text, Citrix's NetScaler as a code in the window, others as the \
        IETF's diagnostic payload.",
    pitfalls: "\
        Most limits are reached in silence: segments are dropped, or the reset gives no reason and \
        shows as `refused` or `app_abort`. Anybody can write such a reason, so it is never worth more \
        than 80 %. Clients that try again at once make the limit worse: many resets are as often its \
        cause as its effect.",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_MEMORY"),
    next_step: "Read the counters of connections, memory and translated ports at the side that reset, and \
                compare them with its limits",
    reference: "F5 K13223; Citrix CTX200852; draft-ietf-tcpm-rst-diagnostic-payload",
    position: Position::First,
    considered: "a reset that says that a limit is reached, and that nothing belies",
    applies: |s| CLAIMS_LIMIT.holds(s),
    prior: 0.0,
    weighs: &[(&CLAIMS_LIMIT, 5.0), (&HOPS_FIT, 1.0)],
    ceiling: 80,
    provoked: true,
    explain: |s| {
        format!(
            "{} refused or ended the connection because a limit is reached, as it says: {}",
            s.sender(),
            quote(s)
        )
    },
};

fn quote(s: &Situation<'_>) -> String {
    believed(s).map_or_else(String::new, |claim| {
        format!("\"{}\" ({})", claim.brief(), claim.vendor)
    })
}
