//! What a user, or a profile that somebody sent, writes into the preferences.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rstanalysis::preference::{PREFERENCES, Preference, Preferences, Value};
use rstanalysis::segment::Nanoseconds;
use rstanalysis::timer::Closeness;

fuzz_target!(|data: &[u8]| {
    let (numbers, text) = data.split_at(data.len().min(4 * PREFERENCES.len()));
    let numbers = numbers
        .chunks_exact(4)
        .map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap_or_default()));
    let text = String::from_utf8_lossy(text).into_owned();
    let mut values: Vec<Value> = numbers.map(Value::Number).collect();
    values.resize(PREFERENCES.len(), Value::Number(0));
    values[Preference::IdleTimers as usize] = Value::Text(text);
    let preferences = Preferences::new(values);
    for complaint in &preferences.complaints {
        assert!(
            complaint.len() < 400 && !complaint.chars().any(char::is_control),
            "{complaint:?}"
        );
    }
    for silence in [0, 1, 60_000_000_000, Nanoseconds::MAX, Nanoseconds::MIN] {
        for closeness in [Closeness::Lone, Closeness::Recurring] {
            preferences.timers.named(silence, closeness);
        }
    }
});
