//! What the applications said before the reset, and how little it takes to mislead.

use rstanalysis::application::{Application, Http};
use rstanalysis::field::Field;

use crate::capture::*;

/// TLS records with contents that say nothing.
fn records(list: &[(u8, usize)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, size) in list {
        bytes.extend([*kind, 3, 3, (*size >> 8) as u8, *size as u8]);
        bytes.extend(vec![2; *size]);
    }
    bytes
}

fn alert(level: u8, description: u8) -> Vec<u8> {
    vec![21, 3, 3, 0, 2, level, description]
}

/// Both sides' numbers, moved on by what they say.
struct Talk {
    capture: Capture,
    client: u32,
    server: u32,
}

impl Talk {
    fn new() -> Talk {
        let mut capture = Capture::new();
        capture.handshake();
        Talk {
            capture,
            client: 1001,
            server: 5001,
        }
    }

    fn client(&mut self, payload: &[u8]) -> u32 {
        let frame = self.capture.say(true, self.client, self.server, payload);
        self.client += payload.len() as u32;
        frame
    }

    fn server(&mut self, payload: &[u8]) -> u32 {
        let frame = self.capture.say(false, self.server, self.client, payload);
        self.server += payload.len() as u32;
        frame
    }

    fn client_hello(&mut self) {
        let mut hello = records(&[(22, 200)]);
        hello[5] = 1;
        self.capture.says.server_name = self.capture.session.name("shop.example");
        self.client(&hello);
    }

    /// As far as the server's flight.
    fn tls13_flight(&mut self) {
        self.client_hello();
        self.server(&records(&[(22, 90), (20, 1), (23, 900), (23, 69)]));
    }

    fn tls13(&mut self) {
        self.tls13_flight();
        self.client(&records(&[(20, 1), (23, 69)]));
        self.client(&records(&[(23, 300)]));
        self.server(&records(&[(23, 230)]));
        self.server(&records(&[(23, 1000)]));
    }

    fn tls12(&mut self) {
        self.client_hello();
        self.server(&records(&[(22, 90), (22, 900), (22, 4)]));
        self.client(&records(&[(22, 66), (20, 1), (22, 40)]));
        self.server(&records(&[(20, 1), (22, 40)]));
        self.client(&records(&[(23, 300)]));
        self.server(&records(&[(23, 1000)]));
    }

    fn client_acks(&mut self) {
        self.capture.client(ACK, self.client, self.server, 0);
    }

    fn server_acks(&mut self) {
        self.capture.server(ACK, self.server, self.client, 0);
    }

    fn client_resets(&mut self) -> u32 {
        self.capture.client(RST_ACK, self.client, self.server, 0)
    }

    fn server_resets(&mut self) -> u32 {
        self.capture.server(RST_ACK, self.server, self.client, 0)
    }

    /// The server closes, and what the client then says finds nobody.
    fn server_is_gone(&mut self, late: &[u8]) -> u32 {
        self.capture.server(FIN, self.server, self.client, 0);
        self.server += 1;
        self.client(late);
        self.capture.server(RST, self.server, 0, 0)
    }

    fn http(&mut self, http: Http) {
        self.capture.says = Application {
            http: Some(http),
            ..Application::default()
        };
    }
}

#[test]
fn handshake_fatal_alert_is_tls_failure_with_its_name_and_the_servers() {
    let mut talk = Talk::new();
    talk.tls13_flight();
    talk.client(&alert(2, 48));
    let reset = talk.client_resets();
    assert_eq!(talk.capture.cause(reset), "tls_failure");
    assert!(talk.capture.confidence(reset) >= 90);
    let explanation = talk.capture.text(reset, Field::Explanation);
    assert!(explanation.contains("unknown_ca"), "{explanation}");
    assert!(explanation.contains("shop.example"), "{explanation}");
}

#[test]
fn handshake_alert_of_the_other_side_is_tls_failure() {
    let mut talk = Talk::new();
    talk.client_hello();
    talk.server(&alert(2, 40));
    let reset = talk.client_resets();
    assert_eq!(talk.capture.cause(reset), "tls_failure");
}

#[test]
fn handshake_encrypted_alert_where_finished_is_due_is_tls_failure() {
    let mut talk = Talk::new();
    talk.tls13_flight();
    talk.client(&records(&[(20, 1), (23, 19)]));
    let reset = talk.client_resets();
    assert_eq!(talk.capture.cause(reset), "tls_failure");
}

#[test]
fn handshake_client_certificate_rejected_after_finished_is_tls_failure() {
    let mut talk = Talk::new();
    talk.tls13_flight();
    talk.client(&records(&[(20, 1), (23, 25), (23, 69)]));
    talk.server(&records(&[(23, 19)]));
    let reset = talk.server_is_gone(&records(&[(23, 97)]));
    assert_eq!(talk.capture.cause(reset), "tls_failure");
}

#[test]
fn handshake_broken_off_without_an_alert_names_the_abort_too() {
    let mut talk = Talk::new();
    talk.tls13_flight();
    talk.client_acks();
    let reset = talk.client_resets();
    assert_eq!(talk.capture.cause(reset), "tls_failure");
    assert!(talk.capture.confidence(reset) < 70);
    assert_eq!(talk.capture.text(reset, Field::Alternative), "app_abort");
}

#[test]
fn established_close_notify_of_tls13_is_no_tls_failure() {
    for tls12 in [false, true] {
        let mut talk = Talk::new();
        if tls12 {
            talk.tls12()
        } else {
            talk.tls13()
        }
        talk.client_acks();
        talk.client(&records(if tls12 { &[(21, 26)] } else { &[(23, 19)] }));
        talk.server_acks();
        let reset = talk.client_resets();
        assert_eq!(talk.capture.cause(reset), "normal_close", "{tls12}");
    }
}

#[test]
fn established_close_notify_then_late_data_is_data_after_close() {
    for tls12 in [false, true] {
        let mut talk = Talk::new();
        if tls12 {
            talk.tls12()
        } else {
            talk.tls13()
        }
        talk.server(&records(if tls12 { &[(21, 26)] } else { &[(23, 19)] }));
        let reset = talk.server_is_gone(&records(&[(23, 300)]));
        assert_eq!(talk.capture.cause(reset), "data_after_close", "{tls12}");
        assert!(talk.capture.confidence(reset) >= 90);
    }
}

#[test]
fn tls_health_check_that_says_close_notify_after_finished_is_no_tls_failure() {
    let mut talk = Talk::new();
    talk.tls13_flight();
    talk.client(&records(&[(20, 1), (23, 69)]));
    talk.client(&records(&[(23, 19)]));
    talk.server(&records(&[(23, 19)]));
    let reset = talk.client_resets();
    assert_ne!(talk.capture.cause(reset), "tls_failure");
}

#[test]
fn handshake_warning_that_goes_on_is_no_tls_failure() {
    let mut talk = Talk::new();
    talk.client_hello();
    talk.server(&alert(1, 112));
    talk.server(&records(&[(22, 90), (22, 900), (22, 4)]));
    talk.client(&records(&[(22, 66), (20, 1), (22, 40)]));
    talk.server(&records(&[(20, 1), (22, 40)]));
    talk.client(&records(&[(23, 300)]));
    let reset = talk.server_resets();
    assert_ne!(talk.capture.cause(reset), "tls_failure");
}

#[test]
fn mid_capture_record_of_an_alerts_size_is_no_tls_failure() {
    let mut talk = Talk {
        capture: Capture::new(),
        client: 1001,
        server: 5001,
    };
    talk.client(&records(&[(23, 300)]));
    talk.server(&records(&[(23, 19)]));
    let reset = talk.client_resets();
    assert_ne!(talk.capture.cause(reset), "tls_failure");
}

#[test]
fn alert_in_another_connection_is_no_tls_failure_here() {
    let mut talk = Talk::new();
    talk.tls13_flight();
    talk.client(&alert(2, 48));
    talk.capture.client_port += 1;
    talk.capture.handshake();
    (talk.client, talk.server) = (1001, 5001);
    talk.client(&[b'x'; 100]);
    let reset = talk.client_resets();
    assert_ne!(talk.capture.cause(reset), "tls_failure");
}

#[test]
fn alert_long_before_the_reset_is_no_sure_tls_failure() {
    let mut talk = Talk::new();
    talk.tls13_flight();
    talk.client(&alert(2, 48));
    talk.server_acks();
    talk.capture.wait(60_000);
    let reset = talk.server_resets();
    assert!(talk.capture.cause(reset) != "tls_failure" || talk.capture.confidence(reset) < 90);
}

fn post(talk: &mut Talk, segments: usize) {
    for _ in 0..segments {
        talk.client(&[b'x'; 1000]);
    }
}

#[test]
fn upload_refused_by_413_and_reset_is_early_response() {
    let mut talk = Talk::new();
    post(&mut talk, 3);
    talk.http(http_reply(413));
    let answer = talk.server(&[b'x'; 100]);
    post(&mut talk, 1);
    let reset = talk.server_resets();
    assert_eq!(talk.capture.cause(reset), "early_response");
    assert!(talk.capture.confidence(reset) >= 90);
    let explanation = talk.capture.text(reset, Field::Explanation);
    assert!(explanation.contains("413") && explanation.contains(&format!("frame {answer}")));
}

#[test]
fn upload_refused_then_closed_is_early_response_at_the_next_data() {
    let mut talk = Talk::new();
    post(&mut talk, 3);
    talk.http(http_reply(302));
    talk.server(&[b'x'; 100]);
    let reset = talk.server_is_gone(&[b'x'; 1000]);
    assert_eq!(talk.capture.cause(reset), "early_response");
}

#[test]
fn upload_complete_before_the_refusal_is_no_early_response() {
    let mut talk = Talk::new();
    post(&mut talk, 3);
    talk.http(http_request());
    post(&mut talk, 1);
    talk.http(http_reply(413));
    talk.server(&[b'x'; 100]);
    let reset = talk.server_resets();
    assert_ne!(talk.capture.cause(reset), "early_response");
}

#[test]
fn upload_answered_by_200_or_100_is_no_early_response() {
    for status in [100, 200] {
        let mut talk = Talk::new();
        post(&mut talk, 3);
        talk.http(http_reply(status));
        talk.server(&[b'x'; 100]);
        post(&mut talk, 1);
        let reset = talk.server_resets();
        assert_ne!(talk.capture.cause(reset), "early_response", "{status}");
    }
}

#[test]
fn mid_capture_request_whose_start_is_missing_is_no_early_response() {
    let mut talk = Talk {
        capture: Capture::new(),
        client: 1001,
        server: 5001,
    };
    post(&mut talk, 2);
    talk.http(http_reply(404));
    talk.server(&[b'x'; 100]);
    let reset = talk.server_resets();
    assert_ne!(talk.capture.cause(reset), "early_response");
}

#[test]
fn cut_capture_in_which_no_request_can_be_put_together_is_no_early_response() {
    let mut talk = Talk::new();
    talk.capture.says.payload_cut = true;
    talk.capture.client(ACK, 1001, 5001, 1000);
    talk.client = 2001;
    talk.http(http_reply(404));
    talk.server(&[b'x'; 100]);
    let reset = talk.server_resets();
    assert_ne!(talk.capture.cause(reset), "early_response");
}

#[test]
fn cut_capture_that_shows_the_requests_length_is_early_response() {
    let mut talk = Talk::new();
    talk.client(b"POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\n");
    talk.capture.says.payload_cut = true;
    talk.capture.client(ACK, talk.client, 5001, 1000);
    talk.client += 1000;
    talk.http(http_reply(404));
    talk.server(&[b'x'; 100]);
    post(&mut talk, 1);
    let reset = talk.server_resets();
    assert_eq!(talk.capture.cause(reset), "early_response");
}

#[test]
fn quit_and_221_then_a_reset_is_normal_close() {
    let mut talk = Talk::new();
    talk.server(b"220 ready\r\n");
    talk.client(b"QUIT\r\n");
    talk.server(b"221 Goodbye.\r\n");
    talk.client_acks();
    let reset = talk.client_resets();
    assert_eq!(talk.capture.cause(reset), "normal_close");
    assert!(talk.capture.confidence(reset) >= 90);
}

#[test]
fn goodbye_of_a_client_that_resets_at_once_is_no_abort() {
    for goodbye in [&b"QUIT\r\n"[..], &[1, 0, 0, 0, 1], b"X\0\0\0\x04"] {
        let mut talk = Talk::new();
        talk.client(b"select 1");
        talk.server(b"1");
        talk.client(goodbye);
        let reset = talk.client_resets();
        assert_eq!(talk.capture.cause(reset), "normal_close", "{goodbye:?}");
    }
}

#[test]
fn goodbye_that_was_not_the_last_word_is_no_normal_close() {
    let mut talk = Talk::new();
    talk.client(b"QUIT\r\n");
    talk.server(b"221 Goodbye.\r\n");
    talk.server(b"220 ready\r\n");
    talk.client(b"MAIL FROM:<anna@example.com>\r\n");
    talk.server_acks();
    let reset = talk.client_resets();
    assert_ne!(talk.capture.cause(reset), "normal_close");
}

/// A reply whose head promises this many bytes.
fn reply_of(length: u32) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nhello").into_bytes()
}

fn asked() -> Talk {
    let mut talk = Talk::new();
    talk.http(http_request());
    talk.client(&[b'x'; 100]);
    talk
}

#[test]
fn reply_short_of_its_length_is_cancelled_by_the_client_and_aborted_by_the_server() {
    for by_client in [true, false] {
        let mut talk = asked();
        talk.server(&reply_of(50_000));
        talk.server(&[b'x'; 1000]);
        talk.client_acks();
        let (reset, cause) = if by_client {
            (talk.client_resets(), "cancelled")
        } else {
            (talk.server_resets(), "app_abort")
        };
        assert_eq!(talk.capture.cause(reset), cause);
    }
}

#[test]
fn reply_to_head_is_complete_without_its_length() {
    let mut talk = Talk::new();
    talk.http(Http {
        asks_head: true,
        count: 1,
        ..http_request()
    });
    talk.client(&[b'x'; 100]);
    talk.http(http_reply(200));
    talk.server(&reply_of(50_000));
    talk.client_acks();
    let reset = talk.client_resets();
    assert_eq!(talk.capture.cause(reset), "normal_close");
}

#[test]
fn reply_that_wireshark_never_shows_is_incomplete_but_not_in_a_cut_capture() {
    for cut in [false, true] {
        let mut talk = asked();
        talk.capture.says.payload_cut = cut;
        talk.capture.server(ACK, 5001, talk.client, 1000);
        talk.server = 6001;
        talk.client_acks();
        let reset = talk.client_resets();
        let says_incomplete = talk.capture.report(reset).items.iter().any(|(_, value)| {
            matches!(value, rstanalysis::report::Value::Text(text) if text.contains("not complete"))
        });
        assert_eq!(says_incomplete, !cut);
    }
}
