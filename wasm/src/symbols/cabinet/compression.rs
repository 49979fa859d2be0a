//! The compressions of a cabinet's data blocks. Each block is decoded with the expanded data of the blocks before it.

use lzxd::{Lzxd, WindowSize};
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{decompress, DecompressorOxide};
use miniz_oxide::inflate::TINFLStatus;

use super::{unsupported, MAX_BLOCK};
use crate::error::Result;

/// Begins every block of MSZIP.
const MSZIP_SIGNATURE: &[u8] = b"CK";

/// The values of the low four bits of `typeCompress`.
mod kind {
    pub const NONE: u16 = 0;
    pub const MSZIP: u16 = 1;
    pub const QUANTUM: u16 = 2;
    pub const LZX: u16 = 3;
}

/// Decodes the blocks of one folder, in order.
pub struct Decoder {
    scheme: Scheme,
    /// The last decoded block, after up to [`MAX_BLOCK`] bytes that came before it.
    bytes: Vec<u8>,
    /// Where the last block begins.
    start: usize,
}

enum Scheme {
    Stored,
    MsZip(Box<DecompressorOxide>),
    Lzx(Box<Lzxd>),
}

impl Decoder {
    /// Makes a decoder for a folder's `typeCompress`.
    pub fn new(compression: u16) -> Result<Self> {
        let scheme = match compression & 0xf {
            kind::NONE => Scheme::Stored,
            kind::MSZIP => Scheme::MsZip(Box::default()),
            kind::QUANTUM => return Err(unsupported("Quantum compression")),
            kind::LZX => Scheme::Lzx(Box::new(Lzxd::new(window((compression >> 8) & 0x1f)?))),
            _ => return Err(unsupported("an unknown compression")),
        };
        Ok(Self {
            scheme,
            bytes: Vec::new(),
            start: 0,
        })
    }

    /// Decodes a block that expands to `length` bytes; false if it does not.
    pub fn decode(&mut self, data: &[u8], length: usize) -> bool {
        // Only MSZIP looks back in here; LZX has its own window.
        let kept = match self.scheme {
            Scheme::MsZip(_) => self.bytes.len().min(MAX_BLOCK),
            Scheme::Stored | Scheme::Lzx(_) => 0,
        };
        self.bytes.drain(..self.bytes.len() - kept);
        self.start = kept;
        match &mut self.scheme {
            Scheme::Stored => {
                self.bytes.extend_from_slice(data);
                data.len() == length
            }
            Scheme::MsZip(inflater) => {
                let Some(deflated) = data.strip_prefix(MSZIP_SIGNATURE) else {
                    return false;
                };
                inflater.init();
                self.bytes.resize(kept + length, 0);
                let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
                let (status, _, written) =
                    decompress(inflater, deflated, &mut self.bytes, kept, flags);
                status == TINFLStatus::Done && written == length
            }
            Scheme::Lzx(decoder) => match decoder.decompress_next(data, length) {
                Ok(decoded) => {
                    self.bytes.extend_from_slice(decoded);
                    decoded.len() == length
                }
                Err(_) => false,
            },
        }
    }

    /// The last decoded block.
    pub fn decoded(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// The window of LZX, from the power of two in the cabinet: 32 KiB to 2 MiB.
fn window(power: u16) -> Result<WindowSize> {
    Ok(match power {
        15 => WindowSize::KB32,
        16 => WindowSize::KB64,
        17 => WindowSize::KB128,
        18 => WindowSize::KB256,
        19 => WindowSize::KB512,
        20 => WindowSize::MB1,
        21 => WindowSize::MB2,
        _ => return Err(unsupported("a window that LZX does not have in cabinets")),
    })
}
