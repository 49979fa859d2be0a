//! Export of the cabinet reader.

use std::io::{Error, Result};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::cabinet;

/// Expands the file in a cabinet; `write(bytes)` is called with its pieces in their order.
#[wasm_bindgen(js_name = expandCabinet)]
pub fn expand_cabinet(bytes: &[u8], write: &Function) -> std::result::Result<(), JsError> {
    let hand_over = |piece: &[u8]| -> Result<()> {
        write
            .call1(&JsValue::NULL, &Uint8Array::from(piece))
            .map(drop)
            .map_err(|_| Error::other("its pieces could not be written"))
    };
    Ok(cabinet::expand(bytes, hand_over)?)
}
