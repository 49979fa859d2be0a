//! Exports of the symbolizer.
//!
//! A symbol file is a number. While it is in use, it is taken out of the table, so that a trap in the middle loses only
//! that file: no borrow is left behind.

use std::cell::RefCell;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsError, JsValue};

use crate::error::{Error, Result};
use crate::file::{File, Source};
use crate::symbols::answer::Answer;
use crate::symbols::image_symbols::{ImageSymbols, ImageTable};
use crate::symbols::modules;
use crate::symbols::pdb::Pdb;
use crate::symbols::pe::Image;
use crate::symbols::symbolizer::{Options, Symbols};

/// Bit of `options`: see [`Options::return_addresses`].
const RETURN_ADDRESSES: u32 = 1;
/// Bit of `options`: see [`Options::full_names`].
const FULL_NAMES: u32 = 2;
/// Bit of `options`: see [`Options::lines`].
const LINES: u32 = 4;
/// Bit of `options`: see [`Options::also_named`].
const ALSO_NAMED: u32 = 8;

thread_local! {
    static OPEN: RefCell<Vec<Option<Entry>>> = const { RefCell::new(Vec::new()) };
}

/// A symbol file, and the parts of its last result that were not fetched yet.
struct Entry {
    symbols: Symbols,
    answer: Answer,
}

/// Index of the module that contains each address, `0xffffffff` outside all of them.
///
/// `bases` ascend; `sizes` are in bytes, one per base.
#[wasm_bindgen(js_name = locateModules)]
pub fn locate_modules(bases: &[u64], sizes: &[u32], addresses: &[u64]) -> Vec<u32> {
    modules::locate(bases, sizes, addresses)
}

/// Opens a PDB of `size` bytes that `read(offset, length)` reads, and returns its number.
///
/// `guid` (32 upper-case hex digits, or empty for any) and `age` are those that the image asks for; another build's PDB
/// is rejected.
#[wasm_bindgen(js_name = openPdb)]
pub fn open_pdb(
    size: f64,
    read: Function,
    guid: &str,
    age: u32,
) -> std::result::Result<u32, JsError> {
    let pdb = Pdb::open(callback_file(size, read)?)?;
    if !guid.is_empty() {
        pdb.expect(guid, age)?;
    }
    Ok(add(Symbols::Pdb(Box::new(pdb))))
}

/// Opens an image for its own symbols, and returns its number; `0xffffffff` if it has none.
#[wasm_bindgen(js_name = openImage)]
pub fn open_image(size: f64, read: Function) -> std::result::Result<u32, JsError> {
    let image = ImageSymbols::open(callback_file(size, read)?)?;
    Ok(match image.table {
        ImageTable::None => u32::MAX,
        ImageTable::Coff | ImageTable::Exports => add(Symbols::Image(Box::new(image))),
    })
}

/// Whether an image's names are its exports, rather than its COFF symbols.
#[wasm_bindgen(js_name = areExports)]
pub fn are_exports(number: u32) -> bool {
    let is_exports = |entry: &mut Entry| match &entry.symbols {
        Symbols::Image(image) => image.table == ImageTable::Exports,
        Symbols::Pdb(_) => false,
    };
    with_entry(number, is_exports).unwrap_or(false)
}

/// Which PDB an image asks for, one item per line: GUID (32 upper-case hex digits), age (decimal), path; empty if it
/// asks for none.
#[wasm_bindgen(js_name = readPdbId)]
pub fn read_pdb_id(size: f64, read: Function) -> std::result::Result<String, JsError> {
    let id = Image::open(callback_file(size, read)?)?.pdb_id()?;
    Ok(id.map_or_else(String::new, |id| {
        format!("{}\n{}\n{}", id.guid, id.age, id.path)
    }))
}

/// Time stamp and size in memory of an image, by which symbol stores identify its builds.
#[wasm_bindgen(js_name = readImageKey)]
pub fn read_image_key(size: f64, read: Function) -> std::result::Result<Vec<u32>, JsError> {
    let image = Image::open(callback_file(size, read)?)?;
    Ok(vec![image.timestamp, image.size])
}

/// Frees a symbol file. Numbers are not reused, so one that is kept too long does no harm.
#[wasm_bindgen(js_name = closeSymbols)]
pub fn close_symbols(number: u32) {
    drop(take(number));
}

/// Names RVAs; the result has six numbers for each: symbol, displacement, file, line, and where its inlined frames
/// begin and end among those that [`take_inlined`] returns. Symbol and file are numbers of strings (`0xffffffff`:
/// none), see [`take_strings`]; line 0 is none.
#[wasm_bindgen(js_name = symbolizeRvas)]
pub fn symbolize_rvas(
    number: u32,
    rvas: &[u32],
    options: u32,
) -> std::result::Result<Vec<u32>, JsError> {
    let Some(mut entry) = take(number) else {
        return Err(JsError::new("the symbols are closed"));
    };
    let options = Options {
        return_addresses: options & RETURN_ADDRESSES != 0,
        full_names: options & FULL_NAMES != 0,
        lines: options & LINES != 0,
        also_named: options & ALSO_NAMED != 0,
    };
    entry.answer = entry.symbols.symbolize(rvas, options);
    let mut frames = Vec::with_capacity(6 * rvas.len());
    for row in entry.answer.frames() {
        frames.extend([row.symbol, row.displacement, row.file, row.line]);
        frames.extend([row.inlined_start, row.inlined_end]);
    }
    put_back(number, entry);
    Ok(frames)
}

/// Where symbols begin below `end`, descending, after two numbers: the RVA down to which everything was searched, and
/// how many look-ups that took, at most `max_lookups`.
#[wasm_bindgen(js_name = symbolBegins)]
pub fn symbol_begins(
    number: u32,
    end: u32,
    max_lookups: u32,
) -> std::result::Result<Vec<u32>, JsError> {
    let Some(mut entry) = take(number) else {
        return Err(JsError::new("the symbols are closed"));
    };
    let page = entry.symbols.begins_below(end, max_lookups);
    put_back(number, entry);
    Ok([vec![page.end, page.lookups], page.rvas].concat())
}

/// The first problem with the data for names while the last result was made; empty if there was none.
#[wasm_bindgen(js_name = takeProblem)]
pub fn take_problem(number: u32) -> String {
    let problem = with_answer(number, |answer| answer.problem.take());
    problem.map_or_else(String::new, |problem| problem.to_string())
}

/// The same for lines and inlined frames.
#[wasm_bindgen(js_name = takeLineProblem)]
pub fn take_line_problem(number: u32) -> String {
    let problem = with_answer(number, |answer| answer.line_problem.take());
    problem.map_or_else(String::new, |problem| problem.to_string())
}

/// Inlined frames of the last result, three numbers each: symbol, file, line; innermost first in a frame.
#[wasm_bindgen(js_name = takeInlined)]
pub fn take_inlined(number: u32) -> Vec<u32> {
    let inlined = with_answer(number, |answer| std::mem::take(&mut answer.inlined));
    inlined
        .iter()
        .flat_map(|row| [row.symbol, row.file, row.line])
        .collect()
}

/// Other names of symbols of the last result, two numbers each: the symbol, and the other name; those of one symbol
/// follow each other.
#[wasm_bindgen(js_name = takeAlsoNamed)]
pub fn take_also_named(number: u32) -> Vec<u32> {
    let pairs = with_answer(number, |answer| std::mem::take(&mut answer.also_named));
    pairs
        .iter()
        .flat_map(|&(name, other)| [name, other])
        .collect()
}

/// End of each string of the last result in the text that [`take_strings`] returns, in UTF-16 code units.
#[wasm_bindgen(js_name = takeStringEnds)]
pub fn take_string_ends(number: u32) -> Vec<u32> {
    with_answer(number, |answer| std::mem::take(&mut answer.strings.ends))
}

/// All strings of the last result, joined.
#[wasm_bindgen(js_name = takeStrings)]
pub fn take_strings(number: u32) -> String {
    with_answer(number, |answer| std::mem::take(&mut answer.strings.text))
}

fn add(symbols: Symbols) -> u32 {
    let entry = Entry {
        symbols,
        answer: Answer::default(),
    };
    OPEN.with_borrow_mut(|open| {
        let number = open.len() as u32;
        open.push(Some(entry));
        number
    })
}

fn take(number: u32) -> Option<Entry> {
    OPEN.with_borrow_mut(|open| open.get_mut(number as usize)?.take())
}

fn put_back(number: u32, entry: Entry) {
    OPEN.with_borrow_mut(|open| {
        if let Some(place) = open.get_mut(number as usize) {
            *place = Some(entry);
        }
    });
}

fn with_entry<T>(number: u32, use_it: impl FnOnce(&mut Entry) -> T) -> Option<T> {
    OPEN.with_borrow_mut(|open| open.get_mut(number as usize)?.as_mut().map(use_it))
}

fn with_answer<T: Default>(number: u32, use_it: impl FnOnce(&mut Answer) -> T) -> T {
    with_entry(number, |entry| use_it(&mut entry.answer)).unwrap_or_default()
}

pub(super) fn callback_file(size: f64, read: Function) -> Result<File> {
    File::new(Box::new(Callback {
        size: size as u64,
        read,
    }))
}

/// A file behind a JavaScript function: `read(offset, length)` returns a `Uint8Array`.
struct Callback {
    size: u64,
    read: Function,
}

impl Source for Callback {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let unreadable = |reason: String| Error::Unreadable {
            offset,
            length: bytes.len(),
            reason,
        };
        let answer = self
            .read
            .call2(
                &JsValue::NULL,
                &(offset as f64).into(),
                &(bytes.len() as f64).into(),
            )
            .map_err(|thrown| unreadable(message_of(&thrown)))?;
        let array = answer
            .dyn_into::<Uint8Array>()
            .map_err(|_| unreadable("the reader gave no bytes".to_string()))?;
        if array.length() as usize != bytes.len() {
            return Err(unreadable(format!("the reader gave {}", array.length())));
        }
        array.copy_to(bytes);
        Ok(())
    }
}

fn message_of(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => thrown
            .as_string()
            .unwrap_or_else(|| "the reader threw".to_string()),
    }
}
