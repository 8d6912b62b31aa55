//! Ranks the causes of one reset by the evidence.
//!
//! Each cause that applies has a score in bits: its prior and the sum of the weights of the facts
//! that hold. Two to the power of the score, divided by the sum over all, is its probability
//! (naive Bayes); what the file lacks then sets a ceiling.

use super::handshake::refusal::{FIREWALL, REFUSED};
use super::{ALL, Cause, weigh_all};
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

/// The one that is left where no other applies: the last of all.
const UNKNOWN: Candidate = (ALL.len() as u8 - 1, 1.0);

/// A cause and how probable it is.
#[derive(Clone, Copy, Debug)]
pub struct Ranked {
    /// The cause.
    pub cause: &'static Cause,
    /// Its place in the list of all.
    pub place: u8,
    /// In percent, 0 to 97.
    pub confidence: u8,
}

/// The most probable cause and, where it is not negligible, the runner-up.
#[derive(Clone, Copy, Debug)]
pub struct Ranking {
    /// The most probable one.
    pub best: Ranked,
    /// The runner-up.
    pub alternative: Option<Ranked>,
}

/// The most confidence that the file allows, in percent.
fn ceiling(situation: &Situation<'_>) -> u8 {
    let mut lowest = HIGHEST;
    for absence in absence::ALL {
        // One that would not lower it need not be looked at.
        if absence.ceiling < lowest && (absence.holds)(situation) {
            lowest = absence.ceiling;
        }
    }
    lowest
}

/// The causes that may explain a reset, by their place in [`ALL`], each with its weight: two to the power of
/// its score. The most probable one first.
struct Candidates {
    causes: [u8; ALL.len()],
    weights: [f32; ALL.len()],
    count: usize,
}

impl Candidates {
    fn new() -> Candidates {
        Candidates {
            causes: [0; ALL.len()],
            weights: [0.0; ALL.len()],
            count: 0,
        }
    }

    /// Of equally probable causes the one that came first stays before.
    fn insert(&mut self, cause: usize, weight: f32) {
        let mut place = self.count;
        while place > 0 && self.weights[place - 1] < weight {
            self.weights[place] = self.weights[place - 1];
            self.causes[place] = self.causes[place - 1];
            place -= 1;
        }
        (self.causes[place], self.weights[place]) = (cause as u8, weight);
        self.count += 1;
    }

    fn get(&self, place: usize) -> Option<Candidate> {
        let weight = self.weights[..self.count].get(place)?;
        Some((self.causes[place], *weight))
    }

    fn total(&self) -> f32 {
        self.weights[..self.count].iter().sum()
    }
}

/// The place of a cause in [`ALL`], and its weight.
type Candidate = (u8, f32);

/// Ranks all causes.
pub fn rank(situation: &Situation<'_>) -> Ranking {
    let mut candidates = Candidates::new();
    weigh_all(situation, |place, score| {
        candidates.insert(place, score.exp2());
    });
    let total = candidates.total();
    // Rounded; f32::round is a function on x86-64.
    let percent = |weight: f32| (f64::from(weight / total * 100.0) + 0.5) as u8;
    let ceiling = ceiling(situation);
    let ranked = |(place, weight): Candidate| {
        let cause = ALL[usize::from(place)];
        Ranked {
            cause,
            place,
            confidence: percent(weight).min(ceiling).min(cause.ceiling),
        }
    };
    let first = candidates.get(0).unwrap_or(UNKNOWN);
    let second = candidates.get(1);
    let swapped = second
        .filter(|second| is_to_be_swapped(first, *second, total, situation.preferences.refusal()));
    if let Some(wanted) = swapped {
        return Ranking {
            best: ranked(wanted),
            alternative: Some(ranked(first)),
        };
    }
    let best = ranked(first);
    let alternative = second.map(|(place, weight)| Ranked {
        cause: ALL[usize::from(place)],
        place,
        confidence: percent(weight).min(best.confidence),
    });
    Ranking {
        best,
        alternative: alternative.filter(|it| it.confidence >= LEAST_ALTERNATIVE),
    }
}

/// Whether the two most probable causes are firewall and refused, nothing decides between them, and the user
/// would rather read the second one.
fn is_to_be_swapped(first: Candidate, second: Candidate, total: f32, wanted: Refusal) -> bool {
    let wanted = match wanted {
        Refusal::MostProbable => return false,
        Refusal::Firewall => [&REFUSED, &FIREWALL],
        Refusal::Refused => [&FIREWALL, &REFUSED],
    };
    let are_these = [first, second].map(|(place, _)| ALL[usize::from(place)].name)
        == wanted.map(|cause| cause.name);
    let percent = |weight: f32| weight / total * 100.0;
    let undecided = percent(first.1) < DECIDED && percent(second.1) >= LEAST_ALTERNATIVE.into();
    are_these && undecided
}
