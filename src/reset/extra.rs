//! What few resets have: kept beside them, and only where it is.

use super::Faulty;
use crate::claim::Claim;
use crate::segment::{Index, Nanoseconds, Socket};

/// One thing more that is known of a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// What it says of itself, as an index into the claims.
    Claim(Index),
    /// The segment that provoked it need not be accepted.
    Faulty(Faulty),
    /// What the applications had said, as an index into the session's exchanges.
    Exchange(Index),
    /// An earlier reset of the other direction that its sender had to take, as an index.
    EndedBy(Index),
    /// The reset before it in the file that came after as long a silence, as an index.
    PreviousOfGap(Index),
    /// Frame in which its sender completed the handshake that replaced this connection.
    Sibling(u32),
    /// Its receiver, as the same conversation knows it on the other side of a NAT, as an index into the twins.
    Twin(Index),
    /// How long after its trigger it came, where that is very long, as an index into the delays.
    Delay(Index),
    /// The later frame that changed the verdict.
    RevisedBy(u32),
}

#[derive(Clone, Copy, Debug)]
struct Node {
    extra: Extra,
    next: Option<Index>,
}

/// The extras of all resets. Those of one reset are a chain; resets of a series share one where they can.
#[derive(Debug, Default)]
pub struct Extras {
    nodes: Vec<Node>,
    claims: Vec<Claim>,
    twins: Vec<Socket>,
    delays: Vec<Nanoseconds>,
}

/// Where the extras of a reset begin.
pub type Chain = Option<Index>;

fn push<T: PartialEq>(list: &mut Vec<T>, new: T) -> Index {
    // The resets of a series often say the same, one after the other.
    if list.last() != Some(&new) {
        list.push(new);
    }
    Index::new(list.len() - 1)
}

/// What the first of its kind in the chain has to say.
macro_rules! find {
    ($extras:ident, $chain:ident, $kind:ident) => {
        $extras.find($chain, |extra| match extra {
            Extra::$kind(what) => Some(what),
            _ => None,
        })
    };
}

impl Extras {
    /// Adds one to a chain.
    pub fn add(&mut self, chain: &mut Chain, extra: Extra) {
        let next = *chain;
        self.nodes.push(Node { extra, next });
        *chain = Some(Index::new(self.nodes.len() - 1));
    }

    /// Adds what a reset says of itself.
    pub fn add_claim(&mut self, chain: &mut Chain, claim: Claim) {
        let index = push(&mut self.claims, claim);
        self.add(chain, Extra::Claim(index));
    }

    /// Adds a reset's receiver, as it is known elsewhere.
    pub fn add_twin(&mut self, chain: &mut Chain, twin: Socket) {
        let index = push(&mut self.twins, twin);
        self.add(chain, Extra::Twin(index));
    }

    /// Adds how long after its trigger a reset came.
    pub fn add_delay(&mut self, chain: &mut Chain, delay: Nanoseconds) {
        let index = push(&mut self.delays, delay);
        self.add(chain, Extra::Delay(index));
    }

    /// Notes the frame that changed the verdict last.
    pub fn revise(&mut self, chain: &mut Chain, frame: u32) {
        // Only the newest is ever a revision, and no other reset shares that one.
        let newest = chain.and_then(|index| self.nodes.get_mut(index.place()));
        match newest.map(|node| &mut node.extra) {
            Some(Extra::RevisedBy(known)) => *known = frame,
            _ => self.add(chain, Extra::RevisedBy(frame)),
        }
    }

    /// Lets go of the newest chain where an `earlier` one says the same, and puts that in its place.
    pub fn share(&mut self, newest: &mut Chain, earlier: Chain) {
        let revised =
            |index: &Index| matches!(self.nodes[index.place()].extra, Extra::RevisedBy(_));
        let earlier = match earlier.filter(revised) {
            Some(revision) => self.nodes[revision.place()].next,
            None => earlier,
        };
        if newest.is_some() && self.chain(*newest).eq(self.chain(earlier)) {
            let first = self.nodes.len() - self.places(*newest).count();
            // Unless another reset learned something meanwhile.
            if self.places(*newest).all(|place| place >= first) {
                self.nodes.truncate(first);
            }
            *newest = earlier;
        }
    }

    fn chain(&self, chain: Chain) -> impl Iterator<Item = Extra> {
        self.places(chain).map(|place| self.nodes[place].extra)
    }

    fn places(&self, chain: Chain) -> impl Iterator<Item = usize> {
        let next = |index: &Index| self.nodes[index.place()].next;
        std::iter::successors(chain, next).map(Index::place)
    }

    /// What the first that fits has to say. Few resets have any, and all are asked often.
    #[inline(always)]
    pub fn find<T>(&self, chain: Chain, wanted: impl Fn(Extra) -> Option<T>) -> Option<T> {
        chain?;
        self.search(chain, wanted)
    }

    #[inline(never)]
    fn search<T>(&self, chain: Chain, wanted: impl Fn(Extra) -> Option<T>) -> Option<T> {
        self.chain(chain).find_map(wanted)
    }

    /// What the reset says of itself.
    #[inline]
    pub fn claim(&self, chain: Chain) -> Option<&Claim> {
        let index = find!(self, chain, Claim)?;
        self.claims.get(index.place())
    }

    /// The segment that provoked it, where that need not be accepted.
    #[inline]
    pub fn faulty(&self, chain: Chain) -> Option<Faulty> {
        find!(self, chain, Faulty)
    }

    /// What the applications had said, as an index into the session's exchanges.
    pub fn exchange(&self, chain: Chain) -> Option<Index> {
        find!(self, chain, Exchange)
    }

    /// An earlier reset of the other direction that its sender had to take, as an index.
    pub fn ended_by(&self, chain: Chain) -> Option<Index> {
        find!(self, chain, EndedBy)
    }

    /// The reset before it in the file that came after as long a silence, as an index.
    pub fn previous_of_gap(&self, chain: Chain) -> Option<Index> {
        find!(self, chain, PreviousOfGap)
    }

    /// Frame in which its sender completed the handshake that replaced this connection; 0 for none.
    pub fn sibling(&self, chain: Chain) -> u32 {
        find!(self, chain, Sibling).unwrap_or(0)
    }

    /// Its receiver, as the same conversation knows it on the other side of a NAT.
    #[inline]
    pub fn twin(&self, chain: Chain) -> Option<Socket> {
        let index = find!(self, chain, Twin)?;
        self.twins.get(index.place()).copied()
    }

    /// How long after its trigger it came, where that is very long.
    pub fn delay(&self, chain: Chain) -> Option<Nanoseconds> {
        let index = find!(self, chain, Delay)?;
        self.delays.get(index.place()).copied()
    }

    /// The later frame that changed the verdict; 0 for none.
    pub fn revised_by(&self, chain: Chain) -> u32 {
        find!(self, chain, RevisedBy).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resets_that_say_the_same_share_a_chain_until_one_is_revised() {
        let mut extras = Extras::default();
        let (mut first, mut second, mut third) = (None, None, None);
        extras.add(&mut first, Extra::EndedBy(Index::new(7)));
        extras.add(&mut first, Extra::Sibling(3));
        extras.revise(&mut first, 20);
        extras.add(&mut second, Extra::EndedBy(Index::new(7)));
        extras.add(&mut second, Extra::Sibling(3));
        extras.share(&mut second, first);
        assert_eq!(extras.nodes.len(), 3);
        extras.revise(&mut second, 30);
        extras.revise(&mut second, 40);
        assert_eq!(extras.nodes.len(), 4);
        assert_eq!(
            (extras.revised_by(first), extras.revised_by(second)),
            (20, 40)
        );
        assert_eq!(extras.ended_by(second), Some(Index::new(7)));
        extras.add(&mut third, Extra::Sibling(4));
        extras.share(&mut third, second);
        assert_eq!((extras.sibling(third), extras.sibling(second)), (4, 3));
    }

    #[test]
    fn what_another_reset_learned_meanwhile_stays() {
        let mut extras = Extras::default();
        let (mut first, mut second, mut other) = (None, None, None);
        extras.add(&mut first, Extra::Sibling(3));
        extras.add(&mut second, Extra::Sibling(3));
        extras.add(&mut other, Extra::Sibling(9));
        extras.share(&mut second, first);
        assert_eq!((extras.sibling(second), extras.sibling(other)), (3, 9));
    }

    #[test]
    fn an_extra_takes_twelve_bytes() {
        assert_eq!(size_of::<Node>(), 12);
    }
}
