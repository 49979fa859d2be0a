//! Names of addresses from a PDB (Microsoft's program database, version 7.0).
//!
//! Everything is read on demand, and a query touches only the pages that its result needs: the public symbols by binary
//! search, and the symbols and lines of the object files that contain the addresses. A damaged part counts as empty;
//! the first problem is kept.

pub mod begins;
pub mod c11_lines;
pub mod cross_object;
pub mod dbi;
pub mod globals;
pub mod info;
pub mod inlines;
pub mod lines;
pub mod msf;
pub mod object_files;
pub mod object_symbols;
pub mod omap;
pub mod publics;
pub mod records;
pub mod strings;
pub mod subsections;
pub mod types;

use crate::error::{Error, Result};
use crate::file::File;

use dbi::{Dbi, ObjectIndex};
use globals::Globals;
use info::Info;
use lines::SourceLine;
use msf::Msf;
use object_files::{ObjectFiles, Problems};
use object_symbols::Entry;
use omap::Omap;
use publics::Publics;
use records::{Place, Role};
use types::FunctionIds;

/// Most symbols to examine beside one: a linker folds thousands of the smallest functions into one.
const MAX_BESIDE: usize = 64;

/// A PDB and the parts of it that were read.
pub struct Pdb {
    msf: Msf,
    info: Info,
    dbi: Dbi,
    omap: Option<Omap>,
    omap_from_source: Option<Omap>,
    publics: Publics,
    globals: Globals,
    objects: ObjectFiles,
    functions: FunctionIds,
}

/// Which record names a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolId {
    /// The record at an offset of the stream of the object file with an index.
    Private(ObjectIndex, u32),
    /// The public with an index in the order of places.
    Public(u32),
    /// The variable whose record is at an offset of the stream of symbol records.
    Global(u32),
    /// The jump for incremental linking with an index in the linker's table of them.
    Jump(u32),
}

/// The symbol that an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The symbol; see [`Pdb::name`].
    pub symbol: SymbolId,
    /// Distance of the address from the symbol, in the layout that the linker made.
    pub displacement: u32,
}

/// A symbol's name in its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// From the compiler: usually readable already.
    Compiler(Vec<u8>),
    /// From the linker: decorated.
    Linker(Vec<u8>),
}

/// An inlined function: the index of the object file in which it was inlined, and its ID there; see
/// [`Pdb::function_name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionId(pub ObjectIndex, pub u32);

/// Where the name of a source file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileName {
    /// In the string table, at an offset.
    Table(u32),
    /// In the stream of the object file with an index, at an offset.
    ObjectFile(ObjectIndex, u32),
}

/// A place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// Where the file's name is; see [`Pdb::file_name`].
    pub file: Option<FileName>,
    /// Line, from 1; 0 for code that compilers mark as belonging to no line.
    pub line: u32,
}

/// Where the code at an address came from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The line of the function itself.
    pub line: Option<SourcePlace>,
    /// Functions inlined there, innermost first, with their lines.
    pub inlined: Vec<(FunctionId, SourcePlace)>,
}

/// The nearest symbol at or below a place.
struct Nearest {
    symbol: SymbolId,
    start: Place,
    /// What it is, if an object file's symbols name it.
    role: Option<Role>,
}

impl Pdb {
    /// Opens a PDB.
    pub fn open(file: File) -> Result<Self> {
        let msf = Msf::open(file)?;
        let info = msf.stream(info::STREAM, "the PDB information stream");
        let info = info.ok_or(Error::Format {
            expected: "a PDB (it has no information stream)",
        })?;
        let info = Info::parse(&info.all()?)?;
        let dbi = Dbi::open(&msf)?;
        let omap = Omap::open(&msf, dbi.omap_to_source)?;
        Ok(Self {
            omap_from_source: Omap::open(&msf, dbi.omap_from_source)?,
            publics: Publics::new(dbi.publics, dbi.symbol_records),
            globals: Globals::new(dbi.globals, dbi.symbol_records),
            objects: ObjectFiles::new(&msf, omap.is_some()),
            omap,
            functions: FunctionIds::default(),
            msf,
            info,
            dbi,
        })
    }

    /// Fails unless the PDB is of the build that an image asks for.
    ///
    /// Images record the age of the DBI stream; the information stream's own age counts rewrites of the
    /// PDB that made no difference to the image.
    pub fn expect(&self, guid: &str, age: u32) -> Result<()> {
        let identity = |guid: &str, age: u32| format!("GUID {guid}, age {age:x}");
        if self.info.guid == guid && self.dbi.age == age {
            return Ok(());
        }
        Err(Error::Mismatch {
            found: identity(&self.info.guid, self.dbi.age),
            expected: identity(guid, age),
        })
    }

    /// The symbol that an RVA belongs to.
    pub fn lookup(&mut self, rva: u32) -> Result<Option<Found>> {
        let Some(place) = self.place_of(rva) else {
            return Ok(None);
        };
        let mut nearest = self.nearest(place)?;
        if let Some(Role::Separated(parent)) = nearest.as_ref().and_then(|nearest| nearest.role) {
            // dbghelp names the function from which the code was moved, however far away it is.
            nearest = self
                .nearest(parent)?
                .filter(|nearest| nearest.start == parent);
        }
        let found = nearest.and_then(|Nearest { symbol, start, .. }| {
            let (linked, start) = (self.dbi.rva_of(place)?, self.dbi.rva_of(start)?);
            let displacement = self
                .distance_in_block(rva, place, start)
                .unwrap_or(linked.wrapping_sub(start));
            Some(Found {
                symbol,
                displacement,
            })
        });
        Ok(found)
    }

    /// Distance of an RVA in a block, a scope inside a function, from the function's begin, if the image was rewritten
    /// after linking: there dbghelp measures in the image as it is, and elsewhere as it was linked.
    fn distance_in_block(&mut self, rva: u32, place: Place, start: u32) -> Option<u32> {
        let start = self.omap_from_source.as_ref()?.map(start)?;
        let object = self.objects.object_at(&self.msf, &self.dbi, place)?;
        let symbols = self.objects.symbols(&self.msf, &self.dbi, object);
        symbols.is_in_block(place).then(|| rva.checked_sub(start))?
    }

    /// Line and inlined functions of the code at an RVA.
    pub fn sources(&mut self, rva: u32) -> Sources {
        let mut sources = Sources::default();
        let Some(place) = self.place_of(rva) else {
            return sources;
        };
        let Some(object) = self.objects.object_at(&self.msf, &self.dbi, place) else {
            return sources;
        };
        let lines = self.objects.lines(&self.msf, &self.dbi, object);
        let source = |at: SourceLine| SourcePlace {
            file: lines.file_name(object, at.file),
            line: at.line,
        };
        sources.line = lines.at(place).map(source);
        if !lines.has_inlinees() {
            return sources;
        }
        let symbols = self.objects.symbols(&self.msf, &self.dbi, object);
        let procedure = symbols.procedure_at(place);
        let Some(procedure) = procedure.filter(|procedure| procedure.has_inline_sites) else {
            return sources;
        };
        let offset = place.offset.wrapping_sub(procedure.code.place.offset);
        let sites = self
            .objects
            .inline_sites(&self.msf, &self.dbi, object, procedure, &lines);
        for site in sites.iter() {
            // Outer sites come first; at most one of the sites at one depth has the code.
            if let (true, Some(line)) = (site.depth == sources.inlined.len(), site.line_at(offset))
            {
                sources
                    .inlined
                    .push((FunctionId(object, site.inlinee), source(line)));
            }
        }
        sources.inlined.reverse();
        sources
    }

    /// The first problem with what was read since the last call; the damaged part counted as empty.
    pub fn take_problems(&mut self) -> Problems {
        self.objects.take_problems()
    }

    /// Other symbols at the place of a symbol: private ones of the same object file, then publics. Finding private ones
    /// of other object files would mean reading all of those.
    pub fn symbols_beside(&mut self, symbol: SymbolId) -> Result<Vec<SymbolId>> {
        let Some(place) = self.place_of_symbol(symbol)? else {
            return Ok(Vec::new());
        };
        let mut beside = Vec::new();
        if let Some(object) = self.objects.object_at(&self.msf, &self.dbi, place) {
            let symbols = self.objects.symbols(&self.msf, &self.dbi, object);
            beside.extend(
                symbols
                    .all_at(place)
                    .filter(|entry| entry.code.role.is_named())
                    .map(|entry| SymbolId::Private(object, entry.record)),
            );
        }
        let publics = self.publics.all_at(&self.msf, place)?;
        beside.extend(publics.map(SymbolId::Public));
        beside.retain(|&other| other != symbol);
        beside.truncate(MAX_BESIDE);
        Ok(beside)
    }

    /// Where a symbol is; None for the linker's jumps, which have no other symbols at their places.
    fn place_of_symbol(&mut self, symbol: SymbolId) -> Result<Option<Place>> {
        match symbol {
            SymbolId::Public(index) => self.publics.place_of(&self.msf, index),
            SymbolId::Global(record) => self.globals.place_of(&self.msf, record).map(Some),
            SymbolId::Jump(_) => Ok(None),
            SymbolId::Private(object, offset) => {
                let record = object_symbols::record(&self.msf, self.dbi.object(object)?, offset)?;
                let record = records::of(&record);
                let code = records::code(record.u16(records::KIND)?, record)?;
                Ok(code.map(|code| code.place))
            }
        }
    }

    /// Name of a symbol.
    pub fn name(&mut self, symbol: SymbolId) -> Result<Name> {
        let (object, offset) = match symbol {
            SymbolId::Public(index) => {
                return Ok(Name::Linker(self.publics.name(&self.msf, index)?));
            }
            SymbolId::Global(record) => {
                return Ok(Name::Compiler(self.globals.name(&self.msf, record)?));
            }
            SymbolId::Jump(index) => return Ok(Name::Linker(self.jump_name(index)?)),
            SymbolId::Private(object, offset) => (object, offset),
        };
        let record = object_symbols::record(&self.msf, self.dbi.object(object)?, offset)?;
        let record = records::of(&record);
        let code = records::code(record.u16(records::KIND)?, record)?;
        match code.map(|code| code.role) {
            Some(Role::Procedure | Role::Data) => {
                Ok(Name::Compiler(records::name(record)?.to_vec()))
            }
            Some(Role::Thunk) => Ok(Name::Linker(records::name(record)?.to_vec())),
            Some(Role::Trampoline) => Ok(Name::Compiler(records::TRAMPOLINE_NAME.to_vec())),
            Some(Role::Separated(_)) | None => Err(record.damaged(records::KIND)),
        }
    }

    /// Name of a source file.
    pub fn file_name(&self, name: FileName) -> Result<Vec<u8>> {
        match name {
            FileName::Table(offset) => strings::string(
                &self.msf,
                self.info.named_stream(strings::STREAM_NAME),
                offset,
            ),
            FileName::ObjectFile(object, offset) => {
                let stream = object_symbols::stream(&self.msf, self.dbi.object(object)?);
                stream.map_or(Ok(Vec::new()), |stream| strings::until_zero(stream, offset))
            }
        }
    }

    /// Name of an inlined function; empty if the PDB has none.
    pub fn function_name(&mut self, FunctionId(object, id): FunctionId) -> Result<Vec<u8>> {
        let names = self.info.named_stream(strings::STREAM_NAME);
        let cost = cross_object::cost(&self.dbi, object, id)?;
        self.objects.spend(cost)?;
        match cross_object::global_id(&self.msf, &self.dbi, names, object, id)? {
            Some(id) => self.functions.name(&self.msf, id),
            None => Ok(Vec::new()),
        }
    }

    /// The linker's names for the place of a private symbol.
    pub fn public_names(&mut self, symbol: SymbolId) -> Result<Vec<Vec<u8>>> {
        let Some(place) = self.place_of_symbol(symbol)? else {
            return Ok(Vec::new());
        };
        let publics = self.publics.all_at(&self.msf, place)?;
        publics
            .take(MAX_BESIDE)
            .map(|index| self.publics.name(&self.msf, index))
            .collect()
    }

    /// Place of an RVA in the image as linked.
    fn place_of(&self, rva: u32) -> Option<Place> {
        let linked = match &self.omap {
            Some(omap) => omap.map(rva)?,
            None => rva,
        };
        self.dbi.place_of(linked)
    }

    /// The linker's jumps for incremental linking have no names; debuggers make them up from the distance
    /// to the first jump (ILT: incremental link table) and the target's public name.
    fn jump_name(&mut self, index: u32) -> Result<Vec<u8>> {
        let jump = self.publics.jump(&self.msf, index);
        let mut name = format!("ILT+{}(", jump.distance).into_bytes();
        if let Some(target) = self.dbi.place_of(jump.target) {
            if let Some((index, place)) = self.publics.at_or_below(&self.msf, target)? {
                if place == target {
                    name.extend(self.publics.name(&self.msf, index)?);
                }
            }
        }
        name.push(b')');
        Ok(name)
    }

    /// The nearest variable in the program's own list, except in code: there its names add nothing, and reading all of
    /// them takes long.
    fn global_at_or_below(&mut self, place: Place) -> Option<Nearest> {
        if self.dbi.is_code(place) {
            return None;
        }
        let (record, start) = self.globals.at_or_below(&self.msf, place)?;
        Some(Nearest {
            symbol: SymbolId::Global(record),
            start,
            role: None,
        })
    }

    /// The nearest symbol at or below a place: private ones count more than public ones at the same place.
    fn nearest(&mut self, place: Place) -> Result<Option<Nearest>> {
        let jump = self.publics.jump_at(&self.msf, place);
        let public = match jump {
            Some((index, start)) => Some((SymbolId::Jump(index), start)),
            None => {
                let public = self.publics.at_or_below(&self.msf, place)?;
                let public = public.map(|(index, start)| (SymbolId::Public(index), start));
                let first_jump = self.publics.jumps_before(&self.msf, place);
                let first_jump = first_jump.map(|start| (SymbolId::Jump(0), start));
                first_jump
                    .into_iter()
                    .chain(public)
                    .max_by_key(|&(_, start)| start)
            }
        };
        let floor = public.map(|(_, start)| start);
        let private = self.objects.at_or_below(&self.msf, &self.dbi, place, floor);
        // The linker's own record of a jump has no name; the made-up one is a public, and counts more.
        let private = private.filter(|(_, entry)| {
            entry.code.role != Role::Trampoline
                || jump.is_none() && floor.is_none_or(|floor| floor < entry.code.place)
        });
        let public = public.map(|(symbol, start)| Nearest {
            symbol,
            start,
            role: None,
        });
        let global = self.global_at_or_below(place).filter(|global| {
            public
                .as_ref()
                .is_none_or(|public| public.start <= global.start)
        });
        let public = global.or(public);
        let private = private.map(|(object, Entry { code, record, .. })| Nearest {
            symbol: SymbolId::Private(object, record),
            start: code.place,
            role: Some(code.role),
        });
        Ok(match (private, public) {
            (Some(private), Some(public)) if private.start < public.start => Some(public),
            (private, public) => private.or(public),
        })
    }
}
