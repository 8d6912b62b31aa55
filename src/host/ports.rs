//! What the file shows of a host's ports: who got in, and who was refused afterwards.

use std::net::IpAddr;

/// Open ports kept of a host. More would only repeat that the host is alive.
const MOST_PORTS: usize = 4;

/// One port that the file has seen open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Port {
    number: u16,
    /// The client of the latest SYN without ECN that it accepted, mixed into four bytes; 0 for none.
    plain_client: u32,
    /// It accepted a SYN that asked for ECN.
    takes_ecn: bool,
    /// Frame of its latest SYN-ACK.
    pub opened: u32,
    /// Frame of the latest reset that answered a SYN to it, since it was first open; 0 for none.
    pub refused: u32,
}

impl Port {
    /// Whether it accepts SYNs of this client, but none that asks for ECN.
    pub fn takes_only_plain_from(&self, client: IpAddr) -> bool {
        !self.takes_ecn && self.plain_client == mix(client)
    }
}

fn mix(address: IpAddr) -> u32 {
    let number = match address {
        IpAddr::V4(address) => u32::from(address),
        IpAddr::V6(address) => {
            let words = address.octets();
            let words = words.chunks_exact(4).map(|word| {
                word.iter()
                    .fold(0, |number, byte| number << 8 | u32::from(*byte))
            });
            words.fold(0, |mixed: u32, word| mixed.rotate_left(7) ^ word)
        }
    };
    number.max(1)
}

/// The ports of one host that the file has seen open; most hosts of a file are clients and have none.
#[derive(Clone, Debug, Default)]
pub struct Ports(Option<Box<[Port; MOST_PORTS]>>);

impl Ports {
    /// What is known of the port; none where the file never saw it open.
    pub fn get(&self, number: u16) -> Option<&Port> {
        let ports = self.0.as_ref()?;
        ports
            .iter()
            .find(|port| port.opened != 0 && port.number == number)
    }

    fn get_mut(&mut self, number: u16) -> Option<&mut Port> {
        let ports = self.0.as_mut()?;
        ports
            .iter_mut()
            .find(|port| port.opened != 0 && port.number == number)
    }

    /// The port accepted, in this frame, a SYN of `client` that asked for ECN or did not. Returns the
    /// frame since which that tells something new of the host's resets, the latest of which came in
    /// frame `last_reset` (0 for none).
    pub fn accept(
        &mut self,
        number: u16,
        frame: u32,
        client: IpAddr,
        ecn: bool,
        last_reset: u32,
    ) -> Option<u32> {
        let ports = self.0.get_or_insert_default();
        let known = |port: &&mut Port| port.opened != 0 && port.number == number;
        let place = ports.iter_mut().find(known).is_none();
        let port = ports.iter_mut().find(|port| {
            if place {
                port.opened == 0
            } else {
                port.number == number
            }
        })?;
        let before = std::mem::replace(&mut port.opened, frame);
        port.number = number;
        let first_ecn = ecn && !std::mem::replace(&mut port.takes_ecn, true);
        if !ecn {
            port.plain_client = mix(client);
        }
        match before <= last_reset {
            true => Some(before),
            false => first_ecn.then_some(0),
        }
    }

    /// The port answered a SYN with a reset in this frame. Where it was open just before, returns the frame since
    /// which that tells something new of the host's resets: those before its last refusal know that it refuses. A
    /// server that takes some and refuses others would have all of them judged again each time.
    pub fn refuse(&mut self, number: u16, frame: u32) -> Option<u32> {
        let port = self.get_mut(number)?;
        let before = std::mem::replace(&mut port.refused, frame);
        (before < port.opened).then_some(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_tells_something_of_the_resets_since_the_last_one() {
        let client = IpAddr::from([10, 0, 0, 1]);
        let mut ports = Ports::default();
        assert_eq!(ports.refuse(80, 5), None, "never seen open");
        ports.accept(80, 10, client, false, 0);
        assert_eq!(ports.refuse(80, 20), Some(0));
        assert_eq!(ports.refuse(80, 30), None, "still closed");
        ports.accept(80, 40, client, false, 30);
        assert_eq!(ports.refuse(80, 50), Some(30));
    }
}
