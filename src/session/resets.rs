//! Takes in resets: gathers their facts and gives them their place among the others.

use super::{Entry, Session};
use crate::company::{Changed, find_other_leg};
use crate::conversation::{Direction, Endpoint};
use crate::host::{Hops, Link};
use crate::reset::{
    Answerer, Applications, Extra, Extras, Form, Found, Gathered, Reset, Series, Trait, Trigger,
    gather, passed_over,
};
use crate::segment::{Index, Nanoseconds, Segment};

/// In longer series one more or less no longer matters.
const MOST_SHIFTED: u32 = 16;

impl Session {
    /// Only a reset that is already in the list is linked from elsewhere, so that a failure on the
    /// way leaves no link into nowhere.
    pub(super) fn observe_reset(&mut self, segment: &Segment, index: Index, direction: Direction) {
        let number = Index::new(self.resets.len());
        let conversation = self.conversations.get(index);
        let first = conversation.endpoint(direction).series;
        let opposite = conversation.endpoint(direction.reverse()).series;
        let opposite = opposite.filter(|_| first.is_none());
        let mut gathered = self.facts_of(segment, index, direction);
        let news = self.take_into_series(&mut gathered, number, segment, index, direction);
        let changed = self.join_company(&mut gathered, segment, number);
        let mut reset = gathered.reset;
        if let Some(previous) = reset.previous() {
            let earlier = self.resets[previous.place()].extras;
            self.extras.share(&mut reset.extras, earlier);
        }
        let idle = self.idle_before(&reset);
        if let Some(previous) = idle.and_then(|idle| self.gaps.add(idle, reset.time, number)) {
            let gap = Extra::PreviousOfGap(previous);
            self.extras.add(&mut reset.extras, gap);
        }
        self.list(reset);
        if let Some(opposite) = opposite {
            self.series_to_change(number).opposite = Some(opposite);
            self.series_to_change(opposite)
                .opposite
                .get_or_insert(number);
        }
        let habits = idle.map_or_else(Vec::new, |idle| self.gaps.become_habits(idle));
        self.resets[number.place()].reported = self.ranking(number).best.place;
        for newest in habits {
            self.revise_gap(newest, segment.frame);
        }
        for changed in opposite.into_iter().chain(first.filter(|_| news)) {
            self.revise_series(changed, segment.frame);
        }
        self.revise_company(&changed, number, segment.frame);
    }

    /// Behind what is reported in another order than by kind, a reset has to stand in the journal, too.
    fn list(&mut self, reset: Reset) {
        let is_revision = |entry: &Entry| matches!(entry, Entry::Revision(_));
        let newest = self.journal.last();
        if newest.is_some_and(|(frame, entry)| *frame == reset.frame && !is_revision(entry)) {
            let number = Index::new(self.resets.len());
            self.journal.push((reset.frame, Entry::Reset(number)));
        }
        self.resets.push(reset);
    }

    /// What the reset's header and the conversation before it say.
    fn facts_of(&mut self, segment: &Segment, index: Index, direction: Direction) -> Gathered {
        let conversation = self.conversations.get(index);
        let (sender, peer) = (
            conversation.endpoint(direction),
            conversation.endpoint(direction.reverse()),
        );
        let answerer = self.answerer(segment, sender);
        let applications = Applications {
            exchange: self.exchanges.get(conversation.exchange),
            cut: self.payloads_cut,
        };
        let mut gathered = gather(
            segment,
            (index, &conversation),
            direction,
            answerer,
            &self.recent,
            applications,
            &mut self.extras,
        );
        if let Some(exchange) = conversation.exchange {
            self.exchanges.keep(exchange);
        }
        let of_the_host = sender.usual_hop_limit(segment) == Some(segment.ip.hop_limit);
        if let Some(first) = sender
            .series
            .filter(|_| of_the_host && gathered.answers == 0)
        {
            let Series { count, last, .. } = self.series_of(first);
            let resets = &mut self.resets;
            if let Some(next) = resets[first.place()]
                .trigger
                .filter(|_| count < MOST_SHIFTED)
            {
                let found = passed_over(segment, &next, peer, answerer, &self.recent);
                if let Some(found) = found {
                    shift_triggers(resets, &mut self.extras, last, &mut gathered, found);
                    let mut entries = self.recent.backwards(peer.ticket).map(|(_, entry)| entry);
                    let trigger = entries.find(|entry| entry.frame == gathered.answers);
                    gathered.trigger_end =
                        trigger.map_or(gathered.trigger_end, |entry| entry.end());
                }
            }
        }
        let reset = &mut gathered.reset;
        let earlier = peer.series.filter(|_| reset.form == Form::Passive);
        let ended_by = earlier
            .and_then(|first| self.series_of(first).acceptable)
            .filter(|ended_by| !self.had_ended_itself(sender.series, *ended_by, reset));
        if let Some(ended_by) = ended_by {
            let ended_by = Extra::EndedBy(ended_by);
            self.extras.add(&mut reset.extras, ended_by);
        }
        gathered
    }

    /// Gives the reset its place in its host and series, and the sender its new state. Returns whether it
    /// says something new of the resets before.
    fn take_into_series(
        &mut self,
        gathered: &mut Gathered,
        number: Index,
        segment: &Segment,
        index: Index,
        direction: Direction,
    ) -> bool {
        let conversation = self.conversations.get_mut(index);
        let sender = conversation.endpoint_mut(direction);
        let reset = &mut gathered.reset;
        reset.host = *sender
            .host
            .get_or_insert_with(|| self.hosts.index(segment.source.address));
        reset.previous_of_host = self.hosts.get(reset.host).last_reset;
        let first = *sender.series.get_or_insert(number);
        // The first active reset is its sender's own decision: nothing has been answered yet.
        if reset.form != Form::Active || first != number {
            sender.answered = sender.answered.max(gathered.answers);
        }
        if reset.form == Form::Active {
            sender.acknowledge_by_reset(segment.ack);
        }
        sender.ticket = self.recent.push(segment, sender.ticket, reset.silence());
        if first == number {
            return false;
        }
        let storm = self.preferences.limits.storm;
        let news = self.series_to_change(first).take(number, reset, storm);
        reset.series = self.resets[first.place()].series;
        news
    }

    /// Links the reset, which will have the index `number`, with others of the file.
    fn join_company(
        &mut self,
        gathered: &mut Gathered,
        segment: &Segment,
        number: Index,
    ) -> Changed {
        let twin = self.company.twin_of(gathered, segment, &self.conversations);
        let reset = &mut gathered.reset;
        if let Some(twin) = twin {
            self.extras.add_twin(&mut reset.extras, twin);
        }
        let host = self.hosts.get_mut(reset.host);
        let storm = self.preferences.limits.storm;
        let extras = &mut self.extras;
        let changed = self
            .company
            .join(reset, segment, number, host, storm, extras);
        host.last_reset = Some(number);
        if let Some(leg) = find_other_leg(&self.resets, reset, &self.conversations) {
            reset.join_leg(leg);
        }
        changed
    }

    /// The silence of an idle connection that ended by the reset, unless it had lived through as long a one.
    fn idle_before(&self, reset: &Reset) -> Option<Nanoseconds> {
        let idle = reset.idle_end(self.preferences.limits.idle)?;
        (!reset.outlived_such()).then_some(idle.time)
    }

    /// Whether the sender's own first reset, from as far away as this one, came before that of the peer:
    /// then the peer's was no more than an answer to what was still under way.
    fn had_ended_itself(&self, own: Option<Index>, ended_by: Index, reset: &Reset) -> bool {
        let first = own.map(|first| &self.resets[first.place()]);
        first.is_some_and(|first| {
            !reset.is_of_another_maker(first)
                && self.extras.ended_by(first.extras).is_none()
                && first.frame < self.resets[ended_by.place()].frame
        })
    }

    /// How long after its trigger a reset is captured: the sender's round trip from here, or no time
    /// where it comes from a box that is nearer than the sender.
    fn answerer(&self, segment: &Segment, sender: &Endpoint) -> Answerer {
        let (hop_limit, link) = (segment.ip.hop_limit, Link::of(segment.link_source));
        let usual = sender.usual_hop_limit(segment);
        let host = sender
            .host
            .or_else(|| self.hosts.find(segment.source.address));
        let host = host.map(|host| self.hosts.get(host));
        let hops = host.map(|host| host.compare_hops(usual, hop_limit, link));
        let delay = match hops {
            Some(Hops::Other {
                difference: ..0, ..
            }) => 0,
            _ => sender.round_trip.estimate().unwrap_or(0),
        };
        let gone_since = sender
            .series
            .map(|first| self.resets[first.place()].time.saturating_sub(delay));
        Answerer { delay, gone_since }
    }
}

/// One reset more than segments: then the first of them answered a bare ACK that was passed over,
/// and each of the others the segment before.
fn shift_triggers(
    resets: &mut [Reset],
    extras: &mut Extras,
    last: Index,
    gathered: &mut Gathered,
    passed_over: Found<'_>,
) {
    let seq = gathered.reset.seq;
    let mut chain = Vec::new();
    let mut earlier = Some(last);
    while let Some(index) = earlier {
        chain.push(index);
        earlier = resets[index.place()].previous();
    }
    let alike = |index: &Index| {
        let earlier = &resets[index.place()];
        earlier.form == Form::Passive && earlier.seq == seq && earlier.is(Trait::ANSWERS)
    };
    if gathered.reset.form != Form::Passive || !chain.iter().all(alike) {
        return;
    }
    let mut time = passed_over.entry.time;
    let mut trigger = Trigger::new(passed_over, 0);
    for index in chain.into_iter().rev() {
        let earlier = &mut resets[index.place()];
        let Some(next) = earlier.trigger else { return };
        let next_time = earlier
            .time
            .saturating_sub(earlier.delay(extras).unwrap_or(0));
        earlier.answer(trigger, earlier.time.saturating_sub(time), extras);
        (trigger, time) = (next, next_time);
    }
    let reset = &mut gathered.reset;
    reset.answer(trigger, reset.time.saturating_sub(time), extras);
    reset.answers_anew();
    gathered.answers = trigger.frame;
}
