//! Reads types of functions.

use std::rc::Rc;

use super::input::{Input, Malformed, Read, Types};
use super::qualifiers::{modifiers, pointee, Handle};
use super::tree::{Ellipsis, Function, This, Type};
use super::types::{any_type, unqualified_type};

/// Reads a function's type: a member's qualifiers of `this`, then convention, result, parameters and `noexcept`.
pub fn function<'a>(input: &mut Input<'a>, is_member: bool) -> Read<Function<'a>> {
    let this = if is_member {
        this(input)?
    } else {
        This::default()
    };
    let convention = convention(input.next()?).ok_or(Malformed)?;
    let returns = if input.take("@") {
        Type::None
    } else {
        unqualified_type(input)?
    };
    let (parameters, ellipsis) = parameters(input)?;
    let is_noexcept = input.take("_E");
    if !is_noexcept && !input.is_at_end() {
        input.expect("Z")?;
    }
    Ok(Function {
        convention,
        returns,
        parameters,
        ellipsis,
        this,
        is_noexcept,
    })
}

fn this<'a>(input: &mut Input<'a>) -> Read<This<'a>> {
    let mut modifiers = modifiers(input)?;
    let reference = match (input.peek(), modifiers.handle) {
        (b'G', _) => "& ",
        (b'H', _) => "&& ",
        (_, Some(Handle::Reference)) => "%",
        _ => "",
    };
    if matches!(input.peek(), b'G' | b'H') {
        input.next()?;
        modifiers.is_unaligned |= self::modifiers(input)?.is_unaligned;
    }
    let mut qualifiers = pointee(input)?.ok_or(Malformed)?.qualifiers;
    qualifiers.is_unaligned = modifiers.is_unaligned;
    Ok(This {
        qualifiers,
        is_64_bit: modifiers.is_64_bit,
        is_restrict: modifiers.is_restrict,
        reference,
    })
}

/// The calling convention; every second letter is for functions that a DLL exported in 16-bit days.
fn convention(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'A' | b'B' => "__cdecl",
        b'C' | b'D' => "__pascal",
        b'E' | b'F' => "__thiscall",
        b'G' | b'H' => "__stdcall",
        b'I' | b'J' => "__fastcall",
        b'K' | b'L' => "",
        b'M' | b'N' => "__clrcall",
        b'O' | b'P' => "__eabi",
        b'Q' | b'R' => "__vectorcall",
        b'S' | b'T' => "__swift_1",
        b'U' | b'V' => "__swift_2",
        b'W' | b'X' => "__swift_3",
        b'Y' | b'Z' => "",
        _ => return None,
    })
}

/// Reads parameters, and how they end.
fn parameters<'a>(input: &mut Input<'a>) -> Read<(Vec<Rc<Type<'a>>>, Ellipsis)> {
    let mut parameters = Vec::new();
    if input.take("X") {
        return Ok((parameters, Ellipsis::Void));
    }
    loop {
        if input.take("@") {
            return Ok((parameters, Ellipsis::No));
        }
        if input.take("Z") {
            return Ok((parameters, Ellipsis::Dots));
        }
        parameters.push(remembered_or_new(input, Types::Parameters)?);
    }
}

/// Reads a type by its digit, or a new one, which is remembered if it is longer than one letter.
pub fn remembered_or_new<'a>(input: &mut Input<'a>, types: Types) -> Read<Rc<Type<'a>>> {
    if input.peek().is_ascii_digit() {
        return input.remembered_type(types);
    }
    let before = input.rest().len();
    let new = Rc::new(any_type(input)?);
    if before - input.rest().len() > 1 {
        input.remember_type(types, &new);
    }
    Ok(new)
}
