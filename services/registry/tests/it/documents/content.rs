//! What the papers say.

use hoagiai_proto::registry::v1::{self as pb, DocumentKind as Kind, render_document_request::Record};
use hoagiai_store::KeySubject;
use hoagiai_types::Uuid;

use super::{file, holds, lacking, paper, render, text_of};
use crate::world::*;

crate::on_both!(
    rule_13_the_list_says_what_the_votes_gave,
    a_decision_is_a_draft_until_it_is_taken,
    the_paper_of_a_leader_says_who_and_by_when,
    rule_13_minutes_go_with_the_way_of_voting,
    everything_missing_is_named_at_once,
    sixty_hostile_names_are_printed_as_they_are,
    the_same_record_is_the_same_file,
    a_pdf_prints_vietnamese_and_refuses_what_it_cannot_print,
);

fn list_record(list: &pb::RecognitionList) -> Record {
    Record::RecognitionListId(list.recognition_list_id.clone())
}

async fn rule_13_the_list_says_what_the_votes_gave(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let held = front.record_election(election(&team.team_id, &[90, 60, 60, 60, 20])).await.unwrap().into_inner();
    let held = held.election.unwrap();
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    let rendered = render(&world, &city.front(), Kind::RecognitionList, list_record(&list)).await;
    assert!(rendered.provisional && !rendered.draft);
    assert_eq!(rendered.file_name, format!("recognition-list-{}.docx", list.recognition_list_id));
    let body = rendered.file.unwrap();
    assert_eq!(body.content_type, "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
    let text = file::text(&body.data);
    holds(
        &text,
        &[
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "BAN CÔNG TÁC MẶT TRẬN\nTỔ DÂN PHỐ SỐ 1",
            "Kính gửi: Chủ tịch Ủy ban nhân dân phường Ba Đình",
            "Quyết định số 125/QĐ-UBND ngày 01 tháng 8 năm 2025",
            "(bầu lần đầu) ngày 20 tháng 8 năm 2025 bằng hình thức bỏ phiếu kín",
            "công nhận 04 ông (bà)",
            &format!("{NAME} 0"),
            "90/100",
            "60/100",
            "1960",
            "Bằng phiếu",
            "trong thời hạn 05 ngày làm việc",
            "ngày nhận: ngày 29 tháng 8 năm 2025; ngày hết hạn xem xét, quyết định (05 ngày làm việc): ngày 09 tháng 9 năm 2025",
            "(Mẫu 02)",
            "TRƯỞNG BAN CÔNG TÁC MẶT TRẬN",
            "Nơi nhận:",
        ],
    );
    assert!(!text.contains("20/100"), "who was not elected is not on it");
    assert_eq!(file::rows_under(&body.data, "Họ và tên"), 4);
}

async fn a_decision_is_a_draft_until_it_is_taken(world: World) {
    let city = world.small_city().await;
    let (_, list) = world.submitted(&city, 0, 4).await;
    let draft = render(&world, &city.officer(), Kind::RecognitionDecision, list_record(&list)).await;
    assert!(draft.draft);
    let text = file::text(&draft.file.unwrap().data);
    holds(
        &text,
        &["DỰ THẢO", "Số: ........../QĐ-UBND", "Ba Đình, ngày ..... tháng ..... năm .......", "Công nhận 04 ông (bà)"],
    );

    let refused = list.mediator_ids[1].clone();
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id.clone(),
        decision: decision("2025-09-05"),
        refusals: vec![pb::RecognitionRefusal { mediator_id: refused, reason: "chuyển nơi ở".into() }],
        ..Default::default()
    };
    world.mediators(&city.chair()).decide_recognition(request).await.unwrap();
    let taken = render(&world, &city.chair(), Kind::RecognitionDecision, list_record(&list)).await;
    assert!(!taken.draft);
    let data = taken.file.unwrap().data;
    let text = file::text(&data);
    holds(
        &text,
        &[
            "ỦY BAN NHÂN DÂN",
            "PHƯỜNG BA ĐÌNH",
            "Số: 125/QĐ-UBND",
            "Ba Đình, ngày 05 tháng 9 năm 2025",
            "CHỦ TỊCH ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH",
            "Luật Hòa giải ở cơ sở số 35/2013/QH13",
            "Điều 1. Công nhận 03 ông (bà)",
            "- Như Điều 3;",
        ],
    );
    assert!(!text.contains("DỰ THẢO") && !text.contains(&format!("{NAME} 1")) && !text.contains("chuyển nơi ở"));
    assert_eq!(file::rows_under(&data, "Họ và tên"), 3);
    // A mediator who ceases later was recognised by that decision all the same.
    world.mediators(&city.chair()).decide_cessation(cease(&list.mediator_ids[0])).await.unwrap();
    let again = render(&world, &city.chair(), Kind::RecognitionDecision, list_record(&list)).await;
    assert_eq!(again.file.unwrap().data, data);
}

async fn the_paper_of_a_leader_says_who_and_by_when(world: World) {
    let city = world.small_city().await;
    let (_, _, term) = world.with_leader_submitted(&city, 0).await;
    let record = Record::LeaderTermId(term.leader_term_id.clone());
    let text = text_of(&world, &city.front(), Kind::LeaderProposal, record.clone()).await;
    holds(
        &text,
        &[
            "Công nhận tổ trưởng tổ hòa giải",
            &format!("Bà {NAME} 0, sinh năm 1960"),
            "Quyết định số 125/QĐ-UBND ngày 10 tháng 9 năm 2025",
            "(05 ngày kể từ ngày tổ chức cuộc họp bầu tổ trưởng): đến hết ngày 25 tháng 9 năm 2025",
            "(05 ngày làm việc): ngày 29 tháng 9 năm 2025",
        ],
    );
    let draft = render(&world, &city.chair(), Kind::LeaderDecision, record.clone()).await;
    assert!(draft.draft);
    world.mediators(&city.chair()).decide_leader(decide_leader(&term.leader_term_id)).await.unwrap();
    let text = text_of(&world, &city.chair(), Kind::LeaderDecision, record).await;
    holds(&text, &["Ba Đình, ngày 25 tháng 9 năm 2025", &format!("Công nhận bà {NAME} 0, sinh năm 1960"), "Điều 15"]);
}

async fn rule_13_minutes_go_with_the_way_of_voting(world: World) {
    let city = world.small_city().await;
    let (_, held) = world.elected(&city, 0, 3).await;
    let (_, list) = world.submitted(&city, 1, 3).await;
    let (_, _, term) = world.with_leader_submitted(&city, 2).await;
    let election = Record::ElectionId(held.election_id);
    let (list, term) = (list_record(&list), Record::LeaderTermId(term.leader_term_id));
    let mut documents = world.documents(&city.front());
    for (kind, record) in [
        (Kind::ElectionMinutesPublicVote, &election),
        (Kind::ElectionMinutesHouseholdBallot, &election),
        (Kind::LeaderMinutesPublicVote, &election),
        (Kind::RecognitionList, &election),
        (Kind::LeaderProposal, &election),
        (Kind::ElectionMinutesSecretBallot, &list),
        (Kind::LeaderDecision, &list),
        (Kind::RecognitionDecision, &term),
        (Kind::ElectionMinutesPublicVote, &term),
    ] {
        let answer = refusal(documents.render_document(paper(kind, record.clone())).await);
        assert_eq!(answer.1, "DOCUMENT_KIND_WRONG", "{kind:?}");
    }
}

async fn everything_missing_is_named_at_once(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 4).await;
    let mut request = election(&team.team_id, &[80, 80, 80, 80]);
    for one in [0, 2] {
        request.candidates[one].person.as_mut().unwrap().birth_year = 0;
    }
    let mut front = world.mediators(&city.front());
    let held = front.record_election(request).await.unwrap().into_inner().election.unwrap();
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    let mut documents = world.documents(&city.front());
    let list = list_record(&list);
    let answer = documents.render_document(paper(Kind::RecognitionList, list.clone())).await;
    let message = answer.as_ref().unwrap_err().message().to_owned();
    assert_eq!(lacking(answer), ["list.people[0,2].birth_year"]);
    assert!(message.contains("list.people[0,2].birth_year") && !message.contains(NAME));

    // Whose key was destroyed has no name any more, and the paper none either.
    let subject: Uuid = held.mediators[3].mediator_id.parse().unwrap();
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.write().await.unwrap();
    tx.erase(KeySubject::from(subject)).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let world = World::over(database).await.unwrap();
    let answer = world.documents(&city.front()).render_document(paper(Kind::RecognitionList, list)).await;
    assert_eq!(lacking(answer), ["list.people[0,2,3].birth_year", "list.people[3].full_name"]);
}

async fn sixty_hostile_names_are_printed_as_they_are(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 50).await;
    let mut request = election(&team.team_id, &[80; 60]);
    let hostile = [
        "<w:p>&amp;\"'</w:t></w:r>",
        "{full_name} {?200} **đậm** __nghiêng__",
        "]]><!-- ${jndi:x} =CMD()|'/c calc'!A0",
        "Ňǧüÿễň Ẕ̌ 𝒜𝓁𝑒𝓍 阮 नगुयेन",
    ];
    for (n, candidate) in request.candidates.iter_mut().enumerate() {
        let person = candidate.person.as_mut().unwrap();
        person.full_name = match n {
            0..4 => hostile[n].into(),
            4 => "Nguyễn".repeat(20),
            _ => format!("Nguyễn Thị Ánh Tuyết {n:02}"),
        };
    }
    let names: Vec<String> =
        request.candidates.iter().map(|one| one.person.as_ref().unwrap().full_name.clone()).collect();
    let mut front = world.mediators(&city.front());
    let held = front.record_election(request).await.unwrap().into_inner().election.unwrap();
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    let rendered = render(&world, &city.front(), Kind::RecognitionList, list_record(&list)).await;
    let data = rendered.file.unwrap().data;
    let text = file::text(&data);
    for name in &names {
        assert!(text.lines().any(|line| line == hoagiai_types::text::nfc(name)), "{name}");
    }
    assert_eq!(file::rows_under(&data, "Họ và tên"), 60);
}

async fn the_same_record_is_the_same_file(world: World) {
    let city = world.small_city().await;
    let (_, list) = world.submitted(&city, 0, 5).await;
    let first = render(&world, &city.front(), Kind::RecognitionList, list_record(&list)).await;
    world.clock.advance(std::time::Duration::from_secs(90_000));
    let second = render(&world, &city.officer(), Kind::RecognitionList, list_record(&list)).await;
    assert_eq!(first, second, "whoever asks, whenever");
}

async fn a_pdf_prints_vietnamese_and_refuses_what_it_cannot_print(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 4).await;
    let mut request = election(&team.team_id, &[80; 4]);
    request.candidates[0].person.as_mut().unwrap().full_name = "Đỗ Thị Ngữ Ẵm Ỵ Ỗ".into();
    let mut front = world.mediators(&city.front());
    let held = front.record_election(request.clone()).await.unwrap().into_inner().election.unwrap();
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    let pdf = |record| pb::RenderDocumentRequest {
        format: pb::DocumentFormat::Pdf.into(),
        ..paper(Kind::RecognitionList, record)
    };
    let mut documents = world.documents(&city.front());
    let first = documents.render_document(pdf(list_record(&list))).await.unwrap().into_inner();
    assert_eq!(first.file_name, format!("recognition-list-{}.pdf", list.recognition_list_id));
    let file = first.file.as_ref().unwrap();
    assert_eq!(file.content_type, "application/pdf");
    assert!(file.data.starts_with(b"%PDF-") && file.data.len() > 5_000);
    assert_eq!(documents.render_document(pdf(list_record(&list))).await.unwrap().into_inner(), first);

    let team = world.planned(&city, 1, 4).await;
    request.team_id = team.team_id;
    request.candidates[0].person.as_mut().unwrap().full_name = "Nguyễn 阮".into();
    let held = front.record_election(request).await.unwrap().into_inner().election.unwrap();
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    let answer = documents.render_document(pdf(list_record(&list))).await;
    let message = answer.as_ref().unwrap_err().message().to_owned();
    assert!(message.contains("U+962E") && !message.contains("Nguyễn"), "{message}");
    assert_eq!(refusal(answer).1, "DOCUMENT_CHARACTER_MISSING");
    render(&world, &city.front(), Kind::RecognitionList, list_record(&list)).await;
}
