//! What C borrows of a session: reports and the text of a row.

use std::ffi::c_char;
use std::ptr;

use super::bindings::{RST_NO_EXPERT, rst_item, rst_report, rst_reports};
use super::texts::Texts;
use crate::field::Field;
use crate::report::{Report, Value};

/// Reports in C's form. The pointers in `reports` and `items` lead into this struct's own buffers.
#[derive(Default)]
pub struct Lent {
    texts: Texts,
    items: Vec<rst_item>,
    reports: Vec<rst_report>,
    row: String,
}

const NO_EXPERT: u16 = RST_NO_EXPERT as u16;

/// No reports.
pub const NOTHING: rst_reports = rst_reports {
    reports: ptr::null(),
    count: 0,
};

impl Lent {
    /// The text of a row, to be written from its beginning.
    pub fn row(&mut self) -> &mut String {
        self.row.clear();
        &mut self.row
    }

    /// The row that was written; NULL for an empty one.
    pub fn lend_row(&mut self) -> *const c_char {
        if self.row.is_empty() {
            return ptr::null();
        }
        self.row.push('\0');
        self.row.as_ptr().cast()
    }

    /// The reports for C, until the next call.
    pub fn lend(&mut self, reports: &[Report]) -> rst_reports {
        self.reports.clear();
        self.items.clear();
        self.texts.clear();
        // Pointers into a vector hold only while it does not grow.
        self.items
            .reserve(reports.iter().map(|report| report.items.len()).sum());
        for report in reports {
            let start = self.items.len();
            for (field, value) in &report.items {
                let item = self.item(*field, value);
                self.items.push(item);
            }
            let lent = rst_report {
                heading: self.texts.lend(&report.heading),
                summary: self.texts.lend(&report.summary),
                items: self.items[start..].as_ptr(),
                item_count: report.items.len(),
                expert: report.expert.map_or(NO_EXPERT, |expert| expert as u16),
            };
            self.reports.push(lent);
        }
        rst_reports {
            reports: self.reports.as_ptr(),
            count: self.reports.len(),
        }
    }

    fn item(&mut self, field: Field, value: &Value) -> rst_item {
        let (text, number) = match value {
            Value::Text(text) => (self.texts.lend(text), 0),
            Value::Unsigned(number) | Value::Frame(number) => (ptr::null(), i64::from(*number)),
            Value::Signed(number) => (ptr::null(), i64::from(*number)),
            Value::Boolean(yes) => (ptr::null(), i64::from(*yes)),
            Value::Duration(time) => (ptr::null(), *time),
        };
        rst_item {
            text,
            number,
            field: field as u16,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Expert;

    #[test]
    fn lent_reports_hold_what_the_report_says() {
        let mut report = Report::new(Expert::Problem, "firewall".into(), "a\0b".into());
        report.text(Field::Cause, "firewall");
        report.add(Field::TtlDifference, Value::Signed(-2));
        let mut lent = Lent::default();
        let reports = lent.lend(&[report.clone(), report]);
        assert_eq!(reports.count, 2);
        // SAFETY: `lent` is alive and unchanged since the call.
        let second = unsafe { &*reports.reports.add(1) };
        // SAFETY: as above; the text ends with NUL.
        let summary = unsafe { std::ffi::CStr::from_ptr(second.summary) };
        assert_eq!(summary, c"a");
        // SAFETY: as above; there are two items.
        let difference = unsafe { &*second.items.add(1) };
        assert_eq!((difference.number, second.item_count), (-2, 2));
        assert_eq!(second.expert, Expert::Problem as u16);
    }

    #[test]
    fn lent_row_ends_with_nul_and_begins_anew() {
        let mut lent = Lent::default();
        for text in ["firewall", "a"] {
            lent.row().push_str(text);
            let row = lent.lend_row();
            // SAFETY: `lent` is alive and unchanged since the call.
            let row = unsafe { std::ffi::CStr::from_ptr(row) };
            assert_eq!(row.to_str(), Ok(text));
        }
        lent.row();
        assert!(lent.lend_row().is_null());
    }
}
