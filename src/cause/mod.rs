//! The causes: every value of `rstanalysis.cause`, what it means and what speaks for it.
//!
//! A cause is one `static` in the file of its family, and one line in [`ALL`]. Nothing else knows
//! causes by name: registration, ranking, reports and documentation walk the list.

mod abort;
mod aftermath;
mod application;
mod capacity;
mod closing;
mod handshake;
mod idle;
mod lost_state;
mod nature;
mod protocol;
pub mod rank;
mod shutdown;
mod third_party;
mod timeout;

pub use nature::{Category, Origin, Position, Severity};

use crate::evidence::aftermath::SENDER_SPOKE_ON;
use crate::evidence::path::{HOP_DIFFERS_BY_ONE, HOPS_DIFFER};
use crate::evidence::third_party::{
    BOTH_SIDES_RESET, GUESSES_AHEAD, HOPS_SPREAD, IDENTIFICATION_BREAKS, IDENTIFICATION_GOES_ON,
    TRIGGER_WAS_TAKEN,
};
use crate::evidence::{Fact, Situation};

/// One cause, with all that the plugin says of it and the rule that ranks it.
///
/// The rule is a sum of evidence in bits: a fact that is twice as likely under this cause as under
/// its rivals adds 1, one that is half as likely takes 1 away. The most probable cause wins
/// ([`rank`]); no rule depends on another.
pub struct Cause {
    /// The value of `rstanalysis.cause`.
    pub name: &'static str,
    /// Its family.
    pub category: Category,
    /// What happened, in one line.
    pub summary: &'static str,
    /// What happened, at length: who sends what, and why. For its page, as the next two.
    pub mechanism: &'static str,
    /// What fools us: what looks like it, and what no capture shows. Other causes' names in backquotes
    /// become links.
    pub pitfalls: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Who made the reset.
    pub origin: Origin,
    /// Linux's name for it (tracepoint tcp:tcp_send_reset), where one exists.
    pub kernel_reason: Option<&'static str>,
    /// What to do now.
    pub next_step: &'static str,
    /// RFC section or source.
    pub reference: &'static str,
    /// Which resets of a series it explains.
    pub position: Position,
    /// Which resets are considered, [`Cause::applies`] in words.
    pub considered: &'static str,
    /// Without this the cause is not even considered.
    pub applies: fn(&Situation<'_>) -> bool,
    /// How common it is where it applies, in bits against "unknown".
    pub prior: f32,
    /// What speaks for it (positive) and against it (negative), in bits; what speaks against any reset
    /// by an endpoint is added by [`Cause::held`].
    pub weighs: &'static [(&'static Fact, f32)],
    /// The most confidence that a verdict for it can have, in percent.
    pub ceiling: u8,
    /// Whether the trigger provoked the reset, so that it is worth a field. An active abort may be
    /// the application's own decision.
    pub provoked: bool,
    /// The sentence that an engineer can read aloud.
    pub explain: fn(&Situation<'_>) -> String,
}

/// What speaks against every cause in which the endpoint itself made the reset.
static AGAINST_ENDPOINT: &[(&Fact, f32)] = &[
    (&HOPS_DIFFER, -4.0),
    (&HOP_DIFFERS_BY_ONE, -1.5),
    (&SENDER_SPOKE_ON, -4.0),
    (&TRIGGER_WAS_TAKEN, -4.0),
    (&GUESSES_AHEAD, -3.0),
    (&HOPS_SPREAD, -2.0),
    (&BOTH_SIDES_RESET, -1.0),
    (&IDENTIFICATION_BREAKS, -2.0),
    (&IDENTIFICATION_GOES_ON, 0.5),
];

impl std::fmt::Debug for Cause {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

impl Cause {
    /// What counts for each reset that its own host is said to have made.
    pub fn shared(&self) -> &'static [(&'static Fact, f32)] {
        match self.origin {
            Origin::Endpoint => AGAINST_ENDPOINT,
            _ => &[],
        }
    }

    /// In bits: the prior and the weights of the facts that hold.
    #[inline(always)]
    fn score(&self, situation: &Situation<'_>) -> f32 {
        let mut bits = 0.0;
        for facts in [self.weighs, self.shared()] {
            for (fact, weight) in facts {
                if fact.holds(situation) {
                    bits += weight;
                }
            }
        }
        self.prior + bits
    }

    /// The facts that hold and count for this cause, with their bits.
    pub fn held<'a>(
        &self,
        situation: &'a Situation<'_>,
    ) -> impl Iterator<Item = (&'static Fact, f32)> + use<'a> {
        let all = self.weighs.iter().chain(self.shared()).copied();
        all.filter(|(fact, _)| fact.holds(situation))
    }
}

/// Makes [`ALL`], and the same list as straight code, in which the compiler sees that most causes ask for the same few
/// things: calling each rule through the table takes twice as many instructions [measured].
macro_rules! causes {
    ($($cause:path),* $(,)?) => {
        /// All causes. A new one is added in its family's file and here.
        pub static ALL: &[&Cause] = &[$(&$cause),*];

        /// Calls `take` with the place of each cause that may explain the reset, and its score.
        #[inline]
        fn weigh_all(situation: &Situation<'_>, mut take: impl FnMut(usize, f32)) {
            let is_repeat = situation.is_repeat();
            let mut place = 0;
            $(
                if $cause.position.takes(is_repeat) && ($cause.applies)(situation) {
                    take(place, $cause.score(situation));
                }
                place += 1;
            )*
            debug_assert_eq!(place, ALL.len());
        }
    };
}

causes! {
    handshake::refusal::FIREWALL,
    handshake::refusal::REFUSED,
    handshake::refusal::ECN_BLOCKED,
    handshake::client::HANDSHAKE_ABANDONED,
    handshake::client::HALF_OPEN_SCAN,
    handshake::client::UNSOLICITED_SYNACK,
    handshake::client::HEALTH_CHECK,
    handshake::client::PORT_REUSE,
    handshake::server::INVALID_ACK,
    handshake::server::ACCEPT_OVERFLOW,
    handshake::server::LISTENER_CLOSED,
    capacity::NO_SERVICE,
    closing::NORMAL_CLOSE,
    closing::DATA_AFTER_CLOSE,
    abort::UNREAD_DATA,
    abort::APP_ABORT,
    abort::CANCELLED,
    timeout::KEEPALIVE_TIMEOUT,
    timeout::RETRANSMISSION_TIMEOUT,
    timeout::ZERO_WINDOW_TIMEOUT,
    idle::FIN_WAIT_TIMEOUT,
    shutdown::MASS_ABORT,
    lost_state::NO_CONNECTION,
    lost_state::UNTRANSLATED,
    lost_state::ASYMMETRIC_PATH,
    third_party::INJECTED,
    third_party::BLIND_RESET,
    third_party::RELAYED,
    application::EARLY_RESPONSE,
    application::TLS_FAILURE,
    idle::IDLE_TIMEOUT,
    timeout::PATH_MTU,
    capacity::RESOURCE_LIMIT,
    protocol::MALFORMED,
    protocol::MPTCP,
    aftermath::LOST_RESET,
    aftermath::ALREADY_RESET,
    aftermath::IN_FLIGHT,
    aftermath::UNKNOWN,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_filterable() {
        for (place, cause) in ALL.iter().enumerate() {
            let plain = |letter: char| letter.is_ascii_lowercase() || letter == '_';
            assert!(cause.name.chars().all(plain), "{}", cause.name);
            assert!(
                ALL[..place].iter().all(|other| other.name != cause.name),
                "{}",
                cause.name
            );
        }
    }

    #[test]
    fn every_cause_tells_what_to_do_and_where_it_is_written() {
        for cause in ALL {
            assert!(
                !cause.summary.is_empty() && !cause.next_step.is_empty(),
                "{}",
                cause.name
            );
            assert!(!cause.reference.is_empty(), "{}", cause.name);
        }
    }
}
