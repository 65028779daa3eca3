//! Records of procedures, training and awards on two axes of time: what they were on a day, what was known at an instant
//! (architecture §5). Teams, mediators and units have tests of their own in `history` and `units`.

mod procedures;
mod searches;
mod training;

use std::time::Duration;

use hoagiai_types::Timestamp;

use crate::world::World;

/// The instant of now, and the world a minute later: what is recorded next was not known at it.
fn then(world: &World) -> Option<prost_types::Timestamp> {
    let now = world.clock_now();
    world.clock.advance(Duration::from_secs(60));
    Some(now.to_proto())
}

fn long_ago() -> Option<prost_types::Timestamp> {
    Timestamp::parse("2020-01-01T00:00:00Z").map(Timestamp::to_proto)
}

/// Reads that answer for no record in time, and why.
const TIMELESS: &[(&str, &str)] = &[
    ("GetRosterTemplate", "an empty form"),
    ("ListLookups", "what accounts asked, by day: counted as it happened, never corrected"),
    ("ListDocumentKinds", "wordings are part of the program: by day alone"),
    ("ListProgrammes", "programmes are dated data of the program: by day alone"),
];

#[test]
fn every_read_of_the_registry_takes_valid_at_and_known_at() {
    let services = hoagiai_proto::pool().services().filter(|one| one.package_name() == "hoagiai.registry.v1");
    let (mut reads, mut missing) = (0, Vec::new());
    for method in services.flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let input = method.input();
        let name = method.name().to_owned();
        // What changes something can be repeated, or streams a file in.
        let changes = input.get_field_by_name("request_id").is_some() || method.is_client_streaming();
        if changes || TIMELESS.iter().any(|(timeless, _)| *timeless == name) {
            continue;
        }
        reads += 1;
        let of = |field: &str| {
            input.get_field_by_name(field).and_then(|field| Some(field.kind().as_message()?.full_name().to_owned()))
        };
        let takes = (of("valid_at"), of("known_at"));
        let wanted = (Some("google.type.Date".to_owned()), Some("google.protobuf.Timestamp".to_owned()));
        if takes != wanted {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
    assert!(reads > 35, "{reads}");
}
