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
    mechanism: "\
        The client sent a SYN and stopped waiting: its connect timed out, the application closed the \
        socket, or another address of the same name answered first (Happy Eyeballs). When the SYN-ACK \
        arrives at last, the client's kernel knows no such connection any more, and answers it with a \
        reset whose sequence number is the SYN-ACK's acknowledgment number.",
    pitfalls: "\
        The client resets, but what was slow is the server or the path: see how long the SYN-ACK took, \
        and how often the SYN was repeated. A server that repeats its SYN-ACK draws a reset each time, \
        all for one attempt. The reset of a `half_open_scan` is the same segment, but comes at once. \
        If the client sends its SYN again after the reset, somebody else reset in its name \
        (`asymmetric_path`).",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "See why the answer took so long (server's load, the way there), and compare with the \
                client's connect timeout",
    reference: "RFC 9293 3.10.7.1; RFC 8305 5 (Happy Eyeballs)",
    position: Position::Any,
    considered: "a reset that answers a SYN-ACK that its sender had asked for",
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
        let why = match s.sibling() {
            0 => String::new(),
            frame => format!(": another address had answered first (frame {frame})"),
        };
        format!(
            "{} had given up connecting to {} when the SYN-ACK (frame {}) came, {} after the first SYN{why}",
            s.sender().address,
            s.receiver(),
            s.trigger_frame(),
            duration(s.reset.age())
        )
    },
};

/// A scanner's kernel resets the SYN-ACK of a SYN that it never sent itself.
pub static HALF_OPEN_SCAN: Cause = Cause {
    name: "half_open_scan",
    category: Category::Handshake,
    summary: "A port scanner: it only looks whether the port answers, and resets the handshake",
    mechanism: "\
        A scanner writes its SYNs itself, past its kernel. When a SYN-ACK comes back from an open \
        port, the kernel knows nothing of it and resets it. The scanner has its answer, and the \
        service never sees a connection that it could log. Closed ports answer with a reset of their \
        own (`refused`).",
    pitfalls: "\
        A scanner that gives its SYNs ordinary options, or connects in full, looks like any client. \
        Small embedded stacks write bare SYNs in all honesty. A `health_check` is the same exchange, \
        but again and again with the same port. If somebody forged the SYN, the host that resets has \
        never scanned: it is the victim (`unsolicited_synack`).",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Look for the scan in the security log; find out whose it is, if the address is yours",
    reference: "RFC 9293 3.10.7.1; nmap, TCP SYN scan (-sS)",
    position: Position::Any,
    considered: "a reset by the side that opened the connection, before any payload",
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
            s.sender().address,
            s.receiver(),
            duration(s.reset.age())
        )
    },
};

/// A SYN-ACK that nobody here asked for.
pub static UNSOLICITED_SYNACK: Cause = Cause {
    name: "unsolicited_synack",
    category: Category::Handshake,
    summary: "A SYN-ACK that nobody here asked for: backscatter of a forged SYN, or the SYN went another way",
    mechanism: "\
        Somebody sent a SYN with this host's address as its source, usually to flood the server. The \
        server answers the address that it sees; the host there asked for nothing and resets the \
        SYN-ACK. Or the host did ask, by a way that was not captured, and has given up since, or a NAT \
        on that way changed the numbers or the port.",
    pitfalls: "\
        A capture that begins between SYN and SYN-ACK lacks the SYN of an ordinary handshake that was \
        given up (`handshake_abandoned`) or scanned (`half_open_scan`). A scanner that writes its own \
        TTL looks as if somebody had forged its SYNs. Backscatter shows that the server is under \
        attack, not the host that resets.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("NO_SOCKET"),
    next_step: "Nothing, if the address never talks to that server: somebody forges it; otherwise look \
                which way its SYNs leave",
    reference: "RFC 9293 3.10.7.1; RFC 4987 2 (SYN flooding)",
    position: Position::Any,
    considered: "\
        a reset that answers a SYN-ACK to which the file has no SYN, or whose SYN came from another \
        distance than the reset",
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
            s.sender(),
            s.receiver(),
            s.trigger_frame()
        )
    },
};

/// A probe opens and resets.
pub static HEALTH_CHECK: Cause = Cause {
    name: "health_check",
    category: Category::Handshake,
    summary: "A probe: it opens a connection to see that the port answers, and resets it",
    mechanism: "\
        A load balancer or monitor opens a connection only to see that the port answers. Then it \
        aborts it rather than closing it, which saves the close and the TIME-WAIT; some abort in \
        answer to the SYN-ACK and never acknowledge it. It comes again at the check's interval.",
    pitfalls: "\
        One check in a short capture has no rhythm and looks like a scan of one port \
        (`half_open_scan`). A client whose retries fail at equal intervals, before it has sent \
        anything, is regular, too. Checks that send a request or speak TLS carry payload and are \
        judged as other connections are. That the port answers does not say that the service behind it \
        works.",
    severity: Severity::Harmless,
    origin: Origin::Endpoint,
    // SO_LINGER 0 goes through tcp_disconnect, which states this reason [measured, Linux 6.18].
    kernel_reason: Some("TCP_STATE"),
    next_step: "Nothing; where it fills logs, let the check send a request of the application, or mute it",
    reference: "RFC 9293 3.10.5 (ABORT)",
    position: Position::Any,
    considered: "a reset by the side that opened the connection, before any payload",
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
            s.sender().address,
            s.receiver()
        )
    },
};

/// A SYN reaches the remains of the old connection.
pub static PORT_REUSE: Cause = Cause {
    name: "port_reuse",
    category: Category::Handshake,
    summary: "A SYN reached the remains of an older connection on the same ports",
    mechanism: "\
        The client took a local port again for the same server and port, while the server still held \
        the older connection: half-open, because the client had crashed, or not quite closed. The \
        server answers the SYN with an ACK that has the old connection's numbers. The client, in \
        SYN-SENT, refuses that ACK with a reset, which clears the old connection; then it repeats the \
        SYN and gets its SYN-ACK.",
    pitfalls: "\
        This is how TCP recovers, and no fault in itself: judge it by whether the next SYN gets \
        through, and how soon. Linux repeats the SYN milliseconds after such a reset, which looks as \
        if a program tried anew. A NAT that gives out ports again too early does this to clients that \
        never used a port twice. Where a filter drops the ACK or the reset there is no reset to see, \
        only SYNs without an answer.",
    severity: Severity::Habit,
    origin: Origin::Endpoint,
    kernel_reason: Some("TCP_INVALID_ACK_SEQUENCE"),
    next_step: "See why the ports come again so soon: range of local ports, a NAT's pool, a crash of the \
                client; the next SYN usually gets through",
    reference: "RFC 9293 3.5.1 and 3.10.7.3; RFC 5961 4",
    position: Position::First,
    considered: "\
        a reset by which a client refuses an ACK that answers its SYN with other numbers, without a \
        SYN-ACK",
    applies: |s| OLD_CONNECTION_ANSWERS.holds(s),
    prior: 0.5,
    weighs: &[(&OLD_CONNECTION_ANSWERS, 4.5), (&LABEL_MISSING, -3.0)],
    ceiling: 97,
    provoked: true,
    explain: |s| {
        format!(
            "{} still had an older connection on these ports: it answered the SYN with the old numbers \
             (frame {}), which {} refused",
            s.receiver(),
            s.trigger_frame(),
            s.sender()
        )
    },
};
