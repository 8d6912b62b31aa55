//! Resets that follow others, copies, and hindsight.

use rstanalysis::field::Field;

use crate::capture::*;

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
    // And the forged one is contradicted by the side whose name it carries.
    assert_eq!(capture.cause(forged), "injected");
}

#[test]
fn established_reset_whose_sender_goes_on_is_injected() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 0);
    let reset = capture.server(RST_ACK, 5101, 1011, 0);
    assert_eq!(capture.cause(reset), "normal_close");
    capture.server(ACK, 5101, 1011, 100);
    assert_eq!(capture.cause(reset), "injected");
    assert_eq!(capture.text(reset, Field::Origin), "attacker");
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
