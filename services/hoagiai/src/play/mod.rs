//! The play of the demo: a city's year as its people would enter it, role by role, in the order of the law. Every
//! request has an id that follows from the seed and the step, so that the play can be broken off and played again.

mod cases;
mod convert;
mod evaluation;
mod formation;
mod units;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicI64, Ordering},
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hoagiai_identity::{Area, Role};
use hoagiai_types::Uuid;

pub use units::city;

use crate::{
    clients::{CallError, Client, Who},
    population::{Population, TeamPlan},
    progress::{Phase, Progress},
};

/// Calls in flight.
const IN_FLIGHT: usize = 64;

/// What the play needs to know of itself.
pub struct Play<'a> {
    client: &'a Client,
    population: &'a Population,
    namespace: Uuid,
    registry: AtomicI64,
    cases: AtomicI64,
}

/// Where the demo's communes are.
struct Ground {
    city: Uuid,
    communes: HashMap<String, Uuid>,
}

/// A team in force.
struct Formed<'a> {
    commune: Uuid,
    plan: &'a TeamPlan,
    area: &'a crate::population::AreaPlan,
    id: Uuid,
    mediators: Vec<Uuid>,
    active: hoagiai_types::Date,
}

impl<'a> Play<'a> {
    /// A play of that population.
    #[must_use]
    pub fn new(client: &'a Client, population: &'a Population) -> Self {
        let name = format!("hoagiai demo {} {:?}", population.seed, population.size);
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
        Self { client, population, namespace, registry: AtomicI64::new(0), cases: AtomicI64::new(0) }
    }

    /// Plays it whole.
    ///
    /// # Errors
    /// The first call that is refused, or not answered for long.
    pub async fn run(&self, progress: &Progress) -> Result<(), CallError> {
        let communes = &self.population.communes;
        let areas: usize = communes.iter().map(|commune| commune.areas.len()).sum();
        let phase = progress.phase("Đơn vị hành chính, thôn, tổ dân phố", 1 + communes.len() + areas);
        let ground = self.import_units(&phase).await?;
        phase.done();

        let teams: usize = communes.iter().map(|commune| commune.teams.len()).sum();
        let phase = progress.phase("Tổ hòa giải: quyết định, bầu, công nhận", teams);
        let planned = each(communes, 16, |commune| self.plan_teams(&ground, commune)).await?;
        let planned: Vec<_> = planned.into_iter().flatten().collect();
        let formed = each(planned, IN_FLIGHT, |team| counted(self.form(team), &phase)).await?;
        phase.done();

        let phase =
            progress.phase("Vụ, việc: sổ, tiếp nhận, phiên, kết thúc", self.population.size.received() as usize);
        each(&formed, IN_FLIGHT, |team| self.keep_book(team, &phase)).await?;
        phase.done();

        let phase = progress.phase("Đánh giá Tổ hòa giải 5 tốt", teams);
        let cycle = self.open_cycle(&ground).await?;
        each(&formed, IN_FLIGHT, |team| counted(self.evaluate(&cycle, team), &phase)).await?;
        // The last call of the play: a cycle that is closed tells that all before it was done.
        self.close_cycle(&ground, &cycle).await?;
        phase.done();
        Ok(())
    }

    /// The id of a step's request.
    fn request_id(&self, step: &str) -> String {
        Uuid::new_v5(&self.namespace, step.as_bytes()).to_string()
    }

    fn team_step(&self, team: &TeamPlan, step: &str) -> String {
        self.request_id(&format!("team/{}/{step}", team.number))
    }

    fn saw_registry(&self, position: i64) {
        self.registry.fetch_max(position, Ordering::Relaxed);
    }

    fn saw_cases(&self, position: i64) {
        self.cases.fetch_max(position, Ordering::Relaxed);
    }
}

/// Somebody of a commune.
fn of_commune(role: Role, commune: Uuid) -> Who {
    Who { role, area: Area::Unit(commune) }
}

/// Does something with each, so many at once, and gathers what comes of it in any order.
async fn each<T, R, F>(items: impl IntoIterator<Item = T>, at_once: usize, work: F) -> Result<Vec<R>, CallError>
where
    F: AsyncFn(T) -> Result<R, CallError>,
{
    let work = &work;
    stream::iter(items).map(|item| work(item)).buffer_unordered(at_once).try_collect().await
}

async fn counted<R>(work: impl Future<Output = Result<R, CallError>>, phase: &Phase) -> Result<R, CallError> {
    let done = work.await?;
    phase.add(1);
    Ok(done)
}

/// An id of an answer.
fn id(call: &'static str, what: &'static str, text: &str) -> Result<Uuid, CallError> {
    Uuid::parse_str(text).map_err(|_| CallError::Incomplete { call, what })
}

/// What an answer must hold.
fn need<T>(call: &'static str, what: &'static str, value: Option<T>) -> Result<T, CallError> {
    value.ok_or(CallError::Incomplete { call, what })
}
