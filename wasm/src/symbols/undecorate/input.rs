//! The text of a decorated name as it is read, with the parts read so far that a digit can refer to.

use std::mem;
use std::rc::Rc;

use super::tree::{Number, Scope, Type};

/// Most nested types, templates and symbols. Compilers stop at names of 4,096 bytes, whose templates are a few dozen
/// levels deep.
const MAX_DEPTH: u32 = 256;
/// A digit refers to one of this many.
const MAX_REMEMBERED: usize = 10;

/// The name is not one that a compiler with Microsoft's ABI makes, or it is too deeply nested.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

/// The result of reading a part of a name.
pub type Read<T> = Result<T, Malformed>;

/// A decorated name and how far it has been read.
pub struct Input<'a> {
    rest: &'a str,
    depth: u32,
    memory: Memory<'a>,
}

/// The first names and types of more than one letter; a template has its own.
#[derive(Default)]
struct Memory<'a> {
    names: Vec<Scope<'a>>,
    /// Types of function parameters, and of template arguments.
    parameters: Vec<Rc<Type<'a>>>,
    arguments: Vec<Rc<Type<'a>>>,
}

/// Which types a digit refers to.
#[derive(Clone, Copy)]
pub enum Types {
    Parameters,
    Arguments,
}

impl<'a> Input<'a> {
    pub fn new(name: &'a str) -> Self {
        Self {
            rest: name,
            depth: 0,
            memory: Memory::default(),
        }
    }

    /// The part that was not read yet.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte; 0 at the end.
    pub fn peek(&self) -> u8 {
        self.rest.bytes().next().unwrap_or(0)
    }

    /// Reads one ASCII character.
    // Called from everywhere, like those below: inlined copies would make the module larger, and no faster.
    #[inline(never)]
    pub fn next(&mut self) -> Read<u8> {
        let byte = self.peek();
        if byte == 0 || !byte.is_ascii() {
            return Err(Malformed);
        }
        self.rest = &self.rest[1..];
        Ok(byte)
    }

    /// Reads a text if it is next.
    #[inline(never)]
    pub fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Reads a text that must be next.
    pub fn expect(&mut self, text: &str) -> Read<()> {
        if self.take(text) {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    /// Whether a list ends here, by its `@` or with the text; the `@` is read.
    pub fn ends_list(&mut self) -> bool {
        self.take("@") || self.is_at_end()
    }

    /// Reads an identifier with its `@`, which is missing if the text was cut.
    pub fn identifier(&mut self) -> Read<&'a str> {
        let identifier = self.identifier_part()?;
        if !self.ends_list() {
            return Err(Malformed);
        }
        Ok(identifier)
    }

    /// Reads characters that may occur in an identifier.
    #[inline(never)]
    pub fn identifier_part(&mut self) -> Read<&'a str> {
        let other = self.rest.bytes().position(|byte| !is_of_identifiers(byte));
        let (part, rest) = self.rest.split_at(other.unwrap_or(self.rest.len()));
        if part.is_empty() {
            return Err(Malformed);
        }
        self.rest = rest;
        Ok(part)
    }

    /// Reads a number: `?` for a minus, then a digit for 1 to 10, or hexadecimal digits from `A` with an `@`.
    #[inline(never)]
    pub fn number(&mut self) -> Read<Number> {
        let is_negative = self.take("?");
        let mut magnitude = 0u64;
        let first = self.peek();
        if first.is_ascii_digit() {
            self.next()?;
            magnitude = u64::from(first - b'0') + 1;
        } else {
            while !self.take("@") {
                let digit = self.next()?;
                if !(b'A'..=b'P').contains(&digit) {
                    return Err(Malformed);
                }
                magnitude = (magnitude << 4) | u64::from(digit - b'A');
            }
        }
        Ok(Number {
            is_negative,
            magnitude,
        })
    }

    /// Reads something one level deeper.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == MAX_DEPTH {
            return Err(Malformed);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Reads a template, whose digits refer to its own names and types.
    pub fn with_own_memory<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let outer = mem::take(&mut self.memory);
        let result = read(self);
        self.memory = outer;
        result
    }

    pub fn remember_name(&mut self, name: &Scope<'a>) {
        if self.memory.names.len() < MAX_REMEMBERED {
            self.memory.names.push(name.clone());
        }
    }

    /// Reads the digit of a name.
    pub fn remembered_name(&mut self) -> Read<Scope<'a>> {
        let index = self.digit()?;
        self.memory.names.get(index).cloned().ok_or(Malformed)
    }

    pub fn remember_type(&mut self, types: Types, of: &Rc<Type<'a>>) {
        let remembered = self.types(types);
        if remembered.len() < MAX_REMEMBERED {
            remembered.push(of.clone());
        }
    }

    /// Reads the digit of a type.
    pub fn remembered_type(&mut self, types: Types) -> Read<Rc<Type<'a>>> {
        let index = self.digit()?;
        self.types(types).get(index).cloned().ok_or(Malformed)
    }

    /// Reads a digit.
    pub fn digit(&mut self) -> Read<usize> {
        match self.next()? {
            digit @ b'0'..=b'9' => Ok(usize::from(digit - b'0')),
            _ => Err(Malformed),
        }
    }

    fn types(&mut self, types: Types) -> &mut Vec<Rc<Type<'a>>> {
        match types {
            Types::Parameters => &mut self.memory.parameters,
            Types::Arguments => &mut self.memory.arguments,
        }
    }
}

/// Whether Microsoft's undecorator takes a byte for part of an identifier; a dot, which C++/CLI has, is not.
fn is_of_identifiers(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_$<>-".contains(&byte) || !byte.is_ascii()
}
