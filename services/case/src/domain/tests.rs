//! The rules, each named after its number in the domain reference.

use hoagiai_types::{Date, Id, Timestamp, Uuid};

use super::*;

fn d(text: &str) -> Date {
    text.parse().unwrap()
}

fn id<T>(n: u128) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(n))
}

const TODAY: &str = "2026-03-31";
const A: u128 = 0xa;
const B: u128 = 0xb;

fn terms() -> Timetable {
    let set = |from, court_months| Terms { valid_from: d(from), first_session_days: 3, court_months };
    Timetable::new(vec![set("2014-01-01", None), set("2016-07-01", Some(6))]).unwrap()
}

fn team() -> Team {
    let place = Place { province: id(1), commune: id(2), area_unit: id(3), team: id(4) };
    Team { place, active_from: Some(d("2026-01-05")), dissolved_on: None }
}

fn book() -> RegisterBook {
    RegisterBook::open(id(5), &team(), None, d("2026-01-05"), d(TODAY)).unwrap()
}

fn receipt(day: &str) -> Receipt {
    Receipt { ground: Ground::PartyRequest, category: Category::Conflict, day: d(day), party_count: 2 }
}

fn received() -> Case {
    let now = Timestamp::from_micros(0);
    Case::receive(id(6), &team(), Some(&book()), &receipt("2026-03-01"), d(TODAY), now).unwrap()
}

/// A case after these changes.
fn case(changes: &[Change]) -> Case {
    let mut case = received();
    for change in changes {
        go(&mut case, change).unwrap();
    }
    case
}

fn go(case: &mut Case, change: &Change) -> Result<(Fact, Date), Refusal> {
    case.apply(change, &Given { today: d(TODAY), terms: &terms(), in_force: &[id(A), id(B)], absent: &[] })
}

fn refused(changes: &[Change], last: &Change) -> Refusal {
    go(&mut case(changes), last).unwrap_err()
}

fn accept() -> Change {
    Change::DecideScope { exclusion: None, referred_to: String::new(), category: None, day: d("2026-03-02") }
}

fn refer(to: &str) -> Change {
    let exclusion = Some(Exclusion::Criminal);
    Change::DecideScope { exclusion, referred_to: to.into(), category: None, day: d("2026-03-02") }
}

fn put(source: Source, who: u128, day: &str) -> Change {
    Change::PutMediators { source, mediators: vec![id(who)], day: d(day) }
}

fn conflict(who: u128) -> Change {
    Change::DeclareConflict { mediator: id(who), day: d("2026-03-05") }
}

fn session(day: &str) -> Session {
    let (public, all_agreed_to_public, immediate, witness) = (false, false, false, None);
    Session { day: d(day), public, all_agreed_to_public, immediate, witness, late_reason: String::new() }
}

fn meet(day: &str) -> Change {
    Change::RecordSession(session(day))
}

fn at_once(witness: Option<u128>) -> Change {
    Change::RecordSession(Session { immediate: true, witness: witness.map(id), ..session("2026-03-02") })
}

fn succeed(day: &str, agreement: &str) -> Change {
    Change::Conclude { day: d(day), successful: true, agreement: agreement.into(), reason: None }
}

fn fail(day: &str, reason: Option<UnsuccessfulReason>) -> Change {
    Change::Conclude { day: d(day), successful: false, agreement: String::new(), reason }
}

fn in_mediation() -> Vec<Change> {
    vec![accept(), put(Source::Leader, A, "2026-03-03"), meet("2026-03-05")]
}

fn and(mut changes: Vec<Change>, more: &[Change]) -> Vec<Change> {
    changes.extend_from_slice(more);
    changes
}

#[test]
fn a_case_goes_from_receipt_to_agreement() {
    let end = case(&and(in_mediation(), &[meet("2026-03-06"), succeed("2026-03-07", "hai bên nhất trí")]));
    assert_eq!((end.state, end.session_count, end.concluded_on), (State::Successful, 2, Some(d("2026-03-07"))));
    assert!(end.state.is_terminal());
}

#[test]
fn nothing_moves_a_case_that_has_ended() {
    for end in State::ALL.iter().filter(|state| state.is_terminal()) {
        assert!(Verb::ALL.iter().all(|verb| end.after(*verb).is_none()), "{end:?}");
    }
    for open in State::ALL.iter().filter(|state| !state.is_terminal()) {
        assert!(Verb::ALL.iter().any(|verb| open.after(*verb).is_some()), "{open:?} is a trap");
    }
}

#[test]
fn every_verb_stands_in_the_table_once_and_words_are_read_back() {
    for verb in Verb::ALL {
        assert!(State::ALL.iter().any(|state| state.after(*verb).is_some()), "{verb:?}");
    }
    assert!(State::ALL.iter().all(|state| State::of_word(state.word()) == Some(*state)));
    assert!(Category::ALL.iter().all(|category| Category::of_word(category.word()) == Some(*category)));
    assert_eq!(State::of_word("Received"), None);
}

#[test]
fn rule_24_no_session_before_the_scope_is_decided() {
    let wrong = |verb| Refusal::StateWrong { state: State::Received, verb };
    assert_eq!(refused(&[], &meet("2026-03-02")), wrong(Verb::Meet));
    assert_eq!(refused(&[], &at_once(Some(A))), wrong(Verb::MeetAtOnce));
    assert_eq!(refused(&[], &put(Source::Leader, A, "2026-03-02")), wrong(Verb::Assign));
}

#[test]
fn rule_24_an_excluded_case_is_referred_and_never_mediated() {
    let referred = case(&[Change::AskScope, refer(" Công an phường ")]);
    assert_eq!(referred.state, State::OutOfScope);
    let (fact, day) = go(&mut case(&[]), &refer("Công an phường")).unwrap();
    assert_eq!((fact, day), (Fact::Referred(Exclusion::Criminal, "Công an phường".into()), d("2026-03-02")));
    assert_eq!(refused(&[], &refer("  ")), Refusal::ReferralIncomplete);
    assert!(matches!(refused(&[refer("Tòa án")], &accept()), Refusal::StateWrong { .. }));
}

#[test]
fn rule_24_the_category_may_turn_out_to_be_another() {
    let Change::DecideScope { exclusion, referred_to, day, .. } = accept() else { unreachable!() };
    let category = Some(Category::FamilyDispute);
    let accepted = case(&[Change::DecideScope { exclusion, referred_to, category, day }]);
    assert_eq!((accepted.category, case(&[accept()]).category), (Category::FamilyDispute, Category::Conflict));
}

#[test]
fn rule_15_only_a_mediator_in_force_is_put_on_a_case() {
    for source in [Source::Parties, Source::Leader] {
        let refusal = refused(&[accept()], &put(source, 0xc, "2026-03-03"));
        assert_eq!(refusal, Refusal::MediatorNotInForce(id(0xc)));
    }
    assert_eq!(refused(&[accept()], &at_once(Some(0xc))), Refusal::MediatorNotInForce(id(0xc)));
}

#[test]
fn rule_15_who_has_ceased_holds_no_session() {
    let mut assigned = case(&[accept(), put(Source::Leader, A, "2026-03-03")]);
    let terms = terms();
    let mut meet_with = |in_force: &[MediatorId]| {
        assigned.apply(&meet("2026-03-04"), &Given { today: d(TODAY), terms: &terms, in_force, absent: &[] })
    };
    assert_eq!(meet_with(&[id(B)]), Err(Refusal::MediatorNotInForce(id(A))), "another of the team is");
    assert_eq!(meet_with(&[]), Err(Refusal::MediatorNotInForce(id(A))));
    meet_with(&[id(A), id(B)]).unwrap();
}

#[test]
fn rule_25_parties_choice_prevails_over_assignment() {
    let leader = put(Source::Leader, A, "2026-03-03");
    let parties = put(Source::Parties, B, "2026-03-03");
    let chosen = case(&[accept(), leader.clone(), parties.clone()]);
    assert!(chosen.mediators.includes(id(B)) && !chosen.mediators.includes(id(A)));
    assert_eq!(refused(&[accept(), parties.clone()], &leader), Refusal::PartiesChose);
    let replaced = case(&[accept(), parties, conflict(B), leader]);
    assert!(replaced.mediators.includes(id(A)), "once nobody chosen is left, the leader assigns");
}

#[test]
fn rule_25_a_choice_holds_while_somebody_chosen_is_in_force() {
    let mut chosen = case(&[accept(), put(Source::Parties, B, "2026-03-03")]);
    let given = Given { today: d(TODAY), terms: &terms(), in_force: &[id(A)], absent: &[] };
    chosen.apply(&put(Source::Leader, A, "2026-03-10"), &given).unwrap();
    assert!(chosen.mediators.includes(id(A)), "whom they chose has ceased: the leader replaces");
}

#[test]
fn an_absence_stops_assignment_by_the_leader_and_not_the_choice_of_the_parties() {
    let given = Given { today: d(TODAY), terms: &terms(), in_force: &[id(A), id(B)], absent: &[id(A)] };
    let mut one = case(&[accept()]);
    let refused = one.clone().apply(&put(Source::Leader, A, "2026-03-03"), &given);
    assert_eq!(refused, Err(Refusal::MediatorUnavailable(id(A))));
    one.clone().apply(&put(Source::Leader, B, "2026-03-03"), &given).unwrap();
    one.apply(&put(Source::Parties, A, "2026-03-03"), &given).unwrap();
}

#[test]
fn rule_26_a_conflict_ends_the_assignment_for_good() {
    let assigned = [accept(), put(Source::Leader, A, "2026-03-03")];
    let alone = case(&and(assigned.to_vec(), &[conflict(A)]));
    assert_eq!((alone.state, alone.mediators.assigned().len()), (State::Accepted, 0));
    for source in [Source::Parties, Source::Leader] {
        let again = refused(&[accept(), conflict(A)], &put(source, A, "2026-03-06"));
        assert_eq!(again, Refusal::ConflictOfInterest(id(A)));
    }
    let both = Change::PutMediators { source: Source::Leader, mediators: vec![id(A), id(B)], day: d("2026-03-03") };
    let left = case(&[accept(), both, conflict(A)]);
    assert_eq!((left.state, left.mediators.assigned().len()), (State::Assigned, 1));
    let end = and(in_mediation(), &[succeed("2026-03-06", "x")]);
    assert!(matches!(refused(&end, &conflict(A)), Refusal::StateWrong { .. }));
}

#[test]
fn rule_26_a_conflict_during_a_pause_leaves_the_pause_to_the_parties() {
    let paused = case(&and(in_mediation(), &[Change::Pause(d("2026-03-05")), conflict(A)]));
    assert_eq!(paused.state, State::Paused);
    let mut resumed = paused;
    go(&mut resumed, &Change::Resume(d("2026-03-09"))).unwrap();
    assert_eq!(resumed.state, State::Accepted);
}

#[test]
fn rule_28_the_first_session_is_due_three_days_after_assignment() {
    let assigned = [accept(), put(Source::Leader, A, "2026-03-03")];
    assert_eq!(case(&assigned).first_session_due_on, Some(d("2026-03-06")));
    let late = |day: &str| match go(&mut case(&assigned), &meet(day)).unwrap().0 {
        Fact::SessionRecorded { late, .. } => late,
        other => panic!("{other:?}"),
    };
    assert!(!late("2026-03-06"), "the third day is in time");
    assert!(late("2026-03-07"), "recorded, not refused: the rule is soft");
    let second = go(&mut case(&in_mediation()), &meet("2026-03-20")).unwrap().0;
    assert_eq!(second, Fact::SessionRecorded { public: false, late: false }, "only the first is timed");
}

#[test]
fn rule_28_immediate_mediation_needs_no_assignment_but_its_witness() {
    let mediated = case(&[accept(), at_once(Some(A))]);
    assert_eq!((mediated.state, mediated.mediators.assigned()[0].source), (State::InMediation, Source::Witness));
    assert!(matches!(refused(&[accept()], &at_once(None)), Refusal::StateWrong { .. }));
    assert_eq!(refused(&[accept(), conflict(A)], &at_once(Some(A))), Refusal::ConflictOfInterest(id(A)));
}

#[test]
fn rule_30_a_session_is_public_only_if_all_agree() {
    let public = |all_agreed_to_public| {
        let session = Session { public: true, all_agreed_to_public, ..session("2026-03-06") };
        go(&mut case(&in_mediation()), &Change::RecordSession(session))
    };
    assert_eq!(public(false), Err(Refusal::PublicSessionNotAgreed));
    assert!(public(true).is_ok());
}

#[test]
fn rule_31_a_party_pauses_ends_and_refuses_without_a_reason() {
    let day = d("2026-03-05");
    let ended = fail("2026-03-05", Some(UnsuccessfulReason::PartyRequest));
    let states = [
        case(&and(in_mediation(), &[Change::Pause(day), Change::Resume(day)])).state,
        case(&and(in_mediation(), &[Change::Pause(day), ended.clone()])).state,
        case(&and(in_mediation(), std::slice::from_ref(&ended))).state,
        case(&[Change::Decline(day)]).state,
        case(&[Change::AskScope, Change::Decline(day)]).state,
        case(&[accept(), put(Source::Parties, A, "2026-03-03"), Change::Decline(day)]).state,
    ];
    use State::{Declined, InMediation, Unsuccessful};
    assert_eq!(states, [InMediation, Unsuccessful, Unsuccessful, Declined, Declined, Declined]);
}

#[test]
fn rule_31_a_party_ends_a_case_that_lost_its_mediator_after_a_session() {
    let lost = and(in_mediation(), &[conflict(A)]);
    assert_eq!(case(&lost).state, State::Accepted);
    assert!(matches!(refused(&lost, &Change::Decline(d("2026-03-06"))), Refusal::StateWrong { .. }));
    assert_eq!(
        case(&and(lost.clone(), &[fail("2026-03-06", Some(UnsuccessfulReason::PartyRequest))])).state,
        State::Unsuccessful
    );
    let no_prospect = fail("2026-03-06", Some(UnsuccessfulReason::NoProspect));
    assert!(matches!(refused(&lost, &no_prospect), Refusal::StateWrong { .. }), "that is for a mediator to say");
}

#[test]
fn rule_32_a_case_needs_an_open_book_of_a_team_in_force() {
    let receive = |team: Team, book: Option<RegisterBook>, day| {
        Case::receive(id(6), &team, book.as_ref(), &receipt(day), d(TODAY), Timestamp::from_micros(0)).map(|c| c.number)
    };
    let mut filled = book();
    filled.entry_count = 41;
    assert_eq!(receive(team(), Some(filled.clone()), "2026-01-05"), Ok(42));
    assert_eq!(receive(team(), None, "2026-03-01"), Err(Refusal::NoOpenBook(id(4))));
    let late = RegisterBook { opened_on: d("2026-03-02"), ..book() };
    assert_eq!(receive(team(), Some(late), "2026-03-01"), Err(Refusal::NoOpenBook(id(4))));
    filled.close(d("2026-03-01"), d(TODAY)).unwrap();
    assert_eq!(receive(team(), Some(filled), "2026-03-01"), Err(Refusal::NoOpenBook(id(4))));
    let dissolved = Team { dissolved_on: Some(d("2026-03-01")), ..team() };
    assert_eq!(receive(dissolved, Some(book()), "2026-03-01"), Err(Refusal::TeamNotInForce(id(4))));
    assert_eq!(receive(dissolved, Some(book()), "2026-02-28"), Ok(1));
    assert_eq!(receive(team(), Some(book()), "2026-01-04"), Err(Refusal::TeamNotInForce(id(4))));
    assert_eq!(receive(team(), Some(book()), "2026-04-01"), Err(Refusal::DateOutOfOrder("receive_date")));
}

#[test]
fn rule_32_books_follow_each_other() {
    let next = |before: &RegisterBook, day| RegisterBook::open(id(7), &team(), Some(before), d(day), d(TODAY));
    let mut first = book();
    assert_eq!(next(&first, "2026-03-01").unwrap_err(), Refusal::BookAlreadyOpen(id(5)));
    first.last_entry_on = Some(d("2026-02-10"));
    for day in ["2026-02-09", "2026-04-01", "2026-01-01"] {
        assert_eq!(first.clone().close(d(day), d(TODAY)), Err(Refusal::DateOutOfOrder("close_date")), "{day}");
    }
    first.close(d("2026-02-10"), d(TODAY)).unwrap();
    assert_eq!(first.close(d("2026-02-11"), d(TODAY)), Err(Refusal::BookClosed(id(5))));
    assert_eq!(next(&first, "2026-02-09").unwrap_err(), Refusal::DateOutOfOrder("open_date"));
    assert_eq!(next(&first, "2026-02-10").unwrap().number, 2);
}

#[test]
fn rule_33_success_needs_the_agreement_and_failure_a_reason() {
    let missing = |field| Refusal::ConclusionIncomplete(field);
    assert_eq!(refused(&in_mediation(), &succeed("2026-03-06", " ")), missing("agreement"));
    assert_eq!(refused(&in_mediation(), &fail("2026-03-06", None)), missing("unsuccessful_reason"));
    let paused = and(in_mediation(), &[Change::Pause(d("2026-03-06"))]);
    assert!(matches!(refused(&paused, &succeed("2026-03-06", "x")), Refusal::StateWrong { .. }));
    assert_eq!(
        case(&and(paused, &[fail("2026-03-06", Some(UnsuccessfulReason::NoProspect))])).state,
        State::Unsuccessful
    );
}

#[test]
fn rule_61_a_court_may_be_asked_for_six_months() {
    let concluded = |day: &str| case(&and(in_mediation(), &[succeed(day, "x")])).court_due_on;
    assert_eq!(concluded("2026-03-31"), Some(d("2026-09-30")), "the 31st has no namesake in September");
    assert_eq!(concluded("2026-03-06"), Some(d("2026-09-06")));
    assert_eq!(terms().on(d("2016-06-30")).court_months, None);
    assert_eq!(terms().on(d("1999-01-01")), terms().on(d("2014-01-01")), "the first set judges what lies before it");
}

#[test]
fn dates_lie_neither_in_the_future_nor_out_of_order() {
    let out = |field| Refusal::DateOutOfOrder(field);
    let future = "2026-04-01";
    assert_eq!(refused(&[accept()], &put(Source::Leader, A, future)), out("assign_date"));
    assert_eq!(refused(&[accept()], &put(Source::Leader, A, "2026-02-28")), out("assign_date"));
    let assigned = [accept(), put(Source::Leader, A, "2026-03-03")];
    assert_eq!(refused(&assigned, &meet("2026-03-02")), out("session_date"));
    assert_eq!(refused(&in_mediation(), &meet("2026-03-04")), out("session_date"));
    assert_eq!(refused(&in_mediation(), &Change::Pause(d("2026-03-04"))), out("pause_date"));
    assert_eq!(refused(&in_mediation(), &succeed("2026-03-04", "x")), out("conclude_date"));
    let paused = and(in_mediation(), &[Change::Pause(d("2026-03-06"))]);
    assert_eq!(refused(&paused, &Change::Resume(d("2026-03-05"))), out("resume_date"));
    assert_eq!(refused(&[], &Change::Decline(d("2026-02-28"))), out("decline_date"));
}

#[test]
fn mediators_are_read_back_from_their_text() {
    let case = case(&[accept(), put(Source::Parties, A, "2026-03-03"), conflict(B)]);
    assert_eq!(Mediators::of_text(&case.mediators.to_text()), Some(case.mediators));
    assert_eq!(Mediators::of_text(""), Some(Mediators::default()));
    for bad in ["x", "x parties 2026-03-03", "00000000-0000-0000-0000-00000000000a friend 2026-03-03"] {
        assert_eq!(Mediators::of_text(bad), None, "{bad}");
    }
}

#[test]
fn content_prints_nothing_of_itself() {
    let party = Party { kind: PartyKind::Person, full_name: "Canary".into(), age: 40, address: "Canary".into() };
    let content = Content { summary: "Canary".into(), parties: vec![party], agreement: "Canary".into() };
    assert!(!format!("{content:?} {:?}", content.parties[0]).contains("Canary"));
}
