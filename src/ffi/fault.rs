//! Faults on demand, for tests of the boundary (feature `fault-injection`).

/// Panics where RSTANALYSIS_FAULT says "panic-PLACE:FRAME", and loses memory where it says "leak-PLACE:FRAME".
#[cfg(feature = "fault-injection")]
pub fn inject(place: &str, frame: u32) {
    let wanted = std::env::var("RSTANALYSIS_FAULT").unwrap_or_default();
    let here = format!("{place}:{frame}");
    if wanted == format!("panic-{here}") {
        panic!("injected fault");
    }
    if wanted == format!("leak-{here}") {
        std::mem::forget(std::hint::black_box(vec![0_u8; 1000]));
    }
}

/// Does nothing.
#[cfg(not(feature = "fault-injection"))]
pub fn inject(_place: &str, _frame: u32) {}
