//! MPTCP's options that end a subflow (MP_TCPRST) or the connection (MP_FASTCLOSE).

use super::{Claim, Meaning, Vendor};
use crate::options::MultipathEnd;

/// The reason codes of MP_TCPRST (RFC 8684 3.6), from 0.
static REASONS: &[&str] = &[
    "unspecified error",
    "MPTCP-specific error",
    "lack of resources",
    "administratively prohibited",
    "too much outstanding data",
    "unacceptable performance",
    "middlebox interference",
];

/// Linux's names for the same (tracepoint tcp:tcp_send_reset).
static KERNEL_REASONS: &[&str] = &[
    "MPTCP_RST_EUNSPEC",
    "MPTCP_RST_EMPTCP",
    "MPTCP_RST_ERESOURCE",
    "MPTCP_RST_EPROHIBIT",
    "MPTCP_RST_EWQ2BIG",
    "MPTCP_RST_EBADPERF",
    "MPTCP_RST_EMIDDLEBOX",
];

/// Linux's name for a claim with this reason code; a fast close has none.
pub fn kernel_reason(code: Option<u32>) -> Option<&'static str> {
    match code {
        Some(code) => KERNEL_REASONS.get(code as usize).copied(),
        None => Some("TCP_ABORT_ON_CLOSE"),
    }
}

/// What the option says.
pub fn claim(end: MultipathEnd) -> Claim {
    let (code, text) = match end {
        MultipathEnd::Connection => (None, "fast close".to_owned()),
        MultipathEnd::Subflow { transient, reason } => {
            let known = REASONS.get(usize::from(reason));
            let mut text =
                known.map_or_else(|| format!("reason {reason}"), |text| (*text).to_owned());
            if transient {
                text.push_str(", may pass");
            }
            (Some(reason.into()), text)
        }
    };
    Claim {
        vendor: Vendor::Multipath,
        code,
        text,
        meaning: Meaning::Multipath,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_named_and_the_t_flag_is_told() {
        let text = |transient, reason| claim(MultipathEnd::Subflow { transient, reason }).text;
        assert_eq!(text(false, 0), "unspecified error");
        assert_eq!(text(true, 6), "middlebox interference, may pass");
        assert_eq!(text(false, 7), "reason 7");
        let close = claim(MultipathEnd::Connection);
        assert_eq!((close.code, close.text.as_str()), (None, "fast close"));
    }
}
