//! Packets as a capture holds them, written by a deterministic generator.

mod conversation;
pub mod scene;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rstanalysis::decode::{RawSegment, decode};
use rstanalysis::segment::{Nanoseconds, Segment};

pub use conversation::{Conversation, Step};

const MICROSECOND: Nanoseconds = 1000;
/// The mean of a capture with 50,000 packets a second.
const BETWEEN_PACKETS: Nanoseconds = 20 * MICROSECOND;
const TCP: u8 = 6;

/// Where one packet's bytes stand.
#[derive(Clone, Copy)]
struct Place {
    frame: u32,
    time: Nanoseconds,
    start: usize,
    ip_length: usize,
    end: usize,
    link_source: u64,
}

/// The packets that are at hand, and the clock and frame number of the next one.
pub struct Packets {
    bytes: Vec<u8>,
    places: Vec<Place>,
    frame: u32,
    pub time: Nanoseconds,
}

/// What one packet carries.
pub struct Packet<'a> {
    pub from: (IpAddr, u16),
    pub to: (IpAddr, u16),
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub identification: u16,
    /// A multiple of four bytes.
    pub options: &'a [u8],
    pub payload: &'a [u8],
}

impl Packets {
    pub fn new() -> Packets {
        Packets {
            bytes: Vec::new(),
            places: Vec::new(),
            frame: 1,
            time: 1_700_000_000_000_000_000,
        }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Forgets the packets; clock and frame number go on.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }

    pub fn push(&mut self, packet: &Packet) {
        let start = self.bytes.len();
        let tcp_length = 20 + packet.options.len() + packet.payload.len();
        self.push_ip(packet, tcp_length as u16);
        let ip_length = self.bytes.len() - start;
        self.push_tcp(packet);
        self.places.push(Place {
            frame: self.frame,
            time: self.time,
            start,
            ip_length,
            end: self.bytes.len(),
            link_source: 0x0200_0000_0000 + u64::from(packet.from.1 > packet.to.1),
        });
        self.frame += 1;
        self.time += BETWEEN_PACKETS;
    }

    fn push_ip(&mut self, packet: &Packet, tcp_length: u16) {
        let out = &mut self.bytes;
        match (packet.from.0, packet.to.0) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                out.extend([0x45, 0]);
                out.extend((20 + tcp_length).to_be_bytes());
                out.extend(packet.identification.to_be_bytes());
                out.extend([0x40, 0, 64, TCP, 0, 0]);
                out.extend(from.octets());
                out.extend(to.octets());
            }
            (from, to) => {
                out.extend([0x60, 0, 0x12, 0x34]);
                out.extend(tcp_length.to_be_bytes());
                out.extend([TCP, 64]);
                for address in [from, to] {
                    match address {
                        IpAddr::V4(address) => out.extend(address.to_ipv6_mapped().octets()),
                        IpAddr::V6(address) => out.extend(address.octets()),
                    }
                }
            }
        }
    }

    fn push_tcp(&mut self, packet: &Packet) {
        let out = &mut self.bytes;
        out.extend(packet.from.1.to_be_bytes());
        out.extend(packet.to.1.to_be_bytes());
        out.extend(packet.seq.to_be_bytes());
        out.extend(packet.ack.to_be_bytes());
        out.push((5 + packet.options.len() as u8 / 4) << 4);
        out.push(packet.flags);
        out.extend([1, 246, 0, 0, 0, 0]);
        out.extend(packet.options);
        out.extend(packet.payload);
    }

    /// The packets as the decoder takes them.
    pub fn raw(&self) -> impl Iterator<Item = RawSegment<'_>> {
        self.places.iter().map(|place| RawSegment {
            frame: place.frame,
            time: place.time,
            ip: &self.bytes[place.start..place.end],
            tcp: &self.bytes[place.start + place.ip_length..place.end],
            tcp_offset: Some(place.ip_length as u32),
            reported: (place.end - place.start - place.ip_length) as u32,
            link_source: place.link_source,
            ..RawSegment::default()
        })
    }

    /// The packets as the session takes them.
    pub fn segments(&self) -> Vec<Segment<'_>> {
        self.raw().filter_map(|raw| decode(&raw)).collect()
    }
}

/// A small generator of numbers that are the same on each machine (Marsaglia's xorshift).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: u32) -> u32 {
        (self.next() >> 16) as u32 % limit
    }
}

/// An address of one of the bench's networks, of which each holds 2^24 hosts.
pub fn address(network: u8, host: u32, is_v6: bool) -> IpAddr {
    let [_, high, middle, low] = host.to_be_bytes();
    if is_v6 {
        let [upper, lower] = [(host >> 16) as u16, host as u16];
        return Ipv6Addr::new(0xfd00, network.into(), 0, 0, 0, 0, upper, lower).into();
    }
    Ipv4Addr::new(10 + network, high, middle, low).into()
}
