//! Finds the conversation of a segment by its two sockets.

use super::pair::{Addresses, Family, Pair};
use super::{Conversation, Direction};
use crate::lookup::Lookup;
use crate::segment::{Index, Segment, Socket};

/// All conversations of the file.
#[derive(Debug, Default)]
pub struct Conversations {
    lookup: Lookup,
    directory: Vec<Entry>,
    addresses: Addresses,
    list: Vec<Conversation>,
}

/// Where a conversation is kept, by its index.
#[derive(Clone, Copy, Debug)]
struct Entry {
    pair: Pair,
    place: Place,
}

/// A place in the list, and the family of the pair beside it.
#[derive(Clone, Copy, Debug)]
struct Place(u32);

impl Place {
    const LONG: u32 = 1 << 31;

    fn new(place: usize, family: Family) -> Place {
        match family {
            Family::V4 => Place(place as u32),
            Family::Long => Place(place as u32 | Place::LONG),
        }
    }

    fn family(self) -> Family {
        match self.0 & Place::LONG {
            0 => Family::V4,
            _ => Family::Long,
        }
    }

    fn in_list(self) -> usize {
        (self.0 & !Place::LONG) as usize
    }
}

impl Entry {
    fn is(&self, pair: Pair, family: Family) -> bool {
        self.pair == pair && self.place.family() == family
    }

    fn key(&self) -> u128 {
        self.pair.key(self.place.family())
    }
}

impl Conversations {
    /// What finding a conversation takes beside its record.
    #[cfg(test)]
    pub(super) const BYTES_TO_FIND: usize = size_of::<Entry>() + Lookup::BYTES_EACH;

    /// The index of the segment's conversation, made where it is new, and the segment's direction.
    pub fn index(&mut self, segment: &Segment) -> (Index, Direction) {
        let (pair, family, direction) = self.addresses.order(segment);
        let (lookup, directory) = (&mut self.lookup, &mut self.directory);
        let key = pair.key(family);
        let known = lookup.find(key, |index| directory[index.place()].is(pair, family));
        let index = known.unwrap_or_else(|| {
            let place = Place::new(self.list.len(), family);
            self.list.push(Conversation::new(segment, direction));
            let index = Index::new(directory.len());
            directory.push(Entry { pair, place });
            lookup.add(key, index, |index| directory[index.place()].key());
            index
        });
        (index, direction)
    }

    /// The sockets of the conversation: of the one direction's sender, then of the other's.
    pub fn sockets(&self, index: Index) -> [Socket; 2] {
        let entry = &self.directory[index.place()];
        self.addresses.sockets(entry.pair, entry.place.family())
    }

    /// The sender's socket of the conversation in this direction, then the receiver's.
    pub fn sockets_of(&self, index: Index, direction: Direction) -> [Socket; 2] {
        let [first, second] = self.sockets(index);
        match direction.index() {
            0 => [first, second],
            _ => [second, first],
        }
    }

    /// The conversation at `index`, which [`Conversations::index`] gave.
    pub fn get(&self, index: Index) -> &Conversation {
        &self.list[self.directory[index.place()].place.in_list()]
    }

    /// Makes the conversation at `index` as if nothing had been seen of it.
    pub fn forget(&mut self, index: Index) {
        let conversation = self.get_mut(index);
        let hosts = conversation.endpoints.map(|endpoint| endpoint.host);
        conversation.opened = conversation.last_activity();
        conversation.endpoints = Default::default();
        conversation.exchange = None;
        conversation.keep_hosts(hosts);
    }

    /// The conversation at `index`, to change it.
    pub fn get_mut(&mut self, index: Index) -> &mut Conversation {
        &mut self.list[self.directory[index.place()].place.in_list()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    fn reversed<'a>(segment: &Segment<'a>) -> Segment<'a> {
        Segment {
            source: segment.destination,
            destination: segment.source,
            ..*segment
        }
    }

    /// The plain segment with other addresses.
    fn between(source: &str, destination: &str) -> Segment<'static> {
        let mut there = segment(1);
        there.source.address = source.parse().unwrap();
        there.destination.address = destination.parse().unwrap();
        there
    }

    #[test]
    fn both_directions_find_the_same_conversation() {
        let there = segment(1);
        let back = reversed(&there);
        let mut other = there;
        other.source.port = 40001;
        let mut table = Conversations::default();
        let (first, direction) = table.index(&there);
        assert_eq!(table.index(&back), (first, direction.reverse()));
        assert_ne!(table.index(&other).0, first);
        assert_eq!(table.index(&there), (first, direction));
    }

    #[test]
    fn addresses_of_all_kinds_have_conversations_of_their_own() {
        let mut table = Conversations::default();
        let pairs = [
            ("10.0.0.1", "10.0.0.2"),
            ("0.0.0.0", "0.0.0.1"),
            ("fd00::1", "fd00::2"),
            ("fd00::1", "fd00::3"),
            ("fd00::1", "fd00::1"),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.2"),
            ("10.0.0.1", "fd00::1"),
        ];
        let segments = pairs.map(|(source, destination)| between(source, destination));
        let found = segments.map(|segment| table.index(&segment));
        for (segment, (index, direction)) in segments.iter().zip(found) {
            assert_eq!(found.iter().filter(|(other, _)| *other == index).count(), 1);
            assert_eq!(
                table.index(&reversed(segment)),
                (index, direction.reverse())
            );
            let sockets = [segment.source, segment.destination];
            assert_eq!(table.sockets_of(index, direction), sockets);
        }
    }

    #[test]
    fn one_socket_may_speak_to_itself() {
        let mut table = Conversations::default();
        let mut there = between("fd00::1", "fd00::1");
        there.source.port = there.destination.port;
        let (index, direction) = table.index(&there);
        assert_eq!(table.index(&reversed(&there)), (index, direction));
        let sockets = [there.source, there.destination];
        assert_eq!(table.sockets_of(index, direction), sockets);
    }
}
