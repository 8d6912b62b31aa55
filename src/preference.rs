//! The preferences, as Wireshark stores and shows them. Each name is written here and nowhere else; the
//! C glue registers what the table holds and hands back the values.

use std::ffi::CStr;
use std::ops::RangeInclusive;

use crate::field::ExpertSeverity;
use crate::segment::{MILLISECOND, Nanoseconds};
use crate::timer::Timers;

/// The type of a preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A whole number from 0 on.
    Unsigned = 0,
    /// On or off.
    Boolean = 1,
    /// One of some choices, by number.
    Choice = 2,
    /// A line of text.
    Text = 3,
}

/// One of the choices of a preference.
pub struct Choice {
    /// Its name in the preferences file.
    pub name: &'static CStr,
    /// What the dialog shows.
    pub title: &'static CStr,
    /// Its number.
    pub number: u32,
}

/// What a preference is when nobody has set it.
pub enum Default {
    /// Of a number, and between which bounds it means something.
    Unsigned(u32, RangeInclusive<u32>),
    /// Of a switch.
    Boolean(bool),
    /// Of a choice: its number, and all choices.
    Choice(u32, &'static [Choice]),
    /// Of a text.
    Text(&'static CStr),
}

impl Default {
    /// The kind of preference.
    pub const fn kind(&self) -> Kind {
        match self {
            Default::Unsigned(..) => Kind::Unsigned,
            Default::Boolean(_) => Kind::Boolean,
            Default::Choice(..) => Kind::Choice,
            Default::Text(_) => Kind::Text,
        }
    }

    /// The number; 0 for a text.
    pub const fn number(&self) -> u32 {
        match self {
            Default::Unsigned(number, _) | Default::Choice(number, _) => *number,
            Default::Boolean(on) => *on as u32,
            Default::Text(_) => 0,
        }
    }

    /// The text; empty for all others.
    pub const fn text(&self) -> &'static CStr {
        match self {
            Default::Text(text) => text,
            _ => c"",
        }
    }

    /// The choices; none for all others.
    pub const fn choices(&self) -> &'static [Choice] {
        match self {
            Default::Choice(_, choices) => choices,
            _ => &[],
        }
    }
}

/// One preference.
pub struct Description {
    /// The name after "rstanalysis.".
    pub name: &'static CStr,
    /// What the dialog shows before the value.
    pub title: &'static CStr,
    /// Its help, in plain words.
    pub help: &'static CStr,
    /// Its type and its value at first.
    pub default: Default,
}

impl Description {
    /// The value, or the default where none is given; one that is out of bounds becomes the nearest one that
    /// is not.
    fn accept(&self, given: Option<Value>, complaints: &mut Vec<String>) -> Value {
        match (&self.default, given) {
            (Default::Unsigned(_, bounds), Some(Value::Number(number))) => {
                let (least, most) = (*bounds.start(), *bounds.end());
                let used = number.clamp(least, most);
                if used != number {
                    complaints.push(format!(
                        "Preference {}: {number} is not between {least} and {most}, so {used} is used",
                        self.name.to_string_lossy()
                    ));
                }
                Value::Number(used)
            }
            (Default::Text(_), Some(Value::Text(text))) => Value::Text(text),
            (Default::Text(text), _) => Value::Text(text.to_string_lossy().into_owned()),
            (_, Some(Value::Number(number))) => Value::Number(number),
            (default, _) => Value::Number(default.number()),
        }
    }
}

const fn terminated(text: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(text.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a text holds a NUL"),
    }
}

macro_rules! preferences {
    ($($preference:ident $default:expr, $name:literal $title:literal $help:literal;)*) => {
        /// A preference, by its place in [`PREFERENCES`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Preference {
            $(#[doc = $title] $preference,)*
        }

        /// All preferences.
        pub static PREFERENCES: &[Description] = &[
            $(Description {
                name: terminated(concat!($name, "\0")),
                title: terminated(concat!($title, "\0")),
                help: terminated(concat!($help, "\0")),
                default: $default,
            },)*
        ];
    };
}

static SEVERITIES: &[Choice] = &[
    Choice {
        name: c"chat",
        title: c"Chat",
        number: ExpertSeverity::Chat as u32,
    },
    Choice {
        name: c"note",
        title: c"Note",
        number: ExpertSeverity::Note as u32,
    },
    Choice {
        name: c"warn",
        title: c"Warn",
        number: ExpertSeverity::Warn as u32,
    },
];

/// What to report where firewall and refused can't be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What is more probable.
    MostProbable,
    /// A firewall.
    Firewall,
    /// A closed port.
    Refused,
}

static REFUSALS: &[Choice] = &[
    Choice {
        name: c"probable",
        title: c"Most probable",
        number: Refusal::MostProbable as u32,
    },
    Choice {
        name: c"firewall",
        title: c"Firewall",
        number: Refusal::Firewall as u32,
    },
    Choice {
        name: c"refused",
        title: c"Refused",
        number: Refusal::Refused as u32,
    },
];

/// In milliseconds.
const A_WEEK: u32 = 7 * 86_400_000;

preferences! {
    InfoColumn Default::Boolean(true), "info_column" "Show the cause in the Info column"
        "Add the cause of each reset, and how sure it is, to its row in the packet list. A capture that is still being read shows what is known so far.";
    SeverityFloor Default::Choice(ExpertSeverity::Chat as u32, SEVERITIES), "severity_floor" "Expert items from"
        "Which resets get an expert item. Chat: all of them, harmless ones too; Note: those of an application's habit or of unknown cause, and those that break connections; Warn: only those that break connections. Their trees and fields are there in any case.";
    Refusal Default::Choice(Refusal::MostProbable as u32, REFUSALS), "firewall_or_refused" "If firewall and refused look the same, report"
        "A closed port and a filter on the host itself look the same on the wire. Where nothing tells them apart, report the more probable one or the one that is usual in your network. The other one stays the alternative, and each keeps its own confidence.";
    StormResets Default::Unsigned(3, 2..=200), "storm_resets" "Resets that make a storm"
        "So many resets of one side of a connection are a series, not a repeat or two; so many that answer nothing are a volley; so many connections that a host aborts within 100 ms ended together. From 2 to 200.";
    ForeignHops Default::Unsigned(2, 1..=64), "foreign_hops" "Hops off that count as foreign"
        "A reset that comes from so many hops nearer or farther than the host's other packets was most probably made by another box. Fewer hops say less, as routes change. Raise it where the routes to your hosts differ. From 1 to 64.";
    IdleShown Default::Unsigned(1_000, 1..=A_WEEK), "idle_shown_ms" "Silence worth a word (ms)"
        "A silence of so many milliseconds before a reset is shown; shorter ones are the pace of the exchange.";
    IdleLeast Default::Unsigned(4_800, 1_000..=A_WEEK), "idle_least_ms" "Silence that counts as idle (ms)"
        "After a silence of so many milliseconds an idle timer may have ended the connection. The shortest timers in wide use are 5 seconds. From 1000 on.";
    IdleLong Default::Unsigned(50_000, 1_000..=A_WEEK), "idle_long_ms" "Silence that boxes between forget connections after (ms)"
        "A silence of so many milliseconds speaks for an idle timeout, whether or not it equals a known timer. From 1000 on.";
    IdleTimers Default::Text(c""), "idle_timers" "More idle timers"
        "Timers of your own network that end idle connections, in addition to the known ones: seconds and a name each, as in \"350 our NLB; 900 office firewall\". A silence before a reset that equals one is named after it.";
}

/// The value of a preference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Of a number, a switch (0 or 1) or a choice.
    Number(u32),
    /// Of a text.
    Text(String),
}

/// From where on something counts, as the user has set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So many resets are a storm. Three are no chance; two a tenth of a second are common where clients
    /// abort by habit.
    pub storm: u32,
    /// Hops that a change of route seldom takes away or adds.
    pub foreign_hops: u16,
    /// Shorter silences are the pace of an exchange.
    pub shown_silence: Nanoseconds,
    /// Shorter silences are no idleness: the shortest idle timers in wide use are 5 s (HTTP keep-alive).
    pub idle: Nanoseconds,
    /// No default of a box between is shorter than 60 s (RFC 5382 5 asks NATs for two hours, they do not
    /// care); what ends sooner is an application's keep-alive.
    pub long_silence: Nanoseconds,
}

/// The values of all preferences, and what follows from them.
#[derive(Clone, Debug)]
pub struct Preferences {
    values: Vec<Value>,
    /// The known idle timers and the user's own.
    pub timers: Timers,
    /// From where on something counts.
    pub limits: Limits,
    /// What of the values is not understood, in words for the user.
    pub complaints: Vec<String>,
}

impl std::default::Default for Preferences {
    fn default() -> Preferences {
        Preferences::new(Vec::new())
    }
}

impl Preferences {
    /// The defaults, but for one.
    pub fn with(preference: Preference, value: Value) -> Preferences {
        let mut values = Preferences::default().values;
        values[preference as usize] = value;
        Preferences::new(values)
    }

    /// From values in the order of [`PREFERENCES`]; what is missing has its default.
    pub fn new(values: Vec<Value>) -> Preferences {
        let mut complaints = Vec::new();
        let mut given = values.into_iter();
        let values: Vec<Value> = PREFERENCES
            .iter()
            .map(|preference| preference.accept(given.next(), &mut complaints))
            .collect();
        let number = |preference: Preference| match values[preference as usize] {
            Value::Number(number) => number,
            Value::Text(_) => 0,
        };
        let time = |preference| Nanoseconds::from(number(preference)) * MILLISECOND;
        let limits = Limits {
            storm: number(Preference::StormResets),
            foreign_hops: number(Preference::ForeignHops) as u16,
            shown_silence: time(Preference::IdleShown),
            idle: time(Preference::IdleLeast),
            long_silence: time(Preference::IdleLong),
        };
        let mut preferences = Preferences {
            values,
            timers: Timers::default(),
            limits,
            complaints,
        };
        preferences.take_timers();
        preferences
    }

    fn take_timers(&mut self) {
        let more = self.text(Preference::IdleTimers).to_owned();
        let complaints = self.timers.extend(&more).into_iter();
        self.complaints
            .extend(complaints.map(|it| format!("Preference idle_timers: {it}")));
    }

    /// What to report where firewall and refused can't be told apart.
    pub fn refusal(&self) -> Refusal {
        match self.number(Preference::Refusal) {
            number if number == Refusal::Firewall as u32 => Refusal::Firewall,
            number if number == Refusal::Refused as u32 => Refusal::Refused,
            _ => Refusal::MostProbable,
        }
    }

    /// The value of a number, a switch or a choice.
    pub fn number(&self, preference: Preference) -> u32 {
        match self.values.get(preference as usize) {
            Some(Value::Number(number)) => *number,
            _ => 0,
        }
    }

    /// The value of a text.
    pub fn text(&self, preference: Preference) -> &str {
        match self.values.get(preference as usize) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_wireshark_accepts_and_help_says_something() {
        for preference in PREFERENCES {
            let name = preference.name.to_str().unwrap();
            let plain = |letter: char| letter.is_ascii_lowercase() || letter == '_';
            assert!(name.chars().all(plain), "{name}");
            assert!(preference.title.to_bytes().len() < 80);
            assert!(preference.help.to_bytes().len() > 20);
        }
    }

    #[test]
    fn missing_values_are_defaults_and_mistakes_are_told() {
        let preferences = Preferences::default();
        assert_eq!(preferences.text(Preference::IdleTimers), "");
        assert_eq!(
            preferences.number(Preference::IdleTimers),
            0,
            "a text has no number"
        );
        assert!(preferences.complaints.is_empty());
        let set = |value| Preferences::with(Preference::StormResets, Value::Number(value));
        assert_eq!((preferences.limits.storm, set(7).limits.storm), (3, 7));
        assert_eq!((set(0).limits.storm, set(u32::MAX).limits.storm), (2, 200));
        assert_eq!(
            set(0).complaints,
            ["Preference storm_resets: 0 is not between 2 and 200, so 2 is used"]
        );
        assert_eq!(preferences.refusal(), Refusal::MostProbable);
        let wrong = Preferences::with(Preference::IdleTimers, Value::Text("soon".into()));
        assert_eq!(wrong.complaints.len(), 1);
        assert!(wrong.complaints[0].starts_with("Preference idle_timers: \"soon\""));
    }
}
