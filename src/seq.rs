//! Sequence numbers modulo 2^32 (RFC 9293 3.4), in arithmetic that cannot panic.

use std::ops::Add;

/// A sequence or acknowledgment number as it stands in the header (raw, not relative).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seq(pub u32);

impl Seq {
    /// How far `self` lies ahead of `other`, in bytes; negative when it lies behind.
    pub fn ahead_of(self, other: Seq) -> i32 {
        self.0.wrapping_sub(other.0) as i32
    }

    /// How far `self` lies ahead of `other`; 0 when it does not.
    pub fn beyond(self, other: Seq) -> u32 {
        self.ahead_of(other).max(0).unsigned_abs()
    }

    /// Whether `self` comes before `other` in sequence space.
    pub fn is_before(self, other: Seq) -> bool {
        self.ahead_of(other) < 0
    }

    /// Whether `self` comes after `other` in sequence space.
    pub fn is_after(self, other: Seq) -> bool {
        self.ahead_of(other) > 0
    }

    /// The later one of the two.
    pub fn later(self, other: Seq) -> Seq {
        if other.is_after(self) { other } else { self }
    }
}

impl Add<u32> for Seq {
    type Output = Seq;

    fn add(self, bytes: u32) -> Seq {
        Seq(self.0.wrapping_add(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_holds_across_the_wrap() {
        let before = Seq(u32::MAX - 9);
        let after = before + 20;
        assert_eq!(after, Seq(10));
        assert!(after.is_after(before) && before.is_before(after));
        assert_eq!(after.ahead_of(before), 20);
        assert_eq!(before.ahead_of(after), -20);
        assert_eq!(before.later(after), after);
        assert_eq!(after.later(before), after);
    }

    #[test]
    fn a_number_is_neither_before_nor_after_itself() {
        assert!(!Seq(7).is_after(Seq(7)) && !Seq(7).is_before(Seq(7)));
    }
}
