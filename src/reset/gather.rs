//! Gathers the facts of a reset from its header and from the connection before it.

use super::trigger::{Answerer, Kind, Trigger, answered, last_received};
use super::{Acceptance, Form, Reset, Side, fault};
use crate::claim::{self, Claim};
use crate::conversation::{Client, Conversation, Direction, Endpoint, Exchange, Fin, Message};
use crate::recent::Recent;
use crate::segment::{Flags, Index, Segment};
use crate::seq::Seq;

/// Segments in which a late forger's number is looked for: those of one window.
const MOST_BOUNDARIES: usize = 32;
/// What the applications of a conversation said.
#[derive(Clone, Copy)]
pub struct Applications<'a> {
    /// What is known of it.
    pub exchange: &'a Exchange,
    /// Whether the file's payloads are cut.
    pub cut: bool,
}

impl Applications<'_> {
    fn progress(self, direction: Direction, own: &Endpoint, peer: &Endpoint) -> Message {
        self.exchange.progress(direction, own, peer, self.cut)
    }
}

/// The parts of a reset that its own header and the connection before it give.
pub fn gather(
    segment: &Segment,
    conversation: &Conversation,
    direction: Direction,
    answerer: Answerer,
    recent: &Recent,
    applications: Applications<'_>,
) -> Reset {
    let (own, peer) = (
        conversation.endpoint(direction),
        conversation.endpoint(direction.reverse()),
    );
    let answered = answered(segment, own, peer, answerer, recent);
    let form = form(segment, own, peer, answered.as_ref());
    let answers = answered
        .filter(|trigger| !trigger.answered_before)
        .map_or(0, |trigger| trigger.frame);
    let trigger = match form {
        Form::Active => last_received(segment, peer, recent),
        _ => answered,
    };
    let passive_trigger = trigger
        .filter(|_| form == Form::Passive)
        .map(|trigger| trigger.frame);
    Reset {
        frame: segment.frame,
        time: segment.time,
        sender: segment.source,
        receiver: segment.destination,
        direction,
        from_client: conversation.client.direction() == direction,
        client_guessed: matches!(conversation.client, Client::Guessed(_)),
        seq: segment.seq,
        ack: segment.ack,
        identification: segment.ip.identification,
        flags: segment.flags,
        hop_limit: segment.ip.hop_limit,
        usual_hop_limit: own.usual_hop_limit(segment),
        dscp: segment.ip.dscp,
        flow_label: segment.ip.flow_label,
        link_source: segment.link_source,
        header_cut: segment.header_cut,
        form,
        acceptance: acceptance(segment, own, peer, trigger.as_ref()),
        trigger,
        newly_acked: newly_acked(segment, own, peer),
        own_next: own.is_seen().then_some(own.next),
        data_end: own.is_seen().then(|| own.data_end()),
        data_after_fin: data_after_fin(own, trigger.as_ref()),
        fin_acked_before: fin_acked_before(own, peer, trigger.as_ref(), recent),
        took_data_after_fin: took_data_after_fin(own, peer),
        claim: claim(segment, own, recent).map(Box::new),
        multipath: segment.options.multipath
            && (speaks_multipath(own, recent) || speaks_multipath(peer, recent)),
        faulty: fault::provoking(
            segment.time,
            passive_trigger,
            own.ticket,
            peer.ticket,
            recent,
        ),
        silence: conversation.silence_before(segment),
        age: conversation.age_at(segment.time),
        ahead: if own.is_seen() {
            segment.seq.beyond(own.next)
        } else {
            0
        },
        at_boundary: is_boundary(segment.seq, own, recent),
        identified: own.identification.compare(segment),
        silences: conversation.silences(),
        own: Side::of(own, peer, applications.progress(direction, own, peer)),
        peer: Side::of(
            peer,
            own,
            applications.progress(direction.reverse(), peer, own),
        ),
        exchange: conversation.exchange,
        host: Index::new(0),
        previous_of_host: None,
        previous_of_gap: None,
        series: Index::new(0),
        number: 1,
        interval: 0,
        previous: None,
        ended_by: None,
        answers,
        burst: None,
        opener: None,
        distance: None,
        previous_of_distance: None,
        other_leg: None,
        sibling: 0,
        twin: None,
        reported: "",
        revised_by: 0,
    }
}

/// How many of a side's last segments are asked for its habits.
const RECENT_SEGMENTS: usize = 64;

fn claim(segment: &Segment, own: &Endpoint, recent: &Recent) -> Option<Claim> {
    let windows = || {
        let entries = recent.backwards(own.ticket).take(RECENT_SEGMENTS);
        entries
            .filter(|(_, entry)| !entry.flags.has(Flags::RST))
            .map(|(_, entry)| entry.window)
            .collect()
    };
    claim::stated(segment).or_else(|| claim::netscaler::of_window(segment.window, windows))
}

fn speaks_multipath(side: &Endpoint, recent: &Recent) -> bool {
    let mut entries = recent.backwards(side.ticket).take(RECENT_SEGMENTS);
    entries.any(|(_, entry)| entry.multipath && !entry.flags.has(Flags::RST))
}

impl Side {
    fn of(endpoint: &Endpoint, other: &Endpoint, message: Message) -> Side {
        Side {
            syn: endpoint.syn.is_seen(),
            answered_syn: endpoint.syn.is_answer(),
            bare_syn: endpoint.syn.is_bare(),
            acknowledged: endpoint.acked().is_some(),
            seen: endpoint.is_seen(),
            fin: endpoint.fin().map(|fin| fin.moment).unwrap_or_default(),
            fin_acked: endpoint.fin_is_acked(other),
            bytes: endpoint.bytes(),
            outstanding: endpoint.outstanding(other),
            last: endpoint.last,
            last_data: endpoint.last_data,
            message,
            burst: endpoint.burst,
            turns: endpoint.turns,
            attempts: endpoint.attempts,
            closed_window: endpoint.has_closed_window(),
            round_trip: endpoint.round_trip.estimate(),
        }
    }
}

/// The form, from the numbers alone: window, options and identification differ between stacks.
fn form(segment: &Segment, own: &Endpoint, peer: &Endpoint, answered: Option<&Trigger>) -> Form {
    if !segment.flags.has(Flags::ACK) {
        return Form::Passive;
    }
    let answers_syn = answered.is_some_and(|trigger| trigger.kind == Kind::Syn);
    if answers_syn && (segment.seq == Seq(0) || !own.is_seen()) {
        return Form::Passive;
    }
    let at_own_number = own.is_seen() && is_own_number(segment.seq, own, peer);
    let peer_expected = !peer.is_seen() || !segment.ack.is_after(peer.next);
    if at_own_number && peer_expected {
        Form::Active
    } else {
        Form::Unclear
    }
}

/// SND.NXT, or a number in flight, or the edge of the peer's window: with the window closed Linux
/// aborts at the edge, behind data that it already sent [measured, Linux 6.18]. Or a number beyond, still
/// in the window: what lies between was lost on the way, or is overtaken by the reset.
fn is_own_number(seq: Seq, own: &Endpoint, peer: &Endpoint) -> bool {
    let oldest = peer.acked().unwrap_or(own.next);
    seq == own.next
        || peer
            .window_edge()
            .is_some_and(|edge| seq.is_after(own.next) && !seq.is_after(edge))
        || (!seq.is_before(oldest) && seq.is_before(own.next))
}

/// Whether the sender's recent segments show the number: who sees the connection, but late, has it from
/// there.
fn is_boundary(seq: Seq, own: &Endpoint, recent: &Recent) -> bool {
    recent
        .backwards(own.ticket)
        .take(MOST_BOUNDARIES)
        .filter(|(_, entry)| !entry.flags.has(Flags::RST))
        .any(|(_, entry)| entry.seq == seq || entry.end() == seq)
}

fn acceptance(
    segment: &Segment,
    own: &Endpoint,
    peer: &Endpoint,
    trigger: Option<&Trigger>,
) -> Acceptance {
    // In SYN-SENT the reset must acknowledge the SYN (RFC 9293 3.10.7.3).
    if !own.is_seen() && trigger.is_some_and(|trigger| trigger.kind == Kind::Syn) {
        return Acceptance::Exact;
    }
    let Some(expected) = peer.acked() else {
        return Acceptance::Unknown;
    };
    if segment.seq == expected || (own.is_seen() && segment.seq == own.next) {
        return Acceptance::Exact;
    }
    let within = |edge| segment.seq.is_after(expected) && segment.seq.is_before(edge);
    let in_window = peer.window_edge().is_some_and(within);
    if in_window {
        Acceptance::InWindow
    } else {
        Acceptance::Outside
    }
}

fn newly_acked(segment: &Segment, own: &Endpoint, peer: &Endpoint) -> u32 {
    match own.acked() {
        Some(acked) if segment.flags.has(Flags::ACK) && peer.last_data.happened() => {
            segment.ack.beyond(acked)
        }
        _ => 0,
    }
}

/// The file's order does not tell what crossed the FIN: far from its sender the data may be captured
/// before it. What the FIN acknowledges does.
fn data_after_fin(own: &Endpoint, trigger: Option<&Trigger>) -> bool {
    let (Some(fin), Some(trigger)) = (own.fin(), trigger) else {
        return false;
    };
    let beyond = fin
        .received
        .map_or(trigger.frame > fin.moment.frame, |received| {
            trigger.end.is_after(received)
        });
    trigger.kind == Kind::Data && beyond
}

fn fin_acked_before(
    own: &Endpoint,
    peer: &Endpoint,
    trigger: Option<&Trigger>,
    recent: &Recent,
) -> bool {
    let (Some(fin), Some(trigger)) = (own.fin(), trigger) else {
        return false;
    };
    let mut before = recent.backwards(peer.ticket).take(RECENT_SEGMENTS);
    before.any(|(_, entry)| {
        entry.frame < trigger.frame && entry.flags.has(Flags::ACK) && entry.ack == fin.end
    })
}

fn took_data_after_fin(own: &Endpoint, peer: &Endpoint) -> bool {
    let (
        Some(Fin {
            received: Some(at_fin),
            ..
        }),
        Some(acked),
    ) = (own.fin(), own.acked())
    else {
        return false;
    };
    let peer_fin = peer.fin().is_some_and(|fin| fin.end == acked);
    acked.beyond(at_fin) > u32::from(peer_fin)
}
