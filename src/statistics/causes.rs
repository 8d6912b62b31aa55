//! How many resets each cause has, and which servers they are of.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Cell, Count, Row};
use crate::segment::Socket;
use crate::session::Session;

/// What stands above all causes.
const ALL: &str = "TCP resets";
/// A cause lists its busiest servers, and the others in one row: a scan has tens of thousands, and the time
/// that Wireshark's window takes grows with the square of their number (4.0: more than 10 s for 1000).
const MOST_SERVERS: usize = 100;
/// That row.
const OTHERS: &str = "(other servers)";

/// Resets by cause and server.
#[derive(Clone, Debug, Default)]
pub struct Causes(HashMap<&'static str, HashMap<Socket, u32>>);

impl Count for Causes {
    fn add(&mut self, session: &Session, frames: &[u32]) {
        for reset in session.resets_in(frames) {
            let cause = session.ranking(reset).best.cause.name;
            let servers = self.0.entry(cause).or_default();
            *servers
                .entry(session.situation(reset).server_socket())
                .or_default() += 1;
        }
    }

    /// A tree: all resets, their causes, and the servers of each, the most frequent ones first.
    fn rows(self) -> Vec<Row> {
        let total = |servers: &HashMap<Socket, u32>| servers.values().sum::<u32>();
        let mut rows = vec![row(0, ALL.into(), self.0.values().map(total).sum())];
        let mut causes: Vec<_> = self.0.into_iter().collect();
        causes.sort_by_key(|(cause, servers)| (Reverse(total(servers)), *cause));
        for (cause, servers) in causes {
            rows.push(row(1, cause.into(), total(&servers)));
            let mut servers: Vec<_> = servers.into_iter().collect();
            servers.sort_by_key(|(server, count)| (Reverse(*count), *server));
            let others = servers.split_off(servers.len().min(MOST_SERVERS));
            let listed = servers.into_iter();
            rows.extend(listed.map(|(server, count)| row(2, server.to_string(), count)));
            if !others.is_empty() {
                let count = others.iter().map(|(_, count)| count).sum();
                rows.push(row(2, OTHERS.into(), count));
            }
        }
        rows
    }
}

fn row(depth: u8, name: String, count: u32) -> Row {
    let cells = vec![Cell::Text(name), Cell::Number(count)];
    Row { depth, cells }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(port: u16) -> Socket {
        let address = "10.0.0.1".parse().unwrap();
        Socket { address, port }
    }

    #[test]
    fn rows_are_a_tree_with_the_most_frequent_first() {
        let mut causes = Causes::default();
        causes.0.insert("refused", [(server(7), 1)].into());
        let firewall = [(server(22), 1), (server(80), 3), (server(21), 1)];
        causes.0.insert("firewall", firewall.into());
        let expected = [
            row(0, "TCP resets".into(), 6),
            row(1, "firewall".into(), 5),
            row(2, "10.0.0.1:80".into(), 3),
            row(2, "10.0.0.1:21".into(), 1),
            row(2, "10.0.0.1:22".into(), 1),
            row(1, "refused".into(), 1),
            row(2, "10.0.0.1:7".into(), 1),
        ];
        assert_eq!(causes.rows(), expected);
    }

    #[test]
    fn without_resets_there_is_their_number() {
        assert_eq!(Causes::default().rows(), [row(0, "TCP resets".into(), 0)]);
    }

    #[test]
    fn servers_beyond_the_bound_share_a_row() {
        let mut causes = Causes::default();
        let ports = 0..=MOST_SERVERS as u16;
        let servers = ports.map(|port| (server(port), 2)).collect();
        causes.0.insert("refused", servers);
        let rows = causes.rows();
        assert_eq!(rows.len(), MOST_SERVERS + 3);
        assert_eq!(rows[MOST_SERVERS + 2], row(2, OTHERS.into(), 2));
    }
}
