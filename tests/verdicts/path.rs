//! Resets that came another way than the host's packets.

use rstanalysis::field::Field;

use crate::capture::*;

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
fn parallel_routes_that_one_connection_takes_in_turn_are_no_firewall() {
    let take_in_turn = |hops: [u8; 2]| {
        let mut capture = Capture::new();
        capture.handshake();
        for n in 0..4 {
            capture.server_hops = hops[n as usize % 2];
            capture.client(ACK, 1001 + 10 * n, 5001 + 100 * n, 10);
            capture.server(ACK, 5001 + 100 * n, 1011 + 10 * n, 100);
        }
        capture.client(ACK, 1041, 5401, 10);
        capture.server_hops = 62;
        let reset = capture.server(RST, 5401, 0, 0);
        capture.text(reset, Field::Form)
    };
    assert_eq!(take_in_turn([62, 61]), "passive");
    assert_eq!(take_in_turn([61, 61]), "passive", "the handshake's");
    assert_eq!(take_in_turn([60, 60]), "foreign", "two hops off");
}

/// A connection to the host's port 80, then a SYN to port 81 and its reset, with other marks.
fn refused_with(
    linux: bool,
    marks: (u8, Option<u32>),
    marks_of_reset: (u8, Option<u32>),
) -> Capture {
    let mut capture = Capture::new();
    capture.syn_options.in_linux_order = linux;
    capture.marks = marks;
    capture.handshake();
    capture.server_port = 81;
    capture.client(SYN, 1000, 0, 0);
    capture.marks = marks_of_reset;
    capture.server(RST_ACK, 0, 1001, 0);
    capture
}

#[test]
fn reset_without_the_flow_label_that_linux_sets_is_firewall() {
    let capture = refused_with(true, (0, Some(77)), (0, Some(0)));
    assert_eq!(capture.cause(capture.frame), "firewall");
    assert_eq!(capture.text(capture.frame, Field::Form), "foreign");
}

#[test]
fn reset_without_a_flow_label_by_another_kernel_is_no_firewall_for_that() {
    let capture = refused_with(false, (0, Some(77)), (0, Some(0)));
    assert_eq!(capture.cause(capture.frame), "refused");
    assert!(capture.confidence(capture.frame) < 70, "nor sure");
    assert_eq!(capture.text(capture.frame, Field::Form), "passive");
}

#[test]
fn reset_with_a_flow_label_is_the_hosts_own() {
    let capture = refused_with(false, (0, Some(77)), (0, Some(78)));
    assert_eq!(capture.cause(capture.frame), "refused");
    assert!(capture.confidence(capture.frame) >= 90);
}

#[test]
fn dscp_that_linux_would_have_copied_speaks_for_a_firewall() {
    let of = |linux| refused_with(linux, (8, None), (0, None));
    let (linux, other) = (of(true), of(false));
    assert_eq!(linux.cause(linux.frame), "firewall");
    assert_eq!(other.cause(other.frame), "refused");
}
