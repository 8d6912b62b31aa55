//! The tables of `field.rs` as C sees them, made at compile time.

use std::ffi::c_char;

use super::bindings::{rst_expert, rst_field};
use crate::field::{EXPERTS, FIELDS, INPUTS};

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

/// The names of `INPUTS` for C.
pub static C_INPUTS: Shared<[*const c_char; INPUTS.len()]> = Shared({
    let mut table = [std::ptr::null(); INPUTS.len()];
    let mut i = 0;
    while i < INPUTS.len() {
        table[i] = INPUTS[i].name.as_ptr();
        i += 1;
    }
    table
});

#[cfg(test)]
mod tests {
    use super::super::bindings as c;
    use crate::field::{ExpertSeverity, Kind};

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
    }
}
