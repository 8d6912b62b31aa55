//! What is known of any frame: whether there is anything to say, the note for its row, and the whole reports.

use std::fmt::Write;
use std::ops::Range;

use super::{Entry, Session};
use crate::cause::ALL;
use crate::field::Expert;
use crate::preference::Preference;
use crate::report::Report;
use crate::reset::Trait;
use crate::segment::Index;
use crate::verdict::{self, Context};

impl Session {
    /// What there is to report on the frame.
    pub(super) fn entries(&self, frame: u32) -> impl Iterator<Item = Entry> {
        let noted = &self.journal[of_frame(&self.journal, frame, |(known, _)| *known)];
        let plain = of_frame(&self.resets, frame, |reset| reset.frame);
        let in_journal = noted.iter().find_map(|(_, entry)| match entry {
            Entry::Reset(index) => Some(index.place()),
            _ => None,
        });
        let plain = plain.start..in_journal.unwrap_or(plain.end);
        plain
            .filter(|place| !self.resets[*place].is(Trait::FAILED))
            .map(|place| Entry::Reset(Index::new(place)))
            .chain(noted.iter().map(|(_, entry)| *entry))
    }

    /// Whether there is anything to say on the frame.
    pub fn speaks_of(&self, frame: u32) -> bool {
        // Asked of each frame when it is the newest one.
        let noted = self.journal.last().map_or(0, |(known, _)| *known);
        let reset = self.resets.last().map_or(0, |reset| reset.frame);
        frame <= noted.max(reset) && self.entries(frame).next().is_some()
    }

    /// Adds to `row` what the frame's row in the packet list has to say, see [`Session::recall`]. Who sees
    /// final verdicts has no use for what changed.
    pub fn annotate(&self, frame: u32, provisional: bool, row: &mut String) {
        let mut changed = Vec::new();
        for entry in self.entries(frame) {
            match entry {
                Entry::Reset(index) | Entry::Copy(index) => {
                    let best = self.ranking(index).best;
                    verdict::annotate(row, best.cause.name, best.confidence);
                }
                Entry::Revision(index) => changed.push(self.revision(index)),
                Entry::Failure(_) => annotate_failure(row),
            }
        }
        let first = changed.iter().min_by_key(|(frame, _)| *frame);
        if let Some((first, cause)) = first.filter(|_| provisional) {
            match changed.len() - 1 {
                0 => add_note(row, format_args!("frame {first}: now {cause}")),
                more => add_note(
                    row,
                    format_args!("frame {first}: now {cause}, and {more} more"),
                ),
            }
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
                Entry::Revision(index) => changed.push(self.revision(index)),
                Entry::Failure(index) => reports.push(failure(&self.failures[index.place()])),
            }
        }
        if !changed.is_empty() {
            changed.sort_by_key(|(frame, _)| *frame);
            reports.push(verdict::revision(&changed));
        }
        let floor = self.preferences.number(Preference::SeverityFloor);
        for report in &mut reports {
            report.expert = report.expert.filter(|it| it.severity() as u32 >= floor);
        }
        reports
    }

    /// The frame whose verdict changed, and its cause since then.
    fn revision(&self, index: Index) -> (u32, &'static str) {
        let (reset, cause) = self.revisions[index.place()];
        (
            self.resets[reset.place()].frame,
            ALL[usize::from(cause)].name,
        )
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
        verdict::report(&self.situation(reset), &self.ranking(reset), context)
    }
}

/// Where the elements of a frame stand in a list that is in the order of frames.
fn of_frame<T>(list: &[T], frame: u32, frame_of: impl Fn(&T) -> u32) -> Range<usize> {
    // Most frames hold nothing, and each is the newest one when it is asked for first.
    let Some(newest) = list.last().filter(|newest| frame_of(newest) >= frame) else {
        return list.len()..list.len();
    };
    let start = match frame_of(newest) == frame {
        true => {
            let of_others = list.iter().rposition(|element| frame_of(element) != frame);
            of_others.map_or(0, |place| place + 1)
        }
        false => list.partition_point(|element| frame_of(element) < frame),
    };
    let others = list[start..]
        .iter()
        .position(|element| frame_of(element) != frame);
    start..others.map_or(list.len(), |count| start + count)
}

fn add_note(row: &mut String, note: std::fmt::Arguments<'_>) {
    // A String takes whatever is written to it.
    let _ = write!(row, " [{note}]");
}

/// Adds to `row` what the row of a frame says that the analysis failed on.
pub fn annotate_failure(row: &mut String) {
    add_note(row, format_args!("TCP Reset Analysis failed"));
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
