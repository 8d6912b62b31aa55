//! Writes the numbers of a record into words, or reads them from there: one walk through the record serves both.
//!
//! Numbers that lie close to another one are written as the distance.

use super::frozen::Words;
use crate::packed::Width;

/// Writes or reads.
pub trait Coder {
    /// A number as it is.
    fn number(&mut self, width: Width, number: &mut u32);
    /// A number close to `base`.
    fn near(&mut self, width: Width, base: u32, number: &mut u32);
    /// A number close to `base`, or 0, which stands for never or none.
    fn near_or_none(&mut self, width: Width, base: u32, number: &mut u32);
}

/// Writes.
pub struct Writer<'a>(pub Words<'a>);
/// Reads.
pub struct Reader<'a>(pub Words<'a>);

impl Coder for Writer<'_> {
    #[inline(always)]
    fn number(&mut self, width: Width, number: &mut u32) {
        self.0.write(width, *number);
    }

    #[inline(always)]
    fn near(&mut self, width: Width, base: u32, number: &mut u32) {
        self.0.write(width, distance(*number, base));
    }

    #[inline(always)]
    fn near_or_none(&mut self, width: Width, base: u32, number: &mut u32) {
        self.0.write(width, relative(*number, base));
    }
}

impl Coder for Reader<'_> {
    #[inline(always)]
    fn number(&mut self, width: Width, number: &mut u32) {
        *number = self.0.read(width);
    }

    #[inline(always)]
    fn near(&mut self, width: Width, base: u32, number: &mut u32) {
        *number = reached(self.0.read(width), base);
    }

    #[inline(always)]
    fn near_or_none(&mut self, width: Width, base: u32, number: &mut u32) {
        *number = absolute(self.0.read(width), base);
    }
}

/// How far `value` lies from `base`, in either direction, but 0 for the value 0. [`absolute`] undoes it for all values.
fn relative(value: u32, base: u32) -> u32 {
    if value == 0 {
        return 0;
    }
    match distance(value, base).wrapping_add(1) {
        // The one that is farthest away has the code that the value 0 leaves.
        0 => distance(0, base).wrapping_add(1),
        code => code,
    }
}

/// The value that [`relative`] coded.
fn absolute(code: u32, base: u32) -> u32 {
    if code == 0 {
        return 0;
    }
    match reached(code.wrapping_sub(1), base) {
        0 => reached(u32::MAX, base),
        value => value,
    }
}

/// How far `value` lies from `base`: 0, -1, 1, -2 ... as 0, 1, 2, 3 ...
fn distance(value: u32, base: u32) -> u32 {
    let ahead = value.wrapping_sub(base) as i32;
    (ahead << 1 ^ ahead >> 31) as u32
}

/// What lies so far from `base`.
fn reached(distance: u32, base: u32) -> u32 {
    let ahead = (distance >> 1) ^ (distance & 1).wrapping_neg();
    base.wrapping_add(ahead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edge() -> impl Strategy<Value = u32> {
        const EDGES: [u32; 7] = [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, u32::MAX];
        prop_oneof![proptest::sample::select(&EDGES[..]), any::<u32>()]
    }

    #[test]
    fn what_is_near_is_small() {
        assert_eq!([100, 99, 101].map(|value| distance(value, 100)), [0, 1, 2]);
        assert_eq!([0, 100, 99].map(|value| relative(value, 100)), [0, 1, 2]);
        assert_eq!(distance(3, u32::MAX), 8, "across the wrap");
    }

    proptest! {
        #[test]
        fn any_number_comes_back(value in edge(), base in edge(), wide in edge()) {
            prop_assert_eq!(reached(distance(value, base), base), value);
            prop_assert_eq!(absolute(relative(value, base), base), value);
            prop_assert_eq!(absolute(relative(value, value ^ wide), value ^ wide), value);
        }
    }
}
