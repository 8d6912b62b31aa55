//! One capture file: takes in its segments in order, and recalls what it knows of any frame.

use crate::cause::rank::rank;
use crate::conversation::{Conversations, Direction, Endpoint, Exchanges, Placement};
use crate::evidence::Situation;
use crate::field::Expert;
use crate::gaps::Gaps;
use crate::host::{Hops, Hosts};
use crate::names::Names;
use crate::preference::Preferences;
use crate::recent::Recent;
use crate::report::Report;
use crate::reset::{Answerer, Applications, Form, Reset, Series, gather};
use crate::segment::{Index, Moment, Segment};
use crate::verdict::{self, Context};

/// Resets of one host or series that one later packet may revise. A packet that changes more (a scan
/// of a whole host) still changes their verdicts; it just does not list them all.
const MOST_REVISIONS: usize = 64;

/// Resets that are judged again when something new is learned, the newest first. All verdicts are made
/// anew when they are shown; this only bounds the search for those to announce.
const MOST_REVIEWED: usize = 1 << 16;

/// Something to report on a frame, in the order of the frames.
#[derive(Clone, Copy, Debug)]
enum Entry {
    /// The reset at this index.
    Reset(Index),
    /// A copy of the reset at this index.
    Copy(Index),
    /// The revision at this index.
    Revision(Index),
    /// The failure at this index.
    Failure(Index),
}

/// All that is known of the file so far.
#[derive(Debug, Default)]
pub struct Session {
    conversations: Conversations,
    hosts: Hosts,
    exchanges: Exchanges,
    names: Names,
    /// Whether the file's payloads are cut.
    payloads_cut: bool,
    gaps: Gaps,
    preferences: Preferences,
    recent: Recent,
    resets: Vec<Reset>,
    series: Vec<Series>,
    journal: Vec<(u32, Entry)>,
    /// Resets and the causes that a later frame gave them.
    revisions: Vec<(Index, &'static str)>,
    failures: Vec<String>,
    /// The conversation that is being changed right now.
    current: Option<Index>,
}

impl Session {
    /// An empty one, with the preferences' defaults.
    pub fn new() -> Session {
        Session::default()
    }

    /// An empty one, with the user's preferences.
    pub fn with(preferences: Preferences) -> Session {
        Session {
            preferences,
            ..Session::default()
        }
    }

    /// The index of a server's name, for [`crate::application::Application::server_name`].
    pub fn name(&mut self, name: &str) -> Option<Index> {
        self.names.index(name)
    }

    /// Takes in the next segment of the file.
    pub fn observe(&mut self, segment: &Segment) {
        let (index, direction) = self.conversations.index(segment);
        self.current = Some(index);
        let conversation = self.conversations.get_mut(index);
        match conversation.place(segment, direction, &mut self.recent) {
            Placement::Copy { of } => return self.observe_copy(segment, of),
            Placement::NewConnection => conversation.restart(segment, direction),
            Placement::Next => {}
        }
        if segment.is_reset() {
            self.observe_reset(segment, index, direction);
        } else {
            self.observe_other(segment, index, direction);
        }
        self.current = None;
    }

    /// A copy teaches another way to the host, nothing else.
    fn observe_copy(&mut self, segment: &Segment, of: u32) {
        if !segment.is_reset() {
            let host = self.hosts.index(segment.source.address);
            self.hosts.get_mut(host).learn(segment);
        } else {
            let original = self.entries(of).find_map(|entry| match entry {
                Entry::Reset(reset) => Some(reset),
                _ => None,
            });
            if let Some(reset) = original {
                self.journal.push((segment.frame, Entry::Copy(reset)));
            }
        }
        self.current = None;
    }

    fn observe_other(&mut self, segment: &Segment, index: Index, direction: Direction) {
        let conversation = self.conversations.get_mut(index);
        let sender = conversation.endpoint_mut(direction);
        let new_way = sender.takes_new_way(segment);
        let host = *sender
            .host
            .get_or_insert_with(|| self.hosts.index(segment.source.address));
        let own_series = sender.series;
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
        let peer_series = peer.series;
        let in_handshake =
            segment.is_syn_ack() || (peer.answered_syn && peer.bytes + own_bytes == 0);

        let host = self.hosts.get_mut(host);
        let mut taught = new_way && host.learn(segment);
        if let Some(sample) = observed.answer_time.filter(|_| in_handshake) {
            taught |= host.learn_round_trip(sample);
        }
        let resets_of_host = host.last_reset.filter(|_| taught);
        if let Some(series) = own_series {
            if self.series[series.place()].sender_spoke(segment) {
                self.revise_series(series, segment.frame);
            }
        }
        if let Some(series) = peer_series {
            if self.series[series.place()].peer_spoke(segment, observed.retransmission) {
                self.revise_series(series, segment.frame);
            }
        }
        if let Some(newest) = resets_of_host {
            self.revise_chain(newest, segment.frame, |reset| reset.previous_of_host);
        }
    }

    /// Only a reset that is already in the list is linked from elsewhere, so that a failure on the
    /// way leaves no link into nowhere.
    fn observe_reset(&mut self, segment: &Segment, index: Index, direction: Direction) {
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
        let peer = conversation.endpoint(direction.reverse());
        let limit = segment.time.saturating_add(peer.round_trip.longest());
        reset.ended_by = peer
            .series
            .and_then(|series| self.series[series.place()].acceptable)
            .filter(|_| reset.form == Form::Passive);
        let peer_series = peer.series;
        let sender = self.conversations.get_mut(index).endpoint_mut(direction);
        reset.host = *sender
            .host
            .get_or_insert_with(|| self.hosts.index(segment.source.address));
        reset.previous_of_host = self.hosts.get(reset.host).last_reset;
        let number = Index::new(self.resets.len());
        let series = *sender.series.get_or_insert_with(|| {
            self.series
                .push(Series::new(number, reset.seq, reset.data_end, limit));
            Index::new(self.series.len() - 1)
        });
        reset.series = series;
        self.series[series.place()].take(number, &mut reset);
        if reset.form == Form::Active {
            sender.acknowledge_by_reset(segment.ack);
        } else if let Some(trigger) = reset.trigger {
            sender.answered = trigger.frame;
        }
        sender.ticket = self.recent.push(segment, sender.ticket, reset.silence);
        self.hosts.get_mut(reset.host).last_reset = Some(number);
        let idle = reset.idle_end().filter(|_| !reset.outlived_such());
        reset.previous_of_gap = idle.and_then(|idle| self.gaps.add(idle.time, reset.time, number));
        self.resets.push(reset);
        self.journal.push((segment.frame, Entry::Reset(number)));
        self.oppose(series, peer_series, segment);
        let habits = idle.map_or_else(Vec::new, |idle| self.gaps.become_habits(idle.time));
        self.resets[number.place()].reported = rank(&self.situation(number)).best.cause.name;
        for newest in habits {
            self.revise_chain(newest, segment.frame, |reset| reset.previous_of_gap);
        }
        // The third reset makes a series of what looked like repeats.
        if self.series[series.place()].count == 3 {
            self.revise_series(series, segment.frame);
        }
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

    /// Notes in both series that each side has reset.
    fn oppose(&mut self, own: Index, peer: Option<Index>, segment: &Segment) {
        let Some(peer) = peer else { return };
        let earlier = &self.resets[self.series[peer.place()].first.place()];
        self.series[own.place()].opposite = Moment::at(earlier.frame, earlier.time);
        if !self.series[peer.place()].opposite.happened() {
            self.series[peer.place()].opposite = Moment::of(segment);
            self.revise_series(peer, segment.frame);
        }
    }

    fn situation(&self, index: Index) -> Situation<'_> {
        let reset = &self.resets[index.place()];
        let series = &self.series[reset.series.place()];
        Situation {
            reset,
            series,
            first: &self.resets[series.first.place()],
            host: self.hosts.get(reset.host),
            gaps: &self.gaps,
            preferences: &self.preferences,
            ended_by: reset.ended_by.map(|earlier| &self.resets[earlier.place()]),
            exchange: self.exchanges.get(reset.exchange),
            names: &self.names,
        }
    }

    fn revise_series(&mut self, series: Index, frame: u32) {
        self.revise_chain(self.series[series.place()].last, frame, |reset| {
            reset.previous
        });
    }

    /// Ranks the resets of a chain anew and notes those whose cause this frame changes.
    fn revise_chain(&mut self, newest: Index, frame: u32, before: fn(&Reset) -> Option<Index>) {
        let mut noted = 0;
        let mut next = Some(newest);
        for _ in 0..MOST_REVIEWED {
            let Some(index) = next else { break };
            next = before(&self.resets[index.place()]);
            let cause = rank(&self.situation(index)).best.cause.name;
            let reset = &mut self.resets[index.place()];
            if reset.reported == cause {
                continue;
            }
            reset.reported = cause;
            reset.revised_by = frame;
            if noted < MOST_REVISIONS {
                let revision = Entry::Revision(Index::new(self.revisions.len()));
                self.revisions.push((index, cause));
                self.journal.push((frame, revision));
                noted += 1;
            }
        }
    }

    /// Drops the conversation whose segment could not be analysed and notes the failure, to be shown
    /// on the frame.
    pub fn contain(&mut self, frame: u32, what: String) {
        if let Some(index) = self.current.take() {
            self.conversations.forget(index);
        }
        self.journal
            .truncate(self.journal.partition_point(|(known, _)| *known < frame));
        self.journal
            .push((frame, Entry::Failure(Index::new(self.failures.len()))));
        self.failures.push(what);
    }

    fn entries(&self, frame: u32) -> impl Iterator<Item = Entry> {
        let start = self.journal.partition_point(|(known, _)| *known < frame);
        let of_frame = self.journal[start..]
            .iter()
            .take_while(move |(known, _)| *known == frame);
        of_frame.map(|(_, entry)| *entry)
    }

    /// What is known of the frame, as far as the file was read. `provisional` says that the frame is
    /// being read for the first time, so that nothing after it is known.
    pub fn recall(&self, frame: u32, provisional: bool) -> Vec<Report> {
        let report = |entry: Entry| match entry {
            Entry::Reset(index) => verdict::report(
                &self.situation(index),
                Context {
                    provisional,
                    copy_of: 0,
                },
            ),
            Entry::Copy(index) => {
                let copy_of = self.resets[index.place()].frame;
                verdict::report(
                    &self.situation(index),
                    Context {
                        provisional,
                        copy_of,
                    },
                )
            }
            Entry::Revision(index) => {
                let (reset, cause) = self.revisions[index.place()];
                verdict::revision(self.resets[reset.place()].frame, cause)
            }
            Entry::Failure(index) => failure(&self.failures[index.place()]),
        };
        self.entries(frame).map(report).collect()
    }
}

/// The report on a frame that the analysis failed on.
pub fn failure(what: &str) -> Report {
    Report::new(
        Expert::Failure,
        "failed on this frame".into(),
        format!(
            "TCP Reset Analysis failed on this frame and dropped its conversation; the rest of the file is \
             analysed. Please report this with the capture: {what}"
        ),
    )
}
