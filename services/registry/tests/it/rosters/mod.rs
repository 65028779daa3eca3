//! Rosters through the contract: what is recorded, what is refused and where, and that nothing is ever half-loaded.

mod measured;
mod recorded;
mod refused;

use futures_util::stream;
use hoagiai_proto::registry::v1::{self as pb, roster_service_client::RosterServiceClient};
use hoagiai_sheets::{EducationClass, EthnicClass, Gender, MediatorRow, PaperDecision, Place, TeamRow};
use tonic::{Code, Status};

use crate::world::*;

/// What an import answered.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    faults: Vec<pb::RosterFault>,
    rows: Vec<pb::RosterRow>,
    summary: pb::RosterSummary,
    refused: Option<Status>,
}

pub(crate) fn header(unit: &str) -> pb::RosterHeader {
    pb::RosterHeader { unit_id: unit.into(), source: "Báo cáo số 15/BC-UBND".into(), ..Default::default() }
}

macro_rules! sent {
    ($world:expr, $who:expr, $method:ident, $request:ident, $part:ident, $header:expr, $bytes:expr, $id:expr) => {{
        let mut header = Some($header);
        let mut id = $id;
        let bytes: &[u8] = $bytes;
        let mut pieces: Vec<_> = bytes.chunks(100_000).map(<[u8]>::to_vec).collect();
        if pieces.is_empty() {
            pieces.push(Vec::new());
        }
        let parts: Vec<_> = pieces
            .into_iter()
            .map(|chunk| pb::$request { header: header.take(), chunk, request_id: std::mem::take(&mut id) })
            .collect();
        let mut answered = Answered::default();
        match rosters($world, $who).$method(stream::iter(parts)).await {
            Err(status) => answered.refused = Some(status),
            Ok(answer) => {
                let mut answer = answer.into_inner();
                loop {
                    match answer.message().await {
                        Ok(None) => break,
                        Err(status) => {
                            answered.refused = Some(status);
                            break;
                        }
                        Ok(Some(message)) => match message.part.unwrap() {
                            pb::$part::Part::Faults(part) => answered.faults.extend(part.faults),
                            pb::$part::Part::Rows(part) => answered.rows.extend(part.rows),
                            pb::$part::Part::Summary(part) => answered.summary = part,
                        },
                    }
                }
            }
        }
        answered
    }};
}

pub(crate) async fn import_teams(world: &World, who: &str, header: pb::RosterHeader, bytes: &[u8]) -> Answered {
    sent!(world, who, import_teams, ImportTeamsRequest, import_teams_response, header, bytes, String::new())
}

async fn import_people(world: &World, who: &str, header: pb::RosterHeader, bytes: &[u8], id: &str) -> Answered {
    let id = id.to_owned();
    sent!(world, who, import_mediators, ImportMediatorsRequest, import_mediators_response, header, bytes, id)
}

impl Answered {
    fn good(self) -> pb::RosterSummary {
        assert!(self.refused.is_none(), "{:?} {:?}", self.refused, self.faults);
        self.summary
    }

    pub(crate) fn refusal(self) -> (Code, String) {
        refusal(Err::<(), _>(self.refused.expect("refused")))
    }

    fn reasons(&self) -> Vec<(i32, pb::RosterFaultReason)> {
        self.faults.iter().map(|fault| (fault.row, fault.reason())).collect()
    }
}

fn paper(number: &str, date: &str) -> Option<PaperDecision> {
    Some(PaperDecision { number: number.into(), date: date.parse().unwrap(), issuer: String::new() })
}

fn area(n: usize) -> Place {
    Place { commune: String::new(), area: format!("TDP {n}"), area_code: String::new() }
}

fn team(n: usize, size: u32) -> TeamRow {
    let decision = paper("12/QĐ-UBND", "2025-07-15");
    TeamRow { place: area(n), name: String::new(), size, decision, exception: String::new() }
}

/// A person of the team of a tổ dân phố; every second is a woman.
fn person(n: usize, name: usize) -> MediatorRow {
    MediatorRow {
        place: area(n),
        team: String::new(),
        full_name: format!("{NAME} {}", letters(name)),
        gender: if name.is_multiple_of(2) { Gender::Female } else { Gender::Male },
        birth_year: Some(1960),
        ethnic: EthnicClass::Kinh,
        education: Some(EducationClass::Other),
        phone: "0912345678".into(),
        decision: paper("125/QĐ-UBND", "2025-08-01"),
        leader: false,
        leader_decision: None,
    }
}

/// A name for a number: names have no digits.
fn letters(mut n: usize) -> String {
    let mut name = String::from("A");
    while n > 0 {
        name.push(char::from(b'a' + u8::try_from(n % 26).unwrap()));
        n /= 26;
    }
    name
}

fn teams_file(teams: &[TeamRow]) -> Vec<u8> {
    hoagiai_sheets::write_teams(teams).unwrap()
}

fn people_file(people: &[MediatorRow]) -> Vec<u8> {
    hoagiai_sheets::write_mediators(people).unwrap()
}

fn three(n: usize) -> Vec<MediatorRow> {
    let mut people: Vec<MediatorRow> = (1..=3).map(|name| person(n, name)).collect();
    people[0].leader = true;
    people
}

/// Three teams of Ba Đình by roster.
async fn with_teams(world: &World) -> City {
    let city = world.small_city().await;
    let bytes = teams_file(&[team(1, 5), team(2, 3), team(3, 3)]);
    let summary = import_teams(world, &city.officer(), header(&city.ward), &bytes).await.good();
    assert_eq!((summary.created_count, summary.applied, summary.deviating_team_count), (3, true, 3));
    city
}

async fn listed(world: &World, city: &City) -> (Vec<pb::Team>, Vec<pb::Mediator>) {
    let request = pb::ListTeamsRequest { page_size: 1000, ..Default::default() };
    let mut teams = world.teams(&city.chair()).list_teams(request).await.unwrap().into_inner().teams;
    teams.sort_by(|one, other| one.display_name.cmp(&other.display_name));
    let request = pb::ListMediatorsRequest { page_size: 1000, ..Default::default() };
    let people = world.mediators(&city.officer()).list_mediators(request).await.unwrap().into_inner().mediators;
    (teams, people)
}

async fn head(world: &World, city: &City) -> i64 {
    let empty = pb::RosterHeader { validate_only: true, ..header(&city.ward) };
    import_teams(world, &city.officer(), empty, &teams_file(&[team(1, 5)])).await.good().position
}

fn rosters(world: &World, who: &str) -> RosterServiceClient<Client> {
    let (channel, bearer) = world.client(who);
    RosterServiceClient::with_interceptor(channel, bearer)
}
