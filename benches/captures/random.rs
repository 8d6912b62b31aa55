//! Numbers that look random and are the same in each run, on each machine.

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from `least` on and below `end`.
    pub fn within(&mut self, least: u64, end: u64) -> u64 {
        least + self.bits() % (end - least)
    }

    pub fn number(&mut self) -> u32 {
        self.bits() as u32
    }

    /// True in so many of a thousand cases.
    pub fn permille(&mut self, share: u64) -> bool {
        self.within(0, 1000) < share
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.within(0, from.len() as u64) as usize]
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length.div_ceil(8))
            .flat_map(|_| self.bits().to_le_bytes())
            .take(length)
            .collect()
    }

    /// Letters, which no dissector takes for its own protocol, as it may with any bytes.
    pub fn letters(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = self.bytes(length);
        for byte in &mut bytes {
            *byte = b'a' + *byte % 26;
        }
        bytes
    }

    /// A generator of its own for one conversation: what that draws changes no other one.
    pub fn split(&mut self) -> Random {
        Random::new(self.bits())
    }
}
