//! Several connections that one host aborts in the same moment: its process or itself goes down.

use crate::segment::{Index, MILLISECOND, Nanoseconds};

/// A kernel that ends a process closes its sockets one after the other, within microseconds each
/// [measured, Linux 6.18: five in 2 ms]; the rest is for a thousand of them.
const LONGEST: Nanoseconds = 100 * MILLISECOND;

/// The aborts of one host within [`LONGEST`].
#[derive(Clone, Copy, Debug)]
pub struct Burst {
    started: Nanoseconds,
    /// Frame of the first one.
    pub first: u32,
    /// How many connections were aborted.
    pub count: u32,
}

/// All bursts of the file.
#[derive(Debug, Default)]
pub struct Bursts(Vec<Burst>);

impl Bursts {
    /// Counts the abort of one more connection of a host whose newest burst is `newest`; returns the
    /// burst that it belongs to.
    pub fn count(&mut self, newest: Option<Index>, frame: u32, time: Nanoseconds) -> Index {
        if let Some(index) = newest {
            let burst = &mut self.0[index.place()];
            if (0..=LONGEST).contains(&time.saturating_sub(burst.started)) {
                burst.count += 1;
                return index;
            }
        }
        self.0.push(Burst {
            started: time,
            first: frame,
            count: 1,
        });
        Index::new(self.0.len() - 1)
    }

    /// The burst at `index`.
    pub fn get(&self, index: Index) -> &Burst {
        &self.0[index.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aborts_of_one_moment_are_one_burst() {
        let mut bursts = Bursts::default();
        let first = bursts.count(None, 1, 0);
        assert_eq!(bursts.count(Some(first), 2, 99 * MILLISECOND), first);
        assert_eq!(bursts.get(first).count, 2);
        let later = bursts.count(Some(first), 3, 101 * MILLISECOND);
        assert!(later != first && bursts.get(later).count == 1);
    }
}
