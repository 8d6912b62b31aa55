//! The two legs of a proxy: what resets one leg is passed on to the other.

use crate::conversation::Conversations;
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
pub fn find_other_leg(
    resets: &[Reset],
    reset: &Reset,
    conversations: &Conversations,
) -> Option<Index> {
    let (own, peer) = (reset.own.bytes(), reset.peer.bytes());
    if reset.form != Form::Active || reset.number() > 1 || own + peer == 0 {
        return None;
    }
    let oldest = resets.len().saturating_sub(LONGEST_SEARCH);
    let latest = resets[oldest..].iter().enumerate().rev();
    let alike = latest.filter(|(_, earlier)| is_alike(earlier, reset));
    let (mut apart, mut several) = (None, false);
    for (place, earlier) in alike {
        match joint(earlier, reset, conversations) {
            Some(Joint::Shared) => return Some(Index::new(oldest + place)),
            Some(Joint::Apart) if own > 0 && peer > 0 && is_opened_in_turn(earlier, reset) => {
                several |= apart.replace(Index::new(oldest + place)).is_some();
            }
            _ => {}
        }
    }
    // Machines repeat their dialogues: of several alike none is the other leg.
    apart.filter(|_| !several)
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
pub fn joint(earlier: &Reset, reset: &Reset, conversations: &Conversations) -> Option<Joint> {
    if earlier.from_client() != reset.from_client() {
        return None;
    }
    let [earlier_sender, earlier_receiver] = earlier.sockets(conversations);
    let [sender, receiver] = reset.sockets(conversations);
    let transparent = match reset.from_client() {
        true => earlier_sender == sender,
        false => earlier_receiver == receiver,
    };
    let one_address = earlier_receiver.address == sender.address;
    let same_leg = earlier_sender == receiver && earlier_receiver == sender;
    let ends = [earlier_sender.address, earlier_receiver.address];
    let common = ends.contains(&sender.address) || ends.contains(&receiver.address);
    match () {
        () if same_leg => None,
        () if one_address || transparent => Some(Joint::Shared),
        () if common => None,
        () => Some(Joint::Apart),
    }
}

/// What the proxy received on one leg is what it sent on the other, in both directions.
fn is_alike(earlier: &Reset, reset: &Reset) -> bool {
    let since = reset.time.saturating_sub(earlier.time);
    (0..=LONGEST).contains(&since)
        && earlier.number() == 1
        && earlier.own.bytes() == reset.own.bytes()
        && earlier.peer.bytes() == reset.peer.bytes()
}

/// Where no address joins the legs, the way they were opened has to: the one to the server just after the
/// client's.
fn is_opened_in_turn(earlier: &Reset, reset: &Reset) -> bool {
    let opened = |leg: &Reset| leg.time.saturating_sub(leg.age());
    // The proxy is the client of the leg to the server.
    let (client_leg, server_leg) = match reset.from_client() {
        true => (earlier, reset),
        false => (reset, earlier),
    };
    let between = opened(server_leg).saturating_sub(opened(client_leg));
    client_leg.own.syn()
        && server_leg.own.syn()
        && (-MILLISECOND..=LONGEST_CONNECT).contains(&between)
}
