//! What the reset says of itself, as far as the rest of it lets us believe that.
//!
//! An attacker can write any payload, so a claim loses to every sign that the packet is not what it
//! says: a foreign fingerprint, a number that its receiver does not take, a sender that goes on.

use super::aftermath::SENDER_SPOKE_ON;
use super::path::{is_elsewhere, is_foreign};
use super::{Fact, Situation};
use crate::claim::{Claim, Meaning};
use crate::reset::{Acceptance, Fault, Trait};

/// The claim, where nothing shows that its writer is a stranger.
pub fn believed<'a>(s: &Situation<'a>) -> Option<&'a Claim> {
    // Hardly any reset says anything.
    let claim = s.claim()?;
    let fits = matches!(s.reset.acceptance, Acceptance::Exact | Acceptance::Unknown);
    let stranger = is_foreign(s) || is_elsewhere(s) || SENDER_SPOKE_ON.holds(s);
    (fits && !stranger).then_some(claim)
}

fn comes_to(s: &Situation<'_>, meaning: Meaning) -> bool {
    believed(s).is_some_and(|claim| claim.meaning == meaning)
}

fn say_claim(s: &Situation<'_>) -> String {
    match &s.claim() {
        Some(claim) => format!(
            "It says of itself: \"{}\" ({}); a claim, not a proof",
            claim.text, claim.vendor
        ),
        None => "It says nothing of itself".into(),
    }
}

macro_rules! claims {
    ($($name:ident $meaning:ident $what:literal;)*) => {
        $(#[doc = $what] pub static $name: Fact = Fact {
            what: $what,
            holds: |s| comes_to(s, Meaning::$meaning),
            says: say_claim,
        };)*
    };
}

claims! {
    CLAIMS_NOBODY_LISTENS NobodyListens "It says of itself that nobody listens";
    CLAIMS_NO_CONNECTION NoConnection "It says of itself that the connection is not known";
    CLAIMS_IDLE Idle "It says of itself that the connection was idle for too long";
    CLAIMS_PASSED_ON PassedOn "It says of itself that it passes on another reset";
    CLAIMS_POLICY Policy "It says of itself that a rule forbids the connection";
    CLAIMS_LIMIT Limit "It says of itself that something is used up";
    CLAIMS_NO_SERVICE NoService "It says of itself that nobody is there to serve";
    CLAIMS_HANDSHAKE Handshake "It says of itself that the handshake was not completed";
    CLAIMS_UNANSWERED Unanswered "It says of itself that the other side does not answer";
    CLAIMS_TLS Tls "It says of itself that TLS failed";
    CLAIMS_MALFORMED Malformed "It says of itself that the segment before was malformed";
    CLAIMS_MULTIPATH Multipath "It carries the option by which MPTCP ends a subflow or a connection";
}

/// The connection's other segments carry MPTCP options.
pub static MULTIPATH_IN_USE: Fact = Fact {
    what: "Other segments of the connection carry MPTCP options",
    holds: |s| s.reset.is(Trait::MULTIPATH),
    says: |_| "Other segments of the connection carry MPTCP options".into(),
};

/// They do not, where both sides' are there.
pub static MULTIPATH_NOT_IN_USE: Fact = Fact {
    what: "Both sides are in the file, and no recent segment of the connection carries an MPTCP \
           option",
    holds: |s| !s.reset.is(Trait::MULTIPATH) && s.reset.own.seen() && s.reset.peer.seen(),
    says: |_| "No recent segment of the connection carries an MPTCP option".into(),
};

fn has_fault(s: &Situation<'_>, faults: &[Fault]) -> bool {
    let found = s.faulty().map(|faulty| faulty.fault);
    found.is_some_and(|fault| faults.contains(&fault))
}

fn say_fault(s: &Situation<'_>) -> String {
    let Some(faulty) = s.faulty() else {
        return "The segment before is in order".into();
    };
    format!(
        "Frame {}, before it, {}",
        faulty.frame,
        describe(faulty.fault)
    )
}

/// What is wrong with the segment, as the end of a sentence about it.
pub fn describe(fault: Fault) -> &'static str {
    match fault {
        Fault::Length => "has a header or an option of impossible length",
        Fault::SynFin => "has SYN and FIN at once",
        Fault::WrongEcho => "echoes a timestamp that its receiver's SYN did not have",
        Fault::OldTimestamp => "has a timestamp older than the segments before it",
        Fault::Signature => "differs from its receiver's segments in being signed",
    }
}

/// The standard asks for a reset then, or leaves nothing else: a header that can't be read, a SYN-ACK
/// that is no answer to the SYN.
pub static BROKEN_SEGMENT: Fact = Fact {
    what: "The segment before has a header or option of impossible length, or echoes a timestamp \
           that its receiver's SYN did not have",
    holds: |s| has_fault(s, &[Fault::Length, Fault::WrongEcho]),
    says: say_fault,
};

/// Not acceptable either, but most TCPs drop such a segment in silence, and a host that knows no
/// connection resets it as it does any other.
pub static STRANGE_SEGMENT: Fact = Fact {
    what: "The segment before has SYN and FIN at once, a timestamp older than those before it, or a \
           signature (MD5, TCP-AO) where its receiver has none or the other way round",
    holds: |s| has_fault(s, &[Fault::SynFin, Fault::OldTimestamp, Fault::Signature]),
    says: say_fault,
};
