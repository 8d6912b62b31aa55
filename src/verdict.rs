//! Puts a ranked reset into words: the report that the user sees.

use crate::cause::rank::Ranking;
use crate::cause::{Cause, Origin, Severity};
use crate::evidence::idle::idle_timer;
use crate::evidence::path::{is_elsewhere, is_foreign};
use crate::evidence::{Fact, Situation, absence};
use crate::field::{Expert, Field};
use crate::host::Hops;
use crate::kernel;
use crate::report::{Report, Value};
use crate::reset::{Acceptance, Form, Reset};

/// What else the report has to say of the reset, beside its situation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// Later packets were not seen yet.
    pub provisional: bool,
    /// The frame is a copy of this one; 0 for an original.
    pub copy_of: u32,
}

/// The whole report on one reset.
pub fn report(situation: &Situation<'_>, ranking: &Ranking, context: Context) -> Report {
    let cause = ranking.best.cause;
    let explanation = (cause.explain)(situation);
    let heading = format!("{}, {} %", cause.name, ranking.best.confidence);
    let summary = format!(
        "{} ({} %): {explanation}",
        cause.name, ranking.best.confidence
    );
    let mut report = Report::new(expert(cause), heading, summary);
    say_verdict(&mut report, ranking, explanation);
    say_evidence(&mut report, cause, situation, context);
    report.text(Field::NextStep, cause.next_step);
    say_nature(&mut report, cause, situation);
    say_connection(&mut report, situation);
    say_details(&mut report, cause, situation);
    say_series(&mut report, situation, context);
    say_sources(&mut report, cause, situation, context);
    report
}

/// Adds what the Info column says of a verdict to the row. By hand: the formatter would take half as long as the
/// ranking.
pub fn annotate(row: &mut String, cause: &str, confidence: u8) {
    row.push_str(" [");
    row.push_str(cause);
    row.push_str(", ");
    if confidence >= 10 {
        row.push(char::from(b'0' + confidence / 10 % 10));
    }
    row.push(char::from(b'0' + confidence % 10));
    row.push_str(" %]");
}

/// The report on a packet that changes the verdicts on earlier resets: their frames, ascending, and what
/// their causes are now.
pub fn revision(changed: &[(u32, &'static str)]) -> Report {
    let (first, cause) = changed[0];
    let mut report = match changed.len() {
        1 => Report::new(
            Expert::Revision,
            format!("changes the verdict on frame {first}"),
            format!("Changes the verdict on the reset of frame {first}: {cause}"),
        ),
        many => Report::new(
            Expert::Revision,
            format!("changes the verdicts on {many} resets"),
            format!("Changes the verdicts on {many} resets, the first in frame {first}: {cause}"),
        ),
    };
    for (frame, cause) in changed {
        report.add(Field::Revises, Value::Frame(*frame));
        report.text(Field::CauseRevised, *cause);
    }
    report
}

fn expert(cause: &Cause) -> Expert {
    match cause.severity {
        Severity::Harmless => Expert::Harmless,
        Severity::Habit => Expert::Habit,
        Severity::Problem => Expert::Problem,
    }
}

fn say_verdict(report: &mut Report, ranking: &Ranking, explanation: String) {
    let best = ranking.best;
    report.text(Field::Cause, best.cause.name);
    report.add(Field::Confidence, Value::Unsigned(best.confidence.into()));
    report.text(Field::Explanation, explanation);
    if let Some(other) = ranking.alternative {
        report.text(Field::Alternative, other.cause.name);
        report.add(
            Field::AlternativeConfidence,
            Value::Unsigned(other.confidence.into()),
        );
    }
}

/// How much a fact moved the verdict, in words; the bounds are factors of 8 and 3 in probability.
pub fn strength(bits: f32) -> &'static str {
    match bits.abs() {
        size if size >= 3.0 => "strong",
        size if size >= 1.5 => "medium",
        _ => "weak",
    }
}

fn say_evidence(report: &mut Report, cause: &Cause, situation: &Situation<'_>, context: Context) {
    let mut held: Vec<(&Fact, f32)> = cause.held(situation).collect();
    held.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let (supporting, opposing): (Vec<_>, Vec<_>) = held.into_iter().partition(|it| it.1 > 0.0);
    let mut say = |field: Field, facts: Vec<(&Fact, f32)>| {
        for (fact, bits) in facts {
            let text = format!("{} ({})", fact.says(situation), strength(bits));
            report.text(field, text);
        }
    };
    say(Field::Evidence, supporting);
    say(Field::EvidenceAgainst, opposing);
    if context.copy_of != 0 {
        let again = format!(
            "The same packet as frame {}, captured once more",
            context.copy_of
        );
        report.text(Field::Evidence, again);
    }
    for absence in absence::ALL
        .iter()
        .filter(|absence| (absence.holds)(situation))
    {
        report.text(Field::Missing, (absence.says)(situation));
    }
    for complaint in &situation.preferences.complaints {
        report.text(Field::Missing, complaint.as_str());
    }
    if context.provisional {
        report.text(
            Field::Missing,
            "What came after it: this is a single pass, still reading",
        );
    }
}

fn say_nature(report: &mut Report, cause: &Cause, situation: &Situation<'_>) {
    report.text(Field::Severity, cause.severity.name());
    report.text(Field::Category, cause.category.name());
    report.text(Field::Origin, origin(cause, situation).name());
    report.text(Field::Form, form_name(situation));
    report.text(Field::State, state(situation.reset));
    report.text(Field::Outcome, outcome(situation));
}

fn say_connection(report: &mut Report, situation: &Situation<'_>) {
    let (client, server) = (situation.client_socket(), situation.server_socket());
    report.text(Field::Client, client.address.to_string());
    report.add(Field::ClientPort, Value::Unsigned(client.port.into()));
    report.text(Field::Server, server.address.to_string());
    report.add(Field::ServerPort, Value::Unsigned(server.port.into()));
    report.text(
        Field::Sender,
        match situation.reset.from_client() {
            true => "client",
            false => "server",
        },
    );
}

fn say_details(report: &mut Report, cause: &Cause, situation: &Situation<'_>) {
    let reset = situation.reset;
    if let Some(trigger) = reset
        .trigger
        .filter(|_| cause.provoked || reset.form != Form::Active)
    {
        report.add(Field::TriggerFrame, Value::Frame(trigger.frame));
        report.add(
            Field::TriggerDelay,
            Value::Duration(situation.delay().unwrap_or(0)),
        );
    }
    let silence = reset.silence_at_end().time;
    if silence >= situation.preferences.limits.shown_silence {
        report.add(Field::Idle, Value::Duration(silence));
    }
    if let Some(timer) = idle_timer(situation) {
        report.text(Field::IdleTimer, timer);
    }
    if let Some(claim) = situation.claim() {
        report.text(Field::Claim, claim.text.as_str());
        if let Some(code) = claim.code {
            report.add(Field::ClaimCode, Value::Unsigned(code));
        }
        report.text(Field::ClaimVendor, claim.vendor.to_string());
    }
    if let Hops::Other { difference, .. } = situation.hops {
        report.add(Field::TtlDifference, Value::Signed(difference.into()));
    }
}

fn say_series(report: &mut Report, situation: &Situation<'_>, context: Context) {
    let reset = situation.reset;
    let is_copy = context.copy_of != 0;
    if is_copy || reset.number() > 1 {
        report.add(Field::FirstReset, Value::Frame(situation.first.frame));
    }
    report.add(Field::Number, Value::Unsigned(reset.number()));
    if reset.number() > 1 {
        report.add(Field::Interval, Value::Duration(situation.interval()));
    }
}

fn say_sources(report: &mut Report, cause: &Cause, situation: &Situation<'_>, context: Context) {
    report.text(Field::Reference, cause.reference);
    if let Some(reason) = kernel::reason(cause, situation) {
        report.text(Field::KernelReason, reason);
    }
    report.add(Field::Provisional, Value::Boolean(context.provisional));
    if situation.revised_by() != 0 && !context.provisional {
        report.add(Field::RevisedBy, Value::Frame(situation.revised_by()));
    }
}

/// Who made it: what the cause says, unless the packet's way says otherwise.
fn origin(cause: &Cause, situation: &Situation<'_>) -> Origin {
    match cause.origin {
        // A filter on the host itself is no box between.
        Origin::Middlebox if !is_elsewhere(situation) => Origin::Unknown,
        Origin::Endpoint if is_foreign(situation) || situation.hops == Hops::NoBaseline => {
            Origin::Unknown
        }
        origin => origin,
    }
}

fn form_name(situation: &Situation<'_>) -> &'static str {
    match situation.reset.form {
        _ if is_foreign(situation) => "foreign",
        Form::Active => "active",
        Form::Passive => "passive",
        Form::Unclear => "unclear",
    }
}

/// The sender's state (RFC 9293 3.3.2) as the segments before the reset show it.
fn state(reset: &Reset) -> &'static str {
    let (own, peer) = (&reset.own, &reset.peer);
    let nobody_home = reset.form == Form::Passive && !own.closed();
    match () {
        _ if nobody_home => "CLOSED",
        _ if own.closed() && peer.closed() => match (own.fin_acked(), own.fin < peer.fin) {
            (true, true) => "TIME-WAIT",
            (true, false) => "CLOSED",
            (false, true) => "CLOSING",
            (false, false) => "LAST-ACK",
        },
        _ if own.closed() && own.fin_acked() => "FIN-WAIT-2",
        _ if own.closed() => "FIN-WAIT-1",
        _ if peer.closed() => "CLOSE-WAIT",
        _ if own.syn() && !own.answered_syn() && !peer.syn() => "SYN-SENT",
        _ if own.answered_syn() && peer.last < own.last && peer.bytes() == 0 => "SYN-RECEIVED",
        _ if own.seen() || peer.seen() => "ESTABLISHED",
        _ => "unknown",
    }
}

/// What came of it: what RFC 9293 3.5.3 and RFC 5961 3.2 demand, and what the peer then did.
pub fn outcome(situation: &Situation<'_>) -> &'static str {
    let went_on = situation.series.peer_went_on.happened();
    let asked_anew = situation.answers_syn();
    match situation.reset.acceptance {
        Acceptance::Exact if went_on && asked_anew => "unknown",
        Acceptance::Exact if went_on => "lost",
        Acceptance::Exact => "accepted",
        Acceptance::InWindow if went_on => "challenged",
        Acceptance::Outside if went_on => "ignored",
        _ => "unknown",
    }
}
