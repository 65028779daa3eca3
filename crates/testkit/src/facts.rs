//! Facts of the registry, the case service and evaluation as their journals carry them, for tests of those who follow them.

use hoagiai_proto::{
    cases::v1 as cases, common::v1 as common, evaluation::v1 as evaluation, google::Date as PbDate,
    registry::v1 as registry,
};
use hoagiai_rpc::convert;
use hoagiai_store::Position;
use hoagiai_types::{Date, Uuid};
use prost::Message as _;

use crate::feeds::ScriptedFeed;

fn date(date: Date) -> Option<PbDate> {
    Some(convert::date(date))
}

/// The journal of the registry.
#[derive(Clone, Default)]
pub struct RegistryScript(pub ScriptedFeed);

/// A team for a test.
#[derive(Clone, Copy, Debug)]
pub struct TeamAt {
    /// The team.
    pub team: Uuid,
    /// Its thôn or tổ dân phố.
    pub area: Uuid,
    /// Its commune.
    pub commune: Uuid,
    /// Its province.
    pub province: Uuid,
}

impl RegistryScript {
    fn push(&self, stream: (&str, Uuid), kind: &str, on: Date, fact: registry::registry_event::Fact) -> Position {
        self.0.push(stream, kind, on, registry::RegistryEvent { fact: Some(fact) }.encode_to_vec())
    }

    /// A unit that holds in a span of days.
    pub fn unit(
        &self,
        id: Uuid,
        (code, name): (&str, &str),
        kind: registry::UnitKind,
        parent: Option<Uuid>,
        (from, to): (Option<Date>, Option<Date>),
    ) -> Position {
        let unit = registry::Unit {
            unit_id: id.to_string(),
            code: code.to_owned(),
            display_name: name.to_owned(),
            kind: kind.into(),
            parent_unit_id: parent.map(|id| id.to_string()).unwrap_or_default(),
            valid_from: from.map(convert::date),
            valid_to: to.map(convert::date),
            ..registry::Unit::default()
        };
        let fact = registry::UnitImported { unit: Some(unit), source: "test".to_owned() };
        let on = from.unwrap_or_else(|| Date::from_days_since_epoch(0));
        self.push(("unit", id), "UnitImported", on, registry::registry_event::Fact::UnitImported(fact))
    }

    /// A team that is active from a day.
    pub fn team(&self, at: TeamAt, name: &str, active: Date) -> Position {
        let team = team(at, name, registry::TeamState::Active, Some(active));
        let fact = registry::TeamStandingChanged { team: Some(team) };
        let fact = registry::registry_event::Fact::TeamStandingChanged(fact);
        self.push(("team", at.team), "TeamStandingChanged", active, fact)
    }

    /// A team that is only planned.
    pub fn planned_team(&self, at: TeamAt, on: Date) -> Position {
        let team = Some(team(at, "planned", registry::TeamState::Planned, None));
        let fact = registry::TeamPlanned { team, exception_reason: String::new() };
        self.push(("team", at.team), "TeamPlanned", on, registry::registry_event::Fact::TeamPlanned(fact))
    }

    /// A team that is dissolved on a day.
    pub fn dissolved(&self, at: TeamAt, name: &str, active: Date, on: Date) -> Position {
        let team = Some(team(at, name, registry::TeamState::Dissolved, Some(active)));
        let fact = registry::TeamDissolved { team, ..registry::TeamDissolved::default() };
        self.push(("team", at.team), "TeamDissolved", on, registry::registry_event::Fact::TeamDissolved(fact))
    }

    /// A team, active since a day, that lies elsewhere from another on.
    pub fn moved(&self, from: TeamAt, to: TeamAt, name: &str, (active, effective): (Date, Date)) -> Position {
        let fact = registry::TeamMoved {
            team: Some(team(to, name, registry::TeamState::Active, Some(active))),
            from_area_unit_id: from.area.to_string(),
            from_commune_unit_id: from.commune.to_string(),
            from_province_unit_id: from.province.to_string(),
            effective_date: date(effective),
            cause_id: String::new(),
        };
        let fact = registry::registry_event::Fact::TeamMoved(fact);
        self.push(("team", to.team), "TeamMoved", effective, fact)
    }

    /// A unit ends whole into another on a day.
    pub fn unit_merged(&self, unit: Uuid, into: Uuid, on: Date) -> Position {
        let lineage = registry::UnitLineage {
            unit_id: into.to_string(),
            predecessor_unit_id: unit.to_string(),
            extent: registry::LineageExtent::Whole.into(),
            change: registry::UnitChange::Merged.into(),
            change_date: date(on),
            ..registry::UnitLineage::default()
        };
        let ended = registry::UnitEnded { unit_id: unit.to_string(), valid_to: date(on.plus_days(-1)) };
        let ended = registry::registry_event::Fact::UnitEnded(ended);
        self.push(("unit", unit), "UnitEnded", on, ended);
        let fact = registry::UnitLineageRecorded { lineage: Some(lineage), change_date: date(on) };
        let fact = registry::registry_event::Fact::UnitLineageRecorded(fact);
        self.push(("unit", into), "UnitLineageRecorded", on, fact)
    }

    /// A team that is merged into another on a day; these mediators go on there.
    pub fn team_merged(&self, at: TeamAt, into: TeamAt, active: Date, on: Date, mediators: &[Uuid]) -> Position {
        let mut places = Vec::with_capacity(mediators.len());
        for id in mediators {
            let fact = registry::MediatorMoved {
                mediator_id: id.to_string(),
                previous_team_id: at.team.to_string(),
                team_id: into.team.to_string(),
                gender: 1,
                ethnic_class: 1,
                education_class: 1,
                ..registry::MediatorMoved::default()
            };
            let fact = registry::registry_event::Fact::MediatorMoved(fact);
            self.push(("mediator", *id), "MediatorMoved", on, fact);
            places.push(registry::MediatorPlace { mediator_id: id.to_string(), team_id: into.team.to_string() });
        }
        let ended = registry::Team {
            end_kind: registry::TeamEndKind::Merged.into(),
            successor_team_id: into.team.to_string(),
            ..team(at, "merged", registry::TeamState::Dissolved, Some(active))
        };
        let fact = registry::TeamDissolved {
            team: Some(ended),
            decision: None,
            successors: vec![team(into, "successor", registry::TeamState::Active, Some(active))],
            mediator_places: places,
        };
        self.push(("team", at.team), "TeamDissolved", on, registry::registry_event::Fact::TeamDissolved(fact))
    }

    /// A team that lies elsewhere from a day on.
    pub fn transferred(&self, to: TeamAt, active: Date, on: Date) -> Position {
        let team = Some(team(to, "transferred", registry::TeamState::Active, Some(active)));
        let fact = registry::TeamTransferred { team, ..registry::TeamTransferred::default() };
        self.push(("team", to.team), "TeamTransferred", on, registry::registry_event::Fact::TeamTransferred(fact))
    }

    /// A mediator in force from a day: gender, ethnic class, education class by their numbers.
    pub fn mediator(&self, id: Uuid, team: Uuid, from: Date, (gender, ethnic, education): (i32, i32, i32)) -> Position {
        let fact = registry::MediatorRecognized {
            mediator_id: id.to_string(),
            team_id: team.to_string(),
            decision: None,
            gender,
            ethnic_class: ethnic,
            education_class: education,
        };
        let fact = registry::registry_event::Fact::MediatorRecognized(fact);
        self.push(("mediator", id), "MediatorRecognized", from, fact)
    }

    /// The roll of a training session on a day: who came, who did not, who is taken off it by a correction.
    pub fn attendance(&self, session: Uuid, on: Date, came: &[Uuid], not: &[Uuid], withdrawn: &[Uuid]) -> Position {
        use registry::TrainingPresence as P;
        let one = |(id, presence): (&Uuid, P)| registry::TrainingAttendance {
            mediator_id: id.to_string(),
            presence: presence.into(),
            ..registry::TrainingAttendance::default()
        };
        let came = came.iter().map(|id| (id, P::Attended));
        let fact = registry::TrainingAttendanceRecorded {
            session: Some(registry::TrainingSession {
                session_id: session.to_string(),
                session_date: date(on),
                ..registry::TrainingSession::default()
            }),
            attendances: came.chain(not.iter().map(|id| (id, P::Absent))).map(one).collect(),
            withdrawn_mediator_ids: withdrawn.iter().map(ToString::to_string).collect(),
            correct_reason: String::new(),
        };
        let fact = registry::registry_event::Fact::TrainingAttendanceRecorded(fact);
        self.push(("course", session), "TrainingAttendanceRecorded", on, fact)
    }

    /// A mediator whose last day in force that is.
    pub fn ceased(&self, id: Uuid, team: Uuid, last: Date) -> Position {
        let fact = registry::MediatorCeased {
            mediator_id: id.to_string(),
            team_id: team.to_string(),
            cessation_date: date(last),
            ..registry::MediatorCeased::default()
        };
        self.push(("mediator", id), "MediatorCeased", last, registry::registry_event::Fact::MediatorCeased(fact))
    }

    /// A mediator takes no cases from a day on; none: takes them again from that day on.
    pub fn absent(&self, id: Uuid, from: Date, to: Option<Option<Date>>) -> Position {
        let fact = registry::MediatorAvailabilitySet {
            mediator_id: id.to_string(),
            available: to.is_none(),
            from_date: date(from),
            to_date: to.flatten().and_then(date),
            ..registry::MediatorAvailabilitySet::default()
        };
        let fact = registry::registry_event::Fact::MediatorAvailabilitySet(fact);
        self.push(("mediator", id), "MediatorAvailabilitySet", from, fact)
    }
}

impl RegistryScript {
    /// A record merged into another: recognised on a day, it counts until the last day stated.
    pub fn merged(&self, id: Uuid, into: Uuid, team: Uuid, from: Date, last: Date, on: Date) -> Position {
        let fact = registry::MediatorMerged {
            mediator_id: id.to_string(),
            team_id: team.to_string(),
            survivor_mediator_id: into.to_string(),
            recognition_date: date(from),
            last_date: date(last),
        };
        self.push(("mediator", id), "MediatorMerged", on, registry::registry_event::Fact::MediatorMerged(fact))
    }

    /// A merge undone: the record is in force from its day of recognition on.
    pub fn unmerged(&self, id: Uuid, team: Uuid, from: Date, on: Date) -> Position {
        let fact = registry::MediatorUnmerged {
            mediator_id: id.to_string(),
            team_id: team.to_string(),
            recognition_date: date(from),
            last_date: None,
        };
        self.push(("mediator", id), "MediatorUnmerged", on, registry::registry_event::Fact::MediatorUnmerged(fact))
    }
}

fn team(at: TeamAt, name: &str, state: registry::TeamState, active: Option<Date>) -> registry::Team {
    registry::Team {
        team_id: at.team.to_string(),
        display_name: name.to_owned(),
        state: state.into(),
        area_unit_id: at.area.to_string(),
        commune_unit_id: at.commune.to_string(),
        province_unit_id: at.province.to_string(),
        active_date: active.map(convert::date),
        ..registry::Team::default()
    }
}

/// The journal of the case service.
#[derive(Clone, Default)]
pub struct CaseScript(pub ScriptedFeed);

/// What happens to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseStep {
    /// The justice officer is asked.
    AskScope,
    /// In scope, of that category (0: as received).
    Accept(i32),
    /// Out of scope.
    Refer,
    /// Mediators are put on it.
    Assign(Vec<Uuid>),
    /// A mediator has a conflict of interest.
    Conflict(Uuid),
    /// A session of these mediators.
    Meet(Vec<Uuid>),
    /// Paused.
    Pause,
    /// Resumed.
    Resume,
    /// Refused by a party.
    Decline,
    /// Concluded.
    Conclude(bool),
    /// Goes on in another team.
    HandOver(Uuid),
}

impl CaseScript {
    fn push(&self, case: Uuid, kind: &str, on: Date, fact: cases::case_event::Fact) -> Position {
        self.0.push(("case", case), kind, on, cases::CaseEvent { fact: Some(fact) }.encode_to_vec())
    }

    /// A case received by a team, of a category by its number.
    pub fn received(&self, case: Uuid, team: Uuid, category: i32, on: Date) -> Position {
        let received = cases::Case {
            case_id: case.to_string(),
            team_id: team.to_string(),
            state: cases::CaseState::Received.into(),
            category,
            receive_date: date(on),
            ..cases::Case::default()
        };
        let fact = cases::CaseReceived { case: Some(received), sealed_content: None, party_count: 2 };
        self.push(case, "CaseReceived", on, cases::case_event::Fact::CaseReceived(fact))
    }

    /// A step of a case on a day.
    pub fn step(&self, case: Uuid, on: Date, step: &CaseStep) -> Position {
        use cases::case_event::Fact;
        let case_id = case.to_string();
        let assignments = |ids: &[Uuid]| -> Vec<cases::Assignment> {
            let one = |id: &Uuid| cases::Assignment { mediator_id: id.to_string(), ..cases::Assignment::default() };
            ids.iter().map(one).collect()
        };
        let (kind, fact) = match step {
            CaseStep::AskScope => ("ScopeAsked", Fact::ScopeAsked(cases::ScopeAsked { case_id })),
            CaseStep::Accept(category) => {
                ("CaseAccepted", Fact::CaseAccepted(cases::CaseAccepted { case_id, category: *category }))
            }
            CaseStep::Refer => {
                let fact = cases::CaseReferred { case_id, ..cases::CaseReferred::default() };
                ("CaseReferred", Fact::CaseReferred(fact))
            }
            CaseStep::Assign(ids) => {
                let fact = cases::MediatorsAssigned { case_id, assignments: assignments(ids) };
                ("MediatorsAssigned", Fact::MediatorsAssigned(fact))
            }
            CaseStep::Conflict(id) => {
                let fact = cases::ConflictDeclared { case_id, mediator_id: id.to_string() };
                ("ConflictDeclared", Fact::ConflictDeclared(fact))
            }
            CaseStep::Meet(ids) => {
                let fact = cases::SessionRecorded {
                    case_id,
                    session_number: 1,
                    session_date: date(on),
                    assignments: assignments(ids),
                    ..cases::SessionRecorded::default()
                };
                ("SessionRecorded", Fact::SessionRecorded(fact))
            }
            CaseStep::Pause => ("CasePaused", Fact::CasePaused(cases::CasePaused { case_id })),
            CaseStep::Resume => ("CaseResumed", Fact::CaseResumed(cases::CaseResumed { case_id })),
            CaseStep::Decline => ("CaseDeclined", Fact::CaseDeclined(cases::CaseDeclined { case_id })),
            CaseStep::Conclude(successful) => {
                let fact = cases::CaseConcluded {
                    case_id,
                    successful: *successful,
                    conclude_date: date(on),
                    ..cases::CaseConcluded::default()
                };
                ("CaseConcluded", Fact::CaseConcluded(fact))
            }
            CaseStep::HandOver(to) => {
                let team_id = to.to_string();
                let fact = cases::CaseHandedOver { case_id, team_id, ..cases::CaseHandedOver::default() };
                ("CaseHandedOver", Fact::CaseHandedOver(fact))
            }
        };
        self.push(case, kind, on, fact)
    }
}

/// The journal of evaluation.
#[derive(Clone, Default)]
pub struct EvaluationScript(pub ScriptedFeed);

impl EvaluationScript {
    fn push(&self, stream: (&str, Uuid), kind: &str, on: Date, fact: evaluation::evaluation_event::Fact) -> Position {
        self.0.push(stream, kind, on, evaluation::EvaluationEvent { fact: Some(fact) }.encode_to_vec())
    }

    /// A cycle of a year by a criteria set.
    pub fn cycle(&self, id: Uuid, year: i32, set_code: &str, on: Date) -> Position {
        let set = evaluation::CriteriaSet { code: set_code.to_owned(), ..evaluation::CriteriaSet::default() };
        let cycle = evaluation::Cycle {
            cycle_id: id.to_string(),
            year,
            criteria_set: Some(set),
            ..evaluation::Cycle::default()
        };
        let fact = evaluation::CycleCreated { cycle: Some(cycle) };
        self.push(("cycle", id), "CycleCreated", on, evaluation::evaluation_event::Fact::CycleCreated(fact))
    }

    /// A team assessed itself.
    pub fn self_assessed(&self, id: Uuid, cycle: Uuid, team: Uuid, on: Date) -> Position {
        let assessment = Some(evaluation::Assessment {
            assessment_id: id.to_string(),
            cycle_id: cycle.to_string(),
            team_id: team.to_string(),
            meeting_date: date(on),
            ..evaluation::Assessment::default()
        });
        let fact = evaluation::TeamSelfAssessed { assessment, ..evaluation::TeamSelfAssessed::default() };
        let fact = evaluation::evaluation_event::Fact::TeamSelfAssessed(fact);
        self.push(("assessment", id), "TeamSelfAssessed", on, fact)
    }

    /// A team was proposed.
    pub fn proposed(&self, id: Uuid, on: Date) -> Position {
        let assessment = Some(evaluation::Assessment {
            assessment_id: id.to_string(),
            propose_date: date(on),
            ..evaluation::Assessment::default()
        });
        let fact = evaluation::TeamProposed { assessment, late: false };
        self.push(("assessment", id), "TeamProposed", on, evaluation::evaluation_event::Fact::TeamProposed(fact))
    }

    /// A team was recognised.
    pub fn recognized(&self, id: Uuid, year: i32, on: Date) -> Position {
        let decision =
            common::Decision { number: "1/QĐ-UBND".to_owned(), issue_date: date(on), issuer: String::new() };
        let assessment = Some(evaluation::Assessment {
            assessment_id: id.to_string(),
            decision: Some(decision),
            ..evaluation::Assessment::default()
        });
        let fact = evaluation::TeamRecognized { assessment, year, facts: None, late: false };
        self.push(("assessment", id), "TeamRecognized", on, evaluation::evaluation_event::Fact::TeamRecognized(fact))
    }
}
