//! Who gets a paper, and what cannot be learnt by asking for one.

use hoagiai_proto::registry::v1::{self as pb, DocumentKind as Kind, render_document_request::Record};
use tonic::Code;

use super::{paper, render};
use crate::world::*;

crate::on_both!(
    those_who_take_part_get_it_in_their_area,
    elsewhere_and_absent_are_answered_alike,
    the_kinds_are_listed_once,
    a_request_must_name_one_record,
);

async fn those_who_take_part_get_it_in_their_area(world: World) {
    let city = world.small_city().await;
    let (election, list) = world.submitted(&city, 0, 3).await;
    let record = Record::RecognitionListId(list.recognition_list_id);
    for who in [
        city.front(),
        city.officer(),
        city.chair(),
        format!("area_head~{}", city.areas[0]),
        format!("team_leader~team:{}", election.team_id),
        "auditor~everywhere".into(),
    ] {
        render(&world, &who, Kind::RecognitionList, record.clone()).await;
    }
    for who in [
        format!("mediator~team:{}", election.team_id),
        format!("commune_pc~{}", city.ward),
        format!("commune_front~{}", city.ward),
        city.department(),
        format!("agency~{}", city.ward),
        "service~everywhere".into(),
        OPERATOR.into(),
        format!("area_head~{}", city.areas[1]),
        format!("front_head~{}", city.other_ward),
    ] {
        let answer = world.documents(&who).render_document(paper(Kind::RecognitionList, record.clone())).await;
        assert_eq!(refusal(answer).0, Code::PermissionDenied, "{who}");
    }
}

async fn elsewhere_and_absent_are_answered_alike(world: World) {
    let city = world.small_city().await;
    let (election, list) = world.submitted(&city, 0, 3).await;
    let (_, _, term) = world.with_leader_submitted(&city, 1).await;
    let mut other = world.documents(&city.other_chair());
    let mut answers = Vec::new();
    for (kind, record) in [
        (Kind::ElectionMinutesSecretBallot, Record::ElectionId(election.election_id)),
        (Kind::ElectionMinutesSecretBallot, Record::ElectionId(new_id())),
        (Kind::LeaderDecision, Record::ElectionId(new_id())),
        (Kind::RecognitionList, Record::RecognitionListId(list.recognition_list_id)),
        (Kind::RecognitionList, Record::RecognitionListId(new_id())),
        (Kind::LeaderProposal, Record::LeaderTermId(term.leader_term_id)),
        (Kind::LeaderProposal, Record::LeaderTermId(new_id())),
    ] {
        answers.push(refusal(other.render_document(paper(kind, record)).await));
    }
    assert!(answers.iter().all(|one| *one == answers[0] && one.0 == Code::PermissionDenied), "{answers:?}");
    let absent = paper(Kind::LeaderProposal, Record::LeaderTermId(new_id()));
    let auditor = world.documents("auditor~everywhere").render_document(absent).await;
    assert_eq!(refusal(auditor), (Code::NotFound, "LEADER_TERM_NOT_FOUND".into()));
}

async fn the_kinds_are_listed_once(world: World) {
    let mut documents = world.documents(OPERATOR);
    let (mut kinds, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListDocumentKindsRequest { page_size: 4, page_token: token, ..Default::default() };
        let page = documents.list_document_kinds(request).await.unwrap().into_inner();
        assert!(page.kinds.len() <= 4);
        kinds.extend(page.kinds);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let all: Vec<i32> = (1..50).filter(|number| Kind::try_from(*number).is_ok()).collect();
    assert_eq!(kinds.iter().map(|info| info.kind).collect::<Vec<_>>(), all);
    for info in &kinds {
        assert!(!info.title.is_empty() && !info.procedure_code.is_empty() && !info.sources.is_empty());
        assert!(info.provisional && !info.template_version.is_empty() && info.record != 0);
    }
    let form = |kind: Kind| kinds.iter().find(|info| info.kind() == kind).unwrap().form_number.clone();
    assert_eq!((form(Kind::RecognitionList).as_str(), form(Kind::LeaderDecision).as_str()), ("Mẫu 06", ""));
}

async fn a_request_must_name_one_record(world: World) {
    let mut documents = world.documents("auditor~everywhere");
    let request = pb::RenderDocumentRequest { kind: Kind::RecognitionList.into(), ..Default::default() };
    assert_eq!(fields(documents.render_document(request).await), ["record"]);
    let request = paper(Kind::Unspecified, Record::ElectionId("x".into()));
    assert_eq!(fields(documents.render_document(request).await), ["kind", "election_id"]);
}
