//! A verdict as a flat list of fields and values, with no Wireshark type in it.

use crate::field::{Expert, Field, Kind};
use crate::segment::Nanoseconds;

/// The value of an item; its variant fits the field's [`Kind`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An unsigned number.
    Unsigned(u32),
    /// A signed number.
    Signed(i32),
    /// Yes or no.
    Boolean(bool),
    /// The number of a frame.
    Frame(u32),
    /// A length of time.
    Duration(Nanoseconds),
}

impl Value {
    /// The kind of field that takes it.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Text(_) => Kind::Text,
            Value::Unsigned(_) => Kind::Unsigned,
            Value::Signed(_) => Kind::Signed,
            Value::Boolean(_) => Kind::Boolean,
            Value::Frame(_) => Kind::Frame,
            Value::Duration(_) => Kind::Duration,
        }
    }
}

/// One `TCP Reset Analysis` tree: its heading, its expert item and its fields in the order shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What the tree's root says.
    pub heading: String,
    /// What the expert item says.
    pub summary: String,
    /// Which expert item; none where the user wants none of its severity.
    pub expert: Option<Expert>,
    /// The fields.
    pub items: Vec<(Field, Value)>,
}

impl Report {
    /// A tree without fields yet.
    pub fn new(expert: Expert, heading: String, summary: String) -> Report {
        Report {
            heading,
            summary,
            expert: Some(expert),
            items: Vec::new(),
        }
    }

    /// Adds a field.
    pub fn add(&mut self, field: Field, value: Value) {
        debug_assert_eq!(field.describe().kind, value.kind(), "{field:?}");
        self.items.push((field, value));
    }

    /// Adds a text.
    pub fn text(&mut self, field: Field, text: impl Into<String>) {
        self.add(field, Value::Text(text.into()));
    }

    /// The first value of the field.
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.items
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, value)| value)
    }
}
