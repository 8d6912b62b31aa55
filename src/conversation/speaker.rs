//! What one side of a conversation has said to the other.

use super::Endpoint;
use crate::application::Goodbye;
use crate::application::tls::Alert;
use crate::segment::Moment;
use crate::seq::Seq;

/// What one side said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Speaker {
    /// Frame with which its last HTTP message was complete.
    pub message: u32,
    /// How many it has completed: requests, or replies but interim ones.
    pub messages: u16,
    /// Where that message ended.
    pub(super) boundary: Option<Seq>,
    /// Where the message ends that it has begun, where the head says.
    pub(super) promised: Option<Seq>,
    /// The reply to what it asked last has no body.
    pub(super) asked_head: bool,
    /// Status of its last HTTP reply, 0 for none.
    pub status: u16,
    /// That reply, where the request was not complete by then.
    pub answered_early: Moment,
    /// Its alert that TLS had failed.
    pub failure: Option<Failure>,
    /// Its goodbye.
    pub goodbye: Option<(u32, Goodbye)>,
}

/// An alert by which one side ended a TLS handshake, or a session.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    /// Where.
    pub moment: Moment,
    /// What it said; none where it was encrypted.
    pub alert: Option<Alert>,
    /// Whether application data had been exchanged before.
    pub after_data: bool,
}

/// How far one side's last HTTP message had come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Message {
    /// The file does not say.
    #[default]
    Unknown,
    /// It was complete, and its end is the end of what the side sent.
    Complete,
    /// A part of it is missing.
    Open,
}

impl Speaker {
    /// Whether the reply with this status to what it asked has no body (RFC 9112 6.3).
    pub(super) fn has_no_body(&self, status: u16) -> bool {
        self.asked_head || status < 200 || status == 204 || status == 304
    }

    /// Whether it has begun a message and has not ended it. Without a head the start has to be known.
    pub(super) fn is_open(&self, own: &Endpoint, cut: bool) -> bool {
        let end = own.data_end();
        if let Some(promised) = self.promised {
            return end.is_before(promised);
        }
        let start = self.boundary.or_else(|| own.initial().map(|syn| syn + 1));
        !cut && start.is_some_and(|start| end.is_after(start))
    }

    /// How far its last message had come.
    pub(super) fn progress(&self, own: &Endpoint) -> Message {
        let end = own.data_end();
        match self.promised {
            Some(promised) if end.is_before(promised) => Message::Open,
            Some(promised) if end == promised => Message::Complete,
            None if self.boundary == Some(end) => Message::Complete,
            _ => Message::Unknown,
        }
    }
}
