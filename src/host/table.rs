//! Finds a host by its address.

use std::net::{IpAddr, Ipv6Addr};

use super::Host;
use crate::lookup::Lookup;
use crate::segment::Index;

/// All hosts of the file, by address; an index stands for a host elsewhere.
#[derive(Debug, Default)]
pub struct Hosts {
    v4: Lookup,
    v6: Lookup,
    addresses: Vec<Ipv6Addr>,
    hosts: Vec<Host>,
}

/// An IPv4 address, or the place of an IPv6 one; which of them the lookup tells that holds the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address(u32);

impl Hosts {
    /// The index of the address, made where it is new.
    pub fn index(&mut self, address: IpAddr) -> Index {
        if let Some(known) = self.find(address) {
            return known;
        }
        let Hosts {
            v4,
            v6,
            addresses,
            hosts,
        } = self;
        let index = Index::new(hosts.len());
        let number = match address {
            IpAddr::V4(address) => address.to_bits(),
            IpAddr::V6(address) => {
                addresses.push(address);
                addresses.len() as u32 - 1
            }
        };
        hosts.push(Host {
            address: Address(number),
            ..Host::default()
        });
        let number = |index: Index| hosts[index.place()].address.0;
        let long = |index| addresses[number(index) as usize].to_bits();
        match address {
            IpAddr::V4(address) => v4.add(address.to_bits().into(), index, |it| number(it).into()),
            IpAddr::V6(address) => v6.add(address.to_bits(), index, long),
        }
        index
    }

    /// The index of the address, where it is known.
    pub fn find(&self, address: IpAddr) -> Option<Index> {
        let number = |index: Index| self.hosts[index.place()].address.0;
        match address {
            IpAddr::V4(address) => {
                let bits = address.to_bits();
                self.v4.find(bits.into(), |index| number(index) == bits)
            }
            IpAddr::V6(address) => self.v6.find(address.to_bits(), |index| {
                self.addresses[number(index) as usize] == address
            }),
        }
    }

    /// The host at `index`, which [`Hosts::index`] gave.
    pub fn get(&self, index: Index) -> &Host {
        &self.hosts[index.place()]
    }

    /// The host at `index`, to teach it something.
    pub fn get_mut(&mut self, index: Index) -> &mut Host {
        &mut self.hosts[index.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_one_host() {
        let mut hosts = Hosts::default();
        let texts = [
            "10.0.0.1",
            "10.0.0.2",
            "::1",
            "::ffff:10.0.0.1",
            "::2",
            "0.0.0.0",
            "0.0.0.1",
        ];
        let addresses = texts.map(|text| text.parse::<IpAddr>().unwrap());
        let found = addresses.map(|address| hosts.index(address));
        assert_eq!(addresses.map(|address| hosts.index(address)), found);
        assert_eq!(
            addresses.map(|address| hosts.find(address)),
            found.map(Some)
        );
        let places = found.map(Index::place);
        assert_eq!(places, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(hosts.find("::3".parse().unwrap()), None);
    }
}
