//! Resets of a connection that is being opened.

pub mod client;
pub mod refusal;
pub mod server;
