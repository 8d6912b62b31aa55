//! The session behind the opaque pointer, and the functions that C calls on it.

use std::ffi::c_char;
use std::ptr;

use super::bindings::{rst_input, rst_packet, rst_reports, rst_session};
use super::contain::{NO_FRAME, contain};
use super::lent::{Lent, NOTHING};
use super::preferences::current;
use crate::application::inputs::{self, Input};
use crate::decode::{RawSegment, decode};
use crate::field::SOURCES;
use crate::segment::{Application, Nanoseconds};
use crate::session::{Session, annotate_failure, failure};

/// What the opaque pointer leads to: the session and what C has borrowed of it.
struct Handle {
    session: Session,
    lent: Lent,
}

/// Makes a session; NULL where that fails.
pub extern "C" fn session_new() -> *mut rst_session {
    contain("session_new", NO_FRAME, || {
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
    let _ = contain("session_free", NO_FRAME, || drop(handle));
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
    // SAFETY: read.c filled so many elements of its array, whose bytes belong to the frame's tree.
    let inputs = unsafe { elements(packet.inputs, packet.input_count) };
    let observed = contain("observe", packet.frame, || {
        // Changed where it stands: a segment is too large to be moved for each packet.
        let mut decoded = decode(&raw_segment(packet, ip, tcp));
        if let Some(segment) = &mut decoded {
            if !inputs.is_empty() {
                handle.hear(inputs, &mut segment.application);
            }
            handle.session.observe(segment);
        }
    });
    if let Err(what) = observed {
        // If even that fails, the frame stays without a report.
        let _ = contain("observe.failure", packet.frame, || {
            handle.session.contain(packet.frame, what);
        });
    }
}

/// Whether there is anything to show on the frame. Where that fails, who shows it finds out.
///
/// # Safety
/// `session` came from [`session_new`].
pub unsafe extern "C" fn speaks_of(session: *const rst_session, frame: u32) -> bool {
    // SAFETY: by the contract above.
    let session = unsafe { session_of(session) };
    contain("speaks_of", frame, || {
        session.is_some_and(|session| session.speaks_of(frame))
    })
    .unwrap_or(true)
}

/// What the frame's row in the packet list has to say, lent until the session's next call; NULL for nothing.
///
/// # Safety
/// `session` came from [`session_new`].
pub unsafe extern "C" fn annotate(
    session: *mut rst_session,
    frame: u32,
    provisional: bool,
) -> *const c_char {
    // SAFETY: the glue passes a live session, and calls from one thread only.
    let handle = unsafe { &mut *session.cast::<Handle>() };
    let annotated = contain("annotate", frame, || {
        let row = handle.lent.row();
        handle.session.annotate(frame, provisional, row);
    });
    contain("annotate.lend", frame, || {
        if annotated.is_err() {
            annotate_failure(handle.lent.row());
        }
        handle.lent.lend_row()
    })
    .unwrap_or(ptr::null())
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
    let recalled = contain("recall", frame, || {
        handle.session.recall(frame, provisional)
    });
    let reports = recalled.unwrap_or_else(|what| vec![failure(&what)]);
    if reports.is_empty() {
        return NOTHING;
    }
    contain("recall.lend", frame, || handle.lent.lend(&reports)).unwrap_or(NOTHING)
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

fn raw_segment<'a>(packet: &rst_packet, ip: &'a [u8], tcp: &'a [u8]) -> RawSegment<'a> {
    RawSegment {
        frame: packet.frame,
        layer: packet.layer,
        time: nanoseconds(packet.seconds, packet.nanoseconds),
        ip,
        tcp,
        tcp_offset: (packet.tcp_offset != u32::MAX).then_some(packet.tcp_offset),
        reported: packet.reported,
        link_source: packet.link_source,
    }
}

fn nanoseconds(seconds: i64, nanoseconds: i32) -> Nanoseconds {
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(nanoseconds.into())
}

impl Handle {
    /// Adds what Wireshark found above TCP.
    fn hear(&mut self, inputs: &[rst_input], application: &mut Application) {
        let inputs = inputs.iter().filter_map(|input| {
            Some(Input {
                content: SOURCES.get(usize::from(input.source))?.content,
                // SAFETY: read.c took the length from the captured bytes of the same buffer.
                bytes: unsafe { elements(input.bytes, input.captured) },
            })
        });
        let name = inputs::fold(inputs, application);
        application.server_name = name.and_then(|name| self.session.name(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_times_saturate() {
        assert_eq!(nanoseconds(i64::MAX, 5), i64::MAX);
        assert_eq!(nanoseconds(i64::MIN, 0), i64::MIN);
        assert_eq!(nanoseconds(1, 5), 1_000_000_005);
    }
}
