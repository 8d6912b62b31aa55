//! TLS records by their headers (RFC 8446 5.1), which are never encrypted.
//!
//! Read are the records that start in a segment whose payload starts with one: handshakes and alerts
//! do, as their senders write them in one piece.

/// Which kinds of records start in a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Records(u8);

impl Records {
    /// A handshake record in the clear that starts with a ClientHello.
    pub const CLIENT_HELLO: Records = Records(0x01);
    /// Another handshake record; encrypted, where it is the Finished of TLS 1.2.
    pub const HANDSHAKE: Records = Records(0x02);
    /// ChangeCipherSpec.
    pub const CHANGE_CIPHER: Records = Records(0x04);
    /// Encrypted content, of any kind from TLS 1.3 on.
    pub const SEALED: Records = Records(0x08);
    /// The segment ends with an encrypted record of an alert's size (TLS 1.3).
    pub const ALERT_SIZED: Records = Records(0x10);
    /// The segment ends with an encrypted alert, called so (up to TLS 1.2).
    pub const SEALED_ALERT: Records = Records(0x20);

    /// Whether any of `other`'s kinds is among them.
    pub fn has(self, other: Records) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and `other`'s.
    #[must_use]
    pub fn with(self, other: Records) -> Records {
        Records(self.0 | other.0)
    }
}

/// A TLS alert that can be read (RFC 8446 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// 1 warning, 2 fatal.
    pub level: u8,
    /// What it is about.
    pub description: u8,
}

impl Alert {
    /// close_notify: the session ends in order.
    pub const CLOSE_NOTIFY: u8 = 0;
    /// user_canceled: the handshake ends, though not by an error.
    const USER_CANCELED: u8 = 90;

    /// Whether it says that TLS failed.
    pub fn is_fatal(self) -> bool {
        let closure = [Alert::CLOSE_NOTIFY, Alert::USER_CANCELED].contains(&self.description);
        self.level == 2 && !closure
    }

    /// Its name in the registry "TLS Alerts" (RFC 8446 6, RFC 5246 7.2, RFC 7301 3.2), or its number.
    pub fn name(self) -> String {
        let name = match self.description {
            0 => "close_notify",
            10 => "unexpected_message",
            20 => "bad_record_mac",
            21 => "decryption_failed",
            22 => "record_overflow",
            30 => "decompression_failure",
            40 => "handshake_failure",
            41 => "no_certificate",
            42 => "bad_certificate",
            43 => "unsupported_certificate",
            44 => "certificate_revoked",
            45 => "certificate_expired",
            46 => "certificate_unknown",
            47 => "illegal_parameter",
            48 => "unknown_ca",
            49 => "access_denied",
            50 => "decode_error",
            51 => "decrypt_error",
            60 => "export_restriction",
            70 => "protocol_version",
            71 => "insufficient_security",
            80 => "internal_error",
            86 => "inappropriate_fallback",
            90 => "user_canceled",
            100 => "no_renegotiation",
            109 => "missing_extension",
            110 => "unsupported_extension",
            111 => "certificate_unobtainable",
            112 => "unrecognized_name",
            113 => "bad_certificate_status_response",
            114 => "bad_certificate_hash_value",
            115 => "unknown_psk_identity",
            116 => "certificate_required",
            120 => "no_application_protocol",
            other => return format!("alert {other}"),
        };
        name.to_owned()
    }
}

/// What [`read`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// The kinds of records.
    pub records: Records,
    /// An alert in the clear.
    pub alert: Option<Alert>,
}

const HEADER: usize = 5;
/// RFC 8446 5.2: 2^14 bytes of content and 256 for encryption; RFC 5246 6.2.3 allows 2048.
const LONGEST_RECORD: usize = (1 << 14) + 2048;
/// An alert of two bytes, its content type and the tag of 16 bytes that all cipher suites of TLS 1.3
/// but one add (RFC 8446 5.2); measured with OpenSSL 3.0.
const SEALED_ALERT_SIZE: usize = 2 + 1 + 16;
/// An alert in the clear.
const PLAIN_ALERT_SIZE: usize = 2;
/// RFC 8446 B.3.
const CLIENT_HELLO_TYPE: u8 = 1;

/// Reads the record headers in the captured part of a payload of `length` bytes.
pub fn read(payload: &[u8], length: u32) -> Read {
    let mut read = Read::default();
    let mut start = 0;
    // Nothing but a record header starts like this, and chance hits it once in 10^7 payloads.
    while let Some((kind, size)) = header(payload, start) {
        let content = payload.get(start + HEADER..).unwrap_or_default();
        start += HEADER + size;
        let ends_segment = start as u64 == u64::from(length);
        let found = match kind {
            20 => Records::CHANGE_CIPHER,
            21 if size == PLAIN_ALERT_SIZE => {
                if let [level, description, ..] = *content {
                    read.alert = Some(Alert { level, description });
                }
                Records::default()
            }
            21 if ends_segment => Records::SEALED_ALERT,
            22 if content.first() == Some(&CLIENT_HELLO_TYPE) => Records::CLIENT_HELLO,
            22 => Records::HANDSHAKE,
            23 if size == SEALED_ALERT_SIZE && ends_segment => Records::ALERT_SIZED,
            23 => Records::SEALED,
            _ => Records::default(),
        };
        read.records = read.records.with(found);
    }
    read
}

/// Content type and length of the record at `start`, where there is one.
fn header(payload: &[u8], start: usize) -> Option<(u8, usize)> {
    match *payload.get(start..start.checked_add(HEADER)?)? {
        [kind @ 20..=23, 3, 0..=4, high, low] => {
            let size = usize::from(u16::from_be_bytes([high, low]));
            (1..=LONGEST_RECORD).contains(&size).then_some((kind, size))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(list: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (kind, content) in list {
            bytes.extend([*kind, 3, 3, 0, content.len() as u8]);
            bytes.extend(*content);
        }
        bytes
    }

    fn read_all(list: &[(u8, &[u8])]) -> Read {
        let bytes = records(list);
        read(&bytes, bytes.len() as u32)
    }

    #[test]
    fn hello_and_flight_are_told_apart() {
        let hello = read_all(&[(22, &[1, 0, 0, 9])]);
        assert_eq!(hello.records, Records::CLIENT_HELLO);
        let flight = read_all(&[(22, &[2, 0, 0, 9]), (20, &[1]), (23, &[0; 69])]).records;
        assert!(flight.has(Records::HANDSHAKE) && flight.has(Records::CHANGE_CIPHER));
        assert!(flight.has(Records::SEALED) && !flight.has(Records::ALERT_SIZED));
    }

    #[test]
    fn alert_in_the_clear_is_read() {
        let read = read_all(&[(21, &[2, 48])]);
        let alert = read.alert.unwrap();
        assert!(alert.is_fatal());
        assert_eq!(alert.name(), "unknown_ca");
    }

    #[test]
    fn record_of_an_alerts_size_counts_at_the_segments_end_only() {
        let last = read_all(&[(20, &[1]), (23, &[7; 19])]).records;
        assert!(last.has(Records::ALERT_SIZED));
        let more = read_all(&[(23, &[7; 19]), (23, &[7; 40])]).records;
        assert!(!more.has(Records::ALERT_SIZED) && more.has(Records::SEALED));
    }

    #[test]
    fn closure_is_no_failure_and_unknown_numbers_have_a_name() {
        let alert = |level, description| Alert { level, description };
        assert!(!alert(1, 0).is_fatal() && !alert(2, 90).is_fatal() && !alert(1, 112).is_fatal());
        assert_eq!(alert(2, 200).name(), "alert 200");
    }

    #[test]
    fn cut_and_foreign_payloads_are_read_as_far_as_they_go() {
        let flight = records(&[(22, &[2; 90]), (23, &[0; 69])]);
        assert_eq!(read(&flight[..14], 200).records, Records::HANDSHAKE);
        let alert = records(&[(21, &[2, 48])]);
        assert_eq!(read(&alert[..5], 7), Read::default());
        assert_eq!(read(b"GET / HTTP/1.1\r\n", 16), Read::default());
        assert_eq!(read(&[23, 3, 3, 0xff, 0xff, 0], 6), Read::default());
        assert_eq!(read(&[], 0), Read::default());
    }
}
