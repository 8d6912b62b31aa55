//! What resets say of themselves, and when that is not believed; segments that break the rules of TCP.

use rstanalysis::field::Field;
use rstanalysis::options::MultipathEnd;
use rstanalysis::report::Value;
use rstanalysis::segment::Options;

use crate::capture::*;

/// A connection in mid-exchange; client next at 1021, server at 5101, the client spoke last.
fn exchange(capture: &mut Capture) {
    capture.handshake();
    capture.client(ACK, 1001, 5001, 10);
    capture.server(ACK, 5001, 1011, 100);
    capture.client(ACK, 1011, 5101, 10);
}

fn claim_in_mid_exchange(claim: &'static [u8]) -> (Capture, u32) {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.claim = claim;
    let reset = capture.server(RST_ACK, 5101, 1021, 0);
    (capture, reset)
}

fn claim_after_syn(claim: &'static [u8]) -> (Capture, u32) {
    let mut capture = Capture::new();
    capture.baseline();
    capture.client(SYN, 1000, 0, 0);
    capture.claim = claim;
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    (capture, reset)
}

#[test]
fn syn_sent_reset_that_names_its_pool_is_no_service_at_eighty_at_most() {
    let (capture, reset) = claim_after_syn(b"BIG-IP: [0x2664c65:2618] No pool member available");
    assert_eq!(capture.cause(reset), "no_service");
    assert!((70..=80).contains(&capture.confidence(reset)));
    assert_eq!(
        capture.text(reset, Field::Claim),
        "No pool member available"
    );
    assert_eq!(capture.number(reset, Field::ClaimCode), Some(2618));
    assert_eq!(capture.text(reset, Field::ClaimVendor), "F5 BIG-IP");
    assert!(capture.text(reset, Field::Missing).contains("log"));
}

#[test]
fn syn_sent_reset_that_names_its_pool_but_comes_from_elsewhere_is_firewall() {
    let mut capture = Capture::new();
    capture.baseline();
    capture.client(SYN, 1000, 0, 0);
    capture.claim = b"BIG-IP: [0x2664c65:2618] No pool member available";
    capture.server_hops = 64;
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert_eq!(capture.cause(reset), "firewall");
    assert_eq!(
        capture.text(reset, Field::Claim),
        "No pool member available",
        "still shown"
    );
}

#[test]
fn syn_sent_reset_without_claim_is_never_no_service_or_limit() {
    let (capture, reset) = claim_after_syn(b"");
    assert_eq!(capture.cause(reset), "refused");
    assert_eq!(capture.report(reset).get(Field::Claim), None);
}

#[test]
fn syn_sent_reset_that_names_no_listener_is_refused_more_surely() {
    let (capture, reset) = claim_after_syn(b"BIG-IP: [0x235ef8f:2618] No local listener");
    let (without, plain) = claim_after_syn(b"");
    assert_eq!(capture.cause(reset), "refused");
    assert!(capture.confidence(reset) > without.confidence(plain));
    assert!(capture.confidence(reset) <= 80);
}

#[test]
fn established_reset_that_names_a_limit_is_resource_limit() {
    for claim in [
        &b"Connection limit exceeded"[..],
        &[0x33, 0xaa, 0, 10, 0, 0, 0, 0],
    ] {
        let (capture, reset) = claim_in_mid_exchange(claim);
        assert_eq!(capture.cause(reset), "resource_limit", "{claim:?}");
        assert!(capture.confidence(reset) <= 80);
    }
}

#[test]
fn established_reset_that_names_no_flow_is_no_connection_though_it_looks_active() {
    let (capture, reset) = claim_in_mid_exchange(b"BIG-IP: [0x2664c65:2574] No flow found for ACK");
    assert_eq!(capture.text(reset, Field::Form), "active");
    assert_eq!(capture.cause(reset), "no_connection");
    let (capture, plain) = claim_in_mid_exchange(b"");
    assert_ne!(capture.cause(plain), "no_connection");
}

#[test]
fn established_reset_that_names_a_policy_is_firewall() {
    let (capture, reset) = claim_in_mid_exchange(b"BIG-IP: [0x2664c65:2574] Policy action");
    assert_eq!(capture.cause(reset), "firewall");
    assert!(capture.confidence(reset) <= 80);
    assert!(
        capture
            .text(reset, Field::Explanation)
            .contains("Policy action")
    );
}

#[test]
fn idle_reset_that_names_an_expired_flow_is_idle_timeout_only_after_a_silence() {
    for (minutes, expected) in [(5, true), (0, false)] {
        let mut capture = Capture::new();
        exchange(&mut capture);
        capture.server(ACK, 5101, 1021, 10);
        capture.client(ACK, 1021, 5111, 0);
        capture.wait(minutes * 60_000 + 5);
        capture.claim = b"BIG-IP: [0x2409a71:704] Flow expired (sweeper) (idle timeout)";
        let reset = capture.server(RST_ACK, 5111, 1021, 0);
        assert_eq!(capture.cause(reset) == "idle_timeout", expected);
        assert!(capture.confidence(reset) <= 80);
    }
}

#[test]
fn established_reset_whose_sender_goes_on_is_not_believed() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.claim = b"No pool member available";
    let reset = capture.server(RST_ACK, 5101, 1021, 0);
    assert_eq!(capture.cause(reset), "no_service");
    capture.server(ACK, 5101 + 24, 1021, 500);
    assert_ne!(capture.cause(reset), "no_service");
}

#[test]
fn established_reset_outside_the_window_is_not_believed() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.claim = b"No pool member available";
    let reset = capture.server(RST_ACK, 900_000, 1021, 0);
    assert_ne!(capture.cause(reset), "no_service");
}

#[test]
fn established_reset_with_strange_bytes_says_nothing() {
    for claim in [
        &b"\x1b[2J\x07\x00\xff\xfe"[..],
        &[0x33, 0xaa, 0, 10, 0, 0, 0],
        &[0x17, 3, 3, 0, 19, 1, 2, 3, 4],
    ] {
        let (capture, reset) = claim_in_mid_exchange(claim);
        assert_eq!(capture.report(reset).get(Field::Claim), None, "{claim:?}");
    }
}

#[test]
fn established_reset_of_any_length_of_text_keeps_explanations_short() {
    for claim in [
        &[b"pool member ".as_slice(); 20].concat(),
        &[b"limit exceeded ".as_slice(); 17].concat(),
        &[b"policy ".as_slice(); 30].concat(),
        &[b"no flow found ".as_slice(); 18].concat(),
    ] {
        let (capture, reset) = claim_in_mid_exchange(claim.clone().leak());
        // report() checks the length.
        assert_ne!(capture.cause(reset), "unknown");
    }
}

#[test]
fn window_code_far_from_all_windows_is_a_claim() {
    for window in [500, 8190] {
        let mut capture = Capture::new();
        capture.window = window;
        exchange(&mut capture);
        capture.server(ACK, 5101, 1021, 0);
        capture.reset_window = 9401;
        let reset = capture.server(RST_ACK, 5101, 1021, 0);
        assert_eq!(capture.number(reset, Field::ClaimCode), Some(9401));
        assert_eq!(capture.text(reset, Field::ClaimVendor), "Citrix NetScaler");
        assert_eq!(capture.cause(reset), "resource_limit");
    }
}

#[test]
fn window_code_near_a_window_that_moves_is_a_window() {
    let mut capture = Capture::new();
    capture.window = 9100;
    exchange(&mut capture);
    capture.window = 9350;
    capture.server(ACK, 5101, 1021, 0);
    capture.reset_window = 9401;
    let reset = capture.server(RST_ACK, 5101, 1021, 0);
    assert_eq!(capture.report(reset).get(Field::Claim), None);
}

fn multipath(multipath_end: Option<MultipathEnd>) -> Options {
    Options {
        any: true,
        multipath: true,
        multipath_end,
        ..Options::default()
    }
}

#[test]
fn multipath_join_refused_is_mptcp_with_its_reason() {
    let mut capture = Capture::new();
    capture.baseline();
    capture.options = multipath(None);
    capture.client(SYN, 1000, 0, 0);
    capture.options = multipath(Some(MultipathEnd::Subflow {
        transient: true,
        reason: 3,
    }));
    let reset = capture.server(RST_ACK, 0, 1001, 0);
    assert_eq!(capture.cause(reset), "mptcp");
    assert_eq!(capture.number(reset, Field::ClaimCode), Some(3));
    let explanation = capture.text(reset, Field::Explanation);
    assert!(
        explanation.contains("administratively prohibited, may pass"),
        "{explanation}"
    );
}

#[test]
fn multipath_fast_close_is_mptcp() {
    let mut capture = Capture::new();
    for _ in 0..2 {
        capture.options = multipath(None);
        exchange(&mut capture);
    }
    capture.options = multipath(Some(MultipathEnd::Connection));
    let reset = capture.client(RST_ACK, 1021, 5101, 0);
    assert_eq!(capture.cause(reset), "mptcp");
    assert!(
        capture
            .text(reset, Field::Explanation)
            .contains("fast close")
    );
}

#[test]
fn multipath_option_in_a_connection_without_multipath_is_not_mptcp() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.options = multipath(Some(MultipathEnd::Connection));
    let reset = capture.client(RST_ACK, 1021, 5101, 0);
    assert_ne!(capture.cause(reset), "mptcp");
}

fn illegal() -> Options {
    Options {
        illegal: true,
        ..Options::default()
    }
}

#[test]
fn established_reset_of_a_segment_with_an_illegal_option_is_malformed() {
    for flags in [RST, RST_ACK] {
        let mut capture = Capture::new();
        exchange(&mut capture);
        capture.server(ACK, 5101, 1021, 0);
        capture.options = illegal();
        let broken = capture.client(ACK, 1021, 5101, 10);
        let reset = match flags {
            RST => capture.server(RST, 5101, 0, 0),
            _ => capture.server(RST_ACK, 5101, 1031, 0),
        };
        assert_eq!(capture.cause(reset), "malformed", "flags {flags:#x}");
        assert!(capture.confidence(reset) <= 85);
        let explanation = capture.text(reset, Field::Explanation);
        assert!(
            explanation.contains(&format!("frame {broken}")),
            "{explanation}"
        );
    }
}

#[test]
fn established_reset_long_after_a_malformed_segment_is_not_malformed() {
    let mut capture = Capture::new();
    exchange(&mut capture);
    capture.options = illegal();
    capture.client(ACK, 1021, 5101, 10);
    capture.server(ACK, 5101, 1031, 100);
    capture.client(ACK, 1031, 5201, 10);
    let reset = capture.server(RST_ACK, 5201, 1041, 0);
    assert_ne!(capture.cause(reset), "malformed");
}

#[test]
fn syn_sent_reset_of_a_syn_ack_that_echoes_another_timestamp_is_malformed() {
    let stamped = |echo| Options {
        any: true,
        timestamp: Some(1000),
        echo: Some(echo),
        ..Options::default()
    };
    for (echo, malformed) in [(77, true), (1000, false)] {
        let mut capture = Capture::new();
        capture.options = stamped(0);
        capture.client(SYN, 1000, 0, 0);
        capture.options = stamped(echo);
        capture.server(SYN_ACK, 5000, 1001, 0);
        let reset = capture.client(RST, 1001, 0, 0);
        assert_eq!(capture.cause(reset) == "malformed", malformed, "{echo}");
    }
}

#[test]
fn closed_reset_of_syn_and_fin_is_rather_a_closed_port() {
    let mut capture = Capture::new();
    capture.baseline();
    capture.client(SYN | FIN, 1000, 0, 0);
    let reset = capture.server(RST_ACK, 0, 1002, 0);
    assert!(
        capture.confidence(reset) < 70,
        "{} at {}",
        capture.cause(reset),
        capture.confidence(reset)
    );
}

#[test]
fn established_reset_that_passes_on_another_shows_what_it_says() {
    let (capture, reset) =
        claim_in_mid_exchange(b"BIG-IP: [0x31ae141:4666] {peer} TCP RST from remote system");
    let claim = Value::Text("{peer} TCP RST from remote system".into());
    assert_eq!(capture.report(reset).get(Field::Claim), Some(&claim));
    assert!(capture.confidence(reset) <= 80);
}
