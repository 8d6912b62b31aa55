//! What each piece of the core's work costs, without Wireshark. By criterion, the time:
//!
//!     cargo bench --no-default-features --bench core
//!
//! One piece of work, done once (benches/work/once.rs):
//!
//!     cargo bench --no-default-features --bench core -- once NAME ELEMENTS

mod segments;
mod work;

use std::time::Duration;

use criterion::{Criterion, Throughput};
use work::{COSTS, Work, once};

/// Enough for tables to grow past a processor's nearest caches, few enough for many rounds.
const ELEMENTS: usize = 50_000;
/// A verdict costs a hundred times what a segment does.
const VERDICTS: usize = 2_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("once", asked)) = arguments.split_first().map(|(it, rest)| (&it[..], rest)) {
        return once::run(asked);
    }
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let mut group = criterion.benchmark_group("core");
    for work in COSTS {
        let elements = if work.name.starts_with("verdict") {
            VERDICTS
        } else {
            ELEMENTS
        };
        group.throughput(Throughput::Elements(elements as u64));
        group.bench_function(work.name, |bencher| {
            bencher.iter_custom(|rounds| (0..rounds).map(|_| time(&work, elements)).sum());
        });
    }
    group.finish();
    criterion.final_summary();
}

/// The time for exactly so many elements: a scene writes some packets together, so it may do one more.
fn time(work: &Work, elements: usize) -> Duration {
    let meter = work.run(elements);
    meter.time.mul_f64(elements as f64 / meter.elements as f64)
}
