//! What one segment says above TCP: from the messages that Wireshark puts together or decrypts anyway,
//! and from the first bytes of its payload.
//!
//! Complete HTTP messages and ClientHellos are read where Wireshark shows them; heads tell what is missing
//! of others. TLS records and goodbyes are read from the payload: their form says enough, on any port and
//! in any version of Wireshark. Fields would say the same, but a wanted field costs in every frame.

pub mod goodbye;
mod hello;
pub mod http;
pub mod inputs;
pub mod tls;

pub use goodbye::Goodbye;
pub use http::Head;

use crate::segment::Index;
use tls::{Alert, Records};

/// What the applications of one segment said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// The HTTP message that Wireshark shows on this frame.
    pub http: Option<Http>,
    /// The head of an HTTP message that it starts with.
    pub head: Option<Head>,
    /// The TLS records that start in it.
    pub records: Records,
    /// A TLS alert whose words can be read.
    pub alert: Option<Alert>,
    /// The end of a dialogue, in the words of its protocol.
    pub goodbye: Option<Goodbye>,
    /// The server's name, as an index into the session's names.
    pub server_name: Option<Index>,
    /// Whether the capture cut its payload.
    pub payload_cut: bool,
}

/// An HTTP message. With Wireshark's reassembly, which is on by default, the fields stand on the frame
/// where the message is complete; without it, and in captures that cut payloads, on that of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http {
    /// Status code of a reply; none for a request.
    pub status: Option<u16>,
    /// A request with the method HEAD: its reply states a length and has no body (RFC 9112 6.3).
    pub asks_head: bool,
    /// How many messages of its direction the frame completes, from 1.
    pub count: u8,
}

impl Application {
    /// Whether there is nothing to take note of.
    pub fn is_silent(&self) -> bool {
        self.http.is_none()
            && self.head.is_none()
            && self.records.is_empty()
            && self.alert.is_none()
            && self.goodbye.is_none()
            && self.server_name.is_none()
    }

    /// Adds what the payload's own bytes say; `length` is what it had on the wire.
    pub fn read_payload(&mut self, payload: &[u8], length: u32) {
        self.payload_cut = (payload.len() as u64) < u64::from(length);
        self.head = http::read(payload);
        let read = tls::read(payload, length);
        self.records = read.records;
        self.alert = read.alert;
        if !self.payload_cut {
            self.goodbye = goodbye::read(payload);
        }
    }
}
