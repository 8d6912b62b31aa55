//! The scenes of the bench: what a capture may consist of.

use super::{Conversation, Numbers, Packets, Step, address};
use Step::*;

/// Networks of clients, servers and scanned hosts.
const CLIENTS: u8 = 0;
const SERVERS: u8 = 1;
const SCANNED: u8 = 2;
const LARGEST_PAYLOAD: usize = 1400;
const OPEN_AT_A_TIME: usize = 64;
const LONG_CONVERSATIONS: u32 = 20;
/// Hosts that clients, servers and scanned ports spread over.
const HOSTS: u32 = 250;

const CLOSED: [Step; 10] = [
    Syn,
    SynAck,
    ClientAck,
    ClientData(200),
    ServerAck,
    ServerData(600),
    ClientAck,
    ClientFin,
    ServerFin,
    ClientAck,
];
/// Of these the ones up to the reply's acknowledgment.
const REPLIED: usize = 7;
const ABORTED: [Step; 8] = [
    Syn,
    SynAck,
    ClientAck,
    ClientData(200),
    ServerAck,
    ServerData(600),
    ClientAck,
    ClientAbort,
];

/// What the short conversations of a scene have in common.
#[derive(Clone, Copy)]
pub struct Habits {
    /// How many clients there are.
    pub clients: u32,
    /// Of 100 conversations so many speak TLS.
    pub tls: u32,
    /// Of 100 so many end by the client's abort.
    pub aborts: u32,
    /// Those that do not abort close by FINs, or else stay open.
    pub close: bool,
}

impl Habits {
    /// Of everyday traffic.
    pub const USUAL: Habits = Habits {
        clients: HOSTS,
        tls: 50,
        aborts: 10,
        close: true,
    };
}

/// A conversation of the scene with short ones, and the step at which it is.
pub struct Open {
    conversation: Conversation,
    steps: std::slice::Iter<'static, Step>,
}

impl Open {
    fn new(number: u32, habits: &Habits, numbers: &mut Numbers) -> Open {
        let new = short_conversation(number, habits.clients, numbers);
        let conversation = if numbers.below(100) < habits.tls {
            new.over_tls()
        } else {
            new
        };
        let end: &[Step] = match numbers.below(100) < habits.aborts {
            true => &ABORTED,
            false if habits.close => &CLOSED,
            false => &CLOSED[..REPLIED],
        };
        Open {
            conversation,
            steps: end.iter(),
        }
    }

    /// Writes the next packet; returns whether it was the last.
    fn write(&mut self, payload: &[u8], out: &mut Packets) -> bool {
        if let Some(step) = self.steps.next() {
            self.conversation.write(*step, payload, out);
        }
        self.steps.len() == 0
    }
}

/// Writes packets of its kind, one after another.
pub enum Scene {
    /// Few conversations: a server sends 1000 bytes at a time, every second one is acknowledged.
    Long {
        /// The host number of its first client.
        first: u32,
        conversations: Vec<Conversation>,
    },
    /// Many conversations: handshake, request, reply, end.
    Short {
        habits: Habits,
        begun: u32,
        open: Vec<Open>,
    },
    /// A SYN to each port, answered by a reset.
    Scan { probed: u32, targets: u32 },
    /// One conversation in which the client's data are answered by resets.
    Storm(Option<Conversation>),
    /// Of 100 packets 60 of long conversations, 37 of short ones and 3 of a scan.
    Mix(Vec<Scene>),
}

/// Writes a scene's packets.
pub struct Writer {
    scene: Scene,
    numbers: Numbers,
    payload: Vec<u8>,
}

impl Scene {
    pub fn long() -> Scene {
        Scene::long_from(5000)
    }

    /// The same with other clients, for what shall not meet the conversations of [`Scene::long`].
    pub fn background() -> Scene {
        Scene::long_from(6000)
    }

    fn long_from(first: u32) -> Scene {
        Scene::Long {
            first,
            conversations: Vec::new(),
        }
    }

    pub fn short(habits: Habits) -> Scene {
        Scene::Short {
            habits,
            begun: 0,
            open: Vec::new(),
        }
    }

    pub fn scan(targets: u32) -> Scene {
        Scene::Scan { probed: 0, targets }
    }

    pub fn storm() -> Scene {
        Scene::Storm(None)
    }

    pub fn mix() -> Scene {
        let short = Scene::short(Habits::USUAL);
        Scene::Mix(vec![Scene::long(), short, Scene::scan(HOSTS)])
    }

    /// Writes the next packet, or those that come together.
    fn write(&mut self, numbers: &mut Numbers, payload: &[u8], out: &mut Packets) {
        match self {
            Scene::Long {
                first,
                conversations,
            } => write_long(*first, conversations, numbers, payload, out),
            Scene::Short {
                habits,
                begun,
                open,
            } => {
                if open.len() < OPEN_AT_A_TIME {
                    open.push(Open::new(*begun, habits, numbers));
                    *begun += 1;
                }
                let place = numbers.below(open.len() as u32) as usize;
                if open[place].write(payload, out) {
                    open.swap_remove(place);
                }
            }
            Scene::Scan { probed, targets } => {
                let target = address(SCANNED, *probed % *targets, false);
                let port = (*probed / *targets % 65_535) as u16 + 1;
                let scanner = (address(CLIENTS, 0, false), 60_000);
                *probed += 1;
                let mut conversation = Conversation::new(scanner, (target, port), numbers);
                conversation.write(Probe, payload, out);
                conversation.write(Refusal, payload, out);
            }
            Scene::Storm(conversation) => {
                let conversation = conversation.get_or_insert_with(|| {
                    let mut new = short_conversation(0, 1, numbers);
                    for step in [Syn, SynAck, ClientAck] {
                        new.write(step, payload, out);
                    }
                    new
                });
                conversation.write(ClientData(100), payload, out);
                conversation.write(ServerReset, payload, out);
            }
            Scene::Mix(parts) => {
                // Calls, not packets: a call writes 3 packets of a long conversation and 2 of a scan.
                let part = match numbers.below(585) {
                    0..200 => 0,
                    200..570 => 1,
                    _ => 2,
                };
                parts[part].write(numbers, payload, out);
            }
        }
    }
}

fn write_long(
    first: u32,
    conversations: &mut Vec<Conversation>,
    numbers: &mut Numbers,
    payload: &[u8],
    out: &mut Packets,
) {
    let begun = conversations.len() as u32;
    if begun < LONG_CONVERSATIONS {
        let is_v6 = begun % 4 == 0;
        let client = (
            address(CLIENTS, first + begun, is_v6),
            30_000 + begun as u16,
        );
        let server = (address(SERVERS, begun % 5, is_v6), 5001);
        let mut new = Conversation::new(client, server, numbers);
        for step in [Syn, SynAck, ClientAck] {
            new.write(step, payload, out);
        }
        conversations.push(new);
        return;
    }
    let chosen = &mut conversations[numbers.below(begun) as usize];
    chosen.write(ServerData(1000), payload, out);
    chosen.write(ServerBulk(1000), &payload[400..], out);
    chosen.write(ClientAck, payload, out);
}

/// One in four speaks IPv6.
fn short_conversation(number: u32, clients: u32, numbers: &mut Numbers) -> Conversation {
    let client = number % clients;
    let is_v6 = client % 4 == 3;
    let port = 1024 + (number / clients % 60_000) as u16;
    Conversation::new(
        (address(CLIENTS, 1 + client, is_v6), port),
        (address(SERVERS, 10 + number % 50, is_v6), 443),
        numbers,
    )
}

impl Writer {
    pub fn new(scene: Scene) -> Writer {
        let mut numbers = Numbers::new(1);
        let payload = (0..LARGEST_PAYLOAD).map(|_| numbers.next() as u8 | 0x80);
        Writer {
            scene,
            payload: payload.collect(),
            numbers,
        }
    }

    /// Writes packets until there are at least `count` of them.
    pub fn fill(&mut self, packets: &mut Packets, count: usize) {
        while packets.len() < count {
            self.scene.write(&mut self.numbers, &self.payload, packets);
        }
    }
}
