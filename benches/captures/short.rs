//! Many short conversations: a handshake, a request, a reply, and the end.

use crate::connection::{Connection, Side};
use crate::exchange::{Application, End, exchange};
use crate::hosts::Paths;
use crate::interleave::{Script, Shape, told};
use crate::packet::Time;
use crate::random::Random;

const LONGEST_REPLY: u64 = 1200;

pub struct Short {
    paths: Paths,
    random: Random,
}

impl Short {
    pub fn new() -> Self {
        Short {
            paths: Paths::new(50, 0, 0),
            random: Random::new(4),
        }
    }
}

impl Shape for Short {
    fn at_a_time(&self) -> usize {
        100
    }

    fn begin(&mut self, now: Time) -> Option<Script> {
        let application = match self.random.within(0, 100) {
            0..60 => Application::Plain,
            60..85 => Application::Http,
            _ => Application::Tls,
        };
        let end = match self.random.within(0, 100) {
            0..5 => End::Abort(Side::Client),
            5..8 => End::Abort(Side::Server),
            8..10 => End::DataAfterClose,
            _ => End::Close(Side::Client),
        };
        let path = self.paths.next(application.port(), &mut self.random);
        let mut random = self.random.split();
        let connection = Connection::new(path, now + random.within(0, 3000), &mut random);
        Some(told(connection, move |connection| {
            exchange(connection, application, 1, LONGEST_REPLY, end, &mut random);
            false
        }))
    }
}
