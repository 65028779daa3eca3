//! Facts of the directory.

use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_rpc::convert::date;
use hoagiai_store::{NewEvent, Sealed};
use hoagiai_types::Date;
use prost::Message;

use super::{event, sealed};
use crate::domain::MediatorId;

/// The name alone of what was sealed of a person.
pub(crate) fn name_from(bytes: &[u8]) -> Option<String> {
    pb::Person::decode(bytes).ok().map(|person| person.full_name)
}

pub(crate) fn contact_published(mediator: MediatorId, contact: &Sealed, consent: Date) -> NewEvent {
    let fact = pb::ContactPublicationChanged {
        mediator_id: mediator.to_string(),
        published: true,
        consent_date: Some(date(consent)),
        sealed_contact: Some(sealed(contact)),
    };
    event("ContactPublicationChanged", consent, Fact::ContactPublicationChanged(fact))
}

pub(crate) fn contact_withdrawn(mediator: MediatorId, on: Date) -> NewEvent {
    let fact = pb::ContactPublicationChanged { mediator_id: mediator.to_string(), ..Default::default() };
    event("ContactPublicationChanged", on, Fact::ContactPublicationChanged(fact))
}
