//! Writes `impl Validate` for every message of this project from the `buf.validate` rules of its fields.

use std::fmt::Write as _;

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use super::names;
use super::rules::Rules;

const FIELD: &str = "buf.validate.field";
const IGNORE_IF_ZERO_VALUE: i128 = 1;
const IGNORE_ALWAYS: i128 = 3;
/// Texts that may be longer than this many characters are prose, where tabs and line ends are welcome.
const PROSE: u64 = 200;

/// The code, or every fault found in the rules.
pub(crate) fn generate(pool: &DescriptorPool) -> Result<String, Vec<String>> {
    let mut writer = Writer { pool, faults: Vec::new(), patterns: String::new(), pattern_count: 0 };
    let mut code = String::new();
    for message in pool.all_messages() {
        if message.full_name().starts_with("hoagiai.") && !message.is_map_entry() {
            code.push_str(&writer.message(&message));
        }
    }
    code.push_str(&writer.patterns);
    if writer.faults.is_empty() { Ok(code) } else { Err(writer.faults) }
}

struct Writer<'p> {
    pool: &'p DescriptorPool,
    faults: Vec<String>,
    patterns: String,
    pattern_count: usize,
}

impl Writer<'_> {
    fn message(&mut self, message: &MessageDescriptor) -> String {
        Rules::of(self.pool, &message.options(), "buf.validate.message", message.full_name()).finish(&mut self.faults);
        let mut body = String::new();
        for field in message.fields() {
            if field.containing_oneof().is_none_or(|oneof| oneof.is_synthetic()) {
                body.push_str(&self.field(&field));
            }
        }
        for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let mut rules = Rules::of(self.pool, &oneof.options(), "buf.validate.oneof", oneof.full_name());
            let none = match rules.flag("required") {
                true => format!("v::required(&at.field({:?}), out)", oneof.name()),
                false => "{}".to_owned(),
            };
            rules.finish(&mut self.faults);
            let path = names::oneof(self.pool, &oneof);
            let _ = writeln!(body, "match &self.{} {{ None => {none},", names::oneof_field(&oneof));
            for field in oneof.fields() {
                let (rules, _) = self.field_rules(&field);
                let checks = self.present(&field, rules);
                let variant = names::variant(&field);
                let _ = match checks.is_empty() {
                    true => writeln!(body, "Some({path}::{variant}(_)) => {{}}"),
                    false => writeln!(
                        body,
                        "Some({path}::{variant}(x)) => {{ let at = &at.field({:?}); {checks} }}",
                        field.name()
                    ),
                };
            }
            body.push_str("}\n");
        }
        let path = names::path(self.pool, message.full_name());
        format!(
            "impl v::Validate for {path} {{\nfn validate(&self, at: &v::Path<'_>, out: &mut v::Violations) {{\n\
             let _ = (at, &out);\n{body}}}\n}}\n"
        )
    }

    /// The rules of a field, and what stands in `ignore`.
    fn field_rules(&mut self, field: &FieldDescriptor) -> (Rules, i128) {
        let mut rules = Rules::of(self.pool, &field.options(), FIELD, field.full_name());
        let ignore = rules.int("ignore").unwrap_or(0);
        (rules, ignore)
    }

    /// Checks of a field outside a oneof.
    fn field(&mut self, field: &FieldDescriptor) -> String {
        let (mut rules, ignore) = self.field_rules(field);
        if ignore == IGNORE_ALWAYS {
            return String::new();
        }
        let required = rules.flag("required");
        let name = names::field(field);
        let checks = self.present(field, rules);
        let skips_zero = ignore == IGNORE_IF_ZERO_VALUE;
        if checks.is_empty() && !required {
            return String::new();
        }
        let missing = if required { "v::required(at, out)" } else { "{}" };
        let body = if field.is_list() || field.is_map() {
            match (required, skips_zero) {
                (true, _) => format!("let x = &self.{name}; if x.is_empty() {{ {missing} }} else {{ {checks} }}"),
                (_, true) => format!("let x = &self.{name}; if !x.is_empty() {{ {checks} }}"),
                _ => format!("let x = &self.{name}; {checks}"),
            }
        } else if field.supports_presence() {
            let x = if checks.is_empty() { "_" } else { "x" };
            let checks = match (skips_zero, zero(field)) {
                (true, Some(zero)) => format!("if !({zero}) {{ {checks} }}"),
                _ => checks,
            };
            format!("match &self.{name} {{ Some({x}) => {{ {checks} }} None => {{ {missing} }} }}")
        } else {
            let zero = zero(field).unwrap_or_else(|| "false".to_owned());
            match (required, skips_zero) {
                (true, _) => format!("let x = &self.{name}; if {zero} {{ {missing} }} else {{ {checks} }}"),
                (_, true) => format!("let x = &self.{name}; if !({zero}) {{ {checks} }}"),
                _ => format!("let x = &self.{name}; {checks}"),
            }
        };
        format!("{{ let at = &at.field({:?}); {body} }}\n", field.name())
    }

    /// Checks of a field that is there, bound to `x`.
    fn present(&mut self, field: &FieldDescriptor, mut rules: Rules) -> String {
        rules.flag("required"); // a member of a oneof that is set is there
        let code = if field.is_map() {
            let mut map = rules.nested("map");
            let mut code = counts(map.int("min_pairs"), map.int("max_pairs"));
            let Kind::Message(entry) = field.kind() else { return code };
            let keys = self.value(&entry.map_entry_key_field().kind(), map.nested("keys"));
            let values = self.value(&entry.map_entry_value_field().kind(), map.nested("values"));
            map.finish(&mut self.faults);
            if !(keys.is_empty() && values.is_empty()) {
                let _ = write!(
                    code,
                    "for (key, x) in x {{ let at = &at.key(key); {{ let x = key; let _ = x; {keys} }} let _ = x; {values} }}"
                );
            }
            code
        } else if field.is_list() {
            let mut list = rules.nested("repeated");
            let mut code = counts(list.int("min_items"), list.int("max_items"));
            if list.flag("unique") {
                match field.kind() {
                    Kind::Message(_) | Kind::Float | Kind::Double => {
                        self.faults.push(format!("{}: `repeated.unique` is for texts and whole numbers", list.at));
                    }
                    _ => code.push_str("v::unique(at, out, x);"),
                }
            }
            let items = self.value(&field.kind(), list.nested("items"));
            list.finish(&mut self.faults);
            if !items.is_empty() {
                let _ = write!(code, "for (i, x) in x.iter().enumerate() {{ let at = &at.index(i); {items} }}");
            }
            code
        } else {
            return self.value(&field.kind(), rules);
        };
        rules.finish(&mut self.faults);
        code
    }

    /// Checks of one value bound to `x` (a reference), by its kind.
    fn value(&mut self, kind: &Kind, mut rules: Rules) -> String {
        // On items and map values: presence means nothing there, zero values can be let through.
        let skips_zero = rules.int("ignore") == Some(IGNORE_IF_ZERO_VALUE);
        let mut code = match kind {
            Kind::String => self.string(rules.nested("string")),
            Kind::Bytes => self.bytes(rules.nested("bytes")),
            Kind::Bool => self.boolean(rules.nested("bool")),
            Kind::Enum(of) => {
                let path = names::path(self.pool, of.full_name());
                self.enumeration(&path, rules.nested("enum"))
            }
            Kind::Float => self.float(rules.nested("float")),
            Kind::Double => self.float(rules.nested("double")),
            Kind::Message(of) => self.inner(of, &mut rules),
            Kind::Int32 => self.int(rules.nested("int32")),
            Kind::Int64 => self.int(rules.nested("int64")),
            Kind::Uint32 => self.int(rules.nested("uint32")),
            Kind::Uint64 => self.int(rules.nested("uint64")),
            Kind::Sint32 => self.int(rules.nested("sint32")),
            Kind::Sint64 => self.int(rules.nested("sint64")),
            Kind::Fixed32 => self.int(rules.nested("fixed32")),
            Kind::Fixed64 => self.int(rules.nested("fixed64")),
            Kind::Sfixed32 => self.int(rules.nested("sfixed32")),
            Kind::Sfixed64 => self.int(rules.nested("sfixed64")),
        };
        rules.finish(&mut self.faults);
        if let (true, Some(zero), false) = (skips_zero, zero_of(kind), code.is_empty()) {
            code = format!("if !({zero}) {{ {code} }}");
        }
        code
    }

    fn inner(&mut self, of: &MessageDescriptor, rules: &mut Rules) -> String {
        match of.full_name() {
            "google.protobuf.Timestamp" => {
                rules.nested("timestamp").finish(&mut self.faults);
                "v::timestamp(at, out, x.seconds, x.nanos);".to_owned()
            }
            "google.protobuf.Duration" => {
                rules.nested("duration").finish(&mut self.faults);
                "v::duration(at, out, x.seconds, x.nanos);".to_owned()
            }
            "google.protobuf.FieldMask" => {
                rules.nested("field_mask").finish(&mut self.faults);
                "v::field_mask(at, out, &x.paths);".to_owned()
            }
            "google.type.Date" => "v::date(at, out, x.year, x.month, x.day);".to_owned(),
            "google.protobuf.StringValue" => self.string(rules.nested("string")),
            name if name.starts_with("hoagiai.") => "x.validate(at, out);".to_owned(),
            _ => String::new(),
        }
    }

    fn string(&mut self, mut rules: Rules) -> String {
        let (min, max) = match rules.int("len") {
            Some(n) => (Some(n), Some(n)),
            None => (rules.int("min_len"), rules.int("max_len")),
        };
        let mut code = match max.is_some_and(|max| max > PROSE.into()) {
            true => "v::prose(at, out, x);".to_owned(),
            false => "v::text(at, out, x);".to_owned(),
        };
        if min.is_some() || max.is_some() {
            let _ = write!(code, "v::chars(at, out, x, {min:?}, {max:?});");
        }
        let bytes = (rules.int("min_bytes"), rules.int("max_bytes"));
        if bytes != (None, None) {
            let _ = write!(code, "v::byte_length(at, out, x.as_bytes(), {:?}, {:?});", bytes.0, bytes.1);
        }
        if let Some(pattern) = rules.text("pattern") {
            if let Err(error) = regex::Regex::new(&pattern) {
                self.faults.push(format!("{}: `string.pattern` does not compile: {error}", rules.at));
            }
            let name = format!("PATTERN_{}", self.pattern_count);
            self.pattern_count += 1;
            let _ = writeln!(
                self.patterns,
                "static {name}: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| \
                 regex::Regex::new({pattern:?}).expect(\"the build compiled it\"));"
            );
            let _ = write!(code, "v::pattern(at, out, x, &{name});");
        }
        for (rule, check) in [("email", "email"), ("uuid", "uuid"), ("uri", "uri")] {
            if rules.flag(rule) {
                let _ = write!(code, "v::{check}(at, out, x);");
            }
        }
        let mut words = rules.texts("in");
        words.extend(rules.text("const"));
        if !words.is_empty() {
            let _ = write!(code, "v::one_of(at, out, &x.as_str(), &{words:?});");
        }
        let words = rules.texts("not_in");
        if !words.is_empty() {
            let _ = write!(code, "v::none_of(at, out, &x.as_str(), &{words:?});");
        }
        rules.finish(&mut self.faults);
        code
    }

    fn bytes(&mut self, mut rules: Rules) -> String {
        let (min, max) = match rules.int("len") {
            Some(n) => (Some(n), Some(n)),
            None => (rules.int("min_len"), rules.int("max_len")),
        };
        rules.finish(&mut self.faults);
        match (min, max) {
            (None, None) => String::new(),
            (min, max) => format!("v::byte_length(at, out, x, {min:?}, {max:?});"),
        }
    }

    fn boolean(&mut self, mut rules: Rules) -> String {
        let code = if rules.flag("const") { "v::one_of(at, out, x, &[true]);" } else { "" };
        rules.finish(&mut self.faults);
        code.to_owned()
    }

    fn enumeration(&mut self, path: &str, mut rules: Rules) -> String {
        let mut code = String::new();
        if rules.flag("defined_only") {
            let _ = write!(code, "v::defined(at, out, {path}::try_from(*x).is_ok());");
        }
        let mut refused = rules.ints("not_in");
        if refused.contains(&0) {
            refused.retain(|n| *n != 0);
            code.push_str("if *x == 0 { v::required(at, out); }");
        }
        code.push_str(&members(&mut rules, &refused));
        rules.finish(&mut self.faults);
        code
    }

    fn int(&mut self, mut rules: Rules) -> String {
        let low = rules.int("gte").or_else(|| rules.int("gt").map(|n| n + 1));
        let high = rules.int("lte").or_else(|| rules.int("lt").map(|n| n - 1));
        let mut code = String::new();
        if low.zip(high).is_some_and(|(low, high)| low > high) {
            self.faults.push(format!("{}: an excluding range is not known to the generator", rules.at));
        }
        if low.is_some() || high.is_some() {
            let _ = write!(code, "v::range(at, out, i128::from(*x), {low:?}, {high:?});");
        }
        let refused = rules.ints("not_in");
        code.push_str(&members(&mut rules, &refused));
        rules.finish(&mut self.faults);
        code
    }

    fn float(&mut self, mut rules: Rules) -> String {
        // NaN and infinities are refused everywhere: nothing here can be either.
        rules.flag("finite");
        let (low, high) = (rules.float("gte"), rules.float("lte"));
        rules.finish(&mut self.faults);
        format!("v::float(at, out, f64::from(*x), {low:?}, {high:?});")
    }
}

fn members(rules: &mut Rules, refused: &[i128]) -> String {
    let mut code = String::new();
    let mut allowed = rules.ints("in");
    allowed.extend(rules.int("const"));
    if !allowed.is_empty() {
        let _ = write!(code, "v::one_of(at, out, x, &{allowed:?});");
    }
    if !refused.is_empty() {
        let _ = write!(code, "v::none_of(at, out, x, &{refused:?});");
    }
    code
}

fn counts(min: Option<i128>, max: Option<i128>) -> String {
    if min.is_none() && max.is_none() {
        String::new()
    } else {
        format!("v::count(at, out, x.len(), {min:?}, {max:?});")
    }
}

fn zero(field: &FieldDescriptor) -> Option<String> {
    zero_of(&field.kind())
}

/// The test for the zero value of `x`.
fn zero_of(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Message(_) => return None,
        Kind::String | Kind::Bytes => "x.is_empty()".to_owned(),
        Kind::Bool => "!*x".to_owned(),
        Kind::Float | Kind::Double => "*x == 0.0".to_owned(),
        _ => "*x == 0".to_owned(),
    })
}
