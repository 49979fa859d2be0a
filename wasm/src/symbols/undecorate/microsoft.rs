//! Undecorates names of Microsoft's C++ ABI as dbghelp 10 does.

use super::input::Input;
use super::names::{top_symbol, top_template, Extent};
use super::printer::{Printer, Style};

/// Undecorates a name that begins with `?`; None for one that is not of this ABI, or too long.
pub fn undecorate(name: &str, style: Style) -> Option<String> {
    let mut printer = Printer::new(style);
    // Microsoft's undecorator takes whatever begins like a template for one, if its arguments make sense.
    if let Ok(template) = top_template(&mut Input::new(name)) {
        printer.scoped_name(&template).ok()?;
        return Some(printer.into_text());
    }
    let extent = match style {
        Style::Name | Style::Symbol => Extent::Name,
        Style::Full => Extent::Whole,
    };
    let symbol = top_symbol(&mut Input::new(name), extent).ok()?;
    printer.symbol(&symbol).ok()?;
    Some(printer.into_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each expected text is that of dbghelp 10 and of Visual C++'s own runtime.
    fn assert_names(names: &[(&str, &str)]) {
        for (decorated, expected) in names {
            assert_eq!(
                undecorate(decorated, Style::Name).as_deref(),
                Some(*expected),
                "{decorated}"
            );
        }
    }

    fn assert_full(names: &[(&str, &str)]) {
        for (decorated, expected) in names {
            assert_eq!(
                undecorate(decorated, Style::Full).as_deref(),
                Some(*expected),
                "{decorated}"
            );
        }
    }

    #[test]
    fn classes_name_their_constructors() {
        assert_names(&[
            ("??1exception@std@@UAE@XZ", "std::exception::~exception"),
            ("??$?0N@?$Foo@H@@QEAA@N@Z", "Foo<int>::Foo<int><double>"),
            ("??BT@@QEBAAEBVX@@XZ", "T::operator X const & __ptr64"),
            ("??BT@@QAE?BHXZ", "T::operator int const "),
            ("??$?BH@T@@QEAAHXZ", "T::operator<int> int"),
            ("??__K_deg@@YAHO@Z", "operator \"\" _deg"),
            ("??__LA@@QEAA?AUB@@XZ", "A::operator co_await"),
            ("??_PCX@ns@@QAEXXZ", "ns::X::`udt returning'operator->"),
        ]);
        assert_eq!(undecorate("??0@YAXXZ", Style::Name), None);
    }

    #[test]
    fn functions_of_the_compiler_say_what_they_are_for() {
        assert_names(&[
            ("??__Ex@ns@@YAXXZ", "ns::`dynamic initializer for 'x''"),
            ("??__E?x@C@@2HA@@YAXXZ", "`dynamic initializer for 'C::x''"),
            (
                "??__Fx@?1??f@@YAXXZ@YAXXZ",
                "`f'::`2'::`dynamic atexit destructor for 'x''",
            ),
            (
                "???__E?x@ns@@$$Q2HA@@YMXXZ@?A0x1@@$$FYMXXZ",
                "`dynamic initializer for 'ns::x''",
            ),
            ("??_B?1??f@@YAXXZ@51", "`f'::`2'::`local static guard'"),
            ("??_9C@@$BBA@AA", "C::`vcall'{16}'"),
            ("??_8C@@7BB@@@", "C::`vbtable'"),
            (
                "??_R0?AVexception@std@@@8",
                "std::exception `RTTI Type Descriptor'",
            ),
            (
                "??_R1A@?0A@EA@C@@8",
                "C::`RTTI Base Class Descriptor at (0,-1,0,64)'",
            ),
            ("??_C@_03ABC@x@", "`string'"),
            ("??$f@$1??_C@_03ABC@x@@@YAXXZ", "f<&`string'>"),
            ("??_C@_1DC@ABC@?$AAx@FNODOBFM@", " ?? ::FNODOBFM::`string'"),
            ("??_C@_04ABC@NULL@FNODOBFM@", " ?? ::FNODOBFM::`string'"),
        ]);
        assert_full(&[
            (
                "??_B?1??f@@YAXXZ@51",
                "`void f(void)'::`2'::`local static guard'{2}'",
            ),
            ("??_7C@@6BA@@B@@@", "const C::`vftable'{for `A's `B'}"),
            ("??_9C@@$BBA@AA", "[thunk]:C::`vcall'{16,{flat}}' }'"),
            ("?f@C@@W7EAAXXZ", "[thunk]:void C::f`adjustor{8}' (void)"),
            (
                "?f@C@@$R4BA@7PPPPPPPM@7EAAXXZ",
                "[thunk]:void C::f`vtordispex{16,8,4294967292,8}' (void)",
            ),
        ]);
    }

    #[test]
    fn constants_of_templates_have_64_bits() {
        assert_names(&[
            ("??$f@$0PPPPPPPP@@@YAXXZ", "f<4294967295>"),
            (
                "??$f@$0?IAAAAAAAAAAAAAAA@@@YAXXZ",
                "f<-9223372036854775808>",
            ),
            ("??$f@$0PPPPPPPPPPPPPPPP@@@YAXXZ", "f<18446744073709551615>"),
            ("??$f@$BDPPAAAAAAAAAAAAA@@@YAXXZ", "f<1.000000>"),
            ("??$f@$BEBCJPMNGDDDDDDDD@@@YAXXZ", "f<851563.100000>"),
            ("??$f@$BMAAJCBPLFEEECNBI@@@YAXXZ", "f<-3.141593>"),
            ("??$f@$BHPPAAAAAAAAAAAAA@@@YAXXZ", "f<0x7ff0000000000000>"),
        ]);
    }

    #[test]
    fn arguments_of_templates_name_functions_variables_and_members() {
        assert_names(&[
            (
                "??$f@$1?CloseHandle@wil@@YAXPEAX@Z@@YAXXZ",
                "f<&wil::CloseHandle>",
            ),
            ("??$f@$E?x@@3HA@@YAXXZ", "f<x>"),
            ("??$f@$H?f@M@@QEAAXXZA@@@YAXXZ", "f<{M::f,0}>"),
            ("??$f@$J?f@M@@QEAAXXZA@33@@YAXXZ", "f<{M::f,0,4,4}>"),
            ("??$f@$F3?3@@YAXXZ", "f<{4,-4}>"),
            ("??$f@$MPEBD1?x@@3HA@@YAXXZ", "f<&x>"),
            ("??$f@$2US@@UT@@2U2@H00@@@@YAXXZ", "f<S{T:T{int:1}}>"),
            ("??$f@$7TS@@x@00@@@YAXXZ", "f<S{x:1}>"),
            (
                "??$?__K_x@$2US@@3D0GB@@0A@@@@@@@YAXXZ",
                "operator \"\" _x<S{char{97,0}}>",
            ),
            ("??$f@H$$VM$SN$$Z@@YAXXZ", "f<int,float,double>"),
            (
                "??$f@$N$P0$RA@?0@@YAXXZ",
                "f<nullptr,lambda,`template-type-parameter-0',`template-parameter-1'>",
            ),
            ("??$f@V?$A@V?$B@H@@@@@@YAXXZ", "f<A<B<int> > >"),
        ]);
    }

    #[test]
    fn digits_stand_for_what_was_read_in_the_same_template() {
        assert_names(&[
            ("??$f@PEAH0@@YAXXZ", "f<int * __ptr64,int * __ptr64>"),
            (
                "??$f@V?$A@PEAH@@P6A_NPEAD0@Z@@YAXXZ",
                "f<A<int * __ptr64>,bool (__cdecl*)(char * __ptr64,char * __ptr64)>",
            ),
        ]);
        assert_full(&[
            (
                "?f@@YAXP6AXPAH0@Z01@Z",
                "void f(void (*)(int *,int *),int *,void (*)(int *,int *))",
            ),
            ("??$f@H@ns@@YAXV0@@Z", "void ns::f<int>(ns)"),
        ]);
        assert_eq!(undecorate("?f@@YAXH0@Z", Style::Full), None);
    }

    #[test]
    fn declarators_are_spaced_as_microsoft_does() {
        assert_names(&[
            ("??$f@$$BY01H@@YAXXZ", "f<int [2]>"),
            ("??$f@$$CBVT@@@@YAXXZ", "f<T const >"),
            ("??$f@PEAP6AXXZ@@YAXXZ", "f<void (__cdecl** __ptr64)(void)>"),
            (
                "??$f@AEBQ6AXXZ@@YAXXZ",
                "f<void (__cdecl*const & __ptr64)(void)>",
            ),
            (
                "??$f@P8C@@EGBAXX_E@@YAXXZ",
                "f<void (__cdecl C::*)(void)const __ptr64& noexcept>",
            ),
            (
                "??$f@PEIFBH@@YAXXZ",
                "f<int const __unaligned * __ptr64 __restrict>",
            ),
            ("??$f@PEM2x@ns@@H@@YAXXZ", "f<int __based(ns::x) * __ptr64>"),
            ("??$f@P$AAVA@@P$02AH@@YAXXZ", "f<A ^,cli::array<int ,2>^>"),
        ]);
        assert_full(&[
            ("?x@@3PAPAP6AXXZA", "void (** * x)(void)"),
            ("?x@@3PAY01P6AXXZA", "void (*(* x)[2])(void)"),
            ("?x@@3PQC@@P6AXXZQ1@", "void (*C::* x)(void)"),
            ("?x@@3QEBHEB", "int const * const x"),
            ("?x@C@@0_OBGB", "unsigned short const C::x[]"),
            ("?f@@YAP6AP6AHD@ZXZXZ", "int (*(*f(void))(void))(char)"),
            ("?f@@YA?BP6AXXZXZ", "void (*const f(void))(void)"),
            ("?f@@YAXHZZ", "void f(int,...)"),
            ("?f@C@@QEHBAXX_E", "void C::f(void)const && noexcept"),
            ("?f@C@@SAX_VAEAV1@@Z", "void C::f(this C &)"),
            ("?f@@$$J0YAXXZ", "extern \"C\" void f(void)"),
        ]);
    }

    #[test]
    fn symbols_say_what_is_an_enumeration() {
        let name = "??$f@VC@@W4E@ns@@W1B@@@@YAXXZ";
        let symbol = undecorate(name, Style::Symbol);
        assert_eq!(
            symbol.as_deref(),
            Some("f<C,enum ns::E,enum unsigned char B>")
        );
        assert_names(&[(name, "f<C,ns::E,B>")]);
    }

    #[test]
    fn scopes_may_be_functions_and_anonymous() {
        assert_names(&[
            (
                "??R<lambda_1>@?0??f@@YA@XZ@QEBA?A?<auto>@@XZ",
                "`f'::`1'::<lambda_1>::operator()",
            ),
            ("?f@?A0x12@ns@@YAXXZ", "ns::`anonymous namespace'::f"),
            ("?f@?1??g@?1??h@@YAXXZ@YAXXZ@YAXXZ", "``h'::`2'::g'::`2'::f"),
            ("?f@?Iabc@ns@@YAXXZ", "ns[::abc]::f"),
            ("?f@?Qa@b@@c@@YAXXZ", "c::[b::a]::f"),
            ("?$S1@?1??f@@YAXXZ@4IA", "`f'::`2'::$S1"),
            ("?$TSS0@HH", "TSS0<int,int>"),
        ]);
    }

    #[test]
    fn what_is_cut_or_broken_keeps_what_makes_sense() {
        assert_names(&[
            ("?bar", "bar"),
            ("?f@ns", " ?? ::ns::f"),
            ("?f@?$T@H", " ?? ::T<int>::f"),
        ]);
        for broken in [
            "?@broken",
            "??@0123456789abcdef0123456789abcdef@",
            "?f@?$T@1@@YAXXZ",
            "?a.b@@3HA",
        ] {
            assert_eq!(undecorate(broken, Style::Name), None, "{broken}");
        }
    }

    #[test]
    fn a_short_name_of_a_long_text_stays_as_it_is() {
        let doubling = "P6AX0000000000@Z";
        let name = format!(
            "?f@@YAXPAH{}{}@Z",
            doubling,
            "P6AX1111111111@ZP6AX2222222222@ZP6AX3333333333@ZP6AX4444444444@ZP6AX5555555555@Z"
        );
        assert_eq!(undecorate(&name, Style::Full), None);
        assert_eq!(undecorate(&name, Style::Name).as_deref(), Some("f"));
    }
}
