//! The two legs of a proxy: what resets one leg is passed on to the other.

use crate::reset::{Form, Reset};
use crate::segment::{Index, MILLISECOND, Nanoseconds};

/// A proxy that passes a reset on does so at once: its event loop needs microseconds to milliseconds
/// [measured, HAProxy in tcp mode]; the rest is for the way between the proxy and the capture point.
const LONGEST: Nanoseconds = 200 * MILLISECOND;
/// How many of the latest resets are searched.
const LONGEST_SEARCH: usize = 32;

/// The latest earlier reset that hit the other leg of the same proxy: its receiver is this one's sender
/// (or both legs have the same client, as with a transparent proxy), the same bytes went through both
/// legs, and it came just before.
pub fn find_other_leg(resets: &[Reset], reset: &Reset) -> Option<Index> {
    if reset.form != Form::Active || reset.own.bytes + reset.peer.bytes == 0 {
        return None;
    }
    let oldest = resets.len().saturating_sub(LONGEST_SEARCH);
    let place = resets[oldest..]
        .iter()
        .rposition(|earlier| is_other_leg(earlier, reset))?;
    Some(Index::new(oldest + place))
}

/// The proxy received the earlier reset and sends this one, so what it received on one leg is what it
/// sent on the other.
fn is_other_leg(earlier: &Reset, reset: &Reset) -> bool {
    let since = reset.time.saturating_sub(earlier.time);
    // A proxy is the server of one leg and the client of the other; a transparent one lends the client's
    // own socket to the second leg.
    let same_role = earlier.from_client == reset.from_client;
    let same_proxy = earlier.receiver.address == reset.sender.address;
    let transparent = match reset.from_client {
        true => earlier.sender == reset.sender,
        false => earlier.receiver == reset.receiver,
    };
    let same_leg = earlier.sender == reset.receiver && earlier.receiver == reset.sender;
    let same_bytes = earlier.own.bytes == reset.own.bytes && earlier.peer.bytes == reset.peer.bytes;
    (0..=LONGEST).contains(&since)
        && earlier.number == 1
        && earlier.series != reset.series
        && same_role
        && (same_proxy || transparent)
        && !same_leg
        && same_bytes
}
