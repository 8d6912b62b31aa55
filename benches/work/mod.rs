//! What is measured: pieces of the core's work, each on one scene, for any number of segments.

mod meter;
pub mod once;

use rstanalysis::decode::decode;
use rstanalysis::segment::Segment;
use rstanalysis::session::Session;

use crate::segments::Packets;
use crate::segments::scene::{Habits, Scene, Writer};
pub use meter::Meter;

/// Segments at hand: few enough to stay in a processor's cache, as those that were just read do.
const CHUNK: usize = 1024;
/// Pairs of a segment and the reset that answers it, in a wave of a scan or a storm.
const WAVE: usize = 32;
/// More than the ring of recent segments holds, so that it is full before anything is measured.
const WARM_UP: usize = 40_000;
const HOSTS: u32 = 250;
const TEN_MINUTES: i64 = 600_000_000_000;

/// Which part of the work is measured, and what its elements are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Segments observed.
    Observe,
    /// Resets observed, but not what they answer.
    Resets,
    /// Verdicts rendered.
    Recall,
    /// Segments decoded from header bytes.
    Decode,
    /// Conversations that are kept, each of so many packets.
    Keep(u32),
}

/// One piece of work.
#[derive(Clone, Copy)]
pub struct Work {
    /// What it is called in tables.
    pub name: &'static str,
    part: Part,
    scene: fn() -> Scene,
}

const fn work(name: &'static str, part: Part, scene: fn() -> Scene) -> Work {
    Work { name, part, scene }
}

const SILENT: Habits = Habits {
    clients: HOSTS,
    tls: 0,
    aborts: 0,
    close: true,
};

/// Time and instructions.
pub const COSTS: [Work; 10] = [
    work("segment/mix", Part::Observe, Scene::mix),
    work("segment/long", Part::Observe, Scene::long),
    work("segment/short", Part::Observe, || {
        Scene::short(Habits::USUAL)
    }),
    work("segment/scan", Part::Observe, || Scene::scan(HOSTS)),
    work("segment/storm", Part::Observe, Scene::storm),
    work("reset/scan", Part::Resets, || Scene::scan(HOSTS)),
    work("reset/storm", Part::Resets, Scene::storm),
    work("verdict/scan", Part::Recall, || Scene::scan(HOSTS)),
    work("verdict/storm", Part::Recall, Scene::storm),
    work("decode/mix", Part::Decode, Scene::mix),
];

/// Memory.
pub const SIZES: [Work; 6] = [
    work("kept/live", Part::Keep(7), || {
        Scene::short(Habits {
            close: false,
            ..SILENT
        })
    }),
    work("kept/finished", Part::Keep(10), || Scene::short(SILENT)),
    work("kept/finished_tls", Part::Keep(10), || {
        Scene::short(Habits { tls: 100, ..SILENT })
    }),
    work("kept/scanned", Part::Keep(2), || Scene::scan(HOSTS)),
    work("kept/scanned_host", Part::Keep(2), || {
        Scene::scan(1_000_000)
    }),
    work("kept/reset", Part::Keep(2), Scene::storm),
];

impl Work {
    /// Does it for about `count` elements.
    pub fn run(&self, count: usize) -> Meter {
        let mut packets = Packets::new();
        let mut session = Session::new();
        let mut background = Writer::new(Scene::background());
        observe(&mut session, &mut background, &mut packets, WARM_UP);
        let mut writer = Writer::new((self.scene)());
        let mut meter = Meter::start();
        match self.part {
            Part::Observe => each_chunk(&mut writer, &mut packets, count, CHUNK, |packets| {
                let segments = packets.segments();
                meter.measure(segments.len(), || observe_all(&mut session, &segments));
            }),
            Part::Resets => each_chunk(&mut writer, &mut packets, 2 * count, 2 * WAVE, |packets| {
                let segments = in_waves(packets.segments());
                let asked = segments.partition_point(|segment| !segment.is_reset());
                observe_all(&mut session, &segments[..asked]);
                let resets = &segments[asked..];
                meter.measure(resets.len(), || observe_all(&mut session, resets));
            }),
            Part::Recall => each_chunk(&mut writer, &mut packets, 2 * count, CHUNK, |packets| {
                let segments = packets.segments();
                observe_all(&mut session, &segments);
                let resets = segments.iter().filter(|segment| segment.is_reset());
                let frames: Vec<u32> = resets.map(|reset| reset.frame).collect();
                meter.measure(frames.len(), || {
                    for frame in frames {
                        std::hint::black_box(session.recall(frame, true));
                    }
                });
            }),
            Part::Decode => each_chunk(&mut writer, &mut packets, count, CHUNK, |packets| {
                meter.measure(packets.len(), || {
                    for raw in packets.raw() {
                        std::hint::black_box(decode(&raw));
                    }
                });
            }),
            Part::Keep(of_each) => {
                observe(
                    &mut session,
                    &mut writer,
                    &mut packets,
                    count * of_each as usize,
                );
                meter.elements = count as u64;
                // What can be put away of the finished ones is put away by then.
                packets.time += TEN_MINUTES;
                observe(&mut session, &mut background, &mut packets, WARM_UP);
            }
        }
        meter.stop();
        meter
    }
}

fn observe_all(session: &mut Session, segments: &[Segment]) {
    for segment in segments {
        session.observe(segment);
    }
}

fn observe(session: &mut Session, writer: &mut Writer, packets: &mut Packets, count: usize) {
    each_chunk(writer, packets, count, CHUNK, |packets| {
        observe_all(session, &packets.segments());
    });
}

/// Writes `count` packets, a few at a time, and hands each few to `work`.
fn each_chunk(
    writer: &mut Writer,
    packets: &mut Packets,
    count: usize,
    size: usize,
    mut work: impl FnMut(&Packets),
) {
    let mut done = 0;
    while done < count {
        packets.clear();
        writer.fill(packets, size.min(count - done));
        done += packets.len();
        work(packets);
    }
}

/// First what is asked, then all the resets that answer it. Frames and times go up as they did.
fn in_waves(segments: Vec<Segment<'_>>) -> Vec<Segment<'_>> {
    let stamps: Vec<_> = segments.iter().map(|it| (it.frame, it.time)).collect();
    let (resets, mut wave): (Vec<_>, Vec<_>) = segments.into_iter().partition(Segment::is_reset);
    wave.extend(resets);
    for (segment, (frame, time)) in wave.iter_mut().zip(stamps) {
        (segment.frame, segment.time) = (frame, time);
    }
    wave
}
