//! What the applications of a conversation have said: kept beside it, and only where Wireshark or the
//! payloads showed anything at all.

use super::speaker::{Failure, Message, Speaker};
use super::tls::Tls;
use super::{Direction, Endpoint};
use crate::application::tls::Alert;
use crate::application::{Goodbye, Head, Http};
use crate::segment::{Index, Moment, Segment};

/// What is known of a conversation's applications.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exchange {
    speakers: [Speaker; 2],
    tls: Tls,
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
        self.tls.advance(application.records, direction);
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
        let sealed = self.tls.has_sealed_alert(segment.application.records);
        let peer_left = self.speaker(direction.reverse()).goodbye.is_some();
        let alert = segment.application.alert;
        let fails = match alert {
            Some(alert) => alert.is_fatal(),
            None => sealed && self.tls.is_in_handshake(direction, peer_left),
        };
        let ends = match alert {
            Some(alert) => alert.description == Alert::CLOSE_NOTIFY,
            None => sealed && !fails,
        };
        let failure = Failure {
            moment: Moment::of(segment),
            alert,
            after_data: self.tls.is_established(),
        };
        let speaker = &mut self.speakers[direction.index()];
        if fails {
            speaker.failure = Some(failure);
        } else if ends {
            speaker.goodbye = Some((segment.frame, Goodbye::CloseNotify));
        }
    }

    /// Whether a TLS server has answered and the handshake is not over.
    pub fn is_answered_handshake(&self) -> bool {
        self.tls.is_answered_handshake()
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
