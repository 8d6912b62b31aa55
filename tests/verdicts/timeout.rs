//! Resets because a timer ran out, and near misses.

use rstanalysis::field::Field;

use crate::capture::*;

/// Client 1000 to 1011 and server 5000 to 5101 exchanged and acknowledged.
fn exchange(capture: &mut Capture) {
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 0);
}

fn probe(capture: &mut Capture, after: i64) {
    capture.wait(after);
    capture.client(ACK, 1010, 5101, 0);
}

/// The same data again and again, after intervals in milliseconds.
fn retransmit(capture: &mut Capture, intervals: &[i64]) {
    capture.client(ACK, 1011, 5101, 30);
    for interval in intervals {
        capture.wait(*interval - 1);
        capture.client(ACK, 1011, 5101, 30);
    }
}

#[test]
fn established_abort_one_interval_after_unanswered_probes_is_keepalive_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    probe(&mut capture, 7_200_000);
    probe(&mut capture, 75_000);
    capture.wait(75_000);
    let reset = capture.client(RST_ACK, 1011, 5101, 0);
    assert_eq!(capture.cause(reset), "keepalive_timeout");
    assert!(capture.confidence(reset) >= 90);
    assert_eq!(capture.text(reset, Field::Category), "timeout");
}

#[test]
fn established_abort_after_an_answered_probe_is_no_keepalive_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    for _ in 0..3 {
        probe(&mut capture, 75_000);
        capture.server(ACK, 5101, 1011, 0);
    }
    capture.wait(75_000);
    let reset = capture.client(RST_ACK, 1011, 5101, 0);
    assert_ne!(capture.cause(reset), "keepalive_timeout");
}

#[test]
fn established_abort_after_one_probe_is_no_keepalive_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    probe(&mut capture, 75_000);
    capture.wait(75_000);
    let reset = capture.client(RST_ACK, 1011, 5101, 0);
    assert_ne!(capture.cause(reset), "keepalive_timeout");
}

#[test]
fn established_abort_between_two_probes_is_not_surely_keepalive_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    for _ in 0..3 {
        probe(&mut capture, 75_000);
    }
    capture.wait(20_000);
    let reset = capture.client(RST_ACK, 1011, 5101, 0);
    assert!(
        capture.confidence(reset) < 70,
        "{}",
        capture.confidence(reset)
    );
}

#[test]
fn established_late_answer_to_a_silent_retransmitter_is_retransmission_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    retransmit(&mut capture, &[210, 420, 830, 1660]);
    capture.wait(60_000);
    let late = capture.server(ACK, 5101, 1011, 20);
    let reset = capture.client(RST, 1011, 0, 0);
    assert_eq!(capture.cause(reset), "retransmission_timeout");
    assert!(capture.confidence(reset) >= 90);
    assert_eq!(capture.number(reset, Field::TriggerFrame), Some(late));
}

#[test]
fn established_answer_before_the_next_retransmission_is_no_retransmission_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    retransmit(&mut capture, &[210, 420, 830, 1660]);
    capture.wait(1_000);
    capture.server(ACK, 5101, 1011, 20);
    let reset = capture.client(RST, 1011, 0, 0);
    assert_ne!(capture.cause(reset), "retransmission_timeout");
}

#[test]
fn established_retransmissions_that_were_acknowledged_are_no_retransmission_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    retransmit(&mut capture, &[210, 420, 830, 1660]);
    capture.server(ACK, 5101, 1041, 0);
    capture.wait(60_000);
    capture.server(ACK, 5101, 1041, 20);
    let reset = capture.client(RST, 1041, 0, 0);
    assert_ne!(capture.cause(reset), "retransmission_timeout");
}

#[test]
fn established_three_retransmissions_are_no_retransmission_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    retransmit(&mut capture, &[210, 420, 830]);
    capture.wait(60_000);
    capture.server(ACK, 5101, 1011, 20);
    let reset = capture.client(RST, 1011, 0, 0);
    assert_ne!(capture.cause(reset), "retransmission_timeout");
}

#[test]
fn established_abort_when_the_next_retransmission_is_due_is_retransmission_timeout() {
    // BSD's tcp_drop, Windows after TcpMaxDataRetransmissions.
    let mut capture = Capture::new();
    exchange(&mut capture);
    retransmit(&mut capture, &[300, 600, 1200, 2400, 4800]);
    capture.wait(9_600);
    let reset = capture.client(RST_ACK, 1041, 5101, 0);
    assert_eq!(capture.cause(reset), "retransmission_timeout");
    assert!(capture.confidence(reset) >= 85);
}

#[test]
fn established_abort_amid_retransmissions_is_not_surely_retransmission_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    retransmit(&mut capture, &[300, 600, 1200, 2400, 4800]);
    capture.wait(2_000);
    let reset = capture.client(RST_ACK, 1041, 5101, 0);
    assert_eq!(capture.cause(reset), "app_abort");
}

/// The server answers each probe of its closed window.
fn stall(capture: &mut Capture) {
    exchange(capture);
    capture.client(ACK, 1011, 5101, 1000);
    capture.window = 0;
    capture.server(ACK, 5101, 2011, 0);
    capture.window = 500;
    for interval in [200, 400, 800, 1600] {
        capture.wait(interval);
        capture.client(ACK, 2010, 5101, 0);
        capture.window = 0;
        capture.server(ACK, 5101, 2011, 0);
        capture.window = 500;
    }
}

#[test]
fn established_abort_before_a_closed_window_is_zero_window_timeout() {
    let mut capture = Capture::new();
    stall(&mut capture);
    capture.wait(3_200);
    let reset = capture.client(RST_ACK, 2011, 5101, 0);
    assert_eq!(capture.cause(reset), "zero_window_timeout");
}

#[test]
fn established_abort_after_the_window_opened_is_no_zero_window_timeout() {
    let mut capture = Capture::new();
    stall(&mut capture);
    capture.server(ACK, 5101, 2011, 0);
    capture.wait(3_200);
    let reset = capture.client(RST_ACK, 2011, 5101, 0);
    assert_ne!(capture.cause(reset), "zero_window_timeout");
}

#[test]
fn established_window_update_to_a_silent_prober_is_zero_window_timeout() {
    let mut capture = Capture::new();
    stall(&mut capture);
    capture.wait(60_000);
    capture.server(ACK, 5101, 2011, 0);
    let reset = capture.client(RST, 2011, 0, 0);
    assert_eq!(capture.cause(reset), "zero_window_timeout");
}

#[test]
fn established_abort_by_the_side_with_the_closed_window_is_no_zero_window_timeout() {
    let mut capture = Capture::new();
    stall(&mut capture);
    capture.wait(3_200);
    let reset = capture.server(RST_ACK, 5101, 2011, 0);
    assert_ne!(capture.cause(reset), "zero_window_timeout");
}

#[test]
fn fin_wait_data_after_a_minute_of_silence_is_fin_wait_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.client(FIN, 1011, 5101, 0);
    capture.server(ACK, 5101, 1012, 0);
    capture.wait(120_000);
    capture.server(ACK, 5101, 1012, 50);
    let reset = capture.client(RST, 1012, 0, 0);
    assert_eq!(capture.cause(reset), "fin_wait_timeout");
    assert!(capture.confidence(reset) >= 90);
}

#[test]
fn fin_wait_data_before_the_timer_is_data_after_close() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.client(FIN, 1011, 5101, 0);
    capture.server(ACK, 5101, 1012, 0);
    capture.wait(40_000);
    capture.server(ACK, 5101, 1012, 50);
    let reset = capture.client(RST, 1012, 0, 0);
    assert_eq!(capture.cause(reset), "data_after_close");
}

#[test]
fn fin_wait_fin_that_finds_nobody_is_fin_wait_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.client(FIN, 1011, 5101, 0);
    capture.server(ACK, 5101, 1012, 0);
    capture.wait(90_000);
    capture.server(FIN, 5101, 1012, 0);
    let reset = capture.client(RST, 1012, 0, 0);
    assert_eq!(capture.cause(reset), "fin_wait_timeout");
}

#[test]
fn fin_wait_data_while_the_half_closed_side_listens_is_no_sure_fin_wait_timeout() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.client(FIN, 1011, 5101, 0);
    capture.server(ACK, 5101, 1012, 50);
    capture.client(ACK, 1012, 5151, 0);
    capture.wait(20_000);
    capture.server(ACK, 5151, 1012, 50);
    let reset = capture.client(RST, 1012, 0, 0);
    assert_ne!(capture.cause(reset), "fin_wait_timeout");
}
