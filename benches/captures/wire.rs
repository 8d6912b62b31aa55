//! Packets as bytes in a pcap file.
//!
//! Checksums of TCP stay empty: Wireshark does not verify them unless told to.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::IpAddr;

use etherparse::{
    EtherType, Ethernet2Header, IcmpEchoHeader, Icmpv4Header, Icmpv4Type, Icmpv6Header, Icmpv6Type,
    IpNumber, Ipv4Header, Ipv6Header, SingleVlanHeader, TcpHeader, UdpHeader, VlanId,
};

use crate::packet::{ACK, Body, FIN, Options, PSH, Packet, RST, SYN, Segment};

const SEGMENT_SIZE: u16 = 1460;
const WINDOW_SCALE: u8 = 7;

/// Writes packets, and gives those of each host one IP identification after the other, as the hosts do.
pub struct Wire<W: Write> {
    file: W,
    identifications: HashMap<IpAddr, u16>,
    frame: Vec<u8>,
}

impl<W: Write> Wire<W> {
    pub fn new(mut file: W) -> io::Result<Self> {
        let header: [u32; 6] = [0xa1b2_c3d4, 2 | 4 << 16, 0, 0, 65535, 1];
        for word in header {
            file.write_all(&word.to_le_bytes())?;
        }
        Ok(Wire {
            file,
            identifications: HashMap::new(),
            frame: Vec::new(),
        })
    }

    pub fn write(&mut self, packet: &Packet) -> io::Result<()> {
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        self.fill(&mut frame, packet)?;
        let length = frame.len() as u32;
        let seconds = (packet.time / 1_000_000) as u32;
        let microseconds = (packet.time % 1_000_000) as u32;
        for word in [seconds, microseconds, length, length] {
            self.file.write_all(&word.to_le_bytes())?;
        }
        self.file.write_all(&frame)?;
        self.frame = frame;
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.file.flush()?;
        Ok(self.file)
    }

    fn fill(&mut self, frame: &mut Vec<u8>, packet: &Packet) -> io::Result<()> {
        ethernet(frame, packet)?;
        match &packet.body {
            Body::Arp { is_reply } => frame.extend(arp(packet, *is_reply)),
            Body::Echo { is_reply, sequence } => {
                let bytes = echo(packet, *is_reply, *sequence)?;
                self.ip(frame, packet, bytes.len(), echo_protocol(packet))?;
                frame.extend(bytes);
            }
            Body::Udp { ports, payload } => {
                self.ip(frame, packet, UdpHeader::LEN + payload.len(), IpNumber::UDP)?;
                udp(packet, *ports, payload)?.write(frame)?;
                frame.extend(payload);
            }
            Body::Tcp(segment) => {
                let header = tcp(segment)?;
                self.ip(
                    frame,
                    packet,
                    header.header_len() + segment.payload.length,
                    IpNumber::TCP,
                )?;
                header.write(frame)?;
                frame.extend(segment.payload.as_slice());
            }
        }
        Ok(())
    }

    fn ip(
        &mut self,
        frame: &mut Vec<u8>,
        packet: &Packet,
        length: usize,
        protocol: IpNumber,
    ) -> io::Result<()> {
        match (packet.source, packet.destination) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                let mut header = Ipv4Header::new(
                    length as u16,
                    packet.ttl,
                    protocol,
                    source.octets(),
                    destination.octets(),
                )
                .map_err(io::Error::other)?;
                header.dont_fragment = true;
                header.identification = self.identification(packet);
                header.write(frame)
            }
            (source, destination) => Ipv6Header {
                payload_length: length as u16,
                next_header: protocol,
                hop_limit: packet.ttl,
                source: octets(source),
                destination: octets(destination),
                ..Default::default()
            }
            .write(frame),
        }
    }

    fn identification(&mut self, packet: &Packet) -> u16 {
        if answers_a_stranger(packet) {
            return 0;
        }
        let last = self
            .identifications
            .entry(packet.source)
            .or_insert_with(|| first_identification(packet.source));
        *last = last.wrapping_add(1);
        *last
    }
}

/// Linux gives a reset that no connection sends identification 0.
fn answers_a_stranger(packet: &Packet) -> bool {
    matches!(&packet.body, Body::Tcp(Segment { flags, window: 0, .. }) if flags & RST != 0)
}

fn first_identification(host: IpAddr) -> u16 {
    let sum = octets(host).iter().fold(7u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(*byte))
    });
    (sum ^ sum >> 16) as u16
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

fn hardware(address: IpAddr) -> [u8; 6] {
    let octets = octets(address);
    [2, 0, octets[12], octets[13], octets[14], octets[15]]
}

fn ethernet(frame: &mut Vec<u8>, packet: &Packet) -> io::Result<()> {
    let inner = match (&packet.body, packet.source) {
        (Body::Arp { .. }, _) => EtherType::ARP,
        (_, IpAddr::V4(_)) => EtherType::IPV4,
        (_, IpAddr::V6(_)) => EtherType::IPV6,
    };
    Ethernet2Header {
        source: hardware(packet.source),
        destination: hardware(packet.destination),
        ether_type: if packet.vlan.is_some() {
            EtherType::VLAN_TAGGED_FRAME
        } else {
            inner
        },
    }
    .write(frame)?;
    if let Some(vlan) = packet.vlan {
        let header = SingleVlanHeader {
            vlan_id: VlanId::try_new(vlan).map_err(io::Error::other)?,
            ether_type: inner,
            ..Default::default()
        };
        header.write(frame)?;
    }
    Ok(())
}

fn arp(packet: &Packet, is_reply: bool) -> Vec<u8> {
    let target = if is_reply {
        hardware(packet.destination)
    } else {
        [0; 6]
    };
    let mut bytes = vec![0, 1, 8, 0, 6, 4, 0, 1 + u8::from(is_reply)];
    bytes.extend(hardware(packet.source));
    bytes.extend(&octets(packet.source)[12..]);
    bytes.extend(target);
    bytes.extend(&octets(packet.destination)[12..]);
    bytes
}

fn echo_protocol(packet: &Packet) -> IpNumber {
    if packet.source.is_ipv4() {
        IpNumber::ICMP
    } else {
        IpNumber::IPV6_ICMP
    }
}

fn echo(packet: &Packet, is_reply: bool, seq: u16) -> io::Result<Vec<u8>> {
    let payload: Vec<u8> = (0..48).collect();
    let header = IcmpEchoHeader { id: 77, seq };
    let mut bytes = Vec::new();
    if packet.source.is_ipv4() {
        let kind = if is_reply {
            Icmpv4Type::EchoReply(header)
        } else {
            Icmpv4Type::EchoRequest(header)
        };
        Icmpv4Header::with_checksum(kind, &payload).write(&mut bytes)?;
    } else {
        let kind = if is_reply {
            Icmpv6Type::EchoReply(header)
        } else {
            Icmpv6Type::EchoRequest(header)
        };
        let (source, destination) = (octets(packet.source), octets(packet.destination));
        Icmpv6Header::with_checksum(kind, source, destination, &payload)
            .map_err(io::Error::other)?
            .write(&mut bytes)?;
    }
    bytes.extend(payload);
    Ok(bytes)
}

fn udp(packet: &Packet, ports: (u16, u16), payload: &[u8]) -> io::Result<UdpHeader> {
    let mut header = UdpHeader::without_ipv4_checksum(ports.0, ports.1, payload.len())
        .map_err(io::Error::other)?;
    // Over IPv6 there is no UDP without one.
    if packet.source.is_ipv6() {
        header.checksum = header
            .calc_checksum_ipv6_raw(octets(packet.source), octets(packet.destination), payload)
            .map_err(io::Error::other)?;
    }
    Ok(header)
}

fn tcp(segment: &Segment) -> io::Result<TcpHeader> {
    let flag = |flag| segment.flags & flag != 0;
    let mut header = TcpHeader::new(
        segment.ports.0,
        segment.ports.1,
        segment.sequence,
        segment.window,
    );
    header.acknowledgment_number = segment.acknowledgment;
    header.fin = flag(FIN);
    header.syn = flag(SYN);
    header.rst = flag(RST);
    header.psh = flag(PSH);
    header.ack = flag(ACK);
    header
        .set_options_raw(&options(segment.options))
        .map_err(io::Error::other)?;
    Ok(header)
}

fn options(options: Options) -> Vec<u8> {
    let size = SEGMENT_SIZE.to_be_bytes();
    let mut bytes = match options {
        Options::None => return Vec::new(),
        Options::SegmentSize => return vec![2, 4, size[0], size[1]],
        Options::Handshake(..) => vec![2, 4, size[0], size[1], 4, 2],
        Options::Timestamps(..) => vec![1, 1],
    };
    if let Options::Handshake(clock, echo) | Options::Timestamps(clock, echo) = options {
        bytes.extend([8, 10]);
        bytes.extend(clock.to_be_bytes());
        bytes.extend(echo.to_be_bytes());
    }
    if let Options::Handshake(..) = options {
        bytes.extend([1, 3, 3, WINDOW_SCALE]);
    }
    bytes
}
