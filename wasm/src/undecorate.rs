//! Names as a debugger shows them.
//!
//! What dbghelp does by default (seen in its answers): C++ names lose their decorations and their parameters;
//! other names lose one leading underscore, every `@`, and what follows an `@` before a digit.

use msvc_demangler::DemangleFlags;

/// Longest name that is undecorated, in bytes: the undecorator recurses, and dbghelp stops at 2000 itself.
const MAX_LENGTH: usize = 2048;

/// How names of string literals begin.
const STRING_LITERAL: &str = "??_C@";

/// How names of functions begin that initialize a variable of managed code, whose name follows in full.
const MANAGED_INITIALIZER: &str = "???__E";

const WITH_PARAMETERS: DemangleFlags = DemangleFlags::NO_CLASS_TYPE
    .union(DemangleFlags::MS_TYPENAMES)
    .union(DemangleFlags::NO_ACCESS_SPECIFIERS)
    .union(DemangleFlags::NO_MEMBER_TYPE)
    .union(DemangleFlags::NO_MS_KEYWORDS);
const NAME_ONLY: DemangleFlags = DemangleFlags::NAME_ONLY.union(DemangleFlags::MS_TYPENAMES);

/// A linker's name.
pub fn linker_name(name: &str) -> String {
    if name.starts_with('?') {
        return cpp_name(name);
    }
    without_at_signs(name.strip_prefix('_').unwrap_or(name))
}

/// A compiler's name: readable unless it is the name that the linker was given.
pub fn compiler_name(name: &str) -> String {
    if name.starts_with('?') {
        return cpp_name(name);
    }
    match name.strip_prefix('@') {
        Some(fastcall) => without_at_signs(fastcall),
        None => name.to_string(),
    }
}

/// What a linker's name says in full: a C++ function with its types, or the path of a Rust function; None
/// where the name says no more than [`linker_name`] does.
pub fn full_name(name: &str) -> Option<String> {
    if name.len() > MAX_LENGTH || name.starts_with(STRING_LITERAL) {
        return None;
    }
    if name.starts_with('?') {
        return msvc_demangler::demangle(name, WITH_PARAMETERS).ok();
    }
    let path = rustc_demangle::try_demangle(name).ok()?;
    // The alternate form leaves out the hash that tells builds apart.
    Some(format!("{path:#}"))
}

fn cpp_name(name: &str) -> String {
    if let Some(literal) = name.strip_prefix(STRING_LITERAL) {
        return string_literal_name(literal);
    }
    // Microsoft's undecorator knows no identifiers with dots, which C++/CLI has.
    if name.len() > MAX_LENGTH || name.contains('.') {
        return name.to_string();
    }
    if let Some(variable) = name.strip_prefix(MANAGED_INITIALIZER) {
        if let Some(variable) = untyped_name(variable) {
            return format!("`dynamic initializer for '{variable}''");
        }
    }
    let undecorated = msvc_demangler::demangle(name, NAME_ONLY).ok();
    match undecorated.or_else(|| untyped_name(name)) {
        Some(name) => in_microsofts_style(&name),
        None => name.to_string(),
    }
}

/// A name without its type, which the undecorator does not know, as those of managed functions: the shortest
/// head that is a name in full, as one of C linkage (`9`), which have no type.
fn untyped_name(name: &str) -> Option<String> {
    let ends = name.match_indices("@").map(|(at, _)| at + 1);
    ends.filter(|&end| name[..end].ends_with("@@"))
        .find_map(|end| msvc_demangler::demangle(&format!("{}9", &name[..end]), NAME_ONLY).ok())
}

/// Writes as Microsoft's undecorator does what the crate writes as LLVM's does: of the kinds of types only `enum` is
/// said, `*` stands right behind a calling convention, but not right behind a type.
fn in_microsofts_style(name: &str) -> String {
    if let Some(class) = name.strip_suffix("::`RTTI Type Descriptor'") {
        return format!("{} `RTTI Type Descriptor'", without_kinds(class));
    }
    let mut name = without_kinds(initializer_name(name).as_deref().unwrap_or(name));
    for convention in ["__cdecl", "__stdcall", "__thiscall", "__fastcall"] {
        if name.contains(convention) {
            name = name
                .replace(&format!("{convention} *"), &format!("{convention}*"))
                .replace(&format!("{convention} ("), &format!("{convention}("));
        }
    }
    // The crate leaves a space out behind a digit and a `_`, as in `__int64*`.
    let mut spaced = String::with_capacity(name.len());
    for next in name.replace("__int64const", "__int64 const").chars() {
        let ends_type = |last: char| last.is_ascii_digit() || last == '_';
        if matches!(next, '*' | '&') && spaced.ends_with(ends_type) {
            spaced.push(' ');
        }
        spaced.push(next);
    }
    spaced
}

/// A name without the words that say what kind its types are.
fn without_kinds(name: &str) -> String {
    let mut rest = name;
    let mut bare = String::new();
    while let Some(at) = ["class ", "struct ", "union "]
        .iter()
        .filter_map(|kind| rest.find(kind).map(|at| (at, kind.len())))
        .min()
    {
        let (start, length) = at;
        let is_whole_word =
            !rest[..start].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        bare += &rest[..start + if is_whole_word { 0 } else { length }];
        rest = &rest[start + length..];
    }
    bare + rest
}

/// Microsoft's way to say whose initializer or destructor a function is, where the undecorator has LLVM's.
fn initializer_name(name: &str) -> Option<String> {
    ["`dynamic initializer'", "`dynamic atexit destructor'"]
        .into_iter()
        .find_map(|kind| {
            let variable = name.strip_suffix(kind)?.strip_suffix("::")?;
            let kind = kind.strip_suffix('\'')?;
            Some(format!("{kind} for '{variable}''"))
        })
}

/// A string literal's name has its kind and length, a checksum and its first characters; what follows a long one
/// is taken for a scope.
fn string_literal_name(literal: &str) -> String {
    // `_0` or `_1`, then a length: a digit, or letters up to an `@`.
    let has_digit = literal
        .get(2..3)
        .is_some_and(|length| length.starts_with(|first: char| first.is_ascii_digit()));
    match literal.split('@').nth(if has_digit { 2 } else { 3 }) {
        Some(scope) if !scope.is_empty() => format!(" ?? ::{scope}::`string'"),
        _ => "`string'".to_string(),
    }
}

/// `f` of `f@8`: an `@` before a digit begins the bytes of parameters, as dbghelp sees it, wherever it stands.
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
        assert_eq!(linker_name("_"), "");
        assert_eq!(linker_name("__real@3fa5555555555555"), "_real");
        assert_eq!(linker_name("__t2m@?f@@YAXXZ"), "_t2m?fYAXXZ");
        assert_eq!(linker_name("ILT+5(_Sleep@4)"), "ILT+5(_Sleep");
    }

    #[test]
    fn cpp_names_lose_decorations_and_parameters() {
        assert_eq!(linker_name("?bar@@YAHH@Z"), "bar");
        assert_eq!(
            linker_name("??1exception@std@@UAE@XZ"),
            "std::exception::~exception"
        );
        assert_eq!(linker_name("??_C@_03ABC@x@"), "`string'");
        assert_eq!(
            linker_name("??_C@_1DC@ABC@?$AAx@FNODOBFM@"),
            " ?? ::FNODOBFM::`string'"
        );
        assert_eq!(
            linker_name("??_C@_04ABC@NULL@FNODOBFM@"),
            " ?? ::FNODOBFM::`string'"
        );
        assert_eq!(linker_name("?@broken"), "?@broken");
        assert_eq!(linker_name("?f@ns@@$$FYMXXZ"), "ns::f");
        assert_eq!(
            linker_name("???__E?x@ns@@$$Q2HA@@YMXXZ@?A0x1@@$$FYMXXZ"),
            "`dynamic initializer for 'ns::x''"
        );
        assert_eq!(
            linker_name("??$f@P6AXXZPA_JPAUs_@@PAVc1@@W4e@@@@YAXXZ"),
            "f<void (__cdecl*)(void),__int64 *,s_ *,c1 *,enum e>"
        );
        assert_eq!(linker_name("?.cctor@@$$FYMXXZ"), "?.cctor@@$$FYMXXZ");
        assert_eq!(
            linker_name("??_R0?AVexception@std@@@8"),
            "std::exception `RTTI Type Descriptor'"
        );
        assert_eq!(
            linker_name("??__Ex@ns@@YAXXZ"),
            "`dynamic initializer for 'ns::x''"
        );
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
        let deep = |part: &str, head: &str, tail: &str| {
            let count = (MAX_LENGTH - head.len() - tail.len()) / part.len();
            format!("{head}{}{tail}", part.repeat(count))
        };
        let names = [
            deep("PA", "?f@@YAX", "H@Z"),
            deep("P6A", "?f@@YAX", "XZ@Z"),
            deep("V?$a@", "?f@@YAX", "H@@Z"),
            deep("?$a@", "?", "@@YAXXZ"),
            deep("$1?", "??$f@", "a@@YAXXZ"),
            deep("?1?", "?a@", "b@@YAXXZ"),
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
