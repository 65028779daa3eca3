use super::*;
use crate::domain::ElectionForm;

#[test]
fn every_paper_has_a_wording_with_its_sources() {
    let papers = Papers::embedded().unwrap();
    let day = "2026-03-02".parse().unwrap();
    let kinds: Vec<_> = papers.all_on(day).map(|(kind, _)| kind).collect();
    assert_eq!(kinds, PaperKind::ALL);
    for (kind, template) in papers.all_on(day) {
        assert_eq!(template.kind, kind.word());
        assert!(template.provisional, "{}: found wordings say so themselves", kind.word());
        assert!(template.sources.iter().any(|source| source.contains("30/2020")), "{}", kind.word());
        let form = if kind.is_decision() { "" } else { "Mẫu 0" };
        assert!(template.form.starts_with(form) && template.form.is_empty() == form.is_empty(), "{}", kind.word());
        assert!(["1.002211", "2.000950", "2.000930"].contains(&template.procedure.as_str()));
    }
}

#[test]
fn a_paper_of_a_day_before_its_law_has_no_wording() {
    let papers = Papers::embedded().unwrap();
    let before = "2025-06-30".parse().unwrap();
    assert!(papers.on(PaperKind::RecognitionDecision, before).is_none());
    assert!(papers.on(PaperKind::RecognitionList, before).is_some());
}

#[test]
fn wordings_must_be_whole_and_of_different_days() {
    let all = || EMBEDDED.iter().copied();
    assert!(matches!(Papers::read(LAYOUT, all().skip(1)), Err(PapersError::Days("election_minutes_public_vote"))));
    assert!(matches!(Papers::read(LAYOUT, all().chain(all().take(1))), Err(PapersError::Days(_))));
    let later = EMBEDDED[0].replace("2014-11-18", "2027-01-01").replace("2014-1", "2027-1");
    let papers = Papers::read(LAYOUT, all().chain([later.as_str()])).unwrap();
    let version =
        |day: &str| papers.on(PaperKind::ElectionMinutesPublicVote, day.parse().unwrap()).unwrap().version.clone();
    assert_eq!((version("2026-12-31"), version("2027-01-01")), ("2014-1".into(), "2027-1".into()));
    assert!(Papers::read("", all()).is_err());
    let slip = EMBEDDED[0].replace("{minutes.place}", "{minutes.plaice}");
    assert!(Papers::read(LAYOUT, all().skip(1).chain([slip.as_str()])).is_err());
}

#[test]
fn minutes_go_with_the_way_of_voting() {
    // Rule 13: forms 01 to 03 by way of voting, 04 and 05 for leaders.
    let voting: Vec<_> = PaperKind::ALL.iter().filter_map(|kind| kind.voting()).map(ElectionForm::word).collect();
    assert_eq!(voting, ["public_vote", "secret_ballot", "household_ballot", "public_vote", "secret_ballot"]);
}
