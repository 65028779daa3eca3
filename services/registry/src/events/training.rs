//! Facts of training, contests and commendations.

use hoagiai_proto::registry::v1::{self as pb, registry_event::Fact};
use hoagiai_rpc::convert::date;
use hoagiai_store::{NewEvent, Sealed};
use hoagiai_types::Date;
use prost::Message;

use super::{event, sealed};
use crate::{
    api::convert::{self, training as wire},
    domain::{
        MediatorId,
        training::{Attendance, Certificate, Commendation, Contest, Course, Session, Trainer, TrainerPerson},
    },
};

/// What is sealed of a trainer.
pub(crate) fn trainer_bytes(person: &TrainerPerson) -> Vec<u8> {
    wire::trainer_person(person).encode_to_vec()
}

/// A trainer from what was sealed.
pub(crate) fn trainer_from(bytes: &[u8]) -> Option<TrainerPerson> {
    let person = pb::TrainerPerson::decode(bytes).ok()?;
    Some(TrainerPerson { full_name: person.full_name, phone: person.phone })
}

fn alone(course: &Course) -> Option<pb::TrainingCourse> {
    Some(pb::TrainingCourse { sessions: Vec::new(), ..wire::course(course) })
}

pub(crate) fn course_planned(course: &Course, on: Date) -> NewEvent {
    let fact = pb::TrainingCoursePlanned { course: alone(course) };
    event("TrainingCoursePlanned", on, Fact::TrainingCoursePlanned(fact))
}

pub(crate) fn course_moved(course: &Course, on: Date) -> NewEvent {
    let fact = pb::TrainingCourseMoved { course: alone(course) };
    event("TrainingCourseMoved", on, Fact::TrainingCourseMoved(fact))
}

pub(crate) fn session_changed(session: &Session, on: Date) -> NewEvent {
    let fact = pb::TrainingSessionChanged { session: Some(wire::session(session)) };
    event("TrainingSessionChanged", on, Fact::TrainingSessionChanged(fact))
}

pub(crate) fn attendance_recorded(
    session: &Session,
    roll: &[Attendance],
    withdrawn: &[MediatorId],
    reason: &str,
) -> NewEvent {
    let fact = pb::TrainingAttendanceRecorded {
        session: Some(wire::session(session)),
        attendances: roll.iter().map(wire::attendance).collect(),
        withdrawn_mediator_ids: withdrawn.iter().map(ToString::to_string).collect(),
        correct_reason: reason.to_owned(),
    };
    event("TrainingAttendanceRecorded", session.date, Fact::TrainingAttendanceRecorded(fact))
}

pub(crate) fn certificates_issued(course: &Course, certificates: &[Certificate], on: Date) -> NewEvent {
    let fact = pb::TrainingCertificatesIssued {
        course_id: course.id.to_string(),
        certificates: certificates.iter().map(wire::certificate).collect(),
    };
    event("TrainingCertificatesIssued", on, Fact::TrainingCertificatesIssued(fact))
}

pub(crate) fn certificate_revoked(certificate: &Certificate, on: Date) -> NewEvent {
    let fact = pb::TrainingCertificateRevoked { certificate: Some(wire::certificate(certificate)) };
    event("TrainingCertificateRevoked", on, Fact::TrainingCertificateRevoked(fact))
}

pub(crate) fn trainer_changed(trainer: &Trainer, person: Option<&Sealed>, on: Date) -> NewEvent {
    let fact = pb::TrainerChanged {
        trainer_id: trainer.id.to_string(),
        province_unit_id: trainer.province.to_string(),
        commune_unit_id: trainer.commune.map(|id| id.to_string()).unwrap_or_default(),
        organization: trainer.organization.clone(),
        decision: trainer.decision.as_ref().map(convert::decision),
        sealed_person: person.map(sealed),
        end_date: trainer.ended.map(date),
    };
    event("TrainerChanged", on, Fact::TrainerChanged(fact))
}

pub(crate) fn contest_recorded(contest: &Contest) -> NewEvent {
    let fact = pb::ContestRecorded { contest: Some(wire::contest(contest)) };
    event("ContestRecorded", contest.first_date, Fact::ContestRecorded(fact))
}

pub(crate) fn commendation_changed(commendation: &Commendation, on: Date) -> NewEvent {
    let fact = pb::CommendationChanged { commendation: Some(wire::commendation(commendation)) };
    event("CommendationChanged", on, Fact::CommendationChanged(fact))
}
