//! Compares undecorated names with recorded ones of Microsoft's dbghelp 10 (`names/` in the shared data; its README
//! says how they were recorded).

#![allow(clippy::unwrap_used)] // A test may fail by panicking, in its helpers too.

use std::fs;
use std::path::Path;

use htrace::file::File;
use htrace::symbols::pdb::Pdb;
use htrace::symbols::symbolizer::{Options, Symbols};
use htrace::symbols::undecorate::{full_name, linker_name};

const NAMES: &str = "../../shared/data/names";

/// Names that are not written as dbghelp 10 writes them, one per line below the reason.
const ODDITIES: &str = include_str!("undecoration_oddities.txt");

/// dbghelp's names for the publics of `names.pdb`, 16 bytes apart.
const PUBLICS: [&str; 29] = [
    "main",
    "ns::`dynamic initializer for 'x''",
    "ns::`dynamic atexit destructor for 'x''",
    "`dynamic initializer for 'C::x''",
    "`f'::`2'::$S1",
    "`f'::`2'::$TSS0",
    "`f'::`2'::`local static guard'",
    "C::`vcall'{16}'",
    "C::`vbtable'",
    "wil::unique_any<&wil::details::CloseHandle>::h",
    "ATL::CComCoClass<X,&CLSID_X>::h",
    "cb<{M::f,0}>::h",
    "T<4294967295>::g",
    "T<9223372036854775807>::g",
    "Foo<int>::Foo<int><double>",
    "TemplateOps::operator<int> int",
    "`f'::`1'::<lambda_1>::operator()",
    "e<void __cdecl(void) noexcept>::ee",
    "AutoFunc<1>",
    "f<int [2]>",
    "f<T const >",
    "A::operator co_await",
    "name4::name0<name4::name1<name2 * __ptr64>,bool (__cdecl*)(name2 * __ptr64,name2 * __ptr64)>",
    "f<A ^>",
    "C const volatile __based() `RTTI Type Descriptor'",
    "`anonymous namespace'::f",
    "int `RTTI Type Descriptor'",
    "operator delete",
    "f<void (__cdecl*)(void),void (__cdecl** __ptr64)(void)>",
];

#[test]
#[cfg_attr(
    not(shared_data),
    ignore = "the shared data are not beside the project"
)]
fn publics_are_named_as_dbghelp_names_them() {
    let bytes = fs::read(Path::new(NAMES).join("names.pdb")).unwrap();
    let pdb = Pdb::open(File::new(Box::new(bytes)).unwrap()).unwrap();
    let rvas: Vec<u32> = (0..29).map(|index| 0x1000 + 16 * index).collect();
    let answer = Symbols::Pdb(Box::new(pdb)).symbolize(&rvas, Options::default());
    let names: Vec<_> = answer.strings.iter().collect();
    assert_eq!(names, PUBLICS);
}

#[test]
#[cfg_attr(
    not(shared_data),
    ignore = "the shared data are not beside the project"
)]
fn names_are_those_of_dbghelp() {
    compare("undecorate.tsv", 3, linker_name);
}

#[test]
#[cfg_attr(
    not(shared_data),
    ignore = "the shared data are not beside the project"
)]
fn full_names_are_those_of_dbghelp() {
    compare("full_names.tsv", 3, |name| {
        full_name(name).unwrap_or_else(|| linker_name(name))
    });
}

/// Compares the results for the names in a table with one of its columns.
fn compare(table: &str, column: usize, undecorate: impl Fn(&str) -> String) {
    let text = fs::read_to_string(Path::new(NAMES).join(table)).unwrap();
    for row in text.lines().filter(|row| !row.starts_with("class\t")) {
        let cells: Vec<_> = row.split('\t').collect();
        let (decorated, expected) = (cells[1], cells[column]);
        let is_odd = ODDITIES.lines().any(|odd| odd == decorated);
        let ours = undecorate(decorated);
        assert!(
            ours == expected || is_odd,
            "{decorated}: {ours}, but dbghelp {expected}"
        );
    }
}
