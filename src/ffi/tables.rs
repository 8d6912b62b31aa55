//! The tables of `field.rs`, `preference.rs` and `statistics` as C sees them, made at compile time.

use super::bindings::{rst_choice, rst_column, rst_expert, rst_field, rst_preference, rst_source};
use crate::field::{EXPERTS, FIELDS, SOURCES};
use crate::preference::{Choice, PREFERENCES};
use crate::statistics::COLUMNS;

/// A table that C reads: pointers to static texts, never written.
pub struct Shared<T>(pub T);

// SAFETY: the pointers inside lead to 'static data that nobody changes.
unsafe impl<T> Sync for Shared<T> {}

/// `FIELDS` for C.
pub static C_FIELDS: Shared<[rst_field; FIELDS.len()]> = Shared({
    let empty = rst_field {
        title: std::ptr::null(),
        name: std::ptr::null(),
        help: std::ptr::null(),
        kind: 0,
    };
    let mut table = [empty; FIELDS.len()];
    let mut i = 0;
    while i < FIELDS.len() {
        let field = &FIELDS[i];
        table[i] = rst_field {
            title: field.title.as_ptr(),
            name: field.name.as_ptr(),
            help: field.help.as_ptr(),
            kind: field.kind as u8,
        };
        i += 1;
    }
    table
});

/// `EXPERTS` for C.
pub static C_EXPERTS: Shared<[rst_expert; EXPERTS.len()]> = Shared({
    let empty = rst_expert {
        name: std::ptr::null(),
        summary: std::ptr::null(),
        severity: 0,
    };
    let mut table = [empty; EXPERTS.len()];
    let mut i = 0;
    while i < EXPERTS.len() {
        let expert = &EXPERTS[i];
        table[i] = rst_expert {
            name: expert.name.as_ptr(),
            summary: expert.summary.as_ptr(),
            severity: expert.severity as u8,
        };
        i += 1;
    }
    table
});

/// More choices than any preference has.
const MOST_CHOICES: usize = 16;

/// The choices of all preferences for C, a row for each preference.
static C_CHOICES: Shared<[[rst_choice; MOST_CHOICES]; PREFERENCES.len()]> = Shared({
    let empty = rst_choice {
        name: std::ptr::null(),
        title: std::ptr::null(),
        number: 0,
    };
    let mut table = [[empty; MOST_CHOICES]; PREFERENCES.len()];
    let mut i = 0;
    while i < PREFERENCES.len() {
        let choices: &[Choice] = PREFERENCES[i].default.choices();
        let mut j = 0;
        while j < choices.len() {
            table[i][j] = rst_choice {
                name: choices[j].name.as_ptr(),
                title: choices[j].title.as_ptr(),
                number: choices[j].number,
            };
            j += 1;
        }
        i += 1;
    }
    table
});

/// `PREFERENCES` for C.
pub static C_PREFERENCES: Shared<[rst_preference; PREFERENCES.len()]> = Shared({
    let empty = rst_preference {
        name: std::ptr::null(),
        title: std::ptr::null(),
        help: std::ptr::null(),
        text: std::ptr::null(),
        choices: std::ptr::null(),
        choice_count: 0,
        number: 0,
        kind: 0,
    };
    let mut table = [empty; PREFERENCES.len()];
    let mut i = 0;
    while i < PREFERENCES.len() {
        let preference = &PREFERENCES[i];
        let default = &preference.default;
        table[i] = rst_preference {
            name: preference.name.as_ptr(),
            title: preference.title.as_ptr(),
            help: preference.help.as_ptr(),
            text: default.text().as_ptr(),
            choices: C_CHOICES.0[i].as_ptr(),
            choice_count: default.choices().len(),
            number: default.number(),
            kind: default.kind() as u8,
        };
        i += 1;
    }
    table
});

/// `SOURCES` for C.
pub static C_SOURCES: Shared<[rst_source; SOURCES.len()]> = Shared({
    let empty = rst_source {
        name: std::ptr::null(),
        lead: 0,
        is_protocol: false,
    };
    let mut table = [empty; SOURCES.len()];
    let mut i = 0;
    while i < SOURCES.len() {
        table[i] = rst_source {
            name: SOURCES[i].name.as_ptr(),
            lead: SOURCES[i].lead,
            is_protocol: SOURCES[i].is_protocol,
        };
        i += 1;
    }
    table
});

/// `COLUMNS` for C.
pub static C_COLUMNS: Shared<[rst_column; COLUMNS.len()]> = Shared({
    let empty = rst_column {
        title: std::ptr::null(),
        is_number: false,
    };
    let mut table = [empty; COLUMNS.len()];
    let mut i = 0;
    while i < COLUMNS.len() {
        table[i] = rst_column {
            title: COLUMNS[i].title.as_ptr(),
            is_number: COLUMNS[i].is_number,
        };
        i += 1;
    }
    table
});

#[cfg(test)]
mod tests {
    use super::super::bindings as c;
    use crate::field::{ExpertSeverity, Kind};
    use crate::preference;

    #[test]
    fn enumerations_agree_with_the_header() {
        let kinds = [
            (Kind::Text, c::rst_kind_RST_TEXT),
            (Kind::Unsigned, c::rst_kind_RST_UNSIGNED),
            (Kind::Signed, c::rst_kind_RST_SIGNED),
            (Kind::Boolean, c::rst_kind_RST_BOOLEAN),
            (Kind::Frame, c::rst_kind_RST_FRAME),
            (Kind::Duration, c::rst_kind_RST_DURATION),
        ];
        for (ours, header) in kinds {
            assert_eq!(u32::from(ours as u8), header, "{ours:?}");
        }
        let severities = [
            (ExpertSeverity::Chat, c::rst_severity_RST_CHAT),
            (ExpertSeverity::Note, c::rst_severity_RST_NOTE),
            (ExpertSeverity::Warn, c::rst_severity_RST_WARN),
            (ExpertSeverity::Error, c::rst_severity_RST_ERROR),
        ];
        for (ours, header) in severities {
            assert_eq!(u32::from(ours as u8), header, "{ours:?}");
        }
        let settings = [
            (preference::Kind::Unsigned, c::rst_setting_RST_NUMBER),
            (preference::Kind::Boolean, c::rst_setting_RST_SWITCH),
            (preference::Kind::Choice, c::rst_setting_RST_CHOICE),
            (preference::Kind::Text, c::rst_setting_RST_LINE),
        ];
        for (ours, header) in settings {
            assert_eq!(u32::from(ours as u8), header, "{ours:?}");
        }
    }
}
