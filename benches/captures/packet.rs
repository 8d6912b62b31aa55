//! One packet of a capture as plain data; `wire` makes its bytes.

use std::net::IpAddr;
use std::rc::Rc;

pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const PSH: u8 = 0x08;
pub const ACK: u8 = 0x10;

/// Microseconds since 1970.
pub type Time = u64;

pub struct Packet {
    pub time: Time,
    pub source: IpAddr,
    pub destination: IpAddr,
    pub ttl: u8,
    pub vlan: Option<u16>,
    pub body: Body,
}

pub enum Body {
    Arp { is_reply: bool },
    Echo { is_reply: bool, sequence: u16 },
    Udp { ports: (u16, u16), payload: Vec<u8> },
    Tcp(Segment),
}

pub struct Segment {
    pub ports: (u16, u16),
    pub sequence: u32,
    pub acknowledgment: u32,
    pub flags: u8,
    pub window: u16,
    pub options: Options,
    pub payload: Payload,
}

#[derive(Clone, Copy)]
pub enum Options {
    None,
    /// A SYN of a scanner.
    SegmentSize,
    /// A SYN or SYN-ACK of a usual stack, with its clock and the one that it echoes.
    Handshake(u32, u32),
    Timestamps(u32, u32),
}

/// A part of what an application sends, shared by its segments.
#[derive(Clone, Default)]
pub struct Payload {
    pub bytes: Rc<Vec<u8>>,
    pub start: usize,
    pub length: usize,
}

impl Payload {
    pub fn new(bytes: Vec<u8>) -> Self {
        Payload {
            start: 0,
            length: bytes.len(),
            bytes: Rc::new(bytes),
        }
    }

    pub fn slice(&self, start: usize, length: usize) -> Payload {
        Payload {
            bytes: Rc::clone(&self.bytes),
            start: self.start + start,
            length,
        }
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.length]
    }
}
