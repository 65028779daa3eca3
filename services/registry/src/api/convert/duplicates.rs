//! What is known of a person beside who it is, and decisions on two records of one.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_rpc::convert::time;
use hoagiai_types::text;

use super::{etag, id_text, number};
use crate::domain::{Details, Duplicate, IdentityNumber};

/// What a request states of a person beside who it is.
pub(crate) fn details(languages: Vec<String>, expertises: &[String], identity_number: &str) -> Details {
    let expertises = expertises.iter().map(|expertise| text::nfc(expertise.trim())).collect();
    let mut details = Details { languages, expertises, ..Details::default() };
    details.identify(IdentityNumber::new(identity_number));
    details
}

/// A decision on two records for the wire; no reason in events, or once the key of the person was destroyed.
pub(crate) fn duplicate(one: &Duplicate, reason: Option<String>) -> pb::Duplicate {
    let (survivor, merged) = one.merge.unzip();
    pb::Duplicate {
        duplicate_id: one.id.to_string(),
        first_mediator_id: one.first.to_string(),
        second_mediator_id: one.second.to_string(),
        verdict: number(one.verdict),
        survivor_mediator_id: id_text(survivor),
        merged_mediator_id: id_text(merged),
        actor: one.actor.clone(),
        reason: reason.unwrap_or_default(),
        etag: etag(one.revision),
        create_time: Some(time(one.created_at)),
        update_time: Some(time(one.updated_at)),
    }
}
