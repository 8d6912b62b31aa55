//! One capture file: takes in its segments in order, and recalls what it knows of any frame.

mod observe;
mod resets;
mod review;

use crate::company::Company;
use crate::company::Gaps;
use crate::conversation::{Conversations, Exchanges, Placement};
use crate::field::Expert;
use crate::host::Hosts;
use crate::names::Names;
use crate::preference::{Preference, Preferences};
use crate::recent::Recent;
use crate::report::Report;
use crate::reset::{Reset, Series};
use crate::segment::{Index, Nanoseconds, Segment};
use crate::verdict::{self, Context};

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
    company: Company,
    resets: Vec<Reset>,
    series: Vec<Series>,
    journal: Vec<(u32, Entry)>,
    /// Resets and the causes that a later frame gave them.
    revisions: Vec<(Index, &'static str)>,
    failures: Vec<String>,
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
        let (index, direction) = self.conversations.index(segment);
        self.current = Some(index);
        self.start.get_or_insert(segment.time);
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
        let series = self.resets[reset.place()].series;
        match self.series[series.place()].opposite {
            Some(opposite) if opposite.place() < series.place() => opposite,
            _ => series,
        }
    }

    /// What is known of the frame, as far as the file was read. `provisional` says that the frame is
    /// being read for the first time, so that nothing after it is known.
    pub fn recall(&self, frame: u32, provisional: bool) -> Vec<Report> {
        let mut reports = Vec::new();
        let mut changed = Vec::new();
        for entry in self.entries(frame) {
            match entry {
                Entry::Reset(index) => reports.push(self.verdict(index, provisional, false)),
                Entry::Copy(index) => reports.push(self.verdict(index, provisional, true)),
                Entry::Revision(index) => {
                    let (reset, cause) = self.revisions[index.place()];
                    changed.push((self.resets[reset.place()].frame, cause));
                }
                Entry::Failure(index) => reports.push(failure(&self.failures[index.place()])),
            }
        }
        if !changed.is_empty() {
            changed.sort_by_key(|(frame, _)| *frame);
            reports.push(verdict::revision(&changed, provisional));
        }
        let floor = self.preferences.number(Preference::SeverityFloor);
        for report in &mut reports {
            report.expert = report.expert.filter(|it| it.severity() as u32 >= floor);
        }
        reports
    }

    fn verdict(&self, reset: Index, provisional: bool, is_copy: bool) -> Report {
        let context = Context {
            provisional,
            copy_of: if is_copy {
                self.resets[reset.place()].frame
            } else {
                0
            },
        };
        verdict::report(&self.situation(reset), context)
    }
}

/// The report on a frame that the analysis failed on.
pub fn failure(what: &str) -> Report {
    let mut report = Report::new(
        Expert::Failure,
        "failed on this frame".into(),
        format!(
            "TCP Reset Analysis failed on this frame and dropped its conversation; the rest of the file is \
             analysed. Please report this with the capture: {what}"
        ),
    );
    report.note = "TCP Reset Analysis failed".into();
    report
}
