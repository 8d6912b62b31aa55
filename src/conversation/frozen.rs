//! A conversation that is over, in less than half the space, and back, bit for bit.
//!
//! Most numbers of a record lie close to others: what was acknowledged to what was sent, frames and times to
//! each other. Written as distances they are small, and [`crate::packed`] codes them. What can be had again
//! is left out: the hosts, which are looked up by their addresses.

use std::num::NonZeroU32;

use super::coder::{Coder, Reader, Writer};
use super::{Client, Conversation, Direction, Endpoint, Opening, endpoint::Bytes};
use crate::packed::{self, Width};
use crate::segment::{Index, Tick};
use crate::seq::Seq;

/// Bytes of a frozen conversation: with what finds it, at most 128.
const FROZEN: usize = 100;

/// As many words of each width as [`walk`] codes.
type Code = packed::Code<19, 7, 19, 8>;
/// The words of such a code.
pub type Words<'a> = packed::Words<'a, 19, 7, 19, 8>;

/// A frozen conversation.
#[derive(Clone, Copy, Debug)]
pub struct Frozen([u8; FROZEN]);

impl Frozen {
    /// The conversation's code; none where it is of a rare kind that takes more space. The conversation stays as it
    /// is: it can be changed only because one walk serves writing and reading.
    pub fn of(conversation: &mut Conversation) -> Option<Frozen> {
        let mut code = Code::new();
        let mut writer = Writer(Words::of(&mut code));
        walk(conversation, &mut writer);
        code.pack().map(Frozen)
    }

    /// The conversation.
    pub fn thaw(&self) -> Conversation {
        let mut conversation = Conversation::unseen(Tick::default(), Client::default());
        let mut code = Code::unpack(&self.0);
        walk(&mut conversation, &mut Reader(Words::of(&mut code)));
        conversation
    }
}

/// Goes through all numbers of a conversation in one order for writing and reading. What a number is
/// compared with has its turn before it.
#[inline(always)]
fn walk(conversation: &mut Conversation, coder: &mut impl Coder) {
    coder.number(Width::Four, &mut conversation.opened.0);
    common(conversation, coder);
    let opened = conversation.opened;
    let [first, second] = &mut conversation.endpoints;
    coder.number(Width::Four, &mut first.last.frame);
    near_tick(
        first.last.frame,
        &mut first.last.tick,
        opened,
        Width::Two,
        coder,
    );
    let since = if first.is_seen() {
        first.last.tick
    } else {
        opened
    };
    coder.near_or_none(Width::Two, first.last.frame, &mut second.last.frame);
    near_tick(
        second.last.frame,
        &mut second.last.tick,
        since,
        Width::Two,
        coder,
    );
    // Tickets count the file's segments as frames do its packets.
    coder.near_or_none(Width::Two, first.last.frame, &mut first.ticket.0);
    let between = second.last.frame.wrapping_sub(first.last.frame);
    let base = first.ticket.0.wrapping_add(between);
    coder.near_or_none(Width::One, base, &mut second.ticket.0);
    habits(first, coder);
    sent(first, coder);
    habits(second, coder);
    sent(second, coder);
    received(first, second, coder);
    received(second, first, coder);
}

fn index(index: &mut Option<Index>, coder: &mut impl Coder) {
    let mut number = index.map_or(0, |index| index.place() as u32 + 1);
    coder.number(Width::None, &mut number);
    *index = number
        .checked_sub(1)
        .map(|place| Index::new(place as usize));
}

/// The tick of a moment that came in `frame`, 0 for never, not long before or after another.
#[inline(always)]
fn near_tick(frame: u32, tick: &mut Tick, other: Tick, width: Width, coder: &mut impl Coder) {
    let base = if frame == 0 { 0 } else { other.0 };
    coder.near(width, base, &mut tick.0);
}

#[inline(always)]
fn common(conversation: &mut Conversation, coder: &mut impl Coder) {
    let client = match conversation.client {
        Client::Known(direction) => direction.0,
        Client::Guessed(direction) => direction.0 | 2,
    };
    let silences = &mut conversation.silences;
    let mut traits = u32::from_le_bytes([client, silences.open, silences.survived, 0]);
    coder.number(Width::Two, &mut traits);
    let [client, open, survived, _] = traits.to_le_bytes();
    (silences.open, silences.survived) = (open, survived);
    let direction = Direction(client & 1);
    conversation.client = match client & 2 {
        0 => Client::Known(direction),
        _ => Client::Guessed(direction),
    };
    index(&mut conversation.exchange, coder);
}

/// What an endpoint's packets have in common, and its vain attempts.
#[inline(always)]
fn habits(endpoint: &mut Endpoint, coder: &mut impl Coder) {
    const ACKED: u8 = 0x10;
    const FIN_RECEIVED: u8 = 0x20;
    let known = endpoint.syn.0
        | if endpoint.has_acked { ACKED } else { 0 }
        | if endpoint.fin_has_received {
            FIN_RECEIVED
        } else {
            0
        };
    let habit = &mut endpoint.identification;
    let attempts = &mut endpoint.attempts;

    let mut traits =
        u32::from_le_bytes([known, endpoint.window_scale, habit.steps, endpoint.turns]);
    coder.number(Width::Four, &mut traits);
    let known;
    [known, endpoint.window_scale, habit.steps, endpoint.turns] = traits.to_le_bytes();
    endpoint.syn = Opening(known & 0x0f);
    endpoint.has_acked = known & ACKED != 0;
    endpoint.fin_has_received = known & FIN_RECEIVED != 0;

    let [low, high] = habit.last;
    let mut way = u32::from_le_bytes([low, high, endpoint.hop_limit, endpoint.link]);
    coder.number(Width::Four, &mut way);
    let (low, high);
    [low, high, endpoint.hop_limit, endpoint.link] = way.to_le_bytes();
    habit.last = [low, high];

    let counts = [
        endpoint.burst,
        attempts.traits.0,
        attempts.count,
        attempts.stalled,
    ];
    let mut counts = u32::from_le_bytes(counts);
    coder.number(Width::Two, &mut counts);
    [
        endpoint.burst,
        attempts.traits.0,
        attempts.count,
        attempts.stalled,
    ] = counts.to_le_bytes();

    let ([low, high], [short, long]) = (attempts.stuck, attempts.interval);
    let mut sizes = u32::from_le_bytes([low, high, short, long]);
    coder.number(Width::None, &mut sizes);
    let [low, high, short, long] = sizes.to_le_bytes();
    (attempts.stuck, attempts.interval) = ([low, high], [short, long]);
}

/// What an endpoint sent, and when.
#[inline(always)]
fn sent(endpoint: &mut Endpoint, coder: &mut impl Coder) {
    let Endpoint {
        next,
        initial,
        syn,
        bytes,
        fin,
        last,
        last_data,
        ..
    } = endpoint;
    let (mut low, mut high) = (bytes.0 as u32, (bytes.0 >> 32) as u32);
    coder.number(Width::Two, &mut low);
    coder.number(Width::None, &mut high);
    *bytes = Bytes(u64::from(high) << 32 | u64::from(low));
    coder.near_or_none(Width::One, last.frame, &mut fin.frame);
    near_tick(fin.frame, &mut fin.tick, last.tick, Width::One, coder);
    coder.near_or_none(Width::Two, last.frame, &mut last_data.frame);
    near_tick(
        last_data.frame,
        &mut last_data.tick,
        last.tick,
        Width::Two,
        coder,
    );
    // Without a SYN there is no first number.
    if syn.is_seen() {
        coder.number(Width::Four, &mut initial.0);
        let all = *initial + low + 1 + u32::from(fin.happened());
        coder.near(Width::None, all.0, &mut next.0);
    } else {
        coder.number(Width::Four, &mut next.0);
        coder.number(Width::None, &mut initial.0);
    }
}

/// What an endpoint had received of its peer, and what it made of that.
#[inline(always)]
fn received(own: &mut Endpoint, peer: &Endpoint, coder: &mut impl Coder) {
    let base = |known: bool, base: Seq| if known { base.0 } else { 0 };
    coder.near(Width::One, base(own.has_acked, peer.next), &mut own.acked.0);
    coder.near(
        Width::None,
        base(own.fin.happened(), own.next),
        &mut own.fin_end.0,
    );
    let at_fin = base(own.fin_has_received, own.acked);
    coder.near(Width::None, at_fin, &mut own.fin_received.0);
    // Most windows have the lowest bits 0 that their scale hides.
    let mut window = own.window.rotate_right(own.window_scale.into());
    coder.number(Width::Two, &mut window);
    own.window = window.rotate_left(own.window_scale.into());

    let round_trip = &mut own.round_trip;
    coder.number(Width::Two, &mut round_trip.smoothed_us);
    // As the first sample leaves it (RFC 6298 2.2).
    coder.near(
        Width::Two,
        round_trip.smoothed_us / 2,
        &mut round_trip.variation_us,
    );
    let (mut end, mut at) = match round_trip.timed {
        Some((end, at)) => (end, at.get()),
        None => (peer.next, 0),
    };
    coder.near_or_none(Width::None, peer.last.tick.0.wrapping_mul(1000), &mut at);
    coder.near(Width::None, peer.next.0, &mut end.0);
    round_trip.timed = NonZeroU32::new(at).map(|at| (end, at));

    index(&mut own.series, coder);
    coder.near_or_none(Width::None, peer.last.frame, &mut own.answered);
}

impl Conversation {
    /// Whether nothing is lost that can't be had again; true where it can't be frozen. Debug builds, and so
    /// all tests of arbitrary segments, ask that of each conversation after each segment.
    pub(super) fn survives_freezing(&self) -> bool {
        Frozen::of(&mut self.clone()).is_none_or(|frozen| {
            let mut thawed = frozen.thaw();
            for (endpoint, known) in thawed.endpoints.iter_mut().zip(&self.endpoints) {
                endpoint.host = known.host;
            }
            thawed == *self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_have_their_turn() {
        let mut code = Code::new();
        let mut writer = Writer(Words::of(&mut code));
        let mut conversation = Conversation::unseen(Tick::default(), Client::default());
        walk(&mut conversation, &mut writer);
        assert!(writer.0.are_used_up());
    }
}
