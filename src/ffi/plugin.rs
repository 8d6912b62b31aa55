//! The five symbols that Wireshark looks up in a plugin. They must be Rust items: a cdylib does not
//! export what its C parts define.

use std::ffi::c_int;

use super::bindings::{self, rst_core};
use super::preferences::configure;
use super::session::{annotate, observe, recall, session_free, session_new, speaks_of};
use super::statistics::{
    has_reset, statistic_free, statistic_new, statistic_note, statistic_rows, statistic_settle,
};
use super::tables::{C_COLUMNS, C_EXPERTS, C_FIELDS, C_PREFERENCES, C_SOURCES, Shared};
use crate::preference::Preference;

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");

/// The plugin's version, as `tshark -G plugins` lists it.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "Wireshark looks for this name")]
pub static plugin_version: [u8; VERSION.len()] = {
    let mut text = [0; VERSION.len()];
    let mut i = 0;
    while i < text.len() {
        text[i] = VERSION.as_bytes()[i];
        i += 1;
    }
    text
};

/// The Wireshark version that the headers belong to.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "Wireshark looks for this name")]
pub static plugin_want_major: c_int = bindings::WIRESHARK_VERSION_MAJOR as c_int;

/// The second part of that version.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "Wireshark looks for this name")]
pub static plugin_want_minor: c_int = bindings::WIRESHARK_VERSION_MINOR as c_int;

/// The entry points and tables of the core.
pub static CORE: Shared<rst_core> = Shared(rst_core {
    fields: C_FIELDS.0.as_ptr(),
    field_count: C_FIELDS.0.len(),
    experts: C_EXPERTS.0.as_ptr(),
    expert_count: C_EXPERTS.0.len(),
    sources: C_SOURCES.0.as_ptr(),
    source_count: C_SOURCES.0.len(),
    preferences: C_PREFERENCES.0.as_ptr(),
    preference_count: C_PREFERENCES.0.len(),
    info_column: Preference::InfoColumn as usize,
    configure: Some(configure),
    session_new: Some(session_new),
    session_free: Some(session_free),
    observe: Some(observe),
    speaks_of: Some(speaks_of),
    annotate: Some(annotate),
    recall: Some(recall),
    columns: C_COLUMNS.0.as_ptr(),
    column_count: C_COLUMNS.0.len(),
    has_reset: Some(has_reset),
    statistic_new: Some(statistic_new),
    statistic_free: Some(statistic_free),
    statistic_note: Some(statistic_note),
    statistic_settle: Some(statistic_settle),
    statistic_rows: Some(statistic_rows),
});

/// Registers the plugin.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_register() {
    // SAFETY: `CORE` is static. epan runs below this frame, which has nothing to drop.
    unsafe { bindings::rst_register(&CORE.0) };
}

/// Says what kind of plugin this is (asked from Wireshark 4.2 on): bit 0, a dissector
/// (WS_PLUGIN_DESC_DISSECTOR in wsutil/plugins.h).
#[unsafe(no_mangle)]
pub extern "C" fn plugin_describe() -> u32 {
    1
}
