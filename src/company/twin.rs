//! The same segment stream under two addresses of one side: one side of a NAT leaks to the other.

use std::net::IpAddr;

use crate::segment::{Index, Segment, Socket};

/// Conversations remembered, as many as are active at a time on a busy NAT; a newer one that falls on
/// the same place replaces an older one.
const PLACES: usize = 1 << 12;

/// The largest window without the largest scale (RFC 7323 2.3 allows 1 GiB; buffers of some MiB are the
/// rule): so far apart two captures of one stream may be.
pub const LARGEST_WINDOW: u32 = 1 << 24;

/// A conversation as one of its sides knows it.
#[derive(Clone, Copy, Debug)]
pub struct Twin {
    /// Its index.
    pub conversation: Index,
    /// The other side, as this one knows it.
    pub peer: Socket,
    /// Whether the other side is the client.
    pub peer_is_client: bool,
    own: Socket,
}

/// Where a conversation is remembered. Who makes others fall on its place only makes it forgotten.
fn place(own: Socket, peer_port: u16) -> usize {
    let address = match own.address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    };
    let address = address as u64 ^ (address >> 64) as u64;
    let ports = u64::from(own.port) << 16 | u64::from(peer_port);
    // Fibonacci hashing (Knuth, volume 3, 6.4): the high bits of a product by 2^64 over the golden ratio.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = (address.wrapping_mul(SPREAD) ^ ports).wrapping_mul(SPREAD);
    (mixed >> 32) as usize % PLACES
}

/// The newest conversation for each socket and port of the other side (most NATs keep ports where they can).
#[derive(Debug, Default)]
pub struct Twins {
    places: Vec<Option<Twin>>,
}

impl Twins {
    /// A connection request opened this conversation.
    pub fn opened(&mut self, syn: &Segment, conversation: Index) {
        if self.places.is_empty() {
            self.places = vec![None; PLACES];
        }
        let (client, server) = (syn.source, syn.destination);
        for (own, peer, peer_is_client) in [(server, client, true), (client, server, false)] {
            let place = place(own, peer.port);
            self.places[place] = Some(Twin {
                conversation,
                peer,
                peer_is_client,
                own,
            });
        }
    }

    /// The conversation of `own` with the same port of another address than the stranger's.
    pub fn of(&self, own: Socket, stranger: Socket) -> Option<Twin> {
        let twin = (*self.places.get(place(own, stranger.port))?)?;
        let is_twin = twin.own == own
            && twin.peer.port == stranger.port
            && twin.peer.address != stranger.address;
        is_twin.then_some(twin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    #[test]
    fn twin_has_another_address_and_all_else_alike() {
        let mut twins = Twins::default();
        let syn = segment(1);
        assert!(twins.of(syn.destination, syn.source).is_none());
        twins.opened(&syn, Index::new(7));
        assert!(twins.of(syn.destination, syn.source).is_none());
        let address = "192.168.1.9".parse().unwrap();
        let stranger = Socket {
            address,
            ..syn.source
        };
        let twin = twins.of(syn.destination, stranger).unwrap();
        assert_eq!((twin.conversation, twin.peer), (Index::new(7), syn.source));
        let port = Socket {
            port: 9,
            ..stranger
        };
        assert!(twins.of(syn.destination, port).is_none());
    }
}
