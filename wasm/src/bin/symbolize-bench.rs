//! The symbolizer as a native program, to compare with WebAssembly.
//!
//!     symbolize-bench PDB [ROUNDS] < RVAS
//!
//! RVAs are hexadecimal, one per line. Each round opens the PDB anew and names all of them, lines and inlined frames
//! included; the median is printed as `MILLISECONDS ms, N of M named`.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use htrace::error::{Error, Result};
use htrace::file::{File, Source};
use htrace::symbols::answer::NO_STRING;
use htrace::symbols::pdb::Pdb;
use htrace::symbols::symbolizer::{Options, Symbols};

const USAGE: &str = "usage: symbolize-bench PDB [ROUNDS] < RVAS";

struct OnDisk {
    file: RefCell<fs::File>,
    size: u64,
}

impl Source for OnDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let mut file = self.file.borrow_mut();
        let sought = file.seek(SeekFrom::Start(offset));
        let read = sought.and_then(|_| file.read_exact(bytes));
        read.map_err(|error| Error::Unreadable {
            offset,
            length: bytes.len(),
            reason: error.to_string(),
        })
    }
}

fn main() -> ExitCode {
    match bench() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("symbolize-bench: {problem}");
            ExitCode::from(2)
        }
    }
}

fn bench() -> std::result::Result<String, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or(USAGE)?;
    let rounds = arguments.next().map_or(Ok(5), |rounds| rounds.parse())?;
    let text = io::read_to_string(io::stdin())?;
    let rvas = text
        .lines()
        .map(|line| u32::from_str_radix(line.trim().trim_start_matches("0x"), 16))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let mut times = Vec::new();
    let mut named = 0;
    for _ in 0..rounds {
        let (time, count) = name_all(&path, &rvas)?;
        times.push(time);
        named = count;
    }
    times.sort();
    let median = times.get(times.len() / 2).ok_or(USAGE)?.as_secs_f64() * 1000.0;
    Ok(format!("{median:.3} ms, {named} of {} named", rvas.len()))
}

fn name_all(
    path: &str,
    rvas: &[u32],
) -> std::result::Result<(Duration, usize), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let file = fs::File::open(path)?;
    let size = file.metadata()?.len();
    let source = OnDisk {
        file: RefCell::new(file),
        size,
    };
    let mut symbols = Symbols::Pdb(Box::new(Pdb::open(File::new(Box::new(source))?)?));
    let options = Options {
        lines: true,
        ..Options::default()
    };
    let answer = symbols.symbolize(rvas, options);
    let named = answer.frames().filter(|row| row.symbol != NO_STRING);
    Ok((start.elapsed(), named.count()))
}
