//! The head of an HTTP/1 message: how it starts (RFC 9112 2.1) and where it ends (6.3).
//!
//! Wireshark shows a message when it has all of it. Of one that is never completed, and in captures
//! that cut payloads, only the head's own bytes tell how much is missing.

use std::io::BufRead;

/// Methods that a cut line is believed to be a request by (RFC 9110 9, RFC 5789).
const METHODS: [&[u8]; 9] = [
    b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH",
];
/// The longest head that is searched for the Host header: what servers take (Apache, nginx: 8 KiB).
const LONGEST_HEAD: usize = 8192;

/// How a message starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start<'a> {
    /// Status code of a reply; none for a request.
    pub status: Option<u16>,
    /// A request with the method HEAD.
    pub asks_head: bool,
    /// What a request's Host header names.
    pub host: Option<&'a str>,
}

/// The start of the message that Wireshark shows as HTTP; none where the bytes go on with a message that
/// was shown before.
pub fn start(message: &[u8]) -> Option<Start<'_>> {
    if message.starts_with(b"HTTP/") {
        return Some(Start {
            status: Some(status(message)?),
            asks_head: false,
            host: None,
        });
    }
    let head = &message[..message.len().min(LONGEST_HEAD)];
    let mut lines = head.split_inclusive(|byte| *byte == b'\n');
    let line = lines.next()?;
    let method = line.split(|byte| *byte == b' ').next()?;
    let has_version = line.windows(6).any(|six| six == b" HTTP/");
    let is_known = METHODS.contains(&method) && method.len() < line.len();
    let is_token = !method.is_empty() && method.iter().all(is_method_letter);
    if !(is_known || is_token && has_version) {
        return None;
    }
    let fields = lines.take_while(|line| !matches!(*line, b"\r\n" | b"\n"));
    let host = fields
        .map(trim_newline)
        .find_map(|line| value(line, b"host"));
    Some(Start {
        status: None,
        asks_head: method == b"HEAD",
        host: host.filter(|name| !name.is_empty()),
    })
}

/// As in all methods that IANA lists (RFC 9110 9.1 would allow more).
fn is_method_letter(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_')
}

fn trim_newline(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

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
    read_fields(payload, status)
}

fn read_fields(payload: &[u8], status: Option<u16>) -> Option<Head> {
    let (mut line, mut rest) = split_line(payload);
    let (mut chunked, mut stated) = (false, None);
    let is_whole = loop {
        let line_before = line;
        (line, rest) = split_line(rest);
        if line.is_empty() {
            break false;
        }
        if line == b"\r\n" && line_before.ends_with(line) {
            break true;
        }
        let field = trim_newline(line);
        chunked |= value(field, b"transfer-encoding").is_some();
        stated = stated.or_else(|| value(field, b"content-length"));
    };
    let body = match stated {
        _ if chunked => None,
        Some(length) => length.parse().ok(),
        None => (status.is_none() && is_whole).then_some(0),
    };
    Some(Head {
        status,
        length: u32::try_from(payload.len() - rest.len()).ok()?,
        body,
    })
}

/// The first line, with its newline, and what follows it.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    // The standard library's only search for a byte that takes many bytes at once.
    let length = { bytes }.skip_until(b'\n').unwrap_or(bytes.len());
    bytes.split_at(length)
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
        let fields = b"POST / HTTP/1.1\r\nContent-Length: 50\r\n";
        let head = read(fields).unwrap();
        assert_eq!((head.length as usize, head.body), (fields.len(), Some(50)));
    }

    #[test]
    fn head_ends_at_the_first_empty_line() {
        let two = b"HTTP/1.1 204 No\r\n\r\nContent-Length: 5\r\n\r\n";
        let head = read(two).unwrap();
        assert_eq!((head.length, head.body), (19, None));
        let bare = b"HTTP/1.1 200 OK\nA: b\n\r\nContent-Length: 5\r\n\r\n";
        let head = read(bare).unwrap();
        assert_eq!((head.length as usize, head.body), (bare.len(), Some(5)));
    }

    #[test]
    fn start_tells_requests_from_replies() {
        let request =
            start(b"GET /a HTTP/1.1\r\nAccept: */*\r\nHOST: shop.example \r\n\r\n").unwrap();
        assert_eq!((request.status, request.host), (None, Some("shop.example")));
        let behind = start(b"GET /a HTTP/1.1\r\n\r\nHost: body\r\n").unwrap();
        assert_eq!(behind.host, None);
        let reply = start(b"HTTP/1.0 503 Busy\r\nHost: no\r\n").unwrap();
        assert_eq!((reply.status, reply.host), (Some(503), None));
        assert!(start(b"HEAD / HTTP/1.1\r\n").unwrap().asks_head);
        assert!(start(b"M-SEARCH * HTTP/1.1\r\n").is_some());
    }

    #[test]
    fn cut_line_is_a_request_by_its_method() {
        assert!(start(b"POST /index.ht").is_some());
        assert!(start(b"PROPFIND /index.ht").is_none());
        for rest in [
            &b"GET"[..],
            b"",
            b"AND SO ON\r\n",
            b"HTTP/1.1 x",
            b" GET / HTTP/1.1\r\n",
        ] {
            assert_eq!(start(rest), None, "{rest:?}");
        }
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
