//! The same segment stream under two client addresses: one side of a NAT leaks to the other.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use crate::segment::{Index, Segment, Socket};

/// Conversations remembered, as many as are active at a time on a busy NAT; a newer one that falls on
/// the same place replaces an older one.
const PLACES: usize = 1 << 12;

/// The largest window without the largest scale (RFC 7323 2.3 allows 1 GiB; buffers of some MiB are the
/// rule): so far apart two captures of one stream may be.
pub const LARGEST_WINDOW: u32 = 1 << 24;

/// A conversation as the translator's other side knows it.
#[derive(Clone, Copy, Debug)]
pub struct Twin {
    /// Its index.
    pub conversation: Index,
    /// Its client.
    pub client: Socket,
    server: Socket,
}

/// The newest conversation for each server and client port (most NATs keep the port where they can).
#[derive(Debug, Default)]
pub struct Twins {
    places: Vec<Option<Twin>>,
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl Twins {
    fn place(&self, client_port: u16, server: Socket) -> usize {
        self.hasher.hash_one((client_port, server)) as usize % PLACES
    }

    /// A connection request opened this conversation.
    pub fn opened(&mut self, syn: &Segment, conversation: Index) {
        if self.places.is_empty() {
            self.places = vec![None; PLACES];
        }
        let place = self.place(syn.source.port, syn.destination);
        self.places[place] = Some(Twin {
            conversation,
            client: syn.source,
            server: syn.destination,
        });
    }

    /// The conversation of the same server and client port, but of another client address.
    pub fn of(&self, client: Socket, server: Socket) -> Option<Twin> {
        let twin = (*self.places.get(self.place(client.port, server))?)?;
        let is_twin = twin.server == server
            && twin.client.port == client.port
            && twin.client.address != client.address;
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
        assert!(twins.of(syn.source, syn.destination).is_none());
        twins.opened(&syn, Index::new(7));
        assert!(twins.of(syn.source, syn.destination).is_none());
        let address = "192.168.1.9".parse().unwrap();
        let stranger = Socket {
            address,
            ..syn.source
        };
        let twin = twins.of(stranger, syn.destination).unwrap();
        assert_eq!(
            (twin.conversation, twin.client),
            (Index::new(7), syn.source)
        );
        let port = Socket {
            port: 9,
            ..stranger
        };
        assert!(twins.of(port, syn.destination).is_none());
    }
}
