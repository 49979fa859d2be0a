//! What dbghelp does with records that occur in no PDB of the shared data, on PDBs built here: a section of code at RVA
//! 0x1000, and one module that contributed all of it.

#![allow(clippy::unwrap_used)] // A test may fail by panicking, in its helpers too.

use htrace::file::File;
use htrace::symbols::answer::{Answer, NO_STRING};
use htrace::symbols::pdb::dbi::ObjectIndex;
use htrace::symbols::pdb::{FunctionId, Pdb};
use htrace::symbols::symbolizer::{Options, Symbols};

mod small_pdb;

use small_pdb::*;

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
fn code_after_the_only_jump_has_its_name() {
    let parts = Parts {
        symbols: record(
            TRAMPOLINE,
            &[&[0, 0, 5, 0], &le(0x20), &[0; 4], &[1, 0, 1, 0]],
        ),
        publics: vec![(0x100, "_main")],
        jumps: (0x20, vec![CODE + 0x100]),
        ..Parts::default()
    };
    let names = names(&parts, &[0x20, 0x25, 0x60, 0x100]);
    let expected = [
        "ILT+0(_main)+0",
        "ILT+0(_main)+5",
        "ILT+0(_main)+64",
        "main+0",
    ];
    assert_eq!(names, expected);
}

#[test]
fn variables_have_the_compilers_name_outside_code() {
    let mut parts = Parts {
        publics: vec![(0x10, "__before"), (0x40, "__table"), (0x80, "__after")],
        globals: vec![
            (0x40, "__table"),
            (0x60, "__other"),
            (0x60, "__alias"),
            (0x80, "_f@4"),
        ],
        ..Parts::default()
    };
    let offsets = [0x20, 0x44, 0x62, 0x80];
    let expected = ["_before+16", "__table+4", "__other+2", "_after+0"];
    assert_eq!(names(&parts, &offsets), expected);
    parts.is_code = true;
    let expected = ["_before+16", "_table+4", "_table+34", "_after+0"];
    assert_eq!(names(&parts, &offsets), expected);
}

#[test]
fn symbols_decorated_or_numbered_by_an_assembler_have_the_name_of_the_public_before() {
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
fn managed_functions_begin_after_their_header() {
    let parts = Parts {
        symbols: procedure(MANAGED_PROCEDURE, 0x4c, "main"),
        publics: vec![(0x40, "?main@@$$HYAHXZ")],
        ..Parts::default()
    };
    assert_eq!(names(&parts, &[0x40, 0x4e]), ["main+0", "main+2"]);
}

#[test]
fn in_a_block_of_a_rewritten_function_distances_are_measured_in_the_image() {
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
fn folded_functions_are_also_named() {
    let parts = Parts {
        symbols: [
            procedure(PROCEDURE, 0x40, "f"),
            procedure(PROCEDURE, 0x40, "ns::g<int *>"),
            procedure(PROCEDURE, 0x80, "__alone"),
        ]
        .concat(),
        publics: vec![
            (0x40, "_f"),
            (0x40, "??$g@PEAH@ns@@YAXXZ"),
            (0x40, "_h"),
            (0x80, "__alone"),
            (0xc0, "NtClose"),
            (0xc0, "ZwClose"),
        ],
        ..Parts::default()
    };
    let options = Options {
        also_named: true,
        ..Options::default()
    };
    let rvas = [0x44, 0x81, 0xc0].map(|offset| CODE + offset);
    let answer = Symbols::Pdb(Box::new(open(&parts))).symbolize(&rvas, options);
    let names: Vec<_> = answer.strings.iter().collect();
    let name = |number: u32| names[number as usize].as_str();
    let pairs: Vec<_> = answer
        .also_named
        .iter()
        .map(|&(of, other)| (name(of), name(other)))
        .collect();
    let folded = name(answer.frames().next().unwrap().symbol);
    let other = if folded == "f" { "ns::g<int *>" } else { "f" };
    assert_eq!(
        pairs,
        [(folded, other), (folded, "h"), ("NtClose", "ZwClose")]
    );
}

#[test]
fn full_names_are_those_of_the_function_itself() {
    let parts = Parts {
        symbols: [
            procedure(PROCEDURE, 0x40, "ns::g<int *>"),
            procedure(PROCEDURE, 0x80, "o"),
            procedure(PROCEDURE, 0xc0, "ns::C::f"),
            procedure(PROCEDURE, 0xe0, "alone"),
        ]
        .concat(),
        publics: vec![
            (0x40, "?f@@YAXH@Z"),
            (0x40, "??$g@PEAH@ns@@YAXXZ"),
            (0x80, "?foo@@YAXH@Z"),
            (0xc0, "_ZN2ns1C1fEi"),
            (0xe0, "_alone"),
        ],
        ..Parts::default()
    };
    let options = Options {
        full_names: true,
        ..Options::default()
    };
    let rvas = [0x40, 0x80, 0xc0, 0xe0].map(|offset| CODE + offset);
    let answer = Symbols::Pdb(Box::new(open(&parts))).symbolize(&rvas, options);
    let names: Vec<_> = answer.strings.iter().collect();
    let expected = ["void ns::g<int *>(void)", "o", "_ZN2ns1C1fEi", "alone"];
    assert_eq!(names, expected);
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
fn code_that_belongs_to_no_line_has_a_file() {
    let parts = Parts {
        lines: [lines_of(0x40, 0x10, &[(0, 7), (8, 0)]), one_file()].concat(),
        ..Parts::default()
    };
    let answer = symbolize(&parts, &[0x40, 0x48]);
    let lines: Vec<_> = answer.frames().map(|row| (row.file, row.line)).collect();
    assert_eq!(lines, [(0, 7), (0, 0)]);
}

#[test]
fn of_two_files_with_lines_for_one_place_the_last_counts() {
    let blocks = [
        (0, vec![(0, 7), (8, 9)]),
        (8, vec![(0, 20), (0, 21), (8, 22)]),
        (0, vec![(12, 31)]),
    ];
    let parts = Parts {
        lines: [
            lines_of_files(0x40, 0x20, &blocks),
            subsection(FILE_CHECKSUMS, &[0; 16]),
        ]
        .concat(),
        ..Parts::default()
    };
    let answer = symbolize(&parts, &[0x40, 0x44, 0x48, 0x4c]);
    let lines: Vec<_> = answer.frames().map(|row| row.line).collect();
    assert_eq!(lines, [20, 21, 22, 31]);
}

#[test]
fn inlined_functions_have_their_class_from_any_kind_of_record() {
    let functions =
        (0..3u32).map(|class| record(MEMBER_FUNCTION_ID, &[&le(0x1000 + class), &le(0), b"f\0"]));
    let mut pdb = open(&Parts {
        types: vec![
            record(STRUCTURE, &[&[1, 0, 0, 0], &[0; 12], &[4, 0], b"A\0"]),
            // More members and bytes than fit into a two-byte number.
            record(
                CLASS_2,
                &[
                    &[0; 16],
                    &[4, 0x80, 0, 0, 1, 0],
                    &[4, 0x80, 0, 0, 1, 0],
                    b"ns::B\0",
                ],
            ),
            record(UNION_2, &[&[0; 8], &[2, 0], &[4, 0], b"C\0"]),
        ],
        ids: functions.collect(),
        ..Parts::default()
    });
    let names = [0x1000, 0x1001, 0x1002].map(|id| {
        String::from_utf8(pdb.function_name(FunctionId(ObjectIndex(0), id)).unwrap()).unwrap()
    });
    assert_eq!(names, ["A::f", "ns::B::f", "C::f"]);
}

#[test]
fn a_site_with_several_files_hides_itself_and_those_after_it() {
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

/// `name+displacement` for offsets in the code.
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
    assert_eq!((&answer.problem, &answer.line_problem), (&None, &None));
    answer
}

/// Where symbols begin, by naming every RVA below `end`.
fn begins_by_naming_all(symbols: &mut Symbols, end: u32) -> Vec<u32> {
    let rvas: Vec<u32> = (0..end).rev().collect();
    let answer = symbols.symbolize(&rvas, Options::default());
    let begins = rvas.iter().zip(answer.frames());
    begins
        .filter(|(_, row)| row.symbol != NO_STRING && row.displacement == 0)
        .map(|(&rva, _)| rva)
        .collect()
}

#[test]
fn a_listing_has_every_symbol_that_an_address_is_named_by() {
    let separated = record(
        SEPARATED,
        &[
            &[0; 8],
            &le(0x10),
            &[0; 4],
            &le(0x180),
            &le(0x40),
            &[1, 0, 1, 0],
        ],
    );
    let block = record(BLOCK32, &[&[0; 8], &le(8), &le(0x48), &[1, 0], &[0]]);
    let functions = [
        procedure(PROCEDURE, 0x40, "f"),
        procedure(PROCEDURE, 0x40, "folded"),
        procedure(PROCEDURE, 0x80, "static_function"),
        block,
    ];
    let usual = Parts {
        symbols: [&functions[..], &[separated]].concat().concat(),
        publics: vec![(0x20, "_first"), (0x40, "_f"), (0x100, "_last")],
        ..Parts::default()
    };
    let rewritten = Parts {
        symbols: functions.concat(),
        publics: vec![(0x100, "_last")],
        omap: vec![(CODE, CODE), (CODE + 0x58, CODE + 0x48)],
        ..Parts::default()
    };
    for parts in [usual, rewritten] {
        let end = CODE + 0x200;
        let mut symbols = Symbols::Pdb(Box::new(open(&parts)));
        let page = symbols.begins_below(end, u32::MAX);
        assert!(page.rvas.len() >= 3);
        assert_eq!(page.rvas, begins_by_naming_all(&mut symbols, end));
        // Page by page, the result is the same.
        let (mut rvas, mut rest) = (Vec::new(), end);
        while rest > 0 {
            let page = symbols.begins_below(rest, 7);
            assert!(page.end < rest && page.lookups <= 7);
            rvas.extend(page.rvas);
            rest = page.end;
        }
        assert_eq!(rvas, page.rvas);
    }
}
