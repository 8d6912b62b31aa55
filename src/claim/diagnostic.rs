//! The IETF's diagnostic payload (draft-ietf-tcpm-rst-diagnostic-payload 4.1): exactly eight bytes,
//! 0x33AA, a reason, and the enterprise number of whoever defines the reason, 0 for IANA's registry.

use super::{Claim, Meaning, Vendor};

const MAGIC: [u8; 2] = [0x33, 0xaa];
const LENGTH: u32 = 8;

/// IANA's registry "TCP Failure Causes" as the draft fills it (9.1), from 1.
static REASONS: &[(&str, Meaning)] = &[
    ("illegal option", Meaning::Malformed),
    ("desynchronized state", Meaning::NoConnection),
    ("new data after CLOSE", Meaning::Other),
    ("ABORT process", Meaning::Other),
    (
        "unexpected ACK in a non-synchronized state",
        Meaning::Handshake,
    ),
    ("unexpected SYN in the window", Meaning::Other),
    ("unexpected security compartment", Meaning::Policy),
    ("malformed message", Meaning::Malformed),
    ("not authorized", Meaning::Policy),
    ("resource exceeded", Meaning::Limit),
    ("network failure", Meaning::NoService),
    ("reset received from the peer", Meaning::PassedOn),
    ("destination unreachable", Meaning::NoService),
    ("connection timeout", Meaning::Idle),
    ("too much outstanding data", Meaning::Other),
    ("unacceptable performance", Meaning::Other),
    ("middlebox interference", Meaning::Other),
];

/// Reads a payload in its form. A malformed one is no claim (4.2), and reason 0 must not be used.
pub fn read(payload: &[u8], payload_length: u32) -> Option<Claim> {
    let &[a, b, c, d, e, f, g, h] = payload else {
        return None;
    };
    let reason = u16::from_be_bytes([c, d]);
    if [a, b] != MAGIC || payload_length != LENGTH || reason == 0 {
        return None;
    }
    let (vendor, known) = match u32::from_be_bytes([e, f, g, h]) {
        0 => (Vendor::Ietf, REASONS.get(usize::from(reason) - 1)),
        number => (Vendor::Enterprise(number), None),
    };
    let (text, meaning) = match known {
        Some((text, meaning)) => ((*text).to_owned(), *meaning),
        None => (format!("reason {reason}"), Meaning::Other),
    };
    Some(Claim {
        vendor,
        code: Some(reason.into()),
        text,
        meaning,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_draft_are_understood() {
        let timeout = read(&[0x33, 0xaa, 0, 14, 0, 0, 0, 0], 8).unwrap();
        assert_eq!((timeout.vendor, timeout.code), (Vendor::Ietf, Some(14)));
        assert_eq!(
            (timeout.text.as_str(), timeout.meaning),
            ("connection timeout", Meaning::Idle)
        );
        let other = read(&[0x33, 0xaa, 4, 0xd2, 0, 0, 0x7e, 0xd9], 8).unwrap();
        assert_eq!(other.vendor, Vendor::Enterprise(32473));
        assert_eq!((other.code, other.meaning), (Some(1234), Meaning::Other));
    }

    #[test]
    fn reasons_beyond_the_registry_are_numbers() {
        assert_eq!(REASONS.len(), 17);
        for reason in 1..=40 {
            let claim = read(&[0x33, 0xaa, 0, reason, 0, 0, 0, 0], 8).unwrap();
            assert_eq!(
                claim.text == format!("reason {reason}"),
                reason > 17,
                "{reason}"
            );
        }
    }

    #[test]
    fn other_lengths_and_numbers_are_no_claim() {
        let whole = [0x33, 0xaa, 0, 14, 0, 0, 0, 0];
        for length in 0..8 {
            assert_eq!(read(&whole[..length], length as u32), None);
        }
        assert_eq!(
            read(&whole, 9),
            None,
            "the capture holds a part of something longer"
        );
        assert_eq!(read(&[0x33, 0xab, 0, 14, 0, 0, 0, 0], 8), None);
        assert_eq!(read(&[0x33, 0xaa, 0, 0, 0, 0, 0, 0], 8), None);
    }
}
