//! The rules of queries, case by case, and what is printed as a query binding back to the same message.

use std::sync::LazyLock;

use proptest::prelude::*;
use prost_reflect::{DynamicMessage, Kind, ReflectMessage, Value};
use serde_json::Value as Json;

use super::*;
use crate::router::Path;
use crate::{Table, contracts, json};

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::build(contracts::pool(), |_| true).unwrap());

fn bound(
    method: &str,
    path: &str,
    query: &str,
    unknown: Unknown,
) -> Result<(DynamicMessage, Vec<String>), Vec<String>> {
    let limits = Limits { query_parameters: 50, parameter_depth: 6, ..Limits::default() };
    let path = Path::parse(path, &limits).unwrap();
    let found = TABLE.find(&method.parse().unwrap(), &path).unwrap();
    let mut message = DynamicMessage::new(found.value.method.input());
    match bind(query, found.value, unknown, &limits, &mut message) {
        Ok(ignored) => Ok((message, ignored)),
        Err(faults) => Err(faults.into_iter().map(|f| format!("{}: {}", f.field, f.description)).collect()),
    }
}

/// The fields that a query sets, as JSON.
fn set(query: &str) -> String {
    let (message, ignored) =
        bound("GET", "/v1/echo", query, Unknown::Refused).unwrap_or_else(|e| panic!("{query}: {e:?}"));
    assert_eq!(ignored, [""; 0]);
    let json: Json = serde_json::from_slice(&json::print(&message).unwrap()).unwrap();
    let fields = message.fields().map(|(field, _)| format!("{}={}", field.name(), json[field.json_name()]));
    fields.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_kind_of_field_is_read_from_its_text() {
    for (query, fields) in [
        ("", ""),
        ("&&", ""),
        ("text=h%C3%B2a+gi%E1%BA%A3i", r#"text="hòa giải""#),
        ("text=a%2Bb%26c%3Dd", r#"text="a+b&c=d""#),
        ("text=a=b", r#"text="a=b""#),
        ("text", ""),
        ("text=", ""),
        ("small=-5&count=7", "small=-5 count=7"),
        (
            "large=9223372036854775807&large_count=18446744073709551615",
            r#"large="9223372036854775807" large_count="18446744073709551615""#,
        ),
        ("largeCount=1", r#"large_count="1""#),
        ("small=1e3", "small=1000"),
        ("real=1.5&single=-Infinity", r#"single="-Infinity" real=1.5"#),
        ("flag=true", "flag=true"),
        ("data=_-8", r#"data="/+8=""#),
        ("color=COLOR_BLUE", r#"color="COLOR_BLUE""#),
        ("color=2", r#"color="COLOR_BLUE""#),
        ("color=77", "color=77"),
        ("texts=a&texts=b&texts=", r#"texts=["a","b",""]"#),
        ("numbers=1&numbers=2", "numbers=[1,2]"),
        ("colors=COLOR_RED&colors=2", r#"colors=["COLOR_RED","COLOR_BLUE"]"#),
        ("maybe=0", "maybe=0"),
        ("byName=", r#"by_name="""#),
        ("inner.text=a&inner.number=2", r#"inner={"color":"COLOR_UNSPECIFIED","number":2,"text":"a","texts":[]}"#),
        (
            "inner.inner.texts=a&inner.inner.texts=b",
            r#"inner={"color":"COLOR_UNSPECIFIED","inner":{"color":"COLOR_UNSPECIFIED","number":0,"text":"","texts":["a","b"]},"number":0,"text":"","texts":[]}"#,
        ),
        ("time=2025-07-01T08:00:00%2B07:00", r#"time="2025-07-01T01:00:00Z""#),
        ("span=1.5s", r#"span="1.500s""#),
        ("mask=text,inner.text,largeCount,large_boxes", r#"mask="text,inner.text,largeCount,largeBoxes""#),
        ("mask=", r#"mask="""#),
        (
            "text_box=a&largeBox=5&flag_box=false&dataBox=AQ",
            r#"text_box="a" large_box="5" flag_box=false data_box="AQ==""#,
        ),
        ("day=2024-02-29", r#"day={"day":29,"month":2,"year":2024}"#),
        ("day.year=2025&day.month=7", r#"day={"day":0,"month":7,"year":2025}"#),
        (
            "inner.day=2025-07-01",
            r#"inner={"color":"COLOR_UNSPECIFIED","day":{"day":1,"month":7,"year":2025},"number":0,"text":"","texts":[]}"#,
        ),
    ] {
        assert_eq!(set(query), fields, "{query}");
    }
}

#[test]
fn every_fault_of_a_query_is_named() {
    for (query, faults) in [
        ("nope=1", vec!["nope: no such parameter"]),
        ("inner.nope=1&text.x=1", vec!["inner.nope: no such", "text.x: no such"]),
        (".=1", vec![".: no such"]),
        ("=1", vec![": no such"]),
        (
            "small=2147483648&count=-1&flag=yes",
            vec!["small: out of the range", "count: out of the range", "flag: neither"],
        ),
        ("small=&flag=&real=", vec!["small: no whole", "flag: neither", "real: no number"]),
        ("small=1.5", vec!["small: no whole"]),
        ("small=+1", vec!["small: no whole"]),
        ("small=007", vec!["small: no whole"]),
        ("real=1e999", vec!["real: out of the range"]),
        ("color=RED", vec!["color: no value of t.v1.Color"]),
        ("data=*", vec!["data: no base64"]),
        ("text=a&text=b", vec!["text: given twice"]),
        ("text=&text=", vec!["text: given twice"]),
        ("large_count=1&largeCount=1", vec!["largeCount: given twice"]),
        ("inner=x", vec!["inner: a message"]),
        ("inners=x", vec!["inners: a list of messages"]),
        ("inners.text=x", vec!["inners.text: goes through a map or a list"]),
        ("times=2025-07-01T00:00:00Z", vec!["times: a list of messages"]),
        ("days=2025-07-01", vec!["days: a list of messages"]),
        ("map=x", vec!["map: a map"]),
        ("map.a=1", vec!["map.a: goes through"]),
        ("map[a]=1", vec!["map[a]: no such"]),
        ("object=x", vec!["object: a message"]),
        ("value=x", vec!["value: a message"]),
        ("any.type_url=x", vec!["any.type_url: no such"]),
        ("time.seconds=1", vec!["time.seconds: no such"]),
        ("text_box.value=a", vec!["text_box.value: no such"]),
        ("time=2025-07-01", vec!["time: no instant"]),
        ("time=2016-12-31T23:59:60Z", vec!["time: no instant"]),
        ("time=2025-07-01T08:00:00.1234567891Z&span=1.1234567891s", vec!["time: no instant", "span: no duration"]),
        ("span=5", vec!["span: no duration"]),
        ("day=2025-02-29&inner.day=2025-7-1", vec!["day: no date", "inner.day: no date"]),
        ("day=2025-07-01&day.year=2025", vec!["day.year: given twice"]),
        ("day.year=2025&day=2025-07-01", vec!["day: given twice"]),
        ("by_name=a&by_number=1", vec!["by_number: excludes `by_name`"]),
        ("by_number=1&by_inner.text=a", vec!["by_inner.text: excludes `by_number`"]),
        ("text=%zz&%ff=1", vec!["text: an escape", "%ff: an escape"]),
        (
            "inner.inner.inner.inner.inner.inner.text=a",
            vec!["inner.inner.inner.inner.inner.inner.text: goes through more than 6"],
        ),
        (&"texts=a&".repeat(51), vec![": more than 50"]),
    ] {
        let found = bound("GET", "/v1/echo", query, Unknown::Refused).expect_err(query);
        assert_eq!(found.len(), faults.len(), "{query}: {found:?}");
        for (found, fault) in found.iter().zip(faults) {
            assert!(found.starts_with(fault), "{query}: {found} is not {fault}");
        }
    }
}

#[test]
fn a_read_leaves_out_what_it_does_not_know_and_says_so() {
    let (message, ignored) = bound("GET", "/v1/echo", "nope=1&text=a&utm_source=x", Unknown::Ignored).unwrap();
    assert_eq!(ignored, ["nope", "utm_source"]);
    assert_eq!(message.fields().count(), 1);
    // What it knows must be right all the same.
    assert!(bound("GET", "/v1/echo", "nope=1&small=x", Unknown::Ignored).is_err());
}

#[test]
fn what_the_path_holds_wins_and_what_the_body_holds_is_refused() {
    for (method, path, query, outcome) in [
        ("GET", "/v1/echo/a", "text=b&small=1", Ok(vec!["text"])),
        ("GET", "/v1/echo/inners/a/deep", "inner.text=b&inner.number=1", Ok(vec!["inner.text"])),
        ("PUT", "/v1/echo/a", "small=1", Ok(vec![])),
        ("PUT", "/v1/echo/a", "inner.number=1", Err("inner.number: is given in the body")),
        ("POST", "/v1/echo", "small=1", Err("small: no such parameter")),
    ] {
        let found = bound(method, path, query, Unknown::Refused).map(|(_, ignored)| ignored);
        assert_eq!(found, outcome.map(|v| v.into_iter().map(str::to_owned).collect()).map_err(|e| vec![e.to_owned()]));
    }
}

/// A message as the query that sets it: its singular and repeated scalars, and those of its messages.
fn query_of(message: &DynamicMessage, prefix: &str, json_names: bool, pairs: &mut Vec<String>) {
    for (field, value) in message.fields() {
        let name = format!("{prefix}{}", if json_names { field.json_name() } else { field.name() });
        match value {
            Value::Message(inner) if !known::has_text(&inner.descriptor()) => {
                query_of(inner, &format!("{name}."), json_names, pairs);
            }
            Value::List(values) => pairs.extend(values.iter().map(|v| format!("{name}={}", text(&field.kind(), v)))),
            value => pairs.push(format!("{name}={}", text(&field.kind(), value))),
        }
    }
}

fn text(kind: &Kind, value: &Value) -> String {
    let text = match (kind, value) {
        (Kind::Enum(of), Value::EnumNumber(number)) => {
            of.get_value(*number).map_or_else(|| number.to_string(), |value| value.name().to_owned())
        }
        (_, Value::Bytes(bytes)) => base64::Engine::encode(&base64::prelude::BASE64_STANDARD, bytes),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Message(message)) if message.descriptor().full_name() == known::DATE => {
            let part = |number| message.get_field_by_number(number).unwrap().as_i32().unwrap();
            format!("{:04}-{:02}-{:02}", part(1), part(2), part(3))
        }
        (_, Value::Message(message)) => {
            let json: Json = serde_json::from_slice(&json::print(message).unwrap()).unwrap();
            json.as_str().map_or_else(|| json.to_string(), str::to_owned)
        }
        (_, Value::Bool(value)) => value.to_string(),
        (_, Value::I32(value)) => value.to_string(),
        (_, Value::I64(value)) => value.to_string(),
        (_, Value::U32(value)) => value.to_string(),
        (_, Value::U64(value)) => value.to_string(),
        (_, Value::F32(value)) => format!("{value:e}"),
        (_, Value::F64(value)) => format!("{value:e}"),
        other => panic!("{other:?}"),
    };
    percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Messages of what a query can hold, by way of JSON.
fn message() -> impl Strategy<Value = DynamicMessage> {
    let day = || {
        (1..=9999i32, 1..=12i32, 1..=28i32).prop_map(|(y, m, d)| serde_json::json!({"year": y, "month": m, "day": d}))
    };
    let numbers = (any::<i32>(), any::<i64>(), any::<u32>(), any::<u64>(), any::<f32>(), any::<f64>());
    let texts = ("\\PC{0,8}", prop::collection::vec("\\PC{0,4}", 0..3), prop::collection::vec(any::<u8>(), 0..5));
    let known = (day(), day(), -62_135_596_800i64..253_402_300_799, -1000i64..1000, any::<bool>(), 0..4i32);
    (numbers, texts, known).prop_map(|((small, large, count, big, single, real), (text, texts, data), (day, inner_day, time, span, flag, color))| {
        let finite = |value: f64| if value.is_finite() { serde_json::json!(value) } else { serde_json::json!(0.5) };
        let json = serde_json::json!({
            "small": small, "large": large.to_string(), "count": count, "largeCount": big.to_string(),
            "single": finite(f64::from(single)), "real": finite(real), "text": text, "texts": texts, "flag": flag,
            "data": base64::Engine::encode(&base64::prelude::BASE64_STANDARD, data), "color": color, "colors": [color],
            "maybe": small, "byInner": {"text": text}, "span": format!("{span}s"), "day": day,
            "largeBox": large.to_string(), "textBox": text, "flagBox": flag,
            "inner": {"number": small, "day": inner_day, "inner": {"texts": texts, "color": color}},
        });
        let of = contracts::message("Everything");
        let mut message = json::message(&of, json.to_string().as_bytes(), &Limits::default()).unwrap();
        let inner = message.get_field_by_name_mut("time").unwrap().as_message_mut().unwrap();
        inner.set_field_by_number(1, Value::I64(time));
        message
    })
}

proptest! {
    #[test]
    fn what_is_printed_as_a_query_binds_to_the_same(message in message(), json_names: bool) {
        let mut pairs = Vec::new();
        query_of(&message, "", json_names, &mut pairs);
        let (back, ignored) = bound("GET", "/v1/echo", &pairs.join("&"), Unknown::Refused).unwrap();
        prop_assert!(ignored.is_empty());
        // A message of which nothing is set leaves nothing in a query, so what is printed is compared, not the message.
        let mut again = Vec::new();
        query_of(&back, "", json_names, &mut again);
        prop_assert_eq!(pairs, again);
    }

    #[test]
    fn no_query_makes_the_binder_panic(query in "[a-z_.=&%+0-9A-Z]{0,80}", any in "\\PC{0,60}") {
        for query in [query, any] {
            _ = bound("GET", "/v1/echo", &query, Unknown::Refused);
            _ = bound("PUT", "/v1/echo/x", &query, Unknown::Ignored);
        }
    }
}
