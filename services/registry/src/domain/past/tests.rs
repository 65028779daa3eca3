use hoagiai_types::{Date, Id, Timestamp, Uuid};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    Cessation, Decision, LeaderEnd, LeaderEndGround, MinutesForm, Proposer, Verification,
    training::{AwardLevel, CommendationForm, Honoured, TrainingMode},
};

fn id<T>(n: u128) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn decision(date: Date) -> Decision {
    Decision { number: "12/QĐ-UBND".into(), issue_date: date, issuer: "Chủ tịch".into() }
}

fn list(state: ListState, decided: Option<Date>, returned: Option<Date>) -> RecognitionList {
    RecognitionList {
        id: id(1),
        team: id(2),
        election: id(3),
        minutes: MinutesForm::PublicVote,
        previous: None,
        state,
        mediators: Vec::new(),
        receive_date: day("2025-08-29"),
        due_date: day("2025-09-09"),
        decision: decided.map(decision),
        return_date: returned,
        sealed_note: returned.map(|_| vec![1]),
        revision: 2,
        created_at: Timestamp::default(),
    }
}

fn term(state: LeaderTermState, received: Option<Date>, decided: Option<Date>, ended: Option<Date>) -> LeaderTerm {
    LeaderTerm {
        id: id(1),
        team: id(2),
        mediator: id(3),
        state,
        form: None,
        election_date: day("2025-09-20"),
        submit_due_date: day("2025-09-25"),
        received: received.map(|date| (date, date.plus_days(7))),
        decision: decided.map(decision),
        ended: ended.map(|date| LeaderEnd { date, ground: LeaderEndGround::Ceased, decision: None }),
        sealed_minutes: None,
        sealed_note: Some(vec![1]),
        revision: 4,
        created_at: Timestamp::default(),
    }
}

fn ceasing(state: CeasingState, days: [Option<Date>; 4]) -> Ceasing {
    let [verified, received, decided, ended] = days;
    let found = |date| Verification { date, front_agrees: true, area_head_agrees: true, leader_told: None };
    Ceasing {
        id: id(1),
        mediator: id(2),
        team: id(3),
        ground: Cessation::OwnWish,
        state,
        proposer: Proposer::Leader,
        of_leader: false,
        propose_date: day("2026-01-05"),
        verify_due: day("2026-01-15"),
        verification: verified.map(found),
        form: received.map(|_| crate::domain::CeasingForm::Proposal),
        received: received.map(|date| (date, date.plus_days(7))),
        decision: decided.map(decision),
        end_date: ended,
        revision: 3,
        created_at: Timestamp::default(),
    }
}

#[test]
fn a_list_is_before_the_chairman_from_its_receipt_to_its_decision() {
    let decided = list(ListState::Decided, Some(day("2025-09-10")), None);
    assert_eq!(decided.clone().on_day(day("2025-08-28")), None, "not received yet");
    let before = decided.clone().on_day(day("2025-09-09")).unwrap();
    assert_eq!((before.state, before.decision), (ListState::Submitted, None));
    assert_eq!(decided.clone().on_day(day("2025-09-10")), Some(decided), "the day of the decision counts whole");
    let returned = list(ListState::Returned, None, Some(day("2025-09-03")));
    let before = returned.clone().on_day(day("2025-09-02")).unwrap();
    assert_eq!((before.state, before.return_date, before.sealed_note), (ListState::Submitted, None, None));
    assert_eq!(returned.clone().on_day(day("2025-09-03")), Some(returned));
}

#[test]
fn a_term_goes_through_its_states_by_its_days() {
    let (received, decided, ended) = (day("2025-09-22"), day("2025-09-25"), day("2026-01-12"));
    let whole = term(LeaderTermState::Ended, Some(received), Some(decided), Some(ended));
    let state = |on: &str| whole.clone().on_day(day(on)).map(|term| (term.state, term.sealed_note.is_some()));
    use LeaderTermState::{Elected, Ended, Recognized, Rejected, Submitted};
    for (on, expected) in [
        ("2025-09-19", None),
        ("2025-09-20", Some((Elected, false))),
        ("2025-09-22", Some((Submitted, false))),
        ("2025-09-25", Some((Recognized, false))),
        ("2026-01-11", Some((Recognized, false))),
        ("2026-01-12", Some((Ended, true))),
    ] {
        assert_eq!(state(on), expected, "{on}");
    }
    let refused = term(Rejected, Some(received), Some(decided), None);
    assert_eq!(refused.clone().on_day(day("2025-09-24")).unwrap().state, Submitted);
    assert_eq!(refused.clone().on_day(decided), Some(refused));
    // Of the time before ends were kept, an end without a day stands as it is known.
    let old = term(Ended, Some(received), Some(decided), None);
    assert_eq!(old.clone().on_day(day("2025-12-01")), Some(old));
}

#[test]
fn rule_18_a_procedure_of_ceasing_shows_no_step_before_its_day() {
    let days = ["2026-01-12", "2026-01-13", "2026-01-19"].map(|on| Some(day(on)));
    let whole = ceasing(CeasingState::Ceased, [days[0], days[1], days[2], None]);
    let at = |on: &str| whole.clone().on_day(day(on));
    assert_eq!(at("2026-01-04"), None);
    let proposed = at("2026-01-11").unwrap();
    assert_eq!((proposed.state, proposed.verification, proposed.form), (CeasingState::Proposed, None, None));
    let verified = at("2026-01-12").unwrap();
    assert_eq!((verified.state, verified.verification.is_some()), (CeasingState::Proposed, true));
    let submitted = at("2026-01-13").unwrap();
    assert_eq!((submitted.state, submitted.decision), (CeasingState::Submitted, None));
    assert_eq!(at("2026-01-19"), Some(whole.clone()));
    let withdrawn = ceasing(CeasingState::Withdrawn, [None, None, None, Some(day("2026-01-08"))]);
    assert_eq!(withdrawn.clone().on_day(day("2026-01-07")).unwrap().state, CeasingState::Proposed);
    assert_eq!(withdrawn.clone().on_day(day("2026-01-08")), Some(withdrawn));
    let lapsed = ceasing(CeasingState::Lapsed, [days[0], days[1], None, days[2]]);
    assert_eq!(lapsed.on_day(day("2026-01-18")).unwrap().state, CeasingState::Submitted);
}

fn course(state: CourseState, first: &str, last: &str) -> Course {
    let session = |number, on: &str| Session {
        id: id(number),
        course: id(1),
        number: i32::try_from(number).unwrap(),
        state: SessionState::Held,
        date: day(on),
        minutes: 210,
        mode: TrainingMode::InPerson,
        place: String::new(),
        topic: String::new(),
        materials: String::new(),
        trainers: Vec::new(),
        tally: Tally { attended: 20, absent: 1, material: 20 },
        cancel_reason: String::new(),
    };
    Course {
        id: id(1),
        province: id(2),
        commune: None,
        name: String::new(),
        state,
        programme_code: String::new(),
        programme_version: String::new(),
        organizer: String::new(),
        mode: TrainingMode::InPerson,
        first_date: day(first),
        last_date: day(last),
        minutes: 420,
        cancel_reason: String::new(),
        sessions: vec![session(1, first), session(2, last)],
        revision: 5,
        created_at: Timestamp::start_of_day_in_vietnam(day("2026-01-01")),
        updated_at: Timestamp::default(),
    }
}

#[test]
fn a_course_is_open_between_its_days_and_later_sessions_are_still_to_come() {
    let closed = course(CourseState::Closed, "2026-02-02", "2026-02-09");
    let state = |on: &str| closed.clone().on_day(day(on)).map(|course| course.state);
    assert_eq!(state("2025-12-31"), None, "not planned yet");
    assert_eq!(state("2026-01-01"), Some(CourseState::Planned));
    assert_eq!(state("2026-02-02"), Some(CourseState::Open));
    assert_eq!(state("2026-02-09"), Some(CourseState::Closed));
    let midway = closed.clone().on_day(day("2026-02-08")).unwrap();
    let shown: Vec<_> = midway.sessions.iter().map(|session| (session.state, session.tally.attended)).collect();
    assert_eq!(shown, [(SessionState::Held, 20), (SessionState::Scheduled, 0)]);
    let cancelled = course(CourseState::Cancelled, "2026-02-02", "2026-02-09");
    assert_eq!(cancelled.on_day(day("2026-01-15")).unwrap().state, CourseState::Cancelled, "carries no day");
    let entered_later = Course { created_at: Timestamp::start_of_day_in_vietnam(day("2026-06-01")), ..closed };
    assert!(entered_later.on_day(day("2026-02-03")).is_some(), "it had begun");
}

#[test]
fn what_was_revoked_later_counts_and_what_was_given_later_is_not_there() {
    let certificate = Certificate {
        id: id(1),
        course: id(2),
        mediator: id(3),
        number: "01".into(),
        issue_date: day("2026-02-10"),
        issuer: String::new(),
        revoked: Some(day("2026-03-01")),
        revoke_reason: "nhầm".into(),
        revision: 2,
    };
    assert_eq!(certificate.clone().on_day(day("2026-02-09")), None);
    let held = certificate.clone().on_day(day("2026-02-28")).unwrap();
    assert_eq!((held.revoked, held.revoke_reason.as_str()), (None, ""));
    assert_eq!(certificate.clone().on_day(day("2026-03-01")), Some(certificate));
    let praised = Commendation {
        id: id(1),
        who: Honoured::Team(id(2)),
        team: id(2),
        area_unit: id(3),
        commune: id(4),
        province: id(5),
        form: CommendationForm::PraiseCertificate,
        level: AwardLevel::Commune,
        decision: decision(day("2026-01-15")),
        achievement: String::new(),
        revoked: Some(day("2026-02-01")),
        revoke_reason: "nhầm".into(),
        revision: 2,
    };
    assert_eq!(praised.clone().on_day(day("2026-01-14")), None);
    assert_eq!(praised.on_day(day("2026-01-31")).unwrap().revoked, None);
}

fn days() -> impl Strategy<Value = Date> {
    (0i32..400).prop_map(|n| day("2025-08-01").plus_days(n))
}

proptest! {
    /// What a day forgets, an earlier day forgets as well: to ask a record of the past for its past changes nothing.
    #[test]
    fn the_past_of_the_past_is_the_past(one in days(), other in days(), steps in prop::array::uniform4(prop::option::of(days()))) {
        let (early, late) = (one.min(other), one.max(other));
        let whole = ceasing(CeasingState::Ceased, steps);
        prop_assert_eq!(
            whole.clone().on_day(late).and_then(|then| then.on_day(early)).map(|then| (then.verification, then.decision, then.end_date)),
            whole.on_day(early).map(|then| (then.verification, then.decision, then.end_date))
        );
        let whole = term(LeaderTermState::Ended, steps[0], steps[1], steps[2]);
        prop_assert_eq!(whole.clone().on_day(late).and_then(|then| then.on_day(early)), whole.on_day(early));
        let whole = list(ListState::Decided, steps[0], None);
        prop_assert_eq!(whole.clone().on_day(late).and_then(|then| then.on_day(early)), whole.on_day(early));
    }
}
