//! C++ names of the Itanium ABI, which mingw's compilers use on Windows.
//!
//! A separate module, because its crate is half as large as the rest of the engine and few programs need it.

use std::fmt::{self, Write};

use cpp_demangle::{DemangleOptions, Symbol};
use wasm_bindgen::prelude::wasm_bindgen;

/// Longest name that is read, in bytes.
const MAX_NAME: usize = 4096;
/// Most bytes in a text: a name of a few bytes can stand for a text of any length.
const MAX_TEXT: usize = 64 << 10;

/// Undecorates a name that begins with `_Z`: its name alone, or its parameters and result too. Empty for a name that is
/// not of this ABI, or whose text is too long.
#[wasm_bindgen]
pub fn undecorate(name: &str, with_types: bool) -> String {
    if name.len() > MAX_NAME {
        return String::new();
    }
    let options = match with_types {
        true => DemangleOptions::new(),
        false => DemangleOptions::new().no_params().no_return_type(),
    };
    let mut text = Text::default();
    let written = Symbol::new(name)
        .ok()
        .map(|symbol| symbol.structured_demangle(&mut text, &options));
    match written {
        Some(Ok(())) => text.0,
        _ => String::new(),
    }
}

/// A text with a limit.
#[derive(Default)]
struct Text(String);

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.0.len() + part.len() > MAX_TEXT {
            return Err(fmt::Error);
        }
        self.0.push_str(part);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable_with_and_without_types() {
        assert_eq!(undecorate("_ZN2ns1C1fEi", false), "ns::C::f");
        assert_eq!(undecorate("_ZN2ns1C1fEi", true), "ns::C::f(int)");
        assert_eq!(undecorate("_Z1gIiEvT_", false), "g<int>");
        assert_eq!(undecorate("_Z1gIiEvT_", true), "void g<int>(int)");
        assert_eq!(
            undecorate("_ZNSt6vectorIiSaIiEE9push_backEOi", false),
            "std::vector<int, std::allocator<int> >::push_back"
        );
        assert_eq!(undecorate("_ZTVN2ns1CE", false), "{vtable(ns::C)}");
    }

    #[test]
    fn other_names_and_long_texts_have_none() {
        for name in ["", "_Z", "main", "_ZN2ns", "?f@@YAXXZ"] {
            assert_eq!(undecorate(name, false), "", "{name}");
        }
        let doubling: String = (0..30).map(|_| "S_S_").collect();
        assert!(undecorate(&format!("_Z1fPF1A{doubling}E"), true).len() <= MAX_TEXT);
        assert_eq!(undecorate(&format!("_Z{}", "P".repeat(4000)), true), "");
        assert_eq!(undecorate(&"_Z1f".repeat(2000), true), "");
    }
}
