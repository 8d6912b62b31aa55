//! Idle timers that are known by name, and which of them a silence equals.

use crate::segment::{MILLISECOND, Nanoseconds};

const SECOND: Nanoseconds = 1000 * MILLISECOND;
/// The longest that a user may name: a year.
const LONGEST: f64 = 366.0 * 86400.0;
/// What a user's name may take of a line.
const LONGEST_NAME: usize = 60;

/// A timer that ends idle connections.
#[derive(Clone, Debug, PartialEq)]
pub struct Timer {
    /// How long a connection may be idle.
    pub time: Nanoseconds,
    /// Whose it is.
    pub name: String,
}

/// Defaults of wide use, in seconds, from their makers' documentation. They can be configured nearly
/// everywhere, so a match is a hint where to look, no proof.
const BUILT_IN: &[(i64, &str)] = &[
    (5, "Node.js or Apache keep-alive"),
    (60, "AWS Application Load Balancer"),
    (75, "nginx keep-alive"),
    (120, "IIS"),
    (240, "Azure load balancer"),
    (300, "F5 BIG-IP"),
    (350, "AWS NLB and NAT gateway"),
    (600, "Google Cloud or nginx stream"),
    (900, "kube-proxy IPVS"),
    (3600, "Cisco ASA, Palo Alto, FortiGate or Envoy"),
    (7200, "Linux keep-alive"),
    (432_000, "Linux conntrack"),
];

/// How closely a silence has to equal a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closeness {
    /// It is the only one of its kind: many lengths lie near some timer, so it must fit the clock.
    Lone,
    /// The same silence came before other resets of the file.
    Recurring,
}

impl Closeness {
    /// What a silence may be off. A timer is never early: that is the way to the capture point and
    /// lazy rearming (nginx: 300 ms, NGX_TIMER_LAZY_DELAY). Late by a tick of a slow clock, or because
    /// the next segment came a little later. Within 3 % as a whole, 5 s timers included; the absolute
    /// bound keeps the share of random silences that match by chance at about 1 %.
    fn range(self, timer: Nanoseconds) -> (Nanoseconds, Nanoseconds) {
        let share = timer * 3 / 100;
        match self {
            Closeness::Lone => (
                share.min(SECOND / 2),
                share.min((2 * SECOND).max(timer / 200)),
            ),
            Closeness::Recurring => (share, share.max(2 * SECOND).min(timer / 10)),
        }
    }
}

/// All known timers.
#[derive(Clone, Debug)]
pub struct Timers {
    list: Vec<Timer>,
}

impl Default for Timers {
    fn default() -> Timers {
        let timer = |&(seconds, name): &(i64, &str)| Timer {
            time: seconds * SECOND,
            name: name.into(),
        };
        Timers {
            list: BUILT_IN.iter().map(timer).collect(),
        }
    }
}

impl Timers {
    /// Adds what the user wrote: "350 AWS NLB; 60 office firewall", seconds and a name each. Returns what
    /// of it is not understood, a sentence each.
    pub fn extend(&mut self, text: &str) -> Vec<String> {
        let entries = text.split([';', '\n']).map(str::trim);
        let mut complaints = Vec::new();
        for entry in entries.filter(|entry| !entry.is_empty()) {
            match parse(entry) {
                Some(timer) => self.list.push(timer),
                None => complaints.push(format!(
                    "\"{}\" is no idle timer: write seconds and a name, as in \"350 AWS NLB; 60 office \
                     firewall\"",
                    shortened(entry)
                )),
            }
        }
        complaints
    }

    /// The timers that the silence equals, by name: "AWS NLB and NAT gateway 350 s".
    pub fn named(&self, silence: Nanoseconds, closeness: Closeness) -> Option<String> {
        let equals = |timer: &&Timer| {
            let (early, late) = closeness.range(timer.time);
            (timer.time - early..=timer.time + late).contains(&silence)
        };
        let name = |timer: &Timer| format!("{} {} s", timer.name, seconds(timer.time));
        let names: Vec<String> = self.list.iter().filter(equals).map(name).collect();
        (!names.is_empty()).then(|| names.join(" or "))
    }
}

fn parse(entry: &str) -> Option<Timer> {
    let (number, name) = entry.split_once(char::is_whitespace)?;
    let number = number.strip_suffix('s').unwrap_or(number);
    let seconds: f64 = number.parse().ok()?;
    let name = shortened(name.trim());
    let in_range = (1.0..=LONGEST).contains(&seconds);
    (in_range && !name.is_empty()).then_some(Timer {
        time: (seconds * 1e9) as Nanoseconds,
        name,
    })
}

fn shortened(text: &str) -> String {
    let printable = text.chars().filter(|letter| !letter.is_control());
    printable.take(LONGEST_NAME).collect()
}

fn seconds(time: Nanoseconds) -> String {
    let seconds = time as f64 / SECOND as f64;
    format!("{seconds}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lone(milliseconds: i64) -> Option<String> {
        Timers::default().named(milliseconds * MILLISECOND, Closeness::Lone)
    }

    #[test]
    fn lone_silence_must_fit_the_clock() {
        assert_eq!(
            lone(350_000).as_deref(),
            Some("AWS NLB and NAT gateway 350 s")
        );
        assert!(lone(351_500).is_some() && lone(349_700).is_some());
        assert!(lone(349_000).is_none(), "no timer runs out a second early");
        assert!(lone(354_000).is_none() && lone(5_400).is_none());
    }

    #[test]
    fn recurring_silence_may_be_three_percent_off() {
        let recurring =
            |seconds: i64| Timers::default().named(seconds * SECOND, Closeness::Recurring);
        assert!(recurring(358).is_some() && recurring(341).is_some());
        assert!(recurring(365).is_none() && recurring(335).is_none());
        assert!(
            recurring(7).is_none(),
            "two seconds are no small part of five"
        );
    }

    #[test]
    fn random_silences_are_named_in_less_than_two_percent() {
        // A linear congruential generator (Knuth's MMIX constants), so that the test is the same everywhere.
        let mut state: u64 = 42;
        let mut next = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 33) as i64
        };
        let total = 100_000;
        let named = (0..total)
            .filter(|_| lone(1000 + next() % 3_999_000).is_some())
            .count();
        assert!(named * 100 < total * 2, "{named} of {total}");
        assert!(named > 0);
    }

    #[test]
    fn users_add_timers_and_are_told_of_mistakes() {
        let mut timers = Timers::default();
        let complaints =
            timers.extend("350 our NLB;90s office firewall ;; x y; 12; -5 a; NaN b; 1e99 c\n0.5 d");
        assert_eq!(complaints.len(), 6, "{complaints:?}");
        assert!(complaints[0].contains("\"x y\""));
        assert_eq!(
            timers.named(350 * SECOND, Closeness::Lone).as_deref(),
            Some("AWS NLB and NAT gateway 350 s or our NLB 350 s")
        );
        assert_eq!(
            timers.named(90 * SECOND, Closeness::Lone).as_deref(),
            Some("office firewall 90 s")
        );
    }
}
