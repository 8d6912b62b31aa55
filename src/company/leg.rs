//! The two legs of a proxy: what resets one leg is passed on to the other.

use crate::reset::{Form, Reset};
use crate::segment::{Index, MILLISECOND, Nanoseconds};

/// A proxy that passes a reset on does so at once: its event loop needs microseconds to milliseconds
/// [measured, HAProxy in tcp mode]; the rest is for the way between the proxy and the capture point.
const LONGEST: Nanoseconds = 200 * MILLISECOND;
/// A proxy connects as soon as it was connected to: within a few milliseconds, ages being kept to one.
const LONGEST_CONNECT: Nanoseconds = 20 * MILLISECOND;
/// How many of the latest resets are searched.
const LONGEST_SEARCH: usize = 32;

/// The latest earlier reset that hit the other leg of the same proxy just before, after the same bytes.
pub fn find_other_leg(resets: &[Reset], reset: &Reset) -> Option<Index> {
    if reset.form != Form::Active || reset.number > 1 {
        return None;
    }
    let oldest = resets.len().saturating_sub(LONGEST_SEARCH);
    let legs = |wanted| {
        let of_kind = move |(_, earlier): &(usize, &Reset)| {
            joint(earlier, reset) == Some(wanted) && is_other_leg(earlier, reset)
        };
        resets[oldest..].iter().enumerate().rev().filter(of_kind)
    };
    let shared = legs(Joint::Shared).next();
    // Machines repeat their dialogues: of several alike none is the other leg.
    let mut apart = legs(Joint::Apart);
    let only = apart.next().filter(|_| apart.next().is_none());
    let (place, _) = shared.or(only)?;
    Some(Index::new(oldest + place))
}

/// How the addresses of two legs hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// The proxy has one address, or lends the client's own socket to the other leg.
    Shared,
    /// No address is in both: a proxy between two networks.
    Apart,
}

/// The proxy is the server of one leg and the client of the other; it received the earlier reset and
/// sends this one. Two connections with one client or one server are no legs.
pub fn joint(earlier: &Reset, reset: &Reset) -> Option<Joint> {
    let transparent = match reset.from_client {
        true => earlier.sender == reset.sender,
        false => earlier.receiver == reset.receiver,
    };
    let one_address = earlier.receiver.address == reset.sender.address;
    let same_leg = earlier.sender == reset.receiver && earlier.receiver == reset.sender;
    let ends = [earlier.sender.address, earlier.receiver.address];
    let common = ends.contains(&reset.sender.address) || ends.contains(&reset.receiver.address);
    match () {
        () if same_leg || earlier.from_client != reset.from_client => None,
        () if one_address || transparent => Some(Joint::Shared),
        () if common => None,
        () => Some(Joint::Apart),
    }
}

/// What the proxy received on one leg is what it sent on the other, in both directions. Where no address
/// joins the legs, the way they were opened has to: the one to the server just after the client's.
fn is_other_leg(earlier: &Reset, reset: &Reset) -> bool {
    let since = reset.time.saturating_sub(earlier.time);
    let (own, peer) = (reset.own.bytes, reset.peer.bytes);
    let same_bytes = earlier.own.bytes == own && earlier.peer.bytes == peer;
    let enough = match joint(earlier, reset) {
        Some(Joint::Shared) => own + peer > 0,
        Some(Joint::Apart) => own > 0 && peer > 0 && is_opened_in_turn(earlier, reset),
        None => false,
    };
    (0..=LONGEST).contains(&since)
        && earlier.number == 1
        && earlier.series != reset.series
        && same_bytes
        && enough
}

fn is_opened_in_turn(earlier: &Reset, reset: &Reset) -> bool {
    let opened = |leg: &Reset| leg.time.saturating_sub(leg.age);
    // The proxy is the client of the leg to the server.
    let (client_leg, server_leg) = match reset.from_client {
        true => (earlier, reset),
        false => (reset, earlier),
    };
    let between = opened(server_leg).saturating_sub(opened(client_leg));
    client_leg.own.syn && server_leg.own.syn && (-MILLISECOND..=LONGEST_CONNECT).contains(&between)
}
