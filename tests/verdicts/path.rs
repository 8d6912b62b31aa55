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
