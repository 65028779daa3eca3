//! TrainingService.

use hoagiai_proto::registry::v1::{self as pb, training_service_server::TrainingService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{may_date, may_etag, may_id, may_time, need_date, need_id},
};
use tonic::{Request, Response, Status};

use super::{
    Api,
    convert::{self, training as wire},
    reading, refuse, whole,
};
use crate::{
    domain::training::{Course, TrainerPerson},
    usecases::{Correction, DueState, Duty, SessionPlan},
};

#[tonic::async_trait]
impl TrainingService for Api {
    async fn list_programmes(
        &self,
        request: Request<pb::ListProgrammesRequest>,
    ) -> Result<Response<pb::ListProgrammesResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let day = may_date("valid_at", message.valid_at.as_ref(), &mut out);
        let day = whole(out, Some(day))?;
        let after = page.after()?;
        let limit = usize::try_from(page.size().limit()).unwrap_or(usize::MAX);
        let mut found = self.registry.programmes(day, after.as_ref(), limit);
        let next_page_token = page.cut(&mut found, |one| (one.code.clone(), one.valid_from));
        let programmes = found.iter().map(wire::programme).collect();
        Ok(Response::new(pb::ListProgrammesResponse { programmes, next_page_token }))
    }

    async fn plan_course(
        &self,
        request: Request<pb::PlanCourseRequest>,
    ) -> Result<Response<pb::PlanCourseResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let plan = wire::course_plan(&message, &mut out);
        let plan = whole(out, plan)?;
        let (course, position) = self.registry.plan_course(&change, plan).await.map_err(refuse)?;
        Ok(Response::new(pb::PlanCourseResponse { course: Some(wire::course(&course)), position }))
    }

    async fn schedule_session(
        &self,
        request: Request<pb::ScheduleSessionRequest>,
    ) -> Result<Response<pb::ScheduleSessionResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let course = need_id("course_id", &message.course_id, &mut out);
        let date = need_date("session_date", message.session_date.as_ref(), &mut out);
        let mode = convert::need("mode", message.mode, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let ids = message.trainer_ids.iter().enumerate();
        let trainers: Vec<_> = ids.map(|(i, id)| need_id(format!("trainer_ids[{i}]"), id, &mut out)).collect();
        let trainers: Option<Vec<_>> = trainers.into_iter().collect();
        let (((course, date), mode), trainers) = whole(out, course.zip(date).zip(mode).zip(trainers))?;
        let plan = SessionPlan {
            date,
            minutes: message.duration_minutes,
            mode,
            place: wire::stored(&message.place),
            topic: wire::stored(&message.topic),
            materials: wire::stored(&message.materials),
            trainers,
        };
        let done = self.registry.schedule_session(&change, course, plan, etag).await;
        let (course, session, position) = done.map_err(refuse)?;
        let (course, session_id) = (Some(wire::course(&course)), session.to_string());
        Ok(Response::new(pb::ScheduleSessionResponse { course, position, session_id }))
    }

    async fn cancel_session(
        &self,
        request: Request<pb::CancelSessionRequest>,
    ) -> Result<Response<pb::CancelSessionResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let session = need_id("session_id", &message.session_id, &mut out);
        let reason = wire::need_text("reason", &message.reason, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (session, reason) = whole(out, session.zip(reason))?;
        let done = self.registry.cancel_session(&change, session, &reason, etag).await;
        let (course, position) = done.map_err(refuse)?;
        Ok(Response::new(pb::CancelSessionResponse { course: Some(wire::course(&course)), position }))
    }

    async fn open_course(
        &self,
        request: Request<pb::OpenCourseRequest>,
    ) -> Result<Response<pb::OpenCourseResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let course = need_id("course_id", &message.course_id, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let course = whole(out, course)?;
        let done = self.registry.move_course(&change, course, etag, Course::open).await;
        let (course, position) = done.map_err(refuse)?;
        Ok(Response::new(pb::OpenCourseResponse { course: Some(wire::course(&course)), position }))
    }

    async fn record_attendance(
        &self,
        request: Request<pb::RecordAttendanceRequest>,
    ) -> Result<Response<pb::RecordAttendanceResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let session = need_id("session_id", &message.session_id, &mut out);
        let roll = wire::roll(&message.attendances, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (session, roll) = whole(out, session.zip(roll))?;
        let done = self.registry.record_attendance(&change, session, roll, None, etag).await;
        let (course, session, position) = done.map_err(refuse)?;
        let (session, course_etag) = (Some(wire::session(&session)), wire::course_etag(&course));
        Ok(Response::new(pb::RecordAttendanceResponse { session, position, course_etag }))
    }

    async fn correct_attendance(
        &self,
        request: Request<pb::CorrectAttendanceRequest>,
    ) -> Result<Response<pb::CorrectAttendanceResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let session = need_id("session_id", &message.session_id, &mut out);
        let roll = wire::roll(&message.attendances, &mut out);
        let reason = wire::need_text("reason", &message.reason, &mut out);
        let ids = message.withdrawn_mediator_ids.iter().enumerate();
        let withdrawn: Vec<_> =
            ids.map(|(i, id)| need_id(format!("withdrawn_mediator_ids[{i}]"), id, &mut out)).collect();
        let withdrawn: Option<Vec<_>> = withdrawn.into_iter().collect();
        if message.attendances.is_empty() && message.withdrawn_mediator_ids.is_empty() {
            out.add("attendances", "REQUIRED", "or withdrawals are required", "hoặc danh sách loại bỏ là bắt buộc");
        }
        let etag = may_etag(&message.etag, &mut out);
        let ((session, roll), (reason, withdrawn)) = whole(out, session.zip(roll).zip(reason.zip(withdrawn)))?;
        let correction = Some(Correction { withdrawn, reason });
        let done = self.registry.record_attendance(&change, session, roll, correction, etag).await;
        let (course, session, position) = done.map_err(refuse)?;
        let (session, course_etag) = (Some(wire::session(&session)), wire::course_etag(&course));
        Ok(Response::new(pb::CorrectAttendanceResponse { session, position, course_etag }))
    }

    async fn conclude_course(
        &self,
        request: Request<pb::ConcludeCourseRequest>,
    ) -> Result<Response<pb::ConcludeCourseResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let course = need_id("course_id", &message.course_id, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let course = whole(out, course)?;
        let done = self.registry.move_course(&change, course, etag, Course::conclude).await;
        let (course, position) = done.map_err(refuse)?;
        Ok(Response::new(pb::ConcludeCourseResponse { course: Some(wire::course(&course)), position }))
    }

    async fn close_course(
        &self,
        request: Request<pb::CloseCourseRequest>,
    ) -> Result<Response<pb::CloseCourseResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let course = need_id("course_id", &message.course_id, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let course = whole(out, course)?;
        let done = self.registry.move_course(&change, course, etag, Course::close).await;
        let (course, position) = done.map_err(refuse)?;
        Ok(Response::new(pb::CloseCourseResponse { course: Some(wire::course(&course)), position }))
    }

    async fn cancel_course(
        &self,
        request: Request<pb::CancelCourseRequest>,
    ) -> Result<Response<pb::CancelCourseResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let course = need_id("course_id", &message.course_id, &mut out);
        let reason = wire::need_text("reason", &message.reason, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (course, reason) = whole(out, course.zip(reason))?;
        let verb = |course: &mut Course| course.cancel(&reason);
        let (course, position) = self.registry.move_course(&change, course, etag, verb).await.map_err(refuse)?;
        Ok(Response::new(pb::CancelCourseResponse { course: Some(wire::course(&course)), position }))
    }

    async fn get_course(
        &self,
        request: Request<pb::GetCourseRequest>,
    ) -> Result<Response<pb::GetCourseResponse>, Status> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let course = need_id("course_id", &message.course_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let course = whole(out, course)?;
        let course = self.registry.get_course(&caller, course, at).await.map_err(refuse)?;
        Ok(Response::new(pb::GetCourseResponse { course: Some(wire::course(&course)) }))
    }

    async fn list_courses(
        &self,
        request: Request<pb::ListCoursesRequest>,
    ) -> Result<Response<pb::ListCoursesResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = may_id("unit_id", &message.unit_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let unit = whole(out, Some(unit))?;
        let rows = (page.after()?, page.size().limit());
        let found = self.registry.list_courses(&caller, unit, convert::value(message.state), at, rows).await;
        let mut found = found.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |course| course.id.uuid());
        let courses = found.iter().map(wire::course).collect();
        Ok(Response::new(pb::ListCoursesResponse { courses, next_page_token }))
    }

    async fn list_attendance(
        &self,
        request: Request<pb::ListAttendanceRequest>,
    ) -> Result<Response<pb::ListAttendanceResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let session = need_id("session_id", &message.session_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let session = whole(out, session)?;
        let rows = (page.after()?, page.size().limit());
        let mut found = self.registry.list_attendance(&caller, session, at, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |one| one.mediator.uuid());
        let attendances = found.iter().map(wire::attendance).collect();
        Ok(Response::new(pb::ListAttendanceResponse { attendances, next_page_token }))
    }

    async fn list_mediator_training(
        &self,
        request: Request<pb::ListMediatorTrainingRequest>,
    ) -> Result<Response<pb::ListMediatorTrainingResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let mediator = whole(out, mediator)?;
        let rows = (page.after()?, page.size().limit());
        let found = self.registry.list_mediator_training(&caller, mediator, at, rows).await;
        let mut found = found.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |one| (one.date, one.session.uuid()));
        let trainings = found.iter().map(wire::training).collect();
        Ok(Response::new(pb::ListMediatorTrainingResponse { trainings, next_page_token }))
    }

    async fn issue_certificates(
        &self,
        request: Request<pb::IssueCertificatesRequest>,
    ) -> Result<Response<pb::IssueCertificatesResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let course = need_id("course_id", &message.course_id, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let issue = wire::issue(&message, &mut out);
        let (course, issue) = whole(out, course.zip(issue))?;
        let done = self.registry.issue_certificates(&change, course, issue, etag).await;
        let (issued, position) = done.map_err(refuse)?;
        let certificates = issued.iter().map(wire::certificate).collect();
        Ok(Response::new(pb::IssueCertificatesResponse { certificates, position }))
    }

    async fn revoke_certificate(
        &self,
        request: Request<pb::RevokeCertificateRequest>,
    ) -> Result<Response<pb::RevokeCertificateResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let certificate = need_id("certificate_id", &message.certificate_id, &mut out);
        let day = need_date("revoke_date", message.revoke_date.as_ref(), &mut out);
        let reason = wire::need_text("reason", &message.reason, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let ((certificate, day), reason) = whole(out, certificate.zip(day).zip(reason))?;
        let done = self.registry.revoke_certificate(&change, certificate, (day, &reason), etag).await;
        let (certificate, position) = done.map_err(refuse)?;
        let certificate = Some(wire::certificate(&certificate));
        Ok(Response::new(pb::RevokeCertificateResponse { certificate, position }))
    }

    async fn list_certificates(
        &self,
        request: Request<pb::ListCertificatesRequest>,
    ) -> Result<Response<pb::ListCertificatesResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let course = need_id("course_id", &message.course_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let course = whole(out, course)?;
        let rows = (page.after()?, page.size().limit());
        let mut found = self.registry.list_certificates(&caller, course, at, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |one| one.id.uuid());
        let certificates = found.iter().map(wire::certificate).collect();
        Ok(Response::new(pb::ListCertificatesResponse { certificates, next_page_token }))
    }

    async fn register_trainer(
        &self,
        request: Request<pb::RegisterTrainerRequest>,
    ) -> Result<Response<pb::RegisterTrainerResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let person = message.person.unwrap_or_default();
        let full_name = wire::need_text("person.full_name", &person.full_name, &mut out);
        let decision = match message.decision {
            None => Some(None),
            given => convert::need_decision(given, &mut out).map(Some),
        };
        let ((unit, full_name), decision) = whole(out, unit.zip(full_name).zip(decision))?;
        let person = TrainerPerson { full_name, phone: person.phone };
        let told = (wire::stored(&message.organization), decision);
        let done = self.registry.register_trainer(&change, unit, person, told).await;
        let (trainer, person, position) = done.map_err(refuse)?;
        let trainer = Some(wire::trainer(&trainer, person.as_ref()));
        Ok(Response::new(pb::RegisterTrainerResponse { trainer, position }))
    }

    async fn end_trainer(
        &self,
        request: Request<pb::EndTrainerRequest>,
    ) -> Result<Response<pb::EndTrainerResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let trainer = need_id("trainer_id", &message.trainer_id, &mut out);
        let last = need_date("end_date", message.end_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (trainer, last) = whole(out, trainer.zip(last))?;
        let done = self.registry.end_trainer(&change, trainer, last, etag).await;
        let (trainer, person, position) = done.map_err(refuse)?;
        let trainer = Some(wire::trainer(&trainer, person.as_ref()));
        Ok(Response::new(pb::EndTrainerResponse { trainer, position }))
    }

    async fn list_trainers(
        &self,
        request: Request<pb::ListTrainersRequest>,
    ) -> Result<Response<pb::ListTrainersResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = may_id("unit_id", &message.unit_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let unit = whole(out, Some(unit))?;
        let rows = (page.after()?, page.size().limit());
        let mut found = self.registry.list_trainers(&caller, unit, at, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |(trainer, _)| trainer.id.uuid());
        let trainers = found.iter().map(|(trainer, who)| wire::trainer(trainer, who.as_ref())).collect();
        Ok(Response::new(pb::ListTrainersResponse { trainers, next_page_token }))
    }

    async fn list_training_due(
        &self,
        request: Request<pb::ListTrainingDueRequest>,
    ) -> Result<Response<pb::ListTrainingDueResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = may_id("unit_id", &message.unit_id, &mut out);
        let duty: Option<Duty> = convert::need("duty", message.duty, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let duty = whole(out, duty)?;
        let state: Option<DueState> = convert::value(message.state);
        let rows = (page.after()?, page.size().limit());
        let found = self.registry.list_training_due(&caller, unit, (duty, state), at, rows).await;
        let mut found = found.map_err(refuse)?;
        let next_page_token = page.cut(&mut found, |one| (one.recognized, one.mediator.uuid()));
        let dues = found.iter().map(wire::due).collect();
        Ok(Response::new(pb::ListTrainingDueResponse { dues, next_page_token }))
    }

    async fn get_training_indicators(
        &self,
        request: Request<pb::GetTrainingIndicatorsRequest>,
    ) -> Result<Response<pb::GetTrainingIndicatorsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let unit = need_id("unit_id", &message.unit_id, &mut out);
        let year = i16::try_from(message.year).ok();
        let day = may_date("valid_at", message.valid_at.as_ref(), &mut out);
        let known = may_time("known_at", message.known_at.as_ref(), &mut out);
        let (unit, year) = whole(out, unit.zip(year))?;
        let measured = self.registry.training_indicators(&caller, unit, year, (day, known)).await.map_err(refuse)?;
        Ok(Response::new(wire::measured(&measured)))
    }
}
