//! A REST form of a method, checked against the messages that it speaks of.

use http::Method;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

use crate::known;
use crate::rules::Written;
use crate::template::Template;

/// One way to call a method over REST.
#[derive(Debug, Clone)]
pub struct Binding {
    pub(crate) method: MethodDescriptor,
    pub(crate) verb: Option<Method>,
    pub(crate) template: Template,
    /// The fields of the template's variables, in their order; each the way from the request down.
    pub(crate) variables: Vec<Vec<FieldDescriptor>>,
    pub(crate) body: BodyRule,
    pub(crate) response_body: Option<FieldDescriptor>,
}

/// What the body of a request is.
#[derive(Debug, Clone)]
pub enum BodyRule {
    /// There is none: what the path does not hold is in the query.
    None,
    /// The whole request message but what the path holds; no query.
    Whole,
    /// This field; the rest is in path and query.
    Field(FieldDescriptor),
}

impl Binding {
    /// The method of gRPC.
    #[must_use]
    pub fn rpc(&self) -> &MethodDescriptor {
        &self.method
    }

    /// The method of HTTP; none: any.
    #[must_use]
    pub fn verb(&self) -> Option<&Method> {
        self.verb.as_ref()
    }

    /// The path.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The fields that the path's variables fill, in the order of the path; each the way from the request down.
    #[must_use]
    pub fn variables(&self) -> &[Vec<FieldDescriptor>] {
        &self.variables
    }

    /// What the body is.
    #[must_use]
    pub fn body(&self) -> &BodyRule {
        &self.body
    }

    /// The field that is answered instead of the whole message.
    #[must_use]
    pub fn response_body(&self) -> Option<&FieldDescriptor> {
        self.response_body.as_ref()
    }

    /// How a stream of requests is sent; none for a method that takes one request.
    #[must_use]
    pub fn upload(&self) -> Option<Upload> {
        self.method.is_client_streaming().then(|| match &self.body {
            BodyRule::Field(_) => Upload::Bytes,
            BodyRule::Whole if known::is_http_body(&self.method.input()) => Upload::Bytes,
            _ => Upload::Lines,
        })
    }
}

/// How a stream of requests is the body of one request of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// Body `*`: a request a line, in JSON (`application/x-ndjson`), or a single one (`application/json`). What the path
    /// holds is set in the first.
    Lines,
    /// The body is a field of bytes or of `google.api.HttpBody`, or the request itself is that: the bytes as they are, cut
    /// into pieces, a request each. What path and query hold is set in the first, and in the first alone.
    Bytes,
}

/// Checks one written pattern; all its faults at once.
pub(crate) fn check(method: &MethodDescriptor, written: &Written) -> Result<Binding, Vec<String>> {
    let mut faults = Vec::new();
    if written.nested {
        faults.push("additional_bindings within additional_bindings".to_owned());
    }
    let verb = match written.method.as_str() {
        "*" => None,
        name => match Method::from_bytes(name.as_bytes()) {
            Ok(method) => Some(method),
            Err(_) => {
                faults.push(format!("`{name}` is no method of HTTP"));
                None
            }
        },
    };
    let template = written.path.parse::<Template>().map_err(|fault| faults.push(format!("path {fault}"))).ok();
    let input = method.input();
    let mut variables = Vec::new();
    for variable in template.iter().flat_map(Template::variables) {
        let many = template.as_ref().is_some_and(|t| t.many(variable));
        match path_field(&input, &variable.field, many) {
            Ok(fields) => variables.push(fields),
            Err(what) => faults.push(format!("path variable `{}`: {what}", variable.field.join("."))),
        }
    }
    let body = body(&input, &written.body).unwrap_or_else(|what| {
        faults.push(format!("body `{}`: {what}", written.body));
        BodyRule::None
    });
    if method.is_client_streaming() && !streamable(&body) {
        faults.push("a stream of requests needs the body `*`, or a field of bytes or google.api.HttpBody".to_owned());
    }
    if verb.as_ref() == Some(&Method::GET) && !matches!(body, BodyRule::None) {
        faults.push("a body for GET, which RFC 9110 §9.3.1 gives no meaning".to_owned());
    }
    if let BodyRule::Field(field) = &body
        && variables.iter().any(|way| matches!(way.as_slice(), [only] if only == field))
    {
        faults.push(format!("body `{}`: the path holds it", field.name()));
    }
    let response_body = match written.response_body.as_str() {
        "" => None,
        name => method.output().get_field_by_name(name).or_else(|| {
            faults.push(format!("response_body `{name}`: no field of {}", method.output().full_name()));
            None
        }),
    };
    match template {
        Some(template) if faults.is_empty() => {
            Ok(Binding { method: method.clone(), verb, template, variables, body, response_body })
        }
        _ => Err(faults),
    }
}

fn body(input: &MessageDescriptor, name: &str) -> Result<BodyRule, String> {
    match name {
        "" => Ok(BodyRule::None),
        "*" => Ok(BodyRule::Whole),
        name if name.contains('.') => Err("only a field of the request itself may be the body".to_owned()),
        name => match input.get_field_by_name(name) {
            Some(field) => Ok(BodyRule::Field(field)),
            None => Err(format!("no field of {}", input.full_name())),
        },
    }
}

/// Whether a stream of requests can be sent as this body.
fn streamable(body: &BodyRule) -> bool {
    match body {
        BodyRule::None => false,
        BodyRule::Whole => true,
        BodyRule::Field(field) => (field.kind() == Kind::Bytes && !field.is_list()) || known::is_raw(field),
    }
}

fn path_field(input: &MessageDescriptor, names: &[String], many: bool) -> Result<Vec<FieldDescriptor>, String> {
    let mut message = input.clone();
    let mut way = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        let field = message.get_field_by_name(name).ok_or_else(|| format!("no field of {}", message.full_name()))?;
        if field.is_map() || field.is_list() {
            return Err(format!("`{name}` is a {}", if field.is_map() { "map" } else { "repeated field" }));
        }
        let last = at + 1 == names.len();
        match field.kind() {
            Kind::Message(inner) if !last => message = inner,
            Kind::Message(inner) if !known::has_text(&inner) => {
                return Err(format!("`{name}` is a message without a text form"));
            }
            kind if last && many && kind != Kind::String => {
                return Err(format!("`{name}` is no string and cannot hold slashes"));
            }
            _ if !last => return Err(format!("`{name}` is no message and has no fields")),
            _ => {}
        }
        way.push(field);
    }
    Ok(way)
}
