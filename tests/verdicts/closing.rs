//! Resets of a connection that lived, by an endpoint.

use rstanalysis::field::Field;
use rstanalysis::report::Value;
use rstanalysis::segment::MILLISECOND;

use crate::capture::*;

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
fn close_wait_active_reset_of_a_connection_that_was_never_used_is_normal_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.wait(60_000);
    let fin = capture.server(FIN, 5001, 1001, 0);
    capture.client(ACK, 1001, 5002, 0);
    let reset = capture.client(RST_ACK, 1001, 5002, 0);
    assert_eq!(capture.cause(reset), "normal_close");
    let explanation = capture.text(reset, Field::Explanation);
    assert!(
        explanation.contains("nothing had been said"),
        "{explanation}"
    );
    assert!(
        explanation.contains(&format!("frame {fin}")),
        "{explanation}"
    );
}

#[test]
fn established_active_reset_of_a_connection_that_was_never_used_is_not_normal_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.wait(10_000);
    let reset = capture.client(RST_ACK, 1001, 5001, 0);
    assert_ne!(capture.cause(reset), "normal_close");
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
    assert_eq!(capture.cause(reset), "keepalive_timeout");
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
fn established_active_reset_right_behind_the_complete_reply_is_normal_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.reply_complete = true;
    capture.server(ACK, 5001, 1011, 1000);
    let reset = capture.server(RST_ACK, 6001, 1011, 0);
    assert_eq!(capture.cause(reset), "normal_close");
    assert!(capture.confidence(reset) < 90, "no acknowledgment was seen");
}

#[test]
fn established_active_reset_long_after_an_unacknowledged_reply_is_no_normal_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.reply_complete = true;
    capture.server(ACK, 5001, 1011, 1000);
    capture.wait(5_000);
    let reset = capture.server(RST_ACK, 6001, 1011, 0);
    assert_ne!(capture.cause(reset), "normal_close");
}

#[test]
fn established_active_reset_whose_data_are_acknowledged_later_is_normal_close() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 1000);
    let reset = capture.server(RST_ACK, 6001, 1011, 0);
    let before = capture.confidence(reset);
    capture.client(ACK, 1011, 6001, 0);
    assert_eq!(capture.cause(reset), "normal_close");
    assert!(capture.confidence(reset) > before);
}
