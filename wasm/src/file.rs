//! A file that is read page by page, with a bounded number of pages kept.
//!
//! The readers above jump about in files of a gigabyte to find one name. What they touch is kept in pages
//! and the pages that were not touched lately make room (a clock: nearly as good as least recently used,
//! without moving anything on a hit).

use std::cell::RefCell;

use crate::error::{Error, Result};

/// Bytes of a page: four blocks of a usual PDB, one call of the read callback.
const PAGE: usize = 16 * 1024;
/// Pages kept: 32 MiB a file.
const MAX_PAGES: usize = 2048;
/// Largest file that is taken; PDBs end at 4 GiB times the block size growth that MSVC allows.
const MAX_SIZE: u64 = 64 << 30;
/// Most bytes that are read in one piece.
const MAX_PIECE: usize = 128 << 20;
const NO_SLOT: u32 = u32::MAX;

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

/// A file and the pages of it that are in memory.
pub struct File {
    source: Box<dyn Source>,
    size: u64,
    pages: RefCell<Pages>,
}

struct Pages {
    slots: Vec<Slot>,
    slot_of_page: Vec<u32>,
    hand: usize,
}

struct Slot {
    page: usize,
    touched: bool,
    bytes: Vec<u8>,
}

impl File {
    /// Takes a file; nothing is read yet.
    pub fn new(source: Box<dyn Source>) -> Result<Self> {
        let size = source.size();
        if size > MAX_SIZE {
            return Err(Error::Unsupported {
                what: "more than 64 GiB",
            });
        }
        let count = size.div_ceil(PAGE as u64) as usize;
        let pages = Pages {
            slots: Vec::new(),
            slot_of_page: vec![NO_SLOT; count],
            hand: 0,
        };
        Ok(Self {
            source,
            size,
            pages: RefCell::new(pages),
        })
    }

    /// Length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Fills `bytes` from `offset`; an error where the file ends before.
    pub fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let end = offset.checked_add(bytes.len() as u64);
        if end.is_none_or(|end| end > self.size) {
            return Err(Error::Damaged {
                what: "a reference to what is past its end",
                offset,
            });
        }
        let mut pages = self.pages.borrow_mut();
        let mut at = offset;
        let mut rest = bytes;
        while !rest.is_empty() {
            let page = pages.get(self, (at / PAGE as u64) as usize)?;
            let start = (at % PAGE as u64) as usize;
            let length = rest.len().min(page.len() - start);
            let (head, tail) = rest.split_at_mut(length);
            head.copy_from_slice(&page[start..start + length]);
            at += length as u64;
            rest = tail;
        }
        Ok(())
    }

    /// `length` bytes from `offset`.
    pub fn bytes(&self, offset: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = self.room_for(length, offset)?;
        self.read(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// Zeros to read `length` bytes into. Lengths come from files, so they are checked before memory is
    /// reserved; `offset` is where the bytes would be, for the message.
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

impl Pages {
    fn get(&mut self, file: &File, page: usize) -> Result<&[u8]> {
        let mut slot = self.slot_of_page[page];
        if slot == NO_SLOT {
            slot = self.load(file, page)?;
        }
        let slot = &mut self.slots[slot as usize];
        slot.touched = true;
        Ok(&slot.bytes)
    }

    fn load(&mut self, file: &File, page: usize) -> Result<u32> {
        let offset = page as u64 * PAGE as u64;
        let length = (file.size - offset).min(PAGE as u64) as usize;
        let index = self.free_slot();
        let slot = &mut self.slots[index];
        slot.bytes.resize(length, 0);
        file.source.read(offset, &mut slot.bytes)?;
        slot.page = page;
        self.slot_of_page[page] = index as u32;
        Ok(index as u32)
    }

    /// A slot that no page refers to: a new one, or that of the first page untouched since the last round.
    fn free_slot(&mut self) -> usize {
        if self.slots.len() < MAX_PAGES {
            self.slots.push(Slot {
                page: usize::MAX,
                touched: false,
                bytes: Vec::new(),
            });
            return self.slots.len() - 1;
        }
        loop {
            let index = self.hand;
            self.hand = (self.hand + 1) % self.slots.len();
            let slot = &mut self.slots[index];
            if slot.touched {
                slot.touched = false;
                continue;
            }
            if let Some(owner) = self.slot_of_page.get_mut(slot.page) {
                *owner = NO_SLOT;
            }
            // A failed read leaves the slot without a page.
            slot.page = usize::MAX;
            return index;
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

    #[test]
    fn keeps_a_bounded_number_of_pages() {
        struct Zeros;
        impl Source for Zeros {
            fn size(&self) -> u64 {
                1 << 30
            }
            fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
                bytes.fill((offset / PAGE as u64) as u8);
                Ok(())
            }
        }
        let file = File::new(Box::new(Zeros)).unwrap();
        for round in 0..2u64 {
            for page in 0..3 * MAX_PAGES as u64 {
                let offset = page * PAGE as u64 + round;
                assert_eq!(file.bytes(offset, 1).unwrap(), [page as u8]);
            }
        }
        assert_eq!(file.pages.borrow().slots.len(), MAX_PAGES);
    }
}
