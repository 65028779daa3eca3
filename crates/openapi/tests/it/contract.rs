//! What of a contract becomes what of a document, case by case.

use std::fs;

use hoagiai_openapi::{Info, Notes, document};
use hoagiai_transcode::Table;
use prost_reflect::DescriptorPool;
use serde_json::{Value, json};

use crate::structure;

const CONTRACT: &str = r#"
syntax = "proto3";
package o;
import "buf/validate/validate.proto";
import "google/api/annotations.proto";
import "google/api/httpbody.proto";
import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "google/type/date.proto";

// Keeps things.
service Things {
  // Gets a thing. By its id.
  //
  // Answers NOT_FOUND.
  rpc Get(GetRequest) returns (Thing) { option (google.api.http) = {get: "/v1/things/{thing_id}"}; }
  // Makes one.
  rpc Make(MakeRequest) returns (MakeResponse) {
    option deprecated = true;
    option (google.api.http) = {
      post: "/v1/things/{parent.name=parents/*}/{id}" body: "*"
      additional_bindings {put: "/v1/made/{id}" body: "thing"}
      additional_bindings {custom {kind: "REPORT" path: "/v1/made"}}
    };
  }
  // Watches.
  rpc Watch(GetRequest) returns (stream Thing) { option (google.api.http) = {get: "/v1/things:watch"}; }
  // Lists.
  rpc List(ListRequest) returns (ListResponse) { option (google.api.http) = {get: "/v1/things" response_body: "things"}; }
  // Other name of the same place.
  rpc Alone(ListRequest) returns (AloneResponse) { option (google.api.http) = {get: "/v1/alone" response_body: "thing"}; }
  // Another.
  rpc Drop(ListRequest) returns (ListResponse) { option (google.api.http) = {delete: "/v1/things/{text}"}; }
  // Takes lines.
  rpc Lines(stream MakeRequest) returns (stream Thing) { option (google.api.http) = {post: "/v1/lines" body: "*"}; }
  // Takes a file.
  rpc File(stream FileRequest) returns (google.api.HttpBody) { option (google.api.http) = {post: "/v1/files/{path=**}" body: "chunk"}; }
}

// Nobody needs to be known for it.
service Open { // Hears.
  rpc Get(GetRequest) returns (Thing) { option (google.api.http) = {get: "/v1/open"}; } }

message GetRequest {
  // The thing.
  string thing_id = 1 [(buf.validate.field).string.uuid = true];
  View view = 2;
  repeated string fields = 3 [(buf.validate.field).repeated.max_items = 5];
  google.type.Date day = 4;
  Nested nested = 5;
  map<string, string> left_out = 6;
  repeated Nested also_left_out = 7;
  google.protobuf.Value and_this = 8;
}
message Nested { int32 depth = 1 [(buf.validate.field).int32 = {gte: 1, lte: 9}]; Nested more = 2; google.protobuf.Timestamp since = 3; }
// How much.
enum View {
  // Nothing said.
  VIEW_UNSPECIFIED = 0;
  // Everything.
  VIEW_FULL = 1;
}
// A thing.
message Thing {
  string etag = 1;
  int64 large = 2; uint64 larger = 3; uint32 count = 4; double real = 5; bytes data = 6; bool flag = 7;
  Thing inner = 8; repeated Thing things = 9; map<string, Nested> map = 10;
  google.protobuf.Timestamp time = 11; google.protobuf.Duration span = 12; google.protobuf.FieldMask mask = 13;
  google.protobuf.Any any = 14; google.protobuf.Int64Value box = 15; google.protobuf.Struct object = 16;
  // Named.
  oneof choice { string one = 17; string two = 18; }
  google.type.Date day = 19;
  google.api.HttpBody file = 20;
}
message MakeRequest {
  Parent parent = 1; string id = 2; Thing thing = 3; string request_id = 4; string etag = 5;
  string name = 6 [(buf.validate.field) = {required: true, string: {min_len: 1, max_len: 9, pattern: "^a+$"}}];
}
message Parent { string name = 1; }
message MakeResponse { int32 number = 1; }
message ListRequest { string text = 1; }
message ListResponse { repeated Thing things = 1; }
message AloneResponse { Thing thing = 1; }
message FileRequest { string path = 1; bytes chunk = 2; string note = 3; }
"#;

fn pool() -> DescriptorPool {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("o.proto"), CONTRACT).unwrap();
    let google = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/third_party");
    let mut compiler = protox::Compiler::new([folder.path(), &google]).unwrap();
    compiler.include_imports(true).include_source_info(true).open_file("o.proto").unwrap();
    compiler.descriptor_pool()
}

fn whole() -> Value {
    let table = Table::build(&pool(), |_| true).unwrap_or_else(|faults| panic!("{faults}"));
    let info = Info {
        title: "T".to_owned(),
        version: "1".to_owned(),
        servers: vec!["https://t".to_owned()],
        ..Info::default()
    };
    let paragraph = |method: &prost_reflect::MethodDescriptor| (method.name() == "Get").then(|| "For all.".to_owned());
    let public = |method: &prost_reflect::MethodDescriptor| method.parent_service().name() == "Open";
    document(&table, &info, Notes { paragraph: &paragraph, public: &public })
}

/// Where in a document something stands: names with a dot between, slashes of paths as `~1`.
fn at<'a>(whole: &'a Value, pointer: &str) -> &'a Value {
    whole.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"))
}

fn names(operation: &Value) -> Vec<String> {
    let shown = |p: &Value| match p["$ref"].as_str() {
        Some(reference) => reference.rsplit('/').next().unwrap().to_owned(),
        None => format!("{}:{}", p["in"].as_str().unwrap(), p["name"].as_str().unwrap()),
    };
    operation["parameters"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn the_document_is_sound() {
    assert_eq!(structure::faults(&whole()), [""; 0]);
}

#[test]
fn an_operation_has_the_words_of_its_comment() {
    let whole = whole();
    let get = at(&whole, "/paths/~1v1~1things~1{thing_id}/get");
    assert_eq!(get["summary"], "Gets a thing.");
    assert_eq!(get["description"], "Gets a thing. By its id.\n\nAnswers NOT_FOUND.\n\nFor all.");
    assert_eq!((&get["tags"], &get["operationId"]), (&json!(["o.Things"]), &json!("Things_Get")));
    assert_eq!(get["security"], json!([{ "bearer": [] }]));
    assert!(at(&whole, "/paths/~1v1~1open/get")["security"].is_null());
    let made = at(&whole, "/paths/~1v1~1made~1{id}/put");
    assert_eq!((&made["operationId"], &made["deprecated"]), (&json!("o_Things_Make"), &json!(true)));
    assert!(at(&whole, "/paths/~1v1~1made/x-report").is_object());
    assert_eq!(whole["tags"][1], json!({"name": "o.Things", "description": "Keeps things."}));
    assert_eq!(whole["servers"], json!([{ "url": "https://t" }]));
}

#[test]
fn a_request_is_in_path_query_headers_and_body() {
    let whole = whole();
    for (place, expected) in [
        (
            "/paths/~1v1~1things~1{thing_id}/get",
            vec![
                "path:thing_id",
                "query:view",
                "query:fields",
                "query:day",
                "query:nested.depth",
                "query:nested.since",
                "IfNoneMatch",
                "Timeout",
            ],
        ),
        (
            "/paths/~1v1~1things~1parents~1{parent_name}~1{id}/post",
            vec!["path:parent_name", "path:id", "IfMatch", "IdempotencyKey", "Timeout"],
        ),
        (
            "/paths/~1v1~1made~1{id}/put",
            vec![
                "path:id",
                "query:parent.name",
                "query:requestId",
                "query:etag",
                "query:name",
                "IfMatch",
                "IdempotencyKey",
                "Timeout",
            ],
        ),
        ("/paths/~1v1~1files~1{path}/post", vec!["path:path", "query:note", "Timeout"]),
        // The same path as that of Get, whose name for the parameter it takes.
        ("/paths/~1v1~1things~1{thing_id}/delete", vec!["path:thing_id", "Timeout"]),
    ] {
        assert_eq!(names(at(&whole, place)), expected, "{place}");
    }
    let body = |place: &str| at(&whole, place)["requestBody"]["content"].clone();
    let made = body("/paths/~1v1~1things~1parents~1{parent_name}~1{id}/post");
    let made = &made["application/json"]["schema"];
    assert!(made["properties"]["id"].is_null() && made["properties"]["parent"].is_object());
    assert_eq!((&made["required"], &made["additionalProperties"]), (&json!(["name"]), &json!(false)));
    assert_eq!(
        made["properties"]["name"],
        json!({"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a+$"})
    );
    let thing = body("/paths/~1v1~1made~1{id}/put");
    assert_eq!(thing["application/json"]["schema"]["allOf"][0]["$ref"], "#/components/schemas/o.Thing");
    assert!(body("/paths/~1v1~1lines/post")["application/x-ndjson"].is_object());
    assert_eq!(body("/paths/~1v1~1files~1{path}/post")["*/*"]["schema"]["format"], "binary");
}

#[test]
fn an_answer_is_what_the_transcoder_gives() {
    let whole = whole();
    let good = |place: &str| at(&whole, place)["responses"]["200"].clone();
    let get = good("/paths/~1v1~1things~1{thing_id}/get");
    assert_eq!(get["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/o.Thing");
    assert!(get["headers"]["etag"].is_object() && get["headers"]["ignored-parameters"].is_object());
    assert!(at(&whole, "/paths/~1v1~1things~1{thing_id}/get/responses/304").is_object());
    let watch = good("/paths/~1v1~1things:watch/get");
    let lines = &watch["content"]["application/x-ndjson"]["schema"]["anyOf"];
    assert_eq!(lines[1]["properties"]["error"]["$ref"], "#/components/schemas/google.rpc.Status");
    assert_eq!(good("/paths/~1v1~1things/get")["content"]["application/json"]["schema"]["type"], "array");
    let alone = &good("/paths/~1v1~1alone/get")["content"]["application/json"]["schema"];
    assert_eq!(
        (&alone["nullable"], &alone["allOf"][0]["$ref"]),
        (&json!(true), &json!("#/components/schemas/o.Thing"))
    );
    assert_eq!(good("/paths/~1v1~1files~1{path}/post")["content"]["*/*"]["schema"]["format"], "binary");
}

#[test]
fn schemas_follow_the_mapping_to_json() {
    let whole = whole();
    let thing = at(&whole, "/components/schemas/o.Thing");
    assert_eq!(thing["description"], "A thing.");
    for (name, schema) in [
        ("large", json!({"type": "string", "format": "int64", "pattern": "^(0|-?[1-9][0-9]{0,18})$"})),
        ("larger", json!({"type": "string", "format": "uint64", "pattern": "^(0|[1-9][0-9]{0,19})$"})),
        ("count", json!({"type": "integer", "format": "int64", "minimum": 0, "maximum": 4_294_967_295u32})),
        ("real", json!({"type": "number", "format": "double"})),
        ("data", json!({"type": "string", "format": "byte"})),
        ("flag", json!({"type": "boolean"})),
        ("inner", json!({"allOf": [{"$ref": "#/components/schemas/o.Thing"}]})),
        ("things", json!({"type": "array", "items": {"$ref": "#/components/schemas/o.Thing"}})),
        ("map", json!({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/o.Nested"}})),
        ("time", json!({"type": "string", "format": "date-time"})),
        ("box", json!({"type": "string", "format": "int64", "pattern": "^(0|-?[1-9][0-9]{0,18})$", "nullable": true})),
        ("object", json!({"type": "object"})),
        ("one", json!({"type": "string", "description": "At most one of `one`, `two` is given."})),
        // Within JSON it is a message as any other.
        ("file", json!({"allOf": [{"$ref": "#/components/schemas/google.api.HttpBody"}]})),
        ("day", json!({"allOf": [{"$ref": "#/components/schemas/google.type.Date"}]})),
    ] {
        assert_eq!(thing["properties"][name], schema, "{name}");
    }
    let view = at(&whole, "/components/schemas/o.View");
    assert_eq!(view["enum"], json!(["VIEW_UNSPECIFIED", "VIEW_FULL"]));
    assert_eq!(view["description"], "How much.\n\n- `VIEW_UNSPECIFIED`: Nothing said.\n- `VIEW_FULL`: Everything.");
    let parameters = at(&whole, "/paths/~1v1~1things~1{thing_id}/get/parameters").as_array().unwrap();
    let of = |name: &str| parameters.iter().find(|p| p["name"] == name).unwrap();
    assert_eq!(
        of("thing_id"),
        &json!({"name": "thing_id", "in": "path", "required": true, "description": "The thing.", "schema": {"type": "string", "format": "uuid"}})
    );
    assert_eq!(of("day")["schema"], json!({"type": "string", "format": "date"}));
    assert_eq!(of("fields")["schema"], json!({"type": "array", "items": {"type": "string"}, "maxItems": 5}));
    assert_eq!(of("nested.depth")["schema"], json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 9}));
}
