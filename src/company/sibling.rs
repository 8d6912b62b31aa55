//! Connections that were opened to the same service at the same time: Happy Eyeballs (RFC 8305) tries
//! several addresses and keeps the first that answers.

use std::net::IpAddr;

use crate::segment::{MILLISECOND, Nanoseconds, Segment};

/// Handshakes remembered.
const KEPT: usize = 32;
/// RFC 8305 8: the longest recommended delay between attempts is 2 s.
const LONGEST_DELAY: Nanoseconds = 2000 * MILLISECOND;

/// A handshake that its client completed.
#[derive(Clone, Copy, Debug)]
pub struct Established {
    client: IpAddr,
    server: IpAddr,
    port: u16,
    link_source: u64,
    time: Nanoseconds,
    /// Frame of the client's ACK.
    pub frame: u32,
}

/// The latest completed handshakes.
#[derive(Debug, Default)]
pub struct Siblings {
    latest: Vec<Established>,
    written: usize,
}

impl Siblings {
    /// The client completed a handshake with this segment.
    pub fn established(&mut self, ack: &Segment) {
        let entry = Established {
            client: ack.source.address,
            server: ack.destination.address,
            port: ack.destination.port,
            link_source: ack.link_source,
            time: ack.time,
            frame: ack.frame,
        };
        match self.latest.get_mut(self.written % KEPT) {
            Some(place) => *place = entry,
            None => self.latest.push(entry),
        }
        self.written = self.written.wrapping_add(1) % KEPT;
    }

    /// The handshake that replaced the one which this reset of its client gives up: the same port of
    /// another address, completed while that one waited (`age` long).
    pub fn of(&self, reset: &Segment, age: Nanoseconds) -> Option<Established> {
        let opened = reset.time.saturating_sub(age).saturating_sub(LONGEST_DELAY);
        let replaces = |other: &&Established| {
            let families_differ = other.client.is_ipv4() != reset.source.address.is_ipv4();
            other.port == reset.destination.port
                && other.server != reset.destination.address
                && (other.client == reset.source.address || families_differ)
                && other.link_source == reset.link_source
                && other.time >= opened
        };
        self.latest.iter().find(replaces).copied()
    }
}
