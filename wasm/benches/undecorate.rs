//! Undecorates 100,000 names, and compares the time with the crate `msvc-demangler`.
//!
//!     cargo bench --bench undecorate
//!
//! The names are those of the fuzzer's corpus, repeated: symbols of programs and every special one. Only names that
//! both read are counted, in alternating rounds; medians are printed.

#![allow(clippy::unwrap_used)] // A benchmark may fail by panicking.

use std::hint::black_box;
use std::time::{Duration, Instant};

use htrace::symbols::undecorate::{full_name, linker_name};
use msvc_demangler::{demangle, DemangleFlags};

const CORPUS: &str = include_str!("../fuzz/corpus/name/names.txt");
const COUNT: usize = 100_000;
const ROUNDS: usize = 9;
/// Two names of the corpus have the greatest accepted depth; no compiler makes such names.
const MAX_NAME: usize = 512;

fn main() {
    compare(
        "names",
        |name| black_box(linker_name(name)).len(),
        |name| demangle(name, DemangleFlags::NAME_ONLY).map_or(0, |text| black_box(text).len()),
    );
    compare(
        "full names",
        |name| black_box(full_name(name)).map_or(0, |text| text.len()),
        |name| demangle(name, DemangleFlags::empty()).map_or(0, |text| black_box(text).len()),
    );
}

fn compare(what: &str, ours: impl Fn(&str) -> usize, theirs: impl Fn(&str) -> usize) {
    let names: Vec<&str> = CORPUS
        .lines()
        .filter(|name| name.starts_with('?') && name.len() <= MAX_NAME)
        .filter(|name| ours(name) > 0 && theirs(name) > 0)
        .collect();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        times[0].push(time(&names, &ours));
        times[1].push(time(&names, &theirs));
    }
    let [own, crates] = times.map(median);
    println!(
        "{COUNT} {what}: {:.1} ms, msvc-demangler {:.1} ms: {:.2} of it",
        milliseconds(own),
        milliseconds(crates),
        own.as_secs_f64() / crates.as_secs_f64(),
    );
}

fn time(names: &[&str], undecorate: impl Fn(&str) -> usize) -> Duration {
    let start = Instant::now();
    for name in names.iter().cycle().take(COUNT) {
        undecorate(name);
    }
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
