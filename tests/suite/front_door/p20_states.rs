//! P20 crossed with the states of records: whoever may call a method on a record may whatever state it is in, and who may
//! not is told that alone, in every state. The states are those of the contracts; each record is put into each of them in
//! its table, also into those that no procedure leads to from where it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hoagiai_identity::{Denied, Policy, Role};
use hoagiai_proto::options::v1::AreaSource;
use hoagiai_rpc::method_rules;

use super::{
    p20_access::{Answered, Cell, FAULTY, HELD, ask_all, denied, expected, path_of, tokens},
    requests::{record_fields, request_of},
    walk::table,
    world::World,
};

/// A kind of record: the field that names it, whose database, what puts it into a state and what reads that, and its states
/// as an enum of the contract has them, or the days that make two states of it.
struct Kind {
    field: &'static str,
    database: usize,
    put: &'static str,
    get: &'static str,
    states: States,
}

enum States {
    /// All values of an enum.
    Of(&'static str),
    /// A day that is there or not: ended, closed, revoked.
    Day,
}

macro_rules! kind {
    ($field:literal, $database:literal, $table:literal, $column:literal, $states:expr) => {
        Kind {
            field: $field,
            database: $database,
            put: concat!("UPDATE ", $table, " SET ", $column, " = $2 WHERE id = $1"),
            get: concat!("SELECT ", $column, " FROM ", $table, " WHERE id = $1"),
            states: $states,
        }
    };
}

const KINDS: [Kind; 15] = [
    kind!("team_id", 0, "teams", "state", States::Of("hoagiai.registry.v1.TeamState")),
    kind!("mediator_id", 0, "mediators", "state", States::Of("hoagiai.registry.v1.MediatorState")),
    kind!(
        "recognition_list_id",
        0,
        "recognition_lists",
        "state",
        States::Of("hoagiai.registry.v1.RecognitionListState")
    ),
    kind!("leader_term_id", 0, "leader_terms", "state", States::Of("hoagiai.registry.v1.LeaderTermState")),
    kind!("cessation_id", 0, "ceasings", "state", States::Of("hoagiai.registry.v1.CessationState")),
    kind!("course_id", 0, "training_courses", "state", States::Of("hoagiai.registry.v1.TrainingCourseState")),
    kind!("session_id", 0, "training_sessions", "state", States::Of("hoagiai.registry.v1.TrainingSessionState")),
    kind!("duplicate_id", 0, "duplicates", "verdict", States::Of("hoagiai.registry.v1.DuplicateVerdict")),
    kind!("certificate_id", 0, "training_certificates", "revoke_date", States::Day),
    kind!("trainer_id", 0, "trainers", "end_date", States::Day),
    kind!("commendation_id", 0, "commendations", "revoke_date", States::Day),
    kind!("case_id", 1, "cases", "state", States::Of("hoagiai.cases.v1.CaseState")),
    kind!("register_book_id", 1, "register_books", "closed_on", States::Day),
    kind!("assessment_id", 2, "assessments", "state", States::Of("hoagiai.evaluation.v1.AssessmentState")),
    kind!("cycle_id", 2, "cycles", "state", States::Of("hoagiai.evaluation.v1.CycleState")),
];

impl Kind {
    /// What its column holds in each state.
    fn values(&self) -> Vec<Option<String>> {
        match self.states {
            States::Day => vec![None, Some("2026-01-10".to_owned())],
            States::Of(name) => {
                let of = hoagiai_proto::pool().get_enum_by_name(name).unwrap();
                let words: Vec<String> = of.values().map(|value| value.name().to_lowercase()).collect();
                let zero = words.iter().find(|word| word.ends_with("_unspecified")).unwrap();
                let prefix = zero.strip_suffix("unspecified").unwrap();
                let words = words.iter().filter(|word| *word != zero);
                words.map(|word| Some(word.strip_prefix(prefix).unwrap().to_owned())).collect()
            }
        }
    }
}

/// The calls of one kind: every method that names such a record, for every role that may call it and one that may not,
/// held anywhere.
fn cells(world: &World, kind: &Kind, tokens: &BTreeMap<(Role, super::p20_access::Held), Arc<str>>) -> Vec<Cell> {
    let (policy, rules, table) = (Policy::embedded().unwrap(), method_rules().unwrap(), table());
    let mut cells = Vec::new();
    for binding in table.bindings() {
        let rule = rules.get(&path_of(binding)).unwrap();
        let Some(permission) = rule.permission.as_ref().filter(|_| rule.area == AreaSource::Record) else { continue };
        if !record_fields(binding, &world.here.ids).contains(&kind.field) {
            continue;
        }
        let (_, entry) = policy.entry(permission.as_str()).unwrap();
        let stranger = Role::ALL.iter().copied().find(|role| !entry.roles.contains(*role));
        let request = Arc::new(request_of(binding, &world.here.ids));
        for role in entry.roles.iter().chain(stranger) {
            for held in HELD {
                let who = (role, held);
                let expected = expected(rule, &policy, world, who);
                let method = binding.rpc().name().to_owned();
                cells.push(Cell { method, who, token: tokens[&who].clone(), request: request.clone(), expected });
            }
        }
    }
    cells
}

/// What was wrong, and what was counted on the way.
#[derive(Default)]
struct Tally {
    calls: BTreeMap<&'static str, usize>,
    methods: BTreeSet<String>,
    states: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Tally {
    fn judge(&mut self, kind: &Kind, state: &Option<String>, answered: Vec<Answered>) {
        for (cell, status, reason) in answered {
            *self.calls.entry(cell.expected.map_or("let in", Denied::reason)).or_default() += 1;
            let faulty = cell.expected == Some(Denied::Area) && status == 400 && FAULTY.contains(&cell.method.as_str());
            if !faulty && (denied(status, &reason) != cell.expected || status.is_server_error()) {
                self.wrong.push(format!(
                    "{} as {:?}, {} {state:?}: expected {:?}, told {status} {reason}",
                    cell.method, cell.who, kind.field, cell.expected
                ));
            }
            self.methods.insert(cell.method);
        }
    }
}

async fn p20_who_may_does_not_depend_on_the_state_of_a_record(world: World) {
    let tokens = tokens(&world);
    let mut tally = Tally::default();
    // First those that must be refused: they change nothing, so that each record goes back to where it was.
    for kind in &KINDS {
        let before = world.state(kind.database, kind.get, kind.field).await;
        for state in kind.values() {
            world.put(kind.database, kind.put, kind.field, state.as_deref()).await;
            *tally.states.entry(kind.field).or_default() += 1;
            let refused = cells(&world, kind, &tokens).into_iter().filter(|cell| cell.expected.is_some());
            tally.judge(kind, &state, ask_all(world.http(), refused.collect()).await);
        }
        world.put(kind.database, kind.put, kind.field, before.as_deref()).await;
    }
    for kind in &KINDS {
        for state in kind.values() {
            let let_in = cells(&world, kind, &tokens).into_iter().filter(|cell| cell.expected.is_none());
            for cell in let_in {
                // A call that goes through moves the record on: every one finds it in the state.
                world.put(kind.database, kind.put, kind.field, state.as_deref()).await;
                tally.judge(kind, &state, ask_all(world.http(), vec![cell]).await);
            }
        }
    }
    let states: usize = tally.states.values().sum();
    println!(
        "P20 x state: {} calls of {} methods in {states} states of {} kinds: {:?}",
        tally.calls.values().sum::<usize>(),
        tally.methods.len(),
        KINDS.len(),
        tally.calls
    );
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    assert!(states > 60 && tally.methods.len() > 80, "{states} states, {} methods", tally.methods.len());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p20_states_on_sqlite() {
    p20_who_may_does_not_depend_on_the_state_of_a_record(World::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p20_states_on_postgresql() {
    p20_who_may_does_not_depend_on_the_state_of_a_record(World::on_postgres().await).await;
}
