//! What a side's SYN was.

use crate::segment::{Flags, Segment};

/// What is kept of a side's SYN, in one byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opening(pub(super) u8);

impl Opening {
    const SEEN: u8 = 1;
    const ANSWER: u8 = 2;
    const BARE: u8 = 4;
    const ECN: u8 = 8;

    /// What is to be kept of this SYN.
    pub fn of(syn: &Segment) -> Opening {
        let asks_ecn = syn.is_syn() && syn.flags.has_all(Flags::ECN);
        let traits = [
            (true, Opening::SEEN),
            (syn.flags.has(Flags::ACK), Opening::ANSWER),
            (syn.is_bare_syn(), Opening::BARE),
            (asks_ecn, Opening::ECN),
        ];
        let held = traits.into_iter().filter(|(holds, _)| *holds);
        Opening(held.fold(0, |bits, (_, bit)| bits | bit))
    }

    /// The file holds it.
    pub fn is_seen(self) -> bool {
        self.0 & Opening::SEEN != 0
    }

    /// It acknowledged another: its sender was asked.
    pub fn is_answer(self) -> bool {
        self.0 & Opening::ANSWER != 0
    }

    /// It offered no option of a usual TCP ([`Segment::is_bare_syn`]).
    pub fn is_bare(self) -> bool {
        self.0 & Opening::BARE != 0
    }

    /// It asked for ECN.
    pub fn asks_ecn(self) -> bool {
        self.0 & Opening::ECN != 0
    }
}
