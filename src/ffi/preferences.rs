//! The preferences on their way from C: kept for the sessions that are made from now on.

use std::ffi::CStr;
use std::sync::{Mutex, PoisonError};

use super::bindings::rst_value;
use super::contain::{NO_FRAME, contain};
use crate::preference::{Preferences, Value};

static VALUES: Mutex<Vec<Value>> = Mutex::new(Vec::new());

/// Keeps the values of all preferences. After a failure the earlier values hold.
///
/// # Safety
/// `values` is NULL or points to `count` values whose texts are NULL or end with NUL, alive during the call.
pub unsafe extern "C" fn configure(values: *const rst_value, count: usize) {
    if values.is_null() {
        return;
    }
    let _ = contain("configure", NO_FRAME, || {
        // SAFETY: by the contract above.
        let values = unsafe { std::slice::from_raw_parts(values, count) };
        // SAFETY: by the contract above, for each value.
        let values = values.iter().map(|value| unsafe { take(value) }).collect();
        *VALUES.lock().unwrap_or_else(PoisonError::into_inner) = values;
    });
}

/// # Safety
/// The text is NULL or ends with NUL.
unsafe fn take(value: &rst_value) -> Value {
    if value.text.is_null() {
        return Value::Number(value.number);
    }
    // SAFETY: by the contract above.
    let text = unsafe { CStr::from_ptr(value.text) };
    Value::Text(text.to_string_lossy().into_owned())
}

/// The preferences as they were set last.
pub fn current() -> Preferences {
    let values = VALUES.lock().unwrap_or_else(PoisonError::into_inner);
    Preferences::new(values.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preference::{PREFERENCES, Preference};

    #[test]
    fn values_that_c_hands_over_are_what_the_next_session_has() {
        let mut values = [const {
            rst_value {
                text: std::ptr::null(),
                number: 0,
            }
        }; PREFERENCES.len()];
        values[Preference::IdleTimers as usize].text = c"70 mine".as_ptr();
        // SAFETY: as many values as told, with a static text.
        unsafe { configure(values.as_ptr(), values.len()) };
        assert_eq!(current().text(Preference::IdleTimers), "70 mine");
        assert_eq!(current().number(Preference::InfoColumn), 0);
    }
}
