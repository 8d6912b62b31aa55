//! What the table of conversations knows of each beside its record.

use super::pair::{Family, Pair};
use super::store::Kept;

/// What is known of a conversation but its record.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub pair: Pair,
    pub place: Place,
}

/// The place of its record, what its addresses are, and whether it waits to be frozen.
#[derive(Clone, Copy, Debug)]
pub struct Place(u32);

impl Place {
    const LONG: u32 = 1 << 31;
    const FROZEN: u32 = 1 << 30;
    const WAITS: u32 = 1 << 29;
    /// At a hundred bytes each no machine has memory for more.
    const NUMBER: u32 = Place::WAITS - 1;

    pub fn new(kept: Kept, family: Family) -> Place {
        let mut place = Place(if family == Family::Long {
            Place::LONG
        } else {
            0
        });
        place.keep(kept);
        place
    }

    pub fn family(self) -> Family {
        match self.0 & Place::LONG {
            0 => Family::V4,
            _ => Family::Long,
        }
    }

    pub fn kept(self) -> Kept {
        let number = self.0 & Place::NUMBER;
        match self.0 & Place::FROZEN {
            0 => Kept::Live(number),
            _ => Kept::Frozen(number),
        }
    }

    pub fn keep(&mut self, kept: Kept) {
        let number = match kept {
            Kept::Live(number) => number,
            Kept::Frozen(number) => number | Place::FROZEN,
        };
        self.0 = self.0 & (Place::LONG | Place::WAITS) | number;
    }

    pub fn waits(self) -> bool {
        self.0 & Place::WAITS != 0
    }

    pub fn wait(&mut self, waits: bool) {
        let others = self.0 & !Place::WAITS;
        self.0 = if waits { others | Place::WAITS } else { others };
    }
}

impl Entry {
    pub fn is(&self, pair: Pair, family: Family) -> bool {
        self.pair == pair && self.place.family() == family
    }

    pub fn key(&self) -> u128 {
        self.pair.key(self.place.family())
    }
}
