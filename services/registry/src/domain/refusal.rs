//! Every way a rule says no. The wire form (reason, metadata, Vietnamese text) is in `error.rs`.

use hoagiai_types::Date;

use super::{
    AttachmentId, Cessation, DuplicateId, DuplicateVerdict, ElectionRound, LeaderTermState, ListState, MediatorId,
    MediatorState, MinutesForm, Proposer, Standard, TeamId, TeamState, UnitId, UnitKind,
};

/// What a rule refuses, with the values that a person needs to understand it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A code is held by another unit on a day of the row.
    #[error("row {index} contradicts what is kept: code {code} is held otherwise on a day of it")]
    UnitConflict {
        /// The code.
        code: String,
        /// The row, from 0.
        index: usize,
    },
    /// The unit is of the wrong kind.
    #[error("unit {unit} is a {}, which this cannot be done with", kind.word())]
    UnitKindWrong {
        /// The unit.
        unit: UnitId,
        /// What it is.
        kind: UnitKind,
    },
    /// The unit lies elsewhere.
    #[error("area unit {unit} is not of the commune on {valid_at}")]
    AreaNotInCommune {
        /// The area unit.
        unit: UnitId,
        /// The day asked for.
        valid_at: Date,
    },
    /// Rule 2.
    #[error("area unit {area_unit} has a team, and no reason for an exception is given")]
    AreaHasTeam {
        /// The area.
        area_unit: UnitId,
    },
    /// Team state machine (§14.2).
    #[error("the team is {}", state.word())]
    TeamStateWrong {
        /// Its state.
        state: TeamState,
    },
    /// Rule 6.
    #[error("the decision fixed {target_size} mediators; there would be {mediators}")]
    TeamFull {
        /// The decided number.
        target_size: u32,
        /// Mediators that there are or would be.
        mediators: u32,
    },
    /// Rule 10.
    #[error("{attending} of {households} households were present; more than half must be")]
    NoQuorum {
        /// Present.
        attending: u32,
        /// All.
        households: u32,
    },
    /// NQLT 01/2014, Điều 12.
    #[error("the count was not witnessed by a representative without a relative on the list")]
    NotWitnessed,
    /// Rule 8.
    #[error("{} times a candidate lacks what the law asks", faults.len())]
    CandidatesNotEligible {
        /// The list of the request.
        list: &'static str,
        /// Which candidate, from 0, and what he or she lacks; in the order of the request.
        faults: Vec<(usize, Standard)>,
    },
    /// Rule 12.
    #[error("a {} round is not due", round.word())]
    RoundNotDue {
        /// Asked for.
        round: ElectionRound,
        /// Due.
        due: ElectionRound,
    },
    /// Rule 13.
    #[error("the minutes are of the form {}", stated.word())]
    MinutesFormWrong {
        /// Named.
        stated: MinutesForm,
        /// That goes with the way of voting.
        needed: MinutesForm,
    },
    /// Rule 18.
    #[error("this must be proposed by the {}", needed.word())]
    ProposerWrong {
        /// Who must.
        needed: Proposer,
    },
    /// §14.1: only a wish is taken back.
    #[error("a procedure on the ground {} cannot be withdrawn", ground.word())]
    CessationNotWithdrawable {
        /// The ground.
        ground: Cessation,
    },
    /// Rule 23.
    #[error("the team has an acting leader")]
    TeamHasActingLeader {
        /// The team.
        team: TeamId,
    },
    /// Rule 23.
    #[error("the team has no acting leader")]
    NoActingLeader {
        /// The team.
        team: TeamId,
    },
    /// Mediator state machine (§14.1).
    #[error("mediator {mediator} is {}", state.word())]
    MediatorStateWrong {
        /// Who.
        mediator: MediatorId,
        /// The state.
        state: MediatorState,
    },
    /// Rule 13.
    #[error("mediator {mediator} was not elected in that election")]
    NotElected {
        /// Who.
        mediator: MediatorId,
    },
    /// List state.
    #[error("the recognition list is {}", state.word())]
    ListStateWrong {
        /// The state.
        state: ListState,
    },
    /// Rule 21.
    #[error("the most votes are {highest}; more than half of {mediators} mediators in force are needed")]
    NoMajority {
        /// Votes of the first.
        highest: u32,
        /// Mediators in force.
        mediators: u32,
    },
    /// Rule 21.
    #[error("two or more have the most votes: the team votes again")]
    LeaderTie,
    /// Term state.
    #[error("the term of the leader is {}", state.word())]
    LeaderTermStateWrong {
        /// The state.
        state: LeaderTermState,
    },
    /// Rule 20.
    #[error("the team has a leader in force")]
    TeamHasLeader {
        /// The team.
        team: TeamId,
    },
    /// The place is decided already.
    #[error("attachment {attachment} is resolved")]
    AttachmentResolved {
        /// Which.
        attachment: AttachmentId,
    },
    /// No version begins there.
    #[error("unit {unit} has no version that begins on {valid_from}")]
    NoSuchVersion {
        /// The unit.
        unit: UnitId,
        /// The day asked for.
        valid_from: Date,
    },
    /// A merge would keep the record that ended, or lose the one that leads.
    #[error("the record {mediator} is the one to use")]
    SurvivorWrong {
        /// Which record.
        mediator: MediatorId,
    },
    /// The record points to another.
    #[error("the record {mediator} is merged into another")]
    MediatorMerged {
        /// Which record.
        mediator: MediatorId,
    },
    /// State of a decision on two records.
    #[error("the decision {duplicate} is {}", verdict.word())]
    DuplicateStateWrong {
        /// Which.
        duplicate: DuplicateId,
        /// What was decided.
        verdict: DuplicateVerdict,
    },
    /// A date in the future or out of order.
    #[error("{field} is in the future or out of order")]
    DateOutOfOrder {
        /// The field of the request.
        field: &'static str,
    },
    /// A split that forgets a mediator in force, or names one twice.
    #[error("mediator {mediator} is in no part of the split, in two, or not in force")]
    MediatorNotMapped {
        /// Who.
        mediator: MediatorId,
    },
    /// §14.2.
    #[error("the team was in force: who takes its cases and books, or that there are none, must be stated")]
    HandoverRequired,
    /// Rule 7.
    #[error("team {team} was reviewed in {year}")]
    TeamReviewed {
        /// The team.
        team: TeamId,
        /// The year.
        year: i32,
    },
}

impl Refusal {
    /// Rule 8, for what each candidate lacks.
    pub fn of_candidates<'a>(list: &'static str, lacks: impl Iterator<Item = &'a [Standard]>) -> Result<(), Self> {
        let of = |(index, lacks): (usize, &'a [Standard])| lacks.iter().map(move |standard| (index, *standard));
        let faults: Vec<(usize, Standard)> = lacks.enumerate().flat_map(of).collect();
        if faults.is_empty() { Ok(()) } else { Err(Self::CandidatesNotEligible { list, faults }) }
    }
}
