//! Messages of training, contests and commendations to values of the domain and back.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_rpc::{
    Violations,
    convert::{date, may_id, need_date, need_id, ratio, time},
};
use hoagiai_types::{Ratio, text};

use super::{Named, decision, etag, id_text, need, number};
use crate::{
    domain::training::{
        Attendance, AwardLevel, Certificate, Commendation, CommendationForm, Contest, ContestPrize, ContestResult,
        Course, CourseState, Honoured, Indicators, Presence, Programme, Session, SessionState, Trainer, TrainerPerson,
        TrainingMode, TrainingRules,
    },
    usecases::{CoursePlan, Due, DueState, Duty, Issue, Measured, Training},
};

named! {
    CourseState = pb::TrainingCourseState { Planned, Open, Held, Closed, Cancelled };
    SessionState = pb::TrainingSessionState { Scheduled, Held, Cancelled };
    TrainingMode = pb::TrainingMode { InPerson, Online, Mixed };
    Presence = pb::TrainingPresence { Attended, Excused, Absent };
    AwardLevel = pb::AwardLevel { National, Province, Commune };
    ContestPrize = pb::ContestPrize { First, Second, Third, Consolation, Special, None };
    CommendationForm = pb::CommendationForm { MeritCertificate, PraiseCertificate, Medal, Other };
    Duty = pb::TrainingDuty { NewMediator, Yearly };
    DueState = pb::TrainingDueState { Due, Overdue };
}

/// Text as it is stored.
pub(crate) fn stored(words: &str) -> String {
    text::nfc(words.trim())
}

/// A name that must say something.
pub(crate) fn need_text(field: &str, words: &str, out: &mut Violations) -> Option<String> {
    let words = stored(words);
    if words.is_empty() {
        out.add(field, "REQUIRED", "is required", "là bắt buộc");
        return None;
    }
    Some(words)
}

/// A version of a programme for the wire.
pub(crate) fn programme(programme: &Programme) -> pb::TrainingProgramme {
    pb::TrainingProgramme {
        code: programme.code.clone(),
        version: programme.version.clone(),
        display_name: programme.title.clone(),
        decision: Some(decision(&programme.decision)),
        valid_from: Some(date(programme.valid_from)),
        valid_to: programme.valid_to.map(date),
    }
}

/// A course to be planned.
pub(crate) fn course_plan(message: &pb::PlanCourseRequest, out: &mut Violations) -> Option<CoursePlan> {
    let unit = need_id("unit_id", &message.unit_id, out);
    let name = need_text("display_name", &message.display_name, out);
    let mode = need("mode", message.mode, out);
    let first_date = need_date("first_date", message.first_date.as_ref(), out);
    let last_date = need_date("last_date", message.last_date.as_ref(), out);
    Some(CoursePlan {
        unit: unit?,
        name: name?,
        programme_code: message.programme_code.clone(),
        organizer: stored(&message.organizer),
        mode: mode?,
        first_date: first_date?,
        last_date: last_date?,
    })
}

/// Certificates to be issued.
pub(crate) fn issue(message: &pb::IssueCertificatesRequest, out: &mut Violations) -> Option<Issue> {
    let date = need_date("issue_date", message.issue_date.as_ref(), out);
    let issuer = need_text("issuer", &message.issuer, out);
    let one = |(index, one): (usize, &pb::CertificateIssue)| {
        let mediator = need_id(format!("certificates[{index}].mediator_id"), &one.mediator_id, out);
        Some((mediator?, stored(&one.number)))
    };
    let certificates: Vec<_> = message.certificates.iter().enumerate().map(one).collect();
    Some(Issue { certificates: certificates.into_iter().collect::<Option<_>>()?, date: date?, issuer: issuer? })
}

/// A course for the wire.
pub(crate) fn course(course: &Course) -> pb::TrainingCourse {
    pb::TrainingCourse {
        course_id: course.id.to_string(),
        display_name: course.name.clone(),
        state: number(course.state),
        province_unit_id: course.province.to_string(),
        commune_unit_id: id_text(course.commune),
        programme_code: course.programme_code.clone(),
        programme_version: course.programme_version.clone(),
        organizer: course.organizer.clone(),
        mode: number(course.mode),
        first_date: Some(date(course.first_date)),
        last_date: Some(date(course.last_date)),
        total_minutes: course.minutes,
        cancel_reason: course.cancel_reason.clone(),
        sessions: course.sessions.iter().map(session).collect(),
        etag: etag(course.revision),
        create_time: Some(time(course.created_at)),
        update_time: Some(time(course.updated_at)),
    }
}

/// A session for the wire.
pub(crate) fn session(session: &Session) -> pb::TrainingSession {
    pb::TrainingSession {
        session_id: session.id.to_string(),
        course_id: session.course.to_string(),
        number: session.number,
        state: number(session.state),
        session_date: Some(date(session.date)),
        duration_minutes: session.minutes,
        mode: number(session.mode),
        place: session.place.clone(),
        topic: session.topic.clone(),
        materials: session.materials.clone(),
        trainer_ids: session.trainers.iter().map(ToString::to_string).collect(),
        attended_count: session.tally.attended,
        absent_count: session.tally.absent,
        material_count: session.tally.material,
        cancel_reason: session.cancel_reason.clone(),
    }
}

/// The etag of a course.
pub(crate) fn course_etag(course: &Course) -> String {
    etag(course.revision)
}

/// A line of a roll for the wire.
pub(crate) fn attendance(one: &Attendance) -> pb::TrainingAttendance {
    pb::TrainingAttendance {
        mediator_id: one.mediator.to_string(),
        presence: number(one.presence),
        minutes: one.minutes,
        material_given: one.material,
    }
}

/// A roll.
pub(crate) fn roll(lines: &[pb::TrainingAttendance], out: &mut Violations) -> Option<Vec<Attendance>> {
    let line = |(index, line): (usize, &pb::TrainingAttendance)| {
        let mediator = need_id(format!("attendances[{index}].mediator_id"), &line.mediator_id, out);
        let presence = need(format!("attendances[{index}].presence"), line.presence, out);
        Some(Attendance {
            mediator: mediator?,
            presence: presence?,
            minutes: line.minutes,
            material: line.material_given,
        })
    };
    // Every line is read before the first fault ends it, so that all faults are told.
    lines.iter().enumerate().map(line).collect::<Vec<_>>().into_iter().collect()
}

/// One session of a mediator's record for the wire.
pub(crate) fn training(one: &Training) -> pb::MediatorTraining {
    pb::MediatorTraining {
        course_id: one.course.to_string(),
        course_display_name: one.course_name.clone(),
        session_id: one.session.to_string(),
        session_date: Some(date(one.date)),
        presence: number(one.presence),
        minutes: one.minutes,
        material_given: one.material,
    }
}

/// A certificate for the wire.
pub(crate) fn certificate(one: &Certificate) -> pb::TrainingCertificate {
    pb::TrainingCertificate {
        certificate_id: one.id.to_string(),
        course_id: one.course.to_string(),
        mediator_id: one.mediator.to_string(),
        number: one.number.clone(),
        issue_date: Some(date(one.issue_date)),
        issuer: one.issuer.clone(),
        revoke_date: one.revoked.map(date),
        revoke_reason: one.revoke_reason.clone(),
        etag: etag(one.revision),
    }
}

/// A trainer as a person for the wire.
pub(crate) fn trainer_person(person: &TrainerPerson) -> pb::TrainerPerson {
    pb::TrainerPerson { full_name: person.full_name.clone(), phone: person.phone.clone() }
}

/// A trainer for the wire; `who` is none once the key of the person was destroyed.
pub(crate) fn trainer(trainer: &Trainer, who: Option<&TrainerPerson>) -> pb::Trainer {
    pb::Trainer {
        trainer_id: trainer.id.to_string(),
        province_unit_id: trainer.province.to_string(),
        commune_unit_id: id_text(trainer.commune),
        person: who.map(trainer_person),
        organization: trainer.organization.clone(),
        decision: trainer.decision.as_ref().map(decision),
        end_date: trainer.ended.map(date),
        etag: etag(trainer.revision),
    }
}

/// Who is named by one of two ids; whether it is exactly one is for the use case, which tells all faults together.
pub(crate) fn honoured(
    list: &str,
    index: usize,
    (mediator, team): (&str, &str),
    out: &mut Violations,
) -> Option<Honoured> {
    let mediator = may_id(format!("{list}[{index}].mediator_id"), mediator, out);
    let team = may_id(format!("{list}[{index}].team_id"), team, out);
    match (mediator, team) {
        (Some(mediator), None) => Some(Honoured::Mediator(mediator)),
        (None, Some(team)) => Some(Honoured::Team(team)),
        _ => {
            let (english, vietnamese) =
                ("needs either a mediator or a team", "cần ghi một hòa giải viên hoặc một tổ hòa giải");
            out.add(format!("{list}[{index}]"), "ONE_OF", english, vietnamese);
            None
        }
    }
}

/// Results of a contest.
pub(crate) fn results(lines: &[pb::ContestResult], out: &mut Violations) -> Option<Vec<ContestResult>> {
    let line = |(index, line): (usize, &pb::ContestResult)| {
        let who = honoured("results", index, (&line.mediator_id, &line.team_id), out);
        let prize = need(format!("results[{index}].prize"), line.prize, out);
        Some(ContestResult { who: who?, prize: prize? })
    };
    lines.iter().enumerate().map(line).collect::<Vec<_>>().into_iter().collect()
}

/// A contest for the wire.
pub(crate) fn contest(contest: &Contest) -> pb::Contest {
    let result = |one: &ContestResult| pb::ContestResult {
        mediator_id: id_text(one.who.mediator()),
        team_id: id_text(one.who.team()),
        prize: number(one.prize),
    };
    pb::Contest {
        contest_id: contest.id.to_string(),
        display_name: contest.name.clone(),
        level: number(contest.level),
        province_unit_id: contest.province.to_string(),
        commune_unit_id: id_text(contest.commune),
        first_date: Some(date(contest.first_date)),
        last_date: Some(date(contest.last_date)),
        place: contest.place.clone(),
        results: contest.results.iter().map(result).collect(),
        correct_reason: contest.correct_reason.clone(),
        etag: etag(contest.revision),
    }
}

/// A commendation for the wire.
pub(crate) fn commendation(one: &Commendation) -> pb::Commendation {
    pb::Commendation {
        commendation_id: one.id.to_string(),
        mediator_id: id_text(one.who.mediator()),
        team_id: id_text(one.who.team()),
        form: number(one.form),
        level: number(one.level),
        decision: Some(decision(&one.decision)),
        achievement: one.achievement.clone(),
        province_unit_id: one.province.to_string(),
        commune_unit_id: one.commune.to_string(),
        revoke_date: one.revoked.map(date),
        revoke_reason: one.revoke_reason.clone(),
        etag: etag(one.revision),
    }
}

/// Somebody still to be trained, for the wire.
pub(crate) fn due(one: &Due) -> pb::TrainingDue {
    pb::TrainingDue {
        mediator_id: one.mediator.to_string(),
        team_id: one.team.to_string(),
        commune_unit_id: one.commune.to_string(),
        duty: number(one.duty),
        state: number(one.state),
        recognition_date: Some(date(one.recognized)),
        due_date: Some(date(one.due)),
    }
}

/// The figures of a year for the wire.
pub(crate) fn measured(measured: &Measured) -> pb::GetTrainingIndicatorsResponse {
    let rules = measured.rules.as_ref();
    let one = |unit: String, figures: &Indicators| indicators(unit, figures, rules);
    let target = rules.map(|rules| rules.yearly_share);
    pb::GetTrainingIndicatorsResponse {
        total: Some(one(measured.unit.to_string(), &measured.total)),
        communes: measured.communes.iter().map(|(unit, figures)| one(unit.to_string(), figures)).collect(),
        valid_at: Some(date(measured.day)),
        target_share: target.map(|target| share(target.numerator, target.denominator)),
        rule_version: rules.map(|rules| rules.version.clone()).unwrap_or_default(),
    }
}

fn share(numerator: i64, denominator: i64) -> hoagiai_proto::common::v1::Ratio {
    ratio(Ratio { numerator, denominator })
}

fn indicators(unit_id: String, figures: &Indicators, rules: Option<&TrainingRules>) -> pb::TrainingIndicators {
    pb::TrainingIndicators {
        unit_id,
        mediator_count: figures.mediators,
        trained_count: figures.trained,
        female_mediator_count: figures.women,
        female_trained_count: figures.women_trained,
        attended_minutes: figures.minutes,
        team_count: figures.teams,
        trained_team_count: figures.teams_trained,
        material_count: figures.materials,
        new_mediator_count: figures.new_mediators(),
        new_in_time_count: figures.new_in_time,
        new_missed_count: figures.new_missed,
        new_not_due_count: figures.new_not_due,
        new_ceased_count: figures.new_ceased,
        trained_share: Some(share(figures.trained, figures.mediators)),
        new_in_time_share: Some(share(figures.new_in_time, figures.new_in_time + figures.new_missed)),
        female_share: Some(share(figures.women_trained, figures.trained)),
        target_met: rules.is_some_and(|rules| rules.yearly_share.is_reached_by(figures.trained, figures.mediators)),
    }
}
