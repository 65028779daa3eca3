//! Where an area lies: which commune a team is of, which province a commune. The registry knows.

use hoagiai_identity::{Area, AreaPath};
use hoagiai_proto::registry::v1::{
    self as pb, GetTeamRequest, GetUnitRequest, UnitKind, team_service_client::TeamServiceClient,
    unit_service_client::UnitServiceClient,
};
use hoagiai_rpc::{Problem, channel::Peer};
use hoagiai_runtime::Setup;
use hoagiai_types::Uuid;
use tonic::{Code, Status};

use crate::domain::Refusal;

/// No unit has as many above it: a hamlet, a commune, a province, and a district of before 1 July 2025.
const DEEPEST: usize = 5;

/// Asks the registry.
#[derive(Clone)]
pub(super) struct Places(Option<Peer>);

impl Places {
    pub(super) fn new(setup: &Setup) -> Self {
        Self(setup.peer("registry").ok())
    }

    /// Where an area lies.
    ///
    /// # Errors
    /// There is no such unit or team; the registry does not answer.
    pub(super) async fn of(&self, area: Area) -> Result<AreaPath, Problem> {
        let refused = |status: Status| match status.code() {
            Code::NotFound => Problem::from(Refusal::RoleAreaNotFound(area)),
            code => {
                tracing::warn!(?code, "the registry does not say where an area lies");
                Problem::new("BUSY")
            }
        };
        let peer = || self.0.clone().ok_or_else(|| Problem::new("BUSY"));
        let found = match area {
            Area::Everywhere => return Ok(AreaPath::default()),
            Area::Unit(unit) => of_unit(&mut UnitServiceClient::new(peer()?), unit).await,
            Area::Team(team) => of_team(&mut TeamServiceClient::new(peer()?), team).await,
        };
        let path = found.map_err(refused)?;
        // A district is no level of any record: a role for one would hold nowhere.
        if path == AreaPath::default() { Err(Refusal::RoleAreaNotFound(area).into()) } else { Ok(path) }
    }
}

/// From the unit up to the top.
async fn of_unit(client: &mut UnitServiceClient<Peer>, unit: Uuid) -> Result<AreaPath, Status> {
    let (mut path, mut next) = (AreaPath::default(), unit.to_string());
    for depth in 0..DEEPEST {
        let request = GetUnitRequest { unit_id: next, ..GetUnitRequest::default() };
        let unit = client.get_unit(request).await?.into_inner().unit.unwrap_or_default();
        let id = Uuid::try_parse(&unit.unit_id).ok();
        match unit.kind() {
            UnitKind::Municipality | UnitKind::Province => path.province = id,
            UnitKind::Ward | UnitKind::Commune | UnitKind::Township | UnitKind::SpecialZone => path.commune = id,
            UnitKind::Hamlet | UnitKind::ResidentialGroup => path.area_unit = id,
            _ if depth == 0 => return Ok(AreaPath::default()),
            _ => {}
        }
        if unit.parent_unit_id.is_empty() {
            break;
        }
        next = unit.parent_unit_id;
    }
    Ok(path)
}

async fn of_team(client: &mut TeamServiceClient<Peer>, team: Uuid) -> Result<AreaPath, Status> {
    let request = GetTeamRequest { team_id: team.to_string(), ..GetTeamRequest::default() };
    let found: pb::Team = client.get_team(request).await?.into_inner().team.unwrap_or_default();
    let id = |text: &str| Uuid::try_parse(text).ok();
    Ok(AreaPath {
        province: id(&found.province_unit_id),
        commune: id(&found.commune_unit_id),
        area_unit: None,
        team: Some(team),
    })
}
