//! What the file teaches of each host: how far away it is, how its packets look, what it serves.
//!
//! A reset that carries a host's address but not its habits was made by another box. A host's own
//! packets elsewhere in the file are a better yardstick than any table of operating systems.

mod hops;
mod ports;
mod table;

pub use hops::Hops;
pub use ports::{Port, Ports};
pub use table::Hosts;

use crate::segment::{Index, Nanoseconds, Segment};

/// Ways (link-layer source and hop limit) kept of a host: both legs of a router, before and after a
/// route change.
const MOST_ARRIVALS: usize = 4;

/// A link-layer source, mixed into four bytes: enough to tell the few neighbours of a capture apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link(u32);

impl Link {
    /// Where there is no link layer.
    const NONE: Link = Link(0);

    /// That of a link-layer source.
    pub fn of(link_source: u64) -> Link {
        let mixed = (link_source >> 32) as u32 ^ link_source as u32;
        Link(mixed.max((link_source != 0).into()))
    }
}

/// One address of the file.
#[derive(Clone, Debug, Default)]
pub struct Host {
    address: table::Address,
    links: [Link; MOST_ARRIVALS],
    hop_limits: [u8; MOST_ARRIVALS],
    /// How many of these there are.
    arrivals: u8,
    labels: Labels,
    linux: bool,
    /// Its ports.
    pub ports: Ports,
    /// Shortest time between a segment towards the host and its answer, as seen at the capture point,
    /// in microseconds and from 1; 0 for none.
    round_trip_us: u32,
    /// The newest reset that carries this address, in the session's list.
    pub last_reset: Option<Index>,
    /// Its newest burst of aborts, in the session's list.
    pub burst: Option<Index>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Labels {
    zero: bool,
    set: bool,
}

/// How an IPv6 flow label compares with the host's others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowLabel {
    /// IPv4, or no other packet of the host.
    Unknown,
    /// Set, as always with this host.
    AsUsual,
    /// Zero, where the host's other packets have one, and its kernel is known to label all of them.
    Missing,
    /// The host's habit is mixed or to send none, or its kernel is not known: it tells nothing.
    NoHabit,
}

impl Host {
    /// Learns from a segment that is no reset. Returns whether it taught something new.
    pub fn learn(&mut self, segment: &Segment) -> bool {
        let before = (self.labels, self.linux);
        match segment.ip.flow_label {
            Some(0) => self.labels.zero = true,
            Some(_) => self.labels.set = true,
            None => {}
        }
        self.linux |= segment.options.in_linux_order;
        let new_habit = (self.labels, self.linux) != before;
        self.learn_arrival(segment) | new_habit
    }

    /// Whether one of its SYNs was that of a Linux kernel: what it does without a socket is known
    /// then, of other stacks it is not, or is otherwise (FreeBSD's tcp_respond clears the flow label).
    pub fn is_linux(&self) -> bool {
        self.linux
    }

    fn learn_arrival(&mut self, segment: &Segment) -> bool {
        let arrival = (Link::of(segment.link_source), segment.ip.hop_limit);
        let new = usize::from(self.arrivals);
        if new == MOST_ARRIVALS || self.arrivals().any(|known| known == arrival) {
            return false;
        }
        (self.links[new], self.hop_limits[new]) = arrival;
        self.arrivals += 1;
        true
    }

    fn arrivals(&self) -> impl Iterator<Item = (Link, u8)> {
        let ways = self.links.into_iter().zip(self.hop_limits);
        ways.take(self.arrivals.into())
    }

    /// Learns a time between a segment and the host's answer to it. Returns whether it is the shortest.
    /// Kept to an eighth, so that no file can make it shrink again and again by a little.
    pub fn learn_round_trip(&mut self, sample: Nanoseconds) -> bool {
        let sample = u32::try_from(sample / 1000).unwrap_or(u32::MAX).max(1);
        let lowest_kept_bit = sample.ilog2().saturating_sub(3);
        let sample = sample >> lowest_kept_bit << lowest_kept_bit;
        let shortest = self.round_trip_us == 0 || sample < self.round_trip_us;
        if shortest {
            self.round_trip_us = sample;
        }
        shortest
    }

    /// Shortest time between a segment towards the host and its answer, as seen at the capture point.
    pub fn round_trip(&self) -> Option<Nanoseconds> {
        (self.round_trip_us != 0).then(|| i64::from(self.round_trip_us) * 1000)
    }

    /// Whether the file holds any packet of the host but resets.
    pub fn is_known(&self) -> bool {
        self.arrivals > 0
    }

    /// Compares a hop limit with the one that is usual in its connection, or, where there is none,
    /// with the host's other packets in the file: one address may stand for many hosts.
    pub fn compare_hops(&self, usual: Option<u8>, hop_limit: u8, link: Link) -> Hops {
        match usual.map(|usual| Hops::compare(hop_limit, usual)) {
            Some(hops) if hops.is_one_off() && self.arrives_so(hop_limit, link) => Hops::Varied,
            Some(hops) => hops,
            None => self.compare_with_file(hop_limit, link),
        }
    }

    /// Whether packets of the host that are no resets came this way, too. Where they take parallel routes packet by
    /// packet, those of one connection do.
    fn arrives_so(&self, hop_limit: u8, link: Link) -> bool {
        self.arrivals().any(|arrival| arrival == (link, hop_limit))
    }

    /// Compares a hop limit with the host's packets that came over the same link, or with all of
    /// them where none did: at a router the same packet passes twice, one hop apart.
    fn compare_with_file(&self, hop_limit: u8, link: Link) -> Hops {
        if !self.is_known() {
            return Hops::NoBaseline;
        }
        let closest = |same_link: bool| {
            let comparable = self.arrivals().filter(|(of, _)| !same_link || *of == link);
            comparable
                .map(|(_, hop_limit)| hop_limit)
                .min_by_key(|usual| usual.abs_diff(hop_limit))
        };
        let Some(usual) = closest(true).or_else(|| closest(false)) else {
            return Hops::NoBaseline;
        };
        let varied = usize::from(self.arrivals) == MOST_ARRIVALS;
        let of_link = |(of, _): &(Link, u8)| *of == link;
        // Parallel routes differ by a hop, and a flow takes any of them.
        let several = self.arrivals().filter(of_link).count() > 1;
        match Hops::compare(hop_limit, usual) {
            Hops::Other { .. } if varied => Hops::Varied,
            hops if hops.is_one_off() && several => Hops::Varied,
            hops => hops,
        }
    }

    /// Whether the file holds packets of the host over this link, or the host is not known at all.
    pub fn uses_link(&self, link: Link) -> bool {
        link == Link::NONE || !self.is_known() || self.arrivals().any(|(of, _)| of == link)
    }

    /// Compares an IPv6 flow label with the host's habit (RFC 6437 3: 0 means not labelled).
    pub fn compare_flow_label(&self, is_labelled: Option<bool>) -> FlowLabel {
        match (is_labelled, self.labels) {
            (None, _)
            | (
                _,
                Labels {
                    zero: false,
                    set: false,
                },
            ) => FlowLabel::Unknown,
            (_, Labels { zero: true, .. }) => FlowLabel::NoHabit,
            (Some(false), _) if self.linux => FlowLabel::Missing,
            (Some(false), _) => FlowLabel::NoHabit,
            (Some(true), _) => FlowLabel::AsUsual,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::tests::segment;

    fn host_with(hop_limit: u8, link_source: u64) -> Host {
        let mut host = Host::default();
        let mut seen = segment(1);
        seen.ip.hop_limit = hop_limit;
        seen.link_source = link_source;
        assert!(host.learn(&seen));
        assert!(!host.learn(&seen), "the same again teaches nothing");
        host
    }

    #[test]
    fn hops_compare_with_the_same_link_first() {
        let mut host = host_with(62, 1);
        let mut other_leg = segment(2);
        other_leg.ip.hop_limit = 61;
        other_leg.link_source = 2;
        host.learn(&other_leg);
        assert_eq!(
            host.compare_hops(None, 62, Link::of(1)),
            Hops::Same { usual: 62 }
        );
        let Hops::Other {
            usual: 61,
            difference: -1,
            initial_differs: false,
        } = host.compare_hops(None, 62, Link::of(2))
        else {
            panic!("62 on the link that shows 61 is one hop less");
        };
        assert_eq!(
            host.compare_hops(None, 61, Link::of(3)),
            Hops::Same { usual: 61 },
            "unknown link: any"
        );
    }

    #[test]
    fn an_ipv4_host_takes_no_more_than_60_bytes() {
        assert!(size_of::<Host>() + crate::lookup::Lookup::BYTES_EACH <= 60);
    }

    #[test]
    fn another_initial_value_is_another_stack() {
        let compared = host_with(118, 1).compare_hops(None, 63, Link::of(1));
        assert!(matches!(
            compared,
            Hops::Other {
                initial_differs: true,
                ..
            }
        ));
        assert_eq!(
            Host::default().compare_hops(None, 63, Link::of(1)),
            Hops::NoBaseline
        );
    }

    #[test]
    fn flow_label_tells_only_where_there_is_a_habit() {
        let mut host = Host::default();
        assert_eq!(host.compare_flow_label(Some(false)), FlowLabel::Unknown);
        let mut labelled = segment(1);
        labelled.ip.flow_label = Some(77);
        host.learn(&labelled);
        assert_eq!(host.compare_flow_label(Some(false)), FlowLabel::NoHabit);
        assert_eq!(host.compare_flow_label(Some(true)), FlowLabel::AsUsual);
        labelled.options.in_linux_order = true;
        assert!(host.learn(&labelled));
        assert_eq!(host.compare_flow_label(Some(false)), FlowLabel::Missing);
        assert_eq!(host.compare_flow_label(Some(true)), FlowLabel::AsUsual);
        labelled.ip.flow_label = Some(0);
        host.learn(&labelled);
        assert_eq!(host.compare_flow_label(Some(false)), FlowLabel::NoHabit);
    }
}
