//! Feeds damaged files to the readers of symbol files.
//!
//!     cargo run --release -- [pdb|pe|coff|name|cabinet|all] [--seconds N | --budget N] [--seed N]
//!
//! Seconds are for each reader, a budget is for all together.
//!
//! Not libFuzzer: that needs a nightly compiler, and this one runs wherever cargo does, the same way each time.
//! Inputs are made from the files in `corpus/` by mutations that a seed determines. An input fails when a reader
//! panics, takes more than [`MAX_TIME`], or more than [`MAX_MEMORY`]; its seed is printed, and `--seed` runs it
//! alone.

mod memory;
mod mutate;
mod targets;

use std::panic;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use targets::{Target, TARGETS};

/// Longest time for one input.
const MAX_TIME: Duration = Duration::from_secs(5);
/// Most bytes in use at one time, the input included: what the readers keep by design (32 MiB of pages, a million
/// entries) with room to spare.
const MAX_MEMORY: usize = 256 << 20;

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

struct Arguments {
    targets: Vec<&'static Target>,
    seconds: u64,
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("fuzz: {problem}");
            return ExitCode::from(2);
        }
    };
    let mut code = ExitCode::SUCCESS;
    for target in &arguments.targets {
        if let Err(failure) = fuzz(target, &arguments) {
            eprintln!("{}: {failure}", target.name);
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn arguments() -> Result<Arguments, String> {
    let mut parsed = Arguments {
        targets: Vec::new(),
        seconds: 10,
        seed: None,
    };
    let mut budget = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<u64, String> {
            let value = arguments.next().unwrap_or_default();
            value
                .parse()
                .map_err(|_| format!("{argument} wants a number, found '{value}'"))
        };
        match argument.as_str() {
            "--seconds" => parsed.seconds = number()?,
            "--budget" => budget = Some(number()?),
            "--seed" => parsed.seed = Some(number()?),
            "all" => parsed.targets.extend(&TARGETS),
            name => {
                let target = TARGETS.iter().find(|target| target.name == name);
                parsed
                    .targets
                    .push(target.ok_or(format!("'{name}' is no target"))?);
            }
        }
    }
    if parsed.targets.is_empty() {
        parsed.targets.extend(&TARGETS);
    }
    if let Some(seconds) = budget {
        let readers = u64::try_from(parsed.targets.len()).unwrap_or(1);
        parsed.seconds = seconds / readers;
    }
    Ok(parsed)
}

fn fuzz(target: &'static Target, arguments: &Arguments) -> Result<(), String> {
    let corpus = target
        .corpus()
        .map_err(|error| format!("no corpus: {error}"))?;
    if let Some(seed) = arguments.seed {
        return run(target, &corpus, seed);
    }
    static STARTED: AtomicU64 = AtomicU64::new(0);
    STARTED.store(0, Ordering::Relaxed);
    thread::spawn(|| watch(&STARTED));
    let start = Instant::now();
    let (mut seed, mut peak) = (0, 0);
    while start.elapsed() < Duration::from_secs(arguments.seconds) {
        STARTED.store(seed + 1, Ordering::Relaxed);
        run(target, &corpus, seed)?;
        peak = peak.max(memory::peak());
        seed += 1;
    }
    println!(
        "{}: {seed} inputs, no failure, at most {} KiB",
        target.name,
        peak >> 10
    );
    Ok(())
}

fn run(target: &Target, corpus: &[Vec<u8>], seed: u64) -> Result<(), String> {
    let input = mutate::input(corpus, seed);
    memory::reset_peak();
    let start = Instant::now();
    let result = panic::catch_unwind(|| (target.read)(input));
    let time = start.elapsed();
    let again = format!("run it alone with: {} --seed {seed}", target.name);
    if result.is_err() {
        return Err(format!("the reader panicked; {again}"));
    }
    if time > MAX_TIME {
        return Err(format!("one input took {time:?}; {again}"));
    }
    if memory::peak() > MAX_MEMORY {
        return Err(format!(
            "one input took {} MiB; {again}",
            memory::peak() >> 20
        ));
    }
    Ok(())
}

/// Ends the process if an input does not finish.
fn watch(started: &AtomicU64) {
    let mut last = 0;
    loop {
        thread::sleep(MAX_TIME * 4);
        let now = started.load(Ordering::Relaxed);
        if now != 0 && now == last {
            eprintln!("the input with seed {} hangs", now - 1);
            std::process::exit(1);
        }
        last = now;
    }
}
