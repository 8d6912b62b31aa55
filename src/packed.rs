//! Codes a record of 32-bit words, most of them small, in little space and few instructions.
//!
//! Each word has a width in bytes that usually holds it: 0, 1, 2 or 4. So much of it has a fixed place; of
//! the words that are larger, a mask tells which, and their high bytes follow at the end; those of width 0
//! by halves, as half of them are small even then.

/// The words of a record, by their widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<const NONE: usize, const ONE: usize, const TWO: usize, const FOUR: usize> {
    /// Most often 0.
    pub none: [u32; NONE],
    /// Most often below 2^8.
    pub one: [u32; ONE],
    /// Most often below 2^16.
    pub two: [u32; TWO],
    /// Of any size.
    pub four: [u32; FOUR],
}

/// More than any record here takes before it is cut to its size.
const ROOM: usize = 256;

impl<const NONE: usize, const ONE: usize, const TWO: usize, const FOUR: usize>
    Words<NONE, ONE, TWO, FOUR>
{
    const NARROW: usize = {
        assert!(2 * NONE + ONE + TWO <= 64, "the mask has 64 bits");
        2 * NONE + ONE + TWO
    };
    const MASK: usize = Self::NARROW.div_ceil(8);
    const ONES: usize = Self::MASK;
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

    /// All words 0.
    pub const fn new() -> Self {
        Words {
            none: [0; NONE],
            one: [0; ONE],
            two: [0; TWO],
            four: [0; FOUR],
        }
    }

    /// The code, where `SIZE` bytes hold it.
    pub fn pack<const SIZE: usize>(&self) -> Option<[u8; SIZE]> {
        let mut code = [0; ROOM];
        let mut rest = Rest {
            code: &mut code,
            end: Self::REST,
            mask: 0,
        };
        rest.add(&self.none.map(|word| word & 0xffff), 0, 0, 2);
        rest.add(&self.none, NONE, 16, 2);
        rest.add(&self.one, 2 * NONE, 8, 3);
        rest.add(&self.two, 2 * NONE + ONE, 16, 2);
        let Rest { end, mask, .. } = rest;
        code[..Self::MASK].copy_from_slice(&mask.to_le_bytes()[..Self::MASK]);
        put(&mut code[Self::ONES..Self::TWOS], &self.one, |word| {
            [word as u8]
        });
        put(&mut code[Self::TWOS..Self::FOURS], &self.two, |word| {
            (word as u16).to_le_bytes()
        });
        put(
            &mut code[Self::FOURS..Self::REST],
            &self.four,
            u32::to_le_bytes,
        );
        let whole = (end <= SIZE).then_some(&code)?;
        whole.first_chunk().copied()
    }

    /// The words of a code that [`Words::pack`] gave.
    pub fn unpack<const SIZE: usize>(packed: &[u8; SIZE]) -> Self {
        let mut code = [0; ROOM];
        code[..SIZE].copy_from_slice(packed);
        let mut words = Self::new();
        take(&code[Self::ONES..Self::TWOS], &mut words.one, |[byte]| {
            u32::from(byte)
        });
        take(&code[Self::TWOS..Self::FOURS], &mut words.two, |bytes| {
            u32::from(u16::from_le_bytes(bytes))
        });
        take(
            &code[Self::FOURS..Self::REST],
            &mut words.four,
            u32::from_le_bytes,
        );
        let mut mask = [0; 8];
        mask[..Self::MASK].copy_from_slice(&code[..Self::MASK]);
        let mut mask = u64::from_le_bytes(mask);
        let mut end = Self::REST;
        while mask != 0 {
            let number = mask.trailing_zeros() as usize;
            mask &= mask - 1;
            let (word, shift, bytes) = match number {
                _ if number < NONE => (&mut words.none[number], 0, 2),
                _ if number < 2 * NONE => (&mut words.none[number - NONE], 16, 2),
                _ if number < 2 * NONE + ONE => (&mut words.one[number - 2 * NONE], 8, 3),
                _ => (&mut words.two[number - 2 * NONE - ONE], 16, 2),
            };
            let high = code.get(end..).and_then(<[u8]>::first_chunk);
            let high = u32::from_le_bytes(high.copied().unwrap_or_default());
            *word |= (high & u32::MAX >> (32 - 8 * bytes)) << shift;
            end += bytes;
        }
        words
    }
}

fn put<const WIDTH: usize>(code: &mut [u8], words: &[u32], bytes: fn(u32) -> [u8; WIDTH]) {
    for (place, word) in code.chunks_exact_mut(WIDTH).zip(words) {
        place.copy_from_slice(&bytes(*word));
    }
}

fn take<const WIDTH: usize>(code: &[u8], words: &mut [u32], word: fn([u8; WIDTH]) -> u32) {
    for (place, taken) in code.chunks_exact(WIDTH).zip(words) {
        *taken = place.try_into().map_or(0, word);
    }
}

/// The high bytes of the words that are larger than usual.
struct Rest<'a> {
    code: &'a mut [u8; ROOM],
    end: usize,
    mask: u64,
}

impl Rest<'_> {
    /// Adds the bytes above the lowest `shift` bits of those words that have any, so many bytes of each.
    #[inline(always)]
    fn add<const COUNT: usize>(
        &mut self,
        words: &[u32; COUNT],
        first: usize,
        shift: usize,
        bytes: usize,
    ) {
        let mut larger: u64 = 0;
        for (number, word) in words.iter().enumerate() {
            larger |= u64::from(word >> shift != 0) << number;
        }
        self.mask |= larger << first;
        while larger != 0 {
            let word = words[larger.trailing_zeros() as usize % COUNT];
            larger &= larger - 1;
            // What follows goes over the bytes beyond.
            let place = self.code.get_mut(self.end..);
            if let Some(place) = place.and_then(<[u8]>::first_chunk_mut) {
                *place = (word >> shift).to_le_bytes();
            }
            self.end += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Sample = Words<5, 3, 6, 2>;

    /// Small words more often than not.
    fn words<const COUNT: usize>() -> impl Strategy<Value = [u32; COUNT]> {
        let word = prop_oneof![
            3 => Just(0),
            2 => 0..3u32,
            1 => 0xfe..0x101u32,
            1 => 0xfffe..0x1_0001u32,
            1 => any::<u32>(),
        ];
        proptest::collection::vec(word, COUNT).prop_map(|words| {
            let mut words = words.into_iter();
            std::array::from_fn(|_| words.next().unwrap_or_default())
        })
    }

    fn sample() -> impl Strategy<Value = Sample> {
        (words(), words(), words(), words()).prop_map(|(none, one, two, four)| Sample {
            none,
            one,
            two,
            four,
        })
    }

    #[test]
    fn usual_words_take_their_widths_and_the_mask() {
        let mut words = Sample::new();
        words.one = [0xff; 3];
        words.two = [0xffff; 6];
        words.four = [u32::MAX; 2];
        let usual = words.pack::<26>().unwrap();
        assert_eq!(Sample::unpack(&usual), words);
        assert!(words.pack::<25>().is_none());
        words.none[4] = 1;
        words.one[2] = 0x100;
        assert!(words.pack::<30>().is_none());
        assert_eq!(Sample::unpack(&words.pack::<31>().unwrap()), words);
    }

    proptest! {
        #[test]
        fn any_words_come_back(words in sample()) {
            let code = words.pack::<80>().expect("as large as the largest");
            prop_assert_eq!(Sample::unpack(&code), words);
            if let Some(code) = words.pack::<40>() {
                prop_assert_eq!(Sample::unpack(&code), words);
            }
        }
    }
}
