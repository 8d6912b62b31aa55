//! Names of servers, each stored once.

use std::collections::HashMap;

use crate::segment::Index;

/// More names than this are not told apart any more: a file that holds so many was made to.
const MOST_NAMES: usize = 1 << 16;
/// The longest host name (RFC 1035 2.3.4); what is longer is cut.
const LONGEST_NAME: usize = 255;

/// All names of the file.
#[derive(Debug, Default)]
pub struct Names {
    known: HashMap<Box<str>, Index>,
    list: Vec<Box<str>>,
}

impl Names {
    /// The index of a name, stored where it is new; none for an empty one, or when the list is full.
    pub fn index(&mut self, name: &str) -> Option<Index> {
        if let Some(index) = self.known.get(name) {
            return Some(*index);
        }
        if name.is_empty() || self.list.len() >= MOST_NAMES {
            return None;
        }
        let clean = printable(name);
        if let Some(index) = self.known.get(&clean) {
            return Some(*index);
        }
        let index = Index::new(self.list.len());
        self.list.push(clean.clone());
        self.known.insert(clean, index);
        Some(index)
    }

    /// The name at `index`, which [`Names::index`] gave.
    pub fn get(&self, index: Index) -> &str {
        &self.list[index.place()]
    }
}

/// Names come from packets: what is no visible ASCII could be meant for a terminal.
fn printable(name: &str) -> Box<str> {
    let visible = |letter: char| {
        if letter.is_ascii_graphic() {
            letter
        } else {
            '?'
        }
    };
    name.chars().map(visible).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_name_has_the_same_index() {
        let mut names = Names::default();
        let first = names.index("a.example").unwrap();
        assert_ne!(names.index("b.example"), Some(first));
        assert_eq!(names.index("a.example"), Some(first));
        assert_eq!(names.get(first), "a.example");
        assert_eq!(names.index(""), None);
    }

    #[test]
    fn names_are_printable_and_bounded() {
        let mut names = Names::default();
        let index = names.index("a\u{1b}[31m\u{fc} b").unwrap();
        assert_eq!(names.get(index), "a?[31m??b");
        assert_eq!(names.index("a\u{1b}[31m\u{fc} b"), Some(index));
        let long = names.index(&"x".repeat(1000)).unwrap();
        assert_eq!(names.get(long).len(), 255);
    }

    #[test]
    fn list_is_bounded() {
        let mut names = Names::default();
        for number in 0..MOST_NAMES {
            assert!(names.index(&number.to_string()).is_some());
        }
        assert_eq!(names.index("one more"), None);
        assert!(names.index("7").is_some());
    }
}
