//! The server's name in a TLS ClientHello (RFC 8446 4.1.2, RFC 6066 3).

/// Content type of a handshake record and type of the message (RFC 8446 5.1, B.3).
const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
/// Extension and name type (RFC 6066 3).
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;

/// What is left to read. Every step checks what is there: the bytes may be cut, or hostile.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        let taken = self.take(bytes)?.iter();
        Some(taken.fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    /// A vector after its length in so many bytes (RFC 8446 3.4), or what the capture has of it.
    fn vector(&mut self, length_bytes: usize) -> Option<Reader<'a>> {
        let length = self.number(length_bytes)?;
        self.take(length.min(self.0.len())).map(Reader)
    }
}

/// The name, where the bytes start with a ClientHello record that states one; none where another record
/// goes on with the message.
pub fn server_name(records: &[u8]) -> Option<&str> {
    let mut record = Reader(records);
    if record.take(3)?[0] != HANDSHAKE {
        return None;
    }
    let mut message = record.vector(2)?;
    if message.take(1)? != [CLIENT_HELLO] {
        return None;
    }
    let mut hello = message.vector(3)?;
    // Version and random; session, cipher suites, compression methods.
    hello.take(2 + 32)?;
    hello.vector(1)?;
    hello.vector(2)?;
    hello.vector(1)?;
    let mut extensions = hello.vector(2)?;
    loop {
        let kind = extensions.number(2)?;
        let mut content = extensions.vector(2)?;
        if kind == usize::from(SERVER_NAME) {
            return host_name(content.vector(2)?);
        }
    }
}

/// The only name in the list (RFC 6066 3 allows one of each type, and has but one type).
fn host_name(mut list: Reader<'_>) -> Option<&str> {
    if list.take(1)? != [HOST_NAME] {
        return None;
    }
    let length = list.number(2)?;
    std::str::from_utf8(list.take(length)?).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn vector(length_bytes: usize, content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u32).to_be_bytes();
        [&length[4 - length_bytes..], content].concat()
    }

    /// A record with a ClientHello that asks for `name`, after another extension.
    pub(crate) fn client_hello(name: &str) -> Vec<u8> {
        let entry = [&[HOST_NAME][..], &vector(2, name.as_bytes())].concat();
        let extension = [&[0, 0][..], &vector(2, &vector(2, &entry))].concat();
        let other = [&[0, 43][..], &vector(2, &[2, 3, 4])].concat();
        let hello = [
            &[3, 3][..],
            &[7; 32],
            &vector(1, &[1; 32]),
            &vector(2, &[0x13, 1]),
            &vector(1, &[0]),
            &vector(2, &[other, extension].concat()),
        ]
        .concat();
        let message = [&[CLIENT_HELLO][..], &vector(3, &hello)].concat();
        [&[HANDSHAKE, 3, 1][..], &vector(2, &message)].concat()
    }

    #[test]
    fn name_is_found_behind_other_extensions() {
        let hello = client_hello("shop.example");
        assert_eq!(server_name(&hello), Some("shop.example"));
        let followed = [&hello[..], &[22, 3, 3, 0, 1, 0]].concat();
        assert_eq!(server_name(&followed), Some("shop.example"));
    }

    #[test]
    fn cut_hello_has_a_name_only_if_it_is_whole() {
        let hello = client_hello("shop.example");
        for cut in 0..hello.len() {
            assert_eq!(server_name(&hello[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn others_have_no_name() {
        let mut server = client_hello("shop.example");
        server[5] = 2;
        let mut data = client_hello("shop.example");
        data[0] = 23;
        for bytes in [&server[..], &data, b"GET / HTTP/1.1\r\n", &[22; 90], &[]] {
            assert_eq!(server_name(bytes), None);
        }
        let mut bytes = client_hello("shop.example");
        for place in 0..bytes.len() {
            for wrong in [0, 1, 0x7f, 0xff] {
                let right = std::mem::replace(&mut bytes[place], wrong);
                let _ = server_name(&bytes);
                bytes[place] = right;
            }
        }
    }
}
