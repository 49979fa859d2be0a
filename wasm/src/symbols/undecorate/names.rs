//! Reads names: operators, scopes and templates.

use std::rc::Rc;

use super::encoding::encoding;
use super::input::{Input, Malformed, Read};
use super::operators::{operator, Code};
use super::templates::arguments;
use super::tree::{Arguments, Encoding, OwnName, QualifiedName, Scope, Symbol, Variable};
use super::types::unqualified_type;

/// How much of a symbol is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Of the encoding, only the part that belongs to the name.
    Name,
}

/// Reads a decorated name that is not part of another one. Text after it is ignored.
pub fn top_symbol<'a>(input: &mut Input<'a>, extent: Extent) -> Read<Symbol<'a>> {
    input.expect("?")?;
    // The initializers of managed variables are names in separate symbols, which say no more.
    if input.rest().starts_with("??__E") || input.rest().starts_with("??__F") {
        input.expect("?")?;
    }
    let name = symbol_name(input)?;
    let (is_extern_c, encoding) = match extent {
        Extent::Whole => encoding_if_any(input, &name)?,
        Extent::Name => encoding_of_name(input, &name)?,
    };
    Ok(Symbol {
        is_extern_c,
        name,
        encoding,
    })
}

/// Reads a decorated name inside another one.
pub fn symbol<'a>(input: &mut Input<'a>) -> Read<Symbol<'a>> {
    input.deeper(|input| {
        input.expect("?")?;
        let name = symbol_name(input)?;
        let (is_extern_c, encoding) = encoding_if_any(input, &name)?;
        Ok(Symbol {
            is_extern_c,
            name,
            encoding,
        })
    })
}

/// String literals have no encoding, and neither do names that were cut.
fn encoding_if_any<'a>(
    input: &mut Input<'a>,
    name: &QualifiedName<'a>,
) -> Read<(bool, Encoding<'a>)> {
    if matches!(&name.own, OwnName::Operator(STRING)) || input.is_at_end() {
        return Ok((false, Encoding::Unknown));
    }
    encoding(input)
}

/// The part of an encoding that belongs to the name.
fn encoding_of_name<'a>(
    input: &mut Input<'a>,
    name: &QualifiedName<'a>,
) -> Read<(bool, Encoding<'a>)> {
    match &name.own {
        OwnName::Conversion => encoding(input),
        OwnName::Template(own, _) if matches!(**own, OwnName::Conversion) => encoding(input),
        OwnName::Operator("`vcall'") if input.take("$B") => {
            Ok((false, Encoding::VirtualCall(input.number()?)))
        }
        _ => Ok((false, Encoding::Unknown)),
    }
}

/// Reads the name of a class or namespace with its scopes and the `@` after them.
pub fn qualified_name<'a>(input: &mut Input<'a>) -> Read<QualifiedName<'a>> {
    input.deeper(|input| {
        let own = scope(input)?;
        let (scopes, is_cut) = scopes(input)?;
        Ok(QualifiedName {
            own: OwnName::Plain(own),
            scopes,
            is_cut,
        })
    })
}

/// Reads the name of a symbol with its scopes.
fn symbol_name<'a>(input: &mut Input<'a>) -> Read<QualifiedName<'a>> {
    input.deeper(|input| {
        let own = own_name(input)?;
        let (scopes, is_cut) = if is_bare_string(&own, input) {
            (Vec::new(), false)
        } else {
            scopes(input)?
        };
        let needs_class = match &own {
            OwnName::Constructor | OwnName::Destructor => true,
            OwnName::Template(own, _) => {
                matches!(**own, OwnName::Constructor | OwnName::Destructor)
            }
            _ => false,
        };
        if needs_class && scopes.is_empty() {
            return Err(Malformed);
        }
        Ok(QualifiedName {
            own,
            scopes,
            is_cut,
        })
    })
}

/// Reads the name of a type, which is a name that may have been left out.
pub fn type_name<'a>(input: &mut Input<'a>) -> Read<QualifiedName<'a>> {
    if input.take("@") {
        input.take("@");
        return Ok(QualifiedName {
            own: OwnName::Operator(""),
            scopes: Vec::new(),
            is_cut: false,
        });
    }
    qualified_name(input)
}

/// Reads a name without its scopes.
fn own_name<'a>(input: &mut Input<'a>) -> Read<OwnName<'a>> {
    if input.rest().starts_with("?$") {
        input.take("?$");
        return function_template(input);
    }
    if input.take("?") {
        return operator_name(input);
    }
    plain_scope(input).map(OwnName::Plain)
}

/// A template that is the name of a symbol is not remembered, unlike that of a class.
fn function_template<'a>(input: &mut Input<'a>) -> Read<OwnName<'a>> {
    let (name, arguments) = template(input)?;
    Ok(match name {
        name @ OwnName::Plain(_) => {
            let scope = Scope::Template(Rc::new((name, arguments)));
            OwnName::Plain(scope)
        }
        operator => OwnName::Template(Box::new(operator), arguments),
    })
}

/// Reads a template by itself, after `?$`: some compilers name variables so that they look like one.
pub fn top_template<'a>(input: &mut Input<'a>) -> Read<QualifiedName<'a>> {
    input.expect("?$")?;
    Ok(QualifiedName {
        own: function_template(input)?,
        scopes: Vec::new(),
        is_cut: false,
    })
}

/// Reads a template's name and arguments, after `?$`.
fn template<'a>(input: &mut Input<'a>) -> Read<(OwnName<'a>, Arguments<'a>)> {
    input.deeper(|input| {
        input.with_own_memory(|input| {
            let name = if input.take("?") {
                operator_name(input)?
            } else {
                plain_scope(input).map(OwnName::Plain)?
            };
            Ok((name, arguments(input)?))
        })
    })
}

/// The name of a string literal.
pub const STRING: &str = "`string'";

/// Reads an operator, after its `?`.
fn operator_name<'a>(input: &mut Input<'a>) -> Read<OwnName<'a>> {
    let rest = input.rest().as_bytes();
    let length = match rest {
        [b'_', b'_', ..] | [b'_', b'R', ..] => 3,
        [b'_', ..] => 2,
        _ => 1,
    };
    let code = rest.get(..length).and_then(operator).ok_or(Malformed)?;
    for _ in 0..length {
        input.next()?;
    }
    Ok(match code {
        Code::Name(name) => name,
        Code::Literal => OwnName::Literal(input.identifier()?),
        Code::Around(before) => match operator_name(input)? {
            OwnName::Operator(operator) => OwnName::Around(before, operator),
            _ => return Err(Malformed),
        },
        Code::Initializer(before) => OwnName::Initializer(before, Box::new(variable(input)?)),
        Code::TypeDescriptor => OwnName::TypeDescriptor(Box::new(unqualified_type(input)?)),
        Code::BaseClassDescriptor => OwnName::BaseClassDescriptor([
            input.number()?,
            input.number()?,
            input.number()?,
            input.number()?,
        ]),
        Code::String => string_literal(input)?,
    })
}

/// Reads the variable of an initializer: its name, or its whole symbol, after which there may be an `@`.
fn variable<'a>(input: &mut Input<'a>) -> Read<Variable<'a>> {
    if input.peek() != b'?' || input.rest().starts_with("?$") {
        return own_name(input).map(Variable::Named);
    }
    let symbol = symbol(input)?;
    input.take("@");
    Ok(Variable::Symbol(Box::new(symbol)))
}

/// Reads the contents of a string literal's name: its kind and length, a checksum, and its first characters.
fn string_literal<'a>(input: &mut Input<'a>) -> Read<OwnName<'a>> {
    input.expect("@_")?;
    input.digit()?;
    input.number()?;
    for _ in ["checksum", "characters"] {
        while !input.ends_list() {
            input.next()?;
        }
    }
    Ok(OwnName::Operator(STRING))
}

/// Whether a name is that of a string literal inside another name, where it has no list of scopes.
fn is_bare_string(own: &OwnName<'_>, input: &Input<'_>) -> bool {
    matches!(own, OwnName::Operator(STRING)) && input.peek() == b'@'
}

/// Reads scopes to their end, and returns whether the text was cut there.
fn scopes<'a>(input: &mut Input<'a>) -> Read<(Vec<Scope<'a>>, bool)> {
    let mut scopes = Vec::new();
    while !input.take("@") {
        if input.is_at_end() {
            let is_cut = !scopes.is_empty();
            return Ok((scopes, is_cut));
        }
        scopes.push(scope(input)?);
    }
    Ok((scopes, false))
}

fn scope<'a>(input: &mut Input<'a>) -> Read<Scope<'a>> {
    if !input.take("?") {
        return plain_scope(input);
    }
    match input.peek() {
        b'$' => {
            input.next()?;
            let scope = Scope::Template(Rc::new(template(input)?));
            input.remember_name(&scope);
            Ok(scope)
        }
        b'?' => Ok(Scope::Symbol(Rc::new(symbol(input)?))),
        b'A' => {
            let identifier = input.identifier_part()?;
            input.take("@");
            input.remember_name(&Scope::Identifier(identifier));
            Ok(Scope::AnonymousNamespace)
        }
        b'I' => {
            input.next()?;
            let identifier = input.identifier()?;
            input.remember_name(&Scope::Identifier(identifier));
            Ok(Scope::OldInterface(identifier))
        }
        b'Q' => {
            input.next()?;
            Ok(Scope::Interface(Rc::new(qualified_name(input)?)))
        }
        _ => input.number().map(Scope::Block),
    }
}

/// Reads an identifier, or the digit of a name.
fn plain_scope<'a>(input: &mut Input<'a>) -> Read<Scope<'a>> {
    if input.peek().is_ascii_digit() {
        return input.remembered_name();
    }
    let scope = Scope::Identifier(input.identifier()?);
    input.remember_name(&scope);
    Ok(scope)
}
