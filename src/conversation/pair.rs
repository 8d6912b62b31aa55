//! The two sockets of a conversation, in a fixed order and twelve bytes.

use std::net::{IpAddr, Ipv4Addr};

use super::Direction;
use crate::lookup::{Lookup, key_of};
use crate::segment::{Index, Segment, Socket};

/// Both sockets, so that both directions find the same conversation. An IPv4 address stands for itself,
/// any other one for its place among the [`Addresses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    addresses: [u32; 2],
    ports: [u16; 2],
}

impl Pair {
    /// The pair as a number to hash.
    pub fn key(self, family: Family) -> u128 {
        let [low, high] = self.addresses.map(u128::from);
        let [low_port, high_port] = self.ports.map(u128::from);
        low << 96 | high << 64 | low_port << 48 | high_port << 32 | family as u128
    }
}

/// What the addresses of a pair are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4 addresses.
    V4,
    /// Places of addresses.
    Long,
}

/// The addresses that take more than four bytes.
#[derive(Debug, Default)]
pub struct Addresses {
    lookup: Lookup,
    list: Vec<IpAddr>,
}

impl Addresses {
    /// The place of the address, made where it is new.
    fn place(&mut self, address: IpAddr) -> u32 {
        let Addresses { lookup, list } = self;
        let key = key_of(address);
        let known = lookup.find(key, |index| list[index.place()] == address);
        let index = known.unwrap_or_else(|| {
            let index = Index::new(list.len());
            list.push(address);
            lookup.add(key, index, |index| key_of(list[index.place()]));
            index
        });
        index.place() as u32
    }

    /// The sockets of the pair, as the direction tells that `order` gave with it: sender first for the
    /// first one.
    pub fn sockets(&self, pair: Pair, family: Family) -> [Socket; 2] {
        let socket = |side: usize| Socket {
            address: match family {
                Family::V4 => Ipv4Addr::from_bits(pair.addresses[side]).into(),
                Family::Long => self.list[pair.addresses[side] as usize],
            },
            port: pair.ports[side],
        };
        [socket(0), socket(1)]
    }

    /// The pair of a segment, and the direction in which its source sends.
    pub fn order(&mut self, segment: &Segment) -> (Pair, Family, Direction) {
        let (source, destination) = (&segment.source, &segment.destination);
        let (from, to, family) = match (source.address, destination.address) {
            (IpAddr::V4(from), IpAddr::V4(to)) => (from.to_bits(), to.to_bits(), Family::V4),
            (from, to) => (self.place(from), self.place(to), Family::Long),
        };
        // Any order will do that is the same in both directions.
        let backwards = (from, source.port) > (to, destination.port);
        let pair = match backwards {
            false => Pair {
                addresses: [from, to],
                ports: [source.port, destination.port],
            },
            true => Pair {
                addresses: [to, from],
                ports: [destination.port, source.port],
            },
        };
        (pair, family, Direction(backwards.into()))
    }
}
