//! Takes in segments that are no resets: what each teaches the conversation, the hosts and the company.

use super::Session;
use crate::conversation::{Direction, Live};
use crate::segment::{Index, Nanoseconds, Segment};

/// What a segment may teach its sender's host.
struct Lesson {
    /// It came another way than the one before.
    new_way: bool,
    /// The host took so long to answer in a handshake.
    round_trip: Option<Nanoseconds>,
    /// It accepts a connection, and whether the SYN asked for ECN.
    accepts_ecn: Option<bool>,
}

/// What that means for earlier resets.
struct News {
    /// The newest of those whose distance says nothing any more.
    voided: Option<Index>,
    /// The newest of the host's, and the frame since which they are to be judged anew.
    resets_of_host: Option<(Index, u32)>,
}

impl Session {
    pub(super) fn observe_other(
        &mut self,
        segment: &Segment,
        index: Index,
        live: Live,
        direction: Direction,
    ) {
        let conversation = self.conversations.at(live);
        let sender = conversation.endpoint_mut(direction);
        let new_way = sender.takes_new_way(segment);
        let host = *sender
            .host
            .get_or_insert_with(|| self.hosts.index(segment.source.address));
        let own_series = sender.series;
        let acknowledged = sender.acked().is_some();
        let observed = conversation.observe(segment, direction, &mut self.recent);
        self.payloads_cut |= segment.application.payload_cut;
        if !segment.application.is_silent() {
            let (own, peer) = (
                conversation.endpoint(direction),
                conversation.endpoint(direction.reverse()),
            );
            let (index, exchange) = self.exchanges.change(conversation.exchange);
            exchange.hear(segment, direction, own, peer, self.payloads_cut);
            conversation.exchange = Some(index);
        }
        let (own, peer) = (
            conversation.endpoint(direction),
            conversation.endpoint(direction.reverse()),
        );
        let peer_series = peer.series;
        let opens =
            segment.is_syn_ack() || (peer.syn.is_answer() && peer.bytes() + own.bytes() == 0);
        if segment.is_syn() {
            self.company.requested(segment, index, direction);
        } else if peer.syn.is_answer() && !acknowledged {
            self.company.established(segment);
        }
        let lesson = Lesson {
            new_way,
            round_trip: observed.answer_time.filter(|_| opens),
            accepts_ecn: segment.is_syn_ack().then(|| peer.syn.asks_ecn()),
        };
        // Most segments teach their host nothing, and its record is not looked up.
        let news = (new_way || opens).then(|| self.teach_host(host, segment, lesson));
        if let Some(first) = own_series {
            let series = self.series_to_change(first);
            if series.is_over_with(segment) {
                self.conversations.at(live).endpoint_mut(direction).series = None;
            } else if let Some(since) = series.sender_spoke(segment) {
                self.revise_series_since(first, segment.frame, since);
            }
        }
        if let Some(first) = peer_series {
            let retransmission = observed.retransmission;
            if self
                .series_to_change(first)
                .peer_spoke(segment, retransmission)
            {
                self.revise_series(first, segment.frame);
            }
        }
        if let Some(news) = news {
            self.revise_taught(news, segment.frame);
        }
    }

    fn teach_host(&mut self, host: Index, segment: &Segment, lesson: Lesson) -> News {
        let host = self.hosts.get_mut(host);
        let mut taught = lesson.new_way && host.learn(segment);
        if let Some(sample) = lesson.round_trip {
            taught |= host.learn_round_trip(sample);
        }
        let voided = taught.then(|| self.company.arrived(segment)).flatten();
        let mut since = taught.then_some(0);
        if let Some(ecn) = lesson.accepts_ecn {
            let last = host
                .last_reset
                .map_or(0, |last| self.resets[last.place()].frame);
            let client = segment.destination.address;
            let news = host
                .ports
                .accept(segment.source.port, segment.frame, client, ecn, last);
            since = since.or(news);
        }
        News {
            voided,
            resets_of_host: host.last_reset.zip(since),
        }
    }

    fn revise_taught(&mut self, news: News, frame: u32) {
        if let Some(newest) = news.voided {
            self.revise_distance(newest, frame);
        }
        if let Some((newest, since)) = news.resets_of_host {
            self.revise_host(newest, frame, since);
        }
    }
}
