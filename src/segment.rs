//! One TCP segment as plain data: what the analysis knows of a frame.

use std::net::IpAddr;
use std::num::NonZeroU32;

pub use crate::application::Application;
pub use crate::moment::{MILLISECOND, Milliseconds, Moment, Nanoseconds, Tick};
pub use crate::options::Options;
use crate::seq::Seq;

/// An index into one of the session's lists. Unlike a plain number it leaves room for "none", so
/// that an optional one takes four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Index(NonZeroU32);

impl Index {
    /// That of the first element.
    pub const FIRST: Index = Index(NonZeroU32::MIN);

    /// The index of the element at `place`. A list cannot hold more than four thousand million
    /// elements; beyond, the last possible index stands for all.
    pub fn new(place: usize) -> Index {
        let number = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
        Index(NonZeroU32::new(number).unwrap_or(NonZeroU32::MAX))
    }

    /// The place in the list.
    pub fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// An address and a port (RFC 9293 3.4.1 calls the pair a socket).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Socket {
    /// The IP address.
    pub address: IpAddr,
    /// The TCP port.
    pub port: u16,
}

impl std::fmt::Display for Socket {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.address {
            IpAddr::V4(address) => write!(out, "{address}:{}", self.port),
            IpAddr::V6(address) => write!(out, "[{address}]:{}", self.port),
        }
    }
}

/// The control bits of RFC 9293 3.1, in the order of the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Flags = Flags(0x01);
    /// Synchronize sequence numbers.
    pub const SYN: Flags = Flags(0x02);
    /// Reset the connection.
    pub const RST: Flags = Flags(0x04);
    /// The acknowledgment field is significant.
    pub const ACK: Flags = Flags(0x10);
    const SYN_ACK: Flags = Flags(0x12);
    /// ECN-Echo and Congestion Window Reduced: in a SYN, the wish to use ECN (RFC 3168 6.1.1).
    pub const ECN: Flags = Flags(0xc0);

    /// Whether any of `other`'s bits is set.
    pub fn has(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// SEG.LEN of a segment with this much payload: one more each for SYN and FIN (RFC 9293 3.4).
    pub fn length_with(self, payload: u32) -> u32 {
        payload
            .saturating_add(u32::from(self.has(Flags::SYN)))
            .saturating_add(u32::from(self.has(Flags::FIN)))
    }

    /// Whether all of `other`'s bits are set.
    pub fn has_all(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What the IP header says of the way and of the sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IpHeader {
    /// TTL or hop limit, as captured.
    pub hop_limit: u8,
    /// IPv4 identification; none in IPv6.
    pub identification: Option<u16>,
    /// Differentiated services code point, 0 to 63.
    pub dscp: u8,
    /// IPv6 flow label; none in IPv4.
    pub flow_label: Option<u32>,
}

/// One TCP segment of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// Number of the frame, from 1.
    pub frame: u32,
    /// Which TCP layer of the frame, from 0 (tunnels hold several).
    pub layer: u8,
    /// When it was captured.
    pub time: Nanoseconds,
    /// Who sent it.
    pub source: Socket,
    /// To whom.
    pub destination: Socket,
    /// SEG.SEQ.
    pub seq: Seq,
    /// SEG.ACK; meaningless without [`Flags::ACK`].
    pub ack: Seq,
    /// The control bits.
    pub flags: Flags,
    /// SEG.WND, unscaled.
    pub window: u16,
    /// Bytes of payload on the wire, captured or not.
    pub payload_length: u32,
    /// The captured bytes of a reset's payload; of no use, and empty, for all other segments.
    pub payload: &'a [u8],
    /// The options, where the capture holds them.
    pub options: Options,
    /// The IP header before it.
    pub ip: IpHeader,
    /// The link-layer source address, packed into a number; 0 where there is none.
    pub link_source: u64,
    /// Whether the capture cut the TCP header, so that window or options are unknown.
    pub header_cut: bool,
    /// What its applications said.
    pub application: Application,
}

impl Segment<'_> {
    /// SEG.LEN: payload plus one each for SYN and FIN (RFC 9293 3.4).
    pub fn length(&self) -> u32 {
        self.flags.length_with(self.payload_length)
    }

    /// The sequence number after the last one it occupies.
    pub fn end(&self) -> Seq {
        self.seq + self.length()
    }

    /// A connection request: SYN without ACK.
    pub fn is_syn(&self) -> bool {
        self.flags.0 & Flags::SYN_ACK.0 == Flags::SYN.0
    }

    /// The answer to one: SYN with ACK.
    pub fn is_syn_ack(&self) -> bool {
        self.flags.has_all(Flags::SYN_ACK)
    }

    /// A SYN that offers none of window scale, timestamps and SACK. The TCP of every desktop, server and
    /// phone offers at least one (Linux, Windows since Vista, BSD, macOS); port scanners that write their
    /// own SYNs (nmap, masscan, zmap) and very small stacks (lwIP as shipped) do not.
    pub fn is_bare_syn(&self) -> bool {
        let options = &self.options;
        self.is_syn()
            && !self.header_cut
            && options.window_scale.is_none()
            && options.timestamp.is_none()
            && !options.sack_permitted
    }

    /// Whether it resets the connection.
    pub fn is_reset(&self) -> bool {
        self.flags.has(Flags::RST)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A plain ACK of client 10.0.0.1:40000 to server 10.0.0.2:80, `frame` milliseconds after the epoch.
    pub(crate) fn segment(frame: u32) -> Segment<'static> {
        let socket = |last, port| Socket {
            address: IpAddr::from([10, 0, 0, last]),
            port,
        };
        Segment {
            frame,
            layer: 0,
            time: i64::from(frame) * MILLISECOND,
            source: socket(1, 40000),
            destination: socket(2, 80),
            seq: Seq(1000),
            ack: Seq(5000),
            flags: Flags::ACK,
            window: 500,
            payload_length: 0,
            payload: &[],
            options: Options::default(),
            ip: IpHeader {
                hop_limit: 64,
                identification: Some(0),
                ..IpHeader::default()
            },
            link_source: 1,
            header_cut: false,
            application: Application::default(),
        }
    }

    #[test]
    fn syn_and_fin_take_one_number_each() {
        let mut fin = segment(1);
        fin.payload_length = 10;
        fin.flags = Flags(Flags::FIN.0 | Flags::ACK.0);
        assert_eq!(fin.end(), Seq(1011));
    }

    #[test]
    fn sockets_read_as_engineers_write_them() {
        let v6 = Socket {
            address: "fd00::1".parse().unwrap(),
            port: 80,
        };
        assert_eq!(v6.to_string(), "[fd00::1]:80");
        assert_eq!(segment(1).source.to_string(), "10.0.0.1:40000");
    }
}
