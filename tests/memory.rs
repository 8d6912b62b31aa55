//! Memory grows with conversations, hosts and resets, never with packets: whatever was there, more of what is neither a
//! SYN nor a reset takes none.
#![cfg(all(target_os = "linux", not(feature = "plugin")))]

#[allow(dead_code, reason = "of all tests with segments")]
mod dialogue;

use dialogue::arbitrary_segments;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use rstanalysis::segment::{Flags, MILLISECOND, Segment};
use rstanalysis::session::Session;

const CASES: u32 = 10;
const PACKETS: u32 = 100_000;
/// KiB; a byte for each second packet would be more.
const MOST: usize = 48;

/// KiB that this process has in memory, counted page by page (proc(5), smaps_rollup; statm is off by dozens of pages),
/// but for huge pages, which the system may put in the place of small ones at any time.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let kib = |name: &str| -> usize {
        let line = pages.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    kib("Rss:") - kib("AnonHugePages:")
}

/// Goes on with the same segments, without what opens or resets, their numbers `step` further each time.
fn repeat(session: &mut Session, segments: &[Segment<'static>], frames: u32, step: u32) {
    let first = segments.len() as u32;
    for (number, segment) in (1..=frames).zip(segments.iter().cycle()) {
        let round = number / first.max(1);
        let mut segment = *segment;
        segment.frame = first + number;
        segment.time += i64::from(round) * MILLISECOND;
        segment.flags = Flags(segment.flags.0 & !(Flags::SYN.0 | Flags::RST.0));
        segment.seq = segment.seq + step.wrapping_mul(round);
        session.observe(&segment);
    }
}

// The only test of its program: others would change what is resident.
#[test]
fn packets_take_no_memory() {
    let config = ProptestConfig {
        cases: CASES,
        rng_seed: RngSeed::Fixed(9293),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let strategy = (arbitrary_segments(), prop_oneof![Just(0), any::<u32>()]);
    TestRunner::new(config)
        .run(&strategy, |(segments, step)| {
            let mut session = Session::new();
            segments.iter().for_each(|segment| session.observe(segment));
            // Rings and lists take the size they keep.
            repeat(&mut session, &segments, PACKETS, step);
            let before = resident();
            repeat(&mut session, &segments, PACKETS, step);
            let grown = resident().saturating_sub(before);
            prop_assert!(grown < MOST, "{grown} KiB for {PACKETS} packets");
            Ok(())
        })
        .unwrap();
}
