//! Explains why each TCP reset in a capture happened.
//!
//! [`session::Session`] observes decoded segments in the order of their frames and answers, for any
//! frame, with reports: flat lists of `rstanalysis.*` fields. It knows nothing of Wireshark; the
//! `ffi` module (feature `plugin`) joins it to the C glue in `plugin/`.
#![deny(unsafe_code)]

#[cfg(all(feature = "plugin", panic = "abort"))]
compile_error!("a panic has to unwind to src/ffi/contain.rs; build with panic = \"unwind\"");

pub mod application;
pub mod cause;
pub mod claim;
pub mod company;
pub mod conversation;
pub mod decode;
pub mod evidence;
pub mod field;
pub mod host;
pub mod kernel;
mod lookup;
pub mod moment;
pub mod names;
pub mod options;
mod packed;
pub mod preference;
pub mod recent;
pub mod report;
pub mod reset;
pub mod segment;
pub mod seq;
pub mod session;
pub mod statistics;
pub mod text;
pub mod timer;
pub mod verdict;

#[cfg(feature = "plugin")]
#[allow(unsafe_code)]
mod ffi;
