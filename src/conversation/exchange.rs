//! What the applications of a conversation have said: kept beside it, and only where Wireshark or the
//! payloads showed anything at all.

use super::{Direction, Endpoint};
use crate::application::tls::{Alert, Records};
use crate::application::{Goodbye, Head, Http};
use crate::segment::{Index, Moment, Segment};
use crate::seq::Seq;

/// What is known of a conversation's applications.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exchange {
    speakers: [Speaker; 2],
    tls: Stage,
    tls_client: Option<Direction>,
    /// TLS 1.2 or older: handshake records go on after the ServerHello.
    legacy: bool,
    /// The name that the client asked for, as an index into the session's names.
    pub server_name: Option<Index>,
    /// A reset refers to it as it is.
    kept: bool,
}

/// The exchanges of all conversations that have one.
#[derive(Debug, Default)]
pub struct Exchanges {
    list: Vec<Exchange>,
    silent: Exchange,
}

impl Exchanges {
    /// The exchange at `index`; one in which nothing was said where there is none.
    pub fn get(&self, index: Option<Index>) -> &Exchange {
        index.map_or(&self.silent, |index| &self.list[index.place()])
    }

    /// Has the exchange stay as it is, for a reset that refers to it.
    pub fn keep(&mut self, index: Index) {
        self.list[index.place()].kept = true;
    }

    /// The exchange at `index` to change it, or another one in its place where it has to stay.
    pub fn change(&mut self, index: Option<Index>) -> (Index, &mut Exchange) {
        let known = index.filter(|index| !self.list[index.place()].kept);
        let changed = known.unwrap_or_else(|| {
            let before = *self.get(index);
            self.list.push(Exchange {
                kept: false,
                ..before
            });
            Index::new(self.list.len() - 1)
        });
        (changed, &mut self.list[changed.place()])
    }
}

/// 101 Switching Protocols (RFC 9110 15.2.2): the last HTTP of the connection, though it is an interim
/// status by its number.
const SWITCHING: u16 = 101;

/// What one side said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Speaker {
    /// Frame with which its last HTTP message was complete.
    pub message: u32,
    /// How many it has completed: requests, or replies but interim ones.
    pub messages: u16,
    /// Where that message ended.
    boundary: Option<Seq>,
    /// Where the message ends that it has begun, where the head says.
    promised: Option<Seq>,
    asked_head: bool,
    changed_cipher: bool,
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

impl Exchange {
    /// What the side that sends in this direction said.
    pub fn speaker(&self, direction: Direction) -> &Speaker {
        &self.speakers[direction.index()]
    }

    /// Takes in a segment that says something; `own` and `peer` have taken it in before. `cut` says that
    /// the file's payloads are cut, so that Wireshark can't put messages together.
    pub fn hear(
        &mut self,
        segment: &Segment,
        direction: Direction,
        own: &Endpoint,
        peer: &Endpoint,
        cut: bool,
    ) {
        let application = &segment.application;
        if let Some(head) = application.head {
            self.hear_head(head, segment, direction);
        }
        if let Some(http) = application.http {
            self.hear_http(http, segment, direction, [own, peer], cut);
        }
        self.hear_alert(segment, direction);
        self.advance(application.records, direction);
        let speaker = &mut self.speakers[direction.index()];
        if let Some(goodbye) = application.goodbye {
            speaker.goodbye = Some((segment.frame, goodbye));
        }
        self.server_name = self.server_name.or(application.server_name);
    }

    /// Notes where a message will end.
    fn hear_head(&mut self, head: Head, segment: &Segment, direction: Direction) {
        let [asker, speaker] = self.pair(direction);
        let body = match head.status {
            Some(status) if asker.has_no_body(status) => Some(0),
            _ => head.body,
        };
        speaker.promised = body.map(|body| segment.seq + head.length.saturating_add(body));
    }

    fn hear_http(
        &mut self,
        http: Http,
        segment: &Segment,
        direction: Direction,
        [own, peer]: [&Endpoint; 2],
        cut: bool,
    ) {
        let [asker, speaker] = self.pair(direction);
        if http
            .status
            .is_none_or(|status| status >= 200 || status == SWITCHING)
        {
            speaker.messages = speaker.messages.saturating_add(http.count.into());
        }
        match http.status {
            None => speaker.asked_head = http.asks_head,
            Some(status) if status >= 200 => {
                speaker.status = status;
                let early = asker.is_open(peer, cut);
                speaker.answered_early = if early {
                    Moment::of(segment)
                } else {
                    Moment::default()
                };
            }
            Some(_) => {}
        }
        let whole = http.status.is_some_and(|status| asker.has_no_body(status));
        let end = own.data_end();
        let complete = match speaker.promised {
            _ if whole => true,
            Some(promised) => !end.is_before(promised),
            None => !cut || http.status.is_none(),
        };
        if complete {
            speaker.message = segment.frame;
            (speaker.boundary, speaker.promised) = (Some(end), None);
        }
    }

    /// The other side, then the one that sends in this direction.
    fn pair(&mut self, direction: Direction) -> [&mut Speaker; 2] {
        let [first, second] = &mut self.speakers;
        match direction.index() {
            0 => [second, first],
            _ => [first, second],
        }
    }

    /// An alert in the clear says itself whether it is a failure. Of an encrypted one the stage tells:
    /// before the handshake's end no side has a reason to close in order.
    fn hear_alert(&mut self, segment: &Segment, direction: Direction) {
        let records = segment.application.records;
        let legacy = self.legacy;
        let sealed =
            records.has(Records::SEALED_ALERT) || (records.has(Records::ALERT_SIZED) && !legacy);
        let alert = segment.application.alert;
        let fails = match alert {
            Some(alert) => alert.is_fatal(),
            None => sealed && self.is_in_handshake(direction),
        };
        let ends = match alert {
            Some(alert) => alert.description == Alert::CLOSE_NOTIFY,
            None => sealed && !fails,
        };
        let failure = Failure {
            moment: Moment::of(segment),
            alert,
            after_data: self.tls == Stage::Established,
        };
        let speaker = &mut self.speakers[direction.index()];
        if fails {
            speaker.failure = Some(failure);
        } else if ends {
            speaker.goodbye = Some((segment.frame, Goodbye::CloseNotify));
        }
    }

    /// Whether the handshake is unfinished for the side that sends in this direction. A server of TLS
    /// 1.3 that has said nothing since the client's Finished is still judging the client.
    fn is_in_handshake(&self, direction: Direction) -> bool {
        let server_judges = || {
            let client = self.speaker(direction.reverse());
            self.tls_client == Some(direction.reverse()) && client.goodbye.is_none()
        };
        match self.tls {
            Stage::ClientHello | Stage::ServerHello | Stage::Sealed => true,
            Stage::ClientFinished => server_judges(),
            Stage::None | Stage::Established => false,
        }
    }

    /// Whether a TLS server has answered and the handshake is not over.
    pub fn is_answered_handshake(&self) -> bool {
        matches!(self.tls, Stage::ServerHello | Stage::Sealed)
    }

    fn advance(&mut self, records: Records, direction: Direction) {
        if records.is_empty() {
            return;
        }
        if records.has(Records::CLIENT_HELLO) && self.tls <= Stage::ServerHello {
            self.tls_client = Some(direction);
            self.tls = self.tls.max(Stage::ClientHello);
        }
        let by_client = self.tls_client == Some(direction);
        if records.has(Records::HANDSHAKE) {
            if by_client {
                self.legacy = true;
            } else if self.tls == Stage::ClientHello {
                self.tls = Stage::ServerHello;
            }
        }
        if records.has(Records::CHANGE_CIPHER) {
            self.speakers[direction.index()].changed_cipher = true;
        }
        if self.legacy && self.speakers.iter().all(|speaker| speaker.changed_cipher) {
            self.tls = Stage::Established;
        }
        if records.has(Records::SEALED) {
            self.tls = self.after_sealed(by_client);
        }
    }

    fn after_sealed(&self, by_client: bool) -> Stage {
        match (self.tls, by_client) {
            // Early data (RFC 8446 2.3).
            (Stage::ClientHello, true) => Stage::ClientHello,
            (Stage::ServerHello, false) if !self.legacy => Stage::Sealed,
            (Stage::Sealed, false) => Stage::Sealed,
            (Stage::Sealed | Stage::ClientFinished, true) => Stage::ClientFinished,
            _ => Stage::Established,
        }
    }

    /// How far the last message had come that `own` sent in this direction.
    pub fn progress(
        &self,
        direction: Direction,
        own: &Endpoint,
        peer: &Endpoint,
        cut: bool,
    ) -> Message {
        let (speaker, other) = (self.speaker(direction), self.speaker(direction.reverse()));
        let progress = speaker.progress(own);
        // Wireshark shows a reply when it is complete. Data behind a complete request that it has not
        // shown as a reply are a part of one.
        let replies = other.progress(peer) == Message::Complete
            && speaker.message < other.message
            && own.last_data.frame > other.message;
        if progress == Message::Unknown && speaker.promised.is_none() && replies && !cut {
            return Message::Open;
        }
        progress
    }
}

impl Speaker {
    /// Whether the reply with this status to what it asked has no body (RFC 9112 6.3).
    fn has_no_body(&self, status: u16) -> bool {
        self.asked_head || status < 200 || status == 204 || status == 304
    }

    /// Whether it has begun a message and has not ended it. Without a head the start has to be known.
    fn is_open(&self, own: &Endpoint, cut: bool) -> bool {
        let end = own.data_end();
        if let Some(promised) = self.promised {
            return end.is_before(promised);
        }
        let start = self.boundary.or_else(|| own.initial().map(|syn| syn + 1));
        !cut && start.is_some_and(|start| end.is_after(start))
    }

    fn progress(&self, own: &Endpoint) -> Message {
        let end = own.data_end();
        match self.promised {
            Some(promised) if end.is_before(promised) => Message::Open,
            Some(promised) if end == promised => Message::Complete,
            None if self.boundary == Some(end) => Message::Complete,
            _ => Message::Unknown,
        }
    }
}
