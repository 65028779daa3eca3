//! The grammar, read from left to right:
//!
//! ```text
//! Template  = "/" Segments [ Verb ] ;
//! Segments  = Segment { "/" Segment } ;
//! Segment   = "*" | "**" | LITERAL | Variable ;
//! Variable  = "{" FieldPath [ "=" Segments ] "}" ;
//! FieldPath = IDENT { "." IDENT } ;
//! Verb      = ":" LITERAL ;
//! ```

use super::{Segment, Template, TemplateFault, Variable};
use crate::percent;

/// A template longer than this is a mistake of whoever wrote the contract.
const LONGEST: usize = 2048;
const LONG: &str = "longer than 2,048 bytes";

pub(super) fn parse(text: &str) -> Result<Template, TemplateFault> {
    let mut parser = Parser { text, at: 0, segments: Vec::new(), variables: Vec::new() };
    let fault = |at, what| TemplateFault { template: text.to_owned(), at, what };
    let template = parser.template().map_err(|what| fault(parser.at, what))?;
    // Printing escapes more than whoever wrote it may have, and what is printed must parse.
    if template.to_string().len() > LONGEST { Err(fault(0, LONG)) } else { Ok(template) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    segments: Vec<Segment>,
    variables: Vec<Variable>,
}

impl Parser<'_> {
    fn template(&mut self) -> Result<Template, &'static str> {
        if self.text.len() > LONGEST {
            return Err(LONG);
        }
        if !self.eat(b'/') {
            return Err("a template begins with `/`");
        }
        self.segments(true)?;
        let verb = if self.eat(b':') { Some(self.literal("an empty verb")?) } else { None };
        match self.peek() {
            None => Ok(Template {
                segments: std::mem::take(&mut self.segments),
                variables: std::mem::take(&mut self.variables),
                verb,
            }),
            Some(b'/') => Err("nothing may follow the verb"),
            Some(b'}') => Err("`}` without `{`"),
            Some(_) => Err("a character that a literal may not hold: write it as %XX"),
        }
    }

    fn segments(&mut self, outside: bool) -> Result<(), &'static str> {
        loop {
            self.segment(outside)?;
            if !self.eat(b'/') {
                return Ok(());
            }
        }
    }

    fn segment(&mut self, outside: bool) -> Result<(), &'static str> {
        if self.segments.last() == Some(&Segment::Rest) {
            return Err("`**` must be the last segment");
        }
        match self.peek() {
            Some(b'{') if outside => self.variable(),
            Some(b'{') => Err("a variable within a variable"),
            Some(b'*') => {
                self.at += 1;
                let rest = self.eat(b'*');
                self.segments.push(if rest { Segment::Rest } else { Segment::One });
                Ok(())
            }
            _ => {
                let start = self.at;
                let literal = self.literal("an empty segment")?;
                if matches!(literal.as_str(), "." | "..") {
                    self.at = start;
                    return Err("a segment that clients resolve before they ask");
                }
                self.segments.push(Segment::Literal(literal));
                Ok(())
            }
        }
    }

    fn variable(&mut self) -> Result<(), &'static str> {
        self.at += 1;
        let (named, start) = (self.at, self.segments.len());
        let mut field = vec![self.name()?];
        while self.eat(b'.') {
            field.push(self.name()?);
        }
        if self.overlaps(&field) {
            self.at = named;
            return Err("the field is bound by another variable already");
        }
        if self.eat(b'=') {
            self.segments(false)?;
        } else {
            self.segments.push(Segment::One);
        }
        if !self.eat(b'}') {
            return Err("a variable ends with `}`");
        }
        self.variables.push(Variable { field, start, end: self.segments.len() });
        Ok(())
    }

    /// `{a}` and `{a.b}` are the same field as much as `{a}` and `{a}` are.
    fn overlaps(&self, field: &[String]) -> bool {
        self.variables.iter().any(|v| v.field.iter().zip(field).all(|(a, b)| a == b))
    }

    fn name(&mut self) -> Result<String, &'static str> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') {
            self.at += 1;
        }
        let name = &self.text[start..self.at];
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            self.at = start;
            return Err("the name of a field");
        }
        Ok(name.to_owned())
    }

    fn literal(&mut self, empty: &'static str) -> Result<String, &'static str> {
        let start = self.at;
        while self.peek().is_some_and(literal_byte) {
            self.at += 1;
        }
        if start == self.at {
            return match self.peek() {
                None | Some(b'/' | b':' | b'}') => Err(empty),
                Some(_) => Err("a character that a literal may not hold: write it as %XX"),
            };
        }
        percent::decode(&self.text[start..self.at]).map_err(|_| {
            self.at = start;
            "a percent sign without two hexadecimal digits, or bytes that are no UTF-8"
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }
}

/// `pchar` of RFC 3986 §3.3 without what the grammar itself needs (`*`, `:`, `=`).
fn literal_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;@%".contains(&byte)
}
