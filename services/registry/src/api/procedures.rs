//! Methods of MediatorService about nominations, lists sent back, ceasing, the end of leaders and who acts for them.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_rpc::{
    Violations,
    convert::{may_date, may_etag, need_date, need_id},
};
use tonic::{Request, Response, Status};

use super::{Api, convert, papers, reading, refuse, whole};
use crate::{
    domain::Verification,
    usecases::{Ceasings, DecideCeasing},
};

type Answer<T> = Result<Response<T>, Status>;

impl Api {
    pub(super) async fn nominated(
        &self,
        request: Request<pb::NominateCandidatesRequest>,
    ) -> Answer<pb::NominateCandidatesResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let day = need_date("nominate_date", message.nominate_date.as_ref(), &mut out);
        let all = message.nominations.into_iter().enumerate();
        let all: Option<Vec<_>> = all.map(|(i, one)| papers::nomination(i, one, &mut out)).collect();
        let ((team, day), all) = whole(out, team.zip(day).zip(all))?;
        let (rows, position) = self.registry.nominate(&change, team, day, all).await.map_err(refuse)?;
        let mediators = rows.iter().map(|(mediator, who)| convert::mediator(mediator, who.as_ref())).collect();
        Ok(Response::new(pb::NominateCandidatesResponse { mediators, position }))
    }

    pub(super) async fn candidate_withdrawn(
        &self,
        request: Request<pb::WithdrawCandidateRequest>,
    ) -> Answer<pb::WithdrawCandidateResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let day = need_date("withdraw_date", message.withdraw_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (mediator, day) = whole(out, mediator.zip(day))?;
        let done = self.registry.withdraw_candidate(&change, mediator, day, etag).await;
        let (mediator, who, position) = done.map_err(refuse)?;
        let mediator = Some(convert::mediator(&mediator, who.as_ref()));
        Ok(Response::new(pb::WithdrawCandidateResponse { mediator, position }))
    }

    pub(super) async fn availability_set(
        &self,
        request: Request<pb::SetAvailabilityRequest>,
    ) -> Answer<pb::SetAvailabilityResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let from = need_date("from_date", message.from_date.as_ref(), &mut out);
        let to = may_date("to_date", message.to_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (mediator, from) = whole(out, mediator.zip(from))?;
        let (available, reason) = (message.available, message.reason.as_str());
        let done = self.registry.set_availability(&change, mediator, available, (from, to), reason, etag).await;
        let (mediator, who, absence, position) = done.map_err(refuse)?;
        let mediator = convert::mediator(&mediator, who.as_ref());
        let mediator = Some(papers::with_absence(mediator, absence.as_ref(), change.caller.today()));
        Ok(Response::new(pb::SetAvailabilityResponse { mediator, position }))
    }

    pub(super) async fn election_read(
        &self,
        request: Request<pb::GetElectionRequest>,
    ) -> Answer<pb::GetElectionResponse> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let election = need_id("election_id", &message.election_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let election = whole(out, election)?;
        let held = self.registry.get_election(&caller, election, at).await.map_err(refuse)?;
        let people = held.election.mediators.iter().zip(&held.persons);
        let mediators = people.map(|(m, who)| convert::mediator(m, who.as_ref())).collect();
        Ok(Response::new(pb::GetElectionResponse {
            election: Some(convert::election(&held.election, mediators)),
            minutes: held.minutes.as_ref().map(papers::minutes_message),
            candidacies: held.candidacies.iter().map(papers::candidacy).collect(),
        }))
    }

    pub(super) async fn list_returned(
        &self,
        request: Request<pb::ReturnRecognitionListRequest>,
    ) -> Answer<pb::ReturnRecognitionListResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let list = need_id("recognition_list_id", &message.recognition_list_id, &mut out);
        let day = need_date("return_date", message.return_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (list, day) = whole(out, list.zip(day))?;
        let done = self.registry.return_list(&change, list, day, &message.reason, etag).await;
        let (list, position) = done.map_err(refuse)?;
        let recognition_list = Some(convert::recognition_list(&list));
        Ok(Response::new(pb::ReturnRecognitionListResponse { recognition_list, position }))
    }

    pub(super) async fn list_read(
        &self,
        request: Request<pb::GetRecognitionListRequest>,
    ) -> Answer<pb::GetRecognitionListResponse> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let list = need_id("recognition_list_id", &message.recognition_list_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let list = whole(out, list)?;
        let (list, return_reason) = self.registry.get_list(&caller, list, at).await.map_err(refuse)?;
        let recognition_list = Some(convert::recognition_list(&list));
        Ok(Response::new(pb::GetRecognitionListResponse { recognition_list, return_reason }))
    }

    pub(super) async fn leader_ended(&self, request: Request<pb::EndLeaderRequest>) -> Answer<pb::EndLeaderResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let term = need_id("leader_term_id", &message.leader_term_id, &mut out);
        let ground = convert::need("ground", message.ground, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (term, by) = whole(out, term.zip(ground.zip(decision)))?;
        let done = self.registry.end_leader(&change, term, by, &message.reason, etag).await;
        let (term, team, position) = done.map_err(refuse)?;
        let (leader_term, team) = (Some(convert::leader_term(&term)), Some(convert::team(&team)));
        Ok(Response::new(pb::EndLeaderResponse { leader_term, team, position }))
    }

    pub(super) async fn leader_term_read(
        &self,
        request: Request<pb::GetLeaderTermRequest>,
    ) -> Answer<pb::GetLeaderTermResponse> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let term = need_id("leader_term_id", &message.leader_term_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let term = whole(out, term)?;
        let (term, votes, minutes) = self.registry.get_leader_term(&caller, term, at).await.map_err(refuse)?;
        Ok(Response::new(pb::GetLeaderTermResponse {
            leader_term: Some(convert::leader_term(&term)),
            votes: votes.iter().map(papers::leader_vote).collect(),
            minutes: minutes.as_ref().map(papers::minutes_message),
        }))
    }

    pub(super) async fn acting_leader_appointed(
        &self,
        request: Request<pb::AppointActingLeaderRequest>,
    ) -> Answer<pb::AppointActingLeaderResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let start = need_date("start_date", message.start_date.as_ref(), &mut out);
        let ((team, mediator), start) = whole(out, team.zip(mediator).zip(start))?;
        let done = self.registry.appoint_acting_leader(&change, team, mediator, start).await;
        let (acting, team, position) = done.map_err(refuse)?;
        let (acting_leader, team) = (Some(papers::acting_leader(&acting)), Some(convert::team(&team)));
        Ok(Response::new(pb::AppointActingLeaderResponse { acting_leader, team, position }))
    }

    pub(super) async fn acting_leader_ended(
        &self,
        request: Request<pb::EndActingLeaderRequest>,
    ) -> Answer<pb::EndActingLeaderResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let day = need_date("end_date", message.end_date.as_ref(), &mut out);
        let (team, day) = whole(out, team.zip(day))?;
        let done = self.registry.end_acting_leader(&change, team, day).await;
        let (acting, team, position) = done.map_err(refuse)?;
        let (acting_leader, team) = (Some(papers::acting_leader(&acting)), Some(convert::team(&team)));
        Ok(Response::new(pb::EndActingLeaderResponse { acting_leader, team, position }))
    }

    pub(super) async fn cessation_proposed(
        &self,
        request: Request<pb::ProposeCessationRequest>,
    ) -> Answer<pb::ProposeCessationResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let ground = convert::need("ground", message.ground, &mut out);
        let day = need_date("propose_date", message.propose_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let ((mediator, ground), day) = whole(out, mediator.zip(ground).zip(day))?;
        let why = (day, message.reason.as_str());
        let done = self.registry.propose_cessation(&change, mediator, ground, why, etag).await;
        let Parts { mediator, cessation, position } = parts(done.map_err(refuse)?);
        Ok(Response::new(pb::ProposeCessationResponse { mediator, cessation, position }))
    }

    pub(super) async fn cessation_withdrawn(
        &self,
        request: Request<pb::WithdrawCessationRequest>,
    ) -> Answer<pb::WithdrawCessationResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let day = need_date("withdraw_date", message.withdraw_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (mediator, day) = whole(out, mediator.zip(day))?;
        let done = self.registry.withdraw_cessation(&change, mediator, day, etag).await;
        let Parts { mediator, cessation, position } = parts(done.map_err(refuse)?);
        Ok(Response::new(pb::WithdrawCessationResponse { mediator, cessation, position }))
    }

    pub(super) async fn cessation_submitted(
        &self,
        request: Request<pb::SubmitCessationRequest>,
    ) -> Answer<pb::SubmitCessationResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let verified = need_date("verify_date", message.verify_date.as_ref(), &mut out);
        let leader_told = may_date("leader_told_date", message.leader_told_date.as_ref(), &mut out);
        let received = need_date("receive_date", message.receive_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (mediator, (date, received)) = whole(out, mediator.zip(verified.zip(received)))?;
        let (front_agrees, area_head_agrees) = (message.front_agrees, message.area_head_agrees);
        let found = Verification { date, front_agrees, area_head_agrees, leader_told };
        let found = (found, message.disagreement_reason.as_str());
        let done = self.registry.submit_cessation(&change, mediator, found, received, etag).await;
        let Parts { mediator, cessation, position } = parts(done.map_err(refuse)?);
        Ok(Response::new(pb::SubmitCessationResponse { mediator, cessation, position }))
    }

    pub(super) async fn cessation_read(
        &self,
        request: Request<pb::GetCessationRequest>,
    ) -> Answer<pb::GetCessationResponse> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let cessation = need_id("cessation_id", &message.cessation_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let cessation = whole(out, cessation)?;
        let (ceasing, words) = self.registry.get_cessation(&caller, cessation, at).await.map_err(refuse)?;
        let (cessation, reasons) = (Some(papers::cessation(&ceasing)), Some(papers::cessation_reasons(words)));
        Ok(Response::new(pb::GetCessationResponse { cessation, reasons }))
    }

    pub(super) async fn cessation_decided(
        &self,
        request: Request<pb::DecideCessationRequest>,
    ) -> Answer<pb::DecideCessationResponse> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let propose_date = may_date("propose_date", message.propose_date.as_ref(), &mut out);
        let receive_date = may_date("receive_date", message.receive_date.as_ref(), &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (mediator, decision) = whole(out, mediator.zip(decision))?;
        let ground = convert::value(message.ground);
        let refusal = message.refused.then_some(message.refusal_reason);
        let asked = DecideCeasing { ground, propose_date, receive_date, decision, refusal };
        let done = self.registry.decide_cessation(&change, mediator, asked, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::DecideCessationResponse {
            mediator: Some(convert::mediator(&done.mediator, done.person.as_ref())),
            team: Some(convert::team(&done.team)),
            position: done.position,
            cessation: done.ceasing.as_ref().map(papers::cessation),
        }))
    }
}

/// What the steps of a procedure of ceasing answer alike.
struct Parts {
    mediator: Option<pb::Mediator>,
    cessation: Option<pb::Cessation>,
    position: i64,
}

fn parts(done: Ceasings) -> Parts {
    Parts {
        mediator: Some(convert::mediator(&done.mediator, done.person.as_ref())),
        cessation: Some(papers::cessation(&done.ceasing)),
        position: done.position,
    }
}
