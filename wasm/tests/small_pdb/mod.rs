//! A handmade PDB: a section of code or data at RVA 0x1000, and one module that contributed all of it.

pub const CODE: u32 = 0x1000;
pub const CODE_SIZE: u32 = 0x1000;
const NO_STREAM: u16 = 0xffff;
const BLOCK: usize = 4096;

/// Kinds of symbol records.
pub const THUNK: u16 = 0x1102;
pub const BLOCK32: u16 = 0x1103;
pub const DATA: u16 = 0x110c;
pub const PUBLIC: u16 = 0x110e;
pub const PROCEDURE: u16 = 0x1110;
pub const MANAGED_PROCEDURE: u16 = 0x112a;
pub const TRAMPOLINE: u16 = 0x112c;
pub const SEPARATED: u16 = 0x1132;
pub const END: u16 = 0x0006;
pub const INLINE_SITE: u16 = 0x114d;
pub const INLINE_SITE_END: u16 = 0x114e;

/// Kinds of type records.
pub const STRUCTURE: u16 = 0x1505;
pub const CLASS_2: u16 = 0x1608;
pub const UNION_2: u16 = 0x160a;
pub const MEMBER_FUNCTION_ID: u16 = 0x1602;

/// Numbers of the streams that are always present.
mod stream {
    pub const MODULE: u16 = 5;
    pub const PUBLICS: u16 = 6;
    pub const SYMBOL_RECORDS: u16 = 7;
    pub const SECTIONS: u16 = 8;
    pub const OMAP: u16 = 9;
    pub const OMAP_BACK: u16 = 10;
    pub const GLOBALS: u16 = 11;
    pub const TYPE_HASH: u16 = 12;
    pub const ID_HASH: u16 = 13;
}

/// Kinds of subsections of lines.
pub const LINES: u32 = 0xf2;
pub const FILE_CHECKSUMS: u32 = 0xf4;
pub const INLINEE_LINES: u32 = 0xf6;

/// The parts of a PDB.
#[derive(Default)]
pub struct Parts {
    /// Records of the module.
    pub symbols: Vec<u8>,
    /// Its lines in the form of compilers before Visual C++ 2005.
    pub c11_lines: Vec<u8>,
    /// Its lines in the form of later ones.
    pub lines: Vec<u8>,
    /// Names at offsets in the code, ascending.
    pub publics: Vec<(u32, &'static str)>,
    /// Variables that are only in the program's own list.
    pub globals: Vec<(u32, &'static str)>,
    /// Records of types, from index 0x1000, and of functions, likewise.
    pub types: Vec<Vec<u8>>,
    pub ids: Vec<Vec<u8>>,
    /// Whether the section contains code.
    pub is_code: bool,
    /// Where the linker's jumps of 5 bytes begin, and the RVA of the target of each.
    pub jumps: (u32, Vec<u32>),
    /// Pairs of RVAs: in the image, and as linked.
    pub omap: Vec<(u32, u32)>,
}

/// A procedure of 0x20 bytes.
pub fn procedure(kind: u16, offset: u32, name: &str) -> Vec<u8> {
    let before_name = if kind == MANAGED_PROCEDURE { 3 } else { 1 };
    record(
        kind,
        &[
            &[0; 12],
            &le(0x20),
            &[0; 12],
            &le(offset),
            &[1, 0],
            &vec![0; before_name],
            name.as_bytes(),
            &[0],
        ],
    )
}

/// A procedure with records in it; its own record begins at an offset in the module's stream.
pub fn procedure_with(start: usize, offset: u32, name: &str, inside: &[u8]) -> Vec<u8> {
    let mut procedure = procedure(PROCEDURE, offset, name);
    let end = start + procedure.len() + inside.len();
    procedure[8..12].copy_from_slice(&le(end as u32));
    [&procedure, inside, &record(END, &[])].concat()
}

pub fn thunk(offset: u32, name: &str) -> Vec<u8> {
    record(
        THUNK,
        &[
            &[0; 12],
            &le(offset),
            &[1, 0, 6, 0, 3],
            name.as_bytes(),
            &[0],
        ],
    )
}

pub fn record(kind: u16, fields: &[&[u8]]) -> Vec<u8> {
    let mut body = fields.concat();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = body.len() as u16 + 2;
    [&length.to_le_bytes()[..], &kind.to_le_bytes(), &body].concat()
}

/// Lines of `size` bytes of code: offset in it, and line.
pub fn lines_of(offset: u32, size: u32, lines: &[(u32, u32)]) -> Vec<u8> {
    lines_of_files(offset, size, &[(0, lines.to_vec())])
}

/// Lines of several files: offset of the file's checksum, and its lines.
pub fn lines_of_files(offset: u32, size: u32, blocks: &[(u32, Vec<(u32, u32)>)]) -> Vec<u8> {
    let mut content = [le(offset), le(1), le(size)].concat();
    for (file, lines) in blocks {
        let count = lines.len() as u32;
        content.extend([le(*file), le(count), le(12 + 8 * count)].concat());
        content.extend(
            lines
                .iter()
                .flat_map(|&(at, line)| [le(at), le(line)])
                .flatten(),
        );
    }
    subsection(LINES, &content)
}

pub fn one_file() -> Vec<u8> {
    subsection(FILE_CHECKSUMS, &[0; 8])
}

pub fn subsection(kind: u32, content: &[u8]) -> Vec<u8> {
    [&le(kind)[..], &le(content.len() as u32), content].concat()
}

pub fn le(value: u32) -> [u8; 4] {
    value.to_le_bytes()
}

pub fn pdb(parts: &Parts) -> Vec<u8> {
    let module = [&le(4)[..], &parts.symbols, &parts.c11_lines, &parts.lines].concat();
    let mut records = Vec::new();
    let mut map = Vec::new();
    for (offset, name) in &parts.publics {
        map.extend(le(records.len() as u32));
        records.extend(record(
            PUBLIC,
            &[&le(2), &le(*offset), &[1, 0], name.as_bytes(), &[0]],
        ));
    }
    let mut globals = Vec::new();
    for (offset, name) in &parts.globals {
        globals.extend([le(records.len() as u32 + 1), le(1)].concat());
        records.extend(record(
            DATA,
            &[&[0; 4], &le(*offset), &[1, 0], name.as_bytes(), &[0]],
        ));
    }
    let globals = [
        [
            le(u32::MAX),
            le(0xf12f_091a),
            le(globals.len() as u32),
            le(0),
        ]
        .concat(),
        globals,
    ]
    .concat();
    let (first_jump, targets) = &parts.jumps;
    let publics = [
        [
            le(0),
            le(map.len() as u32),
            le(targets.len() as u32),
            le(5),
            le(1),
            le(*first_jump),
            le(0),
        ]
        .concat(),
        map,
        targets.iter().flat_map(|&target| le(target)).collect(),
    ]
    .concat();
    let pairs = |pairs: &[(u32, u32)]| -> Vec<u8> {
        let words = pairs.iter().flat_map(|&(from, to)| [le(from), le(to)]);
        words.flatten().collect()
    };
    let back: Vec<_> = parts.omap.iter().map(|&(from, to)| (to, from)).collect();
    let mut section = [0; 40];
    section[8..12].copy_from_slice(&le(CODE_SIZE));
    section[12..16].copy_from_slice(&le(CODE));
    if parts.is_code {
        section[36..40].copy_from_slice(&le(0x2000_0000));
    }
    let first_of = || [le(0x1000), le(0)].concat();
    msf(&[
        vec![],
        vec![0; 44],
        types(&parts.types, stream::TYPE_HASH),
        dbi(parts),
        types(&parts.ids, stream::ID_HASH),
        module,
        publics,
        records,
        section.to_vec(),
        pairs(&parts.omap),
        pairs(&back),
        globals,
        first_of(),
        first_of(),
    ])
}

/// A stream of types or of IDs, whose hash stream has the offset of the first record.
pub fn types(records: &[Vec<u8>], hash: u16) -> Vec<u8> {
    let count = records.len() as u32;
    let records = records.concat();
    let mut header = [
        le(20_040_203),
        le(56),
        le(0x1000),
        le(0x1000 + count),
        le(records.len() as u32),
    ]
    .concat();
    header.extend(hash.to_le_bytes());
    header.resize(40, 0);
    header.extend([le(0), le(8)].concat());
    header.resize(56, 0);
    [header, records].concat()
}

/// The DBI stream.
pub fn dbi(parts: &Parts) -> Vec<u8> {
    let mut module = vec![0; 64];
    module[34..36].copy_from_slice(&stream::MODULE.to_le_bytes());
    module[36..40].copy_from_slice(&le(parts.symbols.len() as u32 + 4));
    module[40..44].copy_from_slice(&le(parts.c11_lines.len() as u32));
    module[44..48].copy_from_slice(&le(parts.lines.len() as u32));
    module.extend(b"a\0a\0");
    let version = 0xeffe_0000u32 + 19_970_605;
    let contribution = [
        le(version),
        le(1),
        le(0),
        le(CODE_SIZE),
        le(0),
        le(0),
        le(0),
        le(0),
    ]
    .concat();
    let mut debug = [NO_STREAM; 6];
    debug[5] = stream::SECTIONS;
    if !parts.omap.is_empty() {
        debug[3..5].copy_from_slice(&[stream::OMAP, stream::OMAP_BACK]);
    }
    let debug = debug.map(u16::to_le_bytes).concat();
    let mut header = vec![0; 64];
    header[12..14].copy_from_slice(&stream::GLOBALS.to_le_bytes());
    header[16..18].copy_from_slice(&stream::PUBLICS.to_le_bytes());
    header[20..22].copy_from_slice(&stream::SYMBOL_RECORDS.to_le_bytes());
    header[24..28].copy_from_slice(&le(module.len() as u32));
    header[28..32].copy_from_slice(&le(contribution.len() as u32));
    header[48..52].copy_from_slice(&le(debug.len() as u32));
    [header, module, contribution, debug].concat()
}

/// A container with these streams, each in its own blocks.
pub fn msf(streams: &[Vec<u8>]) -> Vec<u8> {
    let mut file = vec![0; BLOCK];
    let mut place = |bytes: &[u8]| -> Vec<u8> {
        let mut blocks = Vec::new();
        for block in bytes.chunks(BLOCK) {
            blocks.extend(le((file.len() / BLOCK) as u32));
            file.extend(block);
            file.resize(file.len().next_multiple_of(BLOCK), 0);
        }
        blocks
    };
    let mut directory = le(streams.len() as u32).to_vec();
    directory.extend(streams.iter().flat_map(|stream| le(stream.len() as u32)));
    directory.extend(
        streams
            .iter()
            .flat_map(|stream| place(stream))
            .collect::<Vec<_>>(),
    );
    let blocks = place(&directory);
    let map = place(&blocks);
    let count = (file.len() / BLOCK) as u32;
    let magic = b"Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0";
    let head = [
        magic,
        &[
            le(BLOCK as u32),
            le(1),
            le(count),
            le(directory.len() as u32),
            le(0),
        ]
        .concat()[..],
        &map,
    ]
    .concat();
    file[..head.len()].copy_from_slice(&head);
    file
}
