//! Contests and commendations.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_store::on;
use tonic::Code;

use super::recognized_on;
use crate::world::*;

crate::on_both!(
    contests_are_recorded_and_corrected_without_loss,
    commendations_are_recorded_together_and_revoked_alone
);

pub(crate) fn prize(mediator: &str, team: &str, prize: pb::ContestPrize) -> pb::ContestResult {
    pb::ContestResult { mediator_id: mediator.into(), team_id: team.into(), prize: prize.into() }
}

pub(crate) fn contest(unit: &str, results: Vec<pb::ContestResult>) -> pb::RecordContestRequest {
    pb::RecordContestRequest {
        unit_id: unit.into(),
        display_name: "Hội thi Hòa giải viên giỏi".into(),
        level: pb::AwardLevel::Commune.into(),
        first_date: day("2026-01-10"),
        place: "Nhà văn hóa".into(),
        results,
        ..Default::default()
    }
}

pub(crate) fn praise(who: &[(&str, &str)]) -> pb::RecordCommendationsRequest {
    let one = |(mediator, team): &(&str, &str)| pb::CommendationRecipient {
        mediator_id: (*mediator).to_owned(),
        team_id: (*team).to_owned(),
    };
    pb::RecordCommendationsRequest {
        recipients: who.iter().map(one).collect(),
        form: pb::CommendationForm::PraiseCertificate.into(),
        level: pb::AwardLevel::Commune.into(),
        decision: decision("2026-01-15"),
        achievement: "Thành tích xuất sắc năm 2025".into(),
        request_id: String::new(),
    }
}

async fn contests_are_recorded_and_corrected_without_loss(world: World) {
    let city = world.small_city().await;
    let (team, who) = world.recognized(&city, 0, 3).await;
    let (_, elsewhere) = recognized_on(&world, &city.other_ward, &city.other_areas[0], 3, "2025-09-10").await;
    let mut awards = world.awards(&city.officer());
    use pb::ContestPrize::{First, Second, Third};
    let faulty = vec![
        prize(&who[0], "", First),
        prize(&who[0], "", Second),
        prize(&elsewhere[0], "", Third),
        prize("", &new_id(), Third),
    ];
    let told = fields(awards.record_contest(contest(&city.ward, faulty)).await);
    assert_eq!(told, ["results[1].mediator_id", "results[2].mediator_id", "results[3].team_id"]);
    let both = vec![prize(&who[0], &team.team_id, First), prize("", "", Second)];
    assert_eq!(fields(awards.record_contest(contest(&city.ward, both)).await), ["results[0]", "results[1]"]);
    let results = vec![prize(&who[0], "", First), prize("", &team.team_id, Second)];
    let held = awards.record_contest(contest(&city.ward, results)).await.unwrap().into_inner().contest.unwrap();
    assert_eq!((held.results.len(), held.last_date), (2, day("2026-01-10")));
    let request = pb::CorrectContestRequest {
        contest_id: held.contest_id.clone(),
        results: vec![prize(&who[1], "", First)],
        reason: "công bố lại kết quả".into(),
        etag: held.etag.clone(),
        ..Default::default()
    };
    awards.correct_contest(request.clone()).await.unwrap();
    assert_eq!(refusal(awards.correct_contest(request).await).1, "STALE_ETAG");
    let listed = awards.list_contests(pb::ListContestsRequest::default()).await.unwrap().into_inner().contests;
    assert_eq!(listed[0].results, [prize(&who[1], "", First)]);
    assert_eq!(listed[0].correct_reason, "công bố lại kết quả");
    let other = world.awards(&city.other_chair()).list_contests(pb::ListContestsRequest::default()).await.unwrap();
    assert!(other.into_inner().contests.is_empty());
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let kept: i64 =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT COUNT(*) FROM contest_results").fetch_one(c).await).unwrap();
    assert_eq!(kept, 3, "the results of before stay");
    drop(tx);
    db.close().await;
}

async fn commendations_are_recorded_together_and_revoked_alone(world: World) {
    let city = world.small_city().await;
    let (team, who) = world.recognized(&city, 0, 3).await;
    let mut awards = world.awards(&city.officer());
    let told = fields(awards.record_commendations(praise(&[(&who[0], ""), (&who[0], ""), (&new_id(), "")])).await);
    assert_eq!(told, ["recipients[1].mediator_id", "recipients[2].mediator_id"]);
    let everybody = [(who[0].as_str(), ""), (&who[1], ""), ("", &team.team_id)];
    let given = awards.record_commendations(praise(&everybody)).await.unwrap().into_inner().commendations;
    assert_eq!(given.iter().map(|one| one.mediator_id.as_str()).collect::<Vec<_>>(), [who[0].as_str(), &who[1], ""]);
    let request = pb::RevokeCommendationRequest {
        commendation_id: given[1].commendation_id.clone(),
        revoke_date: day("2026-02-01"),
        reason: "quyết định bị hủy".into(),
        ..Default::default()
    };
    awards.revoke_commendation(request.clone()).await.unwrap();
    assert_eq!(
        refusal(awards.revoke_commendation(request).await),
        (Code::FailedPrecondition, "COMMENDATION_REVOKED".into())
    );
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListCommendationsRequest {
            team_id: team.team_id.clone(),
            page_size: 2,
            page_token: token,
            ..Default::default()
        };
        let page = awards.list_commendations(request).await.unwrap().into_inner();
        seen.extend(page.commendations);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!((seen.len(), seen.iter().filter(|one| one.revoke_date.is_some()).count()), (3, 1));
    let mut other = world.awards(&city.other_chair());
    let listed = other.list_commendations(pb::ListCommendationsRequest::default()).await.unwrap().into_inner();
    assert!(listed.commendations.is_empty());
}
