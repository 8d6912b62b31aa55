//! Codes a record of 32-bit words, most of them small, in little space and few instructions.
//!
//! Each word has a width in bytes that usually holds it: 0, 1, 2 or 4. So much of it has a fixed place. Of
//! the words that are larger a mask tells which, and their high bytes stand at the end, in the words' order; of
//! those of width 0 by halves, as half of them are small even then.

/// How many bytes usually hold a word.
#[derive(Clone, Copy, Debug)]
pub enum Width {
    /// It is 0.
    None,
    /// One.
    One,
    /// Two.
    Two,
    /// As many as there are.
    Four,
}

/// More than any record here takes before it is cut to its size.
const ROOM: usize = 256;

/// The code of a record with so many words of each width.
#[derive(Debug)]
pub struct Code<const NONE: usize, const ONE: usize, const TWO: usize, const FOUR: usize> {
    bytes: [u8; ROOM],
    end: usize,
    mask: u64,
}

impl<const NONE: usize, const ONE: usize, const TWO: usize, const FOUR: usize>
    Code<NONE, ONE, TWO, FOUR>
{
    const NARROW: usize = {
        assert!(2 * NONE + ONE + TWO <= 64, "the mask has 64 bits");
        2 * NONE + ONE + TWO
    };
    const ONES: usize = Self::NARROW.div_ceil(8);
    const TWOS: usize = Self::ONES + ONE;
    const FOURS: usize = Self::TWOS + 2 * TWO;
    const REST: usize = {
        let rest = Self::FOURS + 4 * FOUR;
        assert!(
            rest + 4 * NONE + 3 * ONE + 2 * TWO + 4 <= ROOM,
            "the longest code needs room"
        );
        rest
    };

    /// The code before the first word.
    pub fn new() -> Self {
        Code {
            bytes: [0; ROOM],
            end: Self::REST,
            mask: 0,
        }
    }

    /// The code in `SIZE` bytes, where that holds it.
    pub fn pack<const SIZE: usize>(&mut self) -> Option<[u8; SIZE]> {
        let mask = self.mask.to_le_bytes();
        self.bytes[..Self::ONES].copy_from_slice(&mask[..Self::ONES]);
        let whole = (self.end <= SIZE).then_some(&self.bytes)?;
        whole.first_chunk().copied()
    }

    /// The code that [`Code::pack`] gave.
    pub fn unpack<const SIZE: usize>(packed: &[u8; SIZE]) -> Self {
        let mut code = Self::new();
        code.bytes[..SIZE].copy_from_slice(packed);
        let mut mask = [0; 8];
        mask[..Self::ONES].copy_from_slice(&code.bytes[..Self::ONES]);
        code.mask = u64::from_le_bytes(mask);
        code
    }

    /// Adds the high bytes of the word that has this bit in the mask.
    #[inline(never)]
    fn add_high(&mut self, bit: usize, high: u32, bytes: usize) {
        self.mask |= 1 << bit;
        // What follows goes over the bytes beyond.
        let place = self.bytes.get_mut(self.end..);
        if let Some(place) = place.and_then(<[u8]>::first_chunk_mut) {
            *place = high.to_le_bytes();
        }
        self.end += bytes;
    }

    /// The high bytes of the word that has this bit in the mask, the next ones; 0 where it is as small as usual.
    fn take_high(&mut self, bit: usize, bytes: usize) -> u32 {
        if self.mask & 1 << bit == 0 {
            return 0;
        }
        let high = self.bytes.get(self.end..).and_then(<[u8]>::first_chunk);
        let high = u32::from_le_bytes(high.copied().unwrap_or_default());
        self.end += bytes;
        high & u32::MAX >> (32 - 8 * bytes)
    }
}

/// Goes through the words of a code, each with its width, to write or to read them.
pub struct Words<'a, const NONE: usize, const ONE: usize, const TWO: usize, const FOUR: usize> {
    // Beside the counts, so that these can be constants where the widths are.
    code: &'a mut Code<NONE, ONE, TWO, FOUR>,
    none: usize,
    one: usize,
    two: usize,
    four: usize,
}

impl<'a, const NONE: usize, const ONE: usize, const TWO: usize, const FOUR: usize>
    Words<'a, NONE, ONE, TWO, FOUR>
{
    const ONES: usize = Code::<NONE, ONE, TWO, FOUR>::ONES;
    const TWOS: usize = Code::<NONE, ONE, TWO, FOUR>::TWOS;
    const FOURS: usize = Code::<NONE, ONE, TWO, FOUR>::FOURS;

    /// Before the first one.
    pub fn of(code: &'a mut Code<NONE, ONE, TWO, FOUR>) -> Self {
        Words {
            code,
            none: 0,
            one: 0,
            two: 0,
            four: 0,
        }
    }

    /// Writes the next word.
    #[inline(always)]
    pub fn write(&mut self, width: Width, word: u32) {
        match width {
            Width::None => {
                let bit = 2 * count(&mut self.none, NONE);
                if word & 0xffff != 0 {
                    self.code.add_high(bit, word, 2);
                }
                if word >> 16 != 0 {
                    self.code.add_high(bit + 1, word >> 16, 2);
                }
            }
            Width::One => {
                let number = count(&mut self.one, ONE);
                self.code.bytes[Self::ONES + number] = word as u8;
                if word >> 8 != 0 {
                    self.code.add_high(2 * NONE + number, word >> 8, 3);
                }
            }
            Width::Two => {
                let number = count(&mut self.two, TWO);
                let place = Self::TWOS + 2 * number;
                self.code.bytes[place..place + 2].copy_from_slice(&(word as u16).to_le_bytes());
                if word >> 16 != 0 {
                    self.code.add_high(2 * NONE + ONE + number, word >> 16, 2);
                }
            }
            Width::Four => {
                let number = count(&mut self.four, FOUR);
                let place = Self::FOURS + 4 * number;
                self.code.bytes[place..place + 4].copy_from_slice(&word.to_le_bytes());
            }
        }
    }

    /// Reads the next word.
    #[inline(always)]
    pub fn read(&mut self, width: Width) -> u32 {
        match width {
            Width::None => {
                let bit = 2 * count(&mut self.none, NONE);
                self.code.take_high(bit, 2) | self.code.take_high(bit + 1, 2) << 16
            }
            Width::One => {
                let number = count(&mut self.one, ONE);
                let low = self.code.bytes[Self::ONES + number];
                u32::from(low) | self.code.take_high(2 * NONE + number, 3) << 8
            }
            Width::Two => {
                let number = count(&mut self.two, TWO);
                let place = Self::TWOS + 2 * number;
                let low = u16::from_le_bytes([self.code.bytes[place], self.code.bytes[place + 1]]);
                u32::from(low) | self.code.take_high(2 * NONE + ONE + number, 2) << 16
            }
            Width::Four => {
                let number = count(&mut self.four, FOUR);
                let place = Self::FOURS + 4 * number;
                let word = self.code.bytes[place..].first_chunk();
                u32::from_le_bytes(word.copied().unwrap_or_default())
            }
        }
    }

    /// Whether all words had their turn.
    #[cfg(test)]
    pub fn are_used_up(&self) -> bool {
        (self.none, self.one, self.two, self.four) == (NONE, ONE, TWO, FOUR)
    }
}

/// The next of so many.
#[inline(always)]
fn count(next: &mut usize, all: usize) -> usize {
    let number = *next;
    debug_assert!(number < all, "a word too many");
    *next += 1;
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIDTHS: [Width; 16] = {
        use Width::{Four, None, One, Two};
        [
            None, Four, Two, Two, One, None, None, Two, One, Two, None, One, Two, None, Four, Two,
        ]
    };
    type Sample = Code<5, 3, 6, 2>;

    fn write<const SIZE: usize>(sample: [u32; 16]) -> Option<[u8; SIZE]> {
        let mut code = Sample::new();
        let mut words = Words::of(&mut code);
        for (width, word) in WIDTHS.into_iter().zip(sample) {
            words.write(width, word);
        }
        assert!(words.are_used_up());
        code.pack()
    }

    fn read<const SIZE: usize>(packed: [u8; SIZE]) -> [u32; 16] {
        let mut code = Sample::unpack(&packed);
        let mut words = Words::of(&mut code);
        WIDTHS.map(|width| words.read(width))
    }

    /// Small words more often than not.
    fn sample() -> impl Strategy<Value = [u32; 16]> {
        let word = prop_oneof![
            3 => Just(0),
            2 => 0..3u32,
            1 => 0xfe..0x101u32,
            1 => 0xfffe..0x1_0001u32,
            1 => any::<u32>(),
        ];
        proptest::collection::vec(word, 16).prop_map(|words| {
            let mut words = words.into_iter();
            std::array::from_fn(|_| words.next().unwrap_or_default())
        })
    }

    #[test]
    fn usual_words_take_their_widths_and_the_mask() {
        let mut words = WIDTHS.map(|width| match width {
            Width::None => 0,
            Width::One => 0xff,
            Width::Two => 0xffff,
            Width::Four => u32::MAX,
        });
        assert_eq!(read(write::<26>(words).unwrap()), words);
        assert!(write::<25>(words).is_none());
        // One of no width, and one of a byte.
        (words[0], words[4]) = (1, 0x100);
        assert!(write::<30>(words).is_none());
        assert_eq!(read(write::<31>(words).unwrap()), words);
    }

    proptest! {
        #[test]
        fn any_words_come_back(words in sample()) {
            let code = write::<80>(words).expect("as large as the largest");
            prop_assert_eq!(read(code), words);
            if let Some(code) = write::<40>(words) {
                prop_assert_eq!(read(code), words);
            }
        }
    }
}
