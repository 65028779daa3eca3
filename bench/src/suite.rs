//! Our side of the comparison: the registry with every layer on, called over TCP like the yardsticks.

use std::{net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use anyhow::Context;
use bytes::Bytes;
use hoagiai_identity::{Area, Grant, Role};
use hoagiai_proto::{
    common::v1::Decision,
    google::Date,
    registry::v1::{
        GetUnitRequest, ImportUnitsRequest, ListUnitsRequest, PlanTeamsRequest, TeamPlan, UnitKind, UnitRow,
        team_service_client::TeamServiceClient, unit_service_client::UnitServiceClient,
    },
};
use hoagiai_rpc::channel::{Outgoing, Peer};
use hoagiai_runtime::Part;
use hoagiai_testkit::server::{self, TestServer};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};

use crate::database::Bench;

/// Channels of the load: one connection would be one task on each side.
const CHANNELS: usize = 4;
const AREAS: usize = 5_000;
/// When a call that was shed is made again.
const AGAIN: Duration = Duration::from_millis(10);

type Call = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// The registry under load.
pub(crate) struct Suite {
    server: TestServer,
    peer: Peer,
    commune: String,
    areas: Arc<[String]>,
}

impl Suite {
    /// Starts the registry on the engine of the comparison, with a commune of many residential groups.
    pub(crate) async fn start(bench: &Bench) -> anyhow::Result<Self> {
        let url = match bench.database("hoagiai_registry").await? {
            Some(url) => url,
            None => format!("sqlite://{}", bench.folder().join("registry.db").display()),
        };
        let parts = [Part::new("registry", hoagiai_registry::service), Part::new("gateway", hoagiai_gateway::service)];
        let server = server::of(parts)
            .configuration(&format!("[registry.database]\nurl = {url:?}\n[gateway]\nlisten = \"127.0.0.1:0\""))
            .start()
            .await?;
        let roles = [Role::JusticeDepartment, Role::CommuneChair];
        let peer = server.calling_as("bench", roles.map(|role| Grant::of(role, Area::Everywhere)).to_vec())?;
        let (commune, areas) = populate(peer.clone()).await?;
        Ok(Self { server, peer, commune, areas })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.server().local_addr()
    }

    /// Where REST is answered.
    pub(crate) fn front(&self) -> anyhow::Result<SocketAddr> {
        self.server.server().face("http").context("no HTTP port")
    }

    pub(crate) fn units(&self) -> Arc<[String]> {
        Arc::clone(&self.areas)
    }

    /// A token that reads units.
    pub(crate) fn token(&self) -> anyhow::Result<String> {
        self.server.token("bench", vec![Grant::of(Role::JusticeDepartment, Area::Everywhere)])
    }

    /// One team planned by decision: claim, check, rule, row, event, hash chain, signature, durable.
    pub(crate) fn plan_teams(&self) -> impl Fn(u64) -> Call + Send + Sync + 'static {
        let (peer, commune, areas) = (self.peer.clone(), self.commune.clone(), Arc::clone(&self.areas));
        move |number| {
            let mut client = TeamServiceClient::new(peer.clone());
            let area = areas[usize::try_from(number).unwrap_or_default() % areas.len()].clone();
            let plan = TeamPlan {
                area_unit_id: area,
                display_name: format!("Tổ hòa giải số {number}"),
                target_size: 5,
                exception_reason: "đo tải".into(),
            };
            let request = PlanTeamsRequest {
                commune_unit_id: commune.clone(),
                decision: Some(Decision {
                    number: "01/QĐ-UBND".into(),
                    issue_date: Some(Date { year: 2025, month: 7, day: 2 }),
                    issuer: "Chủ tịch UBND".into(),
                }),
                plans: vec![plan],
                request_id: String::new(),
            };
            Box::pin(async move {
                // Shed under load, as every client meets it: asked again, and the waiting counts.
                loop {
                    match client.plan_teams(request.clone()).await {
                        Err(status) if status.code() == Code::ResourceExhausted => tokio::time::sleep(AGAIN).await,
                        answer => return answer.map(drop).context("PlanTeams"),
                    }
                }
            })
        }
    }

    pub(crate) async fn stop(self) {
        drop(self.server.stop().await);
    }
}

async fn populate(peer: Peer) -> anyhow::Result<(String, Arc<[String]>)> {
    let mut units = UnitServiceClient::new(peer);
    let from = Some(Date { year: 2025, month: 7, day: 1 });
    let row = |code: String, name: String, kind: UnitKind, parent: &str| UnitRow {
        code,
        display_name: name,
        kind: kind.into(),
        parent_code: parent.into(),
        valid_from: from,
        household_count: if parent == "00004" { 120 } else { 0 },
        ..UnitRow::default()
    };
    let mut rows = vec![
        row("01".into(), "Thành phố Hà Nội".into(), UnitKind::Municipality, ""),
        row("00004".into(), "Phường Ba Đình".into(), UnitKind::Ward, "01"),
    ];
    let group = |i| row(format!("00004-{i:05}"), format!("Tổ dân phố số {i}"), UnitKind::ResidentialGroup, "00004");
    rows.extend((1..=AREAS - rows.len()).map(group));
    let import = ImportUnitsRequest { rows, source: "bench".into(), ..ImportUnitsRequest::default() };
    units.import_units(import).await.context("ImportUnits")?;
    let below = |parent: &str, token: String| ListUnitsRequest {
        parent_unit_id: parent.into(),
        page_size: 1_000,
        page_token: token,
        ..ListUnitsRequest::default()
    };
    let top = units.list_units(below("", String::new())).await?.into_inner().units;
    let city = &top.first().context("no city")?.unit_id;
    let communes = units.list_units(below(city, String::new())).await?.into_inner().units;
    let commune = communes.first().context("no commune")?.unit_id.clone();
    let (mut areas, mut token) = (Vec::new(), String::new());
    loop {
        let page = units.list_units(below(&commune, token)).await?.into_inner();
        areas.extend(page.units.into_iter().map(|unit| unit.unit_id));
        token = page.next_page_token;
        if token.is_empty() {
            return Ok((commune, areas.into()));
        }
    }
}

/// `GetUnit` over a few channels, with a token or without.
pub(crate) async fn get_unit(
    address: SocketAddr,
    ids: &[String],
    token: Option<String>,
) -> anyhow::Result<impl Fn(u64) -> Call + Send + Sync + 'static> {
    let ids: Arc<[String]> = ids.into();
    let mut channels = Vec::new();
    for _ in 0..CHANNELS {
        let channel = Endpoint::from_shared(format!("http://{address}"))?.tcp_nodelay(true).connect().await?;
        channels.push(client(channel, token.clone()));
    }
    Ok(move |number: u64| {
        let turn = usize::try_from(number).unwrap_or_default();
        let mut client = UnitServiceClient::new(channels[turn % CHANNELS].clone());
        // A stride that meets every id: neighbours in time are not neighbours in the table.
        let unit_id = ids[turn.wrapping_mul(7919) % ids.len()].clone();
        Box::pin(async move {
            client.get_unit(GetUnitRequest { unit_id, ..GetUnitRequest::default() }).await.context("GetUnit")?;
            Ok(())
        }) as Call
    })
}

/// The same read over REST, on as many connections of HTTP/2.
pub(crate) async fn get_unit_over_rest(
    address: SocketAddr,
    ids: &[String],
    token: String,
) -> anyhow::Result<impl Fn(u64) -> Call + Send + Sync + 'static> {
    let (ids, bearer): (Arc<[String]>, Arc<str>) = (ids.into(), format!("Bearer {token}").into());
    let mut channels = Vec::new();
    for _ in 0..CHANNELS {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let connected = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (sender, connection) = connected?;
        tokio::spawn(connection);
        channels.push(sender);
    }
    Ok(move |number: u64| {
        let turn = usize::try_from(number).unwrap_or_default();
        let mut sender = channels[turn % CHANNELS].clone();
        let uri = format!("http://{address}/v1/units/{}", ids[turn.wrapping_mul(7919) % ids.len()]);
        let bearer = Arc::clone(&bearer);
        Box::pin(async move {
            let request = http::Request::get(uri).header(http::header::AUTHORIZATION, bearer.as_ref());
            let response = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
            anyhow::ensure!(response.status() == 200, "GET: {}", response.status());
            let body = response.into_body().collect().await?.to_bytes();
            anyhow::ensure!(body.starts_with(b"{\"unit\""), "GET: no unit");
            Ok(())
        }) as Call
    })
}

fn client(channel: Channel, token: Option<String>) -> Peer {
    match token {
        Some(token) => Outgoing::new(Arc::new(move || Some(token.clone()))).unlimited().over(channel),
        None => Outgoing::anonymous().unlimited().over(channel),
    }
}
