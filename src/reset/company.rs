//! Links of a reset with others of the file. Of some kinds it has one at most, so that they share a place.

use super::{Reset, Trait};
use crate::segment::Index;

impl Reset {
    /// Other aborts of its host at the same time, as an index.
    pub fn burst(&self) -> Option<Index> {
        self.neighbours.filter(|_| !self.is(Trait::REFUSAL))
    }

    /// Joins other aborts.
    pub fn join_burst(&mut self, burst: Index) {
        self.neighbours = Some(burst);
    }

    /// Other refusals from the same distance, as an index.
    pub fn distance(&self) -> Option<Index> {
        self.company.filter(|_| self.is(Trait::REFUSAL))
    }

    /// The refusal before it from there, as an index.
    pub fn previous_of_distance(&self) -> Option<Index> {
        self.neighbours.filter(|_| self.is(Trait::REFUSAL))
    }

    /// Joins the refusals from its distance. A refusal answers a segment, so it is no abort.
    pub fn join_distance(&mut self, distance: Index, previous: Option<Index>) {
        (self.company, self.neighbours) = (Some(distance), previous);
        self.traits.set(Trait::REFUSAL, true);
    }

    /// What its sender does to the connections that it opens, as an index.
    pub fn opener(&self) -> Option<Index> {
        self.company.filter(|_| self.is(Trait::GIVES_UP))
    }

    /// Joins what its sender did to other connections.
    pub fn join_opener(&mut self, opener: Index) {
        self.company = Some(opener);
        self.traits.set(Trait::GIVES_UP, true);
    }

    /// The reset of a proxy's other leg just before, as an index.
    pub fn other_leg(&self) -> Option<Index> {
        let other = Trait::REFUSAL.or(Trait::GIVES_UP);
        self.company.filter(|_| !self.is(other))
    }

    /// Joins the other leg. Both carried payload, so it gives up no handshake.
    pub fn join_leg(&mut self, other: Index) {
        if !self.is(Trait::REFUSAL.or(Trait::GIVES_UP)) {
            self.company = Some(other);
        }
    }
}
