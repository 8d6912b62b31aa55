//! The session behind the opaque pointer, and the functions that C calls on it.

use std::ffi::{CStr, c_char};
use std::ptr;

use super::bindings::{
    RST_NO_EXPERT, rst_input, rst_item, rst_packet, rst_report, rst_reports, rst_session,
};
use super::contain::{contain, install_hook};
use super::fault::inject;
use super::preferences::current;
use super::texts::Texts;
use crate::application::inputs::{self, Value as Input};
use crate::decode::{RawSegment, decode};
use crate::field::{Field, INPUTS};
use crate::report::{Report, Value};
use crate::segment::{Application, Nanoseconds};
use crate::session::{Session, failure};

/// What the opaque pointer leads to: the session and what C has borrowed of it.
struct Handle {
    session: Session,
    lent: Lent,
}

/// Reports in C's form. The pointers in `reports` and `items` lead into this struct's own buffers.
#[derive(Default)]
struct Lent {
    texts: Texts,
    items: Vec<rst_item>,
    reports: Vec<rst_report>,
}

const NO_EXPERT: u16 = RST_NO_EXPERT as u16;

const NOTHING: rst_reports = rst_reports {
    reports: ptr::null(),
    count: 0,
};

/// Makes a session; NULL where that fails.
pub extern "C" fn session_new() -> *mut rst_session {
    install_hook();
    contain(|| {
        Box::into_raw(Box::new(Handle {
            session: Session::with(current()),
            lent: Lent::default(),
        }))
    })
    .map_or(ptr::null_mut(), <*mut Handle>::cast)
}

/// Frees a session that [`session_new`] made; NULL is allowed.
///
/// # Safety
/// `session` is NULL or came from [`session_new`] and was not freed.
pub unsafe extern "C" fn session_free(session: *mut rst_session) {
    if session.is_null() {
        return;
    }
    // SAFETY: by the contract above it is the Box that session_new gave away.
    let handle = unsafe { Box::from_raw(session.cast::<Handle>()) };
    let _ = contain(|| drop(handle));
}

/// The session, for what only reads it; none for NULL.
///
/// # Safety
/// `session` is NULL or came from [`session_new`], and nobody changes it meanwhile.
pub unsafe fn session_of<'a>(session: *const rst_session) -> Option<&'a Session> {
    // SAFETY: by the contract above; the glue calls from one thread only.
    unsafe { session.cast::<Handle>().as_ref() }.map(|handle| &handle.session)
}

/// Takes in one TCP layer of a frame. A failure is noted and shown on that frame.
///
/// # Safety
/// `session` came from [`session_new`]; `packet` and the bytes it points to live during the call.
pub unsafe extern "C" fn observe(session: *mut rst_session, packet: *const rst_packet) {
    // SAFETY: the glue passes a live session, and calls from one thread only.
    let handle = unsafe { &mut *session.cast::<Handle>() };
    // SAFETY: the glue passes the address of a packet on its stack.
    let packet = unsafe { &*packet };
    // SAFETY: read.c took both lengths from the captured bytes of the same buffers.
    let (ip, tcp) = unsafe {
        (
            elements(packet.ip, packet.ip_captured),
            elements(packet.tcp, packet.tcp_captured),
        )
    };
    // SAFETY: read.c filled so many elements of its array, whose texts belong to the frame's tree.
    let inputs = unsafe { elements(packet.inputs, packet.input_count) };
    let observed = contain(|| {
        inject("panic-observe", packet.frame);
        let application = handle.application(inputs);
        if let Some(segment) = decode(&raw_segment(packet, ip, tcp, application)) {
            handle.session.observe(&segment);
        }
    });
    if let Err(what) = observed {
        // If even that fails, the frame stays without a report.
        let _ = contain(|| handle.session.contain(packet.frame, what));
    }
}

/// What there is to show on the frame, lent until the session's next call.
///
/// # Safety
/// `session` came from [`session_new`].
pub unsafe extern "C" fn recall(
    session: *mut rst_session,
    frame: u32,
    provisional: bool,
) -> rst_reports {
    // SAFETY: the glue passes a live session, and calls from one thread only.
    let handle = unsafe { &mut *session.cast::<Handle>() };
    let recalled = contain(|| {
        let reports = handle.session.recall(frame, provisional);
        if !reports.is_empty() {
            inject("panic-recall", frame);
        }
        reports
    });
    let reports = recalled.unwrap_or_else(|what| vec![failure(&what)]);
    if reports.is_empty() {
        return NOTHING;
    }
    contain(|| handle.lent.lend(&reports)).unwrap_or(NOTHING)
}

/// # Safety
/// `start` is NULL or points to `length` elements that outlive the result.
unsafe fn elements<'a, T>(start: *const T, length: u32) -> &'a [T] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: by the contract above.
    unsafe { std::slice::from_raw_parts(start, length as usize) }
}

fn raw_segment<'a>(
    packet: &rst_packet,
    ip: &'a [u8],
    tcp: &'a [u8],
    application: Application,
) -> RawSegment<'a> {
    RawSegment {
        frame: packet.frame,
        layer: packet.layer,
        time: nanoseconds(packet.seconds, packet.nanoseconds),
        ip,
        tcp,
        tcp_offset: (packet.tcp_offset != u32::MAX).then_some(packet.tcp_offset),
        reported: packet.reported,
        link_source: packet.link_source,
        application,
    }
}

fn nanoseconds(seconds: i64, nanoseconds: i32) -> Nanoseconds {
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds.into())
}

impl Handle {
    fn application(&mut self, inputs: &[rst_input]) -> Application {
        if inputs.is_empty() {
            return Application::default();
        }
        let values = inputs.iter().filter_map(|input| {
            Some(Input {
                meaning: INPUTS.get(usize::from(input.input))?.meaning,
                number: input.number,
                // SAFETY: the glue's texts end with NUL and live during the call.
                text: unsafe { text(input.text) },
            })
        });
        let (mut application, name) = inputs::fold(values);
        application.server_name = name.and_then(|name| self.session.name(name));
        application
    }
}

/// # Safety
/// `start` is NULL or points to a text that ends with NUL and outlives the result.
unsafe fn text<'a>(start: *const c_char) -> &'a str {
    if start.is_null() {
        return "";
    }
    // SAFETY: by the contract above.
    let text = unsafe { CStr::from_ptr(start) };
    text.to_str().unwrap_or_default()
}

impl Lent {
    fn lend(&mut self, reports: &[Report]) -> rst_reports {
        self.reports.clear();
        self.items.clear();
        self.texts.clear();
        // Pointers into a vector hold only while it does not grow.
        self.items
            .reserve(reports.iter().map(|report| report.items.len()).sum());
        for report in reports {
            let start = self.items.len();
            for (field, value) in &report.items {
                let item = self.item(*field, value);
                self.items.push(item);
            }
            let lent = rst_report {
                heading: self.texts.lend(&report.heading),
                summary: self.texts.lend(&report.summary),
                note: self.texts.lend(&report.note),
                items: self.items[start..].as_ptr(),
                item_count: report.items.len(),
                expert: report.expert.map_or(NO_EXPERT, |expert| expert as u16),
            };
            self.reports.push(lent);
        }
        rst_reports {
            reports: self.reports.as_ptr(),
            count: self.reports.len(),
        }
    }

    fn item(&mut self, field: Field, value: &Value) -> rst_item {
        let (text, number) = match value {
            Value::Text(text) => (self.texts.lend(text), 0),
            Value::Unsigned(number) | Value::Frame(number) => (ptr::null(), i64::from(*number)),
            Value::Signed(number) => (ptr::null(), i64::from(*number)),
            Value::Boolean(yes) => (ptr::null(), i64::from(*yes)),
            Value::Duration(time) => (ptr::null(), *time),
        };
        rst_item {
            text,
            number,
            field: field as u16,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Expert;

    #[test]
    fn lent_reports_hold_what_the_report_says() {
        let mut report = Report::new(Expert::Problem, "firewall".into(), "a\0b".into());
        report.text(Field::Cause, "firewall");
        report.add(Field::TtlDifference, Value::Signed(-2));
        let mut lent = Lent::default();
        let reports = lent.lend(&[report.clone(), report]);
        assert_eq!(reports.count, 2);
        // SAFETY: `lent` is alive and unchanged since the call.
        let second = unsafe { &*reports.reports.add(1) };
        // SAFETY: as above; the text ends with NUL.
        let summary = unsafe { std::ffi::CStr::from_ptr(second.summary) };
        assert_eq!(summary, c"a");
        // SAFETY: as above; there are two items.
        let difference = unsafe { &*second.items.add(1) };
        assert_eq!((difference.number, second.item_count), (-2, 2));
        assert_eq!(second.expert, Expert::Problem as u16);
    }

    #[test]
    fn far_times_saturate() {
        assert_eq!(nanoseconds(i64::MAX, 5), i64::MAX);
        assert_eq!(nanoseconds(i64::MIN, 0), i64::MIN);
        assert_eq!(nanoseconds(1, 5), 1_000_000_005);
    }
}
