//! Resets in the name of many networks that all come from one distance: one box makes them.

use std::net::IpAddr;

use crate::lookup::Lookup;
use crate::segment::{Index, Segment};

/// Networks that make a box probable.
const ENOUGH: usize = 3;

/// The refusals that arrived over one link with one hop limit.
#[derive(Clone, Debug, Default)]
pub struct Distance {
    /// Link-layer source and hop limit.
    way: (u64, u8),
    /// The first networks in whose name refusals came.
    networks: [Option<u32>; ENOUGH],
    /// The newest refusal.
    newest: Option<Index>,
    /// Hosts send their ordinary packets from here, too.
    ordinary: bool,
}

impl Distance {
    /// Whether resets of three networks or more came from here, and nothing else.
    pub fn is_shared(&self) -> bool {
        !self.ordinary && self.networks.iter().all(Option::is_some)
    }
}

/// All distances from which refusals came.
#[derive(Debug, Default)]
pub struct Distances {
    by_way: Lookup,
    list: Vec<Distance>,
}

/// Networks that differ in this are seldom equally far away.
fn network(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(address) => u32::from(address) >> 16,
        IpAddr::V6(address) => (u128::from(address) >> 96) as u32,
    }
}

impl Distances {
    fn at(&mut self, segment: &Segment) -> Index {
        let way = (segment.link_source, segment.ip.hop_limit);
        let key = |(link, hop_limit): (u64, u8)| u128::from(link) << 8 | u128::from(hop_limit);
        let list = &mut self.list;
        let known = self
            .by_way
            .find(key(way), |index| list[index.place()].way == way);
        known.unwrap_or_else(|| {
            let index = Index::new(list.len());
            list.push(Distance {
                way,
                ..Distance::default()
            });
            self.by_way
                .add(key(way), index, |index| key(list[index.place()].way));
            index
        })
    }

    /// The refusal at index `reset` came from here. Returns the distance, the refusal before, and whether
    /// this is the one that makes the distance shared.
    pub fn count(&mut self, refusal: &Segment, reset: Index) -> (Index, Option<Index>, bool) {
        let index = self.at(refusal);
        let network = Some(network(refusal.source.address));
        let distance = &mut self.list[index.place()];
        let shared = distance.is_shared();
        if !distance.networks.contains(&network) {
            if let Some(free) = distance.networks.iter_mut().find(|place| place.is_none()) {
                *free = network;
            }
        }
        let before = distance.newest.replace(reset);
        (index, before, distance.is_shared() != shared)
    }

    /// A host sends an ordinary packet from here. Returns the newest refusal, where that says something
    /// new of it.
    pub fn ordinary(&mut self, segment: &Segment) -> Option<Index> {
        let index = self.at(segment);
        let distance = &mut self.list[index.place()];
        let shared = distance.is_shared();
        distance.ordinary = true;
        distance.newest.filter(|_| shared)
    }

    /// The distance at `index`.
    pub fn get(&self, index: Index) -> &Distance {
        &self.list[index.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    fn refusal(address: &str) -> Segment<'static> {
        let mut refusal = segment(1);
        refusal.source.address = address.parse().unwrap();
        refusal
    }

    #[test]
    fn third_network_makes_a_distance_shared() {
        let mut distances = Distances::default();
        let addresses = ["1.1.1.1", "1.1.2.2", "8.8.8.8", "9.9.9.9", "7.7.7.7"];
        let mut shared = Vec::new();
        for (place, address) in addresses.iter().enumerate() {
            let (_, before, news) = distances.count(&refusal(address), Index::new(place));
            assert_eq!(before, place.checked_sub(1).map(Index::new));
            shared.push(news);
        }
        assert_eq!(shared, [false, false, false, true, false]);
    }

    #[test]
    fn ordinary_packets_from_the_same_distance_leave_nothing_to_say() {
        let mut distances = Distances::default();
        for (place, address) in ["1.1.1.1", "8.8.8.8", "9.9.9.9"].iter().enumerate() {
            distances.count(&refusal(address), Index::new(place));
        }
        let ordinary = refusal("7.7.7.7");
        assert_eq!(distances.ordinary(&ordinary), Some(Index::new(2)));
        assert_eq!(distances.ordinary(&ordinary), None, "said once");
        let (index, ..) = distances.count(&refusal("6.6.6.6"), Index::new(3));
        assert!(!distances.get(index).is_shared());
    }
}
