//! A file that is read page by page, with a bounded number of pages kept.
//!
//! The readers above jump around in files of a gigabyte to find one name. The pages that they touch are kept, and
//! pages that were not touched lately make room (a clock: nearly as good as least recently used, without moving
//! anything on a hit). All files share the pages: a limit per file would be no limit for a process with hundreds of
//! modules.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};

/// Size of a page in bytes: four blocks of a usual PDB, one call of the read callback.
const PAGE: usize = 16 * 1024;
/// Pages kept: 8 MiB for all files.
const MAX_PAGES: usize = 512;
/// Largest file that is accepted; PDBs end at 4 GiB times the block size growth that MSVC allows.
const MAX_SIZE: u64 = 64 << 30;
/// Most bytes that are read in one piece.
const MAX_PIECE: usize = 128 << 20;

thread_local! {
    static PAGES: RefCell<Pages> = RefCell::new(Pages::new());
    static NEXT_FILE: Cell<u32> = const { Cell::new(0) };
}

/// Where a file's bytes come from.
pub trait Source {
    /// Length in bytes.
    fn size(&self) -> u64;
    /// Fills `bytes` from `offset`; the range is inside the file.
    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()>;
}

/// A file in memory.
impl Source for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let start = offset as usize;
        bytes.copy_from_slice(&self[start..start + bytes.len()]);
        Ok(())
    }
}

/// A file whose pages are kept while it is open.
pub struct File {
    source: Box<dyn Source>,
    size: u64,
    number: u32,
}

/// Number of a file, and of a page in it.
type PageOf = (u32, u32);

/// The pages in memory, of all files.
struct Pages {
    slots: Vec<Slot>,
    slot_of: FxHashMap<PageOf, usize>,
    hand: usize,
}

struct Slot {
    /// None if its file is closed.
    page: Option<PageOf>,
    touched: bool,
    bytes: Vec<u8>,
}

impl File {
    /// Opens a file; nothing is read yet.
    pub fn new(source: Box<dyn Source>) -> Result<Self> {
        let size = source.size();
        if size > MAX_SIZE {
            return Err(Error::Unsupported {
                what: "more than 64 GiB",
            });
        }
        let number = NEXT_FILE.get();
        NEXT_FILE.set(number.wrapping_add(1));
        Ok(Self {
            source,
            size,
            number,
        })
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Fills `bytes` from `offset`; an error if the file ends before.
    pub fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let end = offset.checked_add(bytes.len() as u64);
        if end.is_none_or(|end| end > self.size) {
            return Err(Error::Damaged {
                what: "a reference to what is past its end",
                offset,
            });
        }
        let mut at = offset;
        let mut rest = bytes;
        while !rest.is_empty() {
            let start = (at % PAGE as u64) as usize;
            let length = rest.len().min(PAGE - start);
            let (head, tail) = rest.split_at_mut(length);
            self.read_in_page((at / PAGE as u64) as u32, start, head)?;
            at += length as u64;
            rest = tail;
        }
        Ok(())
    }

    /// Fills `bytes` from `start` of one page. The source is not called while the pages are borrowed: it is foreign
    /// code, which may fail or call back into this file.
    fn read_in_page(&self, page: u32, start: usize, bytes: &mut [u8]) -> Result<()> {
        let key = (self.number, page);
        let copy = |page: &[u8], bytes: &mut [u8]| {
            bytes.copy_from_slice(&page[start..start + bytes.len()]);
        };
        let is_kept = PAGES.with_borrow_mut(|pages| {
            let kept = pages.get(key);
            kept.map(|page| copy(page, bytes)).is_some()
        });
        if is_kept {
            return Ok(());
        }
        let offset = u64::from(page) * PAGE as u64;
        let mut read = vec![0; (self.size - offset).min(PAGE as u64) as usize];
        self.source.read(offset, &mut read)?;
        copy(&read, bytes);
        PAGES.with_borrow_mut(|pages| pages.keep(key, read));
        Ok(())
    }

    /// `length` bytes from `offset`.
    pub fn bytes(&self, offset: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = self.room_for(length, offset)?;
        self.read(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// A zeroed buffer for `length` bytes. Lengths come from files, so they are checked before memory is reserved;
    /// `offset` is where the bytes would be, for the message.
    pub fn room_for(&self, length: usize, offset: u64) -> Result<Vec<u8>> {
        if length as u64 > self.size {
            let what = "a length beyond its own";
            return Err(Error::Damaged { what, offset });
        }
        if length > MAX_PIECE {
            let what = "more than 128 MiB in one piece";
            return Err(Error::Unsupported { what });
        }
        Ok(vec![0; length])
    }
}

impl Drop for File {
    fn drop(&mut self) {
        PAGES.with_borrow_mut(|pages| pages.forget(self.number));
    }
}

impl Pages {
    /// Allocates all of its own tables now: a failed allocation traps, and a trap while the pages are borrowed would
    /// make all files unusable.
    fn new() -> Self {
        Self {
            slots: Vec::with_capacity(MAX_PAGES),
            slot_of: FxHashMap::with_capacity_and_hasher(MAX_PAGES, Default::default()),
            hand: 0,
        }
    }

    fn get(&mut self, page: PageOf) -> Option<&[u8]> {
        let slot = &mut self.slots[*self.slot_of.get(&page)?];
        slot.touched = true;
        Some(&slot.bytes)
    }

    fn keep(&mut self, page: PageOf, bytes: Vec<u8>) {
        let slot = Slot {
            page: Some(page),
            touched: true,
            bytes,
        };
        let index = if self.slots.len() < MAX_PAGES {
            self.slots.push(slot);
            self.slots.len() - 1
        } else {
            let index = self.untouched();
            if let Some(page) = self.slots[index].page {
                self.slot_of.remove(&page);
            }
            self.slots[index] = slot;
            index
        };
        self.slot_of.insert(page, index);
    }

    /// The first slot that was not touched since the last round.
    fn untouched(&mut self) -> usize {
        loop {
            let index = self.hand;
            self.hand = (self.hand + 1) % self.slots.len();
            let slot = &mut self.slots[index];
            if !slot.touched {
                return index;
            }
            slot.touched = false;
        }
    }

    fn forget(&mut self, file: u32) {
        self.slot_of.retain(|&(owner, _), _| owner != file);
        for slot in &mut self.slots {
            if slot.page.is_some_and(|(owner, _)| owner == file) {
                *slot = Slot {
                    page: None,
                    touched: false,
                    bytes: Vec::new(),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(length: usize) -> Vec<u8> {
        (0..length).map(|i| (i / 7 + i) as u8).collect()
    }

    #[test]
    fn reads_across_pages() {
        let bytes = pattern(3 * PAGE + 5);
        let file = File::new(Box::new(bytes.clone())).unwrap();
        assert_eq!(
            file.bytes(PAGE as u64 - 3, PAGE + 6).unwrap(),
            bytes[PAGE - 3..2 * PAGE + 3]
        );
        assert_eq!(file.bytes(3 * PAGE as u64, 5).unwrap(), bytes[3 * PAGE..]);
    }

    #[test]
    fn refuses_what_lies_past_the_end() {
        let file = File::new(Box::new(pattern(10))).unwrap();
        assert!(file.bytes(8, 3).is_err());
        assert!(file.bytes(u64::MAX, 1).is_err());
        assert!(file.bytes(0, usize::MAX).is_err());
    }

    /// A gigabyte in which each page is filled with its number.
    struct Numbers;

    impl Source for Numbers {
        fn size(&self) -> u64 {
            1 << 30
        }

        fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
            bytes.fill((offset / PAGE as u64) as u8);
            Ok(())
        }
    }

    fn kept_pages() -> usize {
        PAGES.with_borrow(|pages| pages.slot_of.len())
    }

    #[test]
    fn keeps_a_bounded_number_of_pages_of_all_files() {
        let files = [(); 3].map(|()| File::new(Box::new(Numbers)).unwrap());
        for round in 0..2 {
            for page in 0..2 * MAX_PAGES as u64 {
                for file in &files {
                    let offset = page * PAGE as u64 + round;
                    assert_eq!(file.bytes(offset, 1).unwrap(), [page as u8]);
                }
            }
        }
        assert_eq!(kept_pages(), MAX_PAGES);
    }

    #[test]
    fn pages_go_with_their_file() {
        let kept = File::new(Box::new(pattern(10))).unwrap();
        let closed = File::new(Box::new(Numbers)).unwrap();
        kept.bytes(0, 1).unwrap();
        closed.bytes(0, 2 * PAGE).unwrap();
        assert_eq!(kept_pages(), 3);
        drop(closed);
        assert_eq!(kept_pages(), 1);
        assert_eq!(kept.bytes(3, 1).unwrap(), pattern(10)[3..4]);
    }
}
