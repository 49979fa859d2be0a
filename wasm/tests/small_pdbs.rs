//! What dbghelp does with records that no PDB of the shared data has, on PDBs built here: a section of code at RVA
//! 0x1000, and one module that contributed all of it.

#![allow(clippy::unwrap_used)] // A test may fail by panicking, in its helpers too.

use htrace::answer::{Answer, NO_STRING};
use htrace::file::File;
use htrace::pdb::Pdb;
use htrace::symbolizer::{Options, Symbols};

const CODE: u32 = 0x1000;
const CODE_SIZE: u32 = 0x1000;
const NO_STREAM: u16 = 0xffff;
const BLOCK: usize = 4096;

/// Kinds of symbol records.
const THUNK: u16 = 0x1102;
const BLOCK32: u16 = 0x1103;
const DATA: u16 = 0x110c;
const PUBLIC: u16 = 0x110e;
const PROCEDURE: u16 = 0x1110;
const MANAGED_PROCEDURE: u16 = 0x112a;
const TRAMPOLINE: u16 = 0x112c;
const END: u16 = 0x0006;
const INLINE_SITE: u16 = 0x114d;
const INLINE_SITE_END: u16 = 0x114e;

/// Kinds of subsections of lines.
const LINES: u32 = 0xf2;
const FILE_CHECKSUMS: u32 = 0xf4;
const INLINEE_LINES: u32 = 0xf6;

/// What a PDB is built of.
#[derive(Default)]
struct Parts {
    /// Records of the module.
    symbols: Vec<u8>,
    /// Its lines of compilers before Visual C++ 2005.
    c11_lines: Vec<u8>,
    /// Its lines of later ones.
    lines: Vec<u8>,
    /// Names at offsets in the code, ascending.
    publics: Vec<(u32, &'static str)>,
    /// Where the linker's jumps of 5 bytes begin, and the RVA of the target of each.
    jumps: (u32, Vec<u32>),
    /// Pairs of RVAs: of the image, and as it was linked.
    omap: Vec<(u32, u32)>,
}

#[test]
fn jumps_are_named_by_their_table_and_their_targets() {
    let jump = |offset: u32| {
        record(
            TRAMPOLINE,
            &[&[0, 0, 5, 0], &le(offset), &[0; 4], &[1, 0, 1, 0]],
        )
    };
    let parts = Parts {
        symbols: [jump(0x20), jump(0x25)].concat(),
        publics: vec![(0x100, "_Sleep@4"), (0x140, "_f")],
        jumps: (0x20, vec![CODE + 0x140, CODE + 0x100]),
        ..Parts::default()
    };
    let names = names(&parts, &[0x20, 0x24, 0x25, 0x2b, 0x101]);
    let expected = [
        "ILT+0(_f)+0",
        "ILT+0(_f)+4",
        "ILT+5(_Sleep+0",
        "t+6",
        "Sleep+1",
    ];
    assert_eq!(names, expected);
}

#[test]
fn what_an_assembler_decorated_or_numbered_goes_by_the_public_before_it() {
    let parts = Parts {
        symbols: [
            procedure(PROCEDURE, 0x40, "f@8"),
            procedure(PROCEDURE, 0x80, "$$$00001"),
            thunk(0xc0, "_t2m@?g@@YAXXZ"),
            procedure(PROCEDURE, 0x100, "_main"),
            record(DATA, &[&[0; 4], &le(0x140), &[1, 0], b"_table\0"]),
        ]
        .concat(),
        publics: vec![(0x30, "_before"), (0xc0, "__t2m@?g@@YAXXZ")],
        ..Parts::default()
    };
    let names = names(&parts, &[0x40, 0x81, 0xc0, 0x100, 0x142]);
    let expected = [
        "before+16",
        "before+81",
        "_t2m?gYAXXZ+0",
        "_main+0",
        "_table+2",
    ];
    assert_eq!(names, expected);
}

#[test]
fn managed_functions_begin_behind_their_header() {
    let parts = Parts {
        symbols: procedure(MANAGED_PROCEDURE, 0x4c, "main"),
        publics: vec![(0x40, "?main@@$$HYAHXZ")],
        ..Parts::default()
    };
    assert_eq!(names(&parts, &[0x40, 0x4e]), ["main+0", "main+2"]);
}

#[test]
fn in_a_block_of_a_rewritten_function_distances_are_those_of_the_image() {
    let block = record(BLOCK32, &[&[0; 8], &le(8), &le(0x48), &[1, 0], &[0]]);
    let parts = Parts {
        symbols: [procedure(PROCEDURE, 0x40, "f"), block].concat(),
        // 16 bytes were put before the block.
        omap: vec![(CODE, CODE), (CODE + 0x58, CODE + 0x48)],
        ..Parts::default()
    };
    assert_eq!(names(&parts, &[0x44, 0x5a, 0x62]), ["f+4", "f+26", "f+18"]);
}

#[test]
fn early_lines_name_their_files_themselves() {
    let c11_lines = [
        &[1, 0, 1, 0][..],
        &le(8),
        &[1, 0, 0, 0],
        &[le(28), le(0x40), le(0x4f)].concat(),
        b"a.c\0",
        &[1, 0, 1, 0],
        &le(0x40),
        &[7, 0],
    ]
    .concat();
    let parts = Parts {
        c11_lines,
        ..Parts::default()
    };
    let answer = symbolize(&parts, &[0x3f, 0x4f, 0x50]);
    let lines: Vec<_> = answer.frames().map(|row| (row.file, row.line)).collect();
    assert_eq!(lines, [(NO_STRING, 0), (0, 7), (NO_STRING, 0)]);
    assert_eq!(answer.strings.text, "a.c");
}

#[test]
fn code_that_stands_for_no_line_has_a_file() {
    let parts = Parts {
        lines: [lines_of(0x40, 0x10, &[(0, 7), (8, 0)]), one_file()].concat(),
        ..Parts::default()
    };
    let answer = symbolize(&parts, &[0x40, 0x48]);
    let lines: Vec<_> = answer.frames().map(|row| (row.file, row.line)).collect();
    assert_eq!(lines, [(0, 7), (0, 0)]);
}

#[test]
fn a_site_with_several_files_hides_itself_and_those_behind_it() {
    // Code +4, length 4; the second changes the file first.
    let plain = |at: u8| [3, at, 4, 4];
    let with_files = |at: u8| [5, 0, 3, at, 4, 4];
    let site = |function: u32, annotations: &[u8]| {
        record(INLINE_SITE, &[&[0; 8], &le(function), annotations])
    };
    let end = || record(INLINE_SITE_END, &[]);
    let inside = [
        site(1, &plain(0)),
        end(),
        site(2, &with_files(4)),
        site(1, &plain(4)),
        end(),
        end(),
        site(1, &plain(8)),
        end(),
    ]
    .concat();
    let mut symbols = procedure_with(4, 0x40, "f", &inside);
    let other = [site(1, &plain(8)), end()].concat();
    symbols.extend(procedure_with(4 + symbols.len(), 0x80, "g", &other));
    let parts = Parts {
        symbols,
        lines: [
            lines_of(0x40, 0x80, &[(0, 1)]),
            one_file(),
            // Function 1 twice: the first counts.
            subsection(
                INLINEE_LINES,
                &[
                    le(0),
                    le(1),
                    le(0),
                    le(50),
                    le(2),
                    le(0),
                    le(60),
                    le(1),
                    le(0),
                    le(70),
                ]
                .concat(),
            ),
        ]
        .concat(),
        ..Parts::default()
    };
    let mut pdb = open(&parts);
    let inlined = [0x40, 0x44, 0x48, 0x88].map(|offset| {
        let inlined = pdb.sources(CODE + offset).inlined.into_iter();
        inlined.map(|(_, source)| source.line).collect::<Vec<_>>()
    });
    assert_eq!(inlined, [vec![50], vec![], vec![], vec![50]]);
}

/// `name+displacement` of offsets in the code.
fn names(parts: &Parts, offsets: &[u32]) -> Vec<String> {
    let answer = symbolize(parts, offsets);
    let ends = &answer.strings.ends;
    let name = |number: u32| {
        let start = (number as usize)
            .checked_sub(1)
            .map_or(0, |before| ends[before]);
        &answer.strings.text[start as usize..ends[number as usize] as usize]
    };
    let rows = answer.frames();
    rows.map(|row| format!("{}+{}", name(row.symbol), row.displacement))
        .collect()
}

fn open(parts: &Parts) -> Pdb {
    Pdb::open(File::new(Box::new(pdb(parts))).unwrap()).unwrap()
}

fn symbolize(parts: &Parts, offsets: &[u32]) -> Answer {
    let rvas: Vec<_> = offsets.iter().map(|offset| CODE + offset).collect();
    let options = Options {
        lines: true,
        ..Options::default()
    };
    let answer = Symbols::Pdb(Box::new(open(parts))).symbolize(&rvas, options);
    assert_eq!(answer.problem, None);
    answer
}

/// A procedure of 0x20 bytes.
fn procedure(kind: u16, offset: u32, name: &str) -> Vec<u8> {
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

/// A procedure with records in it; its own begins at an offset of the module's stream.
fn procedure_with(start: usize, offset: u32, name: &str, inside: &[u8]) -> Vec<u8> {
    let mut procedure = procedure(PROCEDURE, offset, name);
    let end = start + procedure.len() + inside.len();
    procedure[8..12].copy_from_slice(&le(end as u32));
    [&procedure, inside, &record(END, &[])].concat()
}

fn thunk(offset: u32, name: &str) -> Vec<u8> {
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

fn record(kind: u16, fields: &[&[u8]]) -> Vec<u8> {
    let mut body = fields.concat();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = body.len() as u16 + 2;
    [&length.to_le_bytes()[..], &kind.to_le_bytes(), &body].concat()
}

/// Lines of `size` bytes of code: offset in it, and line.
fn lines_of(offset: u32, size: u32, lines: &[(u32, u32)]) -> Vec<u8> {
    let entries: Vec<_> = lines
        .iter()
        .flat_map(|&(at, line)| [le(at), le(line)])
        .collect();
    let block = [
        le(0),
        le(lines.len() as u32),
        le(12 + 8 * lines.len() as u32),
    ];
    let header = [le(offset), le(1), le(size)];
    subsection(
        LINES,
        &[header.concat(), block.concat(), entries.concat()].concat(),
    )
}

fn one_file() -> Vec<u8> {
    subsection(FILE_CHECKSUMS, &[0; 8])
}

fn subsection(kind: u32, content: &[u8]) -> Vec<u8> {
    [&le(kind)[..], &le(content.len() as u32), content].concat()
}

fn le(value: u32) -> [u8; 4] {
    value.to_le_bytes()
}

fn pdb(parts: &Parts) -> Vec<u8> {
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
    msf(&[
        vec![],
        vec![0; 44],
        vec![],
        dbi(parts),
        module,
        publics,
        records,
        section.to_vec(),
        pairs(&parts.omap),
        pairs(&back),
    ])
}

/// The DBI stream: modules in stream 4, publics in 5, symbol records in 6, section headers in 7,
/// the maps of a rewritten image in 8 and 9.
fn dbi(parts: &Parts) -> Vec<u8> {
    let mut module = vec![0; 64];
    module[34..36].copy_from_slice(&4u16.to_le_bytes());
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
    debug[5] = 7;
    if !parts.omap.is_empty() {
        debug[3..5].copy_from_slice(&[8, 9]);
    }
    let debug = debug.map(u16::to_le_bytes).concat();
    let mut header = vec![0; 64];
    header[16..18].copy_from_slice(&5u16.to_le_bytes());
    header[20..22].copy_from_slice(&6u16.to_le_bytes());
    header[24..28].copy_from_slice(&le(module.len() as u32));
    header[28..32].copy_from_slice(&le(contribution.len() as u32));
    header[48..52].copy_from_slice(&le(debug.len() as u32));
    [header, module, contribution, debug].concat()
}

/// A container with these streams, each of its own blocks.
fn msf(streams: &[Vec<u8>]) -> Vec<u8> {
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
