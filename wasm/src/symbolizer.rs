//! Addresses to names, a file of symbols at a time, a batch at a time.

use crate::answer::{Answer, FrameRow, InlinedRow, SymbolKey, NO_STRING};
use crate::bytes::text;
use crate::error::Result;
use crate::image_symbols::ImageSymbols;
use crate::pdb::{FunctionId, Name, Pdb, Source, SymbolId};
use crate::undecorate::{compiler_name, full_name, linker_name};

/// How a batch is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The addresses are return addresses: lines and inlined frames are those of the call, one byte
    /// before. Displacements stay those of the address itself, as debuggers print them.
    pub return_addresses: bool,
    /// Undecorate with parameters, and Rust names too.
    pub full_names: bool,
    /// Look up lines and inlined frames.
    pub lines: bool,
}

/// A file of symbols.
pub enum Symbols {
    /// A PDB.
    Pdb(Box<Pdb>),
    /// An image.
    Image(Box<ImageSymbols>),
}

impl Symbols {
    /// Names for RVAs, in any order. What a damaged file has no sense in stays unnamed; the answer says what
    /// was wrong.
    ///
    /// The work is done in the order of the RVAs, each once: neighbours are in the same pages and tables.
    pub fn symbolize(&mut self, rvas: &[u32], options: Options) -> Answer {
        let mut answer = Answer::default();
        answer.row_of.resize(rvas.len(), 0);
        // The RVA above its place in the batch: plain numbers sort faster than places by what they point to.
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
            answer.problem = answer.problem.or(pdb.take_problem());
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
    let name = answer.symbol(SymbolKey::Pdb(found.symbol), || {
        pdb_name(pdb, found.symbol, options)
    })?;
    Ok(Some((name, found.displacement)))
}

fn pdb_name(pdb: &mut Pdb, symbol: SymbolId, options: Options) -> Result<String> {
    let name = pdb.name(symbol)?;
    let own = match &name {
        Name::Compiler(name) => compiler_name(&text(name)),
        Name::Linker(name) => linker_name(&text(name)),
    };
    if !options.full_names {
        return Ok(own);
    }
    let decorated = match name {
        Name::Compiler(_) => pdb.public_name(symbol)?,
        Name::Linker(name) => Some(name),
    };
    let full = decorated.and_then(|name| full_name(&text(&name)));
    // A public at the same place may be that of another function, folded into one with this one.
    Ok(full
        .filter(|full| full.contains(&own) || !own.contains("::"))
        .unwrap_or(own))
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

fn file_of(pdb: &Pdb, source: Source, answer: &mut Answer) -> u32 {
    let Some(file) = source.file else {
        return NO_STRING;
    };
    let number = answer.file(file, || Ok(text(&pdb.file_name(file)?).into_owned()));
    answer.or_none(number).unwrap_or(NO_STRING)
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
