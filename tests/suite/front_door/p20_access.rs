//! P20, the whole matrix over HTTP: every REST form of every method, for every role, held for the ward of the record, for
//! another area unit of that ward, for another ward, for the city, and not at all. What is expected follows from the contracts
//! and rules/access.toml, the source of docs/access.md, which people review.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hoagiai_identity::{Area, AreaPath, Denied, Policy, Role};
use hoagiai_proto::options::v1::AreaSource;
use hoagiai_rpc::{MethodRule, method_rules};
use hoagiai_transcode::Binding;
use http::StatusCode;
use tokio::task::JoinSet;

use super::{
    requests::{RestRequest, request_of},
    walk::table,
    world::{World, ask},
};

/// Calls at once.
const LANES: usize = 16;

/// Where a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    Own,
    SameWard,
    OtherWard,
    City,
    Nowhere,
}

pub(super) const HELD: [Held; 5] = [Held::Own, Held::SameWard, Held::OtherWard, Held::City, Held::Nowhere];

impl Held {
    fn area(self, world: &World) -> Option<Area> {
        match self {
            Self::Own => Some(Area::Unit(world.here.id)),
            Self::SameWard => Some(Area::Unit(world.here.other_area)),
            Self::OtherWard => Some(Area::Unit(world.there.id)),
            Self::City => Some(Area::Unit(world.city)),
            Self::Nowhere => None,
        }
    }
}

/// Methods whose record is the city's, not a ward's.
const OF_THE_CITY: [&str; 4] = ["CreateCycle", "PublishCycle", "OpenCycle", "CloseCycle"];

/// The reads of the directory say by the policy of disclosure what is told where (rule 57), never that an area is another's.
const BY_DISCLOSURE: [&str; 4] = ["ListDirectory", "GetDirectoryEntry", "FindDirectoryTeams", "VerifyMediator"];

/// Imports of the top of the country are nobody's who holds less than everything.
const OF_THE_COUNTRY: [&str; 1] = ["ImportUnits"];

/// What a mediator may do for himself or herself alone, which no account of these is.
const OF_ONESELF: [&str; 2] = ["PublishContact", "WithdrawContact"];

/// Records that only a reorganisation makes: there is none, which is answered as elsewhere.
const NOT_THERE: [&str; 1] = ["ResolveAttachment"];

/// Methods that answer a fault of a field where others refuse an area: what is generated from the contract alone is faulty to
/// them before any record is looked up, or (awards, rolls) a record that the caller may not touch is told like one that is not
/// there, as a fault of the row that names it.
pub(super) const FAULTY: [&str; 6] =
    ["ApplyReorganization", "CorrectAttendance", "ImportMediators", "ImportTeams", "MergeTeams", "RecordCommendations"];

/// What a cell must answer: the reason of a refusal by access, or none.
pub(super) fn expected(
    rule: &MethodRule,
    policy: &Policy,
    world: &World,
    (role, held): (Role, Held),
) -> Option<Denied> {
    let permission = rule.permission.as_ref()?;
    let (_, entry) = policy.entry(permission.as_str()).unwrap();
    let (true, Some(area)) = (entry.roles.contains(role), held.area(world)) else { return Some(Denied::Role) };
    let method = rule.path.rsplit('/').next().unwrap();
    if rule.area != AreaSource::Record || BY_DISCLOSURE.contains(&method) {
        return None;
    }
    let city = AreaPath::of_province(world.city);
    let ward = city.in_commune(world.here.id).in_area_unit(world.here.area);
    let nobodys = OF_THE_COUNTRY.contains(&method)
        || NOT_THERE.contains(&method)
        || (role == Role::Mediator && OF_ONESELF.contains(&method));
    let covers = area.covers(if OF_THE_CITY.contains(&method) { &city } else { &ward });
    (nobodys || !covers).then_some(Denied::Area)
}

/// One call, and what it must be answered.
pub(super) struct Cell {
    pub(super) method: String,
    pub(super) who: (Role, Held),
    pub(super) token: Arc<str>,
    pub(super) request: Arc<RestRequest>,
    pub(super) expected: Option<Denied>,
}

/// A token of every role held everywhere that it can be.
pub(super) fn tokens(world: &World) -> BTreeMap<(Role, Held), Arc<str>> {
    let cells = Role::ALL.iter().flat_map(|role| HELD.map(|held| (*role, held)));
    cells.map(|(role, held)| ((role, held), world.token(role, held.area(world)).into())).collect()
}

fn cells(world: &World) -> Vec<Cell> {
    let (policy, rules, table) = (Policy::embedded().unwrap(), method_rules().unwrap(), table());
    let (tokens, mut cells) = (tokens(world), Vec::new());
    for binding in table.bindings() {
        let rule = rules.get(&path_of(binding)).unwrap();
        let request = Arc::new(request_of(binding, &world.here.ids));
        for (who, token) in &tokens {
            let expected = expected(rule, &policy, world, *who);
            let method = binding.rpc().name().to_owned();
            cells.push(Cell { method, who: *who, token: token.clone(), request: request.clone(), expected });
        }
    }
    cells
}

pub(super) fn path_of(binding: &Binding) -> String {
    format!("/{}/{}", binding.rpc().parent_service().full_name(), binding.rpc().name())
}

/// What an answer says of access: the reason, if that is what it is refused for.
pub(super) fn denied(status: StatusCode, reason: &str) -> Option<Denied> {
    Denied::ALL
        .iter()
        .copied()
        .find(|denied| status == 403 && denied.reason() == reason && *denied != Denied::ConflictOfInterest)
}

pub(super) type Answered = (Cell, StatusCode, String);

pub(super) async fn ask_all(http: std::net::SocketAddr, cells: Vec<Cell>) -> Vec<Answered> {
    let (mut lanes, mut answered) = (JoinSet::new(), Vec::new());
    for cell in cells {
        if lanes.len() == LANES {
            answered.push(lanes.join_next().await.unwrap().unwrap());
        }
        lanes.spawn(async move {
            let answer = ask(http, &cell.request, &cell.token).await;
            let reason = if answer.status.is_success() { String::new() } else { answer.reason() };
            (cell, answer.status, reason)
        });
    }
    answered.extend(lanes.join_all().await);
    answered
}

async fn p20_every_method_for_every_role_and_area_answers_as_the_contract_says(world: World) {
    // Those that must be refused first: they change nothing, whatever they are refused for.
    let (let_in, refused): (Vec<_>, Vec<_>) = cells(&world).into_iter().partition(|cell| cell.expected.is_none());
    let asked = let_in.len() + refused.len();
    let mut answered = ask_all(world.http(), refused).await;
    answered.extend(ask_all(world.http(), let_in).await);
    judge(asked, &answered);
    world.stop().await;
}

fn judge(asked: usize, answered: &[Answered]) {
    let (mut wrong, mut undecided, mut counts) = (Vec::new(), BTreeMap::<&str, BTreeSet<&str>>::new(), BTreeMap::new());
    let mut decided = BTreeSet::new();
    for (cell, status, reason) in answered {
        let told = denied(*status, reason);
        *counts.entry(cell.expected.map_or("let in", Denied::reason)).or_insert(0) += 1;
        let faulty = cell.expected == Some(Denied::Area) && *status == 400;
        if faulty {
            undecided.entry(&cell.method).or_default().insert(reason);
        } else if told != cell.expected || status.is_server_error() {
            let what = format!("{} {}", cell.request.verb, cell.request.path);
            wrong.push(format!(
                "{} as {:?}: expected {:?}, told {status} {reason} ({what})",
                cell.method, cell.who, cell.expected
            ));
        } else if told == Some(Denied::Area) {
            decided.insert(cell.method.as_str());
        }
    }
    let methods: BTreeSet<&str> = answered.iter().map(|(cell, _, _)| cell.method.as_str()).collect();
    println!(
        "P20: {asked} cells of {} methods x {} roles x {} areas: {counts:?}",
        methods.len(),
        Role::ALL.len(),
        HELD.len()
    );
    println!("P20: the area refused by {} methods; found faulty before it: {undecided:?}", decided.len());
    assert!(wrong.is_empty(), "{} of {asked} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(answered.len(), asked);
    assert_eq!(undecided.into_keys().collect::<Vec<_>>(), FAULTY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p20_the_matrix_on_sqlite() {
    p20_every_method_for_every_role_and_area_answers_as_the_contract_says(World::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p20_the_matrix_on_postgresql() {
    p20_every_method_for_every_role_and_area_answers_as_the_contract_says(World::on_postgres().await).await;
}
