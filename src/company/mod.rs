//! The company that a reset keeps: what happened at the same time, to the same target, or in other
//! connections of the same hosts. A reset rarely comes alone, and its neighbours often explain it.
//!
//! Each kind of company is a small record that resets share; what a later reset adds to it counts for
//! the earlier ones too.

mod burst;
mod distance;
mod gap;
mod leg;
mod opener;
mod sibling;
mod twin;

pub use burst::{Burst, Bursts};
pub use distance::{Distance, Distances};
pub use gap::Gaps;
pub use leg::{Joint, find_other_leg, joint};
pub use opener::{MANY_TARGETS, Opener, Openers};
pub use sibling::{Established, Siblings};
pub use twin::{Twin, Twins};

use crate::conversation::{Conversations, Direction};
use crate::host::Host;
use crate::reset::{Extra, Extras, Form, Gathered, Kind, Reset};
use crate::segment::{Index, Segment, Socket};

/// All company of the file.
#[derive(Debug, Default)]
pub struct Company {
    /// Aborts at the same time.
    pub bursts: Bursts,
    /// Who resets what it opened.
    pub openers: Openers,
    /// Refusals from one distance.
    pub distances: Distances,
    siblings: Siblings,
    twins: Twins,
}

/// Whose verdicts a reset's company may have changed.
#[derive(Debug, Default)]
pub struct Changed {
    /// Resets of the same host, back to this frame.
    pub host_since: Option<u32>,
    /// The refusals from the same distance.
    pub distance: bool,
}

impl Company {
    /// A connection request in this conversation, sent in this direction.
    pub fn requested(&mut self, syn: &Segment, conversation: Index, direction: Direction) {
        self.twins.opened(syn, conversation, direction);
    }

    /// A host shows itself by another way than before. Returns the newest refusal of which that says
    /// something new.
    pub fn arrived(&mut self, segment: &Segment) -> Option<Index> {
        self.distances.ordinary(segment)
    }

    /// A client's first ACK of a handshake.
    pub fn established(&mut self, ack: &Segment) {
        self.siblings.established(ack);
    }

    /// Gives the reset, which will have the index `number`, its place in all company.
    pub fn join(
        &mut self,
        reset: &mut Reset,
        segment: &Segment,
        number: Index,
        host: &mut Host,
        storm: u32,
        extras: &mut Extras,
    ) -> Changed {
        let mut changed = Changed::default();
        if reset.number() == 1 && reset.form == Form::Active {
            changed.host_since = self.join_burst(reset, host, storm);
        }
        if reset.number() == 1 && reset.gave_up_handshake() {
            let target = segment.destination;
            let (opener, news) = self.openers.visit(reset.host, target, reset.time);
            reset.join_opener(opener);
            changed.host_since = news.then_some(0).or(changed.host_since);
            if let Some(handshake) = self.siblings.of(segment, reset.age()) {
                extras.add(&mut reset.extras, Extra::Sibling(handshake.frame));
            }
        }
        if reset.answered(Kind::Syn).is_some() {
            let (distance, before, shared) = self.distances.count(segment, number);
            reset.join_distance(distance, before);
            changed.distance = shared;
            changed.host_since = host.ports.refuse(segment.source.port, reset.frame);
        }
        changed
    }

    /// Returns the burst's first frame, where this abort makes it one.
    fn join_burst(&mut self, reset: &mut Reset, host: &mut Host, storm: u32) -> Option<u32> {
        let index = self.bursts.count(host.burst, reset.frame, reset.time);
        reset.join_burst(index);
        host.burst = Some(index);
        let burst = self.bursts.get(index);
        (burst.count == storm).then_some(burst.first)
    }

    /// The address under which the reset's sender knows who sent the trigger, on the other side of a NAT: a
    /// stranger's segment, in the middle of the sequence space of a known connection.
    pub fn twin_of(
        &self,
        gathered: &Gathered,
        segment: &Segment,
        conversations: &Conversations,
    ) -> Option<Socket> {
        let reset = &gathered.reset;
        reset.trigger.filter(|_| reset.form == Form::Passive)?;
        if reset.peer.syn() || reset.own.seen() {
            return None;
        }
        let twin = self
            .twins
            .of(segment.source, segment.destination, conversations)?;
        let known = conversations.get(twin.conversation);
        let peer = known.endpoint(twin.direction);
        let distance = gathered.trigger_end.ahead_of(peer.next).unsigned_abs();
        (peer.is_seen() && distance <= twin::LARGEST_WINDOW).then_some(twin.peer)
    }
}
