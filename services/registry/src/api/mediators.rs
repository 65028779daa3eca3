//! MediatorService.

use hoagiai_proto::registry::v1::{self as pb, mediator_service_server::MediatorService};
use hoagiai_rpc::{
    Page, Violations,
    convert::{may_etag, may_id, need_date, need_id},
};
use tonic::{Request, Response, Status};

use super::{
    Api, convert, papers, reading, refuse,
    teams::{entry, until},
    whole,
};
use crate::{
    domain::{LeaderVote, MediatorId},
    usecases::RightPerson,
};

#[tonic::async_trait]
impl MediatorService for Api {
    async fn record_election(
        &self,
        request: Request<pb::RecordElectionRequest>,
    ) -> Result<Response<pb::RecordElectionResponse>, Status> {
        let (mut message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let ballot = convert::ballot(&message, &mut out);
        let candidates = std::mem::take(&mut message.candidates).into_iter().enumerate();
        let candidates: Option<Vec<_>> = candidates.map(|(i, one)| convert::candidate(i, one, &mut out)).collect();
        let minutes = papers::minutes(message.minutes.take(), &mut out);
        let ((team, ballot), candidates) = whole(out, team.zip(ballot).zip(candidates))?;
        let (election, persons, position) =
            self.registry.record_election(&change, team, ballot, candidates, minutes).await.map_err(refuse)?;
        let people = election.mediators.iter().zip(&persons);
        let mediators = people.map(|(m, who)| convert::mediator(m, who.as_ref())).collect();
        Ok(Response::new(pb::RecordElectionResponse {
            election: Some(convert::election(&election, mediators)),
            position,
        }))
    }

    async fn submit_recognition_list(
        &self,
        request: Request<pb::SubmitRecognitionListRequest>,
    ) -> Result<Response<pb::SubmitRecognitionListResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let election = need_id("election_id", &message.election_id, &mut out);
        let ids = message.mediator_ids.iter().enumerate();
        let ids: Option<Vec<MediatorId>> =
            ids.map(|(i, id)| need_id(format!("mediator_ids[{i}]"), id, &mut out)).collect();
        let receive_date = need_date("receive_date", message.receive_date.as_ref(), &mut out);
        let ((team, election), (ids, day)) = whole(out, team.zip(election).zip(ids.zip(receive_date)))?;
        let with = (day, convert::value(message.minutes_form));
        let (list, position) = self.registry.submit_list(&change, team, election, ids, with).await.map_err(refuse)?;
        let recognition_list = Some(convert::recognition_list(&list));
        Ok(Response::new(pb::SubmitRecognitionListResponse { recognition_list, position }))
    }

    async fn decide_recognition(
        &self,
        request: Request<pb::DecideRecognitionRequest>,
    ) -> Result<Response<pb::DecideRecognitionResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let list = need_id("recognition_list_id", &message.recognition_list_id, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let refusals = message.refusals.into_iter().enumerate();
        let refusals: Option<Vec<_>> = refusals
            .map(|(i, refusal)| {
                let who = need_id(format!("refusals[{i}].mediator_id"), &refusal.mediator_id, &mut out);
                who.map(|who| (who, refusal.reason))
            })
            .collect();
        let ((list, decision), refusals) = whole(out, list.zip(decision).zip(refusals))?;
        let decided = self.registry.decide_recognition(&change, list, decision, refusals, etag).await;
        let decided = decided.map_err(refuse)?;
        Ok(Response::new(pb::DecideRecognitionResponse {
            recognition_list: Some(convert::recognition_list(&decided.list)),
            team: Some(convert::team(&decided.team)),
            position: decided.position,
        }))
    }

    async fn elect_leader(
        &self,
        request: Request<pb::ElectLeaderRequest>,
    ) -> Result<Response<pb::ElectLeaderResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let team = need_id("team_id", &message.team_id, &mut out);
        let form = convert::need("form", message.form, &mut out);
        let election_date = need_date("election_date", message.election_date.as_ref(), &mut out);
        let votes = message.votes.iter().enumerate();
        let votes: Option<Vec<LeaderVote>> = votes
            .map(|(i, vote)| {
                let mediator = need_id(format!("votes[{i}].mediator_id"), &vote.mediator_id, &mut out);
                mediator.map(|mediator| LeaderVote { mediator, votes: convert::count(vote.votes) })
            })
            .collect();
        let minutes = papers::minutes(message.minutes, &mut out);
        let ((team, held), votes) = whole(out, team.zip(form.zip(election_date)).zip(votes))?;
        let (term, position) =
            self.registry.elect_leader(&change, team, held, &votes, minutes).await.map_err(refuse)?;
        Ok(Response::new(pb::ElectLeaderResponse { leader_term: Some(convert::leader_term(&term)), position }))
    }

    async fn submit_leader(
        &self,
        request: Request<pb::SubmitLeaderRequest>,
    ) -> Result<Response<pb::SubmitLeaderResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let term = need_id("leader_term_id", &message.leader_term_id, &mut out);
        let receive_date = need_date("receive_date", message.receive_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (term, day) = whole(out, term.zip(receive_date))?;
        let (term, position) = self.registry.submit_leader(&change, term, day, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::SubmitLeaderResponse { leader_term: Some(convert::leader_term(&term)), position }))
    }

    async fn decide_leader(
        &self,
        request: Request<pb::DecideLeaderRequest>,
    ) -> Result<Response<pb::DecideLeaderResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let term = need_id("leader_term_id", &message.leader_term_id, &mut out);
        let decision = convert::need_decision(message.decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let refusal = (!message.recognized).then_some(message.refusal_reason);
        let (term, decision) = whole(out, term.zip(decision))?;
        let (term, team, position) =
            self.registry.decide_leader(&change, term, decision, refusal, etag).await.map_err(refuse)?;
        Ok(Response::new(pb::DecideLeaderResponse {
            leader_term: Some(convert::leader_term(&term)),
            team: Some(convert::team(&team)),
            position,
        }))
    }

    async fn record_death(
        &self,
        request: Request<pb::RecordDeathRequest>,
    ) -> Result<Response<pb::RecordDeathResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let day = need_date("death_date", message.death_date.as_ref(), &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let (mediator, day) = whole(out, mediator.zip(day))?;
        let done = self.registry.record_death(&change, mediator, day, &message.evidence, etag).await;
        let done = done.map_err(refuse)?;
        Ok(Response::new(pb::RecordDeathResponse {
            mediator: Some(convert::mediator(&done.mediator, done.person.as_ref())),
            team: Some(convert::team(&done.team)),
            position: done.position,
        }))
    }

    async fn get_mediator(
        &self,
        request: Request<pb::GetMediatorRequest>,
    ) -> Result<Response<pb::GetMediatorResponse>, Status> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let mediator = whole(out, mediator)?;
        let (mediator, person, merged) = self.registry.get_mediator(&caller, mediator, at).await.map_err(refuse)?;
        let day = at.map_or(caller.today(), |at| at.day);
        let absences = self.registry.absences(&[mediator.id], at).await.map_err(refuse)?;
        let message = convert::mediator(&mediator, person.as_ref());
        let mediator = Some(papers::with_absence(message, absences.get(&mediator.id), day));
        let merged_into_mediator_id = merged.map(|survivor| survivor.to_string()).unwrap_or_default();
        Ok(Response::new(pb::GetMediatorResponse { mediator, merged_into_mediator_id }))
    }

    async fn search_mediators(
        &self,
        request: Request<pb::SearchMediatorsRequest>,
    ) -> Result<Response<pb::SearchMediatorsResponse>, Status> {
        self.search(request).await
    }

    async fn set_mediator_profile(
        &self,
        request: Request<pb::SetMediatorProfileRequest>,
    ) -> Result<Response<pb::SetMediatorProfileResponse>, Status> {
        self.set_profile(request).await
    }

    async fn list_mediators(
        &self,
        request: Request<pb::ListMediatorsRequest>,
    ) -> Result<Response<pb::ListMediatorsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let unit = may_id("unit_id", &message.unit_id, &mut out);
        let team = may_id("team_id", &message.team_id, &mut out);
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let of = whole(out, Some((unit, team)))?;
        let rows = (page.after()?, page.size().limit());
        let rows = self.registry.list_mediators(&caller, of, convert::value(message.state), at, rows).await;
        let mut rows = rows.map_err(refuse)?;
        let next_page_token = page.cut(&mut rows, |(mediator, _)| mediator.id.uuid());
        let ids: Vec<MediatorId> = rows.iter().map(|(mediator, _)| mediator.id).collect();
        let day = at.map_or(caller.today(), |at| at.day);
        let absences = self.registry.absences(&ids, at).await.map_err(refuse)?;
        let marked = rows.iter().map(|(mediator, who)| {
            let message = convert::mediator(mediator, who.as_ref());
            papers::with_absence(message, absences.get(&mediator.id), day)
        });
        let mediators = marked.collect();
        Ok(Response::new(pb::ListMediatorsResponse { mediators, next_page_token }))
    }

    async fn get_mediator_history(
        &self,
        request: Request<pb::GetMediatorHistoryRequest>,
    ) -> Result<Response<pb::GetMediatorHistoryResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let until = until(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let mediator = whole(out, mediator)?;
        let rows = (page.after()?, page.size().limit());
        let mut entries = self.registry.mediator_history(&caller, mediator, rows).await.map_err(refuse)?;
        let next_page_token = page.cut(&mut entries, |entry| entry.stream_version);
        let entries = entries.into_iter().filter(until).map(entry).collect();
        Ok(Response::new(pb::GetMediatorHistoryResponse { entries, next_page_token }))
    }

    // The procedures, in `procedures`.

    async fn nominate_candidates(
        &self,
        request: Request<pb::NominateCandidatesRequest>,
    ) -> Result<Response<pb::NominateCandidatesResponse>, Status> {
        self.nominated(request).await
    }

    async fn withdraw_candidate(
        &self,
        request: Request<pb::WithdrawCandidateRequest>,
    ) -> Result<Response<pb::WithdrawCandidateResponse>, Status> {
        self.candidate_withdrawn(request).await
    }

    async fn get_election(
        &self,
        request: Request<pb::GetElectionRequest>,
    ) -> Result<Response<pb::GetElectionResponse>, Status> {
        self.election_read(request).await
    }

    async fn return_recognition_list(
        &self,
        request: Request<pb::ReturnRecognitionListRequest>,
    ) -> Result<Response<pb::ReturnRecognitionListResponse>, Status> {
        self.list_returned(request).await
    }

    async fn get_recognition_list(
        &self,
        request: Request<pb::GetRecognitionListRequest>,
    ) -> Result<Response<pb::GetRecognitionListResponse>, Status> {
        self.list_read(request).await
    }

    async fn end_leader(
        &self,
        request: Request<pb::EndLeaderRequest>,
    ) -> Result<Response<pb::EndLeaderResponse>, Status> {
        self.leader_ended(request).await
    }

    async fn get_leader_term(
        &self,
        request: Request<pb::GetLeaderTermRequest>,
    ) -> Result<Response<pb::GetLeaderTermResponse>, Status> {
        self.leader_term_read(request).await
    }

    async fn appoint_acting_leader(
        &self,
        request: Request<pb::AppointActingLeaderRequest>,
    ) -> Result<Response<pb::AppointActingLeaderResponse>, Status> {
        self.acting_leader_appointed(request).await
    }

    async fn end_acting_leader(
        &self,
        request: Request<pb::EndActingLeaderRequest>,
    ) -> Result<Response<pb::EndActingLeaderResponse>, Status> {
        self.acting_leader_ended(request).await
    }

    async fn set_availability(
        &self,
        request: Request<pb::SetAvailabilityRequest>,
    ) -> Result<Response<pb::SetAvailabilityResponse>, Status> {
        self.availability_set(request).await
    }

    async fn propose_cessation(
        &self,
        request: Request<pb::ProposeCessationRequest>,
    ) -> Result<Response<pb::ProposeCessationResponse>, Status> {
        self.cessation_proposed(request).await
    }

    async fn withdraw_cessation(
        &self,
        request: Request<pb::WithdrawCessationRequest>,
    ) -> Result<Response<pb::WithdrawCessationResponse>, Status> {
        self.cessation_withdrawn(request).await
    }

    async fn submit_cessation(
        &self,
        request: Request<pb::SubmitCessationRequest>,
    ) -> Result<Response<pb::SubmitCessationResponse>, Status> {
        self.cessation_submitted(request).await
    }

    async fn get_cessation(
        &self,
        request: Request<pb::GetCessationRequest>,
    ) -> Result<Response<pb::GetCessationResponse>, Status> {
        self.cessation_read(request).await
    }

    async fn decide_cessation(
        &self,
        request: Request<pb::DecideCessationRequest>,
    ) -> Result<Response<pb::DecideCessationResponse>, Status> {
        self.cessation_decided(request).await
    }

    async fn correct_mediator(
        &self,
        request: Request<pb::CorrectMediatorRequest>,
    ) -> Result<Response<pb::CorrectMediatorResponse>, Status> {
        let (message, change) = self.change(request)?;
        let mut out = Violations::default();
        let mediator = need_id("mediator_id", &message.mediator_id, &mut out);
        let person = message.person.and_then(|person| convert::need_person("person", Some(person), &mut out));
        let recognition = convert::may_decision("recognition_decision", message.recognition_decision, &mut out);
        let etag = may_etag(&message.etag, &mut out);
        let mediator = whole(out, mediator)?;
        let right = RightPerson { person, recognition };
        let done = self.registry.correct_mediator(&change, mediator, right, &message.reason, etag).await;
        let done = done.map_err(refuse)?;
        Ok(Response::new(pb::CorrectMediatorResponse {
            mediator: Some(convert::mediator(&done.mediator, done.person.as_ref())),
            team: Some(convert::team(&done.team)),
            position: done.position,
        }))
    }
}
