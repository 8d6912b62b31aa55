//! What applications and resets say in their payloads.
#![no_main]

mod expect;

use libfuzzer_sys::fuzz_target;
use rstanalysis::application::inputs::{Input, fold};
use rstanalysis::application::{Application, goodbye, http, tls};
use rstanalysis::decode::{RawSegment, decode};
use rstanalysis::field::Content;
use rstanalysis::options::Options;
use rstanalysis::session::Session;

/// IPv4 and TCP without options: a reset, of `length` bytes after the IP header.
fn headers(length: u16, window: u16) -> [u8; 40] {
    let mut bytes = [0; 40];
    bytes[0] = 0x45;
    bytes[2..4].copy_from_slice(&(20 + length).to_be_bytes());
    (bytes[8], bytes[9]) = (64, 6);
    bytes[12..20].copy_from_slice(&[10, 0, 0, 1, 10, 0, 0, 2]);
    bytes[20..24].copy_from_slice(&[0, 80, 0x90, 0]);
    (bytes[32], bytes[33]) = (0x50, 0x04);
    bytes[34..36].copy_from_slice(&window.to_be_bytes());
    bytes
}

fuzz_target!(|data: &[u8]| {
    let payload = &data[..data.len().min(1000)];
    http::read(payload);
    tls::read(payload, payload.len() as u32);
    let inputs = [Content::Http, Content::Tls, Content::Alert].map(|content| Input {
        content,
        bytes: payload,
    });
    fold(inputs.into_iter(), &mut Application::default());
    goodbye::read(payload);
    Options::read(payload);
    let window = payload
        .first_chunk()
        .map_or(0, |bytes| u16::from_le_bytes(*bytes));
    let length = 20 + payload.len() as u16;
    let packet = [&headers(length, window)[..], payload].concat();
    let raw = RawSegment {
        frame: 1,
        ip: &packet[..20],
        tcp: &packet[20..],
        tcp_offset: Some(20),
        reported: length.into(),
        ..RawSegment::default()
    };
    let segment = decode(&raw).expect("these headers are whole");
    let mut session = Session::new();
    expect::observe(&mut session, &segment);
    expect::show_all(&session, 1);
});
