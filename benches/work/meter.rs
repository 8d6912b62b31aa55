//! Time and memory of a piece of work.

use std::time::{Duration, Instant};

/// What was measured so far.
pub struct Meter {
    pub elements: u64,
    pub time: Duration,
    /// Bytes of memory that the process took in between.
    pub grown: i64,
}

impl Meter {
    pub fn start() -> Meter {
        Meter {
            elements: 0,
            time: Duration::ZERO,
            grown: -resident(),
        }
    }

    pub fn stop(&mut self) {
        self.grown += resident();
    }

    /// Does the work for so many elements.
    pub fn measure<R>(&mut self, elements: usize, work: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = counted_by_callgrind(work);
        self.time += start.elapsed();
        self.elements += elements as u64;
        result
    }
}

/// callgrind counts the instructions below the function of this name, and no others
/// (`--toggle-collect`).
#[inline(never)]
fn counted_by_callgrind<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Bytes of this process that are in memory; 0 on systems that do not tell in this way. A counting
/// allocator would be exact, and unsafe.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<i64>().ok());
    kibibytes.unwrap_or(0) * 1024
}
