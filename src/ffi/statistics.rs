//! The statistics behind the opaque pointer, and the functions that C calls on them.

use std::ptr;

use super::bindings::{
    rst_cell, rst_count, rst_count_RST_CAUSES, rst_row, rst_rows, rst_session, rst_statistic,
};
use super::contain::{NO_FRAME, contain};
use super::session::session_of;
use super::texts::Texts;
use crate::session::Session;
use crate::statistics::{Causes, Cell, Conversations, Count, Row, Statistic};

/// What the glue can do with any statistic.
trait Listening {
    fn note(&mut self, frame: u32);
    fn settle(&mut self, session: &Session);
    fn rows(&self, session: Option<&Session>) -> Vec<Row>;
}

impl<C: Count> Listening for Statistic<C> {
    fn note(&mut self, frame: u32) {
        Statistic::note(self, frame);
    }

    fn settle(&mut self, session: &Session) {
        Statistic::settle(self, session);
    }

    fn rows(&self, session: Option<&Session>) -> Vec<Row> {
        Statistic::rows(self, session)
    }
}

/// What the opaque pointer leads to: the statistic and what C has borrowed of it.
struct Handle {
    statistic: Box<dyn Listening>,
    lent: Lent,
}

/// Rows in C's form. The pointers in `rows` and `cells` lead into this struct's own buffers.
#[derive(Default)]
struct Lent {
    texts: Texts,
    cells: Vec<rst_cell>,
    rows: Vec<rst_row>,
}

/// Makes a statistic; NULL where that fails.
pub extern "C" fn statistic_new(count: rst_count) -> *mut rst_statistic {
    contain("statistic_new", NO_FRAME, || {
        let statistic: Box<dyn Listening> = if count == rst_count_RST_CAUSES {
            Box::new(Statistic::<Causes>::default())
        } else {
            Box::new(Statistic::<Conversations>::default())
        };
        let lent = Lent::default();
        Box::into_raw(Box::new(Handle { statistic, lent }))
    })
    .map_or(ptr::null_mut(), <*mut Handle>::cast)
}

/// Frees a statistic that [`statistic_new`] made; NULL is allowed.
///
/// # Safety
/// `statistic` is NULL or came from [`statistic_new`] and was not freed.
pub unsafe extern "C" fn statistic_free(statistic: *mut rst_statistic) {
    if statistic.is_null() {
        return;
    }
    // SAFETY: by the contract above it is the Box that statistic_new gave away.
    let handle = unsafe { Box::from_raw(statistic.cast::<Handle>()) };
    let _ = contain("statistic_free", NO_FRAME, || drop(handle));
}

/// Whether the frame holds a reset that counts. Where that fails, the statistics find out.
///
/// # Safety
/// `session` came from [`super::session::session_new`].
pub unsafe extern "C" fn has_reset(session: *const rst_session, frame: u32) -> bool {
    // SAFETY: by the contract above.
    let session = unsafe { session_of(session) };
    contain("has_reset", frame, || {
        session.is_some_and(|session| session.has_reset(frame))
    })
    .unwrap_or(true)
}

/// Tells the statistic of a frame with resets.
///
/// # Safety
/// `statistic` is NULL or came from [`statistic_new`].
pub unsafe extern "C" fn statistic_note(statistic: *mut rst_statistic, frame: u32) {
    // SAFETY: by the contract above.
    if let Some(handle) = unsafe { handle_of(statistic) } {
        let _ = contain("statistic_note", frame, || {
            handle.statistic.note(frame);
        });
    }
}

/// Counts what was told so far, as the session is about to end.
///
/// # Safety
/// `statistic` is NULL or came from [`statistic_new`], `session` is NULL or came from
/// [`super::session::session_new`].
pub unsafe extern "C" fn statistic_settle(
    statistic: *mut rst_statistic,
    session: *const rst_session,
) {
    // SAFETY: by the contract above.
    let (handle, session) = unsafe { (handle_of(statistic), session_of(session)) };
    if let (Some(handle), Some(session)) = (handle, session) {
        let _ = contain("statistic_settle", NO_FRAME, || {
            handle.statistic.settle(session);
        });
    }
}

/// What there is to show, lent until the statistic's next call; nothing where that fails.
///
/// # Safety
/// `statistic` is NULL or came from [`statistic_new`], `session` is NULL or came from
/// [`super::session::session_new`].
pub unsafe extern "C" fn statistic_rows(
    statistic: *mut rst_statistic,
    session: *const rst_session,
) -> rst_rows {
    // SAFETY: by the contract above.
    let (handle, session) = unsafe { (handle_of(statistic), session_of(session)) };
    let rows = handle.and_then(|handle| {
        contain("statistic_rows", NO_FRAME, || {
            let rows = handle.statistic.rows(session);
            handle.lent.lend(&rows)
        })
        .ok()
    });
    rows.unwrap_or(rst_rows {
        rows: ptr::null(),
        count: 0,
    })
}

/// # Safety
/// `statistic` is NULL or came from [`statistic_new`], and nobody else uses it meanwhile.
unsafe fn handle_of<'a>(statistic: *mut rst_statistic) -> Option<&'a mut Handle> {
    // SAFETY: by the contract above; the glue calls from one thread only.
    unsafe { statistic.cast::<Handle>().as_mut() }
}

impl Lent {
    fn lend(&mut self, rows: &[Row]) -> rst_rows {
        self.rows.clear();
        self.cells.clear();
        self.texts.clear();
        // Pointers into a vector hold only while it does not grow.
        self.cells
            .reserve(rows.iter().map(|row| row.cells.len()).sum());
        for row in rows {
            let start = self.cells.len();
            for cell in &row.cells {
                let cell = match cell {
                    Cell::Text(text) => rst_cell {
                        text: self.texts.lend(text),
                        number: 0,
                    },
                    Cell::Number(number) => rst_cell {
                        text: ptr::null(),
                        number: *number,
                    },
                };
                self.cells.push(cell);
            }
            self.rows.push(rst_row {
                cells: self.cells[start..].as_ptr(),
                depth: row.depth,
            });
        }
        rst_rows {
            rows: self.rows.as_ptr(),
            count: self.rows.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lent_rows_hold_what_the_rows_say() {
        let row = |number| Row {
            depth: 2,
            cells: vec![Cell::Text("a\0b".into()), Cell::Number(number)],
        };
        let mut lent = Lent::default();
        let rows = lent.lend(&[row(1), row(7)]);
        assert_eq!(rows.count, 2);
        // SAFETY: `lent` is alive and unchanged since the call.
        let second = unsafe { &*rows.rows.add(1) };
        // SAFETY: as above; there are two cells.
        let (name, number) = unsafe { (&*second.cells, &*second.cells.add(1)) };
        // SAFETY: as above; the text ends with NUL.
        let text = unsafe { std::ffi::CStr::from_ptr(name.text) };
        assert_eq!((text, number.number, second.depth), (c"a", 7, 2));
        assert!(number.text.is_null());
    }

    #[test]
    fn statistics_live_without_a_file() {
        let causes = statistic_new(rst_count_RST_CAUSES);
        // SAFETY: the pointer came from statistic_new and is freed once, at the end.
        let rows = unsafe {
            statistic_note(causes, 5);
            statistic_rows(causes, ptr::null())
        };
        assert_eq!(rows.count, 1, "the number of all resets");
        // SAFETY: as above.
        unsafe { statistic_free(causes) };
        // SAFETY: NULL is allowed.
        let rows = unsafe { statistic_rows(ptr::null_mut(), ptr::null()) };
        assert_eq!(rows.count, 0);
    }
}
