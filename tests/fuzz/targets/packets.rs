//! Header bytes, one packet after the other, as `tests/fuzz/seeds.py` writes them.
#![no_main]

mod expect;

use libfuzzer_sys::fuzz_target;
use rstanalysis::decode::{RawSegment, decode};
use rstanalysis::segment::MILLISECOND;
use rstanalysis::session::Session;

/// Before each packet: bytes of the IP header, bytes from the TCP header on (two), what the wire had beyond them, time, link.
const RECORD: usize = 6;

/// Most packets follow soon; a few after hours, or before the one before.
fn pause(code: u8) -> i64 {
    match code {
        0..=127 => i64::from(code),
        128..=191 => 1 << (code & 31),
        _ => -(1 << (code & 31)),
    }
}

fuzz_target!(|data: &[u8]| {
    let mut session = Session::new();
    let (mut rest, mut frame, mut time) = (data, 0, 0);
    while let Some((record, after)) = rest.split_first_chunk::<RECORD>() {
        let [ip, low, high, beyond, when, link] = *record;
        let (ip, tcp) = (
            usize::from(ip & 63),
            usize::from(u16::from_le_bytes([low, high]) & 0x7ff),
        );
        if after.len() < ip + tcp {
            break;
        }
        let (packet, after) = after.split_at(ip + tcp);
        rest = after;
        frame += 1;
        time += pause(when) * MILLISECOND;
        let raw = RawSegment {
            frame,
            layer: 0,
            time,
            ip: &packet[..ip],
            tcp: &packet[ip..],
            tcp_offset: Some(ip as u32),
            reported: tcp as u32 + u32::from(beyond) * 16,
            link_source: link.into(),
        };
        if let Some(segment) = decode(&raw) {
            expect::observe(&mut session, &segment);
        }
    }
    expect::show_all(&session, frame);
});
