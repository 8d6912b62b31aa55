//! How the handshake stood (RFC 9293 3.5): who asked, who answered, and how long that took.

use super::{Fact, Situation};
use crate::company::MANY_TARGETS as MANY;
use crate::host::Port;
use crate::reset::{Form, Kind};
use crate::segment::{Flags, MILLISECOND, Nanoseconds};
use crate::text::{count, duration};

/// RFC 8305 5: no client that tries several addresses turns to the next one before 100 ms.
const LEAST_PATIENCE: Nanoseconds = 100 * MILLISECOND;
/// RFC 6298 2: the first retransmission timeout. Who has waited longer has repeated the SYN.
const INITIAL_TIMEOUT: Nanoseconds = 1000 * MILLISECOND;

/// The reset's sender sent no payload, and took none.
pub fn in_handshake(s: &Situation<'_>) -> bool {
    let (own, peer) = (&s.reset.own, &s.reset.peer);
    // Of a side that is not seen nobody knows what it acknowledged.
    let none_taken =
        u64::from(peer.outstanding) >= peer.bytes() || (!own.seen() && peer.turns <= 1);
    own.bytes() == 0 && none_taken
}

/// The opener resets what it opened and was granted, before any payload.
pub fn gave_up_handshake(s: &Situation<'_>) -> bool {
    s.reset.gave_up_handshake() && s.reset.peer.syn()
}

/// A SYN-ACK that its receiver had asked for.
pub static ANSWERS_SYN_ACK: Fact = Fact {
    what: "It answers a SYN-ACK that its sender had asked for",
    holds: |s| s.answers_syn_ack() && s.reset.own.syn(),
    says: |s| {
        format!(
            "It answers the SYN-ACK of frame {}: nobody waits for it any more",
            s.trigger_frame()
        )
    },
};

/// A SYN-ACK that its receiver had not asked for, as far as the file shows.
pub static NO_SYN: Fact = Fact {
    what: "It answers a SYN-ACK to which the file has no SYN",
    holds: |s| s.answers_syn_ack() && !s.reset.own.syn(),
    says: |s| {
        format!(
            "It answers the SYN-ACK of frame {}, to which the file has no SYN",
            s.trigger_frame()
        )
    },
};

/// The capture is so young that a SYN may have been before it.
pub static FILE_JUST_BEGAN: Fact = Fact {
    what: "The capture began less than a second before the connection's first segment: a SYN may be \
           missing",
    holds: |s| s.since_start < INITIAL_TIMEOUT,
    says: |s| {
        format!(
            "The capture had begun only {} before: an earlier segment may be missing",
            duration(s.since_start)
        )
    },
};

/// The client had waited as long as a retransmission timeout at least.
pub static WAITED_LONG: Fact = Fact {
    what: "A second or more passed from the client's first SYN to the reset",
    holds: |s| gave_up_handshake(s) && s.reset.age() >= INITIAL_TIMEOUT,
    says: say_waited,
};

/// Less than any client's patience.
pub static WAITED_SHORT: Fact = Fact {
    what: "Less than 100 ms passed from the client's first SYN to the reset",
    holds: |s| gave_up_handshake(s) && s.reset.age() < LEAST_PATIENCE,
    says: say_waited,
};

fn say_waited(s: &Situation<'_>) -> String {
    format!(
        "{} passed from the first SYN to the reset",
        duration(s.reset.age())
    )
}

/// Another connection to the same service was made in the meantime.
pub static SIBLING_SUCCEEDED: Fact = Fact {
    what: "The client made a connection to another address with the same port meanwhile",
    holds: |s| s.sibling() != 0,
    says: |s| {
        format!(
            "A connection to another address with the same port was made meanwhile (frame {})",
            s.sibling()
        )
    },
};

/// The SYN of a program that writes its own packets.
pub static BARE_SYN: Fact = Fact {
    what: "The client's SYN offers no window scale, timestamps or SACK: scanners write such SYNs, \
           and small embedded stacks",
    holds: |s| s.reset.from_client() && s.reset.own.bare_syn(),
    says: |_| {
        "Its SYN offers no window scale, timestamps or SACK: scanners write such SYNs, and small \
         embedded stacks"
            .into()
    },
};

/// The SYN of an ordinary TCP.
pub static USUAL_SYN: Fact = Fact {
    what: "The client's SYN has the options of an ordinary TCP",
    holds: |s| s.reset.from_client() && s.reset.own.syn() && !s.reset.own.bare_syn(),
    says: |_| "Its SYN has the options of an ordinary TCP".into(),
};

/// Target after target, none of them twice in a rhythm.
pub static MANY_TARGETS: Fact = Fact {
    what: "The same host gave up handshakes with three or more ports or hosts, none of them more \
           than twice",
    holds: |s| {
        s.opener
            .is_some_and(|opener| opener.targets() >= MANY && opener.visits() <= 2)
    },
    says: |s| {
        format!(
            "The same host gave up handshakes with {} different ports or hosts",
            s.opener.map_or(0, |opener| opener.targets())
        )
    },
};

/// The same target in equal intervals.
pub static REGULAR: Fact = Fact {
    what: "The same host does so with the same port again and again, at equal intervals",
    holds: |s| s.opener.is_some_and(|opener| opener.period().is_some()),
    says: |s| {
        let (visits, period) = s.opener.map_or((0, 0), |opener| {
            (opener.visits(), opener.period().unwrap_or(0))
        });
        format!(
            "The same host does so {} in this file, every {}",
            count(u64::from(visits), "time"),
            duration(period)
        )
    },
};

/// The same target more than once, with or without a rhythm.
pub static VISITED_BEFORE: Fact = Fact {
    what: "The same host gave up handshakes with the same port before, at no equal intervals",
    holds: |s| !REGULAR.holds(s) && s.opener.is_some_and(|opener| opener.visits() >= 2),
    says: |s| {
        format!(
            "The same host gave up {} handshakes with one port in this file",
            s.opener.map_or(0, |opener| opener.visits())
        )
    },
};

/// A TCP acknowledges the SYN-ACK at once unless its application holds that back to save the segment.
pub static ACK_HELD_BACK: Fact = Fact {
    what: "The opener never acknowledged the SYN-ACK before it aborted: it only looked whether the \
           port answers",
    holds: |s| gave_up_handshake(s) && s.reset.form == Form::Active && !s.reset.own.acknowledged(),
    says: |_| {
        "The opener never acknowledged the SYN-ACK before it reset: it only looked whether the port answers".into()
    },
};

/// The opener sent no payload before it reset.
pub static OPENED_FOR_NOTHING: Fact = Fact {
    what: "The opener reset the connection before any payload",
    holds: gave_up_handshake,
    says: |_| "The opener reset the connection before any payload".into(),
};

/// In SYN-SENT an ACK that does not acknowledge the SYN, and is no SYN-ACK (RFC 9293 3.10.7.3): the peer
/// has an older connection on these sockets.
pub static OLD_CONNECTION_ANSWERS: Fact = Fact {
    what: "The SYN was answered by an ACK with the numbers of another connection",
    holds: |s| {
        let trigger = s
            .reset
            .trigger
            .filter(|trigger| trigger.kind != Kind::SynAck);
        s.reset.leaves_handshake_open() && !s.reset.peer.syn() && trigger.is_some()
    },
    says: |s| {
        format!(
            "The SYN was answered, in frame {}, by an ACK with the numbers of another connection",
            s.trigger_frame()
        )
    },
};

/// By how much an acknowledgment is wrong.
pub fn wrong_by(s: &Situation<'_>) -> String {
    let next = s.reset.own_next().unwrap_or(s.reset.seq);
    let difference = s.reset.seq.ahead_of(next);
    let numbers = count(difference.unsigned_abs().into(), "number");
    let side = if difference > 0 { "more" } else { "less" };
    format!("{numbers} {side} than its receiver had sent")
}

/// A segment of the handshake acknowledges what was never sent (RFC 9293 3.10.7.2 to 3.10.7.4).
pub static WRONG_ACK: Fact = Fact {
    what: "A segment of the handshake acknowledges what its receiver had not sent",
    holds: |s| {
        let own = &s.reset.own;
        let wrong = s.reset.own_next().is_some_and(|next| next != s.reset.seq);
        let handshake = s.answers_syn_ack()
            || (own.answered_syn() && own.bytes() == 0 && s.reset.trigger.is_some());
        s.reset.form == Form::Passive && own.syn() && wrong && handshake
    },
    says: |s| format!("Frame {} acknowledges {}", s.trigger_frame(), wrong_by(s)),
};

/// The server had accepted the connection, but never said a byte.
pub static SERVER_NEVER_SPOKE: Fact = Fact {
    what: "The server resets and had sent nothing but its SYN-ACK and acknowledgments",
    holds: |s| !s.reset.from_client() && s.reset.own.answered_syn() && s.reset.own.bytes() == 0,
    says: |_| "The server had sent nothing but its SYN-ACK and acknowledgments".into(),
};

/// It answers the segment that completes the handshake, or the first payload.
pub static AT_HANDSHAKE_END: Fact = Fact {
    what: "The server's reset answers the client's first word after the SYN-ACK",
    holds: |s| {
        let plain = s.reset.trigger.is_some_and(|trigger| {
            matches!(trigger.kind, Kind::Ack | Kind::Data) && !trigger.flags.has(Flags::SYN)
        });
        SERVER_NEVER_SPOKE.holds(s)
            && s.reset.form == Form::Passive
            && plain
            && in_handshake(s)
            && s.reset.own_next() == Some(s.reset.seq)
    },
    says: |s| {
        format!(
            "It answers frame {}, the client's first word after the SYN-ACK",
            s.trigger_frame()
        )
    },
};

/// The SYN asked for ECN.
pub fn asked_ecn(s: &Situation<'_>) -> bool {
    let syn = s.reset.answered(Kind::Syn);
    syn.is_some_and(|trigger| trigger.flags.has_all(Flags::ECN))
}

/// The same port accepts the same client's SYNs as long as they do not ask for ECN.
pub static TAKES_PLAIN_SYN_ONLY: Fact = Fact {
    what: "The SYN asks for ECN, and the same port accepts this client's SYNs without it",
    holds: |s| {
        let takes_only_plain = |port: &Port| port.takes_only_plain_from(s.receiver().address);
        asked_ecn(s) && s.port.is_some_and(takes_only_plain)
    },
    says: |s| {
        format!(
            "The SYN of frame {} asks for ECN; the same port accepts this client's SYN without it",
            s.trigger_frame()
        )
    },
};

/// The client goes on with a handshake whose SYN-ACK the file does not show.
pub static ONE_DIRECTION: Fact = Fact {
    what: "The client goes on with a handshake whose SYN-ACK did not come this way",
    holds: |s| {
        let goes_on = s
            .reset
            .trigger
            .is_some_and(|trigger| trigger.kind != Kind::Syn);
        !s.reset.from_client() && s.reset.peer.syn() && !s.reset.own.seen() && goes_on
    },
    says: |s| {
        format!(
            "Frame {} goes on with a handshake whose SYN-ACK did not come this way",
            s.trigger_frame()
        )
    },
};

/// The client whose SYN-ACK was reset in its own name sends its SYN again: it still wants the connection.
pub static ASKS_AGAIN: Fact = Fact {
    what: "The client sends its SYN again after the reset of the SYN-ACK: it still wants the \
           connection",
    holds: |s| ANSWERS_SYN_ACK.holds(s) && s.series.sender_spoke_on.happened(),
    says: |s| {
        format!(
            "The client sent its SYN again after such a reset (frame {}): it still wants the connection",
            s.series.sender_spoke_on.frame
        )
    },
};
