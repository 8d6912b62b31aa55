//! One capture file: takes in its segments in order, and recalls what it knows of any frame.

mod observe;
mod recall;
mod resets;
mod review;

pub use recall::{annotate_failure, failure};

use std::cell::Cell;

use crate::cause::rank::Ranking;
use crate::company::Company;
use crate::company::Gaps;
use crate::conversation::{Conversations, Exchanges, Placement};
use crate::host::Hosts;
use crate::names::Names;
use crate::preference::Preferences;
use crate::recent::Recent;
use crate::reset::{Extras, Reset, Series};
use crate::segment::{Index, Nanoseconds, Segment};

/// Something to report on a frame, in the order of the frames.
#[derive(Clone, Copy, Debug)]
enum Entry {
    /// The reset at this index, where a copy or a failure comes before it in the frame.
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
    company: Company,
    resets: Vec<Reset>,
    extras: Extras,
    series: Vec<Series>,
    /// All that there is to report but plain resets, which stand in the order of their frames already.
    journal: Vec<(u32, Entry)>,
    /// Resets and the causes that a later frame gave them, by their places in the list of all.
    revisions: Vec<(Index, u8)>,
    failures: Vec<String>,
    allowance: review::Allowance,
    /// The reset that was ranked last; none once something may have changed.
    ranked: Cell<Option<(Index, Ranking)>>,
    /// When the file's first segment was captured.
    start: Option<Nanoseconds>,
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
        self.ranked.set(None);
        self.allowance.refill();
        let (index, direction) = self.conversations.index(segment);
        self.current = Some(index);
        self.start.get_or_insert(segment.time);
        let live = self.conversations.live(index);
        let conversation = self.conversations.at(live);
        let placement = conversation.place(segment, direction, &mut self.recent);
        if placement == Placement::NewConnection {
            conversation.restart(segment, direction);
        }
        match placement {
            Placement::Copy { of } => self.observe_copy(segment, of),
            _ if segment.is_reset() => self.observe_reset(segment, index, direction),
            _ => self.observe_other(segment, index, live, direction),
        }
        self.conversations.settle(index, live, &self.recent);
        self.current = None;
    }

    /// A copy teaches another way to the host, nothing else.
    fn observe_copy(&mut self, segment: &Segment, of: u32) {
        if !segment.is_reset() {
            let host = self.hosts.index(segment.source.address);
            self.hosts.get_mut(host).learn(segment);
        } else {
            let original = self.resets_in(&[of]).next();
            if let Some(reset) = original {
                self.journal.push((segment.frame, Entry::Copy(reset)));
            }
        }
    }

    /// Drops the conversation whose segment could not be analysed and notes the failure, to be shown
    /// on the frame.
    pub fn contain(&mut self, frame: u32, what: String) {
        self.ranked.set(None);
        if let Some(index) = self.current.take() {
            self.conversations.forget(index);
        }
        self.journal
            .truncate(self.journal.partition_point(|(known, _)| *known < frame));
        let of_frame = self.resets.iter_mut().rev();
        for reset in of_frame.take_while(|reset| reset.frame >= frame) {
            reset.fail();
        }
        self.journal
            .push((frame, Entry::Failure(Index::new(self.failures.len()))));
        self.failures.push(what);
    }

    /// Whether the frame holds a reset that is no copy of an earlier one.
    pub fn has_reset(&self, frame: u32) -> bool {
        self.resets_in(&[frame]).next().is_some()
    }

    /// The resets of these frames, without copies.
    pub(crate) fn resets_in(&self, frames: &[u32]) -> impl Iterator<Item = Index> {
        let entries = frames.iter().flat_map(|frame| self.entries(*frame));
        entries.filter_map(|entry| match entry {
            Entry::Reset(reset) => Some(reset),
            _ => None,
        })
    }

    /// What is the same for all resets of a connection, whichever side sent them: the earlier one of its
    /// two series.
    pub(crate) fn conversation_of(&self, reset: Index) -> Index {
        let series = self.series_of(reset);
        match series.opposite {
            Some(opposite) if opposite.place() < series.first.place() => opposite,
            _ => series.first,
        }
    }
}
