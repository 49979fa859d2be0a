//! Reads `const` and the like: the letters between a pointer and its pointee, and after variables and `this`.

use super::input::{Input, Malformed, Read};
use super::names::{qualified_name, type_name};
use super::tree::{Based, Managed, QualifiedName, Qualifiers, Type};

/// A pointer's own qualifiers, before those of its pointee.
pub struct Modifiers {
    pub is_64_bit: bool,
    pub is_restrict: bool,
    pub is_unaligned: bool,
    pub managed: Managed,
    /// Replaces the mark of the letter: `^` for handles of C++/CLI, `%` for its references.
    pub handle: Option<Handle>,
}

/// The kinds of managed pointers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Handle {
    Object,
    Reference,
}

/// A pointer's qualifiers of its pointee.
pub struct Pointee<'a> {
    pub qualifiers: Qualifiers<'a>,
    /// The class, if it is a member of one.
    pub class: Option<QualifiedName<'a>>,
}

/// How a variable is qualified.
pub struct Storage<'a> {
    qualifiers: Qualifiers<'a>,
    is_reference: bool,
}

impl<'a> Storage<'a> {
    /// Whether it adds nothing to a type.
    pub fn is_plain(&self) -> bool {
        self.qualifiers.is_empty() && !self.is_reference
    }

    /// The type with the qualifiers of the storage.
    pub fn on(self, of: Type<'a>) -> Type<'a> {
        let of = of.qualified(self.qualifiers);
        match self.is_reference {
            true => Type::Suffixed(Box::new(of), " %"),
            false => of,
        }
    }
}

/// Reads the qualifiers of a variable, or of a standalone type.
pub fn storage<'a>(input: &mut Input<'a>) -> Read<Storage<'a>> {
    let modifiers = modifiers(input)?;
    let pointee = pointee(input)?;
    let mut qualifiers = pointee.map_or_else(Qualifiers::default, |pointee| pointee.qualifiers);
    qualifiers.is_unaligned = modifiers.is_unaligned;
    Ok(Storage {
        qualifiers,
        is_reference: modifiers.handle == Some(Handle::Reference),
    })
}

/// Reads modifiers, in any order.
pub fn modifiers(input: &mut Input<'_>) -> Read<Modifiers> {
    let mut modifiers = Modifiers {
        is_64_bit: false,
        is_restrict: false,
        is_unaligned: false,
        managed: Managed::No,
        handle: None,
    };
    loop {
        match input.peek() {
            b'E' => modifiers.is_64_bit = true,
            b'F' => modifiers.is_unaligned = true,
            b'I' => modifiers.is_restrict = true,
            b'$' => {
                input.next()?;
                match input.peek() {
                    b'A' => modifiers.handle = Some(Handle::Object),
                    b'B' => modifiers.managed = Managed::Pinned,
                    b'C' => modifiers.handle = Some(Handle::Reference),
                    b'0' | b'1' | b'2' | b'3' => {
                        modifiers.managed = Managed::Array(rank(input)?);
                        continue;
                    }
                    _ => return Err(Malformed),
                }
            }
            _ => return Ok(modifiers),
        }
        input.next()?;
    }
}

/// Reads the rank of an array of C++/CLI: two hexadecimal digits.
fn rank(input: &mut Input<'_>) -> Read<u32> {
    let mut rank = 0;
    for _ in 0..2 {
        let digit = char::from(input.next()?).to_digit(16).ok_or(Malformed)?;
        rank = rank * 16 + digit;
    }
    Ok(rank)
}

/// Reads the letter that qualifies an object, with the class that it is a member of and what its pointer is based on.
/// None if it is based on nothing at all: then it is as if there were no pointer.
pub fn pointee<'a>(input: &mut Input<'a>) -> Read<Option<Pointee<'a>>> {
    // Four in a row differ only in `const` and `volatile`: letters first, then digits.
    let number = match input.next()? {
        letter @ b'A'..=b'Z' => letter - b'A',
        digit @ b'0'..=b'5' => digit - b'0' + 26,
        _ => return Err(Malformed),
    };
    let (is_member, is_based) = match number / 4 {
        // Near, far and huge objects.
        0..=2 => (false, false),
        3 => (false, true),
        // Near, far and huge members.
        4..=6 => (true, false),
        _ => (true, true),
    };
    let bits = number % 4;
    let class = if is_member {
        Some(type_name(input)?)
    } else {
        None
    };
    let mut qualifiers = Qualifiers {
        is_const: bits & 1 != 0,
        is_volatile: bits & 2 != 0,
        ..Qualifiers::default()
    };
    if is_based {
        qualifiers.based = Some(match input.next()? {
            b'0' => Based::Void,
            b'2' => Based::Name(qualified_name(input)?),
            b'5' => return Ok(None),
            _ => Based::Nothing,
        });
    }
    Ok(Some(Pointee { qualifiers, class }))
}
