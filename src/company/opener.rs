//! What one host does to the connections that it opens: who resets handshake after handshake is a
//! scanner (many targets, once each) or a health check (the same target, again and again).

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use crate::segment::{Index, Nanoseconds, Socket};

/// Targets kept of one opener; more would not say more.
const MOST_TARGETS: usize = 8;
/// Targets of a scanner, as opposed to a client that gave up on two addresses of a server.
pub const MANY_TARGETS: usize = 3;
/// The longest interval of a regular series may exceed the shortest by this factor: the timer's own
/// interval plus the time that the check takes, on a busy machine.
const REGULAR: f64 = 1.5;

#[derive(Clone, Copy, Debug)]
struct Target {
    socket: u64,
    visits: u32,
    last: Nanoseconds,
    shortest: Nanoseconds,
    longest: Nanoseconds,
}

/// One host that reset connections of its own in the handshake, without any payload.
#[derive(Clone, Debug, Default)]
pub struct Opener {
    targets: Vec<Target>,
}

impl Opener {
    fn visit(&mut self, socket: u64, time: Nanoseconds) {
        let known = self.targets.iter_mut().find(|known| known.socket == socket);
        if let Some(target) = known {
            let interval = time.saturating_sub(target.last).max(0);
            target.visits = target.visits.saturating_add(1);
            target.last = time;
            target.shortest = target.shortest.min(interval);
            target.longest = target.longest.max(interval);
        } else if self.targets.len() < MOST_TARGETS {
            self.targets.push(Target {
                socket,
                visits: 1,
                last: time,
                shortest: Nanoseconds::MAX,
                longest: 0,
            });
        }
    }

    fn habit(&self) -> (bool, bool) {
        (self.targets() >= MANY_TARGETS, self.period().is_some())
    }

    /// How many targets it has visited, 8 for more.
    pub fn targets(&self) -> usize {
        self.targets.len()
    }

    /// The most visits to one target.
    pub fn visits(&self) -> u32 {
        self.targets
            .iter()
            .map(|target| target.visits)
            .max()
            .unwrap_or(0)
    }

    /// The interval, where it visits a target three times or more and in equal intervals.
    pub fn period(&self) -> Option<Nanoseconds> {
        let regular = |target: &&Target| {
            target.visits >= 3 && target.longest as f64 <= target.shortest as f64 * REGULAR
        };
        self.targets
            .iter()
            .find(regular)
            .map(|target| target.shortest)
    }
}

/// All openers of the file, by host.
#[derive(Debug, Default)]
pub struct Openers {
    by_host: HashMap<Index, Index>,
    list: Vec<Opener>,
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl Openers {
    /// `host` reset its connection to `target`. Returns the opener, and whether that makes it a scanner or
    /// regular, or not regular any more.
    pub fn visit(&mut self, host: Index, target: Socket, time: Nanoseconds) -> (Index, bool) {
        let list = &mut self.list;
        let index = *self.by_host.entry(host).or_insert_with(|| {
            list.push(Opener::default());
            Index::new(list.len() - 1)
        });
        let socket = self.hasher.hash_one(target);
        let opener = &mut self.list[index.place()];
        let before = opener.habit();
        opener.visit(socket, time);
        (index, opener.habit() != before)
    }

    /// The opener at `index`.
    pub fn get(&self, index: Index) -> &Opener {
        &self.list[index.place()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::MILLISECOND;
    use crate::segment::tests::segment;

    #[test]
    fn same_target_in_equal_intervals_is_regular() {
        let (mut openers, host) = (Openers::default(), Index::new(0));
        let target = segment(1).destination;
        for time in [0, 500, 1002] {
            openers.visit(host, target, time * MILLISECOND);
        }
        let opener = openers.get(openers.by_host[&host]);
        assert_eq!((opener.targets(), opener.visits()), (1, 3));
        assert_eq!(opener.period(), Some(500 * MILLISECOND));
    }

    #[test]
    fn irregular_visits_and_single_ones_have_no_period() {
        let (mut openers, host) = (Openers::default(), Index::new(0));
        let target = segment(1).destination;
        for time in [0, 500, 3000] {
            openers.visit(host, target, time * MILLISECOND);
        }
        for port in 1..20 {
            openers.visit(host, Socket { port, ..target }, 0);
        }
        let opener = openers.get(openers.by_host[&host]);
        assert_eq!((opener.targets(), opener.period()), (MOST_TARGETS, None));
    }
}
