//! The contents of a decorated C++ name, as a tree.
//!
//! Terms follow the public descriptions of the grammar by LLVM, Wine and Agner Fog: a symbol is a qualified name and an
//! *encoding*, which says what the symbol is: a function or a variable with its type, or a table.

use std::rc::Rc;

/// A decorated name.
pub struct Symbol<'a> {
    pub is_extern_c: bool,
    pub name: QualifiedName<'a>,
    pub encoding: Encoding<'a>,
}

/// A name with the scopes around it, innermost first.
pub struct QualifiedName<'a> {
    pub own: OwnName<'a>,
    pub scopes: Vec<Scope<'a>>,
    /// Whether the text ended among the scopes.
    pub is_cut: bool,
}

/// A symbol's name without its scopes.
pub enum OwnName<'a> {
    /// An identifier, a class template with its arguments, or one of these by its number.
    Plain(Scope<'a>),
    /// A function template with its arguments.
    Template(Box<OwnName<'a>>, Arguments<'a>),
    /// An operator, or the name of a function or table that a compiler generated.
    Operator(&'static str),
    /// A compiler-generated function around an operator.
    Around(&'static str, &'static str),
    /// Takes the name of its class.
    Constructor,
    Destructor,
    /// Named by the type that it returns.
    Conversion,
    /// A literal operator, by its suffix.
    Literal(&'a str),
    /// A function that initializes or destroys a variable, with the words before the variable.
    Initializer(&'static str, Box<Variable<'a>>),
    /// The RTTI of a type.
    TypeDescriptor(Box<Type<'a>>),
    /// The RTTI of a base class: member, vbtable and in-vbtable displacements, attributes.
    BaseClassDescriptor([Number; 4]),
}

/// The variable of an initializer function.
pub enum Variable<'a> {
    /// By its name; its scopes are the function's.
    Named(OwnName<'a>),
    /// In full.
    Symbol(Box<Symbol<'a>>),
}

/// A namespace, class or function that contains a name. Copies share their contents.
#[derive(Clone)]
pub enum Scope<'a> {
    Identifier(&'a str),
    Template(Rc<(OwnName<'a>, Arguments<'a>)>),
    AnonymousNamespace,
    /// A block of a function, by number.
    Block(Number),
    Symbol(Rc<Symbol<'a>>),
    /// An interface that a C++/CLI method implements under this name, in the form of old compilers.
    OldInterface(&'a str),
    /// The same in the form of later ones.
    Interface(Rc<QualifiedName<'a>>),
}

/// Arguments of a template.
pub type Arguments<'a> = Vec<Argument<'a>>;

/// An argument of a template. Empty parameter packs are left out.
pub enum Argument<'a> {
    Type(Rc<Type<'a>>),
    Value(Box<Value<'a>>),
    /// An argument that is itself a parameter of a template around it.
    Parameter(&'static str, Number),
}

/// A constant.
pub enum Value<'a> {
    Number(Number),
    Float(f64),
    /// A variable or function; its address if the flag is set.
    Symbol(Box<Symbol<'a>>, bool),
    /// A pointer to a member: the function, if it is one, and offsets.
    Member(Option<Box<Symbol<'a>>>, Vec<Number>),
    Null,
    Lambda,
    /// Elements, with their type.
    Array(Type<'a>, Vec<Value<'a>>),
    /// An object of a class with its members, each with its type or name.
    Object(Type<'a>, Vec<(Field<'a>, Value<'a>)>),
}

/// The text before the value of a member of an object.
pub enum Field<'a> {
    Type(Type<'a>),
    Name(&'a str),
    /// Nothing: an object or array states its type itself.
    None,
}

/// A number: sign and magnitude, because names have more negative numbers than 64 bits.
#[derive(Clone, Copy)]
pub struct Number {
    pub is_negative: bool,
    pub magnitude: u64,
}

/// What a symbol is.
pub enum Encoding<'a> {
    /// The name does not say, or this was not read.
    Unknown,
    Variable(Type<'a>),
    Function(Box<FunctionSymbol<'a>>),
    /// A table of virtual functions or bases: qualifiers, and the path of bases to which it belongs.
    Table(Qualifiers<'a>, Vec<QualifiedName<'a>>),
    /// A guard of static variables: its number in the scope.
    Guard(Number),
    /// A jump through a slot of the table of virtual functions: its offset in bytes.
    VirtualCall(Number),
}

/// A function.
pub struct FunctionSymbol<'a> {
    pub thunk: Thunk,
    pub function: Function<'a>,
}

/// What a function does to `this` before it jumps to another one.
pub enum Thunk {
    /// It is an ordinary function.
    None,
    /// The adjustments, with the name of the kind of thunk.
    Adjusts(&'static str, Vec<Number>),
}

/// A type.
pub enum Type<'a> {
    /// For constructors and destructors, which have no result.
    None,
    Basic(&'static str),
    /// A class or union.
    Named(QualifiedName<'a>),
    /// An enumeration, and its integer type: empty for `int`.
    Enumeration(&'static str, QualifiedName<'a>),
    /// A type with a word before it.
    Prefixed(&'static str, Box<Type<'a>>),
    /// A type with a mark after it, before a name.
    Suffixed(Box<Type<'a>>, &'static str),
    /// An array of unknown length.
    Unbounded(Box<Type<'a>>),
    /// `const` and the like on a type that is neither pointer nor reference.
    Qualified(Box<Type<'a>>, Qualifiers<'a>),
    /// A qualified type that Microsoft ends with a space if nothing follows.
    Spaced(Box<Type<'a>>),
    /// A pointer, reference or handle.
    Pointer(Box<Pointer<'a>>),
    /// An array: lengths of the dimensions, and the type of an element.
    Array(Vec<Number>, Box<Type<'a>>),
    Function(Box<Function<'a>>),
}

/// A pointer, reference or handle.
pub struct Pointer<'a> {
    pub to: Type<'a>,
    /// `*`, `&`, `&&`, or `^` and `%` of C++/CLI.
    pub mark: &'static str,
    /// The class of a pointer to a member.
    pub class: Option<QualifiedName<'a>>,
    pub is_64_bit: bool,
    pub is_restrict: bool,
    /// Those of the pointer itself.
    pub qualifiers: Qualifiers<'a>,
    pub managed: Managed,
}

/// The special pointers of C++/CLI.
pub enum Managed {
    No,
    /// `cli::pin_ptr`.
    Pinned,
    /// `cli::array` with this rank.
    Array(u32),
}

/// A function's type.
pub struct Function<'a> {
    /// `__cdecl` and so on; empty for one without a name.
    pub convention: &'static str,
    pub returns: Type<'a>,
    pub parameters: Vec<Rc<Type<'a>>>,
    /// What follows the parameters, or replaces them.
    pub ellipsis: Ellipsis,
    pub this: This<'a>,
    pub is_noexcept: bool,
}

/// How a list of parameters ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ellipsis {
    /// With the last parameter.
    No,
    /// The list is `void`.
    Void,
    /// With `...`.
    Dots,
}

/// A member function's qualifiers of its object.
#[derive(Default)]
pub struct This<'a> {
    pub qualifiers: Qualifiers<'a>,
    pub is_64_bit: bool,
    pub is_restrict: bool,
    /// `&` or `&&`, `%` of C++/CLI, or empty.
    pub reference: &'static str,
}

/// `const` and the like.
#[derive(Default)]
pub struct Qualifiers<'a> {
    pub is_const: bool,
    pub is_volatile: bool,
    pub is_unaligned: bool,
    pub based: Option<Based<'a>>,
}

/// What a based pointer is relative to.
pub enum Based<'a> {
    /// The name does not say.
    Nothing,
    Void,
    Name(QualifiedName<'a>),
}

impl Qualifiers<'_> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        !self.is_const && !self.is_volatile && !self.is_unaligned && self.based.is_none()
    }
}

impl<'a> Type<'a> {
    /// The type with qualifiers from outside in place of its own.
    pub fn qualified(self, qualifiers: Qualifiers<'a>) -> Self {
        match self {
            Self::Pointer(mut pointer) => {
                pointer.qualifiers = qualifiers;
                Self::Pointer(pointer)
            }
            Self::Qualified(inner, _) if !qualifiers.is_empty() => {
                Self::Qualified(inner, qualifiers)
            }
            Self::Unbounded(element) => Self::Unbounded(Box::new(element.qualified(qualifiers))),
            plain if qualifiers.is_empty() => plain,
            plain => Self::Qualified(Box::new(plain), qualifiers),
        }
    }

    /// Whether it is a pointer or reference to a function.
    pub fn points_to_function(&self) -> bool {
        matches!(self, Self::Pointer(pointer) if matches!(pointer.to, Type::Function(_)))
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        write!(f, "{sign}{}", self.magnitude)
    }
}
