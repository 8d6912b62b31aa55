//! Finds the conversation of a segment by its two sockets, and keeps those that are over in little space.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::directory::{Entry, Place};
use super::pair::{Addresses, Family, Pair};
use super::store::{Kept, Store};
use super::{Conversation, Direction};
use crate::lookup::Lookup;
use crate::recent::{Recent, Ticket};
use crate::segment::{Index, Segment, Socket};

/// For so many segments of the file a conversation that is over is left as it is: what its end draws (repeated
/// FINs, resets, copies) comes at once if it comes, and its record is still in the processor's cache.
pub(super) const REST: u32 = 1 << 10;
/// Conversations frozen a segment, at most: no more than one ends with a segment, but some have to wait.
const MOST_FROZEN: usize = 2;

/// All conversations of the file.
#[derive(Debug, Default)]
pub struct Conversations {
    lookup: Lookup,
    directory: Vec<Entry>,
    addresses: Addresses,
    store: Store,
    /// Those that are over, in the order in which they may be frozen, each with the newest segment of the file at the
    /// time.
    over: VecDeque<(Index, Ticket)>,
}

/// The live record of a conversation. It stays where it is until the conversation is settled.
#[derive(Clone, Copy, Debug)]
pub struct Live(u32);

impl Conversations {
    /// What finding a conversation takes beside its record.
    #[cfg(test)]
    pub(super) const BYTES_TO_FIND: usize = size_of::<Entry>() + Lookup::BYTES_EACH;

    /// The index of the segment's conversation, made where it is new, and the segment's direction.
    pub fn index(&mut self, segment: &Segment) -> (Index, Direction) {
        let (pair, family, direction) = self.addresses.order(segment);
        let directory = &self.directory;
        let is_it = |index: Index| directory[index.place()].is(pair, family);
        let index = match self.lookup.find(pair.key(family), is_it) {
            Some(index) => index,
            None => self.add(Conversation::new(segment, direction), pair, family),
        };
        (index, direction)
    }

    #[inline(never)]
    fn add(&mut self, conversation: Conversation, pair: Pair, family: Family) -> Index {
        let (lookup, directory) = (&mut self.lookup, &mut self.directory);
        let place = Place::new(self.store.add(conversation), family);
        let index = Index::new(directory.len());
        directory.push(Entry { pair, place });
        let key_of = |index: Index| directory[index.place()].key();
        lookup.add(pair.key(family), index, key_of);
        index
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
    pub fn get(&self, index: Index) -> Cow<'_, Conversation> {
        self.store.get(self.directory[index.place()].place.kept())
    }

    /// The conversation at `index`, to change it. One that is over comes back to life.
    pub fn get_mut(&mut self, index: Index) -> &mut Conversation {
        let live = self.live(index);
        self.at(live)
    }

    /// Where the record of the conversation at `index` is, for [`Conversations::at`]. One that is over
    /// comes back to life.
    #[inline]
    pub fn live(&mut self, index: Index) -> Live {
        let place = self.directory[index.place()].place;
        match place.kept() {
            Kept::Live(number) => Live(number),
            Kept::Frozen(number) => self.thaw(index, number),
        }
    }

    #[cold]
    fn thaw(&mut self, index: Index, frozen: u32) -> Live {
        let number = self.store.thaw(frozen);
        self.directory[index.place()].place.keep(Kept::Live(number));
        Live(number)
    }

    /// The record there, to change it.
    #[inline]
    pub fn at(&mut self, live: Live) -> &mut Conversation {
        self.store.get_mut(live.0)
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

    /// To be called after each segment, with its conversation: freezes what was over long ago.
    pub fn settle(&mut self, index: Index, live: Live, recent: &Recent) {
        let conversation = self.at(live);
        debug_assert!(conversation.survives_freezing(), "{conversation:?}");
        if conversation.is_over() && !self.directory[index.place()].place.waits() {
            self.wait(index, recent);
        }
        for _ in 0..MOST_FROZEN {
            match self.over.front() {
                Some((index, ticket)) if recent.since(*ticket) >= REST => {
                    let index = *index;
                    self.over.pop_front();
                    self.freeze(index, recent);
                }
                _ => break,
            }
        }
    }

    #[inline(never)]
    fn wait(&mut self, index: Index, recent: &Recent) {
        self.directory[index.place()].place.wait(true);
        self.over.push_back((index, recent.newest()));
    }

    /// Freezes a conversation that has waited, unless it has gone on.
    #[inline(never)]
    fn freeze(&mut self, index: Index, recent: &Recent) {
        let place = &mut self.directory[index.place()].place;
        place.wait(false);
        let Kept::Live(number) = place.kept() else {
            return;
        };
        let conversation = self.store.get_mut(number);
        if !conversation.is_over() {
            return;
        }
        if conversation.is_active(recent) {
            self.wait(index, recent);
        } else if let Some(frozen) = self.store.freeze(number) {
            place.keep(Kept::Frozen(frozen));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::Flags;
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

    /// A segment from another client, with other numbers, of no conversation that matters.
    fn filler(frame: u32) -> Segment<'static> {
        let mut filler = segment(frame);
        filler.source.port = 1000;
        filler
    }

    /// Takes in a segment as the session does.
    fn observe(table: &mut Conversations, recent: &mut Recent, segment: &Segment) -> Index {
        let (index, direction) = table.index(segment);
        let live = table.live(index);
        table.at(live).observe(segment, direction, recent);
        table.settle(index, live, recent);
        index
    }

    /// Both sides close `count` conversations, one after the other.
    fn close(table: &mut Conversations, recent: &mut Recent, count: u16) -> Vec<Index> {
        let flags = Flags(Flags::FIN.0 | Flags::ACK.0);
        let close = |port: u16| {
            let mut fin = segment(1 + u32::from(port));
            fin.flags = flags;
            fin.source.port = 20000 + port;
            let answer = Segment {
                seq: fin.ack,
                ack: fin.end(),
                ..reversed(&fin)
            };
            let last = Segment {
                flags: Flags::ACK,
                seq: fin.end(),
                ack: answer.end(),
                ..fin
            };
            let of = [fin, answer, last].map(|segment| observe(table, recent, &segment));
            of[0]
        };
        (0..count).map(close).collect()
    }

    #[test]
    fn what_is_over_freezes_after_a_rest_and_thaws_as_it_was() {
        let (mut table, mut recent) = Default::default();
        let closed = close(&mut table, &mut recent, 300);
        let kept = |table: &Conversations| -> Vec<Conversation> {
            let kept = closed.iter().map(|index| table.get(*index).into_owned());
            kept.collect()
        };
        let before = kept(&table);
        assert_eq!(table.store.room(), (300, 0), "the last segments just came");
        for frame in 1000..1000 + REST {
            observe(&mut table, &mut recent, &filler(frame));
        }
        assert_eq!(table.store.room().1, 300);
        assert!(table.over.is_empty());
        assert_eq!(kept(&table), before);
        for (index, before) in closed.iter().zip(&before) {
            let thawed = table.get_mut(*index);
            assert_eq!(thawed, before);
            let last = thawed.endpoints[0].ticket;
            assert!(recent.get(last).is_some(), "the ring holds them still");
        }
        assert_eq!(table.store.room(), (301, 300), "places are used again");
    }

    #[test]
    fn thawing_for_ever_takes_no_more_space() {
        let (mut table, mut recent) = Default::default();
        let closed = close(&mut table, &mut recent, 50);
        let mut rooms = Vec::new();
        for round in 0..4 {
            for frame in 0..40_000 {
                observe(
                    &mut table,
                    &mut recent,
                    &filler(2000 + round * 40_000 + frame),
                );
            }
            close(&mut table, &mut recent, 50);
            rooms.push((table.store.room(), table.directory.len()));
        }
        assert_eq!(closed.len(), 50);
        assert_eq!(rooms, [((51, 50), 51); 4]);
    }

    #[test]
    fn what_is_not_over_stays_as_it_is() {
        let (mut table, mut recent) = Default::default();
        let open = observe(&mut table, &mut recent, &segment(1));
        for frame in 2..70_000 {
            observe(&mut table, &mut recent, &filler(frame));
        }
        assert!(matches!(table.get(open), Cow::Borrowed(_)));
        assert_eq!(table.store.room(), (2, 0));
    }
}
