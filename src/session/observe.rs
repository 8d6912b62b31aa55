//! Takes in segments and resets: what each teaches the conversation, the hosts and the company.

use super::{Entry, Session};
use crate::cause::rank::rank;
use crate::conversation::{Direction, Endpoint};
use crate::host::Hops;
use crate::reset::{Answerer, Applications, Form, Reset, Series, gather, passed_over};
use crate::segment::{Index, Segment};

/// In longer series one more or less no longer matters.
const MOST_SHIFTED: u32 = 16;

impl Session {
    pub(super) fn observe_other(&mut self, segment: &Segment, index: Index, direction: Direction) {
        let conversation = self.conversations.get_mut(index);
        let sender = conversation.endpoint_mut(direction);
        let new_way = sender.takes_new_way(segment);
        let host = *sender
            .host
            .get_or_insert_with(|| self.hosts.index(segment.source.address));
        let own_series = sender.series;
        let acknowledged = sender.acked.is_some();
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
        let own_bytes = conversation.endpoint(direction).bytes;
        let peer = conversation.endpoint(direction.reverse());
        let ecn = peer.syn.asks_ecn();
        let peer_series = peer.series;
        let in_handshake =
            segment.is_syn_ack() || (peer.syn.is_answer() && peer.bytes + own_bytes == 0);

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
        if let Some(series) = own_series {
            if let Some(since) = self.series[series.place()].sender_spoke(segment) {
                self.revise_series_since(series, segment.frame, since);
            }
        }
        if let Some(series) = peer_series {
            if self.series[series.place()].peer_spoke(segment, observed.retransmission) {
                self.revise_series(series, segment.frame);
            }
        }
        if let Some((newest, since)) = resets_of_host {
            self.revise_host(newest, segment.frame, since);
        }
    }

    /// Only a reset that is already in the list is linked from elsewhere, so that a failure on the
    /// way leaves no link into nowhere.
    pub(super) fn observe_reset(&mut self, segment: &Segment, index: Index, direction: Direction) {
        let conversation = self.conversations.get(index);
        let answerer = self.answerer(segment, conversation.endpoint(direction));
        let applications = Applications {
            exchange: self.exchanges.get(conversation.exchange),
            cut: self.payloads_cut,
        };
        let mut reset = gather(
            segment,
            conversation,
            direction,
            answerer,
            &self.recent,
            applications,
        );
        if let Some(exchange) = reset.exchange {
            self.exchanges.keep(exchange);
        }
        let (sender, peer) = (
            conversation.endpoint(direction),
            conversation.endpoint(direction.reverse()),
        );
        let of_the_host = sender.usual_hop_limit(segment) == Some(segment.ip.hop_limit);
        if let Some(series) = sender.series.filter(|_| of_the_host && reset.answers == 0) {
            let peer = *peer;
            self.shift_triggers(segment, series, &mut reset, &peer, answerer);
        }
        let conversation = self.conversations.get(index);
        let peer = conversation.endpoint(direction.reverse());
        let peer_series = peer.series;
        let sender_series = conversation.endpoint(direction).series;
        let limit = segment.time.saturating_add(peer.round_trip.longest());
        reset.ended_by = peer
            .series
            .and_then(|series| self.series[series.place()].acceptable)
            .filter(|_| reset.form == Form::Passive)
            .filter(|ended_by| !self.had_ended_itself(sender_series, *ended_by, segment));
        let sender = self.conversations.get_mut(index).endpoint_mut(direction);
        reset.host = *sender
            .host
            .get_or_insert_with(|| self.hosts.index(segment.source.address));
        reset.previous_of_host = self.hosts.get(reset.host).last_reset;
        let number = Index::new(self.resets.len());
        let new_series = sender.series.is_none();
        let series = *sender.series.get_or_insert_with(|| {
            self.series.push(Series::new(number, &reset, limit));
            Index::new(self.series.len() - 1)
        });
        reset.series = series;
        let news = self.series[series.place()].take(number, &mut reset, limit);
        // The first active reset is its sender's own decision: nothing has been answered yet.
        if reset.form != Form::Active || reset.number > 1 {
            sender.answered = sender.answered.max(reset.answers);
        }
        if reset.form == Form::Active {
            sender.acknowledge_by_reset(segment.ack);
        }
        sender.ticket = self.recent.push(segment, sender.ticket, reset.silence);
        reset.twin = self.company.twin_of(&reset, &self.conversations);
        let host = self.hosts.get_mut(reset.host);
        let changed = self
            .company
            .join(&mut reset, segment, number, host, &self.resets);
        host.last_reset = Some(number);
        let idle = reset.idle_end().filter(|_| !reset.outlived_such());
        reset.previous_of_gap = idle.and_then(|idle| self.gaps.add(idle.time, reset.time, number));
        self.resets.push(reset);
        self.journal.push((segment.frame, Entry::Reset(number)));
        if let Some(opposite) = peer_series.filter(|_| new_series) {
            self.series[series.place()].opposite = Some(opposite);
            self.series[opposite.place()].opposite.get_or_insert(series);
        }
        let habits = idle.map_or_else(Vec::new, |idle| self.gaps.become_habits(idle.time));
        self.resets[number.place()].reported = rank(&self.situation(number)).best.cause.name;
        for newest in habits {
            self.revise_gap(newest, segment.frame);
        }
        if news {
            self.revise_series(series, segment.frame);
        }
        if let Some(opposite) = peer_series.filter(|_| new_series) {
            self.revise_series(opposite, segment.frame);
        }
        self.revise_company(&changed, number, segment.frame);
    }

    /// Whether the sender's own first reset, from as far away as this one, came before that of the peer:
    /// then the peer's was no more than an answer to what was still under way.
    fn had_ended_itself(&self, own: Option<Index>, ended_by: Index, segment: &Segment) -> bool {
        let first = own.map(|series| &self.resets[self.series[series.place()].first.place()]);
        first.is_some_and(|first| {
            let of_one_maker =
                first.link_source != segment.link_source || first.hop_limit == segment.ip.hop_limit;
            of_one_maker
                && first.ended_by.is_none()
                && first.frame < self.resets[ended_by.place()].frame
        })
    }

    /// One reset more than segments: then the first of them answered a bare ACK that was passed over,
    /// and each of the others the segment before.
    fn shift_triggers(
        &mut self,
        segment: &Segment,
        series: Index,
        reset: &mut Reset,
        peer: &Endpoint,
        answerer: Answerer,
    ) {
        let series = self.series[series.place()];
        let first = &self.resets[series.first.place()];
        let Some(next) = first.trigger.filter(|_| series.count < MOST_SHIFTED) else {
            return;
        };
        let Some(mut trigger) = passed_over(segment, &next, peer, answerer, &self.recent) else {
            return;
        };
        let mut chain = Vec::new();
        let mut earlier = Some(series.last);
        while let Some(index) = earlier {
            chain.push(index);
            earlier = self.resets[index.place()].previous;
        }
        let alike = |index: &Index| {
            let earlier = &self.resets[index.place()];
            earlier.form == Form::Passive && earlier.seq == segment.seq && earlier.answers != 0
        };
        if reset.form != Form::Passive || !chain.iter().all(alike) {
            return;
        }
        for index in chain.into_iter().rev() {
            let earlier = &mut self.resets[index.place()];
            earlier.answers = trigger.frame;
            trigger = earlier.trigger.replace(trigger).unwrap_or(trigger);
        }
        reset.answers = trigger.frame;
        reset.trigger = Some(trigger);
    }

    /// How long after its trigger a reset is captured: the sender's round trip from here, or no time
    /// where it comes from a box that is nearer than the sender.
    fn answerer(&self, segment: &Segment, sender: &Endpoint) -> Answerer {
        let (hop_limit, link) = (segment.ip.hop_limit, segment.link_source);
        let usual = sender.usual_hop_limit(segment);
        let host = sender.host.map(|host| self.hosts.get(host));
        let hops = host.map(|host| host.compare_hops(usual, hop_limit, link));
        let delay = match hops {
            Some(Hops::Other {
                difference: ..0, ..
            }) => 0,
            _ => sender.round_trip.estimate().unwrap_or(0),
        };
        let first = sender
            .series
            .map(|series| self.series[series.place()].first);
        let gone_since = first.map(|first| self.resets[first.place()].time.saturating_sub(delay));
        Answerer { delay, gone_since }
    }
}
