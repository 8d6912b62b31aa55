//! Resets because a timer ran out, and near misses.

use rstanalysis::field::Field;
use rstanalysis::preference::{Preference, Value};

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

/// A new connection that is then idle for so many milliseconds.
fn idle(capture: &mut Capture, milliseconds: i64) {
    capture.client_port += 1;
    exchange(capture);
    capture.wait(milliseconds - 1);
}

/// The client breaks the silence, the reset answers from so many hops.
fn reset_on_use(capture: &mut Capture, hops: u8) -> u32 {
    let usual = capture.server_hops;
    capture.client(ACK, 1011, 5101, 10);
    capture.server_hops = hops;
    let reset = capture.server(RST, 5101, 0, 0);
    capture.server_hops = usual;
    reset
}

fn timer(capture: &Capture, reset: u32) -> Option<String> {
    match capture.report(reset).get(Field::IdleTimer) {
        Some(rstanalysis::report::Value::Text(name)) => Some(name.clone()),
        _ => None,
    }
}

#[test]
fn idle_reset_by_a_nearer_box_on_use_is_idle_timeout() {
    let mut capture = Capture::new();
    idle(&mut capture, 351_000);
    let reset = reset_on_use(&mut capture, 64);
    assert_eq!(capture.cause(reset), "idle_timeout");
    assert_eq!(capture.text(reset, Field::Origin), "middlebox");
    assert_eq!(
        timer(&capture, reset).as_deref(),
        Some("AWS NLB and NAT gateway 350 s")
    );
}

#[test]
fn idle_reset_by_the_host_itself_on_use_may_be_either() {
    let mut capture = Capture::new();
    idle(&mut capture, 351_000);
    let reset = reset_on_use(&mut capture, 62);
    assert!(capture.confidence(reset) < 70);
    let told = [
        capture.cause(reset),
        capture.text(reset, Field::Alternative),
    ];
    assert!(told.contains(&"idle_timeout".into()) && told.contains(&"no_connection".into()));
}

#[test]
fn idle_reset_out_of_silence_at_a_known_timer_is_idle_timeout() {
    let mut capture = Capture::new();
    idle(&mut capture, 240_300);
    let reset = capture.server(RST_ACK, 5101, 1011, 0);
    assert_eq!(capture.cause(reset), "idle_timeout");
    assert!(
        capture.confidence(reset) < 90,
        "one match makes no sure cause"
    );
    assert_eq!(
        timer(&capture, reset).as_deref(),
        Some("Azure load balancer 240 s")
    );
}

#[test]
fn idle_reset_out_of_silence_at_no_known_timer_is_not_idle_timeout_and_not_named() {
    let mut capture = Capture::new();
    idle(&mut capture, 200_000);
    let reset = capture.server(RST_ACK, 5101, 1011, 0);
    assert_ne!(capture.cause(reset), "idle_timeout");
    assert_eq!(timer(&capture, reset), None);
}

#[test]
fn idle_resets_of_both_sides_at_expiry_are_idle_timeout() {
    let mut capture = Capture::new();
    idle(&mut capture, 240_300);
    let first = capture.server(RST_ACK, 5101, 1011, 0);
    let second = capture.client(RST_ACK, 1011, 5101, 0);
    for reset in [first, second] {
        assert_eq!(capture.cause(reset), "idle_timeout");
        assert!(capture.confidence(reset) >= 80);
    }
    let revised = capture.session.recall(second, false);
    assert!(!revised.is_empty());
}

#[test]
fn idle_reset_after_an_unanswered_request_is_a_client_that_gave_up() {
    let mut capture = Capture::new();
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 0);
    capture.wait(60_000);
    let reset = capture.client(RST_ACK, 1011, 5001, 0);
    assert_eq!(capture.cause(reset), "app_abort");
}

#[test]
fn third_reset_after_the_same_silence_revises_the_first_two() {
    let mut capture = Capture::new();
    let mut resets = Vec::new();
    for _ in 0..3 {
        idle(&mut capture, 356_000);
        resets.push(reset_on_use(&mut capture, 62));
        capture.wait(5_000);
        if resets.len() == 2 {
            assert_eq!(capture.cause(resets[0]), "no_connection");
            assert_eq!(timer(&capture, resets[0]), None, "too far off for one");
        }
    }
    for reset in &resets {
        assert_eq!(capture.cause(*reset), "idle_timeout");
        assert!(timer(&capture, *reset).is_some());
    }
    let on_third = capture.session.recall(resets[2], true);
    assert_eq!(on_third.len(), 2, "its own verdict and a revision");
    let revised: Vec<_> = on_third[1]
        .items
        .iter()
        .filter(|(field, _)| *field == Field::Revises)
        .collect();
    assert_eq!(revised.len(), 2, "of both");
    assert_eq!(capture.number(resets[0], Field::RevisedBy), Some(resets[2]));
}

#[test]
fn resets_of_one_moment_after_the_same_silence_are_a_restart() {
    let mut capture = Capture::new();
    for port in 1..=4 {
        capture.client_port = 40000 + port;
        exchange(&mut capture);
    }
    capture.wait(400_000);
    let mut resets = Vec::new();
    for port in 1..=4 {
        capture.client_port = 40000 + port;
        resets.push(reset_on_use(&mut capture, 62));
    }
    for reset in resets {
        assert_eq!(capture.cause(reset), "no_connection");
    }
}

#[test]
fn silence_that_the_connection_had_outlived_is_no_idle_timeout() {
    // A heartbeat each minute, and then the server restarts: each connection notices at its next beat.
    let mut capture = Capture::new();
    let mut resets = Vec::new();
    for port in 0..3 {
        idle(&mut capture, 60_000);
        for beat in 0..3 {
            capture.client(ACK, 1011 + beat * 10, 5101 + beat * 10, 10);
            capture.server(ACK, 5101 + beat * 10, 1021 + beat * 10, 10);
            capture.client(ACK, 1021 + beat * 10, 5111 + beat * 10, 0);
            capture.wait(60_000 - 1);
        }
        capture.client(ACK, 1041, 5131, 10);
        resets.push(capture.server(RST, 5131, 0, 0));
        capture.wait(7_000 + port);
    }
    for reset in resets {
        assert_eq!(capture.cause(reset), "no_connection");
    }
}

#[test]
fn random_silences_are_named_in_less_than_two_percent_and_make_no_sure_cause() {
    // A linear congruential generator (Knuth's MMIX constants), the same everywhere.
    let mut state: u64 = 7;
    let mut random = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as i64
    };
    let (mut named, mut sure, total) = (0, 0, 3000);
    // All in one file: nor must many random silences make a habit.
    let mut capture = Capture::new();
    let mut resets = Vec::new();
    for round in 0..total {
        idle(&mut capture, 1000 + random() % 3_999_000);
        resets.push(if round % 2 == 0 {
            reset_on_use(&mut capture, 62)
        } else {
            capture.server(RST_ACK, 5101, 1011, 0)
        });
    }
    for reset in resets {
        named += usize::from(timer(&capture, reset).is_some());
        sure +=
            usize::from(capture.cause(reset) == "idle_timeout" && capture.confidence(reset) >= 80);
    }
    assert!(named * 50 < total, "{named} of {total}");
    assert_eq!(sure, 0);
}

#[test]
fn user_timers_are_named_and_mistakes_are_told() {
    let timers = Value::Text("200 office firewall; soon".into());
    let mut capture = Capture::with(Preference::IdleTimers, timers);
    idle(&mut capture, 200_000);
    let reset = capture.server(RST_ACK, 5101, 1011, 0);
    assert_eq!(
        timer(&capture, reset).as_deref(),
        Some("office firewall 200 s")
    );
    assert!(capture.text(reset, Field::Missing).contains("\"soon\""));
}

#[test]
fn cut_of_a_busy_connection_by_a_nearer_box_is_a_firewall() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    let reset = reset_on_use(&mut capture, 64);
    assert_eq!(capture.cause(reset), "firewall");
}

/// The client repeats so many bytes after growing intervals, then the server's next segment finds nobody.
fn lose(bytes: u32, capture: &mut Capture, seq: u32) -> u32 {
    for interval in [0, 300, 600, 1200, 2400] {
        capture.wait(interval);
        capture.client(ACK, seq, 5101, bytes);
    }
    capture.wait(60_000);
    capture.server(ACK, 5101, seq, 10);
    capture.client(RST, seq, 0, 0)
}

#[test]
fn first_large_segment_that_never_arrives_may_be_path_mtu() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    let reset = lose(1400, &mut capture, 1011);
    assert_eq!(capture.cause(reset), "path_mtu");
    assert!(capture.confidence(reset) <= 75);
    assert_eq!(
        capture.text(reset, Field::Alternative),
        "retransmission_timeout"
    );
}

#[test]
fn large_segments_that_had_arrived_before_are_no_path_mtu() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.client(ACK, 1011, 5101, 1400);
    capture.server(ACK, 5101, 2411, 0);
    let reset = lose(1400, &mut capture, 2411);
    assert_eq!(capture.cause(reset), "retransmission_timeout");
}

#[test]
fn segments_that_any_path_carries_are_no_path_mtu() {
    for (bytes, cause) in [(1220, "retransmission_timeout"), (1221, "path_mtu")] {
        let mut capture = Capture::new();
        exchange(&mut capture);
        let reset = lose(bytes, &mut capture, 1011);
        assert_eq!(capture.cause(reset), cause, "{bytes}");
    }
}

#[test]
fn client_that_gives_up_while_large_replies_are_lost_may_be_path_mtu() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.client(ACK, 1011, 5101, 10);
    for interval in [0, 300, 600, 1200, 2400] {
        capture.wait(interval);
        capture.server(ACK, 5101, 1021, 1400);
    }
    capture.wait(3_000);
    let reset = capture.client(RST_ACK, 1021, 5101, 0);
    assert_eq!(capture.cause(reset), "path_mtu");
}

#[test]
fn client_that_waits_in_vain_for_the_first_word_is_hardly_idle_timeout() {
    let mut capture = Capture::new();
    for port in 0..6 {
        capture.client_port = 41_000 + port;
        capture.handshake();
        capture.wait(5_000);
        capture.client(RST_ACK, 1001, 5001, 0);
    }
    let reset = capture.frame;
    assert!(capture.cause(reset) != "idle_timeout" || capture.confidence(reset) < 50);
}
