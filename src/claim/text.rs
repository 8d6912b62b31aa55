//! Plain text in a reset's payload, as RFC 1122 4.2.2.12 allows it, and how any text is made harmless.

use super::{Claim, Meaning, Vendor};

/// Characters kept of a text.
pub const LONGEST: usize = 120;
/// Shorter payloads are read as text by accident.
const SHORTEST: usize = 4;

/// What phrases come to; the first that occurs decides, so the narrower ones stand first. Compared in
/// lower case. BIG-IP's are those that its users see (`tmsh show net rst-cause`, F5 K13223); others
/// write similar words.
static PHRASES: &[(&str, Meaning)] = &[
    ("rst from remote system", Meaning::PassedOn),
    ("rst from big-ip internal linux host", Meaning::PassedOn),
    ("reset by peer", Meaning::PassedOn),
    ("ssl", Meaning::Tls),
    ("tls", Meaning::Tls),
    ("no local listener", Meaning::NobodyListens),
    ("no tcp/no listener", Meaning::NobodyListens),
    ("port denied", Meaning::NobodyListens),
    ("no flow found", Meaning::NoConnection),
    ("no such connection", Meaning::NoConnection),
    ("flow expired", Meaning::Idle),
    ("idle timeout", Meaning::Idle),
    ("limit exceeded", Meaning::Limit),
    ("limit reached", Meaning::Limit),
    ("out of memory", Meaning::Limit),
    ("unable to select local port", Meaning::Limit),
    ("unable to obtain local port", Meaning::Limit),
    ("no available snat addr", Meaning::Limit),
    ("pool member", Meaning::NoService),
    ("no server selected", Meaning::NoService),
    ("no route to host", Meaning::NoService),
    ("vip down", Meaning::NoService),
    ("vip disabled", Meaning::NoService),
    ("handshake timeout", Meaning::Handshake),
    ("3whs rejected", Meaning::Handshake),
    ("retransmit timeout", Meaning::Unanswered),
    ("zero window timeout", Meaning::Unanswered),
    ("keep-alive timeout", Meaning::Unanswered),
    ("policy", Meaning::Policy),
    ("reject command", Meaning::Policy),
    ("attack signature", Meaning::Policy),
    ("access denied", Meaning::Policy),
    ("forbidden", Meaning::Policy),
    ("blocked", Meaning::Policy),
];

/// What the words come to.
pub fn meaning(words: &str) -> Meaning {
    let words = words.to_ascii_lowercase();
    let known = PHRASES.iter().find(|(phrase, _)| words.contains(phrase));
    known.map_or(Meaning::Other, |(_, meaning)| *meaning)
}

/// The text of a payload that is one: hardly anything but letters, digits and signs of ASCII.
pub fn read(payload: &[u8]) -> Option<Claim> {
    let end = payload.iter().rposition(|byte| *byte != 0)?;
    let payload = &payload[..=end];
    let strange = payload.iter().filter(|byte| !is_plain(**byte)).count();
    let letters = payload
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    if payload.len() < SHORTEST || strange * 20 > payload.len() || letters * 2 < payload.len() {
        return None;
    }
    let text = harmless(payload);
    Some(Claim {
        vendor: Vendor::Unnamed,
        code: None,
        meaning: meaning(&text),
        text,
    })
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace()
}

/// The bytes as one line of printable ASCII: a terminal or a log may be where it ends.
pub fn harmless(bytes: &[u8]) -> String {
    let line: String = bytes
        .iter()
        .map(|byte| match byte {
            byte if byte.is_ascii_graphic() => char::from(*byte),
            byte if byte.is_ascii_whitespace() => ' ',
            _ => '.',
        })
        .collect();
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    shortened(&words.join(" "), LONGEST)
}

/// At most so many characters of ASCII.
pub fn shortened(text: &str, most: usize) -> String {
    match text.get(..most.saturating_sub(3)) {
        Some(start) if text.len() > most => format!("{start}..."),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_shown_as_one_line() {
        let claim = read(b"No TCP/No listener\r\n\0\0").unwrap();
        assert_eq!(claim.text, "No TCP/No listener");
        assert_eq!(claim.meaning, Meaning::NobodyListens);
        assert_eq!(claim.vendor, Vendor::Unnamed);
    }

    #[test]
    fn other_bytes_are_no_text() {
        for payload in [
            &b""[..],
            b"\0\0\0\0\0\0",
            b"ab",
            b"12345678",
            &[0x16, 3, 1, 2, 0, b'a', b'b', b'c', b'd'],
            b"\x1b[2J\x1b[1;1Hyes",
        ] {
            assert_eq!(read(payload), None, "{payload:?}");
        }
    }

    #[test]
    fn long_text_is_cut() {
        let claim = read(&[b'a'; 500]).unwrap();
        assert_eq!(claim.text.len(), LONGEST);
        assert!(claim.text.ends_with("..."));
        assert_eq!(shortened("short", 40), "short");
    }
}
