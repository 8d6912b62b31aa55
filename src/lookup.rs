//! Finds the elements of a list by their keys.
//!
//! The list holds the keys, the table no more than the places in it: five bytes an element and a little
//! air, whatever the key's length.

use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::segment::Index;

/// The key of an address.
pub fn key_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Spreads a number over all high bits of the result, for tables that may forget: who makes others fall on one
/// place gains nothing. Fibonacci hashing (Knuth, volume 3, 6.4): a product by 2^64 over the golden ratio.
pub fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The table beside a list.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    places: HashTable<Index>,
    hasher: DefaultHashBuilder,
}

impl Lookup {
    /// The most that an element takes: four bytes of place and one of hash, twice as often as when the table
    /// grew, which it does when seven eighths are taken.
    #[cfg(test)]
    pub const BYTES_EACH: usize = (size_of::<Index>() + 1) * 2 * 8 / 7 + 1;

    fn hash(hasher: &DefaultHashBuilder, key: u128) -> u64 {
        let mut hasher = hasher.build_hasher();
        hasher.write_u128(key);
        hasher.finish()
    }

    /// The element with this key, of those that have the same hash the one that `is_it`.
    pub fn find(&self, key: u128, is_it: impl Fn(Index) -> bool) -> Option<Index> {
        let hash = Lookup::hash(&self.hasher, key);
        self.places.find(hash, |index| is_it(*index)).copied()
    }

    /// Adds an element whose key is new. `key_of` tells the keys of those that are there.
    pub fn add(&mut self, key: u128, index: Index, key_of: impl Fn(Index) -> u128) {
        let Lookup { places, hasher } = self;
        let hash = Lookup::hash(hasher, key);
        places.insert_unique(hash, index, |index| Lookup::hash(hasher, key_of(*index)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_their_keys_alone() {
        let mut lookup = Lookup::default();
        // Keys that differ in few bits, high or low.
        let keys: Vec<u128> = (0..3000).map(|n| (n % 7) << 100 | (n / 7) << 16).collect();
        let key_of = |index: Index| keys[index.place()];
        for (place, key) in keys.iter().enumerate() {
            assert_eq!(lookup.find(*key, |index| key_of(index) == *key), None);
            lookup.add(*key, Index::new(place), key_of);
        }
        for (place, key) in keys.iter().enumerate() {
            let found = lookup.find(*key, |index| key_of(index) == *key);
            assert_eq!(found, Some(Index::new(place)));
        }
    }
}
