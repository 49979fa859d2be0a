//! Function IDs that link-time code generation left in the numbering of another object file.
//!
//! Layout: `cvinfo.h` of microsoft-pdb (`ComboID`, `CrossScopeReferences`, `LocalIdAndGlobalIdPair`). Such an ID
//! has its top bit set and names an import: bits 20 to 30 are the index of an object file in the list of those imported
//! from, bits 0 to 19 the index of an ID in that object file's list. The entry there is a number in the other object
//! file, whose exports have the ID in the PDB's own numbering.

use crate::bytes::Bytes;
use crate::error::Result;

use super::dbi::{Dbi, ObjectFile, ObjectIndex};
use super::msf::Msf;
use super::object_symbols::stream;
use super::strings;
use super::subsections::{kind, subsections};

const IS_IMPORT: u32 = 0x8000_0000;

/// Byte offsets in a list of imports: the other object file's name in the string table, a count, then IDs.
mod imports {
    pub const OBJECT_NAME: usize = 0;
    pub const COUNT: usize = 4;
    pub const IDS: usize = 8;
}

/// Size of an export in bytes: u32 number in this object file, u32 ID.
const EXPORT_SIZE: usize = 8;

/// Number of bytes read to find an ID.
pub fn cost(dbi: &Dbi, object: ObjectIndex, id: u32) -> Result<u32> {
    let lines = dbi.object(object)?.lines_size;
    Ok(if id & IS_IMPORT == 0 {
        0
    } else {
        lines.saturating_add(dbi.objects_size)
    })
}

/// The ID in the PDB's own numbering of an ID that an object file uses; None if the references are broken.
pub fn global_id(
    msf: &Msf,
    dbi: &Dbi,
    names: Option<u32>,
    object: ObjectIndex,
    id: u32,
) -> Result<Option<u32>> {
    if id & IS_IMPORT == 0 {
        return Ok(Some(id));
    }
    let (list, place) = ((id >> 20) & 0x7ff, id & 0xf_ffff);
    let found = with_subsection(
        msf,
        dbi.object(object)?,
        kind::CROSS_SCOPE_IMPORTS,
        |content| find_import(content, list as usize, place as usize),
    )?;
    let Some((name, local)) = found.flatten() else {
        return Ok(None);
    };
    let name = strings::string(msf, names, name)?;
    let Some(exporter) = dbi.object_named(msf, &name)? else {
        return Ok(None);
    };
    let exported = with_subsection(msf, exporter, kind::CROSS_SCOPE_EXPORTS, |content| {
        let mut exports = content.data.chunks_exact(EXPORT_SIZE);
        let export = exports.find(|export| export[..4] == local.to_le_bytes());
        export
            .map(|export| Bytes::new("an export", export).u32(4))
            .transpose()
    })?;
    Ok(exported.flatten())
}

/// Offset of the object file's name, and its own number of the import.
fn find_import(content: Bytes<'_>, list: usize, place: usize) -> Result<Option<(u32, u32)>> {
    let mut at = 0usize;
    for _ in 0..list {
        let count = content.u32(at + imports::COUNT)? as usize;
        at = at
            .saturating_add(imports::IDS)
            .saturating_add(count.saturating_mul(4));
        if at >= content.data.len() {
            return Ok(None);
        }
    }
    if place >= content.u32(at + imports::COUNT)? as usize {
        return Ok(None);
    }
    let local = content.u32(at + imports::IDS + place * 4)?;
    Ok(Some((content.u32(at + imports::OBJECT_NAME)?, local)))
}

fn with_subsection<T>(
    msf: &Msf,
    object: ObjectFile,
    wanted: u32,
    use_it: impl FnOnce(Bytes<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let Some(stream) = stream(msf, object) else {
        return Ok(None);
    };
    let data = stream.bytes(object.lines_offset, object.lines_size)?;
    for subsection in subsections(&data) {
        let (kind, content) = subsection?;
        if kind == wanted {
            return use_it(content).map(Some);
        }
    }
    Ok(None)
}
