//! Export of the cabinet reader.

use js_sys::Function;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::JsError;

use super::symbols::callback_file;
use crate::symbols::cabinet::CabinetFile;

/// The file in a cabinet.
#[wasm_bindgen]
pub struct CabinetReader(CabinetFile);

#[wasm_bindgen]
impl CabinetReader {
    /// Opens a cabinet of `size` bytes that `read(offset, length)` reads.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, read: Function) -> Result<Self, JsError> {
        Ok(Self(CabinetFile::open(callback_file(size, read)?)?))
    }

    /// The next piece of the file, up to 32 KiB; none after its end.
    #[wasm_bindgen(js_name = nextPiece)]
    pub fn next_piece(&mut self) -> Result<Option<Vec<u8>>, JsError> {
        Ok(self.0.next_piece()?.map(<[u8]>::to_vec))
    }
}
