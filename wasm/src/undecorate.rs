//! Names as a debugger shows them.
//!
//! What dbghelp does by default (seen in its recorded answers): C++ names lose their decorations and their
//! parameters; names of C functions lose one leading underscore and the `@` with the bytes of parameters.

use msvc_demangler::DemangleFlags;

/// Longest name that is undecorated, in bytes: the undecorator recurses, and dbghelp stops at 2000 itself.
const MAX_LENGTH: usize = 2048;

/// How names of string literals begin.
const STRING_LITERAL: &str = "??_C@";

const WITH_PARAMETERS: DemangleFlags = DemangleFlags::NO_CLASS_TYPE
    .union(DemangleFlags::MS_TYPENAMES)
    .union(DemangleFlags::NO_ACCESS_SPECIFIERS)
    .union(DemangleFlags::NO_MEMBER_TYPE)
    .union(DemangleFlags::NO_MS_KEYWORDS);
const NAME_ONLY: DemangleFlags = DemangleFlags::NAME_ONLY
    .union(DemangleFlags::NO_CLASS_TYPE)
    .union(DemangleFlags::MS_TYPENAMES);

/// A linker's name.
pub fn linker_name(name: &str) -> String {
    if name.starts_with('?') {
        return cpp_name(name);
    }
    match fastcall_name(name) {
        Some(bare) => bare.to_string(),
        None => {
            let name = name.strip_prefix('_').unwrap_or(name);
            without_parameter_bytes(name).unwrap_or(name).to_string()
        }
    }
}

/// A compiler's name: readable unless it is the name that the linker was given.
pub fn compiler_name(name: &str) -> String {
    if name.starts_with('?') {
        return cpp_name(name);
    }
    fastcall_name(name).unwrap_or(name).to_string()
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
    if name.starts_with(STRING_LITERAL) {
        return "`string'".to_string();
    }
    if name.len() > MAX_LENGTH {
        return name.to_string();
    }
    match msvc_demangler::demangle(name, NAME_ONLY) {
        Ok(name) => initializer_name(&name).unwrap_or(name),
        Err(_) => name.to_string(),
    }
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

/// `f` of `@f@8`.
fn fastcall_name(name: &str) -> Option<&str> {
    without_parameter_bytes(name.strip_prefix('@')?)
}

/// `f` of `f@8`.
fn without_parameter_bytes(name: &str) -> Option<&str> {
    let (head, bytes) = name.rsplit_once('@')?;
    let is_number = !bytes.is_empty() && bytes.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !head.is_empty()).then_some(head)
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
        assert_eq!(linker_name("f@x"), "f@x");
    }

    #[test]
    fn cpp_names_lose_decorations_and_parameters() {
        assert_eq!(linker_name("?bar@@YAHH@Z"), "bar");
        assert_eq!(
            linker_name("??1exception@std@@UAE@XZ"),
            "std::exception::~exception"
        );
        assert_eq!(linker_name("??_C@_03ABC@x@"), "`string'");
        assert_eq!(linker_name("?@broken"), "?@broken");
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
