//! Keeps panics on the Rust side: one that reached C would be undefined behaviour, one that aborted
//! would take Wireshark with it.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::Once;

use super::fault;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What is asked about no frame.
pub const NO_FRAME: u32 = 0;

/// Runs `work`; a panic in it becomes an `Err` that says what happened and where.
///
/// What `work` changes may be left half done: the caller must drop or repair it. `place` is the name of the function
/// that C called; a second step of it adds a name of its own behind a dot. There, on that frame, tests can ask for
/// a fault.
pub fn contain<T>(place: &str, frame: u32, work: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    let work = || {
        fault::before(place, frame);
        let done = work();
        fault::after(place, frame);
        done
    };
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        discard(payload);
        LAST.with(|last| {
            last.try_borrow_mut()
                .map(|mut last| std::mem::take(&mut *last))
        })
        .unwrap_or_default()
    })
}

/// Drops what a panic left. Its own Drop may panic: what that leaves is leaked, as nothing else would end for sure.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(worse) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(worse);
    }
}

/// Makes panics note their place instead of writing to Wireshark's standard error. The hook is that
/// of this library's own copy of the standard library.
fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_hook(Box::new(note)));
}

fn note(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let text = format!("{} at {place}", message(panic.payload()));
    LAST.with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = text;
        }
    });
}

fn message(payload: &(dyn Any + Send)) -> &str {
    match payload.downcast_ref::<String>() {
        Some(text) => text,
        None => payload.downcast_ref::<&str>().copied().unwrap_or("panic"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_place() {
        let failure = contain("test", NO_FRAME, || -> u32 {
            panic!("no such thing as {}", 7)
        })
        .unwrap_err();
        assert!(
            failure.starts_with("no such thing as 7 at src/ffi/contain.rs:"),
            "{failure}"
        );
        assert_eq!(contain("test", NO_FRAME, || 7), Ok(7));
    }

    #[test]
    fn a_panic_whose_payload_panics_is_contained_too() {
        struct Grenade;
        impl Drop for Grenade {
            fn drop(&mut self) {
                std::panic::panic_any(());
            }
        }
        install_hook();
        assert!(contain("test", NO_FRAME, || std::panic::panic_any(Grenade)).is_err());
    }
}
