//! What is true of a reset or not, in four bytes.

/// One of the things that may be true of a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trait(u32);

/// Those that are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traits(u32);

impl Trait {
    /// Its sender is the client.
    pub const FROM_CLIENT: Trait = Trait(1);
    /// That is a guess, from the ports.
    pub const CLIENT_GUESSED: Trait = Trait(1 << 1);
    /// It was sent in the direction that is numbered 1.
    pub const SECOND_DIRECTION: Trait = Trait(1 << 2);
    /// It has an IPv4 identification.
    pub const IDENTIFICATION: Trait = Trait(1 << 3);
    /// The hop limit of the sender's other packets in this connection is known.
    pub const USUAL_HOP_LIMIT: Trait = Trait(1 << 4);
    /// It came over IPv6.
    pub const IPV6: Trait = Trait(1 << 5);
    /// Its flow label is not 0.
    pub const LABELLED: Trait = Trait(1 << 6);
    /// Its DSCP is not 0.
    pub const DSCP: Trait = Trait(1 << 7);
    /// The capture cut its header.
    pub const HEADER_CUT: Trait = Trait(1 << 8);
    /// The trigger's data lie beyond what its sender had received when it sent its FIN.
    pub const DATA_AFTER_FIN: Trait = Trait(1 << 9);
    /// Its sender's FIN had been acknowledged by a segment before the trigger.
    pub const FIN_ACKED_BEFORE: Trait = Trait(1 << 10);
    /// Its sender acknowledged data after its FIN: it was half-closed, not gone.
    pub const TOOK_DATA_AFTER_FIN: Trait = Trait(1 << 11);
    /// A FIN is the last thing that its sender sent.
    pub const ENDS_BY_FIN: Trait = Trait(1 << 12);
    /// A recent segment of either side carries an MPTCP option; only looked for where the reset does.
    pub const MULTIPATH: Trait = Trait(1 << 13);
    /// SEG.SEQ is where one of its sender's recent segments begins or ends; only looked for where the receiver
    /// need not take it.
    pub const AT_BOUNDARY: Trait = Trait(1 << 14);
    /// It gives back the numbers of a segment that no earlier reset answered.
    pub const ANSWERS: Trait = Trait(1 << 15);
    /// It stands among the refusals from its distance.
    pub const REFUSAL: Trait = Trait(1 << 16);
    /// It stands among the handshakes that its sender gave up.
    pub const GIVES_UP: Trait = Trait(1 << 17);
    /// The analysis failed on its frame afterwards, and says so in its place.
    pub const FAILED: Trait = Trait(1 << 18);

    /// This or the other one.
    pub const fn or(self, other: Trait) -> Trait {
        Trait(self.0 | other.0)
    }
}

impl Traits {
    /// With this one, where it holds.
    #[inline]
    pub fn with(self, it: Trait, holds: bool) -> Traits {
        Traits(self.0 | (it.0 * u32::from(holds)))
    }

    /// Whether it, or any of those it stands for, is true.
    pub fn has(self, it: Trait) -> bool {
        self.0 & it.0 != 0
    }

    /// Makes it true or not.
    pub fn set(&mut self, it: Trait, holds: bool) {
        if holds {
            self.0 |= it.0;
        } else {
            self.0 &= !it.0;
        }
    }
}
