//! Numbers as an engineer would read them aloud.

use crate::segment::{MILLISECOND, Nanoseconds};

/// A duration with two or three significant digits: "38 µs", "1.20 ms", "350 s".
pub fn duration(time: Nanoseconds) -> String {
    let seconds = time as f64 / 1e9;
    let (value, unit) = match seconds.abs() {
        size if size < 1e-3 => (seconds * 1e6, "µs"),
        size if size < 1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        _ if unit == "µs" => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.decimals$} {unit}")
}

/// How long after something known to the millisecond: "within a millisecond", "40.0 ms later".
pub fn later(time: Nanoseconds) -> String {
    if time < MILLISECOND {
        return "within a millisecond".into();
    }
    format!("{} later", duration(time))
}

/// A count with its noun: "1 byte", "2 bytes".
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_the_digits_that_matter() {
        let cases = [
            (38_400, "38 µs"),
            (1_200_000, "1.20 ms"),
            (40_200_000, "40.2 ms"),
            (350_000_000_000, "350 s"),
            (3_000_000_000, "3.00 s"),
            (0, "0 µs"),
            (-5_000_000, "-5.00 ms"),
        ];
        for (time, expected) in cases {
            assert_eq!(duration(time), expected);
        }
    }

    #[test]
    fn what_follows_at_once_has_no_number() {
        assert_eq!(later(0), "within a millisecond");
        assert_eq!(later(MILLISECOND), "1.00 ms later");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(
            (count(1, "byte"), count(0, "byte")),
            ("1 byte".into(), "0 bytes".into())
        );
    }
}
