//! One TCP connection, packet by packet.

use std::net::IpAddr;

use super::{Numbers, Packet, Packets};

pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const ACK: u8 = 0x10;
const FIN: u8 = 0x01;
const PUSH: u8 = 0x08;

/// Segment size, SACK-permitted, timestamps, window scale: what Linux offers.
const SYN_OPTIONS: [u8; 20] = [
    2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7,
];
/// What a scanner offers.
const SCAN_OPTIONS: [u8; 4] = [2, 4, 5, 180];

const LARGEST_RECORD: usize = 1400;

/// What comes next in a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Syn,
    /// The SYN of a port scanner.
    Probe,
    SynAck,
    /// A message, with so many bytes of payload.
    ClientData(usize),
    ServerData(usize),
    /// Bytes in the middle of a stream.
    ServerBulk(usize),
    ClientAck,
    ServerAck,
    ClientFin,
    ServerFin,
    /// RST and ACK, as a closed port answers a SYN.
    Refusal,
    /// RST alone, as a host without that connection answers an ACK.
    ServerReset,
    /// RST and ACK of an application that aborts.
    ClientAbort,
}

/// One side: its socket and what it has sent.
struct Side {
    socket: (IpAddr, u16),
    next: u32,
    identification: u16,
}

/// A connection of which the packets so far were written.
pub struct Conversation {
    sides: [Side; 2],
    timestamps: bool,
    /// Its messages are TLS records.
    tls: bool,
}

impl Conversation {
    pub fn new(client: (IpAddr, u16), server: (IpAddr, u16), numbers: &mut Numbers) -> Self {
        let mut side = |socket| Side {
            socket,
            next: numbers.next() as u32,
            identification: numbers.next() as u16,
        };
        Conversation {
            sides: [side(client), side(server)],
            timestamps: true,
            tls: false,
        }
    }

    /// The same, but it speaks TLS.
    pub fn over_tls(self) -> Self {
        Conversation { tls: true, ..self }
    }

    /// Writes its next packet.
    pub fn write(&mut self, step: Step, payload: &[u8], packets: &mut Packets) {
        let (place, flags, length) = match step {
            Step::Syn | Step::Probe => (0, SYN, 0),
            Step::SynAck => (1, SYN | ACK, 0),
            Step::ClientData(length) => (0, ACK | PUSH, length),
            Step::ServerData(length) => (1, ACK | PUSH, length),
            Step::ServerBulk(length) => (1, ACK, length),
            Step::ClientAck => (0, ACK, 0),
            Step::ServerAck => (1, ACK, 0),
            Step::ClientFin => (0, ACK | FIN, 0),
            Step::ServerFin => (1, ACK | FIN, 0),
            Step::Refusal => (1, RST | ACK, 0),
            Step::ServerReset => (1, RST, 0),
            Step::ClientAbort => (0, RST | ACK, 0),
        };
        self.timestamps &= step != Step::Probe;
        let stamps = stamps(packets);
        let options: &[u8] = match step {
            Step::Syn | Step::SynAck => &SYN_OPTIONS,
            Step::Probe => &SCAN_OPTIONS,
            _ if flags & RST != 0 || !self.timestamps => &[],
            _ => &stamps,
        };
        let mut record = [0; LARGEST_RECORD];
        let payload = if self.tls && flags & PUSH != 0 {
            seal(&payload[..length], &mut record)
        } else {
            &payload[..length]
        };
        let (own, peer) = (&self.sides[place], &self.sides[1 - place]);
        packets.push(&Packet {
            from: own.socket,
            to: peer.socket,
            seq: if step == Step::Refusal { 0 } else { own.next },
            ack: if flags & ACK != 0 { peer.next } else { 0 },
            flags,
            identification: if flags & RST != 0 {
                0
            } else {
                own.identification
            },
            options,
            payload,
        });
        let own = &mut self.sides[place];
        if flags & RST == 0 {
            own.identification = own.identification.wrapping_add(1);
            let occupied = length as u32 + u32::from(flags & (SYN | FIN) != 0);
            own.next = own.next.wrapping_add(occupied);
        }
    }
}

/// A TLS record of application data (RFC 8446 5.1) in place of the payload.
fn seal<'a>(payload: &[u8], record: &'a mut [u8; LARGEST_RECORD]) -> &'a [u8] {
    let record = &mut record[..payload.len()];
    record.copy_from_slice(payload);
    let [high, low] = (payload.len() as u16 - 5).to_be_bytes();
    record[..5].copy_from_slice(&[23, 3, 3, high, low]);
    record
}

/// The timestamps option, after two bytes of padding.
fn stamps(packets: &Packets) -> [u8; 12] {
    let now = ((packets.time / 1_000_000) as u32).to_be_bytes();
    let mut option = [1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 1];
    option[4..8].copy_from_slice(&now);
    option
}
