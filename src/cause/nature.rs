//! Of what nature a cause is: its family, how much it matters, which resets it explains, and who made them.

/// The family of a cause, as `rstanalysis.category` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// While the connection was being opened.
    Handshake,
    /// By an endpoint that ends the connection.
    Closing,
    /// A timer ran out.
    Timeout,
    /// One side no longer knows the connection.
    LostState,
    /// By somebody who is neither endpoint.
    ThirdParty,
    /// The protocol itself asks for it.
    Protocol,
    /// What follows an earlier reset.
    Aftermath,
    /// The file does not say.
    Unknown,
}

impl Category {
    /// Its name in the field.
    pub fn name(self) -> &'static str {
        match self {
            Category::Handshake => "handshake",
            Category::Closing => "closing",
            Category::Timeout => "timeout",
            Category::LostState => "lost_state",
            Category::ThirdParty => "third_party",
            Category::Protocol => "protocol",
            Category::Aftermath => "aftermath",
            Category::Unknown => "unknown",
        }
    }
}

/// How much a user should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Harmless (Wireshark: Chat).
    Harmless,
    /// An application's fault or habit (Note).
    Habit,
    /// Breaks connections (Warn).
    Problem,
}

impl Severity {
    /// Its name in the field.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Harmless => "harmless",
            Severity::Habit => "habit",
            Severity::Problem => "problem",
        }
    }
}

/// Which resets of a series a cause can explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The first one: why the connection ended.
    First,
    /// The later ones: why there are more.
    Repeat,
    /// Any.
    Any,
}

impl Position {
    #[inline(always)]
    pub(super) const fn takes(self, is_repeat: bool) -> bool {
        match self {
            Position::First => !is_repeat,
            Position::Repeat => is_repeat,
            Position::Any => true,
        }
    }
}

/// Who made the reset, if the cause is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The host whose address it carries.
    Endpoint,
    /// A box between, or a filter in the host's name.
    Middlebox,
    /// Somebody who forged it.
    Attacker,
    /// Not decided by the cause.
    Unknown,
}

impl Origin {
    /// Its name in the field.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Endpoint => "endpoint",
            Origin::Middlebox => "middlebox",
            Origin::Attacker => "attacker",
            Origin::Unknown => "unknown",
        }
    }
}
