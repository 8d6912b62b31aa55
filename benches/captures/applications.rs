//! What applications say: HTTP/1.1, TLS 1.3, DNS, as bytes that Wireshark's dissectors take.

use crate::random::Random;

const SITES: [&str; 8] = [
    "intranet.example.com",
    "mail.example.com",
    "cdn-07.static.example.net",
    "api.payments.example.org",
    "login.example.com",
    "updates.vendor.example",
    "telemetry.eu-central-1.example.net",
    "files.example.com",
];

const PATHS: [&str; 4] = [
    "/",
    "/api/v2/orders?limit=50&sort=date",
    "/static/js/main.8f3c2.js",
    "/images/header@2x.png",
];

pub fn site(random: &mut Random) -> &'static str {
    random.pick(&SITES)
}

pub fn http_request(random: &mut Random) -> Vec<u8> {
    let (path, host) = (random.pick(&PATHS), site(random));
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
         Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n\
         Cookie: session={:016x}{:016x}\r\nConnection: keep-alive\r\n\r\n",
        random.bits(),
        random.bits()
    )
    .into_bytes()
}

pub fn http_response(length: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nServer: nginx\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: {length}\r\nCache-Control: max-age=600\r\nETag: \"{:x}\"\r\n\r\n",
        random.bits()
    )
    .into_bytes();
    bytes.extend(random.bytes(length));
    bytes
}

/// `payload` behind its length in two bytes.
fn counted(payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u16).to_be_bytes(), payload].concat()
}

fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &counted(payload)].concat()
}

fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    record(22, &[&[kind], &length[1..], body].concat())
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &counted(body)].concat()
}

pub fn client_hello(random: &mut Random) -> Vec<u8> {
    let name = site(random).as_bytes();
    let key_share = [&[0, 29][..], &counted(&random.bytes(32))].concat();
    let extensions = [
        extension(0, &counted(&[&[0], &counted(name)[..]].concat())),
        extension(10, &counted(&[0, 29, 0, 23, 0, 24])),
        extension(13, &counted(&[4, 3, 8, 4, 4, 1, 5, 3, 8, 5])),
        extension(16, &counted(b"\x02h2\x08http/1.1")),
        extension(43, &[4, 3, 4, 3, 3]),
        extension(51, &counted(&key_share)),
    ]
    .concat();
    let ciphers = [0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0, 0x2f];
    let body = [
        &[3, 3][..],
        &random.bytes(32),
        &[32],
        &random.bytes(32),
        &counted(&ciphers),
        &[1, 0],
        &counted(&extensions),
    ];
    handshake(1, &body.concat())
}

/// ServerHello, ChangeCipherSpec, and the encrypted rest of the server's flight.
pub fn server_hello(random: &mut Random) -> Vec<u8> {
    let key_share = [&[0, 29][..], &counted(&random.bytes(32))].concat();
    let extensions = [extension(43, &[3, 4]), extension(51, &key_share)].concat();
    let body = [
        &[3, 3][..],
        &random.bytes(32),
        &[32],
        &random.bytes(32),
        &[0x13, 0x01, 0],
        &counted(&extensions),
    ];
    let certificate = random.within(1200, 3600) as usize;
    [
        handshake(2, &body.concat()),
        record(20, &[1]),
        application_data(certificate, random),
    ]
    .concat()
}

pub fn client_finished(random: &mut Random) -> Vec<u8> {
    [record(20, &[1]), application_data(53, random)].concat()
}

/// Encrypted bytes, in records of at most 16 KiB.
pub fn application_data(length: usize, random: &mut Random) -> Vec<u8> {
    let bytes = random.bytes(length);
    bytes
        .chunks(16_384)
        .flat_map(|chunk| record(23, chunk))
        .collect()
}

/// A query for an address, or its answer.
pub fn dns(identification: u16, name: &str, is_answer: bool) -> Vec<u8> {
    let mut bytes = identification.to_be_bytes().to_vec();
    let flags: [u8; 2] = if is_answer {
        [0x81, 0x80]
    } else {
        [0x01, 0x00]
    };
    bytes.extend(flags);
    bytes.extend([0, 1, 0, u8::from(is_answer), 0, 0, 0, 0]);
    for label in name.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.extend([0, 0, 1, 0, 1]);
    if is_answer {
        // The name again (a pointer to it), type A, class IN, TTL 300 s, four bytes of address.
        bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 198, 18, 0, 7]);
    }
    bytes
}
