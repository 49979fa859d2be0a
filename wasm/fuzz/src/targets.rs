//! The fuzz targets: each reader, with everything that it can return.

use std::path::Path;
use std::{fs, io};

use htrace::file::File;
use htrace::symbols::cabinet::CabinetFile;
use htrace::symbols::image_symbols::ImageSymbols;
use htrace::symbols::pdb::Pdb;
use htrace::symbols::pe::Image;
use htrace::symbols::symbolizer::{Options, Symbols};
use htrace::symbols::undecorate;

/// A reader.
pub struct Target {
    /// Its name on the command line, and that of its folder in the corpus.
    pub name: &'static str,
    /// Reads an input to the end.
    pub read: fn(Vec<u8>),
}

/// All readers.
pub const TARGETS: [Target; 5] = [
    Target {
        name: "pdb",
        read: read_pdb,
    },
    Target {
        name: "pe",
        read: read_image,
    },
    Target {
        name: "coff",
        read: read_image,
    },
    Target {
        name: "name",
        read: read_names,
    },
    Target {
        name: "cabinet",
        read: read_cabinet,
    },
];

impl Target {
    /// The files of its corpus, ordered by name.
    pub fn corpus(&self) -> io::Result<Vec<Vec<u8>>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(self.name);
        let mut paths: Vec<_> = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<_>>()?;
        paths.sort();
        paths.into_iter().map(fs::read).collect()
    }
}

fn read_pdb(input: Vec<u8>) {
    if let Ok(pdb) = File::new(Box::new(input)).and_then(Pdb::open) {
        ask(Symbols::Pdb(Box::new(pdb)));
    }
}

fn read_image(input: Vec<u8>) {
    if let Ok(image) = File::new(Box::new(input.clone())).and_then(Image::open) {
        let _ = image.pdb_id();
        let _ = image.exports();
    }
    if let Ok(image) = File::new(Box::new(input)).and_then(ImageSymbols::open) {
        ask(Symbols::Image(Box::new(image)));
    }
}

fn read_names(input: Vec<u8>) {
    for name in String::from_utf8_lossy(&input).lines() {
        undecorate::linker_name(name);
        undecorate::public_name(name);
        undecorate::compiler_name(name);
        undecorate::full_name(name);
    }
}

fn read_cabinet(input: Vec<u8>) {
    let Ok(mut file) = File::new(Box::new(input)).and_then(CabinetFile::open) else {
        return;
    };
    while let Ok(Some(piece)) = file.next_piece() {
        assert!(!piece.is_empty());
    }
}

/// Lists the symbols and names a thousand addresses over the code, twice: first with nothing cached, then with much.
fn ask(mut symbols: Symbols) {
    let rvas: Vec<u32> = (0..1000)
        .map(|i| 0x1000 + i * 37)
        .chain([0, u32::MAX])
        .collect();
    let begins = symbols.begins_below(0x1_0000, 0x1_0000);
    assert!(begins.end == 0 || begins.lookups == 0x1_0000 || !begins.rvas.is_empty());
    assert!(begins.rvas.is_sorted_by(|above, below| above > below));
    for full_names in [false, true] {
        let options = Options {
            return_addresses: full_names,
            full_names,
            lines: true,
            also_named: full_names,
        };
        let answer = symbols.symbolize(&rvas, options);
        assert_eq!(answer.row_of.len(), rvas.len());
        for problem in [answer.problem, answer.line_problem].into_iter().flatten() {
            assert!(!problem.to_string().is_empty());
        }
    }
}
