//! Few long conversations: bulk data with its acknowledgments, and some loss.

use crate::connection::{Connection, SEGMENT_SIZE, Side};
use crate::hosts::Paths;
use crate::interleave::{Script, Shape, told};
use crate::packet::{Payload, Time};
use crate::random::Random;

const CONVERSATIONS: usize = 20;
/// No dissector knows this port: the cost is TCP's alone.
const PORT: u16 = 5201;
const PERMILLE_LOST: u64 = 2;
const PAIRS_IN_FLIGHT: u64 = 16;

pub struct Long {
    paths: Paths,
    random: Random,
}

impl Long {
    pub fn new() -> Self {
        Long {
            paths: Paths::new(50, 0, 0),
            random: Random::new(1),
        }
    }
}

impl Shape for Long {
    fn at_a_time(&self) -> usize {
        CONVERSATIONS
    }

    fn begin(&mut self, now: Time) -> Option<Script> {
        let path = self.paths.next(PORT, &mut self.random);
        let mut random = self.random.split();
        let start = now + random.within(0, 500);
        let mut connection = Connection::new(path, start, &mut random);
        connection.open();
        let bytes = random.letters(16_000);
        // Every third one sends downwards.
        let sender = if random.within(0, 3) == 0 {
            Side::Server
        } else {
            Side::Client
        };
        Some(transfer(connection, sender, bytes, u64::MAX, random))
    }
}

/// Sends so many pairs of segments, over and over the same bytes, and lets the connection stay open.
pub fn transfer(
    connection: Connection,
    sender: Side,
    bytes: Vec<u8>,
    pairs: u64,
    mut random: Random,
) -> Script {
    let period = bytes.len();
    let stream = Payload::new(bytes.repeat(2));
    let mut sent = 0;
    told(connection, move |connection| {
        let start = (sent as usize * 2 * SEGMENT_SIZE) % period;
        connection.data(sender, stream.slice(start, SEGMENT_SIZE), false);
        let second = stream.slice(start + SEGMENT_SIZE, SEGMENT_SIZE);
        if random.permille(PERMILLE_LOST) {
            connection.lose_and_repeat(sender, second);
        } else {
            connection.data(sender, second, false);
            connection.pause(random.within(5, 60));
            connection.acknowledge(sender.peer());
        }
        sent += 1;
        if sent % PAIRS_IN_FLIGHT == 0 {
            connection.pause(connection.path.round_trip);
        }
        sent < pairs
    })
}
