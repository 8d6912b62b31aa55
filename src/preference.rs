//! The preferences, as Wireshark stores and shows them. Each name is written here and nowhere else; the
//! C glue registers what the table holds and hands back the values.

use std::ffi::CStr;

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
    /// Of a number.
    Unsigned(u32),
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
            Default::Unsigned(_) => Kind::Unsigned,
            Default::Boolean(_) => Kind::Boolean,
            Default::Choice(..) => Kind::Choice,
            Default::Text(_) => Kind::Text,
        }
    }

    /// The number; 0 for a text.
    pub const fn number(&self) -> u32 {
        match self {
            Default::Unsigned(number) | Default::Choice(number, _) => *number,
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

preferences! {
    InfoColumn Default::Boolean(true), "info_column" "Show the cause in the Info column"
        "Add the cause of each reset, and how sure it is, to its row in the packet list. A capture that is still being read shows what is known so far.";
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

/// The values of all preferences, and what follows from them.
#[derive(Clone, Debug)]
pub struct Preferences {
    values: Vec<Value>,
    /// The known idle timers and the user's own.
    pub timers: Timers,
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
    pub fn new(mut values: Vec<Value>) -> Preferences {
        let defaults = PREFERENCES
            .iter()
            .map(|preference| match preference.default {
                Default::Text(text) => Value::Text(text.to_string_lossy().into_owned()),
                ref other => Value::Number(other.number()),
            });
        values.extend(defaults.skip(values.len()));
        let mut preferences = Preferences {
            values,
            timers: Timers::default(),
            complaints: Vec::new(),
        };
        let more = preferences.text(Preference::IdleTimers).to_owned();
        let complaints = preferences.timers.extend(&more);
        preferences.complaints = complaints
            .into_iter()
            .map(|complaint| format!("Preference idle_timers: {complaint}"))
            .collect();
        preferences
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
        let wrong = Preferences::with(Preference::IdleTimers, Value::Text("soon".into()));
        assert_eq!(wrong.complaints.len(), 1);
        assert!(wrong.complaints[0].starts_with("Preference idle_timers: \"soon\""));
    }
}
