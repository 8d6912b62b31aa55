//! Points and lengths of time, in as many bytes as it takes to keep many of them.

use crate::segment::Segment;

/// Nanoseconds. As a point in time: since the epoch, as the capture states it, so it may go backwards.
pub type Nanoseconds = i64;

/// One millisecond.
pub const MILLISECOND: Nanoseconds = 1_000_000;

/// A point in time to the millisecond, in four bytes. It wraps after 49 days; of two ticks the later
/// is known by the order of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tick(pub(crate) u32);

/// A length of time to the millisecond, in four bytes: 49 days, or more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Milliseconds(u32);

impl Milliseconds {
    /// That of so many nanoseconds; none where they are negative.
    pub fn from(time: Nanoseconds) -> Milliseconds {
        Milliseconds(u32::try_from((time / MILLISECOND).max(0)).unwrap_or(u32::MAX))
    }

    /// The same in nanoseconds.
    pub fn get(self) -> Nanoseconds {
        i64::from(self.0) * MILLISECOND
    }
}

/// A frame and when it was captured, to the millisecond: what is kept of most segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Number of the frame; 0 stands for never.
    pub frame: u32,
    pub(crate) tick: Tick,
}

impl Moment {
    /// What did not come.
    pub const NEVER: Moment = Moment {
        frame: 0,
        tick: Tick(0),
    };

    /// The moment of a segment.
    pub fn of(segment: &Segment) -> Moment {
        Moment::at(segment.frame, segment.time)
    }

    /// The moment of a frame.
    pub fn at(frame: u32, time: Nanoseconds) -> Moment {
        let tick = Tick::at(time);
        Moment { frame, tick }
    }

    /// Whether it ever came.
    pub fn happened(self) -> bool {
        self.frame != 0
    }

    /// Time from this moment to `later`, to the millisecond; 0 where the clock went backwards.
    pub fn until(self, later: Nanoseconds) -> Nanoseconds {
        self.tick.until(Tick::at(later))
    }

    /// Time from `earlier` to this moment, likewise.
    pub fn since(self, earlier: Nanoseconds) -> Nanoseconds {
        Tick::at(earlier).until(self.tick)
    }
}

impl Tick {
    /// The tick of a point in time.
    pub fn at(time: Nanoseconds) -> Tick {
        Tick(time.div_euclid(MILLISECOND) as u32)
    }

    /// Time from this tick to `later`; 0 where the clock went backwards.
    pub fn until(self, later: Tick) -> Nanoseconds {
        let elapsed = later.0.wrapping_sub(self.0) as i32;
        i64::from(elapsed.max(0)) * MILLISECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    #[test]
    fn moments_count_milliseconds_across_the_wrap() {
        let wrap = (i64::from(u32::MAX) + 1) * MILLISECOND;
        let moment = Moment::of(&Segment {
            time: wrap - 5 * MILLISECOND,
            ..segment(1)
        });
        assert_eq!(moment.until(wrap + 3 * MILLISECOND), 8 * MILLISECOND);
        assert_eq!(moment.until(wrap - 6 * MILLISECOND), 0);
        assert_eq!(
            Moment::of(&Segment {
                time: i64::MIN,
                ..segment(1)
            })
            .until(i64::MIN),
            0
        );
    }
}
