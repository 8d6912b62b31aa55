//! The same segment stream under two addresses of one side: one side of a NAT leaks to the other.

use crate::conversation::{Conversations, Direction};
use crate::lookup::{key_of, spread};
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
    /// The direction in which the other side sends.
    pub direction: Direction,
    /// The other side, as this one knows it.
    pub peer: Socket,
}

/// A conversation, and the direction in which its client sends.
#[derive(Clone, Copy, Debug)]
struct Opened {
    conversation: Index,
    client: Direction,
}

/// Where a conversation is remembered. Who makes others fall on its place only makes it forgotten.
fn place(own: Socket, peer_port: u16) -> usize {
    let address = key_of(own.address);
    let address = address as u64 ^ (address >> 64) as u64;
    let ports = u64::from(own.port) << 16 | u64::from(peer_port);
    (spread(spread(address) ^ ports) >> 32) as usize % PLACES
}

/// The newest conversation for each socket and port of the other side (most NATs keep ports where they can).
#[derive(Debug, Default)]
pub struct Twins {
    places: Vec<Option<Opened>>,
}

impl Twins {
    /// A connection request, sent in this direction, opened this conversation.
    pub fn opened(&mut self, syn: &Segment, conversation: Index, client: Direction) {
        if self.places.is_empty() {
            self.places = vec![None; PLACES];
        }
        let opened = Some(Opened {
            conversation,
            client,
        });
        self.places[place(syn.destination, syn.source.port)] = opened;
        self.places[place(syn.source, syn.destination.port)] = opened;
    }

    /// The conversation of `own` with the same port of another address than the stranger's.
    pub fn of(&self, own: Socket, stranger: Socket, conversations: &Conversations) -> Option<Twin> {
        let Opened {
            conversation,
            client,
        } = (*self.places.get(place(own, stranger.port))?)?;
        let [caller, called] = conversations.sockets_of(conversation, client);
        let sides = [(client, called, caller), (client.reverse(), caller, called)];
        let is_twin = |known: Socket, peer: Socket| {
            known == own && peer.port == stranger.port && peer.address != stranger.address
        };
        let found = sides
            .into_iter()
            .find(|(_, known, peer)| is_twin(*known, *peer));
        found.map(|(direction, _, peer)| Twin {
            conversation,
            direction,
            peer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    #[test]
    fn twin_has_another_address_and_all_else_alike() {
        let (mut twins, mut conversations) = (Twins::default(), Conversations::default());
        let syn = segment(1);
        let (index, direction) = conversations.index(&syn);
        let twin = |twins: &Twins, own, stranger| twins.of(own, stranger, &conversations);
        assert!(twin(&twins, syn.destination, syn.source).is_none());
        twins.opened(&syn, index, direction);
        assert!(twin(&twins, syn.destination, syn.source).is_none());
        let address = "192.168.1.9".parse().unwrap();
        let client = Socket {
            address,
            ..syn.source
        };
        let found = twin(&twins, syn.destination, client).unwrap();
        assert_eq!((found.conversation, found.peer), (index, syn.source));
        assert_eq!(found.direction, direction);
        let server = Socket {
            address,
            ..syn.destination
        };
        let found = twin(&twins, syn.source, server).unwrap();
        assert_eq!(
            (found.direction, found.peer),
            (direction.reverse(), syn.destination)
        );
        let port = Socket { port: 9, ..client };
        assert!(twin(&twins, syn.destination, port).is_none());
    }
}
