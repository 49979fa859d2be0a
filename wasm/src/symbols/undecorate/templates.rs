//! Reads arguments of templates.

use super::functions::remembered_or_new;
use super::input::{Input, Malformed, Read, Types};
use super::names::symbol;
use super::tree::{Argument, Arguments, Field, Number, Type, Value};
use super::types::any_type;

/// Reads arguments up to the `@` after them.
pub fn arguments<'a>(input: &mut Input<'a>) -> Read<Arguments<'a>> {
    let mut arguments = Vec::new();
    while !input.ends_list() {
        let is_empty_pack = ["$S", "$$V", "$$$V", "$$Z"]
            .into_iter()
            .any(|pack| input.take(pack));
        if !is_empty_pack {
            arguments.push(argument(input)?);
        }
    }
    Ok(arguments)
}

fn argument<'a>(input: &mut Input<'a>) -> Read<Argument<'a>> {
    if input.take("?") {
        return Ok(Argument::Parameter("template-parameter-", input.number()?));
    }
    if !input.rest().starts_with('$') || input.rest().starts_with("$$") {
        return remembered_or_new(input, Types::Arguments).map(Argument::Type);
    }
    input.take("$");
    let parameter = match input.peek() {
        b'R' | b'T' => "template-type-parameter-",
        b'U' => "generic-class-parameter-",
        b'V' => "generic-method-parameter-",
        b'M' => {
            input.next()?;
            any_type(input)?;
            return constant(input);
        }
        _ => return constant(input),
    };
    input.next()?;
    Ok(Argument::Parameter(parameter, input.number()?))
}

fn constant<'a>(input: &mut Input<'a>) -> Read<Argument<'a>> {
    Ok(Argument::Value(Box::new(value(input)?)))
}

/// Reads a constant, by a letter or digit for its kind.
fn value<'a>(input: &mut Input<'a>) -> Read<Value<'a>> {
    input.deeper(|input| {
        Ok(match input.next()? {
            b'0' => Value::Number(input.number()?),
            b'1' => Value::Symbol(Box::new(symbol(input)?), true),
            b'E' => Value::Symbol(Box::new(symbol(input)?), false),
            b'2' => object(input)?,
            b'7' => union(input)?,
            b'3' => array(input)?,
            b'A' => Value::Float(f32::from_bits(bits(input)? as u32).into()),
            b'B' => Value::Float(f64::from_bits(bits(input)?)),
            b'F' => Value::Member(None, numbers(input, 2)?),
            b'G' => Value::Member(None, numbers(input, 3)?),
            b'H' => member_function(input, 1)?,
            b'I' => member_function(input, 2)?,
            b'J' => member_function(input, 3)?,
            b'N' => Value::Null,
            b'P' => {
                input.number()?;
                Value::Lambda
            }
            _ => return Err(Malformed),
        })
    })
}

/// Reads the bits of a floating-point number.
fn bits(input: &mut Input<'_>) -> Read<u64> {
    let number = input.number()?;
    if number.is_negative {
        return Err(Malformed);
    }
    Ok(number.magnitude)
}

fn numbers(input: &mut Input<'_>, count: usize) -> Read<Vec<Number>> {
    (0..count).map(|_| input.number()).collect()
}

fn member_function<'a>(input: &mut Input<'a>, offsets: usize) -> Read<Value<'a>> {
    let function = Box::new(symbol(input)?);
    Ok(Value::Member(Some(function), numbers(input, offsets)?))
}

/// Reads an object of a class: its type, then the type and value of each member.
fn object<'a>(input: &mut Input<'a>) -> Read<Value<'a>> {
    let class = any_type(input)?;
    let mut members = Vec::new();
    while !input.take("@") {
        let field = match input.peek() {
            b'2' | b'3' | b'7' => Field::None,
            _ => Field::Type(any_type(input)?),
        };
        members.push((field, value(input)?));
    }
    Ok(Value::Object(class, members))
}

/// Reads an array: the type of an element, then each element followed by `@`.
fn array<'a>(input: &mut Input<'a>) -> Read<Value<'a>> {
    let of = any_type(input)?;
    let mut elements = Vec::new();
    while !input.take("@") {
        elements.push(value(input)?);
        input.expect("@")?;
    }
    Ok(Value::Array(of, elements))
}

/// Reads an object of a union: its type, then the name and value of its active member.
fn union<'a>(input: &mut Input<'a>) -> Read<Value<'a>> {
    let class: Type<'a> = any_type(input)?;
    let mut members = Vec::new();
    while !input.take("@") {
        members.push((Field::Name(input.identifier()?), value(input)?));
    }
    Ok(Value::Object(class, members))
}
