use serde_json::Value as Json;

use super::*;
use crate::contracts;

fn read(text: &str) -> Result<DynamicMessage, Vec<String>> {
    message(&contracts::message("Everything"), text.as_bytes(), &Limits::default())
        .map_err(|faults| faults.into_iter().map(|f| format!("{}: {}", f.field, f.description)).collect())
}

/// What is left of a text after it was a message, without what is empty.
fn through(text: &str) -> String {
    let message = read(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    let printed: Json = serde_json::from_slice(&print(&message).unwrap()).unwrap();
    let empty = |value: &Json| {
        matches!(value, Json::Null | Json::Bool(false))
            || value.as_str().is_some_and(|t| matches!(t, "" | "0" | "COLOR_UNSPECIFIED"))
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(serde_json::Map::is_empty)
            || value.as_f64() == Some(0.0)
    };
    let fields = printed.as_object().unwrap().iter().filter(|(_, value)| !empty(value));
    fields.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_kind_is_read_in_each_of_its_forms_and_written_in_one() {
    for (text, written) in [
        (r#"{"text":"hòa giải"}"#, r#"text="hòa giải""#),
        (r#"{"small":-5}"#, "small=-5"),
        (r#"{"small":"7"}"#, "small=7"),
        (r#"{"small":1e3}"#, "small=1000"),
        (r#"{"small":"1e3"}"#, "small=1000"),
        (r#"{"small":"1.50e2"}"#, "small=150"),
        (r#"{"small":-0}"#, ""),
        (r#"{"small":5.0}"#, "small=5"),
        (r#"{"large":"9223372036854775807"}"#, r#"large="9223372036854775807""#),
        (r#"{"large":9223372036854775807}"#, r#"large="9223372036854775807""#),
        (r#"{"large":-9223372036854775808}"#, r#"large="-9223372036854775808""#),
        (r#"{"largeCount":18446744073709551615}"#, r#"largeCount="18446744073709551615""#),
        (r#"{"large_count":"1"}"#, r#"largeCount="1""#),
        (r#"{"count":4294967295}"#, "count=4294967295"),
        (r#"{"signed":-2147483648,"largeSigned":"-1"}"#, r#"largeSigned="-1" signed=-2147483648"#),
        (r#"{"fixed":1,"largeFixed":2}"#, r#"fixed=1 largeFixed="2""#),
        (r#"{"signedFixed":-1,"largeSignedFixed":-2}"#, r#"largeSignedFixed="-2" signedFixed=-1"#),
        (r#"{"real":0.1}"#, "real=0.1"),
        (r#"{"real":1.7976931348623157e308}"#, "real=1.7976931348623157e+308"),
        (r#"{"real":"NaN"}"#, r#"real="NaN""#),
        (r#"{"real":"-Infinity","single":"Infinity"}"#, r#"real="-Infinity" single="Infinity""#),
        (r#"{"real":"1.5"}"#, "real=1.5"),
        (r#"{"single":1.5}"#, "single=1.5"),
        (r#"{"flag":true}"#, "flag=true"),
        (r#"{"data":"_-8"}"#, r#"data="/+8=""#),
        (r#"{"data":"/+8="}"#, r#"data="/+8=""#),
        (r#"{"data":"-_"}"#, r#"data="+w==""#),
        (r#"{"color":"COLOR_RED"}"#, r#"color="COLOR_RED""#),
        (r#"{"color":2}"#, r#"color="COLOR_BLUE""#),
        (r#"{"color":77}"#, "color=77"),
        (r#"{"colors":["COLOR_RED",2,77]}"#, r#"colors=["COLOR_RED","COLOR_BLUE",77]"#),
        (r#"{"maybe":0}"#, ""),
        (r#"{"map":{"b":2,"a":1}}"#, r#"map={"a":1,"b":2}"#),
        (r#"{"flagMap":{"true":"x"}}"#, r#"flagMap={"true":"x"}"#),
        (
            r#"{"innerMap":{"-1":{"number":3}}}"#,
            r#"innerMap={"-1":{"color":"COLOR_UNSPECIFIED","number":3,"text":"","texts":[]}}"#,
        ),
        (r#"{"byName":""}"#, ""),
        (r#"{"time":"2025-07-01T08:00:00+07:00"}"#, r#"time="2025-07-01T01:00:00Z""#),
        (r#"{"time":"0001-01-01T00:00:00Z"}"#, r#"time="0001-01-01T00:00:00Z""#),
        (r#"{"time":"9999-12-31T23:59:59.999999999Z"}"#, r#"time="9999-12-31T23:59:59.999999999Z""#),
        (r#"{"time":"2025-07-01T08:00:00.5Z"}"#, r#"time="2025-07-01T08:00:00.500Z""#),
        (r#"{"span":"1.5s"}"#, r#"span="1.500s""#),
        (r#"{"span":"-0.5s"}"#, r#"span="-0.500s""#),
        (r#"{"mask":"displayName,inner.text"}"#, r#"mask="displayName,inner.text""#),
        (r#"{"object":{"a":[1,null,{"b":"c"}]}}"#, r#"object={"a":[1.0,null,{"b":"c"}]}"#),
        (r#"{"list":[true]}"#, "list=[true]"),
        (r#"{"value":"x"}"#, r#"value="x""#),
        (r#"{"day":{"year":2025,"month":7,"day":1}}"#, r#"day={"day":1,"month":7,"year":2025}"#),
        (r#"{"textBox":"x","largeBox":"5","flagBox":true}"#, r#"flagBox=true largeBox="5" textBox="x""#),
        (
            r#"{"realBox":"NaN","singleBox":"Infinity","dataBox":"AQ"}"#,
            r#"dataBox="AQ==" realBox="NaN" singleBox="Infinity""#,
        ),
        (r#"{"text":null,"inner":null,"map":null,"texts":null,"time":null,"textBox":null}"#, ""),
        ("{}", ""),
        ("\u{feff}{\"flag\":true}", "flag=true"),
        (" {\"flag\" : true}\n", "flag=true"),
    ] {
        assert_eq!(through(text), written, "{text}");
    }
}

#[test]
fn an_any_is_written_by_its_type() {
    for (text, written) in [
        (r#"{"any":{}}"#, "{}"),
        (
            r#"{"any":{"@type":"type.googleapis.com/t.v1.Book","bookId":"7"}}"#,
            r#"{"@type":"type.googleapis.com/t.v1.Book","bookId":"7","displayName":"","etag":""}"#,
        ),
        (
            r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#,
            r#"{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}"#,
        ),
        (
            r#"{"any":{"value":{"@type":"x/google.protobuf.Int64Value","value":5},"@type":"x/google.protobuf.Any"}}"#,
            r#"{"@type":"x/google.protobuf.Any","value":{"@type":"x/google.protobuf.Int64Value","value":"5"}}"#,
        ),
    ] {
        let message = read(text).unwrap();
        let printed: Json = serde_json::from_slice(&print(&message).unwrap()).unwrap();
        assert_eq!(printed["any"].to_string(), written);
    }
}

#[test]
fn what_is_empty_is_written_and_what_is_absent_is_not() {
    let printed = String::from_utf8(print(&read("{}").unwrap()).unwrap().to_vec()).unwrap();
    let json: Json = serde_json::from_str(&printed).unwrap();
    for (name, written) in [
        ("text", Some("\"\"")),
        ("small", Some("0")),
        ("large", Some("\"0\"")),
        ("real", Some("0.0")),
        ("flag", Some("false")),
        ("data", Some("\"\"")),
        ("color", Some("\"COLOR_UNSPECIFIED\"")),
        ("texts", Some("[]")),
        ("inners", Some("[]")),
        ("map", Some("{}")),
        ("null", None),
        ("inner", None),
        ("maybe", None),
        ("byName", None),
        ("time", None),
        ("textBox", None),
        ("value", None),
        ("any", None),
    ] {
        assert_eq!(json.get(name).map(Json::to_string).as_deref(), written, "{name}");
    }
    let given = read(r#"{"maybe":0,"byName":"","inner":{},"textBox":"","value":null,"empty":{}}"#).unwrap();
    let json: Json = serde_json::from_slice(&print(&given).unwrap()).unwrap();
    for name in ["maybe", "byName", "inner", "textBox", "value", "empty"] {
        assert!(json.get(name).is_some(), "{name}");
    }
}

#[test]
fn every_fault_is_named_with_its_path() {
    for (text, faults) in [
        (
            r#"{"nope":1,"inner":{"other":{}},"inners":[{},{"x":1}]}"#,
            vec!["inner.other: no such field", "inners[1].x: no such field", "nope: no such field"],
        ),
        (
            r#"{"small":2147483648,"count":-1,"large":"9223372036854775808"}"#,
            vec!["count: out of the range", "large: out of the range", "small: out of the range"],
        ),
        (r#"{"small":1.5}"#, vec!["small: no whole number"]),
        (r#"{"small":"1.5"}"#, vec!["small: no whole number"]),
        (r#"{"small":" 1"}"#, vec!["small: no whole number"]),
        (r#"{"small":"+1"}"#, vec!["small: no whole number"]),
        (r#"{"small":"01"}"#, vec!["small: no whole number"]),
        (r#"{"small":"0x1"}"#, vec!["small: no whole number"]),
        (r#"{"small":""}"#, vec!["small: no whole number"]),
        (r#"{"small":true}"#, vec!["small: a number"]),
        (r#"{"large":1e19}"#, vec!["large: out of the range"]),
        (r#"{"large":1e300}"#, vec!["large: no whole number"]),
        (r#"{"single":1e39}"#, vec!["single: out of the range"]),
        (r#"{"real":"1e999"}"#, vec!["real: out of the range"]),
        (r#"{"real":"infinity"}"#, vec!["real: no number"]),
        (r#"{"text":5}"#, vec!["text: a text"]),
        (r#"{"flag":"true"}"#, vec!["flag: `true`"]),
        (r#"{"data":"*"}"#, vec!["data: no base64"]),
        (r#"{"color":"RED"}"#, vec!["color: no value of t.v1.Color"]),
        (r#"{"color":"1"}"#, vec!["color: no value of t.v1.Color"]),
        (r#"{"color":1.5}"#, vec!["color: no whole number"]),
        (r#"{"texts":["a",5,null]}"#, vec!["texts[1]: a text", "texts[2]: a text"]),
        (r#"{"texts":"a"}"#, vec!["texts: a list"]),
        (r#"{"inners":[null]}"#, vec!["inners[0]: an object"]),
        (r#"{"inner":[]}"#, vec!["inner: an object"]),
        (r#"{"map":[]}"#, vec!["map: an object"]),
        (r#"{"map":{"a":null,"b":"x"}}"#, vec!["map[a]: a number", "map[b]: no whole number"]),
        (r#"{"innerMap":{"x":{}}}"#, vec!["innerMap[x]: not a key"]),
        (r#"{"innerMap":{"1":{},"1.0":{}}}"#, vec!["innerMap[1.0]: given twice"]),
        (r#"{"byName":"a","byNumber":1}"#, vec!["byNumber: excludes `byName`"]),
        (r#"{"largeCount":1,"large_count":1}"#, vec!["large_count: given twice, under both"]),
        (r#"{"time":"2025-07-01"}"#, vec!["time: an instant"]),
        (r#"{"time":"10000-01-01T00:00:00Z"}"#, vec!["time: an instant"]),
        (r#"{"time":"2025-02-30T00:00:00Z"}"#, vec!["time: an instant"]),
        (r#"{"time":"2016-12-31T23:59:60Z"}"#, vec!["time: an instant"]),
        (r#"{"time":"2025-07-01T08:00:00.1234567891Z"}"#, vec!["time: an instant"]),
        (r#"{"span":"1.1234567891s"}"#, vec!["span: a duration"]),
        (r#"{"mask":"text,"}"#, vec!["mask: names of fields"]),
        (r#"{"times":["2025-07-01T00:00:00Z","x"]}"#, vec!["times[1]: an instant"]),
        (r#"{"span":"1"}"#, vec!["span: a duration"]),
        (r#"{"span":"315576000001s"}"#, vec!["span: a duration"]),
        (r#"{"mask":"a_b"}"#, vec!["mask: names of fields"]),
        (r#"{"textBox":5}"#, vec!["textBox: a text"]),
        (r#"{"largeBoxes":[1,null]}"#, vec!["largeBoxes[1]: a number"]),
        (r#"{"empty":{"a":1}}"#, vec!["empty: not a value"]),
        (r#"{"any":{"@type":"x/nope"}}"#, vec!["any.@type: no type known"]),
        (r#"{"any":{"a":1}}"#, vec!["any.@type: the type"]),
        (r#"{"any":{"@type":"x/t.v1.Book","a":1}}"#, vec!["any.a: no such field"]),
        (r#"{"any":{"@type":"x/google.protobuf.Duration","value":"1s","a":1}}"#, vec!["any.a: no such field"]),
        ("[]", vec![": an object"]),
        ("null", vec![": an object"]),
    ] {
        let found = read(text).expect_err(text);
        assert_eq!(found.len(), faults.len(), "{text}: {found:?}");
        for (found, fault) in found.iter().zip(faults) {
            assert!(found.starts_with(fault), "{text}: {found} is not {fault}");
        }
    }
}

#[test]
fn a_key_twice_is_refused_at_any_depth_with_its_path() {
    for (text, path) in [
        (r#"{"text":"a","text":"a"}"#, "text"),
        (r#"{"inner":{"inner":{"number":1,"number":2}}}"#, "inner.inner.number"),
        (r#"{"inners":[{},{"text":"a","text":"b"}]}"#, "inners[1].text"),
        (r#"{"map":{"a":1,"a":2}}"#, "map.a"),
        (r#"{"object":{"a":[{"b":1,"b":2}]}}"#, "object.a[0].b"),
        (r#"{"any":{"@type":"x/t.v1.Book","etag":"1","etag":"2"}}"#, "any.etag"),
        (r#"{"text":"a","te\u0078t":"a"}"#, "text"),
    ] {
        assert_eq!(read(text).expect_err(text), [format!("{path}: given twice")]);
    }
}

#[test]
fn what_is_no_json_or_too_deep_is_refused() {
    let deep = |n: usize| format!(r#"{{"list":{}{}}}"#, "[".repeat(n), "]".repeat(n));
    let bomb = "[".repeat(100_000);
    for (text, what) in [
        ("", ": no JSON"),
        ("{", ": no JSON"),
        ("{}x", ": no JSON"),
        ("{} {}", ": no JSON"),
        ("{'a':1}", ": no JSON"),
        (r#"{"real":NaN}"#, ": no JSON"),
        (r#"{"real":1e400}"#, ": no JSON"),
        (r#"{"small":01}"#, ": no JSON"),
        (r#"{"text":"\ud800"}"#, ": no JSON"),
        ("{\"text\":\"\u{1}\"}", ": no JSON"),
        (&deep(64), ": nested deeper than 64"),
        (&bomb, ": nested deeper than 64"),
    ] {
        let found = read(text).expect_err(text);
        assert!(found.len() == 1 && found[0].starts_with(what), "{found:?}");
    }
    let nested = |n: usize| format!("{}{}", r#"{"inner":"#.repeat(n) + "{}", "}".repeat(n));
    assert!(read(&nested(63)).is_ok());
    assert!(read(&nested(64)).is_err());
    // Two messages a level: protobuf's own limit of 100 is met first.
    assert!(read(&deep(40)).is_ok());
    assert_eq!(read(&deep(60)).unwrap_err(), ["list: not a value of this type"]);
    let bytes = message(&contracts::message("Everything"), b"{\"text\":\"\xff\"}", &Limits::default());
    assert!(bytes.is_err());
}

#[test]
fn many_faults_are_collected_up_to_a_limit_and_quoted_short() {
    let text = format!("{{{}\"end\":1}}", "\"a\":1,".repeat(10_000));
    assert_eq!(read(&text).unwrap_err().len(), 100);
    let text = format!("{{\"{}\":1}}", "x".repeat(10_000));
    assert!(read(&text).unwrap_err()[0].len() < 120);
}

#[test]
fn what_json_has_no_form_for_is_not_written() {
    let with = |field: &str, parts: &[(u32, Value)]| {
        let mut message = DynamicMessage::new(contracts::message("Everything"));
        let inner = message.get_field_by_name_mut(field).unwrap().as_message_mut().unwrap();
        for (number, value) in parts {
            inner.set_field_by_number(*number, value.clone());
        }
        print(&message).is_ok()
    };
    for (field, seconds, nanos, printed) in [
        ("time", -62_135_596_800, 0, true),
        ("time", -62_135_596_801, 0, false),
        ("time", 253_402_300_799, 999_999_999, true),
        ("time", 253_402_300_800, 0, false),
        ("time", 0, -1, false),
        ("time", 0, 1_000_000_000, false),
        ("span", 315_576_000_000, 0, true),
        ("span", 315_576_000_001, 0, false),
        ("span", 1, -1, false),
        ("span", -1, 1, false),
        ("span", -1, -1, true),
        ("span", 0, -1, true),
        ("span", i64::MIN, i32::MIN, false),
    ] {
        let parts = [(1, Value::I64(seconds)), (2, Value::I32(nanos))];
        assert_eq!(with(field, &parts), printed, "{field} {seconds} {nanos}");
    }
    assert!(!with("any", &[(1, Value::String("x/nope".to_owned()))]));
    assert!(!with("any", &[(2, Value::Bytes(vec![1].into()))]));
    for (path, printed) in [("a_b.c", true), ("aB", false), ("a,b", false), ("", false)] {
        assert_eq!(with("mask", &[(1, Value::List(vec![Value::String(path.to_owned())]))]), printed, "{path}");
    }
}

#[test]
fn anys_within_each_other_do_not_overflow_the_stack() {
    use prost::Message as _;
    let any = contracts::pool().get_message_by_name("google.protobuf.Any").unwrap();
    let mut message = DynamicMessage::new(any.clone());
    for _ in 0..5_000 {
        let mut outer = DynamicMessage::new(any.clone());
        outer.set_field_by_number(1, Value::String("x/google.protobuf.Any".to_owned()));
        outer.set_field_by_number(2, Value::Bytes(message.encode_to_vec().into()));
        message = outer;
    }
    assert!(print(&message).is_err());
}

#[test]
fn one_field_is_read_and_written_alone() {
    let of = contracts::message("Everything");
    let limits = Limits::default();
    let inners = of.get_field_by_name("inners").unwrap();
    let Ok(Some(Value::List(list))) = field(&inners, br#"[{"number":1},{}]"#, &limits) else { panic!() };
    assert_eq!(list.len(), 2);
    assert_eq!(field(&inners, b"null", &limits), Ok(None));
    assert_eq!(field(&inners, br#"[{"x":1}]"#, &limits).unwrap_err()[0].field, "[0].x");
    let message = read(r#"{"texts":["a"],"small":3}"#).unwrap();
    for (name, printed) in [("texts", "[\"a\"]"), ("small", "3"), ("inner", "null"), ("large", "\"0\""), ("map", "{}")]
    {
        assert_eq!(print_field(&message, &of.get_field_by_name(name).unwrap()).unwrap(), printed);
    }
}
