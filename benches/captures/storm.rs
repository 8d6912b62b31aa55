//! A peer goes on sending to a host that knows nothing of the connection any more, and each segment is answered by a reset.

use crate::connection::{Connection, Side};
use crate::hosts::Paths;
use crate::interleave::{Script, Shape, told};
use crate::packet::{Payload, Time};
use crate::random::Random;

pub struct Storm {
    has_begun: bool,
}

impl Storm {
    pub fn new() -> Self {
        Storm { has_begun: false }
    }
}

impl Shape for Storm {
    fn at_a_time(&self) -> usize {
        1
    }

    fn begin(&mut self, now: Time) -> Option<Script> {
        if std::mem::replace(&mut self.has_begun, true) {
            return None;
        }
        let mut random = Random::new(2);
        let path = Paths::new(50, 0, 0).next(7400, &mut random);
        let mut connection = Connection::new(path, now, &mut random);
        connection.open();
        let payload = Payload::new(random.letters(100));
        Some(told(connection, move |connection| {
            connection.pause(random.within(100, 2000));
            connection.data(Side::Client, payload.clone(), true);
            connection.disown(Side::Server);
            true
        }))
    }
}
