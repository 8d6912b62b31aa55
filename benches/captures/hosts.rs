//! Who is there: clients of an office, servers near and far.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::connection::Path;
use crate::random::Random;

const CLIENTS: u64 = 4093;
const LOWEST_PORT: u64 = 1025;
const PORTS: u64 = 64_000;

pub fn client(number: u64) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number as u32 + 1))
}

pub fn server(number: u64) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(0xc612_0000 + number as u32 + 1))
}

/// The same host's other address.
fn over_ipv6(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            let (high, low) = ((bits >> 16) as u16, bits as u16);
            IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, high, 0, 0, 0, 0, low))
        }
        address => address,
    }
}

/// The path of one connection after the other, none of which has the ports of an earlier one.
pub struct Paths {
    begun: u64,
    servers: u64,
    permille_ipv6: u64,
    permille_vlan: u64,
}

impl Paths {
    pub fn new(servers: u64, permille_ipv6: u64, permille_vlan: u64) -> Self {
        Paths {
            begun: 0,
            servers,
            permille_ipv6,
            permille_vlan,
        }
    }

    pub fn next(&mut self, port: u16, random: &mut Random) -> Path {
        let number = self.begun;
        self.begun += 1;
        let client_number = number % CLIENTS;
        let server_number = random.within(0, self.servers);
        let (mut client, mut server) = (client(client_number), server(server_number));
        if random.permille(self.permille_ipv6) {
            (client, server) = (over_ipv6(client), over_ipv6(server));
        }
        let client_port = LOWEST_PORT + number / CLIENTS % PORTS;
        let hops = server_number % 14;
        Path {
            client,
            server,
            ports: (client_port as u16, port),
            ttls: (
                if client_number % 3 == 0 { 64 } else { 128 },
                64 - hops as u8,
            ),
            vlan: random.permille(self.permille_vlan).then_some(100),
            round_trip: 150 + hops * hops * 180,
        }
    }
}
