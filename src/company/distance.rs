//! Resets in the name of many networks that all come from one distance: one box makes them.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::segment::{Index, Segment};

/// Networks that make a box probable.
const ENOUGH: usize = 3;

/// The refusals that arrived over one link with one hop limit.
#[derive(Clone, Debug, Default)]
pub struct Distance {
    /// The first refusal of each of the first networks.
    refusals: [Option<(u32, Index)>; ENOUGH],
}

impl Distance {
    /// Whether resets of three networks or more came from here.
    pub fn is_shared(&self) -> bool {
        self.refusals.iter().all(Option::is_some)
    }

    /// The first refusals of the first networks.
    pub fn refusals(&self) -> impl Iterator<Item = Index> + '_ {
        self.refusals.iter().flatten().map(|(_, reset)| *reset)
    }
}

/// All distances from which refusals came.
#[derive(Debug, Default)]
pub struct Distances {
    by_way: HashMap<(u64, u8), Index>,
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
    /// The refusal at index `reset` came from here. Returns the distance, and whether this is the one
    /// that makes it shared.
    pub fn count(&mut self, refusal: &Segment, reset: Index) -> (Index, bool) {
        let way = (refusal.link_source, refusal.ip.hop_limit);
        let list = &mut self.list;
        let index = *self.by_way.entry(way).or_insert_with(|| {
            list.push(Distance::default());
            Index::new(list.len() - 1)
        });
        let network = network(refusal.source.address);
        let distance = &mut self.list[index.place()];
        let known = distance
            .refusals
            .iter()
            .flatten()
            .any(|(known, _)| *known == network);
        let free = distance.refusals.iter_mut().find(|place| place.is_none());
        let added = match free {
            Some(place) if !known => {
                *place = Some((network, reset));
                true
            }
            _ => false,
        };
        (index, added && self.list[index.place()].is_shared())
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

    #[test]
    fn third_network_makes_a_distance_shared() {
        let mut distances = Distances::default();
        let mut refusal = segment(1);
        let mut shared = Vec::new();
        for (place, address) in ["1.1.1.1", "1.1.2.2", "8.8.8.8", "9.9.9.9"]
            .iter()
            .enumerate()
        {
            refusal.source.address = address.parse().unwrap();
            shared.push(distances.count(&refusal, Index::new(place)).1);
        }
        assert_eq!(shared, [false, false, false, true]);
        let (index, again) = distances.count(&refusal, Index::new(9));
        assert!(!again && distances.get(index).refusals().count() == 3);
    }
}
