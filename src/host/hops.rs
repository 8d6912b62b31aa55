//! How far away a packet's sender is, as its TTL or hop limit tells.

/// Initial TTLs in use: Linux, BSD and macOS 64, Windows 128, network devices 255.
const INITIAL_HOP_LIMITS: [u8; 3] = [64, 128, 255];

/// The initial value that a hop limit most probably had when it was sent.
fn initial_hop_limit(hop_limit: u8) -> u8 {
    INITIAL_HOP_LIMITS
        .into_iter()
        .find(|initial| *initial >= hop_limit)
        .unwrap_or(255)
}

/// Routers passed, as the hop limit tells.
fn distance(hop_limit: u8) -> u8 {
    initial_hop_limit(hop_limit) - hop_limit
}

/// How a packet's hop limit compares with the host's others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hops {
    /// The file holds no other packet of the host.
    NoBaseline,
    /// The host's packets come with so many hop limits that one more tells nothing.
    Varied,
    /// As the host's others.
    Same {
        /// The hop limit that both have.
        usual: u8,
    },
    /// Another distance than the host's others.
    Other {
        /// The closest hop limit among the host's others.
        usual: u8,
        /// Routers passed more (positive) or fewer than the host's others.
        difference: i16,
        /// Whether even the initial value differs, so another stack sent it.
        initial_differs: bool,
    },
}

impl Hops {
    /// Compares a hop limit with the usual one.
    pub fn compare(hop_limit: u8, usual: u8) -> Hops {
        if usual == hop_limit {
            return Hops::Same { usual };
        }
        Hops::Other {
            usual,
            difference: i16::from(distance(hop_limit)) - i16::from(distance(usual)),
            initial_differs: initial_hop_limit(hop_limit) != initial_hop_limit(usual),
        }
    }

    /// Whether it is one hop only, as between parallel routes.
    pub fn is_one_off(self) -> bool {
        matches!(
            self,
            Hops::Other {
                difference: -1..=1,
                initial_differs: false,
                ..
            }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_from_the_next_initial_value() {
        assert_eq!(
            (distance(64), distance(63), distance(128), distance(120)),
            (0, 1, 0, 8)
        );
        assert_eq!((distance(255), distance(129), distance(0)), (0, 126, 64));
    }
}
