//! Records that may be of one person: how likely it is, and what becomes of two records of one.

use hoagiai_types::{Date, Id, Timestamp};

use super::{Cessation, Decision, LAST_DAY, Mediator, MediatorId, MediatorState, Refusal, words};

/// Id of a decision on two records.
pub type DuplicateId = Id<Duplicate>;

words! {
    /// What was decided on two records.
    DuplicateVerdict {
        /// One person.
        Same = "same",
        /// Two persons.
        Different = "different",
        /// Taken back.
        Undone = "undone",
    }
}

words! {
    /// What two records have in common.
    DuplicateReason {
        /// The identity number.
        IdentityNumber = "identity_number",
        /// Name without marks, year of birth, commune.
        NameBirthYearArea = "name_birth_year_area",
        /// Name but for the place of tones, phone.
        NamePhone = "name_phone",
        /// Rule 16: in force in two teams at one time.
        InForceInTwoTeams = "in_force_in_two_teams",
    }
}

/// A decision on two records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Id.
    pub id: DuplicateId,
    /// The record with the lesser id.
    pub first: MediatorId,
    /// The other.
    pub second: MediatorId,
    /// What was decided.
    pub verdict: DuplicateVerdict,
    /// The record to use and the one that points to it, if they are one person.
    pub merge: Option<(MediatorId, MediatorId)>,
    /// Who decided.
    pub actor: String,
    /// Why, sealed under the key of the first.
    pub sealed_reason: Vec<u8>,
    /// What the merged record was before, if the merge changed it.
    pub before: Option<Before>,
    /// Version.
    pub revision: i64,
    /// When it was first decided.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a record was before it was merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Its state.
    pub state: MediatorState,
    /// On which ground it had ceased.
    pub cessation: Option<Cessation>,
    /// Its last day in force.
    pub cessation_date: Option<Date>,
    /// The decision of ceasing.
    pub decision: Option<Decision>,
}

impl Before {
    fn of(mediator: &Mediator) -> Self {
        Self {
            state: mediator.state,
            cessation: mediator.cessation,
            cessation_date: mediator.cessation_date,
            decision: mediator.cessation_decision.clone(),
        }
    }
}

/// How likely two records are of one person, 1 to 100.
pub fn score(reasons: &[DuplicateReason]) -> u8 {
    let has = |reason| reasons.contains(&reason);
    let number = has(DuplicateReason::IdentityNumber);
    match (number, has(DuplicateReason::NamePhone), has(DuplicateReason::NameBirthYearArea)) {
        (true, true, _) | (true, _, true) => 100,
        // A number alone may be a slip of the pen in another's.
        (true, false, false) => 90,
        (false, true, true) => 80,
        (false, true, false) => 65,
        (false, false, true) => 50,
        (false, false, false) => 1,
    }
}

/// The two records in the order in which a pair is kept.
pub fn pair(one: MediatorId, other: MediatorId) -> (MediatorId, MediatorId) {
    if one <= other { (one, other) } else { (other, one) }
}

/// First and last day in force, the last one open for one who is.
fn days(mediator: &Mediator) -> Option<(Date, Date)> {
    let from = mediator.recognition_date()?;
    Some((from, mediator.cessation_date.unwrap_or(LAST_DAY)))
}

/// Merges a record into the one to use: out of force on every day on which both were, so that each day counts one person.
/// Answers what the record was before, if that changed it.
///
/// # Errors
/// Either is on the way to recognition; the record leads its team, is in force or ended later: then it is the one to use.
pub fn merge(survivor: &Mediator, merged: &mut Mediator) -> Result<Option<Before>, Refusal> {
    for one in [survivor, &*merged] {
        let on_the_way = matches!(
            one.state,
            MediatorState::Nominated | MediatorState::Elected | MediatorState::Tied | MediatorState::Submitted
        );
        // Ceasing under way is decided first, by its own path.
        if on_the_way || one.state.in_force() && one.state != MediatorState::Recognized {
            return Err(Refusal::MediatorStateWrong { mediator: one.id, state: one.state });
        }
    }
    let wrong = Refusal::SurvivorWrong { mediator: merged.id };
    if merged.leader {
        return Err(wrong);
    }
    let cut = match (days(merged), days(survivor)) {
        (None, _) => None,
        (Some(_), None) => return Err(wrong),
        (Some((_, to)), Some((_, kept_to))) if to > kept_to => return Err(wrong),
        // Two terms of one person that follow each other count one person on each day already.
        (Some((_, to)), Some((kept_from, _))) if to < kept_from => None,
        (Some((from, _)), Some((kept_from, _))) => Some(last_apart(from, kept_from)),
    };
    merged.revision += 1;
    let Some(last_day) = cut else { return Ok(None) };
    let before = Before::of(merged);
    merged.state = MediatorState::Ceased;
    merged.cessation = Some(Cessation::Merged);
    merged.cessation_date = Some(last_day);
    merged.cessation_decision = None;
    Ok(Some(before))
}

/// The last day before the first common one: before its own first day for a record that began within the other.
fn last_apart(from: Date, kept_from: Date) -> Date {
    if from < kept_from { kept_from.plus_days(-1) } else { from.plus_days(-1) }
}

/// Puts a merged record back to what it was.
pub fn unmerge(merged: &mut Mediator, before: Option<&Before>) {
    if let Some(before) = before {
        merged.state = before.state;
        merged.cessation = before.cessation;
        merged.cessation_date = before.cessation_date;
        merged.cessation_decision = before.decision.clone();
    }
    merged.revision += 1;
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Uuid;
    use proptest::prelude::*;

    use super::{super::mediator::tests::mediator, *};

    fn day(n: i32) -> Date {
        "2020-01-01".parse::<Date>().unwrap().plus_days(n)
    }

    /// In force from a day on, to a day or still.
    fn in_force(id: u128, from: i32, to: Option<i32>) -> Mediator {
        let mut one = mediator(MediatorState::Submitted);
        one.id = Id::from_uuid(Uuid::from_u128(id));
        let decision = Decision { number: "1/QĐ".into(), issue_date: day(from), issuer: "Chủ tịch".into() };
        one.decide(&decision, true).unwrap();
        if let Some(to) = to {
            one.cease(Cessation::OwnWish, day(to), None).unwrap();
        }
        one
    }

    fn counts(one: &Mediator, on: i32) -> u32 {
        u32::from(days(one).is_some_and(|(from, to)| from <= day(on) && day(on) <= to))
    }

    #[test]
    fn two_records_of_one_term_count_once_and_both_histories_stay() {
        let survivor = in_force(1, 10, None);
        let mut merged = in_force(2, 20, None);
        let as_it_was = merged.clone();
        let before = merge(&survivor, &mut merged).unwrap().unwrap();
        assert_eq!((merged.state, merged.cessation), (MediatorState::Ceased, Some(Cessation::Merged)));
        assert_eq!((merged.recognition_date(), merged.cessation_date), (Some(day(20)), Some(day(19))), "on no day");
        unmerge(&mut merged, Some(&before));
        assert_eq!(Before::of(&merged), Before::of(&as_it_was));
        assert_eq!(merged.revision, as_it_was.revision + 2, "each step is a version of its own");
    }

    #[test]
    fn the_record_to_use_is_the_one_in_force_the_later_one_or_the_leader() {
        let wrong = |id: u128| Err(Refusal::SurvivorWrong { mediator: Id::from_uuid(Uuid::from_u128(id)) });
        let mut still = in_force(2, 20, None);
        assert_eq!(merge(&in_force(1, 10, Some(30)), &mut still), wrong(2));
        still.leader = true;
        assert_eq!(merge(&in_force(1, 10, None), &mut still), wrong(2));
        let mut waiting = mediator(MediatorState::Submitted);
        assert!(matches!(merge(&in_force(1, 10, None), &mut waiting), Err(Refusal::MediatorStateWrong { .. })));
        let mut never = mediator(MediatorState::Rejected);
        assert_eq!(merge(&in_force(1, 10, None), &mut never), Ok(None), "nothing to count");
    }

    #[test]
    fn an_identity_number_weighs_most_and_rule_16_warns_only() {
        use DuplicateReason::*;
        assert!(score(&[IdentityNumber]) > score(&[NameBirthYearArea, NamePhone]));
        assert!(score(&[NamePhone]) > score(&[NameBirthYearArea]));
        assert_eq!(score(&[NamePhone, InForceInTwoTeams]), score(&[NamePhone]));
        assert_eq!(score(&[IdentityNumber, NamePhone]), 100);
    }

    proptest! {
        #[test]
        fn every_day_counts_one_person_after_a_merge(
            from in 0..60, length in proptest::option::of(0..60), kept_from in 0..60, kept_length in proptest::option::of(0..60),
        ) {
            let survivor = in_force(1, kept_from, kept_length.map(|n| kept_from + n));
            let mut merged = in_force(2, from, length.map(|n| from + n));
            let before: Vec<u32> = (0..130).map(|on| counts(&survivor, on).max(counts(&merged, on))).collect();
            if merge(&survivor, &mut merged).is_ok() {
                let after: Vec<u32> = (0..130).map(|on| counts(&survivor, on) + counts(&merged, on)).collect();
                prop_assert_eq!(before, after);
            }
        }
    }
}
