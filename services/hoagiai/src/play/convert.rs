//! Values of the plan as messages of the contracts.

use hoagiai_proto::{
    cases::v1 as cases,
    common::v1::{Decision, EducationClass, EthnicClass, Gender},
    registry::v1 as registry,
};
use hoagiai_rpc::convert::date;
use hoagiai_types::Date;

use crate::population::{CandidatePlan, CasePlan};

pub(super) fn decision(number: String, day: Date, issuer: String) -> Option<Decision> {
    Some(Decision { number, issue_date: Some(date(day)), issuer })
}

pub(super) fn candidate(plan: &CandidatePlan) -> registry::Candidate {
    let person = registry::Person {
        full_name: plan.full_name.clone(),
        gender: if plan.woman { Gender::Female } else { Gender::Male }.into(),
        birth_year: plan.birth_year,
        ethnic_class: if plan.minority { EthnicClass::Other } else { EthnicClass::Kinh }.into(),
        education_class: EducationClass::try_from(plan.education).unwrap_or(EducationClass::None).into(),
        phone: plan.phone.clone(),
        ..registry::Person::default()
    };
    registry::Candidate {
        person: Some(person),
        nominated_by_front: plan.nominated,
        consent_given: true,
        resident: true,
        standards_met: true,
        votes_for: count(plan.votes),
        ..registry::Candidate::default()
    }
}

pub(super) fn content(plan: &CasePlan) -> cases::CaseContent {
    let parties = plan.parties.iter().map(|party| cases::Party {
        kind: party.kind,
        full_name: party.full_name.clone(),
        age: party.age,
        address: party.address.clone(),
    });
    cases::CaseContent { summary: plan.summary.clone(), parties: parties.collect(), agreement: String::new() }
}

pub(super) fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
