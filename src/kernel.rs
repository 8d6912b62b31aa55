//! What Linux itself calls a reset (tracepoint tcp:tcp_send_reset, enum sk_rst_reason). One cause may
//! have several names, by the socket that is left to answer; which one is measured on Linux 6.18.

use crate::cause::Cause;
use crate::claim::multipath;
use crate::evidence::Situation;
use crate::evidence::form::ANSWERS_ESTABLISHED;
use crate::reset::{Form, Trait};

/// The name for a reset of this cause, where Linux has one.
pub fn reason(cause: &Cause, situation: &Situation<'_>) -> Option<&'static str> {
    let reset = situation.reset;
    let stray = ANSWERS_ESTABLISHED.holds(situation);
    match cause.kernel_reason? {
        "MPTCP_RST_EUNSPEC" => multipath::kernel_reason(situation.claim()?.code),
        // A segment of a connection that is gone finds the listener that has the port: its flags are at
        // fault. Where nobody listens it finds no socket.
        "NO_SOCKET" | "TCP_STATE" | "TCP_INVALID_ACK_SEQUENCE" if stray && listens(situation) => {
            Some("TCP_FLAGS")
        }
        "TCP_STATE" if stray => Some("NO_SOCKET"),
        "NO_SOCKET" if reset.form == Form::Active => Some("TCP_STATE"),
        // Once the FIN is acknowledged, a small socket of TIME-WAIT's kind answers.
        "TCP_ABORT_ON_DATA" if reset.is(Trait::FIN_ACKED_BEFORE) => Some("TCP_TIMEWAIT_SOCKET"),
        reason => Some(reason),
    }
}

fn listens(situation: &Situation<'_>) -> bool {
    let reset = situation.reset;
    let served = situation.port.is_some();
    !reset.from_client() && (reset.own.answered_syn() || served)
}
