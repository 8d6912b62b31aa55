//! The silences that a connection has lived through: a timer that is shorter would have ended it.

use crate::segment::Nanoseconds;

/// Classes for each doubling: 9 % each. Seven bits then reach from a second to 16 hours.
const CLASSES: f64 = 8.0;
const SECOND: Nanoseconds = 1_000_000_000;
const HIGHEST: u8 = 0x7f;
const FROM_SECOND: u8 = 0x80;

/// The longest silence that was survived, in two bytes, since each conversation has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silences {
    /// Class of the longest one that was followed by segments of both sides, 0 for none.
    pub(super) survived: u8,
    /// Class of the longest one since one side alone spoke, and which side that is.
    pub(super) open: u8,
}

fn class(silence: Nanoseconds) -> u8 {
    if silence < SECOND {
        return 0;
    }
    let seconds = silence as f64 / 1e9;
    // From 1; a float that is too large saturates.
    ((seconds.log2() * CLASSES) as u8)
        .saturating_add(1)
        .min(HIGHEST)
}

impl Silences {
    /// A segment of the first or the second side ended a silence.
    pub fn end(&mut self, silence: Nanoseconds, from_second: bool) {
        let side = if from_second { FROM_SECOND } else { 0 };
        let longest = self.open & HIGHEST;
        let class = class(silence);
        if side == self.open & FROM_SECOND {
            self.open = side | longest.max(class);
        } else {
            self.survived = self.survived.max(longest);
            self.open = side | class;
        }
    }

    /// Whether the connection went on after a silence about as long as this, or longer.
    pub fn outlived(self, silence: Nanoseconds) -> bool {
        self.survived != 0 && self.survived >= class(silence)
    }

    /// The longest silence that it survived, or a little less; 0 for none.
    pub fn survived(self) -> Nanoseconds {
        match self.survived {
            0 => 0,
            class => (f64::from(class - 1) / CLASSES).exp2() as Nanoseconds * 1_000_000_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_survived_once_the_other_side_speaks() {
        let mut silences = Silences::default();
        silences.end(60 * SECOND, false);
        assert!(!silences.outlived(5 * SECOND), "nobody has answered yet");
        silences.end(SECOND / 100, true);
        assert!(silences.outlived(60 * SECOND) && !silences.outlived(70 * SECOND));
        assert_eq!(silences.survived() / SECOND, 58);
    }

    #[test]
    fn repeated_tries_of_one_side_survive_nothing() {
        let mut silences = Silences::default();
        for _ in 0..3 {
            silences.end(60 * SECOND, true);
        }
        assert!(!silences.outlived(60 * SECOND));
    }

    #[test]
    fn silences_of_any_length_are_safe() {
        for silence in [i64::MIN, -1, 0, i64::MAX] {
            let mut silences = Silences::default();
            silences.end(silence, true);
            silences.end(silence, false);
            silences.end(silence, true);
            assert!(silences.survived() >= 0);
        }
    }
}
