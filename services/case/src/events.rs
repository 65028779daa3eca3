//! The facts of this service as its journal keeps them. The only file besides the API that names its messages.

use hoagiai_proto::{
    cases::v1::{self as pb, case_event},
    common,
};
use hoagiai_rpc::convert;
use hoagiai_store::{NewEvent, Sealed};
use hoagiai_types::{Date, Etag};
use prost::Message as _;

use crate::domain::{
    Assignment, Case, CaseId, Category, Content, Entry, Exclusion, Fact, Ground, Party, PartyKind, Place, RegisterBook,
    Source, State, TeamId, UnsuccessfulReason,
};

/// The context that binds sealed content to its place.
pub const CONTENT: &str = "case.content";
/// The context that binds a sealed reason for a late session to its place.
pub const LATE_REASON: &str = "case.late_reason";

/// A book was opened.
pub fn book_opened(book: &RegisterBook) -> NewEvent {
    let fact = pb::RegisterBookOpened { register_book: Some(book_message(book)) };
    event("RegisterBookOpened", book.opened_on, case_event::Fact::RegisterBookOpened(fact))
}

/// A book was closed on a day.
pub fn book_closed(book: &RegisterBook, day: Date) -> NewEvent {
    let fact = pb::RegisterBookClosed { register_book: Some(book_message(book)) };
    event("RegisterBookClosed", day, case_event::Fact::RegisterBookClosed(fact))
}

/// A closed book is kept by another team from now on.
pub fn book_handed_over(book: &RegisterBook, keeper: TeamId, day: Date) -> NewEvent {
    let fact =
        pb::RegisterBookHandedOver { register_book: Some(book_message(book)), keeper_team_id: keeper.to_string() };
    event("RegisterBookHandedOver", day, case_event::Fact::RegisterBookHandedOver(fact))
}

/// An open case goes on where it lies now.
pub fn case_handed_over(case: &Case, from: &Place, day: Date) -> NewEvent {
    let fact = pb::CaseHandedOver {
        case_id: case.id.to_string(),
        previous_team_id: from.team.to_string(),
        team_id: case.place.team.to_string(),
        previous_commune_unit_id: from.commune.to_string(),
        commune_unit_id: case.place.commune.to_string(),
    };
    event("CaseHandedOver", day, case_event::Fact::CaseHandedOver(fact))
}

/// A book got the entry of a case.
pub fn entry_added(case: &Case) -> NewEvent {
    let entry = pb::RegisterEntry {
        register_number: case.number,
        case_id: case.id.to_string(),
        receive_date: Some(convert::date(case.received_on)),
        ..pb::RegisterEntry::default()
    };
    let fact = pb::RegisterEntryAdded { register_book_id: case.book.to_string(), register_entry: Some(entry) };
    event("RegisterEntryAdded", case.received_on, case_event::Fact::RegisterEntryAdded(fact))
}

/// A case was received.
pub fn received(case: &Case, content: &Sealed) -> NewEvent {
    let fact = pb::CaseReceived {
        case: Some(case_message(case)),
        sealed_content: Some(sealed_message(content)),
        party_count: case.party_count,
    };
    event("CaseReceived", case.received_on, case_event::Fact::CaseReceived(fact))
}

/// The content of a case was read.
pub fn content_read(id: CaseId, day: Date) -> NewEvent {
    event("CaseContentRead", day, case_event::Fact::CaseContentRead(pb::CaseContentRead { case_id: id.to_string() }))
}

/// A change was made to a case, which is as it was left by it.
pub fn changed(case: &Case, fact: &Fact, day: Date, content: Option<&Sealed>) -> NewEvent {
    let case_id = case.id.to_string();
    let (kind, fact) = match fact {
        Fact::ScopeAsked => ("ScopeAsked", case_event::Fact::ScopeAsked(pb::ScopeAsked { case_id })),
        Fact::Accepted => {
            let category = category(case.category).into();
            ("CaseAccepted", case_event::Fact::CaseAccepted(pb::CaseAccepted { case_id, category }))
        }
        Fact::Referred(why, referred_to) => {
            let (exclusion, referred_to) = (exclusion(*why).into(), referred_to.clone());
            ("CaseReferred", case_event::Fact::CaseReferred(pb::CaseReferred { case_id, exclusion, referred_to }))
        }
        Fact::MediatorsAssigned => {
            let assignments = assignments(case);
            let fact = pb::MediatorsAssigned { case_id, assignments };
            ("MediatorsAssigned", case_event::Fact::MediatorsAssigned(fact))
        }
        Fact::ConflictDeclared(mediator) => {
            let fact = pb::ConflictDeclared { case_id, mediator_id: mediator.to_string() };
            ("ConflictDeclared", case_event::Fact::ConflictDeclared(fact))
        }
        Fact::SessionRecorded { public, late } => {
            let fact = pb::SessionRecorded {
                case_id,
                session_number: case.session_count,
                session_date: Some(convert::date(day)),
                public_session: *public,
                late: *late,
                assignments: assignments(case),
            };
            ("SessionRecorded", case_event::Fact::SessionRecorded(fact))
        }
        Fact::Paused => ("CasePaused", case_event::Fact::CasePaused(pb::CasePaused { case_id })),
        Fact::Resumed => ("CaseResumed", case_event::Fact::CaseResumed(pb::CaseResumed { case_id })),
        Fact::Declined => ("CaseDeclined", case_event::Fact::CaseDeclined(pb::CaseDeclined { case_id })),
        Fact::Concluded => {
            let fact = pb::CaseConcluded {
                case_id,
                team_id: case.place.team.to_string(),
                successful: case.state == State::Successful,
                unsuccessful_reason: reason(case.unsuccessful_reason).into(),
                conclude_date: Some(convert::date(day)),
                sealed_content: content.map(sealed_message),
                mediator_ids: case.mediators.assigned().iter().map(|a| a.mediator.to_string()).collect(),
            };
            ("CaseConcluded", case_event::Fact::CaseConcluded(fact))
        }
    };
    event(kind, day, fact)
}

fn event(kind: &'static str, valid_time: Date, fact: case_event::Fact) -> NewEvent {
    NewEvent { kind, valid_time, payload: pb::CaseEvent { fact: Some(fact) }.encode_to_vec() }
}

fn sealed_message(sealed: &Sealed) -> common::v1::Sealed {
    common::v1::Sealed {
        subject: sealed.subject.to_string(),
        key_version: sealed.key_version,
        ciphertext: sealed.ciphertext.clone(),
    }
}

/// A case without its content.
pub fn case_message(case: &Case) -> pb::Case {
    pb::Case {
        case_id: case.id.to_string(),
        team_id: case.place.team.to_string(),
        commune_unit_id: case.place.commune.to_string(),
        state: state(case.state).into(),
        category: category(case.category).into(),
        ground: ground(case.ground).into(),
        register_book_id: case.book.to_string(),
        register_number: case.number,
        receive_date: Some(convert::date(case.received_on)),
        assignments: assignments(case),
        session_count: case.session_count,
        first_session_due_date: case.first_session_due_on.map(convert::date),
        conclude_date: case.concluded_on.map(convert::date),
        unsuccessful_reason: reason(case.unsuccessful_reason).into(),
        court_due_date: case.court_due_on.map(convert::date),
        content: None,
        etag: Etag::new(case.revision).to_string(),
        create_time: Some(convert::time(case.created_at)),
        update_time: Some(convert::time(case.updated_at)),
    }
}

/// A book.
pub fn book_message(book: &RegisterBook) -> pb::RegisterBook {
    pb::RegisterBook {
        register_book_id: book.id.to_string(),
        team_id: book.place.team.to_string(),
        book_number: book.number,
        open_date: Some(convert::date(book.opened_on)),
        close_date: book.closed_on.map(convert::date),
        entry_count: book.entry_count,
        etag: Etag::new(book.revision).to_string(),
    }
}

/// An entry of a book.
pub fn entry_message(entry: &Entry) -> pb::RegisterEntry {
    pb::RegisterEntry {
        register_number: entry.number,
        case_id: entry.case.to_string(),
        receive_date: Some(convert::date(entry.received_on)),
        mediator_ids: entry.mediators.iter().map(ToString::to_string).collect(),
        conclude_date: entry.concluded_on.map(convert::date),
        successful: entry.successful,
    }
}

/// Content as a message, which is what is sealed.
pub fn content_message(content: &Content) -> pb::CaseContent {
    let party = |party: &Party| pb::Party {
        kind: party_kind(party.kind).into(),
        full_name: party.full_name.clone(),
        age: party.age,
        address: party.address.clone(),
    };
    pb::CaseContent {
        summary: content.summary.clone(),
        parties: content.parties.iter().map(party).collect(),
        agreement: content.agreement.clone(),
    }
}

/// Content as a message; a party of a kind that is not told has none.
pub fn read_content(message: pb::CaseContent) -> Option<Content> {
    let party = |party: pb::Party| {
        let kind = PartyKind::ALL.iter().copied().find(|kind| i32::from(party_kind(*kind)) == party.kind)?;
        Some(Party { kind, full_name: party.full_name, age: party.age, address: party.address })
    };
    let parties: Option<Vec<Party>> = message.parties.into_iter().map(party).collect();
    Some(Content { summary: message.summary, parties: parties?, agreement: message.agreement })
}

/// Content as the bytes that are sealed.
pub fn encode_content(content: &Content) -> Vec<u8> {
    content_message(content).encode_to_vec()
}

/// Content from the bytes that were sealed; none if they are anything else.
pub fn decode_content(bytes: &[u8]) -> Option<Content> {
    pb::CaseContent::decode(bytes).ok().and_then(read_content)
}

fn assignments(case: &Case) -> Vec<pb::Assignment> {
    let message = |assignment: &Assignment| pb::Assignment {
        mediator_id: assignment.mediator.to_string(),
        assign_date: Some(convert::date(assignment.since)),
        source: source(assignment.source).into(),
    };
    case.mediators.assigned().iter().map(message).collect()
}

/// Pairs each value of the domain with that of the contract.
macro_rules! pairs {
    ($(#[$meta:meta])* $function:ident, $from:ident => $to:ident { $($value:ident $other:ident,)+ }) => {
        $(#[$meta])*
        pub const fn $function(value: $from) -> pb::$to {
            match value { $($from::$value => pb::$to::$other),+ }
        }
    };
}

pairs! {
    /// A state for the wire.
    state, State => CaseState {
        Received Received, ScopeQuery ScopeQuery, Accepted Accepted, OutOfScope OutOfScope, Declined Declined,
        Assigned Assigned, InMediation InMediation, Paused Paused, Successful Successful, Unsuccessful Unsuccessful,
    }
}
pairs! {
    /// A category for the wire.
    category, Category => CaseCategory {
        Conflict Conflict, CivilDispute CivilDispute, FamilyDispute FamilyDispute, MinorViolation MinorViolation,
        CriminalNotProsecuted CriminalNotProsecuted, AlternativeMeasure AlternativeMeasure,
        OtherPermitted OtherPermitted,
    }
}
pairs! {
    /// A ground for the wire.
    ground, Ground => CaseGround {
        PartyRequest PartyRequest, Witnessed Witnessed, AssignedOrReferred AssignedOrReferred,
    }
}
pairs! {
    /// An exclusion for the wire.
    exclusion, Exclusion => ScopeExclusion {
        PublicInterest PublicInterest, NotConciliable NotConciliable, Criminal Criminal,
        Administrative Administrative, CommercialOrLabour CommercialOrLabour, OtherLaw OtherLaw,
    }
}
pairs! {
    /// A kind of party for the wire.
    party_kind, PartyKind => PartyKind {
        Person Person, Group Group, Family Family, FamilyGroup FamilyGroup, Organization Organization,
    }
}
pairs! {
    /// A source for the wire.
    source, Source => AssignmentSource { Parties Parties, Leader Leader, Witness Witness, }
}

/// A reason for the wire; unspecified without one.
pub const fn reason(value: Option<UnsuccessfulReason>) -> pb::UnsuccessfulReason {
    match value {
        None => pb::UnsuccessfulReason::Unspecified,
        Some(UnsuccessfulReason::PartyRequest) => pb::UnsuccessfulReason::PartyRequest,
        Some(UnsuccessfulReason::NoProspect) => pb::UnsuccessfulReason::NoProspect,
    }
}
