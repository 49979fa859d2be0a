//! Linker names as a debugger shows them.

use msvc_demangler::DemangleFlags;

const NAME_ONLY: DemangleFlags = DemangleFlags::NAME_ONLY
    .union(DemangleFlags::NO_CLASS_TYPE)
    .union(DemangleFlags::MS_TYPENAMES);

/// Undecorates a linker's name the way dbghelp does by default: without parameters.
pub fn undecorate(name: &str) -> String {
    if name.starts_with("??_C@") {
        return "`string'".to_string();
    }
    if name.starts_with('?') {
        return msvc_demangler::demangle(name, NAME_ONLY).unwrap_or_else(|_| name.to_string());
    }
    let name = name.strip_prefix(['_', '@']).unwrap_or(name);
    match name.rsplit_once('@') {
        Some((head, bytes)) if !bytes.is_empty() && bytes.bytes().all(|b| b.is_ascii_digit()) => {
            head.to_string()
        }
        _ => name.to_string(),
    }
}
