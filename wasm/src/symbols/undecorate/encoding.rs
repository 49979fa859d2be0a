//! Reads what a symbol is: the part of a decorated name after its scopes.

use super::functions::function;
use super::input::{Input, Malformed, Read};
use super::names::qualified_name;
use super::qualifiers::{modifiers, pointee, storage};
use super::tree::{Encoding, FunctionSymbol, Thunk};
use super::types::unqualified_type;

/// Reads an encoding, and whether the symbol has C linkage nevertheless.
pub fn encoding<'a>(input: &mut Input<'a>) -> Read<(bool, Encoding<'a>)> {
    let is_extern_c = managed(input)?;
    Ok((is_extern_c, native(input)?))
}

/// Reads the prefix of an encoding in C++/CLI.
fn managed(input: &mut Input<'_>) -> Read<bool> {
    let mut is_extern_c = false;
    while input.take("$$") {
        match input.next()? {
            b'F' | b'H' | b'L' | b'M' | b'Q' => {}
            b'J' | b'N' | b'O' => {
                // How many characters come before the encoding.
                for _ in 0..input.digit()? {
                    input.next()?;
                }
                is_extern_c = true;
            }
            _ => return Err(Malformed),
        }
    }
    Ok(is_extern_c)
}

fn native<'a>(input: &mut Input<'a>) -> Read<Encoding<'a>> {
    match input.next()? {
        b'0'..=b'4' => variable(input),
        b'5' => input.number().map(Encoding::Guard),
        b'6' | b'7' => table(input),
        b'8' | b'9' => Ok(Encoding::Unknown),
        letter @ b'A'..=b'Z' => plain_function(input, letter),
        b'$' => thunk(input),
        _ => Err(Malformed),
    }
}

/// Reads a variable's type and the variable's qualifiers.
fn variable<'a>(input: &mut Input<'a>) -> Read<Encoding<'a>> {
    let of = unqualified_type(input)?;
    let storage = storage(input)?;
    Ok(Encoding::Variable(storage.on(of)))
}

/// Reads the qualifiers of a table of virtual functions or bases, and the bases to which it belongs.
fn table<'a>(input: &mut Input<'a>) -> Read<Encoding<'a>> {
    modifiers(input)?;
    let storage = pointee(input)?.ok_or(Malformed)?;
    let mut bases = Vec::new();
    while !input.ends_list() {
        bases.push(qualified_name(input)?);
    }
    Ok(Encoding::Table(storage.qualifiers, bases))
}

/// Reads a function by its letter: eight letters each for private, protected and public members, two for others.
fn plain_function<'a>(input: &mut Input<'a>, letter: u8) -> Read<Encoding<'a>> {
    let is_member = letter < b'Y';
    let (is_static, is_adjustor) = match (letter - b'A') % 8 {
        2 | 3 => (true, false),
        6 | 7 => (false, true),
        _ => (false, false),
    };
    let thunk = if is_member && is_adjustor {
        Thunk::Adjusts("adjustor", vec![input.number()?])
    } else {
        Thunk::None
    };
    Ok(Encoding::Function(Box::new(FunctionSymbol {
        thunk,
        function: function(input, is_member && !is_static)?,
    })))
}

/// Reads a function that adjusts `this` and jumps to another one, after `$`.
fn thunk<'a>(input: &mut Input<'a>) -> Read<Encoding<'a>> {
    let (kind, count) = match input.next()? {
        b'B' => return virtual_call(input),
        b'R' => ("vtordispex", 4),
        b'0'..=b'5' => ("vtordisp", 2),
        _ => return Err(Malformed),
    };
    if kind == "vtordispex" && input.digit()? > 5 {
        return Err(Malformed);
    }
    let adjustments = (0..count).map(|_| input.number()).collect::<Read<_>>()?;
    Ok(Encoding::Function(Box::new(FunctionSymbol {
        thunk: Thunk::Adjusts(kind, adjustments),
        function: function(input, true)?,
    })))
}

/// Reads the slot of a virtual call; its memory model and convention make no difference.
fn virtual_call<'a>(input: &mut Input<'a>) -> Read<Encoding<'a>> {
    let slot = input.number()?;
    input.next()?;
    input.next()?;
    Ok(Encoding::VirtualCall(slot))
}
