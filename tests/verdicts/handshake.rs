//! Resets that answer a SYN, and handshakes that come to nothing.

use rstanalysis::field::Field;
use rstanalysis::report::Value;

use crate::capture::*;

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
    let revision = capture.session.recall(by, false).remove(0);
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
fn handshaken_reset_without_payload_is_unknown() {
    let mut capture = Capture::new();
    capture.handshake();
    let reset = capture.client(RST_ACK, 1001, 5001, 0);
    assert_eq!(capture.cause(reset), "unknown");
    assert!(capture.confidence(reset) <= 50);
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

#[test]
fn syn_that_is_repeated_after_its_refusal_and_accepted_begins_another_connection() {
    let mut capture = Capture::new();
    capture.baseline();
    capture.client(SYN, 1000, 0, 0);
    let refusal = capture.server(RST_ACK, 0, 1001, 0);
    capture.wait(500);
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 0);
    let reset = capture.client(RST_ACK, 1011, 5101, 0);
    assert_eq!(capture.cause(refusal), "refused");
    assert_eq!(capture.cause(reset), "normal_close");

    let abort = capture.server(RST_ACK, 5101, 1011, 0);
    assert_eq!(capture.number(abort, Field::Number), Some(1));
    assert_eq!(capture.number(abort, Field::FirstReset), None);
}
