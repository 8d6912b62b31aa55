//! The TCP options of a segment (RFC 9293 3.1), as far as the analysis uses them.

/// Option kinds, as IANA lists them (TCP Option Kind Numbers).
mod kind {
    pub const END: u8 = 0;
    pub const NO_OPERATION: u8 = 1;
    pub const SEGMENT_SIZE: u8 = 2;
    pub const WINDOW_SCALE: u8 = 3;
    pub const SACK_PERMITTED: u8 = 4;
    pub const TIMESTAMPS: u8 = 8;
    pub const MD5_SIGNATURE: u8 = 19;
    pub const AUTHENTICATION: u8 = 29;
    pub const MULTIPATH: u8 = 30;
}

/// The timestamps option without its numbers, in the layout that RFC 7323 recommends (appendix A).
const TIMESTAMPS: [u8; 4] = [kind::NO_OPERATION, kind::NO_OPERATION, kind::TIMESTAMPS, 10];

/// How an MPTCP option ends a subflow or a connection (RFC 8684).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultipathEnd {
    /// MP_TCPRST (3.6): one subflow.
    Subflow {
        /// The T flag: the condition may pass, another try may succeed.
        transient: bool,
        /// The reason code.
        reason: u8,
    },
    /// MP_FASTCLOSE (3.5): the whole connection.
    Connection,
}

/// The TCP options that the analysis uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Any option at all, padding aside.
    pub any: bool,
    /// TSval of the timestamps option (RFC 7323 3).
    pub timestamp: Option<u32>,
    /// TSecr of the same.
    pub echo: Option<u32>,
    /// Shift count of the window scale option (RFC 7323 2), 0 to 14.
    pub window_scale: Option<u8>,
    /// The SACK-permitted option (RFC 2018 2).
    pub sack_permitted: bool,
    /// They begin with segment size, SACK-permitted and timestamps, without padding between: Linux alone orders its
    /// SYN's so (p0f 3's database, `mss,sok,ts,nop,ws`; measured, Linux 6.18). BSD, macOS and Windows have the window
    /// scale second.
    pub in_linux_order: bool,
    /// Any MPTCP option (RFC 8684 3).
    pub multipath: bool,
    /// The MPTCP option that ends a subflow or the connection.
    pub multipath_end: Option<MultipathEnd>,
    /// Signed by MD5 (RFC 2385) or authenticated (RFC 5925).
    pub signed: bool,
    /// The header breaks RFC 9293 3.1: an option of a length that it can't have.
    pub illegal: bool,
}

impl Options {
    /// Reads the bytes between the fixed header and the data. What stands before an illegal length
    /// still counts; nothing can be read behind it.
    #[inline]
    pub fn read(bytes: &[u8]) -> Options {
        // Nearly all segments have none, or timestamps alone.
        match bytes {
            [] => Options::default(),
            &[n, o, k, l, a, b, c, d, e, f, g, h] if [n, o, k, l] == TIMESTAMPS => Options {
                any: true,
                timestamp: Some(u32::from_be_bytes([a, b, c, d])),
                echo: Some(u32::from_be_bytes([e, f, g, h])),
                ..Options::default()
            },
            _ => Options::read_list(bytes),
        }
    }

    #[inline(never)] // What few segments need should not cost the others.
    fn read_list(mut bytes: &[u8]) -> Options {
        let mut options = Options {
            in_linux_order: matches!(
                bytes,
                [
                    kind::SEGMENT_SIZE,
                    4,
                    _,
                    _,
                    kind::SACK_PERMITTED,
                    2,
                    kind::TIMESTAMPS,
                    10,
                    ..
                ]
            ),
            ..Options::default()
        };
        while let [kind, rest @ ..] = bytes {
            match *kind {
                kind::END => break,
                kind::NO_OPERATION => bytes = rest,
                _ => {
                    // The length counts kind and length too.
                    let length = rest.first().map_or(0, |length| usize::from(*length));
                    let Some(body) = bytes.get(2..length) else {
                        options.illegal = true;
                        break;
                    };
                    options.any = true;
                    options.take(*kind, body);
                    bytes = &bytes[length..];
                }
            }
        }
        options
    }

    fn take(&mut self, kind: u8, body: &[u8]) {
        match (kind, body) {
            (kind::TIMESTAMPS, &[a, b, c, d, e, f, g, h]) => {
                self.timestamp = Some(u32::from_be_bytes([a, b, c, d]));
                self.echo = Some(u32::from_be_bytes([e, f, g, h]));
            }
            (kind::WINDOW_SCALE, &[shift]) => self.window_scale = Some(shift.min(14)),
            (kind::SACK_PERMITTED, &[]) => self.sack_permitted = true,
            (kind::SEGMENT_SIZE, &[_, _]) => {}
            (kind::TIMESTAMPS | kind::WINDOW_SCALE | kind::SEGMENT_SIZE, _) => self.illegal = true,
            (kind::MD5_SIGNATURE | kind::AUTHENTICATION, _) => self.signed = true,
            (kind::MULTIPATH, body) => {
                self.multipath = true;
                // Linux puts MP_TCPRST beside MP_FASTCLOSE, which says more [measured, Linux 6.18].
                if self.multipath_end != Some(MultipathEnd::Connection) {
                    self.multipath_end = multipath_end(body).or(self.multipath_end);
                }
            }
            _ => {}
        }
    }
}

/// The subtype is in the upper half of the first byte (RFC 8684 3); MP_FASTCLOSE carries a key of 64
/// bits, MP_TCPRST a reason.
fn multipath_end(body: &[u8]) -> Option<MultipathEnd> {
    match (body.first()? >> 4, body) {
        (0x7, body) if body.len() == 10 => Some(MultipathEnd::Connection),
        (0x8, &[flags, reason]) => Some(MultipathEnd::Subflow {
            transient: flags & 1 == 1,
            reason,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_behind_unknown_ones_count() {
        let bytes = [
            253, 3, 9, 8, 10, 0, 0, 0, 7, 0, 0, 0, 5, 1, 3, 3, 20, 0, 99, 99,
        ];
        let options = Options::read(&bytes);
        assert_eq!((options.timestamp, options.echo), (Some(7), Some(5)));
        assert_eq!(options.window_scale, Some(14), "the most that is allowed");
        assert!(options.any && !options.illegal);
        assert!(!Options::read(&[1, 1, 1, 0]).any);
    }

    #[test]
    fn only_linux_begins_with_size_sack_and_timestamps() {
        let size = [2, 4, 5, 0xb4];
        let timestamps = [8, 10, 0, 0, 0, 7, 0, 0, 0, 0];
        let linux = [&size[..], &[4, 2], &timestamps, &[1, 3, 3, 7]].concat();
        assert!(Options::read(&linux).in_linux_order);
        for other in [
            [&size[..], &[1, 3, 3, 6, 4, 2], &timestamps].concat(), // FreeBSD
            [&size[..], &[1, 3, 3, 6, 1, 1], &timestamps, &[4, 2, 0, 0]].concat(), // macOS
            [&size[..], &[1, 3, 3, 8, 1, 1, 4, 2]].concat(),        // Windows
            [&size[..], &[1, 1, 4, 2, 1, 3, 3, 6, 1, 1], &timestamps].concat(), // OpenBSD
            linux[..7].to_vec(),
        ] {
            assert!(!Options::read(&other).in_linux_order, "{other:?}");
        }
    }

    #[test]
    fn illegal_lengths_end_the_list() {
        for bytes in [
            &[8, 0][..],
            &[8, 1],
            &[8],
            &[2, 4, 5],
            &[3, 40, 7],
            &[8, 3, 0],
        ] {
            let options = Options::read(bytes);
            assert!(options.illegal, "{bytes:?}");
            assert_eq!(options.timestamp, None);
        }
        let before = Options::read(&[3, 3, 7, 8, 0, 1, 1, 1]);
        assert!(before.illegal && before.window_scale == Some(7));
    }

    #[test]
    fn multipath_ends_are_read_in_their_exact_form_only() {
        let reset = Options::read(&[30, 4, 0x81, 3]);
        let expected = MultipathEnd::Subflow {
            transient: true,
            reason: 3,
        };
        assert_eq!(reset.multipath_end, Some(expected));
        let close = Options::read(&[30, 12, 0x70, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(close.multipath_end, Some(MultipathEnd::Connection));
        for other in [
            &[30, 3, 0x80][..],
            &[30, 4, 0x71, 3],
            &[30, 5, 0x81, 3, 4],
            &[30, 2],
            &[30, 4, 0x21, 3],
        ] {
            let options = Options::read(other);
            assert!(options.multipath && !options.illegal, "{other:?}");
            assert_eq!(options.multipath_end, None, "{other:?}");
        }
    }

    #[test]
    fn fast_close_says_more_than_the_reason_beside_it() {
        let close = [30, 12, 0x70, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        let reason = [30, 4, 0x80, 0];
        for bytes in [
            [&close[..], &reason].concat(),
            [&reason[..], &close].concat(),
        ] {
            let end = Options::read(&bytes).multipath_end;
            assert_eq!(end, Some(MultipathEnd::Connection));
        }
    }

    #[test]
    fn any_bytes_are_read_to_the_end() {
        for kind in 0..=255 {
            for length in 0..=255 {
                Options::read(&[kind, length, 0x80, 0, kind, length]);
            }
        }
    }
}
