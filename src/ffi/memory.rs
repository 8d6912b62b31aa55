//! Keeps large lists in huge pages, where the system lends them on request.
//!
//! A scan of a million ports fills hundreds of megabytes. To have each 4 KiB of them made when it is first
//! touched, and found in the page table at each look, took a third of the plugin's time there [measured].

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;

/// Bytes of a huge page, on x86-64 and on ARM with pages of 4 KiB.
const HUGE: usize = 1 << 21;
/// What is smaller would leave much of its pages empty.
const LARGE: usize = 2 * HUGE;

#[global_allocator]
static MEMORY: Memory = Memory;

/// The system's memory, that of large pieces in whole huge pages.
struct Memory;

fn is_large(layout: Layout) -> bool {
    layout.size() >= LARGE && layout.align() <= HUGE
}

// SAFETY: large pieces are whole mappings of their own, aligned to HUGE and so to whatever is_large lets pass; all
// others are the system allocator's. Which of both a piece is depends on its layout alone, which the caller keeps.
// Nothing here panics.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_large(layout) {
            return map(pages(layout.size()));
        }
        // SAFETY: the caller's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_large(layout) {
            // New pages are zero.
            return map(pages(layout.size()));
        }
        // SAFETY: the caller's contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        if is_large(layout) {
            // SAFETY: a mapping of that size, which nobody uses any more by the caller's contract.
            return unsafe { unmap(start, pages(layout.size())) };
        }
        // SAFETY: the caller's contract.
        unsafe { System.dealloc(start, layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's contract: the size fits a layout with this alignment.
        let new = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (is_large(layout), is_large(new)) {
            // SAFETY: the caller's contract.
            (false, false) => unsafe { System.realloc(start, layout, size) },
            // SAFETY: a mapping of that size.
            (true, true) => unsafe { remap(start, pages(layout.size()), pages(size)) },
            // SAFETY: the caller's contract, and a new piece that the old one cannot overlap.
            _ => unsafe {
                let moved = self.alloc(new);
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(start, moved, layout.size().min(size));
                    self.dealloc(start, layout);
                }
                moved
            },
        }
    }
}

/// The bytes of the pages that hold so many. No layout is so large that this overflows.
fn pages(size: usize) -> usize {
    size.next_multiple_of(HUGE)
}

/// A new mapping of whole huge pages; NULL where the system has no memory.
fn map(size: usize) -> *mut u8 {
    let (access, kind) = (
        libc::PROT_READ | libc::PROT_WRITE,
        libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
    );
    // SAFETY: a new mapping touches no memory that is in use.
    let all = unsafe { libc::mmap(ptr::null_mut(), size + HUGE, access, kind, -1, 0) };
    if all == libc::MAP_FAILED {
        return ptr::null_mut();
    }
    let all: *mut u8 = all.cast();
    let before = all.align_offset(HUGE);
    // SAFETY: what is given back lies before and behind the aligned part of the same new mapping, and advice
    // changes nothing but the pages' size; where the system has no huge pages it fails, and small ones serve.
    unsafe {
        let start = all.add(before);
        unmap(all, before);
        unmap(start.add(size), HUGE - before);
        libc::madvise(start.cast(), size, libc::MADV_HUGEPAGE);
        start
    }
}

/// Gives pages back.
///
/// # Safety
/// They belong to a mapping of this file, and nobody uses them.
unsafe fn unmap(start: *mut u8, size: usize) {
    if size > 0 {
        // SAFETY: by the contract above. It could only fail for want of memory; then the pages stay unused.
        unsafe { libc::munmap(start.cast(), size) };
    }
}

/// The mapping with another size and at another place, without a copy: the pages move. NULL where the system has no
/// memory; then it stays as it was.
///
/// # Safety
/// It is a mapping of [`map`] with this size.
unsafe fn remap(start: *mut u8, size: usize, wanted: usize) -> *mut u8 {
    if size == wanted {
        return start;
    }
    let place = map(wanted);
    if place.is_null() {
        return place;
    }
    let how = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    // SAFETY: by the contract above, and the place is a mapping that nobody uses yet.
    let moved = unsafe { libc::mremap(start.cast(), size, wanted, how, place) };
    if moved == libc::MAP_FAILED {
        // Whether the place was given up before it failed is not told, and by now another thread may have it: it is
        // not unmapped.
        return ptr::null_mut();
    }
    moved.cast()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_mapped<T>(list: &[T]) -> bool {
        list.as_ptr().align_offset(HUGE) == 0
    }

    #[test]
    fn lists_keep_what_they_hold_while_they_grow_and_shrink() {
        let mut list = Vec::new();
        // Beyond several doublings, from the system's memory to mappings.
        for number in 0..8 * LARGE as u64 / 8 {
            list.push(number);
        }
        assert!(is_mapped(&list));
        assert!(list.iter().zip(0..).all(|(number, place)| *number == place));
        for kept in [3 * LARGE / 8 + 1, 100] {
            list.truncate(kept);
            list.shrink_to_fit();
            assert!(list.iter().zip(0..).all(|(number, place)| *number == place));
        }
        assert_eq!(list.len(), 100);
    }

    #[test]
    fn zeroed_lists_are_zero() {
        let list = vec![0u8; LARGE + 1];
        assert!(is_mapped(&list));
        assert!(list.iter().all(|byte| *byte == 0));
    }
}
