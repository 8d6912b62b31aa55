//! How far the TLS session of a conversation is, by the kinds of its records alone.

use super::Direction;
use crate::application::tls::Records;

/// A TLS session.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tls {
    stage: Stage,
    client: Option<Direction>,
    /// TLS 1.2 or older: handshake records go on after the ServerHello.
    legacy: bool,
    changed_cipher: [bool; 2],
}

/// How far a TLS session is (RFC 8446 2, RFC 5246 7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// No TLS, or its start is not in the file.
    #[default]
    None,
    /// The client sent its ClientHello.
    ClientHello,
    /// The server answered.
    ServerHello,
    /// TLS 1.3: the server's encrypted part has begun.
    Sealed,
    /// TLS 1.3: the client's encrypted part has come.
    ClientFinished,
    /// The handshake is over.
    Established,
}

impl Tls {
    /// Takes in the records of a segment that was sent in this direction.
    pub fn advance(&mut self, records: Records, direction: Direction) {
        if records.is_empty() {
            return;
        }
        if records.has(Records::CLIENT_HELLO) && self.stage <= Stage::ServerHello {
            self.client = Some(direction);
            self.stage = self.stage.max(Stage::ClientHello);
        }
        let by_client = self.client == Some(direction);
        if records.has(Records::HANDSHAKE) {
            if by_client {
                self.legacy = true;
            } else if self.stage == Stage::ClientHello {
                self.stage = Stage::ServerHello;
            }
        }
        if records.has(Records::CHANGE_CIPHER) {
            self.changed_cipher[direction.index()] = true;
        }
        if self.legacy && self.changed_cipher == [true; 2] {
            self.stage = Stage::Established;
        }
        if records.has(Records::SEALED) {
            self.stage = self.after_sealed(by_client);
        }
    }

    fn after_sealed(&self, by_client: bool) -> Stage {
        match (self.stage, by_client) {
            // Early data (RFC 8446 2.3).
            (Stage::ClientHello, true) => Stage::ClientHello,
            (Stage::ServerHello, false) if !self.legacy => Stage::Sealed,
            (Stage::Sealed, false) => Stage::Sealed,
            (Stage::Sealed | Stage::ClientFinished, true) => Stage::ClientFinished,
            _ => Stage::Established,
        }
    }

    /// Whether the records hold what must be an encrypted alert, or has the size of one.
    pub fn has_sealed_alert(&self, records: Records) -> bool {
        records.has(Records::SEALED_ALERT) || (records.has(Records::ALERT_SIZED) && !self.legacy)
    }

    /// Whether the handshake is over.
    pub fn is_established(&self) -> bool {
        self.stage == Stage::Established
    }

    /// Whether a server has answered and the handshake is not over.
    pub fn is_answered_handshake(&self) -> bool {
        matches!(self.stage, Stage::ServerHello | Stage::Sealed)
    }

    /// Whether the handshake is unfinished for the side that sends in this direction. A server of TLS
    /// 1.3 that has said nothing since the client's Finished is still judging the client, unless that has said
    /// goodbye (`peer_left`).
    pub fn is_in_handshake(&self, direction: Direction, peer_left: bool) -> bool {
        match self.stage {
            Stage::ClientHello | Stage::ServerHello | Stage::Sealed => true,
            Stage::ClientFinished => self.client == Some(direction.reverse()) && !peer_left,
            Stage::None | Stage::Established => false,
        }
    }
}
