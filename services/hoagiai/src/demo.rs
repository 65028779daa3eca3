//! Loading the demo through the contracts: what a folder is marked with, whether the demo is there already, the play,
//! and the proof that its figures are those that were meant.

use hoagiai_identity::{Area, Role, token::Issuer};
use hoagiai_proto::{
    evaluation::v1::{CycleState, ListCyclesRequest, cycle_service_client::CycleServiceClient},
    journal::v1::{GetHeadRequest, journal_service_client::JournalServiceClient},
};
use hoagiai_runtime::Server;
use hoagiai_types::{Env, Uuid};
use serde::{Deserialize, Serialize};

use crate::{
    clients::{CallError, Client, Servers, Service, Who},
    data,
    failure::Failure,
    figures::{self, Reports},
    folder::Folder,
    play::{self, Play},
    population::{Population, Size, calendar},
    progress::Progress,
};

/// The file that tells which demo a folder holds.
const MARK: &str = "demo.json";
/// Connections of the client: one carries a hundred streams at most.
const CHANNELS: usize = 4;

/// Which demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// Its totals.
    pub size: Size,
    /// What it is drawn from.
    pub seed: u64,
}

/// A demo that is loaded.
pub struct Loaded {
    /// The city.
    pub city: Uuid,
    /// Its reports.
    pub reports: Reports,
    /// Whether it had been loaded before.
    pub already: bool,
}

impl Demo {
    /// Whether a folder may take this demo, before a server is started on it: it holds this one, or none.
    ///
    /// # Errors
    /// It holds another demo.
    pub fn fits(self, folder: &Folder) -> Result<(), Failure> {
        match self.mark(folder)? {
            Some(other) if other != self => {
                let (teams, seed) = (other.size.teams, other.seed);
                let what = format!("{} holds the demo of {teams} teams with seed {seed}", folder.path().display());
                let scale = teams / Size::PUBLISHED.teams;
                Err(Failure::input(what, format!("use --scale {scale} --seed {seed}, or another folder with --data")))
            }
            _ => Ok(()),
        }
    }

    fn mark(self, folder: &Folder) -> Result<Option<Demo>, Failure> {
        let parse = |text: String| {
            serde_json::from_str(&text).map_err(|error| {
                let what = format!("{}/{MARK} is not what the demo wrote", folder.path().display());
                Failure::input(what, "use another folder with --data").because(&error)
            })
        };
        folder.read(MARK)?.map(parse).transpose()
    }

    /// Loads the demo, or finds that it is there.
    ///
    /// # Errors
    /// The folder holds other data, a call is refused, or the figures are not those that were meant.
    pub async fn load(self, folder: &Folder, client: &Client, progress: &Progress) -> Result<Loaded, Failure> {
        let communes = data::communes().map_err(|error| Failure::failed(error.to_string(), ""))?;
        if self.mark(folder)?.is_none() {
            self.refuse_other_data(client).await?;
            let text = serde_json::to_string(&self).unwrap_or_default();
            folder.write(MARK, &text)?;
        }
        if let Some(loaded) = self.found(client, communes.len()).await.map_err(broken)? {
            return Ok(loaded);
        }
        let population = Population::generate(self.size, self.seed, &communes)
            .map_err(|error| Failure::input(error.to_string(), "choose another --scale"))?;
        Play::new(client, &population).run(progress).await.map_err(broken)?;
        let loaded = self.found(client, communes.len()).await.map_err(broken)?;
        loaded.map(|loaded| Loaded { already: false, ..loaded }).ok_or_else(|| {
            Failure::failed(
                "the reports do not show the figures that were loaded",
                "the folder was changed by hand: load into another one with --data",
            )
        })
    }

    /// The reports, if the whole demo is there: the cycle, which is closed last, and the figures.
    async fn found(self, client: &Client, communes: usize) -> Result<Option<Loaded>, CallError> {
        let Some(city) = play::city(client).await? else { return Ok(None) };
        let who = Who { role: Role::JusticeDepartment, area: Area::Unit(city) };
        let message = ListCyclesRequest { year: calendar::YEAR, ..ListCyclesRequest::default() };
        let cycles = client.call(Service::Evaluation, "ListCycles", who, message, async |channel, request| {
            CycleServiceClient::new(channel).list_cycles(request).await
        });
        let closed = i32::from(CycleState::Closed);
        if !cycles.await?.cycles.iter().any(|cycle| cycle.state == closed) {
            return Ok(None);
        }
        let reports = figures::reports(client, city).await?;
        let meant = reports.city()?.are(self.size, communes);
        Ok(meant.then_some(Loaded { city, reports, already: true }))
    }

    async fn refuse_other_data(self, client: &Client) -> Result<(), Failure> {
        let who = Who { role: Role::Operator, area: Area::Everywhere };
        let message = GetHeadRequest { journal: Service::Registry.journal() };
        let head = client.call(Service::Registry, "GetHead", who, message, async |channel, request| {
            JournalServiceClient::new(channel).get_head(request).await
        });
        if head.await.map_err(broken)?.position == 0 {
            return Ok(());
        }
        let what = "the folder or database holds data that is not the demo's; nothing was changed";
        Err(Failure::input(what, "use another folder with --data, or another database"))
    }
}

/// A client of the one server that is all services.
///
/// # Errors
/// There is no connection to it.
pub fn client(server: &Server, issuer: Issuer) -> Result<Client, Failure> {
    let channels: Result<Vec<_>, _> = (0..CHANNELS).map(|_| server.channel()).collect();
    let channels = channels.map_err(|error| Failure::failed("no connection to the server", "").because(&error))?;
    Ok(Client::new(Servers::One(channels), issuer, Env::system()))
}

fn broken(error: CallError) -> Failure {
    Failure::failed("the demo could not be loaded", "run the same again: it goes on where it stopped").because(&error)
}
