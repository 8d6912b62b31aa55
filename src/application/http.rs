//! The head of an HTTP/1 message, as far as it says where the message ends (RFC 9112 6.3).
//!
//! Wireshark shows a message when it has all of it. Of one that is never completed, and in captures
//! that cut payloads, only the head's own bytes tell how much is missing.

/// Where a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Status code of a reply; none for a request.
    pub status: Option<u16>,
    /// Bytes of the head; at least so many, where the payload does not hold all of it.
    pub length: u32,
    /// Bytes of the body; none where the head does not say (chunked, or until the connection ends).
    pub body: Option<u32>,
}

/// The head that a payload starts with, as far as the payload holds it.
pub fn read(payload: &[u8]) -> Option<Head> {
    // The first byte rules out nearly all payloads.
    let status = match payload.first()? {
        b'H' if payload.starts_with(b"HTTP/1.") => Some(status(payload)?),
        // Methods that have a body as a rule; what others send has no length to be missed.
        b'P' if [&b"POST "[..], b"PUT ", b"PATCH "]
            .iter()
            .any(|method| payload.starts_with(method)) =>
        {
            None
        }
        _ => return None,
    };
    let end = payload.windows(4).position(|four| four == b"\r\n\r\n");
    let held = end.map_or(payload, |end| &payload[..end + 2]);
    let mut fields = held.split(|byte| *byte == b'\n').skip(1);
    let chunked = fields
        .clone()
        .any(|line| value(line, b"transfer-encoding").is_some());
    let stated = fields.find_map(|line| value(line, b"content-length"));
    let body = match stated {
        _ if chunked => None,
        Some(length) => length.parse().ok(),
        None => (status.is_none() && end.is_some()).then_some(0),
    };
    Some(Head {
        status,
        length: u32::try_from(end.map_or(payload.len(), |end| end + 4)).ok()?,
        body,
    })
}

/// "HTTP/1.1 200 OK".
fn status(payload: &[u8]) -> Option<u16> {
    let digits = payload.get(9..12)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The value of a header field, where the line has this name.
fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let (found, value) = line.split_at_checked(name.len())?;
    // A line without its end may be cut in the middle of a number.
    let value = value.strip_prefix(b":")?.strip_suffix(b"\r")?;
    let same = found.eq_ignore_ascii_case(name);
    same.then(|| std::str::from_utf8(value).ok().map(str::trim))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_says_where_the_message_ends() {
        let post = b"POST /up HTTP/1.1\r\nHost: a\r\ncontent-LENGTH:  300000 \r\n\r\nxyz";
        let head = read(post).unwrap();
        assert_eq!((head.status, head.body), (None, Some(300_000)));
        assert_eq!(head.length as usize, post.len() - 3);
        let reply = read(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n").unwrap();
        assert_eq!((reply.status, reply.body), (Some(413), Some(0)));
    }

    #[test]
    fn chunked_and_endless_bodies_have_no_known_end() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(read(chunked).unwrap().body, None);
        assert_eq!(read(b"HTTP/1.0 200 OK\r\n\r\nhello").unwrap().body, None);
        assert_eq!(read(b"POST / HTTP/1.1\r\n\r\n").unwrap().body, Some(0));
        let nonsense = b"POST / HTTP/1.1\r\nContent-Length: -7\r\n\r\n";
        assert_eq!(read(nonsense).unwrap().body, None);
    }

    #[test]
    fn cut_head_counts_as_far_as_its_lines_are_whole() {
        let cut = b"POST / HTTP/1.1\r\nContent-Length: 5000\r\nHost: a";
        let head = read(cut).unwrap();
        assert_eq!((head.length as usize, head.body), (cut.len(), Some(5000)));
        let number = b"POST / HTTP/1.1\r\nContent-Length: 50";
        assert_eq!(read(number).unwrap().body, None);
    }

    #[test]
    fn parts_and_others_are_no_heads() {
        let others: [&[u8]; 5] = [
            b"",
            b"HTTP/1.1 2",
            b"HTTP/1.1 abc\r\n\r\n",
            b"PASV\r\n\r\n",
            b"say POST / HTTP/1.1\r\n\r\n",
        ];
        for payload in others {
            assert_eq!(read(payload), None, "{payload:?}");
        }
    }
}
