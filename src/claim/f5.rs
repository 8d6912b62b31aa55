//! F5 BIG-IP writes its reason into the payload where the database key tm.rstcause.pkt is set
//! (F5 K13223): `BIG-IP: [0x2664c65:2574] No flow found for ACK`, or `{peer} TCP RST from remote
//! system` where the reason arose at the connection on its other side. The bracket holds a number for
//! the source file and the line in it.

use super::text::{harmless, meaning};
use super::{Claim, Meaning, Vendor};

const PREFIX: &[u8] = b"BIG-IP: ";
/// What marks a reason of the connection on the other side.
const PEER: &str = "{peer}";
/// Its reasons without the prefix, in lower case; others are read as anybody's text.
static BARE: &[&str] = &[
    "no local listener",
    "no flow found for ack",
    "flow expired (sweeper)",
    "tcp rst from remote system",
    "rst from big-ip internal linux host",
    "tcp 3whs rejected",
    "no pool member available",
    "no server selected",
    "connection limit exceeded",
];

/// Reads a payload in its form.
pub fn read(payload: &[u8]) -> Option<Claim> {
    let (code, words) = match payload.strip_prefix(PREFIX) {
        Some(rest) => bracket(rest),
        None => (None, bare(payload)?),
    };
    let text = harmless(words);
    if text.is_empty() {
        return None;
    }
    let meaning = match meaning(&text) {
        Meaning::Other if text.starts_with(PEER) => Meaning::PassedOn,
        meaning => meaning,
    };
    Some(Claim {
        vendor: Vendor::F5,
        code,
        text,
        meaning,
    })
}

/// The line and the words behind `[0xHEX:LINE]`, where it is whole.
fn bracket(bytes: &[u8]) -> (Option<u32>, &[u8]) {
    let inside = bytes.strip_prefix(b"[0x").and_then(|rest| {
        let end = rest.iter().position(|byte| *byte == b']')?;
        Some((std::str::from_utf8(&rest[..end]).ok()?, &rest[end + 1..]))
    });
    let Some((numbers, words)) = inside else {
        return (None, bytes);
    };
    match numbers.split_once(':') {
        Some((file, line)) if u64::from_str_radix(file, 16).is_ok() => (line.parse().ok(), words),
        _ => (None, bytes),
    }
}

fn bare(payload: &[u8]) -> Option<&[u8]> {
    let words = payload.trim_ascii_start();
    let begins = |known: &&&str| {
        words
            .get(..known.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(known.as_bytes()))
    };
    BARE.iter().find(begins).map(|_| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_seen_in_captures_are_understood() {
        let cases = [
            ("No flow found for ACK", Meaning::NoConnection),
            ("No local listener", Meaning::NobodyListens),
            ("{peer} TCP RST from remote system", Meaning::PassedOn),
            ("Flow expired (sweeper) (idle timeout)", Meaning::Idle),
            ("Policy action", Meaning::Policy),
            ("Connection limit exceeded", Meaning::Limit),
            ("No pool member available", Meaning::NoService),
            ("VIP down", Meaning::NoService),
            ("handshake timeout", Meaning::Handshake),
            ("SSL handshake timeout exceeded", Meaning::Tls),
            ("TCP retransmit timeout", Meaning::Unanswered),
            ("{peer} Something new", Meaning::PassedOn),
            ("Something new", Meaning::Other),
        ];
        for (words, meaning) in cases {
            let payload = format!("BIG-IP: [0x2664c65:2574] {words}");
            let claim = read(payload.as_bytes()).unwrap();
            assert_eq!(
                (claim.code, claim.meaning),
                (Some(2574), meaning),
                "{words}"
            );
            assert_eq!(claim.text, words);
        }
    }

    #[test]
    fn reason_without_prefix_is_known_by_its_words() {
        let claim = read(b"Flow expired (sweeper)").unwrap();
        assert_eq!((claim.code, claim.meaning), (None, Meaning::Idle));
        assert_eq!(read(b"Flow expires"), None);
        assert_eq!(read(b"No loc"), None);
    }

    #[test]
    fn broken_brackets_are_kept_as_words() {
        for payload in [
            "BIG-IP: [0x26:1] Policy action",
            "BIG-IP: [0x26:99999999999999] Policy action",
            "BIG-IP: [0x26 Policy action",
            "BIG-IP: [0xzz:12] Policy action",
            "BIG-IP: Policy action",
        ] {
            let claim = read(payload.as_bytes()).unwrap();
            assert_eq!(claim.meaning, Meaning::Policy, "{payload}");
            assert_eq!(claim.code.is_some(), payload.contains(":1]"), "{payload}");
        }
        assert_eq!(read(b"BIG-IP: "), None);
        assert_eq!(read(b"BIG-IP: [0x2664c65:2574]"), None);
    }

    #[test]
    fn capture_that_cuts_the_payload_leaves_the_start() {
        // tcpdump shows so much of it: "[RST+ BIG-IP: [0x2664c65:2574] No fl]".
        let claim = read(b"BIG-IP: [0x2664c65:2574] No fl").unwrap();
        assert_eq!(
            (claim.text.as_str(), claim.meaning),
            ("No fl", Meaning::Other)
        );
    }
}
