//! The causes' pages and their lists, from the table that the plugin itself reads.

use rstanalysis::cause::{ALL, Category, Cause, Origin, Position, Severity};
use rstanalysis::evidence::Fact;
use rstanalysis::verdict::strength;

const WIDTH: usize = 115;
const MADE: &str =
    "<!-- Made from src/cause by `tests/run --bless documentation`: change it there. -->";
const CATEGORIES: [(Category, &str); 8] = [
    (Category::Handshake, "While the connection was being opened"),
    (Category::Closing, "By an endpoint that ends the connection"),
    (Category::Timeout, "A timer ran out"),
    (
        Category::LostState,
        "One side no longer knows the connection",
    ),
    (Category::ThirdParty, "By somebody who is neither endpoint"),
    (Category::Protocol, "The protocol itself asks for it"),
    (Category::Aftermath, "What follows an earlier reset"),
    (Category::Unknown, "The file does not say"),
];

/// The page of one cause.
pub fn page(cause: &Cause) -> String {
    let mut parts = vec![
        MADE.to_owned(),
        format!("# {}", cause.name),
        wrap("", &format!("{}.", cause.summary)),
        format!("    rstanalysis.cause == \"{}\"", cause.name),
        properties(cause),
        "## What happened".to_owned(),
        wrap("", &linked(cause.mechanism, cause)),
        "## How we know".to_owned(),
        wrap("", &format!("Considered for {}.", cause.considered)),
    ];
    parts.extend(facts("For it", cause.weighs, |bits| bits > 0.0));
    parts.extend(facts("Against it", cause.weighs, |bits| bits < 0.0));
    if !cause.shared().is_empty() {
        parts.push(wrap("", SHARED));
    }
    parts.extend([
        "## What fools us".to_owned(),
        wrap("", &linked(cause.pitfalls, cause)),
        "## What to do".to_owned(),
        wrap("", &format!("{}.", cause.next_step)),
        "## Reference".to_owned(),
        wrap("", &reference(cause)),
    ]);
    parts.join("\n\n") + "\n"
}

const SHARED: &str = "\
    The [signs of another maker](README.md#signs-of-another-maker) count, too, as against any host's reset.";

fn reference(cause: &Cause) -> String {
    let kernel = cause.kernel_reason.map_or_else(String::new, |reason| {
        format!(
            " Linux's tracepoint tcp:tcp_send_reset calls it `{reason}`, or otherwise by the case \
             (`rstanalysis.kernel_reason`)."
        )
    });
    format!("{}.{kernel}", cause.reference)
}

fn properties(cause: &Cause) -> String {
    let maker = match cause.origin {
        Origin::Endpoint => "the host whose address it carries",
        Origin::Middlebox => "a box between, or a filter in the host's name",
        Origin::Attacker => "somebody who forged it",
        Origin::Unknown => "anybody",
    };
    let place = match cause.position {
        Position::First => "the first reset of a series",
        Position::Repeat => "the later resets of a series",
        Position::Any => "any reset of a series",
    };
    let sentence = format!(
        "Severity {}, category {}. Made by {maker}; explains {place}; at most {} % sure.",
        severity(cause),
        cause.category.name(),
        cause.ceiling
    );
    wrap("", &sentence)
}

fn severity(cause: &Cause) -> &'static str {
    match cause.severity {
        Severity::Harmless => "Chat",
        Severity::Habit => "Note",
        Severity::Problem => "Warn",
    }
}

/// The facts whose bits are wanted, the strongest first.
fn facts(heading: &str, weighs: &[(&Fact, f32)], wanted: fn(f32) -> bool) -> Vec<String> {
    let mut chosen: Vec<_> = weighs.iter().filter(|(_, bits)| wanted(*bits)).collect();
    chosen.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let line =
        |(fact, bits): &&(&Fact, f32)| wrap("  ", &format!("- {}: {}", strength(*bits), fact.what));
    let lines: Vec<String> = chosen.iter().map(line).collect();
    match lines.is_empty() {
        true => Vec::new(),
        false => vec![format!("{heading}:\n{}", lines.join("\n"))],
    }
}

/// The list of all pages, and what they have in common.
pub fn index() -> String {
    let mut parts = vec![
        MADE.to_owned(),
        "# Why connections are reset".to_owned(),
        wrap("", READING),
    ];
    for (category, heading) in CATEGORIES {
        let causes = ALL.iter().filter(|cause| cause.category == category);
        let rows: Vec<String> = causes
            .map(|cause| {
                let (name, severity, what) = (cause.name, severity(cause), cause.summary);
                format!("| [{name}]({name}.md) | {severity} | {what} |")
            })
            .collect();
        let head = "| cause | severity | what happened |\n|---|---|---|";
        parts.push(format!("## {heading} ({})", category.name()));
        parts.push(format!("{head}\n{}", rows.join("\n")));
    }
    parts.push("## Signs of another maker".to_owned());
    parts.push(wrap("", STRANGERS));
    let host = ALL.iter().find(|cause| cause.origin == Origin::Endpoint);
    let shared = host.map_or(&[][..], |cause| cause.shared());
    parts.extend(facts("Against the host", shared, |bits| bits < 0.0));
    parts.extend(facts("For the host", shared, |bits| bits > 0.0));
    parts.join("\n\n") + "\n"
}

const READING: &str = "\
    A page for each value of `rstanalysis.cause`: what happened, how the plugin knows, what fools it \
    and us, and what to do. In these pages \"it\" is the reset, \"its sender\" and \"the host\" are \
    the side whose address it carries, and a series is all resets in one direction of a connection. A strong \
    fact makes the cause at least 8 times as probable against its rivals, a medium one 3 times, a weak \
    one less; facts against it do the reverse. The most probable cause is shown, the second one as \
    `rstanalysis.alternative`. What the file lacks (`rstanalysis.missing`) lowers the confidence.";
const STRANGERS: &str = "\
    A reset carries a host's address, but anybody can write that. For every cause in which the host \
    itself made the reset, these facts count as well.";

/// The causes as README lists them.
pub fn table() -> String {
    let row = |cause: &&Cause| {
        let name = cause.name;
        format!(
            "| [{name}](plugin/causes/{name}.md) | {} |\n",
            cause.summary
        )
    };
    let rows: String = ALL.iter().map(row).collect();
    format!("{TABLE_HEAD}\n|---|---|\n{rows}")
}

/// How that table begins.
pub const TABLE_HEAD: &str = "| cause | what happened |";

/// Other causes' names in backquotes as links to their pages.
fn linked(text: &str, own: &Cause) -> String {
    let mut linked = text.to_owned();
    for cause in ALL.iter().filter(|cause| cause.name != own.name) {
        let name = cause.name;
        linked = linked.replace(&format!("`{name}`"), &format!("[{name}]({name}.md)"));
    }
    linked
}

/// Lines of at most [`WIDTH`] characters, all but the first indented.
fn wrap(indent: &str, text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("never empty");
        if line.trim().is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            *line += " ";
            *line += word;
        }
    }
    lines.join("\n")
}
