//! Segments to test with: arbitrary ones, and dialogues of two hosts that speak TCP more or less well.

use std::net::IpAddr;

use proptest::collection::vec;
use proptest::prelude::*;
use rstanalysis::application::Http;
use rstanalysis::application::tls::Alert;
use rstanalysis::options::MultipathEnd;
use rstanalysis::segment::{
    Application, Flags, IpHeader, MILLISECOND, Nanoseconds, Options, Segment, Socket,
};
use rstanalysis::seq::Seq;

/// Frames of a dialogue are this far apart, so that others fit in between.
pub const FRAME_STEP: u32 = 10;

/// Of all segments that have one: none looks old.
pub const TIMESTAMP: u32 = 7;

/// What one side does next.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// SYN, or SYN with ACK where the other one's was seen.
    Open,
    /// An ACK with this many bytes of payload.
    Send(u16),
    /// The last segment with payload once more.
    Repeat,
    /// FIN with ACK.
    Close,
    /// RST with ACK at SND.NXT.
    Abort,
    /// What a host that knows no such connection answers to the last segment of the other one.
    Refuse,
    /// RST at a number ahead of SND.NXT, as a stranger guesses it.
    Forge(u16),
    /// An ACK at SND.NXT - 1.
    Probe,
}

/// One act, by the client or the server, some time after the act before.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub by_server: bool,
    pub act: Act,
    pub pause: Nanoseconds,
    pub hop_limit: u8,
    pub timestamp: bool,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Open),
        6 => (0..3000u16).prop_map(Act::Send),
        2 => Just(Act::Repeat),
        2 => Just(Act::Close),
        2 => Just(Act::Abort),
        4 => Just(Act::Refuse),
        1 => any::<u16>().prop_map(Act::Forge),
        1 => Just(Act::Probe),
    ]
}

fn pause() -> impl Strategy<Value = Nanoseconds> {
    prop_oneof![
        6 => 0..200 * MILLISECOND,
        1 => Just(60_000 * MILLISECOND),
        1 => 0..4_000_000 * MILLISECOND,
    ]
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (any::<bool>(), act(), pause(), 60..=64u8, any::<bool>()).prop_map(
        |(by_server, act, pause, hop_limit, timestamp)| Step {
            by_server,
            act,
            pause,
            hop_limit,
            timestamp,
        },
    );
    vec(step, 1..60)
}

/// Where a dialogue takes place.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// Of both addresses: others are other hosts.
    pub network: u8,
    pub first_frame: u32,
    pub start: Nanoseconds,
    /// The first sequence numbers of client and server.
    pub initial: [u32; 2],
}

impl Default for Stage {
    fn default() -> Stage {
        Stage {
            network: 1,
            first_frame: 5,
            start: 1_000_000 * MILLISECOND,
            initial: [1_000_000, 3_000_000_000],
        }
    }
}

/// The segments of the dialogue, as a capture between the two shows them.
pub fn play(steps: &[Step], stage: Stage) -> Vec<Segment<'static>> {
    let mut next = stage.initial.map(Seq);
    let mut last: [Option<Segment<'static>>; 2] = [None, None];
    let mut time = stage.start;
    let mut segments = Vec::new();
    for step in steps {
        time += step.pause;
        let (own, peer) = (usize::from(step.by_server), usize::from(!step.by_server));
        let mut segment = blank(stage, step);
        segment.frame = stage.first_frame + segments.len() as u32 * FRAME_STEP;
        segment.time = time;
        // Another number each: none is taken for a second capture of the one before.
        segment.ip.identification = Some(segments.len() as u16);
        segment.seq = next[own];
        if last[peer].is_some() {
            segment.ack = next[peer];
            segment.flags = Flags::ACK;
        }
        if !perform(step.act, &mut segment, last[own], last[peer]) {
            continue;
        }
        if !segment.is_reset() {
            next[own] = next[own].later(segment.end());
            last[own] = Some(segment);
        }
        segments.push(segment);
    }
    segments
}

/// Shapes the segment; false where the act makes no sense now.
fn perform(act: Act, segment: &mut Segment, own: Option<Segment>, peer: Option<Segment>) -> bool {
    let mut set = |flag: Flags| segment.flags = Flags(segment.flags.0 | flag.0);
    match (act, own, peer) {
        (Act::Open, ..) => set(Flags::SYN),
        (Act::Close, ..) => set(Flags::FIN),
        (Act::Abort, ..) => set(Flags::RST),
        (Act::Send(bytes), ..) => segment.payload_length = bytes.into(),
        (Act::Forge(ahead), ..) => {
            set(Flags::RST);
            segment.seq = segment.seq + ahead.into();
        }
        (Act::Probe, ..) => segment.seq = segment.seq + u32::MAX,
        (Act::Repeat, Some(own), _) => {
            segment.seq = own.seq;
            segment.payload_length = own.payload_length;
        }
        (Act::Refuse, _, Some(peer)) if peer.flags.has(Flags::ACK) => {
            segment.seq = peer.ack;
            segment.ack = Seq(0);
            segment.flags = Flags::RST;
        }
        (Act::Refuse, _, Some(peer)) => {
            segment.seq = Seq(0);
            segment.ack = peer.end();
            segment.flags = Flags(Flags::RST.0 | Flags::ACK.0);
        }
        (Act::Repeat, None, _) | (Act::Refuse, _, None) => return false,
    }
    true
}

fn blank(stage: Stage, step: &Step) -> Segment<'static> {
    let socket = |server: bool| Socket {
        address: IpAddr::from([10, 0, stage.network, 1 + u8::from(server)]),
        port: if server { 80 } else { 40000 },
    };
    Segment {
        frame: 0,
        layer: 0,
        time: 0,
        source: socket(step.by_server),
        destination: socket(!step.by_server),
        seq: Seq(0),
        ack: Seq(0),
        flags: Flags(0),
        window: 500,
        payload_length: 0,
        payload: &[],
        options: Options {
            any: step.timestamp,
            timestamp: step.timestamp.then_some(TIMESTAMP),
            window_scale: None,
            sack_permitted: step.timestamp,
            in_linux_order: step.timestamp,
            ..Options::default()
        },
        ip: IpHeader {
            hop_limit: step.hop_limit,
            ..IpHeader::default()
        },
        link_source: 1 + u64::from(step.by_server),
        header_cut: false,
        application: Application::default(),
    }
}

fn socket() -> impl Strategy<Value = Socket> {
    let address = prop_oneof![
        (1..4u8).prop_map(|last| IpAddr::from([10, 0, 0, last])),
        (1..4u16).prop_map(|last| IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, last])),
    ];
    (address, 1..4u16).prop_map(|(address, port)| Socket { address, port })
}

fn number() -> impl Strategy<Value = Seq> {
    prop_oneof![
        any::<u32>(),
        0..4u32,
        (u32::MAX - 3)..=u32::MAX,
        999..1003u32
    ]
    .prop_map(Seq)
}

fn http() -> impl Strategy<Value = Http> {
    let status = proptest::option::of(prop_oneof![any::<u16>(), Just(413)]);
    (status, any::<bool>()).prop_map(|(status, asks_head)| Http {
        status,
        asks_head,
        count: 1,
    })
}

/// TLS records, goodbyes and others, as their bytes.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let record = (
        20..=24u8,
        prop_oneof![Just(19u8), Just(2), any::<u8>()],
        vec(0..3u8, 0..30),
    );
    prop_oneof![
        vec(any::<u8>(), 0..40),
        Just(b"QUIT\r\n".to_vec()),
        any::<u32>()
            .prop_map(
                |length| format!("PUT / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n").into_bytes()
            ),
        vec(record, 1..4).prop_map(|records| {
            let bytes = |(kind, size, content): (u8, u8, Vec<u8>)| {
                [vec![kind, 3, 3, 0, size], content].concat()
            };
            records.into_iter().flat_map(bytes).collect()
        }),
    ]
}

prop_compose! {
    fn application()(
        http in proptest::option::of(http()),
        alert in proptest::option::of((any::<u8>(), any::<u8>())),
        payload in payload(),
        missing in 0..2u32,
    ) -> Application {
        let mut application = Application {
            http,
            alert: alert.map(|(level, description)| Alert { level, description }),
            ..Application::default()
        };
        application.read_payload(&payload, payload.len() as u32 + missing);
        application
    }
}

fn claim() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![
        4 => Just(&b""[..]),
        1 => Just(&b"BIG-IP: [0x2664c65:2574] Policy action"[..]),
        1 => Just(&b"BIG-IP: [0x\xff\x00\x1b"[..]),
        1 => Just(&[0x33, 0xaa, 0, 10, 0, 0, 0, 0][..]),
        1 => Just(&b"no pool member\r\n"[..]),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    let end = prop_oneof![
        Just(MultipathEnd::Connection),
        (any::<bool>(), any::<u8>())
            .prop_map(|(transient, reason)| MultipathEnd::Subflow { transient, reason }),
    ];
    (
        any::<(bool, Option<u32>, Option<u32>, bool, bool, bool)>(),
        proptest::option::of(0..=14u8),
        proptest::option::of(end),
    )
        .prop_map(
            |((any, timestamp, echo, multipath, signed, illegal), window_scale, multipath_end)| {
                Options {
                    any,
                    timestamp,
                    echo,
                    window_scale,
                    sack_permitted: any,
                    in_linux_order: any && !signed,
                    multipath,
                    multipath_end,
                    signed,
                    illegal,
                }
            },
        )
}

prop_compose! {
    /// Any segment at all; few sockets, so that they meet.
    fn segment()(
        (source, destination) in (socket(), socket()),
        (seq, ack) in (number(), number()),
        flags in any::<u8>(),
        time in prop_oneof![any::<i64>(), 0..1_000_000_000i64],
        window in any::<u16>(),
        payload_length in prop_oneof![any::<u32>(), 0..3u32],
        (payload, options) in (claim(), options()),
        (hop_limit, identification, dscp, flow_label) in
            (any::<u8>(), any::<Option<u16>>(), 0..64u8, proptest::option::of(0..1u32 << 20)),
        link_source in 0..3u64,
        header_cut in any::<bool>(),
        application in application(),
    ) -> Segment<'static> {
        Segment {
            frame: 0,
            layer: 0,
            time, source, destination, seq, ack,
            flags: Flags(flags),
            window, payload_length, payload, options,
            ip: IpHeader { hop_limit, identification, dscp, flow_label },
            link_source, header_cut,
            application,
        }
    }
}

/// Arbitrary segments in frames 1, 2, 3 ...
pub fn arbitrary_segments() -> impl Strategy<Value = Vec<Segment<'static>>> {
    vec(segment(), 0..150).prop_map(|mut segments| {
        for (number, segment) in (1..).zip(&mut segments) {
            segment.frame = number;
        }
        segments
    })
}
