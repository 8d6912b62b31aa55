//! Conversations that go on at the same time, as one sequence of packets in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use crate::connection::Connection;
use crate::packet::{Body, Packet, RST, Time};
use crate::wire::Wire;

/// The packets of one conversation, in the order of their times.
pub type Script = Box<dyn Iterator<Item = Packet>>;

/// 14 November 2023, 22:13:20 UTC.
const START: Time = 1_700_000_000_000_000;

/// What a capture consists of.
pub trait Shape {
    /// How many conversations go on at a time.
    fn at_a_time(&self) -> usize;

    /// The next conversation, which begins at `now` or later, if there is another one.
    fn begin(&mut self, now: Time) -> Option<Script>;
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub packets: u64,
    /// Of TCP.
    pub conversations: u64,
    pub resets: u64,
}

impl Counts {
    fn add(&mut self, packet: &Packet, is_first: bool) {
        self.packets += 1;
        if let Body::Tcp(segment) = &packet.body {
            self.conversations += u64::from(is_first);
            self.resets += u64::from(segment.flags & RST != 0);
        }
    }
}

/// What a connection does, step by step, until a step says that it was the last one.
pub fn told(
    mut connection: Connection,
    mut step: impl FnMut(&mut Connection) -> bool + 'static,
) -> Script {
    let mut has_more = true;
    let chapters = std::iter::from_fn(move || {
        has_more.then(|| {
            has_more = step(&mut connection);
            connection.take()
        })
    });
    Box::new(chapters.flatten())
}

struct Running {
    script: Script,
    next: Packet,
    is_first: bool,
}

pub fn write<W: Write>(shape: &mut dyn Shape, most: u64, wire: &mut Wire<W>) -> io::Result<Counts> {
    let mut counts = Counts::default();
    let mut running: Vec<Option<Running>> = (0..shape.at_a_time()).map(|_| None).collect();
    let mut free: Vec<usize> = (0..running.len()).rev().collect();
    let mut order = BinaryHeap::new();
    let mut now = START;
    let mut begun = 0u64;
    while counts.packets < most {
        while let Some(slot) = free.pop() {
            let Some(mut script) = shape.begin(now) else {
                break;
            };
            let Some(next) = script.next() else { continue };
            order.push(Reverse((next.time, begun, slot)));
            begun += 1;
            running[slot] = Some(Running {
                script,
                next,
                is_first: true,
            });
        }
        let Some(Reverse((time, number, slot))) = order.pop() else {
            break;
        };
        let Some(conversation) = &mut running[slot] else {
            continue;
        };
        now = time;
        wire.write(&conversation.next)?;
        counts.add(&conversation.next, conversation.is_first);
        conversation.is_first = false;
        match conversation.script.next() {
            Some(packet) => {
                order.push(Reverse((packet.time, number, slot)));
                conversation.next = packet;
            }
            None => {
                running[slot] = None;
                free.push(slot);
            }
        }
    }
    Ok(counts)
}
