//! What a capture of an office or a data centre holds: long transfers, web, names, and now and then a reset.

use std::net::IpAddr;

use crate::applications::{application_data, dns, site};
use crate::connection::{Connection, Path, Side};
use crate::exchange::{Application, End, exchange, open};
use crate::hosts::Paths;
use crate::interleave::{Script, Shape, told};
use crate::long::transfer;
use crate::packet::{Body, Packet, Time};
use crate::random::Random;

const PERMILLE_IPV6: u64 = 200;
const PERMILLE_VLAN: u64 = 20;
const PERMILLE_RESET: u64 = 10;

pub struct Mix {
    paths: Paths,
    random: Random,
}

impl Mix {
    pub fn new() -> Self {
        Mix {
            paths: Paths::new(400, PERMILLE_IPV6, PERMILLE_VLAN),
            random: Random::new(5),
        }
    }
}

impl Shape for Mix {
    fn at_a_time(&self) -> usize {
        200
    }

    fn begin(&mut self, now: Time) -> Option<Script> {
        let now = now + self.random.within(0, 20_000);
        Some(match self.random.within(0, 1000) {
            0..440 => self.exchange(now, Application::Tls, 4, 12_000),
            440..700 => self.exchange(now, Application::Http, 3, 20_000),
            700..780 => self.exchange(now, Application::Plain, 5, 3_000),
            780..800 => self.transfer(now),
            800..940 => self.look_up(now),
            940..970 => self.ping(now),
            _ => self.ask_for_hardware_address(now),
        })
    }
}

impl Mix {
    fn exchange(
        &mut self,
        now: Time,
        application: Application,
        most_rounds: u64,
        longest: u64,
    ) -> Script {
        let path = self.paths.next(application.port(), &mut self.random);
        let mut random = self.random.split();
        let connection = Connection::new(path, now, &mut random);
        let end = if !random.permille(PERMILLE_RESET) {
            End::Close(random.pick(&[Side::Client, Side::Server]))
        } else {
            match random.within(0, 10) {
                0..4 => return refused(connection, &mut random),
                4..6 => End::Abort(Side::Client),
                6..7 => End::Abort(Side::Server),
                7..9 => End::DataAfterClose,
                _ => End::Idle,
            }
        };
        let rounds = random.within(1, most_rounds + 1);
        told(connection, move |connection| {
            exchange(connection, application, rounds, longest, end, &mut random);
            false
        })
    }

    fn transfer(&mut self, now: Time) -> Script {
        let application =
            self.random
                .pick(&[Application::Tls, Application::Tls, Application::Plain]);
        let path = self.paths.next(application.port(), &mut self.random);
        let mut random = self.random.split();
        let mut connection = Connection::new(path, now, &mut random);
        open(&mut connection, application, &mut random);
        let bytes = match application {
            Application::Tls => application_data(16_384, &mut random),
            _ => random.letters(16_384),
        };
        let sender = random.pick(&[Side::Client, Side::Server, Side::Server]);
        let pairs = random.within(50, 600);
        transfer(connection, sender, bytes, pairs, random)
    }

    fn look_up(&mut self, now: Time) -> Script {
        let path = self.paths.next(53, &mut self.random);
        let (identification, name) = (self.random.number() as u16, site(&mut self.random));
        let message = |is_answer| {
            let ports = if is_answer {
                (53, path.ports.0)
            } else {
                path.ports
            };
            Body::Udp {
                ports,
                payload: dns(identification, name, is_answer),
            }
        };
        both(now, &path, message)
    }

    fn ping(&mut self, now: Time) -> Script {
        let path = self.paths.next(0, &mut self.random);
        let sequence = self.random.number() as u16;
        both(now, &path, |is_reply| Body::Echo { is_reply, sequence })
    }

    fn ask_for_hardware_address(&mut self, now: Time) -> Script {
        loop {
            let path = self.paths.next(0, &mut self.random);
            if path.client.is_ipv4() {
                return both(now, &path, |is_reply| Body::Arp { is_reply });
            }
        }
    }
}

/// By the host itself, or by a box two hops before it.
fn refused(mut connection: Connection, random: &mut Random) -> Script {
    let own = connection.path.ttls.1;
    let ttl = if random.within(0, 3) == 0 {
        own + 2
    } else {
        own
    };
    connection.syn();
    connection.refuse(ttl);
    Box::new(connection.take().into_iter())
}

/// A question and its answer.
fn both(now: Time, path: &Path, body: impl Fn(bool) -> Body) -> Script {
    let packet = |time, source: IpAddr, destination: IpAddr, ttl, body| Packet {
        time,
        source,
        destination,
        ttl,
        vlan: path.vlan,
        body,
    };
    let question = packet(now, path.client, path.server, path.ttls.0, body(false));
    let answer = packet(
        now + path.round_trip,
        path.server,
        path.client,
        path.ttls.1,
        body(true),
    );
    Box::new([question, answer].into_iter())
}
