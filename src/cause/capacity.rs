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
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: None,
    next_step: "Look at the health of the pool behind the load balancer at this time, and at its monitors and \
                deployments",
    reference: "F5 K13223; Citrix CTX200852; draft-ietf-tcpm-rst-diagnostic-payload",
    position: Position::First,
    applies: |s| CLAIMS_NO_SERVICE.holds(s),
    prior: 0.0,
    weighs: &[(&CLAIMS_NO_SERVICE, 5.0), (&HOPS_FIT, 1.0)],
    ceiling: 80,
    provoked: true,
    explain: |s| {
        format!(
            "{} is up but says that it has nobody to serve the connection: {}",
            s.reset.sender,
            quote(s)
        )
    },
};

/// Memory, ports or connections are used up.
pub static RESOURCE_LIMIT: Cause = Cause {
    name: "resource_limit",
    category: Category::LostState,
    summary: "A limit is reached: memory, ports, or the number of connections",
    severity: Severity::Problem,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_ABORT_ON_MEMORY"),
    next_step: "Read the counters of connections, memory and translated ports at the side that reset, and \
                compare them with its limits",
    reference: "F5 K13223; Citrix CTX200852; draft-ietf-tcpm-rst-diagnostic-payload",
    position: Position::First,
    applies: |s| CLAIMS_LIMIT.holds(s),
    prior: 0.0,
    weighs: &[(&CLAIMS_LIMIT, 5.0), (&HOPS_FIT, 1.0)],
    ceiling: 80,
    provoked: true,
    explain: |s| {
        format!(
            "{} refused or ended the connection because a limit is reached, as it says: {}",
            s.reset.sender,
            quote(s)
        )
    },
};

fn quote(s: &Situation<'_>) -> String {
    believed(s).map_or_else(String::new, |claim| {
        format!("\"{}\" ({})", claim.brief(), claim.vendor)
    })
}
