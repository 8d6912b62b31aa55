//! Ranks the causes of one reset by the evidence.
//!
//! Each cause that applies has a score in bits: its prior and the sum of the weights of the facts
//! that hold. Two to the power of the score, divided by the sum over all, is its probability
//! (naive Bayes); what the file lacks then sets a ceiling.

use super::handshake::refusal::{FIREWALL, REFUSED};
use super::{ALL, Cause, Position};
use crate::evidence::{Situation, absence};
use crate::preference::Refusal;

/// No verdict is surer than this ([`Cause::ceiling`] may be lower): the facts of one reset are not independent of each other, as the
/// sum of their weights pretends.
const HIGHEST: u8 = 97;
/// From this share of the probability on, in percent, the evidence decides: where a firewall and a closed port look
/// the same, neither reaches it.
const DECIDED: f32 = 70.0;
/// A runner-up below this is not worth a word.
const LEAST_ALTERNATIVE: u8 = 5;

/// A cause and how probable it is.
#[derive(Clone, Copy)]
pub struct Ranked {
    /// The cause.
    pub cause: &'static Cause,
    /// In percent, 0 to 97.
    pub confidence: u8,
}

/// The most probable cause and, where it is not negligible, the runner-up.
#[derive(Clone, Copy)]
pub struct Ranking {
    /// The most probable one.
    pub best: Ranked,
    /// The runner-up.
    pub alternative: Option<Ranked>,
}

fn may_explain(cause: &Cause, situation: &Situation<'_>) -> bool {
    let in_position = match cause.position {
        Position::First => !situation.is_repeat(),
        Position::Repeat => situation.is_repeat(),
        Position::Any => true,
    };
    in_position && (cause.applies)(situation)
}

fn score(cause: &Cause, situation: &Situation<'_>) -> f32 {
    cause.prior + cause.held(situation).map(|(_, bits)| bits).sum::<f32>()
}

/// The most confidence that the file allows, in percent.
fn ceiling(situation: &Situation<'_>) -> u8 {
    let missing = absence::ALL
        .iter()
        .filter(|absence| (absence.holds)(situation));
    missing
        .map(|absence| absence.ceiling)
        .min()
        .unwrap_or(HIGHEST)
        .min(HIGHEST)
}

/// Ranks all causes.
pub fn rank(situation: &Situation<'_>) -> Ranking {
    let candidates = ALL
        .iter()
        .copied()
        .filter(|cause| may_explain(cause, situation));
    let mut weighed: Vec<(&'static Cause, f32)> = candidates
        .map(|cause| (cause, score(cause, situation).exp2()))
        .collect();
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1));
    let total: f32 = weighed.iter().map(|(_, weight)| weight).sum();
    let percent = |weight: f32| (weight / total * 100.0).round() as u8;
    let ceiling = ceiling(situation);
    let ranked = |&(cause, weight): &(&'static Cause, f32)| Ranked {
        cause,
        confidence: percent(weight).min(ceiling).min(cause.ceiling),
    };
    if is_to_be_swapped(&weighed, total, situation.preferences.refusal()) {
        weighed.swap(0, 1);
        return Ranking {
            best: ranked(&weighed[0]),
            alternative: Some(ranked(&weighed[1])),
        };
    }
    let best = ranked(&weighed[0]);
    let alternative = weighed.get(1).map(|&(cause, weight)| Ranked {
        cause,
        confidence: percent(weight).min(best.confidence),
    });
    Ranking {
        best,
        alternative: alternative.filter(|it| it.confidence >= LEAST_ALTERNATIVE),
    }
}

/// Whether the two most probable causes are firewall and refused, nothing decides between them, and the user
/// would rather read the second one.
fn is_to_be_swapped(weighed: &[(&'static Cause, f32)], total: f32, wanted: Refusal) -> bool {
    let [first, second, ..] = weighed else {
        return false;
    };
    let wanted = match wanted {
        Refusal::MostProbable => return false,
        Refusal::Firewall => [&REFUSED, &FIREWALL],
        Refusal::Refused => [&FIREWALL, &REFUSED],
    };
    let are_these = [first.0.name, second.0.name] == wanted.map(|cause| cause.name);
    let percent = |weight: f32| weight / total * 100.0;
    let undecided = percent(first.1) < DECIDED && percent(second.1) >= LEAST_ALTERNATIVE.into();
    are_these && undecided
}
