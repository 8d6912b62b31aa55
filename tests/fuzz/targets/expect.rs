//! What must hold for any file.

use rstanalysis::field::Field;
use rstanalysis::report::{Report, Value};
use rstanalysis::segment::Segment;
use rstanalysis::session::Session;

/// No text is longer: Wireshark shows 240 bytes of a line, and the longest explanation quotes a few names.
const LONGEST_TEXT: usize = 2000;

/// Observes a segment, and shows its frame as Wireshark does while it reads the file.
pub fn observe(session: &mut Session, segment: &Segment) {
    session.observe(segment);
    session.recall(segment.frame, true).iter().for_each(check);
    session.annotate(segment.frame, true, &mut String::new());
}

/// Shows all frames again, up to this one, as Wireshark does afterwards.
pub fn show_all(session: &Session, last: u32) {
    for frame in 0..=last + 1 {
        let reports = session.recall(frame, false);
        reports.iter().for_each(check);
        assert_eq!(reports, session.recall(frame, false), "frame {frame}");
        assert!(
            session.speaks_of(frame) == !reports.is_empty(),
            "frame {frame}"
        );
    }
}

/// Packets write into our texts: they must be safe to print anywhere, and short.
fn check(report: &Report) {
    let texts = report.items.iter().filter_map(|(_, value)| match value {
        Value::Text(text) => Some(text),
        _ => None,
    });
    for text in texts.chain([&report.summary]) {
        assert!(text.len() <= LONGEST_TEXT, "{} bytes: {text}", text.len());
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    let percent = |field| match report.get(field) {
        Some(Value::Unsigned(percent)) => *percent,
        _ => 0,
    };
    let [best, second] = [Field::Confidence, Field::AlternativeConfidence].map(percent);
    assert!(
        best >= second && best + second <= 100,
        "{best} and {second}"
    );
}
