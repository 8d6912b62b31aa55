//! Texts that C borrows.

use std::ffi::{CString, c_char};
use std::ptr;

/// Owns texts with an end that C knows.
#[derive(Default)]
pub struct Texts(Vec<CString>);

impl Texts {
    /// Ends the life of all texts.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The text for C, alive until they are cleared; what follows a NUL is cut.
    pub fn lend(&mut self, text: &str) -> *const c_char {
        let until_nul = text.split('\0').next().unwrap_or_default();
        self.0.push(CString::new(until_nul).unwrap_or_default());
        // A CString's bytes stay where they are when the vector around it grows.
        self.0.last().map_or(ptr::null(), |text| text.as_ptr())
    }
}
