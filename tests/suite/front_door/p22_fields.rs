//! P22, field by field: what every read answers over REST to every role is scanned, by the classes of the contracts, for
//! personal and sensitive values; each must be of a record that the role may read. The phone numbers of the records, which no
//! directory publishes, are looked for in the bytes.

use std::collections::{BTreeMap, BTreeSet};

use hoagiai_identity::{Area, Policy, Role};
use hoagiai_proto::options::v1::DataClass;
use hoagiai_rpc::annotations::data_class;
use hoagiai_transcode::{Binding, BodyRule, Limits};
use http::Method;
use prost_reflect::{DynamicMessage, Value};

use super::{
    client::{Answer, send},
    requests::{RestRequest, request_of},
    walk::table,
    world::{World, ask},
};

/// Which permission lets somebody read the personal fields of a message; none: whoever reads the directory (rule 57).
const READ_BY: [(&str, Option<&str>); 10] = [
    ("hoagiai.registry.v1.DirectoryEntry", None),
    ("hoagiai.registry.v1.Person", Some("registry.mediators.get")),
    ("hoagiai.registry.v1.Minutes", Some("registry.elections.get")),
    ("hoagiai.registry.v1.Signatory", Some("registry.elections.get")),
    ("hoagiai.registry.v1.GetRecognitionListResponse", Some("registry.recognition_lists.get")),
    ("hoagiai.registry.v1.CessationReasons", Some("registry.cessations.get")),
    ("hoagiai.registry.v1.TrainerPerson", Some("registry.trainers.list")),
    ("hoagiai.cases.v1.Case", Some("cases.cases.get")),
    ("hoagiai.cases.v1.CaseContent", Some("cases.cases.get")),
    ("hoagiai.cases.v1.Party", Some("cases.cases.get")),
];

/// The reads of a ward: every REST form by GET, the content of the case with it.
fn reads(world: &World) -> Vec<(Binding, RestRequest)> {
    let table = table();
    let reads = table.bindings().filter(|binding| binding.verb() == Some(&Method::GET));
    let reads =
        reads.filter(|binding| !binding.rpc().is_server_streaming() && matches!(binding.body(), BodyRule::None));
    let asked = |binding: &Binding| {
        let mut request = request_of(binding, &world.here.ids);
        if binding.rpc().name() == "GetCase" {
            request.path.push_str("?view=CASE_VIEW_FULL");
        }
        request
    };
    reads.map(|binding| (binding.clone(), asked(binding))).collect()
}

/// The personal and sensitive fields of an answer that hold something.
fn personal(binding: &Binding, answer: &Answer) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    if answer.status == 200 && answer.header("content-type").starts_with("application/json") {
        let of = binding.rpc().output();
        if binding.response_body().is_none() {
            let limits = Limits { body_bytes: usize::MAX, ..Limits::default() };
            let message = hoagiai_transcode::json::message(&of, &answer.body, &limits).unwrap();
            scan(&message, &mut found);
        }
    }
    found
}

fn scan(message: &DynamicMessage, found: &mut BTreeSet<(String, String)>) {
    for (field, value) in message.fields() {
        if matches!(data_class(&field), DataClass::Personal | DataClass::Sensitive) {
            found.insert((field.parent_message().full_name().to_owned(), field.name().to_owned()));
        }
        match value {
            Value::Message(inner) => scan(inner, found),
            Value::List(items) => items.iter().filter_map(Value::as_message).for_each(|item| scan(item, found)),
            _ => {}
        }
    }
}

fn may_read(policy: &Policy, role: Role, message: &str) -> bool {
    let read_by = READ_BY.iter().find(|(name, _)| *name == message);
    read_by.is_some_and(|(_, permission)| {
        permission.is_none_or(|permission| policy.entry(permission).unwrap().1.roles.contains(role))
    })
}

async fn p22_nobody_is_answered_a_personal_field_of_what_they_may_not_read(world: World) {
    let policy = Policy::embedded().unwrap();
    let reads = reads(&world);
    let (mut answers, mut wrong) = (0, Vec::new());
    let mut seen = BTreeMap::<(String, String), BTreeSet<&str>>::new();
    let mut directory = Vec::new();
    for role in Role::ALL {
        for area in [Area::Unit(world.here.id), Area::Everywhere] {
            let token = world.token(*role, Some(area));
            for (binding, request) in &reads {
                let answer = ask(world.http(), request, &token).await;
                answers += usize::from(answer.status == 200);
                for (message, field) in personal(binding, &answer) {
                    if !may_read(&policy, *role, &message) {
                        wrong.push(format!("{} as {role}: {message}.{field}", binding.rpc().name()));
                    }
                    seen.entry((message, field)).or_default().insert(role.name());
                }
                if binding.rpc().parent_service().name() == "DirectoryService" {
                    directory.push(answer);
                }
            }
        }
    }
    println!(
        "P22: {answers} answers of {} reads to {} roles; personal fields seen, by roles:",
        reads.len(),
        Role::ALL.len()
    );
    for ((message, field), roles) in &seen {
        println!("P22:   {message}.{field}: {}", roles.iter().copied().collect::<Vec<_>>().join(", "));
    }
    assert!(wrong.is_empty(), "{} leaks:\n{}", wrong.len(), wrong.join("\n"));
    // The scan sees what is there to be seen.
    for (message, field) in [("hoagiai.registry.v1.Person", "full_name"), ("hoagiai.cases.v1.CaseContent", "summary")] {
        assert!(seen.contains_key(&(message.to_owned(), field.to_owned())), "{message}.{field} was never answered");
    }
    directory.extend(visitors(&world, &reads).await);
    let phones = phones(&world).await;
    assert!(!phones.is_empty() && directory.iter().any(|answer| answer.status == 200));
    for answer in &directory {
        let body = String::from_utf8_lossy(&answer.body);
        assert!(phones.iter().all(|phone| !body.contains(phone.as_str())), "{body}");
    }
    println!(
        "P22: {} answers of the directory without one of {} phone numbers of the records",
        directory.len(),
        phones.len()
    );
    world.stop().await;
}

/// What the directory answers without credentials.
async fn visitors(world: &World, reads: &[(Binding, RestRequest)]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (binding, request) in reads {
        let answer = send(world.http(), (Method::GET, &request.path), &[("x-purpose", "test")], "").await;
        if answer.status == 200 {
            let fields = personal(binding, &answer);
            assert!(fields.iter().all(|(message, _)| message == "hoagiai.registry.v1.DirectoryEntry"), "{fields:?}");
            answers.push(answer);
        }
    }
    assert_eq!(answers.len(), 3, "the reads of the directory");
    answers
}

/// The phone numbers of the mediators of the ward, as the auditor reads them.
async fn phones(world: &World) -> BTreeSet<String> {
    let request = RestRequest {
        verb: Method::GET,
        path: format!("/v1/mediators?unitId={}&pageSize=100", world.here.id),
        content_type: "",
        body: Vec::new(),
    };
    let answer = ask(world.http(), &request, &world.token(Role::Auditor, Some(Area::Everywhere))).await;
    let json = answer.json();
    let phone = |one: &serde_json::Value| one["person"]["phone"].as_str().map(str::to_owned);
    json["mediators"].as_array().unwrap().iter().filter_map(phone).filter(|phone| phone.len() > 7).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p22_fields_on_sqlite() {
    p22_nobody_is_answered_a_personal_field_of_what_they_may_not_read(World::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p22_fields_on_postgresql() {
    p22_nobody_is_answered_a_personal_field_of_what_they_may_not_read(World::on_postgres().await).await;
}
