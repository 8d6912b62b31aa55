//! Resets by the side that opened the connection, before it was of any use.

use crate::cause::{Category, Cause, Origin, Position, Severity};
use crate::evidence::form::PASSIVE;
use crate::evidence::opening::{
    ACK_HELD_BACK, ANSWERS_SYN_ACK, ASKS_AGAIN, BARE_SYN, FILE_JUST_BEGAN, MANY_TARGETS, NO_SYN,
    OLD_CONNECTION_ANSWERS, OPENED_FOR_NOTHING, REGULAR, SIBLING_SUCCEEDED, USUAL_SYN,
    VISITED_BEFORE, WAITED_LONG, WAITED_SHORT, WRONG_ACK, gave_up_handshake,
};
use crate::evidence::path::LABEL_MISSING;
use crate::evidence::third_party::SYN_OF_ANOTHER_MAKER;
use crate::text::{count, duration};

/// The client gave up; the late SYN-ACK finds nobody.
pub static HANDSHAKE_ABANDONED: Cause = Cause {
    name: "handshake_abandoned",
    category: Category::Handshake,
    summary: "The client had given up connecting when the SYN-ACK came",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "See why the answer took so long (server's load, the way there), and compare with the \
                client's connect timeout",
    reference: "RFC 9293 3.10.7.1; RFC 8305 5 (Happy Eyeballs)",
    position: Position::Any,
    applies: |s| ANSWERS_SYN_ACK.holds(s),
    prior: 0.5,
    weighs: &[
        (&ANSWERS_SYN_ACK, 1.0),
        (&WAITED_LONG, 3.0),
        (&SIBLING_SUCCEEDED, 3.0),
        (&USUAL_SYN, 0.5),
        (&WAITED_SHORT, -4.0),
        (&BARE_SYN, -2.0),
        (&MANY_TARGETS, -2.0),
        (&WRONG_ACK, -4.0),
        (&ASKS_AGAIN, -5.0),
        (&SYN_OF_ANOTHER_MAKER, -3.0),
        (&LABEL_MISSING, -3.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let why = match s.reset.sibling {
            0 => String::new(),
            frame => format!(": another address had answered first (frame {frame})"),
        };
        format!(
            "{} had given up connecting to {} when the SYN-ACK (frame {}) came, {} after the first SYN{why}",
            s.reset.sender.address,
            s.reset.receiver,
            s.trigger_frame(),
            duration(s.reset.age)
        )
    },
};

/// A scanner's kernel resets the SYN-ACK of a SYN that it never sent itself.
pub static HALF_OPEN_SCAN: Cause = Cause {
    name: "half_open_scan",
    category: Category::Handshake,
    summary: "A port scanner: it only looks whether the port answers, and resets the handshake",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Look for the scan in the security log; find out whose it is, if the address is yours",
    reference: "RFC 9293 3.10.7.1; nmap, TCP SYN scan (-sS)",
    position: Position::Any,
    applies: gave_up_handshake,
    prior: -0.5,
    weighs: &[
        (&ANSWERS_SYN_ACK, 1.0),
        (&BARE_SYN, 3.5),
        (&MANY_TARGETS, 3.0),
        (&SYN_OF_ANOTHER_MAKER, 2.5),
        (&WAITED_SHORT, 1.5),
        (&USUAL_SYN, -2.0),
        (&WAITED_LONG, -1.5),
        (&REGULAR, -3.0),
        (&VISITED_BEFORE, -1.0),
        (&SIBLING_SUCCEEDED, -3.0),
        (&WRONG_ACK, -4.0),
        (&ASKS_AGAIN, -5.0),
        (&LABEL_MISSING, -3.0),
    ],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        let targets = s.opener.map_or(0, |opener| opener.targets()) as u64;
        let many = match targets {
            0 | 1 => String::new(),
            _ => format!(", and {} in this file", count(targets, "target")),
        };
        format!(
            "{} only looked whether {} answers, and ended the handshake {} after its SYN: a port scan{many}",
            s.reset.sender.address,
            s.reset.receiver,
            duration(s.reset.age)
        )
    },
};

/// A SYN-ACK that nobody here asked for.
pub static UNSOLICITED_SYNACK: Cause = Cause {
    name: "unsolicited_synack",
    category: Category::Handshake,
    summary: "A SYN-ACK that nobody here asked for: backscatter of a forged SYN, or the SYN went another way",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Nothing, if the address never talks to that server: somebody forges it; otherwise look \
                which way its SYNs leave",
    reference: "RFC 9293 3.10.7.1; RFC 4987 2 (SYN flooding)",
    position: Position::Any,
    applies: |s| NO_SYN.holds(s) || SYN_OF_ANOTHER_MAKER.holds(s),
    prior: 0.5,
    weighs: &[
        (&NO_SYN, 2.5),
        (&SYN_OF_ANOTHER_MAKER, 2.5),
        (&MANY_TARGETS, -2.5),
        (&FILE_JUST_BEGAN, -1.5),
        (&LABEL_MISSING, -2.0),
    ],
    ceiling: 85,
    provoked: true,
    explain: |s| {
        format!(
            "{} answered a SYN-ACK of {} (frame {}) that it had not asked for: backscatter of a forged \
             SYN, or its SYN took another way",
            s.reset.sender,
            s.reset.receiver,
            s.trigger_frame()
        )
    },
};

/// A probe opens and resets.
pub static HEALTH_CHECK: Cause = Cause {
    name: "health_check",
    category: Category::Handshake,
    summary: "A probe: it opens a connection to see that the port answers, and resets it",
    severity: Severity::Harmless,
    origin: Origin::Endpoint,
    // SO_LINGER 0 goes through tcp_disconnect, which states this reason [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Nothing; where it fills logs, let the check send a request of the application, or mute it",
    reference: "RFC 9293 3.10.5 (ABORT)",
    position: Position::Any,
    applies: gave_up_handshake,
    prior: -0.5,
    weighs: &[
        (&OPENED_FOR_NOTHING, 1.0),
        (&REGULAR, 5.0),
        (&VISITED_BEFORE, 1.0),
        (&ACK_HELD_BACK, 3.0),
        (&MANY_TARGETS, -2.5),
        (&BARE_SYN, -1.0),
        (&WAITED_LONG, -2.5),
        (&SIBLING_SUCCEEDED, -2.0),
        (&PASSIVE, -1.0),
        (&WRONG_ACK, -4.0),
        (&LABEL_MISSING, -3.0),
    ],
    ceiling: 97,
    provoked: false,
    explain: |s| {
        let rhythm = match s.opener.and_then(|opener| opener.period()) {
            Some(period) => format!(", every {}", duration(period)),
            None => String::new(),
        };
        format!(
            "{} opens connections to {} and resets them without a word{rhythm}: a check whether the port \
             answers",
            s.reset.sender.address, s.reset.receiver
        )
    },
};

/// A SYN reaches the remains of the old connection.
pub static PORT_REUSE: Cause = Cause {
    name: "port_reuse",
    category: Category::Handshake,
    summary: "A SYN reached the remains of an older connection on the same ports",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_INVALID_ACK_SEQUENCE"),
    next_step: "See why the ports come again so soon: range of local ports, a NAT's pool, a crash of the \
                client; the next SYN usually gets through",
    reference: "RFC 9293 3.5.1 and 3.10.7.3; RFC 5961 4",
    position: Position::First,
    applies: |s| OLD_CONNECTION_ANSWERS.holds(s),
    prior: 0.5,
    weighs: &[(&OLD_CONNECTION_ANSWERS, 4.5), (&LABEL_MISSING, -3.0)],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        format!(
            "{} still had an older connection on these ports: it answered the SYN with the old numbers \
             (frame {}), which {} refused",
            s.reset.receiver,
            s.trigger_frame(),
            s.reset.sender
        )
    },
};
