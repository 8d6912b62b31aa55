//! Verdicts on conversations that a lab can't make on demand, and near misses of each rule.
//! Tests are named state_stimulus_twist.

mod aftermath;
mod application;
mod capture;
mod claim;
mod closing;
mod handshake;
mod opening;
mod path;
mod statistics;
mod third_party;
mod timeout;
