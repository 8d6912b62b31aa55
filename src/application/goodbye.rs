//! How protocols say that a dialogue is over. After that a reset loses nothing.

/// The last words of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goodbye {
    /// A TLS alert close_notify, or what has its size at the end of a TLS session.
    CloseNotify,
    /// QUIT of FTP, SMTP, POP3, NNTP and Redis.
    Quit,
    /// LOGOUT of IMAP.
    Logout,
    /// The reply 221 of FTP and SMTP.
    Closing221,
    /// The untagged BYE of IMAP.
    Bye,
    /// COM_QUIT of MySQL.
    ComQuit,
    /// Terminate of PostgreSQL.
    Terminate,
    /// UnbindRequest of LDAP.
    Unbind,
}

impl Goodbye {
    /// Its name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Goodbye::CloseNotify => "TLS close_notify",
            Goodbye::Quit => "QUIT",
            Goodbye::Logout => "LOGOUT",
            Goodbye::Closing221 => "221",
            Goodbye::Bye => "BYE",
            Goodbye::ComQuit => "MySQL's COM_QUIT",
            Goodbye::Terminate => "PostgreSQL's Terminate",
            Goodbye::Unbind => "LDAP's unbind",
        }
    }
}

/// A line of text may have 512 bytes (RFC 5321 4.5.3.1), and a farewell may have a few.
const LONGEST: usize = 2048;

/// The goodbye that a whole payload consists of. The short binary ones must match in every byte, so
/// that a chance match is next to impossible.
pub fn read(payload: &[u8]) -> Option<Goodbye> {
    // The first byte rules out nearly all payloads.
    match payload.first()? {
        0x01 => (payload == MYSQL_COM_QUIT).then_some(Goodbye::ComQuit),
        b'X' if payload == POSTGRESQL_TERMINATE => Some(Goodbye::Terminate),
        0x30 => is_unbind(payload).then_some(Goodbye::Unbind),
        0x20..=0x7e if payload.len() <= LONGEST => read_text(payload),
        _ => None,
    }
}

/// Length 1, sequence 0, command 1 (MySQL client/server protocol, COM_QUIT).
const MYSQL_COM_QUIT: [u8; 5] = [1, 0, 0, 0, 1];
/// Message 'X' with its length, 4 (PostgreSQL 55.7).
const POSTGRESQL_TERMINATE: [u8; 5] = [b'X', 0, 0, 0, 4];

/// SEQUENCE { messageID INTEGER, [APPLICATION 2] NULL } (RFC 4511 4.3).
fn is_unbind(payload: &[u8]) -> bool {
    match payload {
        [0x30, length, 0x02, id, rest @ ..] => {
            usize::from(*length) + 2 == payload.len()
                && rest.len() == usize::from(*id) + 2
                && rest.ends_with(&[0x42, 0])
        }
        _ => false,
    }
}

fn read_text(payload: &[u8]) -> Option<Goodbye> {
    let text = payload.strip_suffix(b"\r\n")?;
    let first = text.split(|byte| *byte == b'\n').next()?;
    let last = text.rsplit(|byte| *byte == b'\n').next()?;
    if text.eq_ignore_ascii_case(b"QUIT") || text.eq_ignore_ascii_case(b"*1\r\n$4\r\nQUIT") {
        return Some(Goodbye::Quit);
    }
    // RFC 959 4.2: the last line of a reply has a space after the code. NNTP's 221 (RFC 3977 6.2.2)
    // brings a header and ends with a dot.
    if last.starts_with(b"221 ") && first.starts_with(b"221") {
        return Some(Goodbye::Closing221);
    }
    // The tagged OK follows in the same segment, or not (RFC 9051 7.1.5).
    if first.starts_with(b"* BYE ") {
        return Some(Goodbye::Bye);
    }
    // A tag, LOGOUT, nothing else (RFC 9051 6.1.3).
    let mut words = text.split(|byte| *byte == b' ');
    let (tag, command) = (words.next()?, words.next()?);
    let is_logout = !tag.is_empty() && command.eq_ignore_ascii_case(b"LOGOUT");
    (is_logout && words.next().is_none()).then_some(Goodbye::Logout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_payloads_are_goodbyes() {
        let cases: [(&[u8], Goodbye); 11] = [
            (b"QUIT\r\n", Goodbye::Quit),
            (b"quit\r\n", Goodbye::Quit),
            (b"*1\r\n$4\r\nQUIT\r\n", Goodbye::Quit),
            (b"221 2.0.0 Bye\r\n", Goodbye::Closing221),
            (
                b"221-You took 3 files.\r\n221 Goodbye.\r\n",
                Goodbye::Closing221,
            ),
            (b"a7 logout\r\n", Goodbye::Logout),
            (b"* BYE signing off\r\na7 OK done\r\n", Goodbye::Bye),
            (&[1, 0, 0, 0, 1], Goodbye::ComQuit),
            (b"X\0\0\0\x04", Goodbye::Terminate),
            (&[0x30, 5, 2, 1, 3, 0x42, 0], Goodbye::Unbind),
            (&[0x30, 6, 2, 2, 3, 9, 0x42, 0], Goodbye::Unbind),
        ];
        for (payload, goodbye) in cases {
            assert_eq!(read(payload), Some(goodbye), "{payload:?}");
        }
    }

    #[test]
    fn parts_and_lookalikes_are_not() {
        let others: [&[u8]; 12] = [
            b"",
            b"QUIT",
            b"QUITTER\r\n",
            b"say QUIT\r\n",
            b"221 1 <id> head follows\r\nFrom: anna\r\n.\r\n",
            b"2210 items\r\n",
            b"a7 LOGOUT now\r\n",
            b" LOGOUT\r\n",
            &[1, 0, 0, 0, 1, 0],
            b"X\0\0\0\x05",
            &[0x30, 5, 2, 1, 3, 0x42],
            &[0x30, 5, 2, 1, 3, 0x60, 0],
        ];
        for payload in others {
            assert_eq!(read(payload), None, "{payload:?}");
        }
    }
}
