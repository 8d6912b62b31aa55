//! Citrix NetScaler writes the reason of a reset into its window, unscaled (Citrix CTX200852, "Citrix
//! ADC (NetScaler) reset codes reference").

use std::ops::RangeInclusive;

use super::{Claim, Meaning, Vendor};

type Group = (&'static [u16], Meaning, &'static str);

/// The documented codes, in groups of what they come to. A number that is not documented is a window.
static CODES: &[Group] = &[
    (
        &[8201, 8202],
        Meaning::NoConnection,
        "stray packet: the connection is not known any more",
    ),
    (
        &[8212],
        Meaning::NobodyListens,
        "stray SYN: no listening service",
    ),
    (
        &[8211, 9300, 9301, 9302, 9303],
        Meaning::Idle,
        "idle or zombie connection cleaned up",
    ),
    (
        &[9100, 9953],
        Meaning::Idle,
        "unfinished transaction timed out",
    ),
    (
        &[9304],
        Meaning::Unanswered,
        "zero-window probes were given up",
    ),
    (&[9310], Meaning::Unanswered, "keep-alive probes failed"),
    (
        &[9700, 9701, 9875],
        Meaning::PassedOn,
        "reset of the other side passed on",
    ),
    (
        &[
            8209, 9216, 9219, 9220, 9458, 9819, 9826, 9842, 9844, 9871, 9880, 9911, 9912, 10002,
            10003, 10016,
        ],
        Meaning::Limit,
        "out of memory or buffers",
    ),
    (
        &[9400, 9401, 9602, 9839, 9855, 9874, 10020, 10029, 10030],
        Meaning::Limit,
        "a limit of connections, buffers or rate was reached",
    ),
    (
        &[8210, 9814, 9830, 9845],
        Meaning::Policy,
        "a policy, access rule or protection says reset",
    ),
    (
        &[9307, 9308, 9309],
        Meaning::Policy,
        "protection against small windows",
    ),
    (
        &[9829, 9957],
        Meaning::NoService,
        "the service or site is down",
    ),
    (
        &[8204, 8205, 8206, 9305],
        Meaning::Handshake,
        "wrong sequence or acknowledgment number in the handshake",
    ),
    (
        &[8207, 8208, 8214, 9600, 9601],
        Meaning::Other,
        "segments that do not fit the connection",
    ),
    (
        &[
            8196, 9811, 9816, 9818, 9820, 9833, 9835, 9836, 9837, 9838, 9841, 9951, 9952, 10027,
            10028,
        ],
        Meaning::Tls,
        "TLS failed",
    ),
    (
        &[
            9960, 9961, 9962, 9963, 9965, 9966, 9967, 9968, 9969, 9971, 9972, 9973, 9976, 9977,
            9978, 9979, 9980, 9983, 10005,
        ],
        Meaning::Other,
        "an MPTCP subflow or connection was ended",
    ),
    (
        &[9812, 9817, 9821, 9822, 9827, 9834, 9848, 9903, 9906],
        Meaning::Other,
        "the configuration was changed",
    ),
    (&[9800, 9843], Meaning::Other, "a monitor's own connection"),
    (
        &[
            9201, 9202, 9203, 9205, 9206, 9207, 9208, 9209, 9210, 9212, 9214, 9217, 9218, 9222,
        ],
        Meaning::Other,
        "HTTP that can't be followed",
    ),
    (
        &[
            9450, 9451, 9452, 9453, 9454, 9455, 9456, 9457, 9459, 9460, 9853, 9868, 9870,
        ],
        Meaning::Other,
        "SQL that can't be followed",
    ),
    (&[9702], Meaning::Other, "data after a FIN"),
];

/// Where the codes lie. Most resets have window 0, and are not to be looked up.
const BOUNDS: RangeInclusive<u16> = 8196..=10030;

/// What the window of a reset says, `windows` giving those of its sender's segments before it, unscaled.
///
/// Any TCP that aborts states its window in the reset, so a number in the table is a code only where
/// it can't be a window: round ones never count; else it lies far (an eighth) from all windows of that
/// side, or that side never varied its window.
pub fn of_window(window: u16, windows: impl FnOnce() -> Vec<u16>) -> Option<Claim> {
    if !BOUNDS.contains(&window) {
        return None;
    }
    let (_, meaning, text) = CODES.iter().find(|(codes, ..)| codes.contains(&window))?;
    let round = window % 512 == 0 || window % 1000 == 0;
    let windows = windows();
    let near = windows
        .iter()
        .any(|other| other.abs_diff(window) <= window / 8);
    if round || (near && !is_constant(&windows, window)) {
        return None;
    }
    Some(Claim {
        vendor: Vendor::NetScaler,
        code: Some(window.into()),
        text: (*text).to_owned(),
        meaning: *meaning,
    })
}

/// At least three windows, all the same, and not this one.
fn is_constant(windows: &[u16], not: u16) -> bool {
    windows.len() >= 3 && windows[0] != not && windows.iter().all(|other| *other == windows[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(window: u16, windows: &[u16]) -> Option<Meaning> {
        of_window(window, || windows.to_vec()).map(|claim| claim.meaning)
    }

    #[test]
    fn all_codes_lie_within_the_bounds() {
        let codes = || CODES.iter().flat_map(|(codes, ..)| codes.iter().copied());
        assert_eq!(codes().min(), Some(*BOUNDS.start()));
        assert_eq!(codes().max(), Some(*BOUNDS.end()));
    }

    #[test]
    fn documented_codes_far_from_any_window_are_understood() {
        assert_eq!(meaning(9700, &[512, 501, 501]), Some(Meaning::PassedOn));
        assert_eq!(meaning(9300, &[8190, 8190, 8190]), Some(Meaning::Idle));
        assert_eq!(meaning(8212, &[]), Some(Meaning::NobodyListens));
        let claim = of_window(9811, || vec![64240]).unwrap();
        assert_eq!((claim.code, claim.vendor), (Some(9811), Vendor::NetScaler));
    }

    #[test]
    fn numbers_that_fit_a_window_are_windows() {
        assert_eq!(meaning(9300, &[9100, 9350]), None, "a window that moves");
        assert_eq!(meaning(9300, &[9300, 9300, 9300]), None, "the usual window");
        assert_eq!(meaning(9300, &[9400, 9400]), None, "too few to be constant");
        assert_eq!(meaning(9216, &[]), None, "18 times 512");
        assert_eq!(meaning(0, &[]), None);
        assert_eq!(meaning(8760, &[]), None, "six segments of 1460 bytes");
    }

    #[test]
    fn no_code_is_listed_twice() {
        let mut codes: Vec<u16> = CODES
            .iter()
            .flat_map(|(codes, ..)| codes.iter().copied())
            .collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
        assert!(codes.iter().all(|code| (8196..=10042).contains(code)));
    }
}
