//! Writes symbols and names.

use super::printer::{Printer, Style, Written};
use super::tree::{
    Argument, Encoding, Field, FunctionSymbol, OwnName, QualifiedName, Scope, Symbol, Thunk, Type,
    Value, Variable,
};

impl Printer {
    /// Writes a symbol: its name alone, or also what it is.
    pub fn symbol(&mut self, symbol: &Symbol) -> Written {
        self.node(|p| match p.style {
            Style::Name | Style::Symbol => p.symbol_name(symbol),
            Style::Full => {
                p.push(if symbol.is_extern_c {
                    "extern \"C\" "
                } else {
                    ""
                })?;
                p.full_symbol(symbol)
            }
        })
    }

    fn symbol_name(&mut self, symbol: &Symbol) -> Written {
        self.name(&symbol.name, &symbol.encoding)?;
        match (&symbol.name.own, &symbol.encoding) {
            (OwnName::Operator("`vcall'"), Encoding::VirtualCall(slot)) => {
                self.push_value(format_args!("{{{slot}}}'"))
            }
            _ => Ok(()),
        }
    }

    fn full_symbol(&mut self, symbol: &Symbol) -> Written {
        let Symbol { name, encoding, .. } = symbol;
        match encoding {
            Encoding::Unknown => self.name(name, encoding),
            Encoding::Function(function) => self.function_symbol(symbol, function),
            Encoding::Variable(of) => self.declaration(of, |p| p.name(name, encoding)),
            Encoding::Table(qualifiers, bases) => {
                self.qualifiers(qualifiers)?;
                self.push(" ")?;
                self.name(name, encoding)?;
                let Some((first, others)) = bases.split_first() else {
                    return Ok(());
                };
                self.push("{for `")?;
                self.scoped_name(first)?;
                for base in others {
                    self.push("'s `")?;
                    self.scoped_name(base)?;
                }
                self.push("'}")
            }
            Encoding::Guard(number) => {
                self.name(name, encoding)?;
                self.push_value(format_args!("{{{number}}}'"))
            }
            Encoding::VirtualCall(slot) => {
                self.push("[thunk]:")?;
                self.name(name, encoding)?;
                self.push_value(format_args!("{{{slot},{{flat}}}}' }}'"))
            }
        }
    }

    fn function_symbol(&mut self, symbol: &Symbol, function: &FunctionSymbol) -> Written {
        if !matches!(function.thunk, Thunk::None) {
            self.push("[thunk]:")?;
        }
        let of = &function.function;
        let returns = if is_conversion(&symbol.name.own) {
            &Type::None
        } else {
            &of.returns
        };
        self.result(returns)?;
        self.name(&symbol.name, &symbol.encoding)?;
        if let Thunk::Adjusts(how, numbers) = &function.thunk {
            self.push("`")?;
            self.push(how)?;
            self.push("{")?;
            self.push_list(numbers, Self::push_value)?;
            self.push("}' ")?;
        }
        self.parameters(of)?;
        self.after_result(returns)
    }

    /// Writes a name that does not need an encoding.
    pub fn scoped_name(&mut self, name: &QualifiedName) -> Written {
        self.name(name, &Encoding::Unknown)
    }

    fn name(&mut self, name: &QualifiedName, encoding: &Encoding) -> Written {
        self.node(|p| {
            if name.is_cut {
                p.push(" ?? ::")?;
            }
            for (index, scope) in name.scopes.iter().enumerate().rev() {
                p.scope(scope)?;
                let is_last = index == 0;
                let joins_itself =
                    !is_last && matches!(name.scopes[index - 1], Scope::OldInterface(_));
                if !joins_itself {
                    p.push("::")?;
                }
            }
            p.own_name(&name.own, &name.scopes, encoding)
        })
    }

    fn own_name(&mut self, own: &OwnName, scopes: &[Scope], encoding: &Encoding) -> Written {
        match own {
            OwnName::Plain(plain) => self.scope(plain),
            OwnName::Template(name, arguments) => {
                // A conversion's type comes after its arguments.
                if matches!(**name, OwnName::Conversion) {
                    self.push("operator")?;
                    self.arguments(arguments)?;
                    return self.conversion_type(encoding);
                }
                // Microsoft leaves out the tilde of a destructor, which cannot be a template.
                let name = match &**name {
                    OwnName::Destructor => &OwnName::Constructor,
                    name => name,
                };
                self.own_name(name, scopes, encoding)?;
                self.arguments(arguments)
            }
            OwnName::Operator(name) => self.push(name),
            OwnName::Around(before, operator) => {
                self.push(before)?;
                self.push(operator)
            }
            OwnName::Constructor => self.class(scopes),
            OwnName::Destructor => {
                self.push("~")?;
                self.class(scopes)
            }
            OwnName::Conversion => {
                self.push("operator")?;
                self.conversion_type(encoding)
            }
            OwnName::Literal(suffix) => {
                self.push("operator \"\" ")?;
                self.push(suffix)
            }
            OwnName::Initializer(before, variable) => {
                self.push(before)?;
                match &**variable {
                    Variable::Named(name) => self.own_name(name, scopes, encoding)?,
                    Variable::Symbol(symbol) => self.symbol(symbol)?,
                }
                self.push("''")
            }
            OwnName::TypeDescriptor(of) => {
                self.a_type(of)?;
                self.push_space()?;
                self.push("`RTTI Type Descriptor'")
            }
            OwnName::BaseClassDescriptor(numbers) => {
                self.push("`RTTI Base Class Descriptor at (")?;
                self.push_list(numbers, Self::push_value)?;
                self.push(")'")
            }
        }
    }

    /// Writes the name of the class that is the innermost scope.
    fn class(&mut self, scopes: &[Scope]) -> Written {
        scopes.first().map_or(Ok(()), |class| self.scope(class))
    }

    fn conversion_type(&mut self, encoding: &Encoding) -> Written {
        let Encoding::Function(function) = encoding else {
            return Ok(());
        };
        self.push_space()?;
        self.a_type(&function.function.returns)
    }

    fn scope(&mut self, scope: &Scope) -> Written {
        match scope {
            Scope::Identifier(name) => self.push(name),
            Scope::Template(template) => {
                let (name, arguments) = &**template;
                self.node(|p| {
                    p.own_name(name, &[], &Encoding::Unknown)?;
                    p.arguments(arguments)
                })
            }
            Scope::AnonymousNamespace => self.push("`anonymous namespace'"),
            Scope::Block(number) => self.push_value(format_args!("`{number}'")),
            Scope::Symbol(symbol) => {
                self.push("`")?;
                self.symbol(symbol)?;
                self.push("'")
            }
            Scope::OldInterface(name) => self.push_value(format_args!("[::{name}]")),
            Scope::Interface(name) => {
                self.push("[")?;
                self.scoped_name(name)?;
                self.push("]")
            }
        }
    }

    fn arguments(&mut self, arguments: &[Argument]) -> Written {
        self.push("<")?;
        self.push_list(arguments, |p, argument| match argument {
            Argument::Type(of) => p.a_type(of),
            Argument::Value(value) => p.value(value),
            Argument::Parameter(kind, number) => p.push_value(format_args!("`{kind}{number}'")),
        })?;
        self.push_closing_bracket()
    }

    fn value(&mut self, value: &Value) -> Written {
        self.node(|p| match value {
            Value::Number(number) => p.push_value(number),
            Value::Float(number) => p.float(*number),
            Value::Symbol(symbol, is_address) => {
                p.push(if *is_address { "&" } else { "" })?;
                p.symbol(symbol)
            }
            Value::Member(function, offsets) => {
                p.push("{")?;
                if let Some(function) = function {
                    p.symbol(function)?;
                    p.push(",")?;
                }
                p.push_list(offsets, Self::push_value)?;
                p.push("}")
            }
            Value::Null => p.push("nullptr"),
            Value::Lambda => p.push("lambda"),
            Value::Array(of, elements) => {
                p.a_type(of)?;
                p.push("{")?;
                p.push_list(elements, Self::value)?;
                p.push("}")
            }
            Value::Object(class, members) => {
                p.a_type(class)?;
                p.push("{")?;
                p.push_list(members, |p, (field, value)| {
                    match field {
                        Field::Type(of) => {
                            p.a_type(of)?;
                            p.push(":")?;
                        }
                        Field::Name(name) => p.push_value(format_args!("{name}:"))?,
                        Field::None => {}
                    }
                    p.value(value)
                })?;
                p.push("}")
            }
        })
    }
}

impl Printer {
    /// Writes a number with six decimals. Core's own formatting, which is exact for any number, would make the module
    /// twenty kilobytes larger; a number that is too large for this one is written in hexadecimal.
    fn float(&mut self, number: f64) -> Written {
        const MILLION: f64 = 1e6;
        self.push(if number.is_sign_negative() { "-" } else { "" })?;
        let scaled = (number.abs() * MILLION).round();
        if scaled.is_nan() || scaled >= u64::MAX as f64 {
            return self.push_value(format_args!("0x{:x}", number.abs().to_bits()));
        }
        let millionths = scaled as u64;
        self.push_value(format_args!(
            "{}.{:06}",
            millionths / 1_000_000,
            millionths % 1_000_000
        ))
    }
}

fn is_conversion(own: &OwnName) -> bool {
    match own {
        OwnName::Conversion => true,
        OwnName::Template(own, _) => is_conversion(own),
        _ => false,
    }
}
