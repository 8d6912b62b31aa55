//! Faults on demand, for tests of the boundary (feature `fault-injection`).

/// Panics where RSTANALYSIS_FAULT says "WHERE:FRAME".
#[cfg(feature = "fault-injection")]
pub fn inject(place: &str, frame: u32) {
    let fault = std::env::var("RSTANALYSIS_FAULT").unwrap_or_default();
    if fault.split_once(':') == Some((place, frame.to_string().as_str())) {
        panic!("injected fault");
    }
}

/// Does nothing.
#[cfg(not(feature = "fault-injection"))]
pub fn inject(_place: &str, _frame: u32) {}
