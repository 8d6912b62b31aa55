//! Finds the conversation of a segment by its two sockets.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use super::{Conversation, Direction};
use crate::segment::{Index, Segment, Socket};

/// Both sockets in a fixed order, so that both directions find the same conversation.
type PairV4 = ([u8; 4], [u8; 4], [u16; 2]);
type PairV6 = ([u8; 16], [u8; 16], [u16; 2]);

/// All conversations of the file.
#[derive(Debug, Default)]
pub struct Conversations {
    v4: HashMap<PairV4, Index>,
    v6: HashMap<PairV6, Index>,
    list: Vec<Conversation>,
}

fn order(segment: &Segment) -> (Socket, Socket, Direction) {
    if segment.source <= segment.destination {
        (segment.source, segment.destination, Direction(0))
    } else {
        (segment.destination, segment.source, Direction(1))
    }
}

impl Conversations {
    /// The index of the segment's conversation, made where it is new, and the segment's direction.
    pub fn index(&mut self, segment: &Segment) -> (Index, Direction) {
        let (low, high, direction) = order(segment);
        let ports = [low.port, high.port];
        let list = &mut self.list;
        let index = match (low.address, high.address) {
            (IpAddr::V4(low), IpAddr::V4(high)) => find(
                &mut self.v4,
                (low.octets(), high.octets(), ports),
                list,
                segment,
                direction,
            ),
            (low, high) => {
                let pair = (octets(low), octets(high), ports);
                find(&mut self.v6, pair, list, segment, direction)
            }
        };
        (index, direction)
    }

    /// The conversation at `index`, which [`Conversations::index`] gave.
    pub fn get(&self, index: Index) -> &Conversation {
        &self.list[index.place()]
    }

    /// Makes the conversation at `index` as if nothing had been seen of it.
    pub fn forget(&mut self, index: Index) {
        let conversation = self.get_mut(index);
        let hosts = conversation.endpoints.map(|endpoint| endpoint.host);
        conversation.endpoints = Default::default();
        conversation.exchange = None;
        conversation.keep_hosts(hosts);
    }

    /// The conversation at `index`, to change it.
    pub fn get_mut(&mut self, index: Index) -> &mut Conversation {
        &mut self.list[index.place()]
    }
}

fn find<Pair: Hash + Eq>(
    known: &mut HashMap<Pair, Index>,
    pair: Pair,
    list: &mut Vec<Conversation>,
    segment: &Segment,
    direction: Direction,
) -> Index {
    *known.entry(pair).or_insert_with(|| {
        list.push(Conversation::new(segment, direction));
        Index::new(list.len() - 1)
    })
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    #[test]
    fn both_directions_find_the_same_conversation() {
        let there = segment(1);
        let back = Segment {
            source: there.destination,
            destination: there.source,
            ..there
        };
        let other = Segment {
            source: Socket {
                port: 40001,
                ..there.source
            },
            ..there
        };
        let mut table = Conversations::default();
        let (first, direction) = table.index(&there);
        assert_eq!(table.index(&back), (first, direction.reverse()));
        assert_ne!(table.index(&other).0, first);
        assert_eq!(table.index(&there), (first, direction));
    }

    #[test]
    fn ipv6_has_conversations_of_its_own() {
        let there = segment(1);
        let address = "fd00::1".parse().unwrap();
        let v6 = Segment {
            source: Socket {
                address,
                ..there.source
            },
            destination: Socket {
                address,
                ..there.destination
            },
            ..there
        };
        let mut table = Conversations::default();
        assert_ne!(table.index(&there).0, table.index(&v6).0);
    }
}
