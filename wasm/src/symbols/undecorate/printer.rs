//! The output of a tree, in one of several styles, with a limit: digits let a short name stand for a long text.

use std::fmt::{Display, Write};

/// Most bytes in a text; the longest names that compilers make need half of that.
const MAX_TEXT: usize = 64 << 10;
/// Most nodes to write, for nodes that write nothing.
const MAX_NODES: u32 = 64 << 10;
/// Most nested nodes; remembered types may be nested deeper than the reader went.
const MAX_DEPTH: u32 = 768;

/// How much is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The name alone. Types in its arguments have `__ptr64` and `__cdecl`.
    Name,
    /// The same with `enum` before enumerations: a symbol's name as a debugger shows it by default.
    Symbol,
    /// Types of functions and variables too, without Microsoft's keywords.
    Full,
}

/// The text is over a limit.
#[derive(Debug)]
pub struct TooLong;

/// The result of writing a part.
pub type Written = Result<(), TooLong>;

/// A text under construction.
pub struct Printer {
    text: String,
    pub style: Style,
    nodes: u32,
    depth: u32,
}

impl Printer {
    pub fn new(style: Style) -> Self {
        Self {
            text: String::new(),
            style,
            nodes: 0,
            depth: 0,
        }
    }

    pub fn into_text(self) -> String {
        self.text
    }

    // Called from everywhere: inlined copies would make the module larger, and no faster.
    #[inline(never)]
    pub fn push(&mut self, part: &str) -> Written {
        self.text.push_str(part);
        if self.text.len() > MAX_TEXT {
            return Err(TooLong);
        }
        Ok(())
    }

    pub fn push_value(&mut self, value: impl Display) -> Written {
        self.push_display(&value)
    }

    #[inline(never)]
    fn push_display(&mut self, value: &dyn Display) -> Written {
        write!(self.text, "{value}").map_err(|_| TooLong)
    }

    /// Writes values with commas between them.
    pub fn push_list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> Written,
    ) -> Written {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(",")?;
            }
            write(self, item)?;
        }
        Ok(())
    }

    /// Writes a space, unless the text is empty or ends with one.
    #[inline(never)]
    pub fn push_space(&mut self) -> Written {
        if self.text.is_empty() || self.text.ends_with(' ') {
            return Ok(());
        }
        self.push(" ")
    }

    /// Writes Microsoft's keyword, if the style has them.
    pub fn push_keyword(&mut self, keyword: &str) -> Written {
        self.push(if self.has_keywords() { keyword } else { "" })
    }

    /// Whether the style has Microsoft's keywords.
    pub fn has_keywords(&self) -> bool {
        self.style != Style::Full
    }

    /// Closes a list of template arguments: `>>` would be an operator.
    pub fn push_closing_bracket(&mut self) -> Written {
        self.push(if self.text.ends_with('>') { " >" } else { ">" })
    }

    /// Writes a node that may contain others.
    pub fn node(&mut self, write: impl FnOnce(&mut Self) -> Written) -> Written {
        if self.nodes == MAX_NODES || self.depth == MAX_DEPTH {
            return Err(TooLong);
        }
        self.nodes += 1;
        self.depth += 1;
        write(self)?;
        self.depth -= 1;
        Ok(())
    }
}
