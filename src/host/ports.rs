//! What the file shows of a host's ports: who got in, and who was refused afterwards.

/// Open ports kept of a host. More would only repeat that the host is alive.
const MOST_PORTS: usize = 4;

/// One port that the file has seen open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Port {
    number: u16,
    /// It accepted a SYN that did not ask for ECN.
    pub takes_plain: bool,
    /// It accepted one that did.
    pub takes_ecn: bool,
    /// Frame of its latest SYN-ACK.
    pub opened: u32,
    /// Frame of the latest reset that answered a SYN to it, since it was first open; 0 for none.
    pub refused: u32,
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

    /// The port accepted, in this frame, a SYN that asked for ECN or did not. Returns whether that says anything new
    /// about what came up to frame `since`.
    pub fn accept(&mut self, number: u16, frame: u32, ecn: bool, since: u32) -> bool {
        if self.get(number).is_none() {
            let ports = self.0.get_or_insert_default();
            let Some(free) = ports.iter_mut().find(|port| port.opened == 0) else {
                return false;
            };
            free.number = number;
        }
        let Some(port) = self.0.as_mut().and_then(|ports| {
            let same = |port: &&mut Port| port.number == number;
            ports.iter_mut().find(same)
        }) else {
            return false;
        };
        let known = if ecn {
            &mut port.takes_ecn
        } else {
            &mut port.takes_plain
        };
        let new_kind = !std::mem::replace(known, true);
        let again = port.opened <= since;
        port.opened = frame;
        new_kind || again
    }

    /// The port answered a SYN with a reset in this frame. Returns whether it was open just before.
    pub fn refuse(&mut self, number: u16, frame: u32) -> bool {
        let Some(port) = self.get_mut(number) else {
            return false;
        };
        let first = port.refused < port.opened;
        port.refused = frame;
        first
    }
}
