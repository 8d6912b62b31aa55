//! What a reset says of itself: in its payload, in its options, or in its window.
//!
//! All of it is a claim. Anybody can write anything into a packet, so whether to believe it is
//! decided elsewhere (`evidence/claim.rs`), by what the rest of the packet shows.

mod diagnostic;
mod f5;
pub mod multipath;
pub mod netscaler;
mod text;

use std::fmt;

use crate::segment::Segment;

/// What a claim comes to, whoever makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nobody listens on the port.
    NobodyListens,
    /// The connection is not known.
    NoConnection,
    /// The connection was idle for too long.
    Idle,
    /// The reset of another connection or of the other side is passed on.
    PassedOn,
    /// A rule forbids it.
    Policy,
    /// Memory, ports or allowed connections are used up.
    Limit,
    /// Nobody is there to serve: a service, its pool or the way to it is down.
    NoService,
    /// The handshake was not completed, or not in time.
    Handshake,
    /// The other side does not answer any more.
    Unanswered,
    /// TLS failed.
    Tls,
    /// The segment before breaks the rules of TCP.
    Malformed,
    /// A subflow or connection of MPTCP ends.
    Multipath,
    /// Something else, or nothing that can be told.
    Other,
}

/// Who writes claims of this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// F5 BIG-IP.
    F5,
    /// Citrix NetScaler.
    NetScaler,
    /// The IETF's registry of TCP failure causes.
    Ietf,
    /// Whoever has this enterprise number, in the IETF's format.
    Enterprise(u32),
    /// MPTCP.
    Multipath,
    /// Nobody is known for it.
    Unnamed,
}

impl fmt::Display for Vendor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Vendor::F5 => write!(out, "F5 BIG-IP"),
            Vendor::NetScaler => write!(out, "Citrix NetScaler"),
            Vendor::Ietf => write!(out, "IETF"),
            Vendor::Enterprise(number) => write!(out, "enterprise {number}"),
            Vendor::Multipath => write!(out, "MPTCP"),
            Vendor::Unnamed => write!(out, "unnamed"),
        }
    }
}

/// What a reset says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// In whose form.
    pub vendor: Vendor,
    /// The number in it.
    pub code: Option<u32>,
    /// In words: printable, and no longer than [`text::LONGEST`] characters.
    pub text: String,
    /// What it comes to.
    pub meaning: Meaning,
}

impl Claim {
    /// The words, cut to what an explanation has room for.
    pub fn brief(&self) -> String {
        text::shortened(&self.text, 40)
    }
}

/// What the reset says in its options or its payload. Its window says something only where the
/// connection is known ([`netscaler::of_window`]).
pub fn stated(reset: &Segment) -> Option<Claim> {
    reset
        .options
        .multipath_end
        .map(multipath::claim)
        .or_else(|| of_payload(reset.payload, reset.payload_length))
}

/// A sentence is shorter; nothing behind it is looked at.
const LONGEST_PAYLOAD: usize = 256;

fn of_payload(payload: &[u8], payload_length: u32) -> Option<Claim> {
    if payload.is_empty() {
        return None;
    }
    let payload = &payload[..payload.len().min(LONGEST_PAYLOAD)];
    diagnostic::read(payload, payload_length)
        .or_else(|| f5::read(payload))
        .or_else(|| text::read(payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_payload_gives_a_harmless_text_or_none() {
        let prefixes: [&[u8]; 5] = [b"", b"BIG-IP: [0x", b"BIG-IP: ", &[0x33, 0xaa], b"closed "];
        for prefix in prefixes {
            for byte in 0..=255 {
                let mut payload = prefix.to_vec();
                payload.extend([byte; 90]);
                payload.extend(b" \x1b[31m\0\xff\xe2\x80\xae end of it");
                for length in 0..payload.len() {
                    let Some(claim) = of_payload(&payload[..length], length as u32) else {
                        continue;
                    };
                    assert!(
                        claim.text.chars().count() <= text::LONGEST,
                        "{}",
                        claim.text
                    );
                    let harmless = |letter: char| letter == ' ' || letter.is_ascii_graphic();
                    assert!(claim.text.chars().all(harmless), "{:?}", claim.text);
                }
            }
        }
    }
}
