//! The papers of the procedures, through the contract.

mod access;
mod content;
mod file;
mod procedures;

use hoagiai_proto::registry::v1::{self as pb, render_document_request::Record};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::world::*;

crate::on_both!(every_refusal_of_the_contract_is_produced);

/// A request for a paper.
fn paper(kind: pb::DocumentKind, record: Record) -> pb::RenderDocumentRequest {
    pb::RenderDocumentRequest { kind: kind.into(), record: Some(record), ..Default::default() }
}

/// A paper that is there.
async fn render(world: &World, who: &str, kind: pb::DocumentKind, record: Record) -> pb::RenderDocumentResponse {
    for format in [pb::DocumentFormat::Docx, pb::DocumentFormat::Pdf] {
        if let Ok(d) = std::env::var("PAPERS_OUT") {
            let r = pb::RenderDocumentRequest { format: format.into(), ..paper(kind, record.clone()) };
            if let Ok(r) = world.documents(who).render_document(r).await {
                let r = r.into_inner();
                let _ = std::fs::write(format!("{d}/{}", r.file_name), &r.file.as_ref().unwrap().data);
            }
        }
    } // TEMP
    world.documents(who).render_document(paper(kind, record)).await.unwrap().into_inner()
}

/// The text of a paper that is there.
async fn text_of(world: &World, who: &str, kind: pb::DocumentKind, record: Record) -> String {
    let rendered = render(world, who, kind, record).await;
    let text = file::text(&rendered.file.unwrap().data);
    assert!(!text.contains(['{', '}']) && !text.contains("**"), "a slot is left over: {text}");
    text
}

/// What a refused paper lacks.
fn lacking<T: std::fmt::Debug>(answer: Result<T, Status>) -> Vec<String> {
    let status = answer.expect_err("refused");
    assert_eq!(status.code(), Code::FailedPrecondition);
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "DOCUMENT_DATA_MISSING");
    details.precondition_failure().unwrap().violations.iter().map(|one| one.subject.clone()).collect()
}

#[track_caller]
fn holds(text: &str, expected: &[&str]) {
    for one in expected {
        assert!(text.contains(one), "`{one}` is not in:\n{text}");
    }
}

/// In a place whose papers are older than the law that decisions cite.
async fn every_refusal_of_the_contract_is_produced(world: World) {
    let old = |code: &str, name: &str, kind, parent: &str| pb::UnitRow {
        valid_from: day("2020-01-01"),
        ..unit(code, name, kind, parent)
    };
    let rows = vec![
        old("79", "Thành phố Hồ Chí Minh", pb::UnitKind::Municipality, ""),
        old("26734", "Phường Bến Nghé", pb::UnitKind::Ward, "79"),
        old("26734-001", "Khu phố 1", pb::UnitKind::ResidentialGroup, "26734"),
    ];
    world.units(OPERATOR).import_units(import(rows)).await.unwrap();
    let (ward, area) = (world.find("26734").await.unit_id, world.find("26734-001").await.unit_id);
    let (chair, front) = (format!("commune_chair~{ward}"), format!("front_head~{ward}"));
    let mut request = plan(&ward, &[(&area, 3)]);
    request.decision = decision("2024-08-01");
    let team = world.teams(&chair).plan_teams(request).await.unwrap().into_inner().teams.remove(0);
    let mut request = election(&team.team_id, &[80, 80, 80]);
    request.election_date = day("2024-08-20");
    request.candidates[0].person.as_mut().unwrap().full_name = "Nguyễn 阮".into();
    let mut people = world.mediators(&front);
    let held = people.record_election(request).await.unwrap().into_inner().election.unwrap();
    let mut request = list_of(&held);
    request.receive_date = day("2024-08-29");
    let list = people.submit_recognition_list(request).await.unwrap().into_inner().recognition_list.unwrap();
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id.clone(),
        decision: decision("2024-09-05"),
        ..Default::default()
    };
    world.mediators(&chair).decide_recognition(request).await.unwrap();
    let held = Record::ElectionId(held.election_id);
    let list = Record::RecognitionListId(list.recognition_list_id);
    let mut documents = world.documents(&front);
    use pb::{DocumentFormat as Format, DocumentKind as Kind};
    for (kind, record, format, reason) in [
        (Kind::ElectionMinutesSecretBallot, &held, Format::Docx, "DOCUMENT_DATA_MISSING"),
        (Kind::ElectionMinutesPublicVote, &held, Format::Docx, "DOCUMENT_KIND_WRONG"),
        (Kind::RecognitionDecision, &list, Format::Docx, "DOCUMENT_WORDING_MISSING"),
        (Kind::RecognitionList, &list, Format::Pdf, "DOCUMENT_CHARACTER_MISSING"),
    ] {
        let request = pb::RenderDocumentRequest { format: format.into(), ..paper(kind, record.clone()) };
        let answer = refusal(documents.render_document(request).await);
        assert_eq!(answer, (Code::FailedPrecondition, reason.to_owned()));
    }
}
