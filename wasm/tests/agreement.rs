//! Compares names, lines and inlined frames with the recorded results of Microsoft's dbghelp.dll for every PDB in the
//! shared data (`*.expected.json`; the README there says how they were recorded).

#![allow(clippy::unwrap_used)] // A test may fail by panicking, in its helpers too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use htrace::file::File;
use htrace::symbols::answer::{Answer, NO_STRING};
use htrace::symbols::image_symbols::{ImageSymbols, ImageTable};
use htrace::symbols::pdb::Pdb;
use htrace::symbols::pe::Image;
use htrace::symbols::symbolizer::{Options, Symbols};
use serde_json::Value;

const PDBS: &str = "../../shared/data/pdbs";

/// Where our result differs from dbghelp's, and why.
const DISAGREEMENTS: [(&str, u32, &str, &str); 4] = [
    ("xcpt4-x64", 0x500a, "Test83$fin$1", FOLDED),
    ("xcpt4-x64", 0x5017, "Test83$fin$1", FOLDED),
    (
        "xframe_eh_dll-x86",
        0x20b8,
        "__scrt_stub_for_acrt_uninitialize",
        FOLDED,
    ),
    (
        "xframe_eh_dll-x86",
        0x20b9,
        "__scrt_stub_for_acrt_uninitialize",
        FOLDED,
    ),
];

/// `llvm-pdbutil dump -symbols` lists several S_GPROC32 or S_LPROC32 of one module at this very address:
/// identical functions that the linker folded into one. Lines and displacement are the same.
const FOLDED: &str = "identical functions at one address";

/// One address as seen by either side.
#[derive(Debug, PartialEq)]
struct Known {
    symbol: Option<(String, u64)>,
    line: Option<(Option<String>, u64)>,
    inlined: Vec<(String, Option<String>, u64)>,
}

struct Fixture {
    name: String,
    folder: PathBuf,
    expected: Value,
}

#[test]
#[cfg_attr(
    not(shared_data),
    ignore = "the shared data are not beside the project"
)]
fn dbghelp_gives_the_same_names_lines_and_inlined_frames() {
    let mut explained = BTreeMap::new();
    for (pdb, rva, ours, why) in DISAGREEMENTS {
        explained.insert((pdb.to_string(), rva), (ours, why));
    }
    for fixture in fixtures() {
        let (mut all, mut agreeing) = (0, 0);
        for (rva, theirs, ours) in compare(&fixture) {
            all += 1;
            if theirs == ours {
                agreeing += 1;
                continue;
            }
            let Fixture { name, .. } = &fixture;
            let explanation = explained.remove(&(name.clone(), rva));
            let (symbol, _) = explanation
                .unwrap_or_else(|| panic!("{name} {rva:#x}: {ours:?}, but dbghelp {theirs:?}"));
            let (expected, _) = theirs.symbol.as_ref().unwrap();
            let others = also_named(&fixture, rva);
            assert!(others.contains(expected), "{expected} among {others:?}");
            assert_eq!(
                ours.symbol.as_ref().map(|(symbol, _)| &**symbol),
                Some(symbol)
            );
            assert_eq!(
                ours.symbol.map(|(_, at)| at),
                theirs.symbol.map(|(_, at)| at)
            );
            assert_eq!((ours.line, ours.inlined), (theirs.line, theirs.inlined));
        }
        assert!(
            agreeing * 100 >= all * 99,
            "{}: {agreeing} of {all} agree",
            fixture.name
        );
    }
    assert!(explained.is_empty(), "these agree by now: {explained:?}");
}

#[test]
#[cfg_attr(
    not(shared_data),
    ignore = "the shared data are not beside the project"
)]
fn an_image_asks_for_the_pdb_beside_it() {
    let mut images = 0;
    for fixture in fixtures() {
        let image = fixture.expected["image"]
            .as_str()
            .map(|image| fixture.folder.join(image));
        let Some(image) = image.filter(|image| image.exists()) else {
            continue;
        };
        images += 1;
        let id = Image::open(open(&image))
            .unwrap()
            .pdb_id()
            .unwrap()
            .unwrap();
        let pdb = Pdb::open(open(&pdb_of(&fixture))).unwrap();
        pdb.expect(&id.guid, id.age).unwrap();
        let refusal = pdb.expect(&id.guid, id.age + 1).unwrap_err().to_string();
        assert!(
            refusal.starts_with("it is of another build, GUID "),
            "{refusal}"
        );
    }
    assert!(images >= 7, "only {images} images");
}

#[test]
#[cfg_attr(
    not(shared_data),
    ignore = "the shared data are not beside the project"
)]
fn exports_name_a_dll_without_a_pdb() {
    let path = Path::new(PDBS).join("xframe_eh_dll-x86/xframe_eh_dll.dll");
    let image = ImageSymbols::open(open(&path)).unwrap();
    assert_eq!(image.table, ImageTable::Exports);
    let answer = Symbols::Image(Box::new(image)).symbolize(&[0x1000, 0x1005], Options::default());
    let symbols: Vec<_> = known_to_us(&answer)
        .into_iter()
        .filter_map(|known| known.symbol)
        .collect();
    let expected = [
        ("setup_data_dll".to_string(), 0),
        ("setup_data_dll".to_string(), 5),
    ];
    assert_eq!(symbols, expected);
}

fn compare(fixture: &Fixture) -> Vec<(u32, Known, Known)> {
    let rvas = rvas(fixture);
    let pdb = Pdb::open(open(&pdb_of(fixture))).unwrap();
    let options = Options {
        lines: true,
        ..Options::default()
    };
    let answer = Symbols::Pdb(Box::new(pdb)).symbolize(&rvas, options);
    let problems = (&answer.problem, &answer.line_problem);
    assert_eq!(problems, (&None, &None), "{}", fixture.name);
    let theirs = addresses(fixture).map(known_to_dbghelp);
    let both = theirs.zip(known_to_us(&answer));
    rvas.into_iter()
        .zip(both)
        .map(|(rva, (theirs, ours))| (rva, theirs, ours))
        .collect()
}

/// Other names of the symbol that an RVA belongs to.
fn also_named(fixture: &Fixture, rva: u32) -> Vec<String> {
    let pdb = Pdb::open(open(&pdb_of(fixture))).unwrap();
    let options = Options {
        also_named: true,
        ..Options::default()
    };
    let answer = Symbols::Pdb(Box::new(pdb)).symbolize(&[rva], options);
    let names: Vec<_> = answer.strings.iter().collect();
    let others = answer.also_named.iter();
    others
        .map(|&(_, other)| names[other as usize].clone())
        .collect()
}

fn known_to_dbghelp(address: &Value) -> Known {
    let answer = &address["dbghelp"];
    let text = |value: &Value| value.as_str().map(str::to_string);
    let line = |value: &Value| {
        value["line"]
            .as_u64()
            .map(|line| (text(&value["file"]), line))
    };
    let inlined = answer["inline_frames"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|frame| {
            let (file, line) = line(frame).unwrap();
            (text(&frame["symbol"]).unwrap(), file, line)
        });
    Known {
        symbol: text(&answer["symbol"])
            .map(|symbol| (symbol, answer["displacement"].as_u64().unwrap())),
        line: line(answer),
        inlined: inlined.collect(),
    }
}

fn known_to_us(answer: &Answer) -> Vec<Known> {
    let text_units: Vec<u16> = answer.strings.text.encode_utf16().collect();
    let text = |number: u32| {
        let (ends, number) = (&answer.strings.ends, number as usize);
        let start = if number == 0 { 0 } else { ends[number - 1] };
        String::from_utf16(&text_units[start as usize..ends[number] as usize]).unwrap()
    };
    let optional = |number: u32| (number != NO_STRING).then(|| text(number));
    let mut known = Vec::new();
    for row in answer.frames() {
        let inlined = &answer.inlined[row.inlined_start as usize..row.inlined_end as usize];
        known.push(Known {
            symbol: optional(row.symbol).map(|symbol| (symbol, row.displacement.into())),
            line: (row.file != NO_STRING).then(|| (optional(row.file), row.line.into())),
            inlined: inlined
                .iter()
                .map(|row| (text(row.symbol), optional(row.file), row.line.into()))
                .collect(),
        });
    }
    known
}

fn fixtures() -> Vec<Fixture> {
    let folders = fs::read_dir(PDBS).unwrap();
    let fixtures: Vec<_> = folders
        .map(|entry| fixture(entry.unwrap().path()))
        .collect();
    assert!(fixtures.len() >= 17, "only {} fixtures", fixtures.len());
    fixtures
}

fn fixture(folder: PathBuf) -> Fixture {
    let name = folder.file_name().unwrap().to_str().unwrap().to_string();
    let expected = fs::read(folder.join(format!("{name}.expected.json"))).unwrap();
    Fixture {
        name,
        folder,
        expected: serde_json::from_slice(&expected).unwrap(),
    }
}

fn pdb_of(fixture: &Fixture) -> PathBuf {
    fixture
        .folder
        .join(fixture.expected["pdb"].as_str().unwrap())
}

fn addresses(fixture: &Fixture) -> impl Iterator<Item = &Value> {
    fixture.expected["addresses"].as_array().unwrap().iter()
}

fn rvas(fixture: &Fixture) -> Vec<u32> {
    let rva = |address: &Value| {
        address["rva"]
            .as_str()
            .unwrap()
            .strip_prefix("0x")
            .map(str::to_string)
    };
    addresses(fixture)
        .map(|a| u32::from_str_radix(&rva(a).unwrap(), 16).unwrap())
        .collect()
}

fn open(path: &Path) -> File {
    File::new(Box::new(fs::read(path).unwrap())).unwrap()
}
