//! Minutes (forms 01 to 05) and the papers of ceasing (forms 08 and 09, the decision).

use hoagiai_proto::registry::v1::{self as pb, DocumentKind as Kind, render_document_request::Record};

use super::{file, holds, lacking, paper, render, text_of};
use crate::world::*;

crate::on_both!(
    rule_13_minutes_of_every_way_of_voting_are_printed,
    minutes_that_are_kept_on_paper_are_missing,
    rule_21_minutes_of_the_vote_for_a_leader_say_who_had_how_many,
    rule_18_the_proposal_and_the_decision_to_cease,
    rule_18_a_disagreement_goes_to_the_chairman_on_its_own_form,
);

async fn rule_13_minutes_of_every_way_of_voting_are_printed(world: World) {
    let city = world.small_city().await;
    for (area, form, kind, kept, tells) in [
        (0, pb::ElectionForm::PublicVote, Kind::ElectionMinutesPublicVote, minutes(0, 0, 0), "biểu quyết công khai"),
        (1, pb::ElectionForm::SecretBallot, Kind::ElectionMinutesSecretBallot, minutes(90, 88, 85), "85 phiếu"),
        (2, pb::ElectionForm::HouseholdBallot, Kind::ElectionMinutesHouseholdBallot, minutes(90, 88, 85), "88 phiếu"),
    ] {
        let team = world.planned(&city, area, 3).await;
        let mut request = election(&team.team_id, &[80, 60, 60, 60, 40]);
        request.form = form.into();
        if form == pb::ElectionForm::HouseholdBallot {
            request.attending_household_count = 0;
        }
        request.minutes = Some(kept);
        let held = world.mediators(&city.front()).record_election(request).await.unwrap().into_inner();
        let record = Record::ElectionId(held.election.unwrap().election_id);
        let text = text_of(&world, &city.front(), kind, record).await;
        holds(
            &text,
            &[
                "BIÊN BẢN",
                "PHƯỜNG BA ĐÌNH",
                "Ba Đình, ngày 20 tháng 8 năm 2025",
                "Vào hồi 08 giờ 00 phút, ngày 20 tháng 8 năm 2025, tại Nhà văn hóa tổ dân phố số 1",
                "Ông (bà) Lê Văn Chủ Trì, Trưởng ban công tác Mặt trận",
                &format!("Ông (bà) {KEEPER}, thư ký"),
                "Phạm Thị Phó, Tổ trưởng tổ dân phố, Tổ phó",
                "Đỗ Văn Chứng, đại diện hộ gia đình",
                "Số lượng hòa giải viên cần bầu: 3 người",
                "từ 51 đại diện hộ trở lên trên tổng số 100 hộ",
                &format!("{NAME} 0: 80/100 đại diện hộ đồng ý"),
                "bằng nhau tại mức giới hạn",
                "Không trúng cử",
                "Ý kiến, kiến nghị: Không có ý kiến khác.",
                "kết thúc vào hồi 10 giờ 30 phút",
                "ĐẠI DIỆN HỘ CHỨNG KIẾN",
                tells,
            ],
        );
        assert_eq!(text.contains("số tối thiểu theo quy định"), form != pb::ElectionForm::HouseholdBallot);
        assert_eq!(text.contains("Số phiếu phát ra"), form != pb::ElectionForm::PublicVote);
    }
}

async fn minutes_that_are_kept_on_paper_are_missing(world: World) {
    let city = world.small_city().await;
    let (_, held) = world.elected(&city, 0, 3).await;
    let record = Record::ElectionId(held.election_id);
    let request = paper(Kind::ElectionMinutesSecretBallot, record);
    let lacks = lacking(world.documents(&city.front()).render_document(request).await);
    let expected = [
        "minutes.board_members",
        "minutes.chair",
        "minutes.chair_name",
        "minutes.invalid",
        "minutes.issued",
        "minutes.place",
        "minutes.returned",
        "minutes.secretary",
        "minutes.secretary_name",
        "minutes.valid",
        "minutes.witnesses",
    ];
    assert_eq!(lacks, expected);
}

async fn rule_21_minutes_of_the_vote_for_a_leader_say_who_had_how_many(world: World) {
    let city = world.small_city().await;
    for (area, form, kind, kept) in [
        (0, pb::ElectionForm::PublicVote, Kind::LeaderMinutesPublicVote, minutes(0, 0, 0)),
        (1, pb::ElectionForm::SecretBallot, Kind::LeaderMinutesSecretBallot, minutes(5, 5, 4)),
    ] {
        let (team, ids) = world.recognized(&city, area, 5).await;
        let mut request = leader_vote(&team.team_id, &[(&ids[1], 3), (&ids[0], 1)]);
        request.form = form.into();
        request.minutes = Some(pb::Minutes { board_members: vec![], ..kept });
        let mut front = world.mediators(&city.front());
        let term = front.elect_leader(request).await.unwrap().into_inner().leader_term.unwrap();
        let record = Record::LeaderTermId(term.leader_term_id);
        let text = text_of(&world, &city.front(), kind, record.clone()).await;
        holds(
            &text,
            &[
                "tổng số 5 người",
                "3/5",
                "1/5",
                "Trúng cử",
                "từ 3 hòa giải viên trở lên trên tổng số 5 hòa giải viên",
                &format!("ông {NAME} 1 được 3/5 hòa giải viên đồng ý"),
                "Ba Đình, ngày 20 tháng 9 năm 2025",
            ],
        );
        assert_eq!(text.contains("số phiếu hợp lệ: 4 phiếu"), form == pb::ElectionForm::SecretBallot);
        let text = text_of(&world, &city.front(), Kind::LeaderProposal, record).await;
        holds(&text, &["được 3/5 hòa giải viên của tổ đồng ý"]);
    }
}

async fn rule_18_the_proposal_and_the_decision_to_cease(world: World) {
    let city = world.small_city().await;
    let (team, ids) = world.active(&city, 0).await;
    let mut leader = world.mediators(&leader_of(&team));
    let file = leader.propose_cessation(propose(&ids[1])).await.unwrap().into_inner().cessation.unwrap();
    let record = Record::CessationId(file.cessation_id.clone());
    let mut documents = world.documents(&city.front());
    let early = lacking(documents.render_document(paper(Kind::CessationProposal, record.clone())).await);
    assert_eq!(early, ["cessation.verify_date"], "nothing was verified yet");
    let mut front = world.mediators(&city.front());
    front.submit_cessation(submit(&ids[1])).await.unwrap();
    let text = text_of(&world, &city.front(), Kind::CessationProposal, record.clone()).await;
    holds(
        &text,
        &[
            "Cho thôi làm hòa giải viên",
            &format!("Ông {NAME} 1, sinh năm 1960"),
            "Xét đề nghị ngày 05 tháng 01 năm 2026 của tổ trưởng tổ hòa giải",
            "hoàn thành ngày 08 tháng 01 năm 2026",
            "đến hết ngày 15 tháng 01 năm 2026",
            "theo nguyện vọng của hòa giải viên (điểm a khoản 1 Điều 11",
            &format!("Lý do cụ thể: {WISH}"),
            "TỔ TRƯỞNG TỔ DÂN PHỐ",
        ],
    );
    let wrong = refusal(documents.render_document(paper(Kind::CessationDisagreement, record.clone())).await);
    assert_eq!(wrong.1, "DOCUMENT_KIND_WRONG");
    let draft = render(&world, &city.chair(), Kind::CessationDecision, record.clone()).await;
    assert!(draft.draft && file::text(&draft.file.unwrap().data).contains("DỰ THẢO"));
    world.mediators(&city.chair()).decide_cessation(decide(&ids[1])).await.unwrap();
    let taken = render(&world, &city.chair(), Kind::CessationDecision, record).await;
    assert!(!taken.draft);
    let text = file::text(&taken.file.unwrap().data);
    holds(&text, &["Số: 125/QĐ-UBND", "Ba Đình, ngày 12 tháng 01 năm 2026", &format!("đối với ông {NAME} 1")]);
    assert!(!text.contains("nhiệm vụ tổ trưởng") && !text.contains(WISH));
}

async fn rule_18_a_disagreement_goes_to_the_chairman_on_its_own_form(world: World) {
    let city = world.small_city().await;
    let (_, ids) = world.active(&city, 0).await;
    let mut front = world.mediators(&city.front());
    let mut request = propose(&ids[0]);
    request.ground = pb::CessationGround::Breach.into();
    let file = front.propose_cessation(request).await.unwrap().into_inner().cessation.unwrap();
    let mut request = submit(&ids[0]);
    request.area_head_agrees = false;
    request.disagreement_reason = "chưa đủ căn cứ".into();
    request.leader_told_date = day("2026-01-09");
    front.submit_cessation(request).await.unwrap();
    let record = Record::CessationId(file.cessation_id);
    let text = text_of(&world, &city.front(), Kind::CessationDisagreement, record.clone()).await;
    holds(
        &text,
        &[
            "BÁO CÁO",
            &format!("bà {NAME} 0"),
            "của Trưởng ban công tác Mặt trận về việc cho thôi làm hòa giải viên",
            "Ý kiến của Trưởng ban công tác Mặt trận: thống nhất",
            "Ý kiến của tổ trưởng tổ dân phố: không thống nhất",
            "Lý do không thống nhất: chưa đủ căn cứ",
            "thông báo cho tổ trưởng tổ hòa giải ngày 09 tháng 01 năm 2026",
            "điểm c khoản 1 Điều 11",
        ],
    );
    let text = text_of(&world, &city.chair(), Kind::CessationDecision, record.clone()).await;
    holds(&text, &["đồng thời thôi thực hiện nhiệm vụ tổ trưởng"]);
    let mut request = decide(&ids[0]);
    (request.refused, request.refusal_reason) = (true, "chưa đủ căn cứ".into());
    world.mediators(&city.chair()).decide_cessation(request).await.unwrap();
    let refused = world.documents(&city.chair()).render_document(paper(Kind::CessationDecision, record)).await;
    assert_eq!(refusal(refused).1, "DOCUMENT_KIND_WRONG", "nobody ceases by a refusal");
}
