//! The `rstanalysis.*` fields, expert items and sources. Each name is written here and nowhere
//! else; the C glue registers what these tables hold.

use std::ffi::CStr;

/// The type of a field, as Wireshark will know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// FT_STRING.
    Text = 0,
    /// FT_UINT32, decimal.
    Unsigned = 1,
    /// FT_INT32, decimal.
    Signed = 2,
    /// FT_BOOLEAN.
    Boolean = 3,
    /// FT_FRAMENUM.
    Frame = 4,
    /// FT_RELATIVE_TIME.
    Duration = 5,
}

/// One field.
pub struct Description {
    /// What the packet details show before the value.
    pub title: &'static CStr,
    /// The name for filters.
    pub name: &'static CStr,
    /// Its type.
    pub kind: Kind,
    /// One line of help.
    pub help: &'static CStr,
}

macro_rules! fields {
    ($($field:ident $kind:ident $name:literal $title:literal $help:literal;)*) => {
        /// A field, by its place in [`FIELDS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        pub enum Field {
            $(#[doc = $help] $field,)*
        }

        /// All fields.
        pub static FIELDS: &[Description] = &[
            $(Description {
                title: match CStr::from_bytes_with_nul(concat!($title, "\0").as_bytes()) {
                    Ok(text) => text,
                    Err(_) => panic!("a title holds a NUL"),
                },
                name: match CStr::from_bytes_with_nul(concat!("rstanalysis.", $name, "\0").as_bytes()) {
                    Ok(text) => text,
                    Err(_) => panic!("a name holds a NUL"),
                },
                kind: Kind::$kind,
                help: match CStr::from_bytes_with_nul(concat!($help, "\0").as_bytes()) {
                    Ok(text) => text,
                    Err(_) => panic!("a help text holds a NUL"),
                },
            },)*
        ];
    };
}

fields! {
    Cause Text "cause" "Cause" "The most probable cause of the reset";
    Category Text "category" "Category" "The family of the cause";
    Severity Text "severity" "Severity" "How much to care: harmless, habit (an application's fault or habit, or unknown) or problem (breaks connections)";
    Explanation Text "explanation" "Explanation" "What happened, in one sentence";
    Confidence Unsigned "confidence" "Confidence (%)" "How probable the cause is, in percent";
    Alternative Text "alternative" "Alternative" "The second most probable cause";
    AlternativeConfidence Unsigned "alternative.confidence" "Alternative confidence (%)" "How probable the alternative is, in percent";
    Evidence Text "evidence" "Evidence" "A fact that speaks for the cause (repeated)";
    EvidenceAgainst Text "evidence.against" "Evidence against" "A fact that speaks against the cause (repeated)";
    Missing Text "missing" "Missing" "What would settle the matter, where the file can't (repeated)";
    NextStep Text "next_step" "Next step" "What to do now";
    Reference Text "reference" "Reference" "The standard's section or the source behind the cause";
    KernelReason Text "kernel_reason" "Kernel reason" "The name that Linux's tracepoint tcp:tcp_send_reset has for the cause";
    Client Text "client" "Client" "Address of the client: who sent the SYN, or, where the file does not show it, who has the higher port";
    ClientPort Unsigned "client.port" "Client port" "TCP port of the client";
    Server Text "server" "Server" "Address of the server: the client's peer";
    ServerPort Unsigned "server.port" "Server port" "TCP port of the server";
    Sender Text "sender" "Sender" "Whose address the reset carries: client or server";
    Origin Text "origin" "Origin" "Who made the reset: endpoint, middlebox, attacker or unknown";
    Form Text "form" "Form" "active: decided by a TCP that knows the connection; passive: answer to a segment; foreign: made by another box";
    State Text "state" "State" "The sender's TCP state just before, as RFC 9293 names it";
    TriggerFrame Frame "trigger_frame" "Trigger frame" "The segment that provoked the reset";
    TriggerDelay Duration "trigger_delay" "Trigger delay" "Time from the trigger to the reset";
    Outcome Text "outcome" "Outcome" "What came of the reset: accepted, ignored, challenged, lost or unknown";
    FirstReset Frame "first_reset" "First reset" "The first reset of the series, where this is a later one or a copy";
    Number Unsigned "number" "Number" "Which reset of the series this is, from 1";
    Interval Duration "interval" "Interval" "Time since the reset before it in the series";
    Idle Duration "idle" "Idle" "Silence before the trigger";
    IdleTimer Text "idle_timer" "Idle timer" "The known timer that the silence equals";
    TtlDifference Signed "ttl_difference" "TTL difference" "Hops off what this host's other packets show";
    Claim Text "claim" "Claim" "What the reset says of itself: a claim, not a proof";
    ClaimCode Unsigned "claim.code" "Claim code" "The number that the claim carries";
    ClaimVendor Text "claim.vendor" "Claim vendor" "Who writes claims of this form";
    Provisional Boolean "provisional" "Provisional" "Later packets of the file were not seen yet";
    RevisedBy Frame "revised_by" "Revised by" "The later packet that changed the verdict";
    Revises Frame "revises" "Revises" "An earlier reset whose verdict this packet changes (repeated)";
    CauseRevised Text "cause.revised" "Revised cause" "The cause of that reset, as this packet shows it (repeated)";
}

impl Field {
    /// Its description.
    pub const fn describe(self) -> &'static Description {
        &FIELDS[self as usize]
    }
}

/// How an expert item is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExpertSeverity {
    /// Usual workflow.
    Chat = 0,
    /// An application's fault or habit.
    Note = 1,
    /// Breaks connections.
    Warn = 2,
    /// The plugin's own fault.
    Error = 3,
}

/// One expert item.
pub struct ExpertDescription {
    /// The name for filters.
    pub name: &'static CStr,
    /// Its severity.
    pub severity: ExpertSeverity,
    /// What it stands for.
    pub summary: &'static CStr,
}

/// An expert item, by its place in [`EXPERTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Expert {
    /// A harmless reset.
    Harmless,
    /// An application's fault or habit.
    Habit,
    /// A reset that breaks connections.
    Problem,
    /// A later packet changed an earlier verdict.
    Revision,
    /// A contained failure of the plugin.
    Failure,
}

impl Expert {
    /// Its severity.
    pub fn severity(self) -> ExpertSeverity {
        EXPERTS[self as usize].severity
    }
}

/// All expert items.
pub static EXPERTS: &[ExpertDescription] = &[
    ExpertDescription {
        name: c"rstanalysis.harmless",
        severity: ExpertSeverity::Chat,
        summary: c"Harmless reset",
    },
    ExpertDescription {
        name: c"rstanalysis.habit",
        severity: ExpertSeverity::Note,
        summary: c"Reset by an application's fault or habit, or of unknown cause",
    },
    ExpertDescription {
        name: c"rstanalysis.problem",
        severity: ExpertSeverity::Warn,
        summary: c"Reset that breaks connections",
    },
    ExpertDescription {
        name: c"rstanalysis.revision",
        severity: ExpertSeverity::Chat,
        summary: c"This packet changes the verdict on an earlier reset",
    },
    ExpertDescription {
        name: c"rstanalysis.failure",
        severity: ExpertSeverity::Error,
        summary: c"Contained failure of TCP Reset Analysis",
    },
];

/// What Wireshark found above TCP, of which the core reads the bytes.
pub struct Source {
    /// Its name in Wireshark.
    pub name: &'static CStr,
    /// What its bytes are.
    pub content: Content,
    /// Bytes before the item that belong to it.
    pub lead: u8,
    /// A protocol, or a field of one.
    pub is_protocol: bool,
}

/// What the bytes of a source are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// An HTTP message, or the rest of one.
    Http,
    /// TLS records, as they were sent.
    Tls,
    /// A TLS alert in the clear: level and description.
    Alert,
}

/// All sources besides the headers. Where Wireshark puts segments together, the bytes are the whole
/// message; where it decrypts, they are in the clear. One that this Wireshark does not know is missed,
/// nothing else.
pub static SOURCES: &[Source] = &[
    Source {
        name: c"http",
        content: Content::Http,
        lead: 0,
        is_protocol: true,
    },
    Source {
        name: c"tls",
        content: Content::Tls,
        lead: 0,
        is_protocol: true,
    },
    // RFC 8446 6: the level is the byte before.
    Source {
        name: c"tls.alert_message.desc",
        content: Content::Alert,
        lead: 1,
        is_protocol: false,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_places_agree() {
        assert_eq!(Field::Cause.describe().name, c"rstanalysis.cause");
        assert_eq!(Field::CauseRevised as usize + 1, FIELDS.len());
        assert_eq!(Expert::Failure as usize + 1, EXPERTS.len());
        let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        names.extend(EXPERTS.iter().map(|expert| expert.name));
        names.sort();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
