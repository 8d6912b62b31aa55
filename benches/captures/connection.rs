//! One TCP connection, told as what its two sides do, and the packets that this makes near the client.

use std::net::IpAddr;

use crate::packet::{ACK, Body, FIN, Options, PSH, Packet, Payload, RST, SYN, Segment, Time};
use crate::random::Random;

pub const SEGMENT_SIZE: usize = 1448;
const WINDOW: u16 = 501;
const LINE_DELAY: Time = 12;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

use Side::{Client, Server};

impl Side {
    pub fn peer(self) -> Side {
        if self == Client { Server } else { Client }
    }
}

/// Who talks with whom, and over which way.
#[derive(Clone, Copy)]
pub struct Path {
    pub client: IpAddr,
    pub server: IpAddr,
    pub ports: (u16, u16),
    /// With which the packets of each arrive here.
    pub ttls: (u8, u8),
    pub vlan: Option<u16>,
    pub round_trip: Time,
}

pub struct Connection {
    pub path: Path,
    pub now: Time,
    next: [u32; 2],
    clocks: [u32; 2],
    packets: Vec<Packet>,
}

impl Connection {
    pub fn new(path: Path, now: Time, random: &mut Random) -> Self {
        Connection {
            path,
            now,
            next: [random.number(), random.number()],
            clocks: [random.number(), random.number()],
            packets: Vec::new(),
        }
    }

    pub fn take(&mut self) -> Vec<Packet> {
        std::mem::take(&mut self.packets)
    }

    pub fn pause(&mut self, time: Time) {
        self.now += time;
    }

    pub fn open(&mut self) {
        self.syn();
        self.react(Server);
        let options = Options::Handshake(self.clock(Server), self.clock(Client));
        self.emit(Server, SYN | ACK, WINDOW, options, Payload::default());
        self.react(Client);
        self.acknowledge(Client);
    }

    pub fn syn(&mut self) {
        let options = Options::Handshake(self.clock(Client), 0);
        self.emit(Client, SYN, 64240, options, Payload::default());
    }

    /// One side sends bytes, and the other acknowledges every second segment and the last.
    pub fn say(&mut self, side: Side, bytes: Vec<u8>) {
        let payload = Payload::new(bytes);
        self.react(side);
        for (number, start) in (0..payload.length).step_by(SEGMENT_SIZE).enumerate() {
            let length = SEGMENT_SIZE.min(payload.length - start);
            let is_last = start + length == payload.length;
            self.data(side, payload.slice(start, length), is_last);
            if is_last || number % 2 == 1 {
                self.react_soon(side.peer());
                self.acknowledge(side.peer());
            }
        }
    }

    pub fn data(&mut self, side: Side, payload: Payload, push: bool) {
        self.now += LINE_DELAY;
        let flags = if push { PSH | ACK } else { ACK };
        let options = self.timestamps(side);
        self.emit(side, flags, WINDOW, options, payload);
    }

    /// A segment that is lost before it gets here, the acknowledgments that ask for it, and its repeat.
    pub fn lose_and_repeat(&mut self, side: Side, payload: Payload) {
        let lost = self.next[side as usize];
        self.next[side as usize] = lost.wrapping_add(payload.length as u32);
        for _ in 0..3 {
            self.data(side, payload.clone(), false);
            let latest = std::mem::replace(&mut self.next[side as usize], lost);
            self.acknowledge(side.peer());
            self.next[side as usize] = latest;
        }
        let latest = std::mem::replace(&mut self.next[side as usize], lost);
        self.react(side);
        self.data(side, payload, false);
        self.next[side as usize] = latest;
        self.react_soon(side.peer());
        self.acknowledge(side.peer());
    }

    pub fn acknowledge(&mut self, side: Side) {
        let options = self.timestamps(side);
        self.emit(side, ACK, WINDOW, options, Payload::default());
    }

    pub fn finish(&mut self, side: Side) {
        self.react(side);
        let options = self.timestamps(side);
        self.emit(side, FIN | ACK, WINDOW, options, Payload::default());
    }

    /// Both sides close, this one first.
    pub fn close(&mut self, side: Side) {
        self.finish(side);
        self.finish(side.peer());
        self.react(side);
        self.acknowledge(side);
    }

    /// The side's TCP gives the connection up.
    pub fn abort(&mut self, side: Side) {
        self.react(side);
        self.emit(side, RST | ACK, WINDOW, Options::None, Payload::default());
    }

    /// The side knows nothing of the segment that came last from its peer.
    pub fn disown(&mut self, side: Side) {
        self.react(side);
        self.emit(side, RST, 0, Options::None, Payload::default());
        if let Some(Body::Tcp(segment)) = self.packets.last_mut().map(|packet| &mut packet.body) {
            segment.acknowledgment = 0;
        }
    }

    /// Nobody listens on the server's port, or a box on the way says so.
    pub fn refuse(&mut self, ttl: u8) {
        self.next[Server as usize] = 0;
        self.react(Server);
        self.emit(Server, RST | ACK, 0, Options::None, Payload::default());
        if let Some(packet) = self.packets.last_mut() {
            packet.ttl = ttl;
        }
    }

    /// The time until what this side does in answer is seen here.
    fn react(&mut self, side: Side) {
        self.now += if side == Server {
            self.path.round_trip
        } else {
            60
        };
    }

    fn react_soon(&mut self, side: Side) {
        self.now += if side == Server {
            self.path.round_trip / 4
        } else {
            15
        };
    }

    fn clock(&self, side: Side) -> u32 {
        self.clocks[side as usize].wrapping_add((self.now / 1000) as u32)
    }

    fn timestamps(&self, side: Side) -> Options {
        Options::Timestamps(self.clock(side), self.clock(side.peer()))
    }

    fn emit(&mut self, side: Side, flags: u8, window: u16, options: Options, payload: Payload) {
        let path = &self.path;
        let (mut source, mut destination, mut ports, mut ttl) =
            (path.client, path.server, path.ports, path.ttls.0);
        if side == Server {
            (source, destination, ports, ttl) =
                (destination, source, (ports.1, ports.0), path.ttls.1);
        }
        let sequence = self.next[side as usize];
        let occupied = payload.length as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.next[side as usize] = sequence.wrapping_add(occupied);
        let segment = Segment {
            ports,
            sequence,
            acknowledgment: if flags & ACK != 0 {
                self.next[side.peer() as usize]
            } else {
                0
            },
            flags,
            window,
            options,
            payload,
        };
        self.packets.push(Packet {
            time: self.now,
            source,
            destination,
            ttl,
            vlan: path.vlan,
            body: Body::Tcp(segment),
        });
    }
}
