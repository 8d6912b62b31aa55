//! A capture in the making, segment by segment.

use std::net::IpAddr;

use rstanalysis::application::Http;
use rstanalysis::field::Field;
use rstanalysis::preference::{self, Preference, Preferences};
use rstanalysis::report::{Report, Value};
use rstanalysis::segment::{Application, Flags, IpHeader, MILLISECOND, Options, Segment, Socket};
use rstanalysis::seq::Seq;
use rstanalysis::session::Session;

pub const SYN: u8 = 0x02;
pub const ACK: u8 = 0x10;
pub const FIN: u8 = 0x11;
pub const RST: u8 = 0x04;
pub const RST_ACK: u8 = 0x14;
pub const SYN_ACK: u8 = 0x12;

/// A capture in the making: each call adds a frame, a millisecond after the one before.
pub struct Capture {
    pub session: Session,
    pub frame: u32,
    pub time: i64,
    pub client_hops: u8,
    pub server_hops: u8,
    pub server_port: u16,
    pub client_port: u16,
    /// The window that segments offer; resets always offer 0.
    pub window: u16,
    /// DSCP and IPv6 flow label of the next segments.
    pub marks: (u8, Option<u32>),
    /// What its SYNs offer: as those of Linux do.
    pub syn_options: Options,
    /// The window of the next reset.
    pub reset_window: u16,
    /// The IP identification of the resets; other packets are counted.
    pub reset_identification: u16,
    /// The options of the next segment.
    pub options: Options,
    /// What the next reset has for its payload.
    pub claim: &'static [u8],
    /// Whether the next segment completes a reply, as the application's dissector sees it.
    pub reply_complete: bool,
    /// What the applications say in the next segment.
    pub says: Application,
}

fn socket(last: u8, port: u16) -> Socket {
    let address = IpAddr::from([10, 0, 0, last]);
    Socket { address, port }
}

impl Capture {
    /// A capture that is read with one preference changed.
    pub fn with(preference: Preference, value: preference::Value) -> Capture {
        Capture {
            session: Session::with(Preferences::with(preference, value)),
            ..Capture::new()
        }
    }

    pub fn new() -> Capture {
        Capture {
            session: Session::new(),
            frame: 0,
            time: 0,
            client_hops: 64,
            server_hops: 62,
            server_port: 80,
            client_port: 40000,
            window: 500,
            marks: (0, None),
            syn_options: Options {
                any: true,
                sack_permitted: true,
                in_linux_order: true,
                ..Options::default()
            },
            reset_window: 0,
            reset_identification: 0,
            options: Options::default(),
            claim: &[],
            reply_complete: false,
            says: Application::default(),
        }
    }

    pub fn wait(&mut self, milliseconds: i64) {
        self.time += milliseconds * MILLISECOND;
    }

    pub fn add(&mut self, from_client: bool, flags: u8, seq: u32, ack: u32, bytes: u32) -> u32 {
        self.wait(1);
        self.add_now(from_client, flags, seq, ack, bytes)
    }

    pub fn add_now(&mut self, from_client: bool, flags: u8, seq: u32, ack: u32, bytes: u32) -> u32 {
        let (client, server) = (socket(1, self.client_port), socket(2, self.server_port));
        self.between(client, server, from_client, [flags.into(), seq, ack, bytes])
    }

    fn between(
        &mut self,
        client: Socket,
        server: Socket,
        from_client: bool,
        [flags, seq, ack, bytes]: [u32; 4],
    ) -> u32 {
        self.frame += 1;
        let flags = flags as u8;
        let (source, destination) = if from_client {
            (client, server)
        } else {
            (server, client)
        };
        let reset = flags & RST != 0;
        let mut application = std::mem::take(&mut self.says);
        if std::mem::take(&mut self.reply_complete) {
            application.http = Some(http_reply(200));
        }
        let payload = match reset {
            true => std::mem::take(&mut self.claim),
            false => &[],
        };
        let own_options = std::mem::take(&mut self.options);
        let options = match flags & SYN {
            SYN if own_options == Options::default() => self.syn_options,
            _ => own_options,
        };
        let window = match reset {
            true => std::mem::take(&mut self.reset_window),
            false => self.window,
        };
        self.session.observe(&Segment {
            frame: self.frame,
            layer: 0,
            time: self.time,
            source,
            destination,
            seq: Seq(seq),
            ack: Seq(ack),
            flags: Flags(flags),
            window,
            payload_length: bytes + payload.len() as u32,
            payload,
            options,
            ip: IpHeader {
                hop_limit: if from_client {
                    self.client_hops
                } else {
                    self.server_hops
                },
                identification: Some(match reset {
                    true => self.reset_identification,
                    false => self.frame as u16,
                }),
                dscp: self.marks.0,
                flow_label: self.marks.1,
            },
            link_source: u64::from(from_client),
            header_cut: false,
            application,
        });
        self.frame
    }

    /// A segment between a proxy at the server's address and its backend 10.0.0.3:9000.
    pub fn backend(&mut self, flags: u8, seq: u32, ack: u32, bytes: u32, from_proxy: bool) -> u32 {
        self.wait(1);
        let (proxy, backend) = (socket(2, 50_000), socket(3, 9000));
        self.between(proxy, backend, from_proxy, [flags.into(), seq, ack, bytes])
    }

    /// A segment between the client and a stranger, 10.0.0.9, that uses the server's port.
    pub fn stranger(
        &mut self,
        flags: u8,
        seq: u32,
        ack: u32,
        bytes: u32,
        from_client: bool,
    ) -> u32 {
        self.wait(1);
        let client = socket(1, self.client_port);
        let other = socket(9, self.server_port);
        self.between(client, other, from_client, [flags.into(), seq, ack, bytes])
    }

    pub fn client(&mut self, flags: u8, seq: u32, ack: u32, bytes: u32) -> u32 {
        self.add(true, flags, seq, ack, bytes)
    }

    pub fn server(&mut self, flags: u8, seq: u32, ack: u32, bytes: u32) -> u32 {
        self.add(false, flags, seq, ack, bytes)
    }

    /// A segment with this payload.
    pub fn say(&mut self, from_client: bool, seq: u32, ack: u32, payload: &[u8]) -> u32 {
        self.says.read_payload(payload, payload.len() as u32);
        self.add(from_client, ACK, seq, ack, payload.len() as u32)
    }

    /// Client 1000, server 5000, both SYNs acknowledged.
    pub fn handshake(&mut self) {
        self.client(SYN, 1000, 0, 0);
        self.server(SYN_ACK, 5000, 1001, 0);
        self.client(ACK, 1001, 5001, 0);
    }

    /// A connection to another port of the same server, which shows how its packets look.
    pub fn baseline(&mut self) {
        self.server_port = 443;
        self.handshake();
        self.server_port = 80;
    }

    pub fn report(&self, frame: u32) -> Report {
        let mut reports = self.session.recall(frame, false);
        // A reset may also change the verdict on an earlier one.
        if reports.len() > 1 {
            reports.retain(|report| report.get(Field::Revises).is_none());
        }
        assert_eq!(reports.len(), 1, "frame {frame}");
        let report = reports.remove(0);
        // Wireshark cuts a line of its packet details after 240 bytes, the field's name included.
        if let Some(Value::Text(explanation)) = report.get(Field::Explanation) {
            assert!(explanation.len() <= 200, "{explanation}");
        }
        report
    }

    pub fn cause(&self, frame: u32) -> String {
        self.text(frame, Field::Cause)
    }

    pub fn text(&self, frame: u32, field: Field) -> String {
        match self.report(frame).get(field) {
            Some(Value::Text(text)) => text.clone(),
            other => panic!("frame {frame}: {field:?} is {other:?}"),
        }
    }

    pub fn number(&self, frame: u32, field: Field) -> Option<u32> {
        match self.report(frame).get(field) {
            Some(Value::Unsigned(number) | Value::Frame(number)) => Some(*number),
            _ => None,
        }
    }

    pub fn confidence(&self, frame: u32) -> u32 {
        self.number(frame, Field::Confidence).unwrap()
    }
}

/// A complete HTTP reply without a body's length.
pub fn http_reply(status: u16) -> Http {
    Http {
        status: Some(status),
        asks_head: false,
        count: 1,
    }
}

/// A complete HTTP request.
pub fn http_request() -> Http {
    Http {
        status: None,
        asks_head: false,
        count: 1,
    }
}

/// A client that aborts while the server sends, and answers what still arrives.
pub fn aborted_transfer(capture: &mut Capture) -> u32 {
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    let mut next = 5001;
    for _ in 0..12 {
        capture.server(ACK, next, 1011, 1000);
        next += 1000;
        capture.client(ACK, 1011, next, 0);
    }
    capture.client(RST_ACK, 1011, next, 0)
}
