//! Keeps the records: live ones, and frozen ones of conversations that are over.

use std::borrow::Cow;

use super::Conversation;
use super::frozen::Frozen;

/// Where a record is kept.
#[derive(Clone, Copy, Debug)]
pub enum Kept {
    /// Among the live ones.
    Live(u32),
    /// Among the frozen ones.
    Frozen(u32),
}

/// All records. A place that becomes free is used again, so that the lists grow with conversations, however
/// often one freezes and thaws.
#[derive(Debug, Default)]
pub struct Store {
    live: Slots<Conversation>,
    frozen: Slots<Frozen>,
}

impl Store {
    /// Keeps a new record.
    pub fn add(&mut self, conversation: Conversation) -> Kept {
        Kept::Live(self.live.add(conversation))
    }

    /// The record, as it is or thawed.
    pub fn get(&self, kept: Kept) -> Cow<'_, Conversation> {
        match kept {
            Kept::Live(place) => Cow::Borrowed(&self.live.list[place as usize]),
            Kept::Frozen(place) => Cow::Owned(self.frozen.list[place as usize].thaw()),
        }
    }

    /// The live record at `place`.
    pub fn get_mut(&mut self, place: u32) -> &mut Conversation {
        &mut self.live.list[place as usize]
    }

    /// Makes the frozen record at `place` live; returns its new place.
    pub fn thaw(&mut self, place: u32) -> u32 {
        let conversation = self.frozen.list[place as usize].thaw();
        self.frozen.free.push(place);
        self.live.add(conversation)
    }

    /// Freezes the live record at `place`; returns its new place, or none where it stays.
    pub fn freeze(&mut self, place: u32) -> Option<u32> {
        let frozen = Frozen::of(&mut self.live.list[place as usize])?;
        self.live.free.push(place);
        Some(self.frozen.add(frozen))
    }

    /// How many live and frozen records there is room for.
    #[cfg(test)]
    pub fn room(&self) -> (usize, usize) {
        (self.live.list.len(), self.frozen.list.len())
    }
}

/// A list whose free places are used again.
#[derive(Debug)]
struct Slots<Record> {
    list: Vec<Record>,
    free: Vec<u32>,
}

impl<Record> Default for Slots<Record> {
    fn default() -> Self {
        let (list, free) = Default::default();
        Slots { list, free }
    }
}

impl<Record> Slots<Record> {
    fn add(&mut self, record: Record) -> u32 {
        if let Some(place) = self.free.pop() {
            self.list[place as usize] = record;
            return place;
        }
        self.list.push(record);
        self.list.len() as u32 - 1
    }
}
