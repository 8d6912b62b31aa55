//! Segments of a few conversations whose numbers lie close together, as those of TCP do.
#![no_main]

mod expect;

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use rstanalysis::application::Http;
use rstanalysis::application::tls::Alert;
use rstanalysis::segment::{Application, Flags, IpHeader, MILLISECOND, Options, Segment, Socket};
use rstanalysis::seq::Seq;
use rstanalysis::session::Session;

const RECORD: usize = 12;

/// What both sides of each conversation sent, so that the next segment can lie close to it.
type Next = [[Seq; 2]; 4];

/// Steps of one near 0, of a window far from it.
fn near(code: u8) -> u32 {
    let distance = i32::from(code as i8);
    let step = if distance.abs() < 64 { 1 } else { 997 };
    (distance * step) as u32
}

fn socket(host: u8, port: u16, long: bool) -> Socket {
    let address: IpAddr = match long {
        false => [10, 0, host & 1, host].into(),
        true => [0xfd00, 0, 0, 0, 0, 0, 0, host.into()].into(),
    };
    Socket { address, port }
}

fn options(bits: u8, timestamp: u32) -> Options {
    let has = |bit: u8| bits & 1 << bit != 0;
    Options {
        any: bits != 0,
        timestamp: has(0).then_some(timestamp),
        echo: has(1).then_some(timestamp / 2),
        window_scale: has(2).then_some(7),
        sack_permitted: has(3),
        in_linux_order: has(7),
        multipath: has(4),
        signed: has(5),
        illegal: has(6),
        ..Options::default()
    }
}

fn application(code: u8) -> Application {
    let http = |status| Http {
        status,
        asks_head: false,
        count: 1,
    };
    Application {
        http: match code {
            1 => Some(http(None)),
            2 => Some(http(Some(100))),
            3 => Some(http(Some(413))),
            _ => None,
        },
        alert: (4..8).contains(&code).then_some(Alert {
            level: 1 + (code & 1),
            description: 40 * (code & 2),
        }),
        ..Application::default()
    }
}

fn segment(record: &[u8; RECORD], frame: u32, time: i64, next: &mut Next) -> Segment<'static> {
    let [
        whom,
        flags,
        seq,
        ack,
        length,
        _,
        window,
        hops,
        dressed,
        number,
        says,
        low,
    ] = *record;
    let (conversation, from_server) = (usize::from(whom & 3), whom & 4 != 0);
    let long = whom & 8 != 0;
    let client = socket(1, 40_000 + conversation as u16, long);
    let server = socket(2 + (whom >> 4 & 1), 80, long);
    let [own, peer] = if from_server { [1, 0] } else { [0, 1] };
    let segment = Segment {
        frame,
        layer: whom >> 6 & 1,
        time,
        source: if from_server { server } else { client },
        destination: if from_server { client } else { server },
        seq: next[conversation][own] + near(seq),
        ack: next[conversation][peer] + near(ack),
        flags: Flags(flags),
        window: u16::from(window) * u16::from(window),
        payload_length: u32::from(length) * u32::from(length),
        payload: &[],
        options: options(dressed, frame.wrapping_mul(u32::from(low))),
        ip: IpHeader {
            hop_limit: 64 - (hops & 15),
            identification: (!long).then_some(u16::from(number) * u16::from(hops >> 4)),
            dscp: low & 63,
            flow_label: long.then_some(number.into()),
        },
        link_source: u64::from(low >> 6),
        header_cut: dressed & 0x80 != 0,
        application: application(says),
    };
    if !segment.is_reset() {
        next[conversation][own] = segment.end();
    }
    segment
}

fuzz_target!(|data: &[u8]| {
    let mut session = Session::new();
    let mut next = [[Seq(u32::MAX - 3000), Seq(1000)]; 4];
    let (mut frame, mut time) = (0, 0);
    let records = data
        .chunks_exact(RECORD)
        .filter_map(|bytes| bytes.first_chunk::<RECORD>());
    for record in records {
        // Some frames hold several segments: tunnels do.
        frame += u32::from(record[0] & 0x20 == 0 || frame == 0);
        let code = i64::from(record[5]);
        time += if code < 200 {
            code
        } else {
            (code - 220) * 100_000
        } * MILLISECOND;
        expect::observe(&mut session, &segment(record, frame, time, &mut next));
    }
    expect::show_all(&session, frame);
});
