//! Verdicts on conversations that a lab can't make on demand, and near misses of each rule.
//! Tests are named state_stimulus_twist.

use std::net::IpAddr;

use rstanalysis::field::Field;
use rstanalysis::report::{Report, Value};
use rstanalysis::segment::{Application, Flags, IpHeader, MILLISECOND, Options, Segment, Socket};
use rstanalysis::seq::Seq;
use rstanalysis::session::Session;

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
const FIN: u8 = 0x11;
const RST: u8 = 0x04;
const RST_ACK: u8 = 0x14;
const SYN_ACK: u8 = 0x12;

/// A capture in the making: each call adds a frame, a millisecond after the one before.
struct Capture {
    session: Session,
    frame: u32,
    time: i64,
    client_hops: u8,
    server_hops: u8,
    server_port: u16,
    client_port: u16,
}

impl Capture {
    fn new() -> Capture {
        Capture {
            session: Session::new(),
            frame: 0,
            time: 0,
            client_hops: 64,
            server_hops: 62,
            server_port: 80,
            client_port: 40000,
        }
    }

    fn wait(&mut self, milliseconds: i64) {
        self.time += milliseconds * MILLISECOND;
    }

    fn add(&mut self, from_client: bool, flags: u8, seq: u32, ack: u32, bytes: u32) -> u32 {
        self.wait(1);
        self.add_now(from_client, flags, seq, ack, bytes)
    }

    fn add_now(&mut self, from_client: bool, flags: u8, seq: u32, ack: u32, bytes: u32) -> u32 {
        self.frame += 1;
        let socket = |last, port| Socket {
            address: IpAddr::from([10, 0, 0, last]),
            port,
        };
        let (client, server) = (socket(1, self.client_port), socket(2, self.server_port));
        let (source, destination) = if from_client {
            (client, server)
        } else {
            (server, client)
        };
        let reset = flags & RST != 0;
        self.session.observe(&Segment {
            frame: self.frame,
            layer: 0,
            time: self.time,
            source,
            destination,
            seq: Seq(seq),
            ack: Seq(ack),
            flags: Flags(flags),
            window: if reset { 0 } else { 500 },
            payload_length: bytes,
            options: Options::default(),
            ip: IpHeader {
                hop_limit: if from_client {
                    self.client_hops
                } else {
                    self.server_hops
                },
                identification: Some(if reset { 0 } else { self.frame as u16 }),
                ..IpHeader::default()
            },
            link_source: u64::from(from_client),
            header_cut: false,
            application: Application::default(),
        });
        self.frame
    }

    fn client(&mut self, flags: u8, seq: u32, ack: u32, bytes: u32) -> u32 {
        self.add(true, flags, seq, ack, bytes)
    }

    fn server(&mut self, flags: u8, seq: u32, ack: u32, bytes: u32) -> u32 {
        self.add(false, flags, seq, ack, bytes)
    }

    /// Client 1000, server 5000, both SYNs acknowledged.
    fn handshake(&mut self) {
        self.client(SYN, 1000, 0, 0);
        self.server(SYN_ACK, 5000, 1001, 0);
        self.client(ACK, 1001, 5001, 0);
    }

    /// A connection to another port of the same server, which shows how its packets look.
    fn baseline(&mut self) {
        self.server_port = 443;
        self.handshake();
        self.server_port = 80;
    }

    fn report(&self, frame: u32) -> Report {
        let mut reports = self.session.recall(frame, false);
        assert_eq!(reports.len(), 1, "frame {frame}");
        reports.remove(0)
    }

    fn cause(&self, frame: u32) -> String {
        self.text(frame, Field::Cause)
    }

    fn text(&self, frame: u32, field: Field) -> String {
        match self.report(frame).get(field) {
            Some(Value::Text(text)) => text.clone(),
            other => panic!("frame {frame}: {field:?} is {other:?}"),
        }
    }

    fn number(&self, frame: u32, field: Field) -> Option<u32> {
        match self.report(frame).get(field) {
            Some(Value::Unsigned(number) | Value::Frame(number)) => Some(*number),
            _ => None,
        }
    }

    fn confidence(&self, frame: u32) -> u32 {
        self.number(frame, Field::Confidence).unwrap()
    }
}

#[test]
fn syn_sent_reset_without_baseline_is_firewall_at_half_and_says_what_is_missing() {
    let mut capture = Capture::new();
    let syn = capture.client(SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert_eq!(capture.cause(reset), "firewall");
    assert!(capture.confidence(reset) <= 50);
    assert_eq!(capture.text(reset, Field::Alternative), "refused");
    assert!(capture.text(reset, Field::Missing).contains("10.0.0.2"));
    assert_eq!(capture.number(reset, Field::TriggerFrame), Some(syn));
    assert_eq!(capture.text(reset, Field::Origin), "unknown");
}

#[test]
fn syn_sent_reset_like_the_host_is_refused_but_not_surely() {
    let mut capture = Capture::new();
    capture.baseline();
    capture.client(SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert_eq!(capture.cause(reset), "refused");
    assert!(
        capture.confidence(reset) < 70,
        "a filter on the host looks the same"
    );
    assert_eq!(capture.text(reset, Field::Alternative), "firewall");
}

#[test]
fn syn_sent_reset_two_hops_nearer_is_firewall() {
    let mut capture = Capture::new();
    capture.baseline();
    capture.client(SYN, 1000, 0, 0);
    capture.server_hops = 64;
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert_eq!(capture.cause(reset), "firewall");
    assert!(capture.confidence(reset) >= 90);
    assert_eq!(capture.text(reset, Field::Form), "foreign");
    assert_eq!(capture.text(reset, Field::Origin), "middlebox");
}

#[test]
fn syn_sent_reset_one_hop_nearer_is_firewall_below_ninety() {
    let mut capture = Capture::new();
    capture.baseline();
    capture.client(SYN, 1000, 0, 0);
    capture.server_hops = 63;
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert_eq!(capture.cause(reset), "firewall");
    assert!(capture.confidence(reset) < 90, "it may be a route change");
}

#[test]
fn syn_sent_reset_judged_again_when_the_host_shows_itself_later() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert_eq!(capture.cause(reset), "firewall");
    capture.baseline();
    assert_eq!(capture.cause(reset), "refused");
    let by = capture.number(reset, Field::RevisedBy).unwrap();
    let revision = capture.report(by);
    assert_eq!(revision.get(Field::Revises), Some(&Value::Frame(reset)));
    assert_eq!(
        revision.get(Field::CauseRevised),
        Some(&Value::Text("refused".into()))
    );
}

#[test]
fn syn_sent_reset_of_repeated_syn_is_judged_as_the_first() {
    let mut capture = Capture::new();
    capture.baseline();
    let mut resets = Vec::new();
    for _ in 0..3 {
        // Windows repeats a refused SYN with the same number.
        capture.client(SYN, 1000, 0, 0);
        resets.push(capture.server(RST_ACK, 0, 1001, 0));
        capture.wait(500);
    }
    for reset in &resets {
        assert_eq!(capture.cause(*reset), "refused");
    }
    assert_eq!(capture.number(resets[2], Field::Number), Some(3));
    assert_eq!(
        capture.number(resets[2], Field::FirstReset),
        Some(resets[0])
    );
}

#[test]
fn half_of_the_capture_reset_with_seq_zero_answers_a_syn() {
    let mut capture = Capture::new();
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert_eq!(capture.cause(reset), "firewall");
    assert!(capture.confidence(reset) <= 50);
}

#[test]
fn fin_wait_data_from_the_peer_is_data_after_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    let fin = capture.client(FIN, 1011, 5001, 0);
    let data = capture.server(ACK, 5001, 1011, 39);
    let reset = capture.client(RST, 1011, 0, 0);
    assert_eq!(capture.cause(reset), "data_after_close");
    assert!(capture.confidence(reset) >= 90);
    assert_eq!(capture.number(reset, Field::TriggerFrame), Some(data));
    assert!(
        capture
            .text(reset, Field::Explanation)
            .contains(&format!("frame {fin}"))
    );
}

#[test]
fn fin_wait_data_captured_before_the_fin_it_crossed_is_data_after_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    let data = capture.server(ACK, 5001, 1011, 39);
    capture.client(FIN, 1011, 5001, 0);
    let reset = capture.client(RST, 1011, 0, 0);
    assert_eq!(capture.cause(reset), "data_after_close");
    assert_eq!(capture.number(reset, Field::TriggerFrame), Some(data));
}

#[test]
fn half_closed_side_that_still_takes_data_is_not_data_after_close_for_sure() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(FIN, 1001, 5001, 0);
    capture.server(ACK, 5001, 1002, 100);
    capture.client(ACK, 1002, 5101, 0);
    capture.server(ACK, 5101, 1002, 100);
    let reset = capture.client(RST, 1002, 0, 0);
    assert!(capture.cause(reset) != "data_after_close" || capture.confidence(reset) < 90);
}

#[test]
fn fin_wait_data_after_the_timer_is_not_data_after_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(FIN, 1001, 5001, 0);
    capture.server(ACK, 5001, 1002, 0);
    capture.wait(61_000);
    capture.server(ACK, 5001, 1002, 100);
    let reset = capture.client(RST, 1002, 0, 0);
    assert!(capture.cause(reset) != "data_after_close" || capture.confidence(reset) < 60);
}

#[test]
fn close_wait_active_reset_after_all_is_delivered_is_normal_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 0);
    capture.server(FIN, 5101, 1011, 0);
    let reset = capture.client(RST_ACK, 1011, 5102, 0);
    assert_eq!(capture.cause(reset), "normal_close");
    assert_eq!(capture.text(reset, Field::Form), "active");
    assert_eq!(capture.text(reset, Field::State), "CLOSE-WAIT");
}

#[test]
fn established_active_reset_with_own_data_lost_is_app_abort() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 30);
    let reset = capture.client(RST_ACK, 1041, 5101, 0);
    assert_eq!(capture.cause(reset), "app_abort");
}

#[test]
fn established_active_reset_before_the_answer_is_app_abort() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 0);
    capture.wait(30_000);
    let reset = capture.client(RST_ACK, 1011, 5001, 0);
    assert_eq!(capture.cause(reset), "app_abort");
    assert!(
        matches!(capture.report(reset).get(Field::Idle), Some(Value::Duration(time)) if *time > 29_000 * MILLISECOND)
    );
}

#[test]
fn established_active_reset_that_acknowledges_the_request_itself_is_unread_data() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 700);
    let reset = capture.server(RST_ACK, 5001, 1701, 0);
    assert_eq!(capture.cause(reset), "unread_data");
}

#[test]
fn established_active_reset_after_unanswered_attempts_is_no_normal_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 0);
    for _ in 0..3 {
        capture.wait(75_000);
        capture.client(ACK, 1010, 5101, 0);
    }
    capture.wait(75_000);
    let reset = capture.client(RST_ACK, 1011, 5101, 0);
    assert_ne!(capture.cause(reset), "normal_close");
    assert!(capture.confidence(reset) < 70);
}

/// A client that aborts while the server sends, and answers what still arrives.
fn aborted_transfer(capture: &mut Capture) -> u32 {
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

#[test]
fn transfer_resets_within_the_round_trip_are_in_flight() {
    let mut capture = Capture::new();
    let first = aborted_transfer(&mut capture);
    let mut repeats = Vec::new();
    for k in 0..3 {
        capture.server(ACK, 17_001 + k * 1000, 1011, 1000);
        repeats.push(capture.client(RST, 1011, 0, 0));
    }
    assert_eq!(capture.cause(first), "cancelled");
    for (k, repeat) in repeats.iter().enumerate() {
        assert_eq!(capture.cause(*repeat), "in_flight");
        assert_eq!(capture.number(*repeat, Field::FirstReset), Some(first));
        assert_eq!(capture.number(*repeat, Field::Number), Some(k as u32 + 2));
        assert_eq!(
            capture.number(*repeat, Field::TriggerFrame),
            Some(repeat - 1)
        );
    }
}

#[test]
fn transfer_resets_while_the_peer_goes_on_are_lost_and_the_first_keeps_its_cause() {
    let mut capture = Capture::new();
    let first = aborted_transfer(&mut capture);
    let mut repeats = Vec::new();
    for _ in 0..4 {
        capture.server(ACK, 17_001, 1011, 1000);
        repeats.push(capture.client(RST, 1011, 0, 0));
        capture.wait(400);
    }
    assert_eq!(capture.cause(first), "cancelled");
    assert_eq!(capture.text(first, Field::Outcome), "lost");
    for repeat in &repeats {
        assert_eq!(capture.cause(*repeat), "lost_reset", "frame {repeat}");
        assert!(capture.confidence(*repeat) >= 90);
    }
    // The first repeat was under way as far as one could know; the later ones taught better.
    assert!(capture.number(repeats[0], Field::RevisedBy).is_some());
}

#[test]
fn ignored_resets_outside_the_window_are_not_lost() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.server(ACK, 5001, 1001, 100);
    for k in 0..4 {
        let guess = capture.client(RST, 900_000 + k, 0, 0);
        capture.server(ACK, 5101 + k * 100, 1001, 100);
        capture.wait(400);
        assert_ne!(capture.cause(guess), "lost_reset");
    }
}

#[test]
fn reset_side_that_answers_what_still_arrives_is_already_reset() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 0);
    let forged = capture.client(RST, 1011, 0, 0);
    capture.wait(200);
    let data = capture.client(ACK, 1011, 5001, 10);
    let reset = capture.server(RST, 5001, 0, 0);
    assert_eq!(capture.cause(reset), "already_reset");
    assert_eq!(capture.number(reset, Field::TriggerFrame), Some(data));
    assert!(
        capture
            .text(reset, Field::Explanation)
            .contains(&format!("frame {forged}"))
    );
    // And the forged one contradicts its own sender, so nothing is sure about it.
    assert!(capture.confidence(forged) < 70);
}

#[test]
fn established_reset_whose_sender_goes_on_is_never_sure() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 0);
    let reset = capture.server(RST_ACK, 5101, 1011, 0);
    assert_eq!(capture.cause(reset), "normal_close");
    capture.server(ACK, 5101, 1011, 100);
    assert_eq!(capture.cause(reset), "unknown");
}

#[test]
fn handshaken_reset_without_payload_is_unknown() {
    let mut capture = Capture::new();
    capture.handshake();
    let reset = capture.client(RST_ACK, 1001, 5001, 0);
    assert_eq!(capture.cause(reset), "unknown");
    assert!(capture.confidence(reset) <= 50);
}

#[test]
fn mid_capture_reset_has_less_confidence_and_says_why() {
    let mut capture = Capture::new();
    capture.client(FIN, 1011, 5001, 0);
    capture.server(ACK, 5001, 1011, 39);
    let reset = capture.client(RST, 1011, 0, 0);
    assert_eq!(capture.cause(reset), "data_after_close");
    assert!(capture.confidence(reset) < 90);
    let missing = capture.report(reset).items;
    assert!(missing.iter().any(|(field, value)| *field == Field::Missing
        && matches!(value, Value::Text(text) if text.contains("handshake"))));
}

#[test]
fn mirrored_capture_shows_a_reset_once_and_its_copy_as_such() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.client(FIN, 1011, 5001, 0);
    // The mirror port gives each packet twice, bit for bit.
    capture.frame += 10;
    capture.add(false, ACK, 5001, 1011, 39);
    capture.frame -= 1;
    let copied = capture.frame + 1;
    capture.add_now(false, ACK, 5001, 1011, 39);
    let reset = capture.add(true, RST, 1011, 0, 0);
    assert_eq!(copied + 1, reset);
    capture.add_now(true, RST, 1011, 0, 0);
    let copy = capture.frame;
    assert_eq!(capture.cause(copy), capture.cause(reset));
    assert_eq!(capture.number(copy, Field::FirstReset), Some(reset));
    assert_eq!(capture.number(copy, Field::Number), Some(1));
}

#[test]
fn new_connection_on_the_same_ports_starts_anew() {
    let mut capture = Capture::new();
    let old = aborted_transfer(&mut capture);
    capture.wait(1000);
    capture.client(SYN, 900_000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 900_001, 0);
    assert_eq!(capture.cause(old), "cancelled");
    assert_eq!(capture.cause(reset), "refused");
    assert_eq!(capture.number(reset, Field::Number), Some(1));
}

#[test]
fn established_passive_reset_from_the_host_is_no_connection() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 0);
    capture.wait(400_000);
    let data = capture.client(ACK, 1011, 5101, 10);
    let reset = capture.server(RST, 5101, 0, 0);
    assert_eq!(capture.cause(reset), "no_connection");
    assert_eq!(capture.number(reset, Field::TriggerFrame), Some(data));
    assert_eq!(capture.text(reset, Field::State), "CLOSED");
}

#[test]
fn established_passive_reset_from_another_distance_is_firewall() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 10);
    capture.server_hops = 64;
    let reset = capture.server(RST, 5101, 0, 0);
    assert_eq!(capture.cause(reset), "firewall");
}

#[test]
fn established_active_reset_from_another_distance_is_no_application_and_not_sure() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 10);
    capture.server_hops = 250;
    let reset = capture.server(RST_ACK, 5101, 1021, 0);
    assert_eq!(capture.cause(reset), "firewall");
    assert!(capture.confidence(reset) <= 80, "it may be injected");
    assert_eq!(capture.text(reset, Field::Form), "foreign");
}

#[test]
fn fin_wait_reset_that_acknowledges_the_late_data_is_data_after_close() {
    // FreeBSD answers with an ACK even where it no longer knows the connection.
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.client(FIN, 1011, 5001, 0);
    capture.server(ACK, 5001, 1012, 39);
    let reset = capture.client(RST_ACK, 1012, 5040, 0);
    assert_eq!(capture.cause(reset), "data_after_close");
}

#[test]
fn translated_clients_with_different_ttl_are_compared_within_their_connection() {
    let mut capture = Capture::new();
    capture.client_hops = 127;
    capture.handshake();
    capture.client_port = 40001;
    capture.client_hops = 63;
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 0);
    capture.client_hops = 127;
    let reset = capture.client(RST_ACK, 1011, 5001, 0);
    assert_eq!(capture.text(reset, Field::Form), "foreign");
}

#[test]
fn host_of_many_distances_is_no_baseline_for_its_hops() {
    let mut capture = Capture::new();
    for hops in [50, 55, 58, 61] {
        capture.server_hops = hops;
        capture.server_port = 400 + u16::from(hops);
        capture.handshake();
    }
    capture.server_port = 80;
    capture.server_hops = 53;
    capture.client(SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert!(capture.confidence(reset) <= 50);
    assert_ne!(capture.text(reset, Field::Form), "foreign");
}

#[test]
fn single_pass_verdict_is_provisional_and_two_passes_are_not() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    for provisional in [true, false] {
        let reports = capture.session.recall(reset, provisional);
        let said = reports[0].get(Field::Provisional);
        assert_eq!(said, Some(&Value::Boolean(provisional)));
    }
}
