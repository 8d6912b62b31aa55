//! Takes in resets: gathers their facts and gives them their place among the others.

use super::{Entry, Session};
use crate::cause::rank::rank;
use crate::conversation::{Direction, Endpoint};
use crate::host::Hops;
use crate::reset::{Answerer, Applications, Form, Reset, Series, gather, passed_over};
use crate::segment::{Index, Segment};

/// In longer series one more or less no longer matters.
const MOST_SHIFTED: u32 = 16;

impl Session {
    /// Only a reset that is already in the list is linked from elsewhere, so that a failure on the
    /// way leaves no link into nowhere.
    pub(super) fn observe_reset(&mut self, segment: &Segment, index: Index, direction: Direction) {
        let mut reset = self.facts_of(segment, index, direction);
        let conversation = self.conversations.get(index);
        let is_first = conversation.endpoint(direction).series.is_none();
        let opposite = conversation.endpoint(direction.reverse()).series;
        let opposite = opposite.filter(|_| is_first);
        let number = Index::new(self.resets.len());
        let news = self.take_into_series(&mut reset, number, segment, index, direction);
        reset.twin = self.company.twin_of(&reset, &self.conversations);
        let host = self.hosts.get_mut(reset.host);
        let limits = self.preferences.limits;
        let changed = self.company.join(
            &mut reset,
            segment,
            number,
            host,
            &self.resets,
            limits.storm,
        );
        host.last_reset = Some(number);
        let idle = reset
            .idle_end(limits.idle)
            .filter(|_| !reset.outlived_such());
        reset.previous_of_gap = idle.and_then(|idle| self.gaps.add(idle.time, reset.time, number));
        let series = reset.series;
        self.resets.push(reset);
        self.journal.push((segment.frame, Entry::Reset(number)));
        if let Some(opposite) = opposite {
            self.series[series.place()].opposite = Some(opposite);
            self.series[opposite.place()].opposite.get_or_insert(series);
        }
        let habits = idle.map_or_else(Vec::new, |idle| self.gaps.become_habits(idle.time));
        self.resets[number.place()].reported = rank(&self.situation(number)).best.cause.name;
        for newest in habits {
            self.revise_gap(newest, segment.frame);
        }
        for changed in opposite.into_iter().chain(news.then_some(series)) {
            self.revise_series(changed, segment.frame);
        }
        self.revise_company(&changed, number, segment.frame);
    }

    /// What the reset's header and the conversation before it say.
    fn facts_of(&mut self, segment: &Segment, index: Index, direction: Direction) -> Reset {
        let conversation = self.conversations.get(index);
        let (sender, peer) = (
            *conversation.endpoint(direction),
            *conversation.endpoint(direction.reverse()),
        );
        let answerer = self.answerer(segment, &sender);
        let applications = Applications {
            exchange: self.exchanges.get(conversation.exchange),
            cut: self.payloads_cut,
        };
        let recent = &self.recent;
        let mut reset = gather(
            segment,
            conversation,
            direction,
            answerer,
            recent,
            applications,
        );
        if let Some(exchange) = reset.exchange {
            self.exchanges.keep(exchange);
        }
        let of_the_host = sender.usual_hop_limit(segment) == Some(segment.ip.hop_limit);
        if let Some(series) = sender.series.filter(|_| of_the_host && reset.answers == 0) {
            self.shift_triggers(segment, series, &mut reset, &peer, answerer);
        }
        let earlier = peer.series.filter(|_| reset.form == Form::Passive);
        reset.ended_by = earlier
            .and_then(|series| self.series[series.place()].acceptable)
            .filter(|ended_by| !self.had_ended_itself(sender.series, *ended_by, &reset));
        reset
    }

    /// Gives the reset its place in its host and series, and the sender its new state. Returns whether it
    /// says something new of the resets before.
    fn take_into_series(
        &mut self,
        reset: &mut Reset,
        number: Index,
        segment: &Segment,
        index: Index,
        direction: Direction,
    ) -> bool {
        let conversation = self.conversations.get_mut(index);
        let peer = conversation.endpoint(direction.reverse());
        let limit = segment.time.saturating_add(peer.round_trip.longest());
        let sender = conversation.endpoint_mut(direction);
        reset.host = *sender
            .host
            .get_or_insert_with(|| self.hosts.index(segment.source.address));
        reset.previous_of_host = self.hosts.get(reset.host).last_reset;
        reset.series = *sender.series.get_or_insert_with(|| {
            self.series.push(Series::new(number, reset, limit));
            Index::new(self.series.len() - 1)
        });
        let news = self.series[reset.series.place()].take(
            number,
            reset,
            limit,
            self.preferences.limits.storm,
        );
        // The first active reset is its sender's own decision: nothing has been answered yet.
        if reset.form != Form::Active || reset.number > 1 {
            sender.answered = sender.answered.max(reset.answers);
        }
        if reset.form == Form::Active {
            sender.acknowledge_by_reset(segment.ack);
        }
        sender.ticket = self.recent.push(segment, sender.ticket, reset.silence);
        news
    }

    /// Whether the sender's own first reset, from as far away as this one, came before that of the peer:
    /// then the peer's was no more than an answer to what was still under way.
    fn had_ended_itself(&self, own: Option<Index>, ended_by: Index, reset: &Reset) -> bool {
        let first = own.map(|series| &self.resets[self.series[series.place()].first.place()]);
        first.is_some_and(|first| {
            !reset.is_of_another_maker(first)
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
