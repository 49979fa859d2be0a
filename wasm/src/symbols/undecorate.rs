//! Names as a debugger shows them.
//!
//! As dbghelp does by default (seen in its results), C++ names lose their decorations and their parameters; other names
//! lose one leading underscore or dot, every `@`, and what follows an `@` before a digit.
//!
//! C++ names of the Itanium ABI stay as they are, from their `_Z` on: a separate module (`wasm/itanium`) reads them.
//!
//! Names of Microsoft's C++ are parsed into a tree ([`tree`]) by `names`, `types` and what they call; `print_name` and
//! `print_type` write it. Parsing takes one step per character, and both are bounded in depth and size.

mod encoding;
mod functions;
mod input;
mod microsoft;
mod names;
mod operators;
mod print_name;
mod print_type;
mod printer;
mod qualifiers;
mod templates;
mod tree;
mod types;

use printer::Style;

/// Longest Rust name that is made readable: its crate may take a megabyte of text for one name.
const MAX_RUST_NAME: usize = 2048;

/// Undecorates a linker's name.
pub fn linker_name(name: &str) -> String {
    linker_name_in(name, Style::Name)
}

/// Undecorates the name of a PDB's public symbol. If a linker's name has enumerations as template arguments, dbghelp
/// writes `enum` before them for a symbol, and leaves it out when it undecorates a given name.
pub fn public_name(name: &str) -> String {
    linker_name_in(name, Style::Symbol)
}

fn linker_name_in(name: &str, style: Style) -> String {
    if name.starts_with('?') {
        return cpp_name(name, style);
    }
    if let Some(name) = itanium_name(name) {
        return without_at_signs(name);
    }
    without_at_signs(name.strip_prefix(['_', '.']).unwrap_or(name))
}

/// Undecorates a compiler's name: readable unless it is the name given to the linker.
pub fn compiler_name(name: &str) -> String {
    if name.starts_with('?') {
        return cpp_name(name, Style::Symbol);
    }
    match name.strip_prefix('@') {
        Some(fastcall) => without_at_signs(fastcall),
        None => name.to_string(),
    }
}

/// The full form of a linker's name: a C++ function with its types, or the path of a Rust function; None if the name
/// says no more than [`linker_name`] does. A name of the Itanium ABI stays decorated here too.
pub fn full_name(name: &str) -> Option<String> {
    if name.starts_with('?') {
        return microsoft::undecorate(name, Style::Full);
    }
    if let Some(name) = itanium_name(name) {
        return Some(without_at_signs(name));
    }
    if name.len() > MAX_RUST_NAME {
        return None;
    }
    let path = rustc_demangle::try_demangle(name).ok()?;
    // The alternate form leaves out the hash that distinguishes builds.
    Some(format!("{path:#}"))
}

/// A name of the Itanium ABI, without the underscore that compilers for 32-bit x86 put before it. Rust names look like
/// one and end with a hash; those keep dbghelp's form.
fn itanium_name(name: &str) -> Option<&str> {
    let without_underscore = name.strip_prefix('_').filter(|name| name.starts_with("_Z"));
    let name = without_underscore.unwrap_or(name);
    let encoding = name.strip_prefix("_Z")?;
    // Names like `_ZwClose` are ordinary C names.
    let is_encoding = encoding.starts_with(|first: char| first.is_ascii_digit())
        || encoding.starts_with(['N', 'S', 'L', 'T', 'G', 'Z'])
        || ITANIUM_OPERATORS
            .iter()
            .any(|code| encoding.starts_with(code));
    (is_encoding && !has_rust_hash(name)).then_some(name)
}

/// How names of operators outside classes begin in the Itanium ABI.
const ITANIUM_OPERATORS: [&str; 45] = [
    "nw", "na", "dl", "da", "aw", "ps", "ng", "ad", "de", "co", "pl", "mi", "ml", "dv", "rm", "an",
    "or", "eo", "pL", "mI", "mL", "dV", "rM", "aN", "oR", "eO", "ls", "rs", "lS", "rS", "eq", "ne",
    "lt", "gt", "le", "ge", "ss", "nt", "aa", "oo", "pp", "mm", "cm", "pm", "li",
];

/// Whether a name has `17h` and 16 hexadecimal digits at its end, or before a suffix.
fn has_rust_hash(name: &str) -> bool {
    name.match_indices("17h").any(|(at, mark)| {
        let hash = &name.as_bytes()[at + mark.len()..];
        hash.len() > 16 && hash[16] == b'E' && hash[..16].iter().all(u8::is_ascii_hexdigit)
    })
}

fn cpp_name(name: &str, style: Style) -> String {
    microsoft::undecorate(name, style).unwrap_or_else(|| name.to_string())
}

/// `f` of `f@8`: an `@` before a digit begins the size of the parameters, according to dbghelp, wherever it is.
fn without_at_signs(name: &str) -> String {
    let mut parts = name.split('@');
    let mut bare = parts.next().unwrap_or_default().to_string();
    bare.extend(parts.take_while(|part| !part.starts_with(|first: char| first.is_ascii_digit())));
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linker_names_lose_an_underscore_and_the_bytes_of_parameters() {
        assert_eq!(linker_name("_GetCurrentThreadId@0"), "GetCurrentThreadId");
        assert_eq!(linker_name("_ultoa_s"), "ultoa_s");
        assert_eq!(linker_name("___TypeMatch"), "__TypeMatch");
        assert_eq!(linker_name("@_EH4_LocalUnwind@16"), "_EH4_LocalUnwind");
        assert_eq!(linker_name("main"), "main");
        assert_eq!(linker_name(".refptr.__xc_z"), "refptr.__xc_z");
        assert_eq!(linker_name("_"), "");
        assert_eq!(linker_name("__real@3fa5555555555555"), "_real");
        assert_eq!(linker_name("__t2m@?f@@YAXXZ"), "_t2m?fYAXXZ");
        assert_eq!(linker_name("ILT+5(_Sleep@4)"), "ILT+5(_Sleep");
    }

    #[test]
    fn cpp_names_lose_decorations_and_parameters() {
        assert_eq!(linker_name("?bar@@YAHH@Z"), "bar");
        assert_eq!(linker_name("?.cctor@@$$FYMXXZ"), "?.cctor@@$$FYMXXZ");
    }

    #[test]
    fn names_of_the_itanium_abi_stay_but_for_those_of_rust() {
        assert_eq!(linker_name("_ZN2ns1fEv"), "_ZN2ns1fEv");
        assert_eq!(linker_name("__ZN2ns1fEv@4"), "_ZN2ns1fEv");
        assert_eq!(linker_name("_ZlsRSoRKN2ns1CE"), "_ZlsRSoRKN2ns1CE");
        assert_eq!(linker_name("_ZwClose@4"), "ZwClose");
        let rust = "_ZN4core3fmt5write17h0123456789abcdefE";
        assert_eq!(linker_name(rust), &rust[1..]);
        assert_eq!(linker_name("_$s4main1fyyF"), "$s4main1fyyF");
        assert_eq!(linker_name("_D4core6memoryFZv"), "D4core6memoryFZv");
    }

    #[test]
    fn full_names_have_types_and_paths() {
        assert_eq!(full_name("?bar@@YAHH@Z").as_deref(), Some("int bar(int)"));
        let rust = "_ZN4core3fmt5write17h0123456789abcdefE";
        assert_eq!(full_name(rust).as_deref(), Some("core::fmt::write"));
        assert_eq!(
            full_name("_RNvC6_123foo3bar").as_deref(),
            Some("123foo::bar")
        );
        assert_eq!(full_name("_main"), None);
    }

    #[test]
    fn compiler_names_stay_but_for_decorated_ones() {
        assert_eq!(compiler_name("_XcptFilter"), "_XcptFilter");
        assert_eq!(compiler_name("ns::f<int>"), "ns::f<int>");
        assert_eq!(
            compiler_name("@_EH4_TransferToHandler@8"),
            "_EH4_TransferToHandler"
        );
    }

    #[test]
    fn the_deepest_names_leave_room_on_the_stack() {
        let deep =
            |part: &str, head: &str, tail: &str| format!("{head}{}{tail}", part.repeat(1000));
        // Parameters that are functions of the one before: deeper than the name.
        let mut nested = String::new();
        for digit in 0..9 {
            nested += &format!("P6A{}{digit}@Z", "PA".repeat(200));
        }
        let names = [
            deep("PA", "?f@@YAX", "H@Z"),
            deep("P6A", "?f@@YAX", "XZ@Z"),
            deep("V?$a@", "?f@@YAX", "H@@Z"),
            deep("?$a@", "?", "@@YAXXZ"),
            deep("$1?", "??$f@", "a@@YAXXZ"),
            deep("?1?", "?a@", "b@@YAXXZ"),
            deep("?__E", "?", "b@@YAXXZ"),
            deep("$2UT@@", "??$f@", "@@@YAXXZ"),
            deep("_O", "??$f@", "H@@YAXXZ"),
            format!("?f@@YAXPAPAH{nested}@Z"),
            deep("R", "_RNv", "C1a1b"),
            deep("INt", "_R", "C1a1bE"),
        ];
        // The engine's stack in WebAssembly has 4 MiB; frames of debug builds are several times larger.
        let size = if cfg!(debug_assertions) {
            32 << 20
        } else {
            4 << 20
        };
        let stack = std::thread::Builder::new().stack_size(size);
        let undecorate_all = move || {
            for name in names {
                assert!(!linker_name(&name).is_empty());
                let _ = full_name(&name);
            }
        };
        stack.spawn(undecorate_all).unwrap().join().unwrap();
    }
}
