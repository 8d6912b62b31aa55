//! Forged, guessed and relayed resets, and the genuine ones that look like them.

use rstanalysis::field::Field;

use crate::capture::*;

/// A request, and a reset in the server's name from `hops` instead of the server's own distance.
fn request_and_reset(capture: &mut Capture, hops: u8, seq: u32) -> u32 {
    capture.handshake();
    capture.client(ACK, 1001, 5001, 100);
    let own = std::mem::replace(&mut capture.server_hops, hops);
    let reset = capture.server(RST, seq, 0, 0);
    capture.server_hops = own;
    reset
}

#[test]
fn reset_whose_true_sender_answers_the_request_is_injected() {
    let mut capture = Capture::new();
    let reset = request_and_reset(&mut capture, 50, 5001);
    capture.wait(20);
    let answer = capture.server(ACK, 5001, 1101, 500);
    assert_eq!(capture.cause(reset), "injected");
    assert!(capture.confidence(reset) >= 90);
    assert_eq!(capture.text(reset, Field::Origin), "attacker");
    assert!(
        capture
            .text(reset, Field::Explanation)
            .contains(&format!("frame {answer}"))
    );
}

#[test]
fn reset_whose_true_sender_never_got_the_request_is_firewall() {
    let mut capture = Capture::new();
    let reset = request_and_reset(&mut capture, 60, 5001);
    capture.wait(1000);
    // The server keeps the connection alive, and lacks what the filter stopped.
    capture.server(ACK, 5000, 1001, 0);
    assert_eq!(capture.cause(reset), "firewall");
    assert!(capture.confidence(reset) > 69);
}

#[test]
fn reset_of_another_distance_with_nothing_after_it_is_not_sure_either_way() {
    let mut capture = Capture::new();
    let reset = request_and_reset(&mut capture, 60, 5001);
    assert!(["firewall", "injected"].contains(&capture.cause(reset).as_str()));
    assert!(capture.confidence(reset) < 70);
}

#[test]
fn volley_at_guessed_numbers_is_injected_from_the_first_on() {
    let mut capture = Capture::new();
    let first = request_and_reset(&mut capture, 62, 5001);
    let second = capture.server(RST, 6461, 0, 0);
    let third = capture.server(RST, 9381, 0, 0);
    for reset in [first, second, third] {
        assert_eq!(capture.cause(reset), "injected", "frame {reset}");
        assert!(capture.confidence(reset) >= 70);
    }
}

#[test]
fn abort_ahead_of_lost_data_and_its_passive_repeats_are_no_volley() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 100);
    let abort = capture.server(RST_ACK, 5401, 1101, 0);
    capture.client(ACK, 1101, 5001, 100);
    let repeat = capture.server(RST, 5001, 0, 0);
    assert_ne!(capture.cause(abort), "injected");
    assert_ne!(capture.cause(repeat), "injected");
}

#[test]
fn ack_that_the_reset_overtook_is_no_sign_of_life() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 700);
    let reset = capture.server(RST_ACK, 5001, 1701, 0);
    capture.add_now(false, ACK, 5001, 1701, 0);
    assert_eq!(capture.cause(reset), "unread_data");
}

#[test]
fn guesses_that_both_sides_outlive_are_blind() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    let mut guesses = Vec::new();
    for k in 0..4 {
        guesses.push(capture.client(RST, 300_000 + k * 70_000, 0, 0));
    }
    capture.server(ACK, 5001, 1011, 10);
    capture.client(ACK, 1011, 5011, 10);
    capture.server(ACK, 5011, 1021, 10);
    for guess in guesses {
        assert_eq!(capture.cause(guess), "blind_reset", "frame {guess}");
    }
}

#[test]
fn late_answer_to_an_old_segment_is_no_blind_reset() {
    let mut capture = Capture::new();
    let reset = aborted_transfer(&mut capture);
    capture.server(ACK, 17_001, 1011, 1000);
    let repeat = capture.client(RST, 1011, 0, 0);
    for reset in [reset, repeat] {
        assert_ne!(capture.cause(reset), "blind_reset");
    }
}

#[test]
fn syn_that_the_host_accepts_as_well_is_injected() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    capture.server(SYN_ACK, 5000, 1001, 0);
    assert_eq!(capture.cause(reset), "injected");
}

#[test]
fn syn_that_is_accepted_when_it_comes_again_is_not_injected() {
    let mut capture = Capture::new();
    capture.client(SYN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    capture.wait(1000);
    capture.client(SYN, 1000, 0, 0);
    capture.server(SYN_ACK, 5000, 1001, 0);
    assert_ne!(capture.cause(reset), "injected");
}

/// A proxy at the server's address, whose other leg is from port 50000 to a backend on port 9000.
fn proxied(capture: &mut Capture, front_bytes: u32) -> (u32, u32) {
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, front_bytes);
    capture.client(ACK, 1011, 5001 + front_bytes, 0);
    capture.backend(SYN, 1000, 0, 0, true);
    capture.backend(SYN_ACK, 5000, 1001, 0, false);
    capture.backend(ACK, 1001, 5001, 10, true);
    capture.backend(ACK, 5001, 1011, 30, false);
    capture.backend(ACK, 1011, 5031, 0, true);
    let first = capture.backend(RST_ACK, 5031, 1011, 0, false);
    let second = capture.server(RST_ACK, 5001 + front_bytes, 1011, 0);
    (first, second)
}

#[test]
fn reset_just_after_that_of_the_other_leg_is_relayed() {
    let mut capture = Capture::new();
    let (first, second) = proxied(&mut capture, 30);
    assert_eq!(capture.cause(second), "relayed");
    assert!(
        capture
            .text(second, Field::Explanation)
            .contains(&format!("frame {first}"))
    );
}

#[test]
fn reset_after_other_bytes_than_the_other_leg_is_not_relayed() {
    let mut capture = Capture::new();
    let (_, second) = proxied(&mut capture, 31);
    assert_ne!(capture.cause(second), "relayed");
}

#[test]
fn client_that_aborts_two_connections_at_once_relays_nothing() {
    let mut capture = Capture::new();
    let mut resets = Vec::new();
    for port in [40_000, 40_001] {
        capture.client_port = port;
        capture.handshake();
        capture.client(ACK, 1001, 5001, 10);
        capture.server(ACK, 5001, 1011, 30);
        capture.client(ACK, 1011, 5031, 0);
    }
    for port in [40_000, 40_001] {
        capture.client_port = port;
        resets.push(capture.client(RST_ACK, 1011, 5031, 0));
    }
    for reset in resets {
        assert_ne!(capture.cause(reset), "relayed");
    }
}

/// A segment of the server under another address, in the sequence space of a live connection.
fn stranger(capture: &mut Capture, seq: u32) -> u32 {
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 30);
    capture.stranger(ACK, seq, 1011, 30, false);
    capture.stranger(RST, 1011, 0, 0, true)
}

#[test]
fn stranger_in_the_sequence_space_of_a_connection_is_untranslated() {
    let mut capture = Capture::new();
    let reset = stranger(&mut capture, 5031);
    assert_eq!(capture.cause(reset), "untranslated");
    assert!(
        capture
            .text(reset, Field::Explanation)
            .contains("10.0.0.2:80")
    );
}

#[test]
fn stranger_of_another_sequence_space_is_not_untranslated() {
    let mut capture = Capture::new();
    let reset = stranger(&mut capture, 2_000_000_000);
    assert_ne!(capture.cause(reset), "untranslated");
}

/// All is delivered, then an abort after so long a silence, whose IP identification is far off the count.
fn abort_that_breaks_the_count(linux: bool, silence_ms: i64) -> Capture {
    let mut capture = Capture::new();
    capture.syn_options.in_linux_order = linux;
    capture.handshake();
    for n in 0..4 {
        capture.client(ACK, 1001 + 10 * n, 5001 + 100 * n, 10);
        capture.server(ACK, 5001 + 100 * n, 1011 + 10 * n, 100);
    }
    capture.client(ACK, 1041, 5401, 0);
    capture.wait(silence_ms);
    capture.reset_identification = 20_000;
    capture.client(RST_ACK, 1041, 5401, 0);
    capture
}

#[test]
fn identification_off_the_count_speaks_for_injected_unless_other_connections_count_along() {
    let alternative = |capture: &Capture| capture.text(capture.frame, Field::Alternative);
    for (linux, silence_ms) in [(true, 10), (true, 10_000), (false, 10)] {
        let capture = abort_that_breaks_the_count(linux, silence_ms);
        assert_eq!(alternative(&capture), "injected", "{linux} {silence_ms}");
    }
    let capture = abort_that_breaks_the_count(false, 10_000);
    assert_eq!(capture.cause(capture.frame), "normal_close");
    assert_ne!(alternative(&capture), "injected");
}

/// Two requests, each followed by a reset that answers nothing, so far ahead of the server's numbers.
fn resets_ahead(first: u32, second: u32) -> Capture {
    let mut capture = Capture::new();
    capture.handshake();
    for ahead in [first, second] {
        capture.client(ACK, 1001, 5001, 50);
        capture.server(RST, 5001 + ahead, 0, 0);
        capture.wait(1000);
    }
    capture
}

#[test]
fn only_who_tries_another_number_guesses() {
    let guess = resets_ahead(100_000_000, 200_000_000);
    assert_eq!(guess.cause(guess.frame), "blind_reset");
    assert!(guess.confidence(guess.frame) >= 90);
    let constant = resets_ahead(100_000_000, 100_000_000);
    assert!(constant.confidence(constant.frame) < 70);
}
