//! Training, contests and commendations through the contract, on both engines.

pub(crate) mod awards;
mod courses;
mod due;
mod reasons;
mod rolls;

use hoagiai_proto::registry::v1::{
    self as pb, award_service_client::AwardServiceClient, training_service_client::TrainingServiceClient,
};
use hoagiai_types::{Clock, Timestamp};

use crate::world::*;

/// Everybody who elects and recognises, wherever.
pub(crate) const EVERYBODY: &str = "commune_chair~everywhere+front_head~everywhere";

/// A team of an area with mediators recognised on a day, wherever the area is.
pub(crate) async fn recognized_on(
    world: &World,
    ward: &str,
    area: &str,
    size: usize,
    on: &str,
) -> (String, Vec<String>) {
    let mut request = plan(ward, &[(area, i32::try_from(size).unwrap())]);
    request.plans[0].exception_reason = "địa bàn rộng".into();
    let team = world.teams(EVERYBODY).plan_teams(request).await.unwrap().into_inner().teams[0].team_id.clone();
    let mut people = world.mediators(EVERYBODY);
    let held = people.record_election(election(&team, &vec![80; size])).await.unwrap().into_inner().election.unwrap();
    let list = people.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id,
        decision: decision(on),
        ..Default::default()
    };
    people.decide_recognition(request).await.unwrap();
    (team, list.mediator_ids)
}

pub(crate) fn course_of(unit: &str, first: &str, last: &str) -> pb::PlanCourseRequest {
    pb::PlanCourseRequest {
        unit_id: unit.into(),
        display_name: "Bồi dưỡng hòa giải viên mới".into(),
        programme_code: "mediator_framework".into(),
        organizer: "UBND phường Ba Đình".into(),
        mode: pb::TrainingMode::InPerson.into(),
        first_date: day(first),
        last_date: day(last),
        request_id: String::new(),
    }
}

pub(crate) fn session_of(course: &str, on: &str, trainers: &[&str]) -> pb::ScheduleSessionRequest {
    pb::ScheduleSessionRequest {
        course_id: course.into(),
        session_date: day(on),
        duration_minutes: 210,
        mode: pb::TrainingMode::InPerson.into(),
        place: "Nhà văn hóa phường".into(),
        topic: "Kỹ năng hòa giải".into(),
        materials: "Sổ tay hòa giải viên".into(),
        trainer_ids: trainers.iter().map(|id| (*id).to_owned()).collect(),
        ..Default::default()
    }
}

pub(crate) fn line(mediator: &str, presence: pb::TrainingPresence, minutes: i32) -> pb::TrainingAttendance {
    pb::TrainingAttendance {
        mediator_id: mediator.into(),
        presence: presence.into(),
        minutes,
        material_given: presence == pb::TrainingPresence::Attended,
    }
}

pub(crate) fn came(mediator: &str) -> pb::TrainingAttendance {
    line(mediator, pb::TrainingPresence::Attended, 0)
}

impl World {
    pub(crate) fn trainings(&self, who: &str) -> TrainingServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        TrainingServiceClient::with_interceptor(channel, bearer)
    }

    pub(crate) fn awards(&self, who: &str) -> AwardServiceClient<Client> {
        let (channel, bearer) = self.client(who);
        AwardServiceClient::with_interceptor(channel, bearer)
    }

    /// The instant of the world.
    pub(crate) fn instant(&self) -> Timestamp {
        self.clock.now()
    }

    /// An open course of a unit with a session on each of these days; the course and the sessions.
    pub(crate) async fn open_course(&self, who: &str, unit: &str, days: &[&str]) -> (String, Vec<String>) {
        let mut trainings = self.trainings(who);
        let planned = trainings.plan_course(course_of(unit, days[0], days[days.len() - 1])).await.unwrap().into_inner();
        let course = planned.course.unwrap().course_id;
        let mut sessions = Vec::new();
        for on in days {
            let scheduled = trainings.schedule_session(session_of(&course, on, &[])).await.unwrap().into_inner();
            sessions.push(scheduled.session_id);
        }
        trainings.open_course(pb::OpenCourseRequest { course_id: course.clone(), ..Default::default() }).await.unwrap();
        (course, sessions)
    }

    /// Records that these mediators attended a session.
    pub(crate) async fn attended(&self, who: &str, session: &str, mediators: &[&str]) -> pb::TrainingSession {
        let request = pb::RecordAttendanceRequest {
            session_id: session.into(),
            attendances: mediators.iter().map(|id| came(id)).collect(),
            ..Default::default()
        };
        self.trainings(who).record_attendance(request).await.unwrap().into_inner().session.unwrap()
    }
}
