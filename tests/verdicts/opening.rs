//! Resets of a handshake: who gave up, who only looked, who answered what.

use rstanalysis::field::Field;
use rstanalysis::options::Options;

use crate::capture::*;

/// SYN and SYN-ACK, `wait` milliseconds apart, and the client's passive answer.
fn abandoned(capture: &mut Capture, wait: i64) -> u32 {
    capture.client(SYN, 1000, 0, 0);
    capture.wait(wait);
    capture.server(SYN_ACK, 5000, 1001, 0);
    capture.client(RST, 1001, 0, 0)
}

#[test]
fn syn_ack_after_seconds_is_handshake_abandoned() {
    let mut capture = Capture::new();
    let reset = abandoned(&mut capture, 1500);
    assert_eq!(capture.cause(reset), "handshake_abandoned");
    assert!(capture.text(reset, Field::Explanation).contains("1.50 s"));
    assert_eq!(capture.number(reset, Field::TriggerFrame), Some(reset - 1));
}

#[test]
fn syn_ack_at_once_is_not_handshake_abandoned() {
    let mut capture = Capture::new();
    let reset = abandoned(&mut capture, 10);
    assert_ne!(capture.cause(reset), "handshake_abandoned");
}

#[test]
fn bare_syn_and_prompt_reset_is_half_open_scan() {
    let mut capture = Capture::new();
    capture.syn_options = Options::default();
    let reset = abandoned(&mut capture, 10);
    assert_eq!(capture.cause(reset), "half_open_scan");
}

#[test]
fn usual_syn_and_prompt_reset_of_one_target_is_no_scan() {
    let mut capture = Capture::new();
    let reset = abandoned(&mut capture, 10);
    assert_ne!(capture.cause(reset), "half_open_scan");
}

#[test]
fn many_targets_make_a_scan_of_usual_syns_too_in_hindsight() {
    let mut capture = Capture::new();
    let mut resets = Vec::new();
    for port in [22, 80, 443, 8080] {
        capture.server_port = port;
        resets.push(abandoned(&mut capture, 10));
    }
    capture.server_port = 22;
    assert_eq!(capture.cause(resets[0]), "half_open_scan");
    assert_eq!(capture.number(resets[0], Field::RevisedBy), Some(resets[2]));
}

#[test]
fn syn_ack_without_a_syn_is_unsolicited() {
    let mut capture = Capture::new();
    capture.baseline();
    capture.wait(5000);
    capture.server_port = 6000;
    capture.server(SYN_ACK, 5000, 1001, 0);
    let reset = capture.client(RST, 1001, 0, 0);
    assert_eq!(capture.cause(reset), "unsolicited_synack");
}

#[test]
fn syn_ack_at_the_start_of_the_file_is_less_surely_unsolicited() {
    let mut capture = Capture::new();
    capture.server(SYN_ACK, 5000, 1001, 0);
    let reset = capture.client(RST, 1001, 0, 0);
    assert!(capture.confidence(reset) < 70);
}

#[test]
fn syn_ack_that_acknowledges_another_number_is_invalid_ack() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    capture.server(SYN_ACK, 5000, 7001, 0);
    let reset = capture.client(RST, 7001, 0, 0);
    assert_eq!(capture.cause(reset), "invalid_ack");
    let sentence = capture.text(reset, Field::Explanation);
    assert!(sentence.contains("6000 numbers more"), "{sentence}");
}

#[test]
fn third_ack_with_a_wrong_number_is_invalid_ack() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    capture.server(SYN_ACK, 5000, 1001, 0);
    capture.client(ACK, 1001, 9001, 0);
    let reset = capture.server(RST, 9001, 0, 0);
    assert_eq!(capture.cause(reset), "invalid_ack");
}

#[test]
fn old_connection_that_answers_a_syn_is_port_reuse_and_the_next_syn_no_contradiction() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    capture.server(ACK, 5000, 700_000, 0);
    let reset = capture.client(RST, 700_000, 0, 0);
    assert_eq!(capture.cause(reset), "port_reuse");
    capture.wait(10);
    capture.client(SYN, 1000, 0, 0);
    assert_eq!(capture.cause(reset), "port_reuse");
}

#[test]
fn same_target_in_equal_intervals_is_health_check() {
    let mut capture = Capture::new();
    let mut last = 0;
    for round in 0..4 {
        capture.client_port = 40_000 + round;
        capture.handshake();
        last = capture.client(RST_ACK, 1001, 5001, 0);
        capture.wait(2000);
    }
    assert_eq!(capture.cause(last), "health_check");
    assert!(capture.confidence(last) >= 90);
}

#[test]
fn same_target_at_odd_times_is_no_sure_health_check() {
    let mut capture = Capture::new();
    let mut last = 0;
    for (round, wait) in [(0, 100), (1, 9000), (2, 700), (3, 1)] {
        capture.client_port = 40_000 + round;
        capture.handshake();
        last = capture.client(RST_ACK, 1001, 5001, 0);
        capture.wait(wait);
    }
    assert!(capture.confidence(last) < 90);
}

#[test]
fn reset_at_the_third_ack_with_the_port_still_open_is_accept_overflow() {
    let mut capture = Capture::new();
    capture.handshake();
    let reset = capture.server(RST, 5001, 0, 0);
    capture.client_port = 40_001;
    capture.handshake();
    capture.client_port = 40_000;
    assert_eq!(capture.cause(reset), "accept_overflow");
    assert_eq!(capture.number(reset, Field::TriggerFrame), Some(3));
}

#[test]
fn reset_at_the_third_ack_with_the_port_closed_later_is_no_accept_overflow() {
    let mut capture = Capture::new();
    capture.handshake();
    let reset = capture.server(RST, 5001, 0, 0);
    capture.client_port = 40_001;
    capture.client(SYN, 1000, 0, 0);
    capture.server(RST_ACK, 0, 1001, 0);
    capture.client_port = 40_000;
    assert_ne!(capture.cause(reset), "accept_overflow");
}

/// Three connections of one server, each reset by it at the same time.
fn aborted_together(capture: &mut Capture, request: u32) -> Vec<u32> {
    for port in 40_000..40_003 {
        capture.client_port = port;
        capture.handshake();
        if request > 0 {
            capture.client(ACK, 1001, 5001, request);
            capture.server(ACK, 5001, 1001 + request, 5);
            capture.client(ACK, 1001 + request, 5006, request);
        }
    }
    capture.wait(1000);
    let reset = |capture: &mut Capture, port| {
        capture.client_port = port;
        match request {
            0 => capture.server(RST_ACK, 5001, 1001, 0),
            _ => capture.server(RST_ACK, 5006, 1001 + 2 * request, 0),
        }
    };
    (40_000..40_003).map(|port| reset(capture, port)).collect()
}

#[test]
fn silent_connections_aborted_together_before_the_port_closes_are_listener_closed() {
    let mut capture = Capture::new();
    let resets = aborted_together(&mut capture, 0);
    capture.client_port = 40_100;
    capture.client(SYN, 1000, 0, 0);
    capture.server(RST_ACK, 0, 1001, 0);
    for (place, reset) in resets.into_iter().enumerate() {
        capture.client_port = 40_000 + place as u16;
        assert_eq!(capture.cause(reset), "listener_closed");
        assert!(capture.confidence(reset) >= 90);
    }
}

#[test]
fn talking_connections_aborted_together_before_the_port_closes_are_mass_abort() {
    let mut capture = Capture::new();
    let resets = aborted_together(&mut capture, 10);
    capture.client_port = 40_100;
    capture.client(SYN, 1000, 0, 0);
    capture.server(RST_ACK, 0, 1001, 0);
    for reset in resets {
        assert_eq!(capture.cause(reset), "mass_abort");
    }
}

#[test]
fn connections_aborted_one_after_the_other_are_no_mass_abort() {
    let mut capture = Capture::new();
    capture.handshake();
    let mut resets = Vec::new();
    for port in 40_000..40_003 {
        capture.client_port = port;
        capture.handshake();
        capture.client(ACK, 1001, 5001, 10);
        capture.wait(500);
        resets.push(capture.server(RST_ACK, 5001, 1011, 0));
    }
    for reset in resets {
        assert_ne!(capture.cause(reset), "mass_abort");
    }
}

const ECN_SYN: u8 = SYN | 0xc0;

#[test]
fn syn_that_is_reset_only_with_ecn_is_ecn_blocked() {
    let mut capture = Capture::new();
    capture.client(ECN_SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    capture.client_port = 40_001;
    capture.handshake();
    capture.client_port = 40_000;
    assert_eq!(capture.cause(reset), "ecn_blocked");
}

#[test]
fn syn_that_is_reset_without_ecn_too_is_not_ecn_blocked() {
    let mut capture = Capture::new();
    capture.baseline();
    for flags in [ECN_SYN, SYN] {
        capture.client(flags, 1000, 0, 0);
        let reset = capture.server(RST_ACK, 0, 1001, 0);
        assert_eq!(capture.cause(reset), "refused");
        capture.client_port += 1;
    }
}

#[test]
fn ecn_syn_accepted_elsewhere_in_the_file_is_not_ecn_blocked() {
    let mut capture = Capture::new();
    capture.client(ECN_SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    for flags in [SYN, ECN_SYN] {
        capture.client_port += 1;
        capture.client(flags, 1000, 0, 0);
        capture.server(SYN_ACK, 5000, 1001, 0);
    }
    capture.client_port = 40_000;
    assert_ne!(capture.cause(reset), "ecn_blocked");
}

#[test]
fn handshake_of_which_one_direction_passes_is_asymmetric_path() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    capture.client(ACK, 1001, 5001, 0);
    let reset = capture.server(RST, 5001, 0, 0);
    assert_eq!(capture.cause(reset), "asymmetric_path");
    assert!(capture.confidence(reset) <= 60);
}

#[test]
fn client_that_asks_again_after_a_reset_in_its_name_did_not_give_up() {
    let mut capture = Capture::new();
    let reset = abandoned(&mut capture, 1);
    capture.wait(1000);
    capture.client(SYN, 1000, 0, 0);
    assert_eq!(capture.cause(reset), "asymmetric_path");
}
