//! What Wireshark found above TCP, folded into what a segment says.

use super::hello::server_name;
use super::tls::Alert;
use super::{Application, Http, http};
use crate::field::Content;

/// One occurrence of a source in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What the bytes are.
    pub content: Content,
    /// The captured bytes from its start on; more may follow than belong to it.
    pub bytes: &'a [u8],
}

/// Folds the inputs of a frame into what its payload said, and gives back the server's name, where one of
/// them says it. Of several messages in a frame the last one counts: those before it are complete. The
/// name in a ClientHello counts more than that in a Host header. An alert of Wireshark's counts more than
/// the payload's: it may be decrypted.
pub fn fold<'a>(
    inputs: impl Iterator<Item = Input<'a>>,
    application: &mut Application,
) -> Option<&'a str> {
    let (mut host, mut hello) = (None, None);
    let mut messages = 0_u8;
    for input in inputs {
        match input.content {
            Content::Http => {
                let Some(start) = http::start(input.bytes) else {
                    continue;
                };
                messages = messages.saturating_add(1);
                application.http = Some(Http {
                    status: start.status,
                    asks_head: start.asks_head,
                    count: messages,
                });
                host = host.or(start.host);
            }
            Content::Tls => hello = hello.or_else(|| server_name(input.bytes)),
            Content::Alert => {
                if let [level, description, ..] = *input.bytes {
                    application.alert = Some(Alert { level, description });
                }
            }
        }
    }
    hello.or(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::hello::tests::client_hello;

    fn input(content: Content, bytes: &[u8]) -> Input<'_> {
        Input { content, bytes }
    }

    fn folded<'a>(inputs: impl Iterator<Item = Input<'a>>) -> (Application, Option<&'a str>) {
        let mut application = Application::default();
        let name = fold(inputs, &mut application);
        (application, name)
    }

    #[test]
    fn last_message_of_a_frame_counts() {
        let parts = [
            input(Content::Http, b"HTTP/1.1 304 Not Modified\r\n\r\n"),
            input(Content::Http, b"HTTP/1.1 404 Not Found\r\n\r\n"),
        ];
        let (application, name) = folded(parts.into_iter());
        let http = application.http.unwrap();
        assert_eq!((http.status, http.count, name), (Some(404), 2, None));
        let head = input(Content::Http, b"HEAD / HTTP/1.1\r\n\r\n");
        assert!(folded([head].into_iter()).0.http.unwrap().asks_head);
    }

    #[test]
    fn rest_of_a_message_is_none_of_its_own() {
        let rest = input(Content::Http, b"and so on, HTTP/1.1 200 OK\r\n");
        assert_eq!(folded([rest].into_iter()).0.http, None);
    }

    #[test]
    fn name_in_the_client_hello_counts_more_than_the_host_header() {
        let hello = client_hello("a.example");
        let parts = [
            input(Content::Tls, &hello),
            input(Content::Http, b"GET / HTTP/1.1\r\nHost: b.example\r\n\r\n"),
        ];
        assert_eq!(folded(parts.into_iter()).1, Some("a.example"));
        let turned = parts.into_iter().rev();
        assert_eq!(folded(turned).1, Some("a.example"));
    }

    #[test]
    fn alert_needs_its_description() {
        let level = input(Content::Alert, &[2]);
        assert_eq!(folded([level].into_iter()).0.alert, None);
        let whole = input(Content::Alert, &[2, 40, 9]);
        assert!(folded([whole].into_iter()).0.alert.unwrap().is_fatal());
    }

    #[test]
    fn alert_of_wireshark_counts_more_than_that_of_the_payload() {
        let mut application = Application::default();
        application.read_payload(&[21, 3, 3, 0, 2, 1, 0], 7);
        assert!(!application.alert.unwrap().is_fatal());
        fold([].into_iter(), &mut application);
        assert!(!application.alert.unwrap().is_fatal());
        fold(
            [input(Content::Alert, &[2, 40])].into_iter(),
            &mut application,
        );
        assert!(application.alert.unwrap().is_fatal());
    }
}
