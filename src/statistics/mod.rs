//! Statistics over the resets of a file, by their verdicts in hindsight.
//!
//! Which resets count is told frame by frame, as they pass a filter; what is counted of them is asked
//! of the session when the rows are, so that no later revision is missed. Copies of a reset that the
//! capture holds beside it are not counted.

mod causes;
mod conversations;

pub use causes::Causes;
pub use conversations::{COLUMNS, Column, Conversations};

use crate::session::Session;

/// A value in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A word or a sentence.
    Text(String),
    /// A number.
    Number(u32),
}

/// A row to show. The rows of a tree have depths: each stands below the row before it that is less deep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// How deep it stands in the tree; 0 in a table.
    pub depth: u8,
    /// Its values, in the order of the columns.
    pub cells: Vec<Cell>,
}

/// What is counted of resets.
pub trait Count: Clone + Default {
    /// Counts the resets of these frames, which are in ascending order.
    fn add(&mut self, session: &Session, frames: &[u32]);
    /// All that was counted.
    fn rows(self) -> Vec<Row>;
}

/// The resets that one listener was told of, in the open file and in those before it.
#[derive(Debug, Default)]
pub struct Statistic<C> {
    /// Of the open file.
    frames: Vec<u32>,
    /// Of the files before it: tshark closes and opens anew while it listens, with -b and with -M.
    settled: C,
}

impl<C: Count> Statistic<C> {
    /// Takes the frame's resets in. The frames of a file are told in order; one that is told twice
    /// counts once.
    pub fn note(&mut self, frame: u32) {
        if self.frames.last() != Some(&frame) {
            self.frames.push(frame);
        }
    }

    /// Counts what was told so far, as the session is about to end.
    pub fn settle(&mut self, session: &Session) {
        self.settled.add(session, &std::mem::take(&mut self.frames));
    }

    /// What there is to show, with all that the session knows by now; none before a file is open.
    pub fn rows(&self, session: Option<&Session>) -> Vec<Row> {
        let mut count = self.settled.clone();
        if let Some(session) = session {
            count.add(session, &self.frames);
        }
        count.rows()
    }
}
