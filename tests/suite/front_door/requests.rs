//! Requests that the rules of the contracts let through, for every method, from descriptors alone: what a use case asks of
//! records is asked only of a request that is whole.

use std::collections::BTreeMap;

use hoagiai_transcode::{Binding, BodyRule, template::Segment};
use http::Method;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};

/// Ids of records by the names of the fields that hold them.
pub(super) type Ids = BTreeMap<&'static str, String>;

/// Words that the services look up, by the names of the fields that hold them.
const WORDS: &[(&str, &str)] = &[
    ("journal", "registry"),
    ("criteria_set_code", "five_good_team"),
    ("criteria_set_version", "2023"),
    ("form_code", "organization"),
    ("column_code", "c1"),
    ("programme_code", "mediator_framework"),
    ("full_name", "Nguyễn Văn Thử"),
    ("code", "01"),
];

/// A request over REST.
#[derive(Clone, Debug)]
pub(super) struct RestRequest {
    pub(super) verb: Method,
    pub(super) path: String,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

/// A request of a method, and how one of its REST forms writes it.
pub(super) fn request_of(binding: &Binding, ids: &Ids) -> RestRequest {
    let message = message_of(binding, ids);
    let mut query = Vec::new();
    if !matches!(binding.body(), BodyRule::Whole) {
        let skipped: Vec<String> = binding.variables().iter().map(|way| way[0].name().to_owned()).collect();
        flatten(&message, "", &mut query);
        let in_body = |name: &str| matches!(binding.body(), BodyRule::Field(field) if field.name() == name);
        query.retain(|(name, _)| !skipped.contains(name) && !in_body(name));
    }
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let separator = if query.is_empty() { "" } else { "?" };
    let (content_type, body) = match binding.body() {
        BodyRule::None => ("", Vec::new()),
        BodyRule::Field(field) if matches!(field.kind(), Kind::Bytes) || binding.rpc().is_client_streaming() => {
            ("text/csv; charset=utf-8", "STT\n".as_bytes().to_vec())
        }
        BodyRule::Field(field) => {
            ("application/json", hoagiai_transcode::json::print_field(&message, field).unwrap().to_vec())
        }
        BodyRule::Whole if binding.rpc().is_client_streaming() => ("application/x-ndjson", printed(&message)),
        BodyRule::Whole => ("application/json", printed(&message)),
    };
    let path = format!("{}{separator}{}", path_of(binding, &message), query.join("&"));
    RestRequest { verb: binding.verb().cloned().unwrap_or(Method::POST), path, content_type, body }
}

/// The fields of a request that name records, in order.
pub(super) fn record_fields(binding: &Binding, ids: &Ids) -> Vec<&'static str> {
    let text = format!("{:?}", message_of(binding, ids));
    ids.iter().filter(|(_, id)| text.contains(id.as_str())).map(|(name, _)| *name).collect()
}

fn message_of(binding: &Binding, ids: &Ids) -> DynamicMessage {
    let mut message = filled(&binding.rpc().input(), ids, 0);
    for way in binding.variables() {
        let [field] = way.as_slice() else { panic!("{}: a nested variable", binding.rpc().full_name()) };
        if !message.has_field(field) {
            message.set_field(field, value_of(field, &Rules::of(field), ids, 0));
        }
    }
    message
}

fn printed(message: &DynamicMessage) -> Vec<u8> {
    hoagiai_transcode::json::print(message).unwrap().to_vec()
}

fn path_of(binding: &Binding, message: &DynamicMessage) -> String {
    let mut values = binding.variables().iter().map(|way| text_of(&way[0], &message.get_field(&way[0])).unwrap());
    let mut path = String::new();
    for segment in binding.template().segments() {
        path.push('/');
        match segment {
            Segment::Literal(literal) => path.push_str(literal),
            Segment::One | Segment::Rest => path.push_str(&encoded(&values.next().unwrap())),
        }
    }
    if let Some(verb) = binding.template().verb() {
        path.push(':');
        path.push_str(verb);
    }
    path
}

/// What a parameter says of a value; none for a message.
fn text_of(field: &FieldDescriptor, value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        Value::I32(number) => number.to_string(),
        Value::I64(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::EnumNumber(number) => field.kind().as_enum()?.get_value(*number)?.name().to_owned(),
        _ => return None,
    })
}

fn flatten(message: &DynamicMessage, before: &str, query: &mut Vec<(String, String)>) {
    for (field, value) in message.fields() {
        let name = format!("{before}{}", field.name());
        match value {
            Value::Message(inner) if inner.descriptor().full_name() == "google.type.Date" => {
                query.push((name, "2026-01-15".to_owned()));
            }
            Value::Message(inner) => flatten(inner, &format!("{name}."), query),
            Value::List(items) => {
                query.extend(items.iter().filter_map(|item| Some((name.clone(), text_of(&field, item)?))));
            }
            value => query.extend(text_of(&field, value).map(|text| (name, text))),
        }
    }
}

/// RFC 3986 §2.1.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The rules of a field, as far as a good value needs them.
#[derive(Default)]
struct Rules {
    required: bool,
    may_be_empty: bool,
    uuid: bool,
    shortest: u64,
    pattern: String,
    least: i64,
    refused: Vec<i32>,
    allowed: Vec<i32>,
    fewest: u64,
}

impl Rules {
    fn of(field: &FieldDescriptor) -> Self {
        let pool = hoagiai_proto::pool();
        let extension = pool.get_extension_by_name("buf.validate.field").unwrap();
        let options = field.options();
        let rules = options.get_extension(&extension);
        let Some(rules) = rules.as_message() else { return Self::default() };
        let within = |name: &str| {
            let value = rules.get_field_by_name(name);
            value.filter(|_| rules.has_field_by_name(name)).and_then(|value| value.as_message().cloned())
        };
        let mut read = Self {
            required: flag(rules, "required"),
            may_be_empty: rules.get_field_by_name("ignore").and_then(|value| value.as_enum_number()).unwrap_or(0) != 0,
            ..Self::default()
        };
        if let Some(text) = within("string") {
            read.uuid = flag(&text, "uuid");
            read.shortest = number(&text, "min_len").unwrap_or(0).unsigned_abs();
            read.pattern =
                text.get_field_by_name("pattern").and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default();
        }
        for kind in ["int32", "int64"] {
            if let Some(whole) = within(kind) {
                read.least = number(&whole, "gte").or(number(&whole, "gt").map(|above| above + 1)).unwrap_or(0);
            }
        }
        if let Some(of) = within("enum") {
            (read.refused, read.allowed) = (numbers(&of, "not_in"), numbers(&of, "in"));
        }
        if let Some(list) = within("repeated") {
            read.fewest = number(&list, "min_items").unwrap_or(0).unsigned_abs();
        }
        read
    }

    /// Whether a request without the field is refused.
    fn needs(&self) -> bool {
        let some = self.required || self.uuid || self.shortest > 0 || !self.pattern.is_empty();
        some && !self.may_be_empty
            || !self.refused.is_empty()
            || !self.allowed.is_empty()
            || self.least > 0
            || self.fewest > 0
    }
}

fn flag(of: &DynamicMessage, name: &str) -> bool {
    of.get_field_by_name(name).is_some_and(|value| value.as_bool() == Some(true))
}

fn number(of: &DynamicMessage, name: &str) -> Option<i64> {
    if !of.has_field_by_name(name) {
        return None;
    }
    match *of.get_field_by_name(name)? {
        Value::I32(number) => Some(number.into()),
        Value::I64(number) => Some(number),
        Value::U64(number) => i64::try_from(number).ok(),
        _ => None,
    }
}

fn numbers(of: &DynamicMessage, name: &str) -> Vec<i32> {
    let value = of.get_field_by_name(name);
    let list = value.as_deref().and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(Value::as_i32).collect()
}

/// A message with everything that its rules need, and the first record that it may name.
fn filled(of: &MessageDescriptor, ids: &Ids, depth: usize) -> DynamicMessage {
    let mut message = DynamicMessage::new(of.clone());
    if of.full_name() == "google.type.Date" {
        for (name, part) in [("year", 2026), ("month", 1), ("day", 15)] {
            message.set_field_by_name(name, Value::I32(part));
        }
        return message;
    }
    for oneof in of.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let first = oneof.fields().next().unwrap();
        message.set_field(&first, value_of(&first, &Rules::of(&first), ids, depth));
    }
    let mut names_record = depth == 0;
    for field in of.fields().filter(|field| field.containing_oneof().is_none_or(|oneof| oneof.is_synthetic())) {
        let rules = Rules::of(&field);
        let record = ids.contains_key(field.name());
        if rules.needs() || (record && !names_record) {
            message.set_field(&field, value_of(&field, &rules, ids, depth));
            names_record |= record;
        }
    }
    message
}

fn value_of(field: &FieldDescriptor, rules: &Rules, ids: &Ids, depth: usize) -> Value {
    let one = || match field.kind() {
        Kind::String => Value::String(text_for(field.name(), rules, ids)),
        Kind::Bytes => Value::Bytes(b"x".to_vec().into()),
        Kind::Bool => Value::Bool(false),
        Kind::Int32 | Kind::Sint32 => Value::I32(i32::try_from(rules.least.max(1)).unwrap()),
        Kind::Int64 | Kind::Sint64 => Value::I64(rules.least.max(1)),
        Kind::Enum(of) => {
            let fits = |number: i32| {
                number != 0
                    && !rules.refused.contains(&number)
                    && (rules.allowed.is_empty() || rules.allowed.contains(&number))
            };
            let mut fitting = of.values().map(|value| value.number()).filter(|number| fits(*number));
            // Of two verdicts, the one that leaves both records as they are.
            Value::EnumNumber(if field.name() == "verdict" { fitting.last() } else { fitting.next() }.unwrap())
        }
        Kind::Message(of) if depth < 6 => Value::Message(filled(&of, ids, depth + 1)),
        other => panic!("{}: a {other:?}", field.full_name()),
    };
    if field.is_list() { Value::List((0..rules.fewest.max(1)).map(|_| one()).collect()) } else { one() }
}

fn text_for(name: &str, rules: &Rules, ids: &Ids) -> String {
    if let Some(id) = ids.get(name).or_else(|| name.strip_suffix('s').and_then(|one| ids.get(one))) {
        return id.clone();
    }
    if let Some((_, word)) = WORDS.iter().find(|(field, _)| *field == name) {
        return (*word).to_owned();
    }
    match rules.pattern.as_str() {
        _ if rules.uuid => "00000000-0000-4000-8000-0000000000ff".to_owned(),
        "" => "x".repeat(usize::try_from(rules.shortest.max(1)).unwrap()),
        pattern if pattern.starts_with("^https") => "https://example.test/".to_owned(),
        pattern if pattern.contains("a-z") => "vi".to_owned(),
        _ => "012345678901".to_owned(),
    }
}
