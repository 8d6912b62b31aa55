//! Gathers the facts of a reset from its header and from the connection before it.

use super::search::{Answerer, answered, last_received};
use super::trigger::{Kind, Trigger, kind_of};
use super::{Acceptance, Extra, Extras, Form, Place, Reset, Side, Trait, Traits, fault};
use crate::claim::{self, Claim};
use crate::conversation::{Client, Conversation, Direction, Endpoint, Exchange, Fin, Message};
use crate::host::Link;
use crate::recent::{Entry, Recent};
use crate::segment::{Flags, Index, Milliseconds, Moment, Nanoseconds, Segment};
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

/// A reset, and what is asked of it only once.
pub struct Gathered {
    /// The reset.
    pub reset: Reset,
    /// Frame of the segment whose numbers it gives back and that no earlier reset answered; 0 for none.
    pub answers: u32,
    /// The number after its trigger.
    pub trigger_end: Seq,
}

/// The parts of a reset that its own header and the connection before it give.
pub fn gather(
    segment: &Segment,
    (index, conversation): (Index, &Conversation),
    direction: Direction,
    answerer: Answerer,
    recent: &Recent,
    applications: Applications<'_>,
    extras: &mut Extras,
) -> Gathered {
    let (own, peer) = (
        conversation.endpoint(direction),
        conversation.endpoint(direction.reverse()),
    );
    let answered = answered(segment, own, peer, answerer, recent);
    let form = form(segment, own, peer, answered.map(|found| found.entry));
    let answers = answered
        .filter(|found| !found.answered_before)
        .map_or(0, |found| found.entry.frame);
    let found = match form {
        Form::Active => last_received(segment, peer, recent),
        _ => answered,
    };
    let entry = found.map(|found| found.entry);
    let passive_trigger = entry
        .filter(|_| form == Form::Passive)
        .map(|entry| entry.frame);
    let acceptance = acceptance(segment, own, peer, entry);
    let identification = segment.ip.identification;
    let usual_hop_limit = own.usual_hop_limit(segment);
    let multipath = segment.options.multipath
        && (speaks_multipath(own, recent) || speaks_multipath(peer, recent));
    let is_client = conversation.client.direction() == direction;
    let is_guessed = matches!(conversation.client, Client::Guessed(_));
    let label = segment.ip.flow_label;
    let at_boundary = acceptance != Acceptance::Exact && is_boundary(segment.seq, own, recent);
    let traits = Traits::default()
        .with(Trait::FROM_CLIENT, is_client)
        .with(Trait::CLIENT_GUESSED, is_guessed)
        .with(Trait::SECOND_DIRECTION, direction.number() == 1)
        .with(Trait::IDENTIFICATION, identification.is_some())
        .with(Trait::USUAL_HOP_LIMIT, usual_hop_limit.is_some())
        .with(Trait::IPV6, label.is_some())
        .with(Trait::LABELLED, label.is_some_and(|label| label != 0))
        .with(Trait::DSCP, segment.ip.dscp != 0)
        .with(Trait::HEADER_CUT, segment.header_cut)
        .with(Trait::DATA_AFTER_FIN, data_after_fin(own, entry))
        .with(
            Trait::FIN_ACKED_BEFORE,
            fin_acked_before(own, peer, entry, recent),
        )
        .with(Trait::TOOK_DATA_AFTER_FIN, took_data_after_fin(own, peer))
        .with(Trait::ENDS_BY_FIN, own.data_end() != own.next)
        .with(Trait::MULTIPATH, multipath)
        .with(Trait::AT_BOUNDARY, at_boundary)
        .with(Trait::ANSWERS, answers != 0);
    let cut = match form {
        Form::Active => Some(segment.ack),
        _ => entry
            .filter(|entry| kind_of(entry) == Kind::Data)
            .map(Entry::end),
    };
    let since = |moment: Moment| match moment.happened() {
        true => Milliseconds::from(moment.until(segment.time)),
        false => Milliseconds::default(),
    };
    let mut reset = Reset {
        time: segment.time,
        frame: segment.frame,
        conversation: index,
        seq: segment.seq,
        link: Link::of(segment.link_source),
        newly_acked: newly_acked(segment, own, peer),
        own_next: own.next,
        silence: Milliseconds::from(conversation.silence_before(segment)),
        age: Milliseconds::from(conversation.age_at(segment.time)),
        since_fin: own
            .fin()
            .map_or(Milliseconds::default(), |fin| since(fin.moment)),
        since_last: since(own.last),
        host: Index::new(0),
        previous_of_host: None,
        series: None,
        place: Place::First {
            grace_us: microseconds(peer.round_trip.longest()),
            cut: cut.unwrap_or_default(),
            has_cut: cut.is_some(),
        },
        company: None,
        neighbours: None,
        extras: None,
        trigger: None,
        own: Side::of(own, peer, applications.progress(direction, own, peer)),
        peer: Side::of(
            peer,
            own,
            applications.progress(direction.reverse(), peer, own),
        ),
        traits,
        identification: identification.unwrap_or(0),
        silences: conversation.silences(),
        flags: segment.flags,
        hop_limit: segment.ip.hop_limit,
        usual_hop_limit: usual_hop_limit.unwrap_or(0),
        form,
        acceptance,
        identified: own
            .identification
            .compare(segment, own.last.until(segment.time)),
        reported: u8::MAX,
    };
    if let Some(found) = found {
        let delay = segment.time.saturating_sub(found.entry.time);
        reset.answer(Trigger::new(found, delay), delay, extras);
    }
    if let Some(claim) = claim(segment, own, recent) {
        extras.add_claim(&mut reset.extras, claim);
    }
    let (time, own, peer) = (segment.time, own.ticket, peer.ticket);
    if let Some(faulty) = fault::provoking(time, passive_trigger, own, peer, recent) {
        extras.add(&mut reset.extras, Extra::Faulty(faulty));
    }
    if let Some(exchange) = conversation.exchange {
        extras.add(&mut reset.extras, Extra::Exchange(exchange));
    }
    Gathered {
        reset,
        answers,
        trigger_end: entry.map_or(Seq(0), Entry::end),
    }
}

/// More than an hour is as good as for ever.
fn microseconds(grace: Nanoseconds) -> u32 {
    u32::try_from(grace / 1000).unwrap_or(u32::MAX)
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
    entries.any(|(_, entry)| entry.options.multipath && !entry.flags.has(Flags::RST))
}

/// The form, from the numbers alone: window, options and identification differ between stacks.
fn form(segment: &Segment, own: &Endpoint, peer: &Endpoint, answered: Option<&Entry>) -> Form {
    if !segment.flags.has(Flags::ACK) {
        return Form::Passive;
    }
    let answers_syn = answered.is_some_and(|trigger| kind_of(trigger) == Kind::Syn);
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
    trigger: Option<&Entry>,
) -> Acceptance {
    // In SYN-SENT the reset must acknowledge the SYN (RFC 9293 3.10.7.3).
    if !own.is_seen() && trigger.is_some_and(|trigger| kind_of(trigger) == Kind::Syn) {
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
fn data_after_fin(own: &Endpoint, trigger: Option<&Entry>) -> bool {
    let (Some(fin), Some(trigger)) = (own.fin(), trigger) else {
        return false;
    };
    let beyond = fin
        .received
        .map_or(trigger.frame > fin.moment.frame, |received| {
            trigger.end().is_after(received)
        });
    kind_of(trigger) == Kind::Data && beyond
}

fn fin_acked_before(
    own: &Endpoint,
    peer: &Endpoint,
    trigger: Option<&Entry>,
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
