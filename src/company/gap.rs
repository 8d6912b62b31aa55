//! The silences before the resets of the file: whether the same one comes again and again.
//!
//! A timer shows by repetition. The silences are counted in classes that are about 1 % wide, so the
//! memory is the same for any file.

use crate::segment::{Index, MILLISECOND, Nanoseconds};

/// Classes for each doubling of the silence: 1.09 % each, so that a class with its two neighbours
/// spans what timers of one kind scatter.
const CLASSES: usize = 64;
/// From a second to twelve days.
const DOUBLINGS: usize = 20;
/// So many make a habit, and one more for every two others of similar length (half an octave either way).
/// Of random silences, 1 to 4000 s, three classes in 64 hold one in 21 of these: then 0.6 % of the resets
/// seem to follow a habit where the file has 10, 0.2 % where it has 300 [simulated].
const LEAST: u32 = 3;
/// Resets within this time are one event, as when a server restarts, not a repetition.
const ONE_EVENT: Nanoseconds = 1000 * MILLISECOND;

/// All silences of the file.
#[derive(Debug, Default)]
pub struct Gaps {
    classes: Vec<Class>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Class {
    count: u32,
    /// The newest reset after such a silence.
    newest: Option<Index>,
    time: Nanoseconds,
    /// Once seen as a habit, it stays one.
    recurs: bool,
}

fn class_of(silence: Nanoseconds) -> Option<usize> {
    let seconds = silence as f64 / 1e9;
    let class = (seconds.max(1.0).log2() * CLASSES as f64) as usize;
    (seconds >= 1.0 && class < CLASSES * DOUBLINGS).then_some(class)
}

impl Gaps {
    /// Counts the silence before the reset at `index`. Returns the one before it in its class.
    pub fn add(&mut self, silence: Nanoseconds, time: Nanoseconds, index: Index) -> Option<Index> {
        let class = class_of(silence)?;
        if self.classes.is_empty() {
            self.classes = vec![Class::default(); CLASSES * DOUBLINGS];
        }
        let class = self.classes.get_mut(class)?;
        if class.count == 0 || time.saturating_sub(class.time).saturating_abs() > ONE_EVENT {
            class.count = class.count.saturating_add(1);
            class.time = time;
        }
        class.newest.replace(index)
    }

    /// The newest resets of the classes that have just become a habit, by a silence like this. Each class
    /// becomes one once, so that all reviews of the file together are bounded.
    pub fn become_habits(&mut self, silence: Nanoseconds) -> Vec<Index> {
        let mut found = Vec::new();
        let Some(class) = class_of(silence) else {
            return found;
        };
        for near in class.saturating_sub(1)..=class + 1 {
            let is_habit = self.is_habit(near);
            if let Some(class) = self.classes.get_mut(near).filter(|_| is_habit) {
                if !class.recurs {
                    class.recurs = true;
                    found.extend(class.newest);
                }
            }
        }
        found
    }

    fn sum(&self, class: usize, reach: usize) -> u32 {
        let end = (class + reach + 1).min(self.classes.len());
        let span = self.classes.get(class.saturating_sub(reach)..end);
        span.into_iter()
            .flatten()
            .map(|class| class.count)
            .fold(0, u32::saturating_add)
    }

    fn is_habit(&self, class: usize) -> bool {
        let same = self.sum(class, 1);
        let others = self.sum(class, CLASSES / 2).saturating_sub(same);
        same >= LEAST.saturating_add(others / 2)
    }

    /// Whether the silence is a habit of the file.
    pub fn recurs(&self, silence: Nanoseconds) -> bool {
        class_of(silence)
            .and_then(|class| self.classes.get(class))
            .is_some_and(|class| class.recurs)
    }

    /// How many resets came after a silence like this, at different times.
    pub fn count(&self, silence: Nanoseconds) -> u32 {
        class_of(silence).map_or(0, |class| self.sum(class, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanoseconds = 1000 * MILLISECOND;

    fn gaps(silences: &[i64], apart: i64) -> Gaps {
        let mut gaps = Gaps::default();
        for (place, silence) in silences.iter().enumerate() {
            gaps.add(*silence, place as i64 * apart, Index::new(place));
            gaps.become_habits(*silence);
        }
        gaps
    }

    #[test]
    fn three_of_a_length_are_a_habit() {
        let of = |seconds: &[i64]| {
            let silences: Vec<i64> = seconds.iter().map(|seconds| seconds * SECOND).collect();
            gaps(&silences, 10 * SECOND)
        };
        assert!(of(&[350, 351, 349]).recurs(350 * SECOND));
        assert!(!of(&[350, 351]).recurs(350 * SECOND));
        assert!(!of(&[350, 380, 320]).recurs(350 * SECOND));
        assert_eq!(of(&[350, 351, 349, 60]).count(350 * SECOND), 3);
    }

    #[test]
    fn resets_of_one_moment_are_one_event() {
        assert!(!gaps(&[350 * SECOND; 5], 100 * MILLISECOND).recurs(350 * SECOND));
    }

    #[test]
    fn random_silences_are_no_habit() {
        let silences: Vec<i64> = (0..4000)
            .map(|step| (1 + step * 1789 % 4000) * SECOND)
            .collect();
        let gaps = gaps(&silences, 10 * SECOND);
        let habits = silences.iter().filter(|silence| gaps.recurs(**silence));
        assert!(habits.count() < 20);
    }

    #[test]
    fn silences_of_any_length_are_safe() {
        let mut gaps = Gaps::default();
        for silence in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(gaps.add(silence, i64::MIN, Index::new(0)), None);
            assert!(gaps.become_habits(silence).is_empty());
            assert_eq!(gaps.count(silence), 0);
        }
    }
}
