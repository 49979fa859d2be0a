//! Writes types. In C++, a type around a name has two halves: left and right of the name.

use super::printer::{Printer, Style, Written};
use super::tree::{Based, Ellipsis, Function, Managed, Pointer, Qualifiers, This, Type};

/// What comes after the left half of a type: spaces and parentheses depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The right half.
    Nothing,
    /// The mark of a pointer or reference.
    Mark,
    /// The mark of a pointer to a member, which has the class before it.
    ClassMark,
    /// The name of a variable.
    Name,
    /// The name of a function that returns the type, or another declarator in parentheses.
    Declarator,
}

impl Printer {
    /// Writes a type by itself.
    pub fn a_type(&mut self, of: &Type) -> Written {
        self.left(of, Next::Nothing)?;
        self.right(of, Next::Nothing)
    }

    /// Writes a variable with its type.
    pub fn declaration(&mut self, of: &Type, name: impl FnOnce(&mut Self) -> Written) -> Written {
        self.left(of, Next::Name)?;
        name(self)?;
        self.right(of, Next::Name)
    }

    /// Writes the text before the name of a function that returns a type.
    pub fn result(&mut self, returns: &Type) -> Written {
        self.left(returns, next_of_result(returns))
    }

    /// Writes the text after the parameters of a function that returns a type.
    pub fn after_result(&mut self, returns: &Type) -> Written {
        self.right(returns, next_of_result(returns))
    }

    /// Writes `(int)const ` and so on.
    pub fn parameters(&mut self, function: &Function) -> Written {
        self.push("(")?;
        self.push_list(&function.parameters, |p, of| p.a_type(of))?;
        self.push(match function.ellipsis {
            Ellipsis::No => "",
            Ellipsis::Void => "void",
            Ellipsis::Dots if function.parameters.is_empty() => "...",
            Ellipsis::Dots => ",...",
        })?;
        self.push(")")?;
        self.this(&function.this)?;
        if function.is_noexcept {
            self.push_space()?;
            self.push("noexcept")?;
        }
        Ok(())
    }

    fn this(&mut self, this: &This) -> Written {
        self.qualifiers(&this.qualifiers)?;
        let is_said = this.is_64_bit && self.has_keywords();
        if is_said {
            self.push(" __ptr64")?;
            self.push(if this.is_restrict { " __restrict" } else { "" })?;
        } else if this.qualifiers.is_const || this.qualifiers.is_volatile {
            self.push(" ")?;
        }
        self.push(this.reference)
    }

    /// Writes `const` and the like, with spaces between them.
    pub fn qualifiers(&mut self, qualifiers: &Qualifiers) -> Written {
        let mut gap = "";
        for (is_there, word) in [
            (qualifiers.is_const, "const"),
            (qualifiers.is_volatile, "volatile"),
            (
                qualifiers.is_unaligned && self.has_keywords(),
                "__unaligned",
            ),
        ] {
            if is_there {
                self.push(gap)?;
                self.push(word)?;
                gap = " ";
            }
        }
        let (true, Some(based)) = (self.has_keywords(), &qualifiers.based) else {
            return Ok(());
        };
        self.push(gap)?;
        self.push("__based(")?;
        match based {
            Based::Nothing => {}
            Based::Void => self.push("void")?,
            Based::Name(name) => self.scoped_name(name)?,
        }
        self.push(")")
    }

    fn left(&mut self, of: &Type, next: Next) -> Written {
        self.node(|p| match of {
            Type::None => Ok(()),
            Type::Basic(name) => {
                p.push(name)?;
                p.gap_before(next)
            }
            Type::Named(name) => {
                p.scoped_name(name)?;
                p.gap_before(next)
            }
            Type::Enumeration(integers, name) => {
                if p.style == Style::Symbol {
                    p.push("enum ")?;
                    p.push(integers)?;
                }
                p.scoped_name(name)?;
                p.gap_before(next)
            }
            Type::Prefixed(before, inner) => {
                p.push(before)?;
                p.left(inner, next)
            }
            Type::Suffixed(inner, after) => {
                p.left(inner, Next::Nothing)?;
                p.push(after)?;
                p.gap_before(next)
            }
            Type::Qualified(inner, qualifiers) => {
                p.left(inner, Next::Mark)?;
                p.qualifiers(qualifiers)?;
                p.gap_before(next)
            }
            Type::Unbounded(element) => p.left(without_pointers(element), next),
            Type::Spaced(inner) => {
                p.left(inner, next)?;
                p.push_space()
            }
            Type::Pointer(pointer) => p.left_of_pointer(of, pointer, next),
            Type::Array(_, element) => {
                p.left(element, Next::Declarator)?;
                p.push(match next {
                    Next::Nothing => "",
                    Next::Name => "( ",
                    Next::Mark | Next::ClassMark | Next::Declarator => "(",
                })
            }
            Type::Function(function) => p.left_of_function(function, next),
        })
    }

    fn left_of_pointer(&mut self, of: &Type, pointer: &Pointer, next: Next) -> Written {
        match pointer.managed {
            Managed::No => {}
            // Microsoft never closes the bracket of a pinned pointer.
            Managed::Pinned => self.push("cli::pin_ptr<")?,
            Managed::Array(_) => self.push("cli::array<")?,
        }
        let mark = match (&pointer.class, &pointer.managed) {
            (Some(_), _) => Next::ClassMark,
            (None, Managed::Array(_)) => Next::Name,
            (None, _) => Next::Mark,
        };
        self.left(&pointer.to, mark)?;
        if let Managed::Array(rank @ 2..) = pointer.managed {
            self.push_value(format_args!(",{rank}"))?;
        }
        if let Managed::Array(_) = pointer.managed {
            self.push(">")?;
        }
        if let Some(class) = &pointer.class {
            self.scoped_name(class)?;
            self.push("::")?;
        }
        self.push(pointer.mark)?;
        if pointer.is_64_bit {
            self.push_keyword(" __ptr64")?;
        }
        if pointer.is_restrict {
            self.push_keyword(" __restrict")?;
        }
        // For a result and for an element, Microsoft writes less.
        let is_qualified = !pointer.qualifiers.is_empty()
            && next != Next::Declarator
            && !matches!(pointer.managed, Managed::Array(_));
        if is_qualified {
            // `(__cdecl*const)`, but `int * const`.
            if !of.points_to_function() {
                self.push_space()?;
            }
            self.qualifiers(&pointer.qualifiers)?;
        }
        // A pointer to a function and its surroundings share parentheses without a space between them.
        let is_joined = of.points_to_function() && !is_qualified;
        if is_joined && next != Next::Name {
            return Ok(());
        }
        self.gap_before(next)
    }

    fn left_of_function(&mut self, function: &Function, next: Next) -> Written {
        self.left(&function.returns, Next::Declarator)?;
        self.push(if next == Next::Nothing { "" } else { "(" })?;
        self.push_keyword(function.convention)?;
        match next {
            Next::ClassMark | Next::Name => self.push(" "),
            Next::Nothing | Next::Mark | Next::Declarator => Ok(()),
        }
    }

    fn right(&mut self, of: &Type, next: Next) -> Written {
        self.node(|p| match of {
            Type::None | Type::Basic(_) | Type::Named(_) | Type::Enumeration(..) => Ok(()),
            Type::Prefixed(_, inner) | Type::Suffixed(inner, _) => p.right(inner, next),
            Type::Qualified(inner, _) | Type::Spaced(inner) => p.right(inner, next),
            Type::Unbounded(element) => {
                p.right(without_pointers(element), next)?;
                p.push("[]")
            }
            Type::Pointer(pointer) => p.right(&pointer.to, Next::Mark),
            Type::Array(dimensions, element) => {
                p.push(if next == Next::Nothing { "" } else { ")" })?;
                for dimension in dimensions {
                    p.push_value(format_args!("[{dimension}]"))?;
                }
                p.right(element, Next::Declarator)
            }
            Type::Function(function) => {
                p.push(if next == Next::Nothing { "" } else { ")" })?;
                p.parameters(function)?;
                p.right(&function.returns, Next::Declarator)
            }
        })
    }

    /// Writes the space between a type and a name or mark.
    fn gap_before(&mut self, next: Next) -> Written {
        match next {
            Next::Nothing => Ok(()),
            Next::Mark | Next::ClassMark | Next::Name | Next::Declarator => self.push_space(),
        }
    }
}

/// The elements that Microsoft shows for an array of unknown length: pointers to data are left out.
fn without_pointers<'t, 'a>(mut element: &'t Type<'a>) -> &'t Type<'a> {
    while let Type::Pointer(pointer) = element {
        if element.points_to_function() {
            break;
        }
        element = &pointer.to;
    }
    element
}

/// A result with its own qualifiers is set apart like a variable's type.
fn next_of_result(returns: &Type) -> Next {
    match returns {
        Type::Spaced(_) => Next::Name,
        _ => Next::Declarator,
    }
}
