//! A port scanner and hosts whose ports are closed: SYN, RST, a thousand ports on each of many hosts, as nmap does it.

use std::net::IpAddr;

use crate::connection::Path;
use crate::hosts;
use crate::interleave::{Script, Shape};
use crate::packet::{ACK, Body, Options, Packet, Payload, RST, SYN, Segment, Time};
use crate::random::Random;

const PORTS: u64 = 1000;
/// nmap works on so many hosts before it takes the next ones.
const GROUP: u64 = 64;
const SCANNER_PORT: u16 = 54_321;

pub struct Scan {
    probes: u64,
    ports: Vec<u16>,
    random: Random,
}

impl Scan {
    pub fn new() -> Self {
        let mut random = Random::new(3);
        Scan {
            probes: 0,
            ports: shuffled(&mut random),
            random,
        }
    }

    fn path(&self) -> Path {
        let in_group = self.probes % (GROUP * PORTS);
        let host = self.probes / (GROUP * PORTS) * GROUP + in_group % GROUP;
        let port = self.ports[(in_group / GROUP) as usize];
        let hops = (host % 14) as u8;
        Path {
            client: hosts::client(0),
            server: hosts::server(host),
            ports: (SCANNER_PORT, port),
            ttls: (37 + (host * 7 % 22) as u8, 64 - hops),
            vlan: None,
            round_trip: 200 + u64::from(hops) * 90,
        }
    }
}

impl Shape for Scan {
    fn at_a_time(&self) -> usize {
        32
    }

    fn begin(&mut self, now: Time) -> Option<Script> {
        let path = self.path();
        self.probes += 1;
        let sent = now + self.random.within(1, 40);
        let sequence = 0x1d2c_3b4a;
        let probe = packet(
            sent,
            path.client,
            path.server,
            path.ttls.0,
            Segment {
                ports: path.ports,
                sequence,
                acknowledgment: 0,
                flags: SYN,
                window: 1024,
                options: Options::SegmentSize,
                payload: Payload::default(),
            },
        );
        let answer = packet(
            sent + path.round_trip,
            path.server,
            path.client,
            path.ttls.1,
            Segment {
                ports: (path.ports.1, path.ports.0),
                sequence: 0,
                acknowledgment: sequence + 1,
                flags: RST | ACK,
                window: 0,
                options: Options::None,
                payload: Payload::default(),
            },
        );
        Some(Box::new([probe, answer].into_iter()))
    }
}

fn packet(time: Time, source: IpAddr, destination: IpAddr, ttl: u8, segment: Segment) -> Packet {
    Packet {
        time,
        source,
        destination,
        ttl,
        vlan: None,
        body: Body::Tcp(segment),
    }
}

fn shuffled(random: &mut Random) -> Vec<u16> {
    let mut ports: Vec<u16> = (1..=PORTS as u16).collect();
    for last in (1..ports.len()).rev() {
        ports.swap(last, random.within(0, last as u64 + 1) as usize);
    }
    ports
}
