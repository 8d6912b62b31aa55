//! The values of Wireshark's fields, folded into what a segment says.

use super::tls::Alert;
use super::{Application, Http};
use crate::field::InputMeaning;

/// One occurrence of a wanted field in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    /// What the field says.
    pub meaning: InputMeaning,
    /// Its number; 0 for texts.
    pub number: u64,
    /// Its text; empty for numbers.
    pub text: &'a str,
}

/// Folds the values of a frame, and gives back the server's name, where one of them is it. Of several
/// messages in a frame the last one counts: those before it are complete.
pub fn fold<'a>(values: impl Iterator<Item = Value<'a>>) -> (Application, Option<&'a str>) {
    let mut application = Application::default();
    let mut alert_level = 0;
    let mut name = None;
    let mut messages = 0_u8;
    for value in values {
        let small = u8::try_from(value.number).unwrap_or(u8::MAX);
        match value.meaning {
            InputMeaning::ReplyStatus => {
                messages = messages.saturating_add(1);
                let status = u16::try_from(value.number).unwrap_or(u16::MAX);
                application.http = Some(Http {
                    status: Some(status),
                    asks_head: false,
                    count: messages,
                });
            }
            InputMeaning::RequestMethod => {
                messages = messages.saturating_add(1);
                application.http = Some(Http {
                    status: None,
                    asks_head: value.text == "HEAD",
                    count: messages,
                });
            }
            InputMeaning::AlertLevel => alert_level = small,
            InputMeaning::AlertDescription => {
                application.alert = Some(Alert {
                    level: alert_level,
                    description: small,
                });
            }
            InputMeaning::Host => name = name.or(Some(value.text)),
            InputMeaning::ServerName => name = Some(value.text),
        }
    }
    (application, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(meaning: InputMeaning, number: u64, text: &str) -> Value<'_> {
        Value {
            meaning,
            number,
            text,
        }
    }

    #[test]
    fn last_message_of_a_frame_counts() {
        let parts = [
            value(InputMeaning::ReplyStatus, 304, ""),
            value(InputMeaning::ReplyStatus, 404, ""),
        ];
        let (application, name) = fold(parts.into_iter());
        assert_eq!((application.http.unwrap().status, name), (Some(404), None));
        let head = value(InputMeaning::RequestMethod, 0, "HEAD");
        assert!(fold([head].into_iter()).0.http.unwrap().asks_head);
    }

    #[test]
    fn name_in_the_client_hello_counts_more_than_the_host_header() {
        let parts = [
            value(InputMeaning::ServerName, 0, "a.example"),
            value(InputMeaning::Host, 0, "b.example"),
        ];
        assert_eq!(fold(parts.into_iter()).1, Some("a.example"));
        let turned = parts.into_iter().rev();
        assert_eq!(fold(turned).1, Some("a.example"));
    }

    #[test]
    fn alert_needs_its_description() {
        let level = value(InputMeaning::AlertLevel, 2, "");
        let description = value(InputMeaning::AlertDescription, 40, "");
        assert_eq!(fold([level].into_iter()).0.alert, None);
        let alert = fold([level, description].into_iter()).0.alert.unwrap();
        assert!(alert.is_fatal());
    }
}
