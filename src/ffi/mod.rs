//! The boundary with the C glue: the only place where `unsafe` is allowed.
//!
//! Functions here are called by C and call nothing of epan. None lets a panic out ([`contain`]), and
//! what they lend to C lives until the session's next call.

mod contain;
mod fault;
mod lent;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(test)]
mod mock;
mod plugin;
mod preferences;
mod session;
mod statistics;
mod tables;
mod texts;

/// Made by bindgen from plugin/rstanalysis.h.
#[allow(
    dead_code,
    missing_docs,
    non_camel_case_types,
    non_upper_case_globals,
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    unsafe_op_in_unsafe_fn,
    reason = "generated"
)]
mod bindings {
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}
