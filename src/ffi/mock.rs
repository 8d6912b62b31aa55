//! The C side, as plugin/read.c and plugin/render.c are: for tests of the boundary without Wireshark, which a
//! sanitizer can watch. What it hands over lives during the call only, and it reads all that it is lent.

use std::ffi::{CStr, c_char};
use std::ptr;

use etherparse::PacketBuilder;

use super::bindings::{
    rst_count, rst_count_RST_CAUSES, rst_count_RST_CONVERSATIONS, rst_input, rst_packet,
    rst_session, rst_statistic,
};
use super::plugin::CORE;
use crate::field::{FIELDS, SOURCES};
use crate::statistics::COLUMNS;

const IP_HEADER: usize = 20;

/// An IPv4 packet, from its header on.
type Packet = Box<[u8]>;

/// A file that Wireshark has open.
struct Glue {
    session: *mut rst_session,
    statistics: [*mut rst_statistic; 2],
    frame: u32,
}

impl Glue {
    fn open() -> Self {
        // SAFETY: any number is allowed.
        let statistic = |count: rst_count| unsafe { CORE.0.statistic_new.unwrap()(count) };
        Glue {
            // SAFETY: takes nothing.
            session: unsafe { CORE.0.session_new.unwrap()() },
            statistics: [rst_count_RST_CAUSES, rst_count_RST_CONVERSATIONS].map(statistic),
            frame: 0,
        }
    }

    /// The next frame, of which `captured` bytes were captured, is read and shown; `told` is what the core is told.
    fn pass(&mut self, packet: &[u8], captured: usize, told: usize) -> String {
        self.frame += 1;
        let bytes: Packet = packet[..captured].into();
        let ip = told.min(IP_HEADER);
        // Every source says the same: what the packet carries.
        let carried = bytes.get(2 * IP_HEADER..).unwrap_or_default();
        let inputs: Vec<rst_input> = (0..=SOURCES.len())
            .map(|source| rst_input {
                bytes: carried.as_ptr(),
                captured: carried.len() as u32,
                source: source as u16,
            })
            .collect();
        let packet = rst_packet {
            seconds: i64::from(self.frame),
            ip: bytes.as_ptr(),
            tcp: bytes.as_ptr().wrapping_add(ip),
            inputs: inputs.as_ptr(),
            ip_captured: ip as u32,
            tcp_captured: (told - ip) as u32,
            tcp_offset: IP_HEADER as u32,
            reported: (packet.len() - IP_HEADER) as u32,
            frame: self.frame,
            input_count: inputs.len() as u32,
            ..rst_packet::default()
        };
        // SAFETY: a live session and a packet whose bytes live as long as it.
        unsafe { CORE.0.observe.unwrap()(self.session, &packet) };
        drop((bytes, inputs));
        self.show(self.frame, true)
    }

    /// All texts that the frame shows.
    fn show(&self, frame: u32, provisional: bool) -> String {
        // SAFETY: a live session; what it lends is read before the next call.
        unsafe {
            let mut shown = text(CORE.0.annotate.unwrap()(self.session, frame, provisional));
            let reports = CORE.0.recall.unwrap()(self.session, frame, provisional);
            for report in list(reports.reports, reports.count) {
                shown += &(text(report.heading) + &text(report.summary));
                for item in list(report.items, report.item_count) {
                    assert!(usize::from(item.field) < FIELDS.len());
                    shown += &text(item.text);
                }
            }
            assert_eq!(
                CORE.0.speaks_of.unwrap()(self.session, frame),
                reports.count > 0
            );
            shown
        }
    }

    /// All texts of both statistics.
    fn count(&self) -> String {
        let mut shown = String::new();
        for statistic in self.statistics {
            // SAFETY: live pointers; what they lend is read before the next call.
            unsafe {
                for frame in 0..=self.frame + 1 {
                    if CORE.0.has_reset.unwrap()(self.session, frame) {
                        CORE.0.statistic_note.unwrap()(statistic, frame);
                    }
                }
                CORE.0.statistic_settle.unwrap()(statistic, self.session);
                let rows = CORE.0.statistic_rows.unwrap()(statistic, self.session);
                for row in list(rows.rows, rows.count) {
                    // The statistic of causes has two columns, the other one all.
                    let columns = [2, COLUMNS.len()][usize::from(statistic == self.statistics[1])];
                    for cell in list(row.cells, columns) {
                        shown += &text(cell.text);
                    }
                }
            }
        }
        shown
    }
}

impl Drop for Glue {
    fn drop(&mut self) {
        // SAFETY: each was made once and is freed once; NULL is allowed.
        unsafe {
            for statistic in self.statistics.into_iter().chain([ptr::null_mut()]) {
                CORE.0.statistic_free.unwrap()(statistic);
            }
            CORE.0.session_free.unwrap()(self.session);
            CORE.0.session_free.unwrap()(ptr::null_mut());
        }
    }
}

/// # Safety
/// `text` is NULL or ends with NUL.
unsafe fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: by the contract above.
    unsafe { CStr::from_ptr(text) }
        .to_str()
        .expect("UTF-8")
        .to_owned()
}

/// # Safety
/// `start` leads to `count` elements, which are lent as long as the result is used.
unsafe fn list<'a, T>(start: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    // SAFETY: by the contract above.
    unsafe { std::slice::from_raw_parts(start, count) }
}

/// A segment of the client (true) or of the server, with these flags.
fn packet(of_client: bool, port: u16, seq: u32, ack: u32, flags: &str, payload: &[u8]) -> Packet {
    let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let ends = [(client, port, server, 80), (server, 80, client, port)];
    let (source, from, destination, to) = ends[usize::from(!of_client)];
    let mut tcp = PacketBuilder::ipv4(source, destination, 64).tcp(from, to, seq, 1000);
    for flag in flags.chars() {
        tcp = match flag {
            'S' => tcp.syn(),
            'A' => tcp.ack(ack),
            'R' => tcp.rst(),
            _ => tcp.fin(),
        };
    }
    let mut bytes = Vec::new();
    tcp.write(&mut bytes, payload).expect("a vector takes all");
    bytes.into()
}

/// A request that a reset answers.
fn conversation(port: u16) -> Vec<Packet> {
    let request = b"GET /\x1b[31m HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n";
    vec![
        packet(true, port, 9, 0, "S", b""),
        packet(false, port, 99, 10, "SA", b""),
        packet(true, port, 10, 100, "A", request),
        packet(false, port, 100, 10, "RA", b"BIG-IP: [0x273e3e7:998] \0 no"),
        packet(true, port, 10, 0, "R", b""),
    ]
}

#[test]
fn what_is_lent_can_be_read_until_the_next_call() {
    let mut glue = Glue::open();
    let frames: Vec<String> = (1..=100)
        .flat_map(conversation)
        .map(|packet| glue.pass(&packet, packet.len(), packet.len()))
        .collect();
    assert!(frames[3].contains("BIG-IP"), "{}", frames[3]);
    assert!(!frames.concat().contains(char::is_control));
    assert!(glue.count().contains("10.0.0.1"));
    assert_eq!(glue.show(0, false) + &glue.show(u32::MAX, false), "");
}

#[test]
fn packets_are_read_no_further_than_they_were_captured() {
    for cut in 0..=conversation(1)[3].len() {
        let mut glue = Glue::open();
        for packet in conversation(1) {
            let captured = cut.min(packet.len());
            glue.pass(&packet, captured, captured);
        }
        assert!((cut < 60) || !glue.count().is_empty());
    }
}

#[test]
#[ignore = "fails on purpose: tests/test_sanitizer.py sees by it that the sanitizer is there"]
fn reading_beyond_what_was_captured_is_found_by_a_sanitizer() {
    let packet = &conversation(1)[3];
    // The buffer ends in the middle of the header; the core is told that it goes on.
    Glue::open().pass(packet, IP_HEADER + 10, IP_HEADER + 20);
}

#[test]
#[ignore = "fails on purpose: tests/test_sanitizer.py sees by it that the sanitizer is there"]
fn lost_session_is_found_by_a_sanitizer() {
    std::mem::forget(Glue::open());
}
