//! Reads types.

use super::functions::function;
use super::input::{Input, Malformed, Read};
use super::names::type_name;
use super::qualifiers::{modifiers, pointee, storage, Handle};
use super::tree::{Managed, OwnName, Pointer, Qualifiers, Type};

/// Most dimensions of an array; the language has no limit, but names do.
const MAX_DIMENSIONS: u64 = 256;

/// Reads a type with qualifiers before it, which function results and RTTI may have.
pub fn unqualified_type<'a>(input: &mut Input<'a>) -> Read<Type<'a>> {
    if input.take("?") {
        spaced(input)
    } else {
        any_type(input)
    }
}

/// Reads qualifiers and their type.
fn spaced<'a>(input: &mut Input<'a>) -> Read<Type<'a>> {
    let storage = storage(input)?;
    let is_plain = storage.is_plain();
    let inner = storage.on(object_type(input)?);
    Ok(if is_plain {
        inner
    } else {
        Type::Spaced(Box::new(inner))
    })
}

/// Reads the type of an object, which may be an array.
fn object_type<'a>(input: &mut Input<'a>) -> Read<Type<'a>> {
    // A boxed C++/CLI value.
    input.take("__Z");
    if input.take("Y") {
        input.deeper(array)
    } else {
        any_type(input)
    }
}

/// Reads a type.
pub fn any_type<'a>(input: &mut Input<'a>) -> Read<Type<'a>> {
    input.deeper(|input| match input.next()? {
        b'A' => pointer(input, "&", qualified(false, false)),
        b'B' => pointer(input, "&", qualified(false, true)),
        b'P' => pointer(input, "*", qualified(false, false)),
        b'Q' => pointer(input, "*", qualified(true, false)),
        b'R' => pointer(input, "*", qualified(false, true)),
        b'S' => pointer(input, "*", qualified(true, true)),
        b'L' | b'T' | b'U' | b'V' | b'Y' | b'?' => type_name(input).map(Type::Named),
        b'W' => {
            let integers = *INTEGERS.get(input.digit()?).ok_or(Malformed)?;
            Ok(Type::Enumeration(integers, type_name(input)?))
        }
        b'_' => extended_type(input),
        b'$' if input.take("$") => special_type(input),
        letter => basic(letter).map(Type::Basic).ok_or(Malformed),
    })
}

/// The integer types of enumerations, by number.
const INTEGERS: [&str; 8] = [
    "char ",
    "unsigned char ",
    "short ",
    "unsigned short ",
    "",
    "unsigned int ",
    "long ",
    "unsigned long ",
];

fn qualified(is_const: bool, is_volatile: bool) -> Qualifiers<'static> {
    Qualifiers {
        is_const,
        is_volatile,
        ..Qualifiers::default()
    }
}

fn basic(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'C' => "signed char",
        b'D' => "char",
        b'E' => "unsigned char",
        b'F' => "short",
        b'G' => "unsigned short",
        b'H' => "int",
        b'I' => "unsigned int",
        b'J' => "long",
        b'K' => "unsigned long",
        b'M' => "float",
        b'N' => "double",
        b'O' => "long double",
        b'X' => "void",
        _ => return None,
    })
}

/// Reads a type after `_`.
fn extended_type<'a>(input: &mut Input<'a>) -> Read<Type<'a>> {
    Ok(Type::Basic(match input.next()? {
        b'D' => "__int8",
        b'E' => "unsigned __int8",
        b'F' => "__int16",
        b'G' => "unsigned __int16",
        b'H' => "__int32",
        b'I' => "unsigned __int32",
        b'J' => "__int64",
        b'K' => "unsigned __int64",
        b'L' => "__int128",
        b'M' => "unsigned __int128",
        b'N' => "bool",
        b'P' => "auto",
        b'Q' => "char8_t",
        b'R' => "<unknown>",
        b'S' => "char16_t",
        b'T' => "decltype(auto)",
        b'U' => "char32_t",
        b'W' => "wchar_t",
        b'X' | b'Y' => return type_name(input).map(Type::Named),
        b'O' => {
            let storage = storage(input)?;
            let element = storage.on(object_type(input)?);
            return Ok(Type::Unbounded(Box::new(element)));
        }
        b'V' => return prefixed(input, "this "),
        b'$' => return prefixed(input, "__w64 "),
        _ => return Err(Malformed),
    }))
}

/// Reads a type after `$$`.
fn special_type<'a>(input: &mut Input<'a>) -> Read<Type<'a>> {
    match input.next()? {
        b'A' => {
            let is_member = match input.next()? {
                b'6' | b'7' => false,
                b'8' | b'9' => true,
                _ => return Err(Malformed),
            };
            if is_member {
                type_name(input)?;
            }
            Ok(Type::Function(Box::new(function(input, is_member)?)))
        }
        b'B' | b'U' => object_type(input),
        b'C' => spaced(input),
        b'Q' => pointer(input, "&&", qualified(false, false)),
        b'R' => pointer(input, "&&", qualified(false, true)),
        b'T' => Ok(Type::Basic("std::nullptr_t")),
        b'W' => suffixed(input, "..."),
        b'Y' => type_name(input).map(Type::Named),
        _ => Err(Malformed),
    }
}

fn prefixed<'a>(input: &mut Input<'a>, before: &'static str) -> Read<Type<'a>> {
    Ok(Type::Prefixed(before, Box::new(any_type(input)?)))
}

fn suffixed<'a>(input: &mut Input<'a>, after: &'static str) -> Read<Type<'a>> {
    Ok(Type::Suffixed(Box::new(any_type(input)?), after))
}

/// Reads the rest of a pointer or reference, after its letter.
fn pointer<'a>(
    input: &mut Input<'a>,
    mark: &'static str,
    qualifiers: Qualifiers<'a>,
) -> Read<Type<'a>> {
    let modifiers = modifiers(input)?;
    let is_function = matches!(input.peek(), b'6'..=b'9');
    let (to, class) = if is_function {
        let is_member = matches!(input.next()?, b'8' | b'9');
        let class = if is_member {
            Some(type_name(input)?)
        } else {
            None
        };
        let function = Box::new(function(input, is_member)?);
        (Type::Function(function), class)
    } else {
        let Some(mut pointee) = pointee(input)? else {
            return any_type(input);
        };
        pointee.qualifiers.is_unaligned = modifiers.is_unaligned;
        let to = object_type(input)?.qualified(pointee.qualifiers);
        (to, pointee.class)
    };
    let is_said = |class: &_| {
        !matches!(
            class,
            super::tree::QualifiedName {
                own: OwnName::Operator(""),
                ..
            }
        )
    };
    Ok(Type::Pointer(Box::new(Pointer {
        to,
        mark: match (modifiers.handle, mark, &modifiers.managed) {
            (Some(Handle::Object), "*", _) | (_, _, Managed::Array(_)) => "^",
            (Some(_), _, _) => "%",
            (None, mark, _) => mark,
        },
        class: class.filter(is_said),
        is_64_bit: modifiers.is_64_bit,
        is_restrict: modifiers.is_restrict,
        qualifiers,
        managed: modifiers.managed,
    })))
}

/// Reads an array, after its `Y`: the number of dimensions, each length, and the type of an element.
fn array<'a>(input: &mut Input<'a>) -> Read<Type<'a>> {
    let count = input.number()?;
    if count.is_negative || !(1..=MAX_DIMENSIONS).contains(&count.magnitude) {
        return Err(Malformed);
    }
    let mut dimensions = Vec::new();
    for _ in 0..count.magnitude {
        dimensions.push(input.number()?);
    }
    Ok(Type::Array(dimensions, Box::new(object_type(input)?)))
}
