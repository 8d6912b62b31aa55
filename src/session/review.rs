//! Judges resets again when something new is learned.

use super::{Entry, Session};
use crate::cause::rank::{Ranking, rank};
use crate::company::Changed;
use crate::evidence::Situation;
use crate::host::Hops;
use crate::reset::{Extras, Reset, Series};
use crate::segment::Index;

/// Resets of one host or series that one later packet may revise. A packet that changes more (a scan
/// of a whole host) still changes their verdicts; it just does not list them all.
const MOST_REVISIONS: usize = 64;

/// Resets that may be judged again when something new is learned, the newest first. All verdicts are made
/// anew when they are shown; this only bounds the search for those to announce.
const MOST_REVIEWED: u32 = 1 << 16;
/// What each segment adds to that, so that a file takes time in proportion to its length whatever is in it. What
/// files do teach has a reset judged again a few times.
const REVIEWED_PER_SEGMENT: u32 = 16;

/// How many resets may be judged again just now.
#[derive(Debug)]
pub(super) struct Allowance(u32);

impl Default for Allowance {
    fn default() -> Allowance {
        Allowance(MOST_REVIEWED)
    }
}

impl Allowance {
    /// A segment more.
    pub(super) fn refill(&mut self) {
        self.0 = (self.0 + REVIEWED_PER_SEGMENT).min(MOST_REVIEWED);
    }

    /// Whether there was one left.
    fn take(&mut self) -> bool {
        let left = self.0.checked_sub(1);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

impl Session {
    /// All that is known of the reset at `index`.
    pub(crate) fn situation(&self, index: Index) -> Situation<'_> {
        let reset = &self.resets[index.place()];
        let series = self.series_of(index);
        let at = |index: Index| &self.resets[index.place()];
        let mut situation = Situation {
            reset,
            first: at(series.first),
            previous: reset.previous().map(at),
            extras: &self.extras,
            conversations: &self.conversations,
            host: self.hosts.get(reset.host),
            ended_by: self.extras.ended_by(reset.extras).map(at),
            since_start: self.start.map_or(0, |start| {
                reset.time.saturating_sub(reset.age()).saturating_sub(start)
            }),
            exchange: self.exchanges.get(self.extras.exchange(reset.extras)),
            names: &self.names,
            gaps: &self.gaps,
            preferences: &self.preferences,
            opposite: series.opposite.map(at),
            burst: reset.burst().map(|burst| self.company.bursts.get(burst)),
            opener: reset
                .opener()
                .map(|opener| self.company.openers.get(opener)),
            distance: reset.distance().map(|way| self.company.distances.get(way)),
            other_leg: reset.other_leg().map(at),
            series,
            hops: Hops::NoBaseline,
            port: None,
        };
        situation.hops = situation.compare_hops();
        situation.port = situation.host.ports.get(situation.sender().port);
        situation
    }

    /// The verdict on the reset at `index`. The Info column, the tree and the statistics ask for the same one, and
    /// a new reset is reviewed as soon as it is ranked.
    pub(crate) fn ranking(&self, index: Index) -> Ranking {
        self.known_ranking(index).unwrap_or_else(|| {
            let ranking = rank(&self.situation(index));
            self.ranked.set(Some((index, ranking)));
            ranking
        })
    }

    fn known_ranking(&self, index: Index) -> Option<Ranking> {
        let (known, ranking) = self.ranked.get()?;
        (known == index).then_some(ranking)
    }

    /// What is known of the series that the reset at `index` belongs to.
    pub(super) fn series_of(&self, index: Index) -> Series {
        let reset = &self.resets[index.place()];
        match reset.series {
            Some(series) => self.series[series.place()],
            None => Series::new(index, reset),
        }
    }

    /// What is known of the series that begins with the reset at `first`, to change it.
    pub(super) fn series_to_change(&mut self, first: Index) -> &mut Series {
        let reset = &mut self.resets[first.place()];
        let series = &mut self.series;
        let index = reset.series.unwrap_or_else(|| {
            series.push(Series::new(first, reset));
            Index::new(series.len() - 1)
        });
        reset.series = Some(index);
        &mut self.series[index.place()]
    }

    pub(super) fn revise_series(&mut self, first: Index, frame: u32) {
        self.revise_series_since(first, frame, 0);
    }

    /// Judges the resets of the series that begins with the reset at `first` anew, from the newest one back to
    /// frame `since`.
    pub(super) fn revise_series_since(&mut self, first: Index, frame: u32, since: u32) {
        let newest = self.series_of(first).last;
        self.revise_chain(newest, frame, since, |reset, _| reset.previous());
    }

    /// Judges the resets of a host anew, from the newest one back to frame `since`.
    pub(super) fn revise_host(&mut self, newest: Index, frame: u32, since: u32) {
        self.revise_chain(newest, frame, since, |reset, _| reset.previous_of_host);
    }

    /// Judges the resets after the same silence anew.
    pub(super) fn revise_gap(&mut self, newest: Index, frame: u32) {
        self.revise_chain(newest, frame, 0, |reset, extras| {
            extras.previous_of_gap(reset.extras)
        });
    }

    /// Judges the refusals from one distance anew.
    pub(super) fn revise_distance(&mut self, newest: Index, frame: u32) {
        self.revise_chain(newest, frame, 0, |reset, _| reset.previous_of_distance());
    }

    /// Judges anew what the reset at `newest` changed in its company.
    pub(super) fn revise_company(&mut self, changed: &Changed, newest: Index, frame: u32) {
        if let Some(since) = changed.host_since {
            self.revise_host(newest, frame, since);
        }
        if changed.distance {
            self.revise_distance(newest, frame);
        }
    }

    /// Ranks the resets of a chain anew and notes those whose cause this frame changes.
    fn revise_chain(
        &mut self,
        newest: Index,
        frame: u32,
        since: u32,
        before: fn(&Reset, &Extras) -> Option<Index>,
    ) {
        let mut noted = 0;
        let mut next = Some(newest);
        while let Some(index) = next.filter(|_| self.allowance.take()) {
            let Some(reset) = self.resets.get(index.place()) else {
                break;
            };
            if reset.frame < since {
                break;
            }
            next = before(reset, &self.extras);
            let ranking = self.known_ranking(index);
            let ranking = ranking.unwrap_or_else(|| rank(&self.situation(index)));
            if self.revise(index, ranking.best.place, frame, noted < MOST_REVISIONS) {
                noted += 1;
            }
        }
    }

    /// Notes the cause of a reset; whether it is another than was reported.
    fn revise(&mut self, index: Index, cause: u8, frame: u32, list: bool) -> bool {
        let reset = &mut self.resets[index.place()];
        if reset.reported == cause {
            return false;
        }
        reset.reported = cause;
        // The frame's own reset is reported with it.
        if reset.frame == frame {
            return false;
        }
        self.extras.revise(&mut reset.extras, frame);
        if list {
            let revision = Entry::Revision(Index::new(self.revisions.len()));
            self.revisions.push((index, cause));
            self.journal.push((frame, revision));
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reviews_are_bounded_by_the_segments() {
        let mut allowance = Allowance::default();
        let mut taken = 0;
        for _ in 0..100_000 {
            allowance.refill();
            // As if each segment had all resets judged again.
            while allowance.take() {
                taken += 1;
            }
        }
        assert_eq!(taken, MOST_REVIEWED + 99_999 * REVIEWED_PER_SEGMENT);
    }
}
