//! The conversations that were reset: why, and how many resets each saw.

use std::collections::HashMap;
use std::ffi::CStr;

use super::{Cell, Count, Row};
use crate::cause::Category;
use crate::field::Field;
use crate::report::{Report, Value};
use crate::segment::Index;
use crate::session::Session;
use crate::verdict::{self, Context};

/// Where a column has its values from.
enum Source {
    /// The report on the reset that counts.
    Field(Field),
    /// The frame of that reset.
    Frame,
    /// How many resets there are.
    Resets,
}

/// A column of the table.
pub struct Column {
    /// What stands above it.
    pub title: &'static CStr,
    /// Whether it holds numbers.
    pub is_number: bool,
    source: Source,
}

const fn text(field: Field) -> Column {
    Column {
        title: field.describe().title,
        is_number: false,
        source: Source::Field(field),
    }
}

const fn number(title: &'static CStr, source: Source) -> Column {
    Column {
        title,
        is_number: true,
        source,
    }
}

const fn number_of(field: Field) -> Column {
    number(field.describe().title, Source::Field(field))
}

/// All columns.
pub static COLUMNS: &[Column] = &[
    text(Field::Client),
    number_of(Field::ClientPort),
    text(Field::Server),
    number_of(Field::ServerPort),
    text(Field::Cause),
    number_of(Field::Confidence),
    text(Field::Origin),
    text(Field::Outcome),
    number(Field::FirstReset.describe().title, Source::Frame),
    number(c"Resets", Source::Resets),
    text(Field::Explanation),
];

/// A row for each conversation, in the order of their resets.
#[derive(Clone, Debug, Default)]
pub struct Conversations(Vec<Row>);

impl Count for Conversations {
    fn add(&mut self, session: &Session, frames: &[u32]) {
        let mut places: HashMap<Index, usize> = HashMap::new();
        let mut conversations: Vec<Vec<Index>> = Vec::new();
        for reset in session.resets_in(frames) {
            let place = *places
                .entry(session.conversation_of(reset))
                .or_insert(conversations.len());
            match conversations.get_mut(place) {
                Some(resets) => resets.push(reset),
                None => conversations.push(vec![reset]),
            }
        }
        self.0
            .extend(conversations.iter().map(|resets| row(session, resets)));
    }

    fn rows(self) -> Vec<Row> {
        self.0
    }
}

/// The row of a conversation with these resets; there is one at least.
fn row(session: &Session, resets: &[Index]) -> Row {
    let counting = match resets {
        [only] => *only,
        _ => *resets
            .iter()
            .min_by_key(|reset| unlikely_end(session, **reset))
            .unwrap_or(&resets[0]),
    };
    let situation = session.situation(counting);
    let report = verdict::report(&situation, &session.ranking(counting), Context::default());
    let cells = COLUMNS.iter().map(|column| match column.source {
        Source::Field(field) => cell(&report, field),
        Source::Frame => Cell::Number(situation.reset.frame),
        Source::Resets => Cell::Number(resets.len() as u32),
    });
    Row {
        depth: 0,
        cells: cells.collect(),
    }
}

/// What speaks against a reset as the one that ended the conversation: it is the aftermath of another, or
/// its receiver had to drop it. Of several as good the first counts, whichever side sent it.
fn unlikely_end(session: &Session, reset: Index) -> (bool, bool) {
    let is_aftermath = session.ranking(reset).best.cause.category == Category::Aftermath;
    let dropped = ["ignored", "challenged"].contains(&verdict::outcome(&session.situation(reset)));
    (is_aftermath, dropped)
}

fn cell(report: &Report, field: Field) -> Cell {
    match report.get(field) {
        Some(Value::Text(text)) => Cell::Text(text.clone()),
        Some(Value::Unsigned(number) | Value::Frame(number)) => Cell::Number(*number),
        _ => Cell::Text(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Kind;

    #[test]
    fn columns_take_fields_of_their_kind() {
        for column in COLUMNS {
            if let Source::Field(field) = column.source {
                let expected = match column.is_number {
                    true => Kind::Unsigned,
                    false => Kind::Text,
                };
                assert_eq!(field.describe().kind, expected, "{field:?}");
            }
        }
    }
}
