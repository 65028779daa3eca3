//! Messages of the procedures (nominations, minutes, ceasing, acting leaders, time limits) to values of the domain and
//! back.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_rpc::{
    Violations,
    convert::{date, may_date},
};
use hoagiai_types::{Date, text};

use super::convert::{count, decision, etag, id_text, int, need, need_person, number};
use crate::{
    domain::{
        Absence, ActingLeader, Ballots, BoardRole, Candidacy, Ceasing, Deadline, LeaderVote, Minutes, Named,
        Nomination, Standard,
    },
    store::deadlines::Standings,
    usecases::CeasingWords,
};

/// A person put forward.
pub(super) fn nomination(index: usize, one: pb::Nomination, out: &mut Violations) -> Option<Nomination> {
    let person = need_person(&format!("nominations[{index}].person"), one.person, out);
    let consent = may_date(format!("nominations[{index}].consent_date"), one.consent_date.as_ref(), out);
    let met = [
        (Standard::Citizen, one.citizen),
        (Standard::Resident, one.resident),
        (Standard::GoodCharacter, one.good_character),
        (Standard::Persuasive, one.persuasive),
        (Standard::LegalKnowledge, one.legal_knowledge),
    ];
    Some(Nomination {
        person: person?,
        by_front: one.nominated_by_front,
        organization: text::nfc(one.organization.trim()),
        consent,
        met: met.into_iter().filter(|(_, met)| *met).map(|(standard, _)| standard).collect(),
    })
}

/// What is kept of a candidacy, for the wire.
pub(super) fn candidacy(one: &Candidacy) -> pb::Candidacy {
    pb::Candidacy {
        mediator_id: one.mediator.to_string(),
        nominate_date: one.nominate_date.map(date),
        organization: one.organization.clone(),
        consent_date: one.consent_date.map(date),
        votes_against: int(one.votes_against),
    }
}

fn named(field: String, person: Option<pb::MinutesPerson>, out: &mut Violations) -> Option<Named> {
    let full_name = person.as_ref().map(|person| text::nfc(person.full_name.trim())).unwrap_or_default();
    if full_name.is_empty() {
        out.add(field, "REQUIRED", "is required", "là bắt buộc");
        return None;
    }
    Some(Named { full_name, position: text::nfc(person.unwrap_or_default().position.trim()) })
}

/// Minutes from the wire, if there are any; every fault of them is told.
pub(crate) fn minutes(minutes: Option<pb::Minutes>, out: &mut Violations) -> Option<Minutes> {
    let minutes = minutes?;
    let chair = named("minutes.chair.full_name".into(), minutes.chair, out);
    let secretary = named("minutes.secretary.full_name".into(), minutes.secretary, out);
    let mut people = |list: &str, people: Vec<pb::MinutesPerson>| {
        let people = people.into_iter().enumerate();
        people.filter_map(|(i, one)| named(format!("minutes.{list}[{i}].full_name"), Some(one), out)).collect()
    };
    let (witnesses, attendees) = (people("witnesses", minutes.witnesses), people("attendees", minutes.attendees));
    let board = minutes.board_members.into_iter().enumerate().filter_map(|(i, member)| {
        let role: Option<BoardRole> = need(format!("minutes.board_members[{i}].role"), member.role, out);
        let person = named(format!("minutes.board_members[{i}].person.full_name"), member.person, out);
        role.zip(person)
    });
    let board = board.collect();
    Some(Minutes {
        place: text::nfc(minutes.place.trim()),
        clock: (minutes.start_clock, minutes.end_clock),
        chair: chair?,
        secretary: secretary?,
        board,
        witnesses,
        attendees,
        ballots: Ballots {
            issued: count(minutes.issued_ballot_count),
            returned: count(minutes.returned_ballot_count),
            valid: count(minutes.valid_ballot_count),
            invalid: count(minutes.invalid_ballot_count),
        },
        remarks: text::nfc(minutes.remarks.trim()),
    })
}

/// Minutes for the wire, and for the seal.
pub(crate) fn minutes_message(minutes: &Minutes) -> pb::Minutes {
    let person =
        |named: &Named| pb::MinutesPerson { full_name: named.full_name.clone(), position: named.position.clone() };
    let member =
        |(role, named): &(BoardRole, Named)| pb::BoardMember { person: Some(person(named)), role: number(*role) };
    pb::Minutes {
        place: minutes.place.clone(),
        start_clock: minutes.clock.0.clone(),
        end_clock: minutes.clock.1.clone(),
        chair: Some(person(&minutes.chair)),
        secretary: Some(person(&minutes.secretary)),
        board_members: minutes.board.iter().map(member).collect(),
        witnesses: minutes.witnesses.iter().map(person).collect(),
        attendees: minutes.attendees.iter().map(person).collect(),
        issued_ballot_count: int(minutes.ballots.issued),
        returned_ballot_count: int(minutes.ballots.returned),
        valid_ballot_count: int(minutes.ballots.valid),
        invalid_ballot_count: int(minutes.ballots.invalid),
        remarks: minutes.remarks.clone(),
    }
}

/// Votes for a leader, for the wire.
pub(crate) fn leader_vote(vote: &LeaderVote) -> pb::LeaderVote {
    pb::LeaderVote { mediator_id: vote.mediator.to_string(), votes: int(vote.votes) }
}

/// A procedure of ceasing for the wire.
pub(crate) fn cessation(ceasing: &Ceasing) -> pb::Cessation {
    let found = ceasing.verification;
    pb::Cessation {
        cessation_id: ceasing.id.to_string(),
        mediator_id: ceasing.mediator.to_string(),
        team_id: ceasing.team.to_string(),
        ground: number(ceasing.ground),
        state: number(ceasing.state),
        proposer: number(ceasing.proposer),
        of_leader: ceasing.of_leader,
        propose_date: Some(date(ceasing.propose_date)),
        verify_due_date: Some(date(ceasing.verify_due)),
        verify_date: found.map(|found| date(found.date)),
        front_agrees: found.is_some_and(|found| found.front_agrees),
        area_head_agrees: found.is_some_and(|found| found.area_head_agrees),
        form: ceasing.form.map_or(0, number),
        leader_told_date: found.and_then(|found| found.leader_told).map(date),
        receive_date: ceasing.received.map(|(day, _)| date(day)),
        decide_due_date: ceasing.received.map(|(_, due)| date(due)),
        decision: ceasing.decision.as_ref().map(decision),
        end_date: ceasing.end_date.map(date),
        etag: etag(ceasing.revision),
    }
}

/// The words of a procedure of ceasing.
pub(super) fn cessation_reasons(words: CeasingWords) -> pb::CessationReasons {
    pb::CessationReasons {
        reason: words.reason,
        disagreement_reason: words.disagreement,
        refusal_reason: words.refusal,
    }
}

/// An acting leader for the wire.
pub(crate) fn acting_leader(acting: &ActingLeader) -> pb::ActingLeader {
    pb::ActingLeader {
        acting_leader_id: acting.id.to_string(),
        team_id: acting.team.to_string(),
        mediator_id: acting.mediator.to_string(),
        start_date: Some(date(acting.start)),
        end_date: acting.end.map(date),
    }
}

/// A mediator with the mark of an absence that has not passed.
pub(super) fn with_absence(mut mediator: pb::Mediator, absence: Option<&Absence>, today: Date) -> pb::Mediator {
    if let Some(absence) = absence.filter(|absence| absence.to.is_none_or(|last| today <= last)) {
        mediator.unavailable_from_date = Some(date(absence.from));
        mediator.unavailable_to_date = absence.to.map(date);
    }
    mediator
}

/// A time limit for the wire, as it stands on a day.
pub(super) fn deadline(deadline: &Deadline, as_of: Date) -> pb::Deadline {
    let procedure = deadline.step.procedure();
    pb::Deadline {
        procedure: number(procedure),
        procedure_code: procedure.word().to_owned(),
        step: number(deadline.step),
        state: number(deadline.state(as_of)),
        record_id: deadline.record.to_string(),
        team_id: deadline.team.to_string(),
        commune_unit_id: deadline.commune.to_string(),
        start_date: Some(date(deadline.start)),
        due_date: Some(date(deadline.due)),
        done_date: deadline.done.filter(|done| *done <= as_of).map(date),
    }
}

/// How time limits stand, for the wire.
pub(super) fn standing(standings: &Standings) -> pb::ProcedureStanding {
    let [due_count, overdue_count, met_count, met_late_count] = standings.counts;
    pb::ProcedureStanding {
        commune_unit_id: id_text(Some(standings.commune)),
        procedure: number(standings.procedure),
        procedure_code: standings.procedure.word().to_owned(),
        due_count,
        overdue_count,
        met_count,
        met_late_count,
        oldest_due_date: standings.oldest.map(date),
    }
}
