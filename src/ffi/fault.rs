//! Faults on demand, for tests of the boundary (feature `fault-injection`).
//!
//! RSTANALYSIS_FAULT lists them with blanks between, each as KIND-PLACE:FRAME. The places here are those of
//! [`contain`](super::contain::contain), the frame is the one that the call is about, 0 for none. What strikes is
//! told on standard error, so that a test knows that it did. plugin/fault.c has the faults of the C side.

/// Loses memory or panics when the work of a place is about to begin.
#[cfg(feature = "fault-injection")]
pub fn before(place: &str, frame: u32) {
    if strikes("leak", place, frame) {
        std::mem::forget(std::hint::black_box(vec![0_u8; 1000]));
    }
    if strikes("panic-before", place, frame) {
        panic!("injected fault");
    }
}

/// Panics when the work of a place is done, but nobody was told.
#[cfg(feature = "fault-injection")]
pub fn after(place: &str, frame: u32) {
    if strikes("panic-after", place, frame) {
        panic!("injected fault");
    }
}

#[cfg(feature = "fault-injection")]
fn strikes(kind: &str, place: &str, frame: u32) -> bool {
    let listed = std::env::var("RSTANALYSIS_FAULT").unwrap_or_default();
    let fault = format!("{kind}-{place}:{frame}");
    let strikes = listed.split(' ').any(|listed| listed == fault);
    if strikes {
        eprintln!("{fault}");
    }
    strikes
}

/// Does nothing.
#[cfg(not(feature = "fault-injection"))]
pub fn before(_place: &str, _frame: u32) {}

/// Does nothing.
#[cfg(not(feature = "fault-injection"))]
pub fn after(_place: &str, _frame: u32) {}
