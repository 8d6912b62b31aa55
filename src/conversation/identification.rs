//! The habit of a sender's IPv4 identification (RFC 6864 leaves it to the sender).
//!
//! Linux counts per connection, Windows per host or path, others draw at random or write 0. Where a
//! sender counts, the next packet of the same TCP goes on counting, and a packet that somebody else
//! writes in its name seldom does (Weaver, Sommer, Paxson, NDSS 2009, 4.2).

use crate::segment::{MILLISECOND, Nanoseconds, Segment};

/// A step up to this is counting: other connections of a host that counts for all of them take
/// numbers in between.
const LONGEST_STEP: u16 = 64;
/// So many steps in a row are a habit: by chance each has a probability of 64 in 65536.
const HABIT: u8 = 3;
/// How far a count may go on unseen ...
const LONGEST_JUMP: i16 = 1024;
/// ... and for how long it does not go farther where other connections count along.
const JUMP_TIME: Nanoseconds = 1000 * MILLISECOND;

/// The last number and how long it has been counting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identification {
    // As bytes, so that it fits into three of them.
    pub(super) last: [u8; 2],
    pub(super) steps: u8,
}

/// How a packet's identification fits its sender's habit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identified {
    /// There is no habit to compare with.
    Unknown,
    /// It goes on counting.
    GoesOn,
    /// It is 0, as kernels write it into packets that belong to no socket.
    Zero,
    /// It is another number, which a sender that counts for all its connections may have reached meanwhile.
    Jumps,
    /// It is another number.
    Breaks,
}

impl Identification {
    /// Takes in a packet of the sender.
    pub fn observe(&mut self, segment: &Segment) {
        let Some(number) = segment.ip.identification else {
            return;
        };
        self.steps = match number.wrapping_sub(u16::from_ne_bytes(self.last)) {
            1..=LONGEST_STEP => self.steps.saturating_add(1),
            // A late or repeated one, as reordering makes it.
            0 | 0xffc0.. if number != 0 => self.steps,
            _ => 0,
        };
        self.last = number.to_ne_bytes();
    }

    /// Compares a packet with the habit, so long after the sender's last one.
    pub fn compare(&self, segment: &Segment, silence: Nanoseconds) -> Identified {
        let Some(number) = segment.ip.identification.filter(|_| self.steps >= HABIT) else {
            return Identified::Unknown;
        };
        match number.wrapping_sub(u16::from_ne_bytes(self.last)) as i16 {
            _ if number == 0 => Identified::Zero,
            // A little back: overtaken by a packet that was sent later.
            -4..=LONGEST_JUMP => Identified::GoesOn,
            _ if silence > JUMP_TIME => Identified::Jumps,
            _ => Identified::Breaks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    fn numbered(number: u16) -> Segment<'static> {
        let mut segment = segment(1);
        segment.ip.identification = Some(number);
        segment
    }

    fn habit_of(numbers: &[u16]) -> Identification {
        let mut habit = Identification::default();
        for number in numbers {
            habit.observe(&numbered(*number));
        }
        habit
    }

    #[test]
    fn counting_sender_goes_on_across_the_wrap() {
        let habit = habit_of(&[65530, 65532, 65535, 3]);
        assert_eq!(habit.compare(&numbered(4), 0), Identified::GoesOn);
        assert_eq!(habit.compare(&numbered(30000), 0), Identified::Breaks);
        let later = habit.compare(&numbered(30000), 2 * JUMP_TIME);
        assert_eq!(later, Identified::Jumps);
        assert_eq!(
            habit_of(&[500, 501, 502, 503]).compare(&numbered(0), 0),
            Identified::Zero
        );
    }

    #[test]
    fn random_or_zero_numbers_are_no_habit() {
        for numbers in [&[9, 40000, 2, 30000][..], &[0, 0, 0, 0], &[7, 8]] {
            assert_eq!(
                habit_of(numbers).compare(&numbered(30000), 0),
                Identified::Unknown
            );
        }
    }
}
