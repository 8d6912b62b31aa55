//! Takes in segments that are no resets: what each teaches the conversation, the hosts and the company.

use super::Session;
use crate::conversation::Direction;
use crate::segment::{Index, Segment};

impl Session {
    pub(super) fn observe_other(&mut self, segment: &Segment, index: Index, direction: Direction) {
        let conversation = self.conversations.get_mut(index);
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
        let own_bytes = conversation.endpoint(direction).bytes();
        let peer = conversation.endpoint(direction.reverse());
        let ecn = peer.syn.asks_ecn();
        let peer_series = peer.series;
        let in_handshake =
            segment.is_syn_ack() || (peer.syn.is_answer() && peer.bytes() + own_bytes == 0);

        if segment.is_syn() {
            self.company.requested(segment, index);
        } else if peer.syn.is_answer() && !acknowledged {
            self.company.established(segment);
        }
        let host = self.hosts.get_mut(host);
        let mut taught = new_way && host.learn(segment);
        if let Some(sample) = observed.answer_time.filter(|_| in_handshake) {
            taught |= host.learn_round_trip(sample);
        }
        let voided = taught.then(|| self.company.arrived(segment)).flatten();
        let mut since = taught.then_some(0);
        if segment.is_syn_ack() {
            let last = host
                .last_reset
                .map_or(0, |last| self.resets[last.place()].frame);
            let client = segment.destination.address;
            let news = host
                .ports
                .accept(segment.source.port, segment.frame, client, ecn, last);
            since = since.or(news);
        }
        let resets_of_host = host.last_reset.zip(since);
        if let Some(first) = own_series {
            if let Some(since) = self.series_of(first).sender_spoke(segment) {
                self.revise_series_since(first, segment.frame, since);
            }
        }
        if let Some(first) = peer_series {
            let retransmission = observed.retransmission;
            if self.series_of(first).peer_spoke(segment, retransmission) {
                self.revise_series(first, segment.frame);
            }
        }
        if let Some(newest) = voided {
            self.revise_distance(newest, segment.frame);
        }
        if let Some((newest, since)) = resets_of_host {
            self.revise_host(newest, segment.frame, since);
        }
    }
}
