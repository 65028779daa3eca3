//! Rows of spreadsheets as lines of the domain.

use hoagiai_sheets::{self as sheets, Roster};

use crate::domain::{
    Decision, Details, EducationClass, EthnicClass, Gender, MediatorLine, Person, PlaceText, Statistics, TeamLine,
};

/// The rows that were read, as lines, and the places of those that were not.
pub(super) fn lines<T, L>(roster: &Roster<T>, convert: impl Fn(usize, &T) -> L) -> (Vec<L>, Vec<usize>) {
    let (mut lines, mut unread) = (Vec::with_capacity(roster.lines.len()), Vec::new());
    for (index, line) in roster.lines.iter().enumerate() {
        match &line.value {
            Ok(row) => lines.push(convert(index, row)),
            Err(_) => unread.push(index),
        }
    }
    (lines, unread)
}

fn place(place: &sheets::Place) -> PlaceText {
    PlaceText { commune: place.commune.clone(), area: place.area.clone(), area_code: place.area_code.clone() }
}

fn decision(paper: &sheets::PaperDecision) -> Decision {
    Decision { number: paper.number.clone(), issue_date: paper.date, issuer: paper.issuer.clone() }
}

/// A row of a roster of teams.
pub(super) fn team_line(line: usize, row: &sheets::TeamRow) -> TeamLine {
    TeamLine {
        line,
        place: place(&row.place),
        name: row.name.clone(),
        size: row.size,
        decision: row.decision.as_ref().map(decision),
        exception: row.exception.clone(),
    }
}

/// A row of a roster of mediators.
pub(super) fn mediator_line(line: usize, row: &sheets::MediatorRow) -> MediatorLine {
    let statistics = Statistics {
        gender: match row.gender {
            sheets::Gender::Male => Gender::Male,
            sheets::Gender::Female => Gender::Female,
        },
        ethnic_class: match row.ethnic {
            sheets::EthnicClass::Kinh => EthnicClass::Kinh,
            sheets::EthnicClass::Other => EthnicClass::Other,
        },
        education_class: match row.education {
            Some(sheets::EducationClass::Law) => EducationClass::Law,
            Some(sheets::EducationClass::Other) => EducationClass::Other,
            Some(sheets::EducationClass::None) | None => EducationClass::None,
        },
    };
    MediatorLine {
        line,
        place: place(&row.place),
        team: row.team.clone(),
        person: Person {
            full_name: row.full_name.clone(),
            birth_year: row.birth_year,
            phone: row.phone.clone(),
            statistics,
            // Rosters have no columns of these; what is known stays.
            details: Details::default(),
        },
        education_told: row.education.is_some(),
        decision: row.decision.as_ref().map(decision),
        leader: row.leader,
        leader_decision: row.leader_decision.as_ref().map(decision),
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{LineField, LineReason};

    #[test]
    fn what_the_registry_finds_fault_with_is_known_to_the_sheets() {
        for field in LineField::ALL {
            assert!(hoagiai_sheets::Field::from_word(field.word()).is_some(), "{field:?}");
        }
        for reason in LineReason::ALL {
            assert!(hoagiai_sheets::Reason::from_word(reason.word()).is_some(), "{reason:?}");
        }
    }
}
