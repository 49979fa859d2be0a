//! Turns addresses into names, one symbol file at a time, one batch at a time.

use crate::bytes::text;
use crate::error::Result;
use crate::symbols::answer::{Answer, FrameRow, InlinedRow, SymbolKey, NO_STRING};
use crate::symbols::image_symbols::ImageSymbols;
use crate::symbols::pdb::object_files::Problems;
use crate::symbols::pdb::{FunctionId, Name, Pdb, SourcePlace, SymbolId};
use crate::symbols::undecorate::{compiler_name, full_name, public_name};

/// The options of a batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The addresses are return addresses: lines and inlined frames are those of the call, one byte
    /// before. Displacements stay those of the address itself, as debuggers print them.
    pub return_addresses: bool,
    /// Undecorates with parameters, and Rust names too.
    pub full_names: bool,
    /// Looks up lines and inlined frames.
    pub lines: bool,
    /// Adds the other names at a symbol's place.
    pub also_named: bool,
}

/// A symbol file.
pub enum Symbols {
    /// A PDB.
    Pdb(Box<Pdb>),
    /// An image.
    Image(Box<ImageSymbols>),
}

impl Symbols {
    /// Names for RVAs, in any order. RVAs that a damaged file cannot name stay unnamed; the result says what was
    /// wrong.
    ///
    /// The RVAs are processed in ascending order, each once: neighbours are in the same pages and tables.
    pub fn symbolize(&mut self, rvas: &[u32], options: Options) -> Answer {
        let mut answer = Answer::default();
        answer.row_of.resize(rvas.len(), 0);
        // RVA in the upper half, index in the batch in the lower: plain numbers sort faster than indices by key.
        let mut order: Vec<u64> = (0..)
            .zip(rvas)
            .map(|(place, &rva)| (u64::from(rva) << 32) | place)
            .collect();
        order.sort_unstable();
        let mut last = None;
        for next in order {
            let (rva, place) = ((next >> 32) as u32, next as u32 as usize);
            if last != Some(rva) {
                let row = self.frame(rva, options, &mut answer);
                answer.rows.push(row);
                last = Some(rva);
            }
            answer.row_of[place] = answer.rows.len() as u32 - 1;
        }
        if let Self::Pdb(pdb) = self {
            let Problems { names, lines } = pdb.take_problems();
            answer.problem = answer.problem.or(names);
            answer.line_problem = answer.line_problem.or(lines);
        }
        answer
    }

    fn frame(&mut self, rva: u32, options: Options, answer: &mut Answer) -> FrameRow {
        let mut row = FrameRow::UNKNOWN;
        let named = match self {
            Self::Pdb(pdb) => pdb_symbol(pdb, rva, options, answer),
            Self::Image(image) => image_symbol(image, rva, options, answer),
        };
        if let Some((symbol, displacement)) = answer.or_none(named).flatten() {
            row.symbol = symbol;
            row.displacement = displacement;
        }
        if let (Self::Pdb(pdb), true) = (self, options.lines) {
            let code = rva.saturating_sub(options.return_addresses.into());
            pdb_sources(pdb, code, &mut row, answer);
        }
        row
    }
}

fn pdb_symbol(
    pdb: &mut Pdb,
    rva: u32,
    options: Options,
    answer: &mut Answer,
) -> Result<Option<(u32, u32)>> {
    let Some(found) = pdb.lookup(rva)? else {
        return Ok(None);
    };
    let before = answer.strings.ends.len();
    let name = answer.symbol(SymbolKey::Pdb(found.symbol), || {
        pdb_name(pdb, found.symbol, options)
    })?;
    let is_new = answer.strings.ends.len() > before;
    if options.also_named && is_new {
        let others = other_names(pdb, found.symbol, options);
        let others = answer.or_none(others).unwrap_or_default();
        answer.also_named(name, &others);
    }
    Ok(Some((name, found.displacement)))
}

/// Other names of a symbol's place, each once: those of identical functions that the linker folded into one.
fn other_names(pdb: &mut Pdb, symbol: SymbolId, options: Options) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let mut known = vec![bare(&pdb_name(pdb, symbol, options)?)];
    for other in pdb.symbols_beside(symbol)? {
        let name = pdb_name(pdb, other, options)?;
        let bare = bare(&name);
        if !known.contains(&bare) {
            known.push(bare);
            names.push(name);
        }
    }
    Ok(names)
}

/// A name without the parts that compilers and the undecorator write differently: a function has a private symbol by
/// the one and a public symbol by the other.
fn bare(name: &str) -> String {
    // A linker's name of a C function may be its own name, or have lost an underscore by now.
    name.trim_start_matches('_')
        .replace("anonymous-namespace", "anonymous namespace")
        .replace(" __ptr64", "")
        .replace("enum ", "")
        .replace(' ', "")
}

fn pdb_name(pdb: &mut Pdb, symbol: SymbolId, options: Options) -> Result<String> {
    let name = pdb.name(symbol)?;
    let own = match &name {
        Name::Compiler(name) => compiler_name(&text(name)),
        Name::Linker(name) => public_name(&text(name)),
    };
    if !options.full_names {
        return Ok(own);
    }
    let full = match name {
        Name::Linker(name) => full_name(&text(&name)),
        // Publics at the same place may belong to other functions that were folded into this one.
        Name::Compiler(_) => pdb
            .public_names(symbol)?
            .iter()
            .filter_map(|name| full_name(&text(name)))
            .find(|full| is_full_name_of(full, &own)),
    };
    Ok(full.unwrap_or(own))
}

/// Whether a full name belongs to the function with this compiler's name. Names of the Itanium ABI are still decorated:
/// each part of a name follows its length.
fn is_full_name_of(full: &str, own: &str) -> bool {
    if full.starts_with("_Z") {
        let last = own.rsplit("::").next().unwrap_or(own);
        let last = last.split('<').next().unwrap_or(last);
        return full.contains(&format!("{}{last}", last.len()));
    }
    let own = own.replace("anonymous-namespace", "anonymous namespace");
    let is_of_names = |letter: char| letter.is_ascii_alphanumeric() || "_:~<".contains(letter);
    full.match_indices(&own).any(|(at, _)| {
        let (before, after) = (&full[..at], &full[at + own.len()..]);
        !before.ends_with(is_of_names) && !after.starts_with(is_of_names)
    })
}

fn pdb_sources(pdb: &mut Pdb, rva: u32, row: &mut FrameRow, answer: &mut Answer) {
    let sources = pdb.sources(rva);
    row.inlined_start = answer.inlined.len() as u32;
    for (function, source) in sources.inlined {
        let symbol = answer.function(function, || inlined_name(pdb, function));
        let symbol = answer.or_none(symbol).unwrap_or(NO_STRING);
        let file = file_of(pdb, source, answer);
        answer.inlined.push(InlinedRow {
            symbol,
            file,
            line: source.line,
        });
    }
    row.inlined_end = answer.inlined.len() as u32;
    if let Some(source) = sources.line {
        row.file = file_of(pdb, source, answer);
        row.line = source.line;
    }
}

fn inlined_name(pdb: &mut Pdb, function: FunctionId) -> Result<String> {
    Ok(compiler_name(&text(&pdb.function_name(function)?)))
}

fn file_of(pdb: &Pdb, source: SourcePlace, answer: &mut Answer) -> u32 {
    let Some(file) = source.file else {
        return NO_STRING;
    };
    let number = answer.file(file, || Ok(text(&pdb.file_name(file)?).into_owned()));
    number.unwrap_or_else(|problem| {
        answer.line_problem.get_or_insert(problem);
        NO_STRING
    })
}

fn image_symbol(
    image: &ImageSymbols,
    rva: u32,
    options: Options,
    answer: &mut Answer,
) -> Result<Option<(u32, u32)>> {
    let Some((name, displacement)) = image.lookup(rva) else {
        return Ok(None);
    };
    let number = answer.symbol(SymbolKey::Image(name), || {
        let full = match options.full_names {
            true => image.full_name(name)?,
            false => None,
        };
        full.map_or_else(|| image.name(name), Ok)
    })?;
    Ok(Some((number, displacement)))
}
