//! Names of addresses from a PDB (Microsoft's program database, version 7.0).
//!
//! Nothing is read before it is asked for, and a question touches only the pages that its answer needs: the
//! public symbols by binary search, and the symbols of the modules (object files) that the addresses lie in.

pub mod dbi;
pub mod info;
pub mod module_symbols;
pub mod msf;
pub mod omap;
pub mod publics;
pub mod records;

use std::collections::HashMap;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::file::File;

use dbi::{Contribution, Dbi};
use info::Info;
use module_symbols::{Entry, ModuleSymbols};
use msf::Msf;
use omap::Omap;
use publics::Publics;
use records::{Place, Role};

/// Named places kept over all modules; beyond it the modules read so far are forgotten.
const MAX_ENTRIES: usize = 1 << 20;

/// A PDB and what was read of it.
pub struct Pdb {
    msf: Msf,
    info: Info,
    dbi: Dbi,
    omap: Option<Omap>,
    publics: Option<Publics>,
    contributions: Option<Rc<[Contribution]>>,
    modules: HashMap<u16, Rc<ModuleSymbols>>,
    entries: usize,
}

/// The symbol that an address belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Name as the record has it.
    pub name: Vec<u8>,
    /// Whether the name is a linker's, with decorations, or a compiler's.
    pub decorated: bool,
    /// Distance of the address from the symbol, in the layout that the linker made.
    pub displacement: u32,
}

impl Pdb {
    /// Opens a PDB.
    pub fn open(file: File) -> Result<Self> {
        let msf = Msf::open(file)?;
        let info = msf
            .stream(info::STREAM, "the PDB information stream")
            .ok_or(Error::Format {
                expected: "a PDB (it has no information stream)",
            })?;
        let info = Info::parse(&info.all()?)?;
        let dbi = Dbi::open(&msf)?;
        let omap = Omap::open(&msf, dbi.omap_to_source)?;
        Ok(Self {
            msf,
            info,
            dbi,
            omap,
            publics: None,
            contributions: None,
            modules: HashMap::new(),
            entries: 0,
        })
    }

    /// GUID as 32 upper-case hex digits, and age, as the image records them.
    pub fn identity(&self) -> (&str, u32) {
        (&self.info.guid, self.dbi.age)
    }

    /// Refuses unless the PDB is of the build that an image asks for.
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
        let linked = match &self.omap {
            Some(omap) => match omap.map(rva) {
                Some(linked) => linked,
                None => return Ok(None),
            },
            None => rva,
        };
        let Some(place) = self.dbi.place_of(linked) else {
            return Ok(None);
        };
        let public = self.public(place)?;
        let private = self.private(place, public.as_ref().map(|(_, place)| *place))?;
        match (private, public) {
            (Some((module, entry)), public)
                if public
                    .as_ref()
                    .is_none_or(|(_, at)| entry.code.place >= *at) =>
            {
                self.found_private(module, entry, linked).map(Some)
            }
            (_, Some((index, at))) => {
                let publics = self.publics()?;
                let name = publics.name(&self.msf, index)?;
                let displacement = place.offset - at.offset;
                self.publics = Some(publics);
                Ok(Some(Found {
                    name,
                    decorated: true,
                    displacement,
                }))
            }
            _ => Ok(None),
        }
    }

    fn publics(&mut self) -> Result<Publics> {
        match self.publics.take() {
            Some(publics) => Ok(publics),
            None => Publics::open(&self.msf, self.dbi.publics, self.dbi.symbol_records),
        }
    }

    fn public(&mut self, place: Place) -> Result<Option<(usize, Place)>> {
        let mut publics = self.publics()?;
        let found = publics.at_or_below(&self.msf, place)?;
        self.publics = Some(publics);
        Ok(found.map(|(range, at)| (range.start, at)))
    }

    /// The nearest named place of the modules around `place`, not below `floor`.
    fn private(&mut self, place: Place, floor: Option<Place>) -> Result<Option<(u16, Entry)>> {
        let contributions = self.contributions()?;
        let mut end = contributions.partition_point(|part| part.place <= place);
        while let Some(index) = end.checked_sub(1) {
            let part = contributions[index];
            if part.place.section != place.section {
                break;
            }
            if let Some(entry) = self.module(part.module)?.at_or_below(place) {
                return Ok(Some((part.module, entry)));
            }
            if floor.is_some_and(|floor| part.place <= floor) {
                break;
            }
            end = index;
        }
        Ok(None)
    }

    fn found_private(&mut self, module: u16, entry: Entry, rva: u32) -> Result<Found> {
        let (entry, start) = match entry.code.role {
            Role::Separated(parent) => {
                let of_parent = self.module(module)?.at(parent).unwrap_or(entry);
                (of_parent, parent)
            }
            _ => (entry, entry.code.place),
        };
        let name =
            module_symbols::name(&self.msf, self.dbi.modules[module as usize], entry.record)?;
        let start = self.dbi.rva_of(start).unwrap_or(rva);
        let decorated = entry.code.role != Role::Procedure;
        Ok(Found {
            name,
            decorated,
            displacement: rva.wrapping_sub(start),
        })
    }

    fn contributions(&mut self) -> Result<Rc<[Contribution]>> {
        if let Some(contributions) = &self.contributions {
            return Ok(contributions.clone());
        }
        let contributions: Rc<[_]> = self.dbi.contributions(&self.msf)?.into();
        self.contributions = Some(contributions.clone());
        Ok(contributions)
    }

    fn module(&mut self, index: u16) -> Result<Rc<ModuleSymbols>> {
        if let Some(module) = self.modules.get(&index) {
            return Ok(module.clone());
        }
        let Some(&module) = self.dbi.modules.get(usize::from(index)) else {
            return Err(Error::Damaged {
                what: "a contribution's module",
                offset: index.into(),
            });
        };
        let symbols = Rc::new(ModuleSymbols::open(&self.msf, module)?);
        self.entries += symbols.len();
        if self.entries > MAX_ENTRIES {
            self.modules.clear();
            self.entries = symbols.len();
        }
        self.modules.insert(index, symbols.clone());
        Ok(symbols)
    }
}
