//! Cycles: create, publish, open, close, read.

use hoagiai_identity::{AreaPath, Caller};
use hoagiai_rpc::change;
use hoagiai_store::{Claim, RequestKey, Stream};
use hoagiai_types::Etag;

use super::{Done, Evaluation};
use crate::{
    domain::{Cycle, CycleId, Refusal, UnitId},
    error::Error,
    events,
    store::{cycles, facts},
};

impl Evaluation {
    /// Creates a draft of a place and a year.
    pub async fn create_cycle(
        &self,
        caller: &Caller,
        key: &RequestKey,
        province: UnitId,
        year: i32,
        set: (&str, &str),
    ) -> Result<Done<Cycle>, Error> {
        caller.admit(&AreaPath::of_province(province.uuid()))?;
        let mut tx = self.db().write().await?;
        if let Claim::Repeat { resource } = tx.claim(key).await? {
            let value = self.cycle(&mut tx, CycleId::from_uuid(resource)).await?;
            return Ok(Done { value, position: self.db().head() });
        }
        let place_code = facts::find_place(&mut tx, province).await?;
        let place_code = place_code.ok_or(Refusal::PlaceNotFound { province_unit_id: province })?;
        let set = self.criteria_set(set.0, set.1)?;
        if let Some(cycle_id) = cycles::find_of(&mut tx, province, year, &set.definition.code).await? {
            return Err(Refusal::CycleAlreadyExists { cycle_id }.into());
        }
        let now = self.env().now();
        let cycle = Cycle::draft(self.env().new_id(), province, &place_code, year, set, &self.0.rules.steps, now)?;
        cycles::insert(&mut tx, &cycle).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = events::cycle_created(&cycle, self.env().today());
        tx.append(Stream::new("cycle", cycle.id), 0, &origin, &[event]).await?;
        tx.settle(key, cycle.id.uuid()).await?;
        let position = tx.commit().await?.position;
        Ok(Done { value: cycle, position })
    }

    /// Publishes a draft: its set is frozen as the release has it now (rule 43).
    pub async fn publish_cycle(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: CycleId,
        etag: Option<Etag>,
    ) -> Result<Done<Cycle>, Error> {
        let rule = |cycle: &mut Cycle| {
            let (code, version) = (&cycle.set.definition.code, &cycle.set.definition.version);
            let set_of_now = self.0.rules.set(code, version);
            cycle.publish(set_of_now)
        };
        self.move_cycle(caller, key, id, etag, rule, events::cycle_published).await
    }

    /// Opens a published cycle.
    pub async fn open_cycle(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: CycleId,
        etag: Option<Etag>,
    ) -> Result<Done<Cycle>, Error> {
        self.move_cycle(caller, key, id, etag, Cycle::open, events::cycle_opened).await
    }

    /// Closes an open cycle.
    pub async fn close_cycle(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: CycleId,
        etag: Option<Etag>,
    ) -> Result<Done<Cycle>, Error> {
        self.move_cycle(caller, key, id, etag, Cycle::close, events::cycle_closed).await
    }

    async fn move_cycle(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: CycleId,
        etag: Option<Etag>,
        rule: impl FnOnce(&mut Cycle) -> Result<(), Refusal>,
        event: impl FnOnce(&Cycle, hoagiai_types::Date) -> hoagiai_store::NewEvent,
    ) -> Result<Done<Cycle>, Error> {
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let mut cycle = self.cycle(&mut tx, id).await?;
        caller.admit(&AreaPath::of_province(cycle.province.uuid()))?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { value: cycle, position: self.db().head() });
        }
        cycle.etag().admits(etag)?;
        rule(&mut cycle)?;
        let revision = cycle.revision;
        cycles::update(&mut tx, &mut cycle, self.env().now()).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = event(&cycle, self.env().today());
        tx.append(Stream::new("cycle", cycle.id), revision, &origin, &[event]).await?;
        tx.settle(key, cycle.id.uuid()).await?;
        let position = tx.commit().await?.position;
        Ok(Done { value: cycle, position })
    }

    /// Gets a cycle.
    pub async fn get_cycle(&self, id: CycleId) -> Result<Cycle, Error> {
        let mut tx = self.db().read().await?;
        self.cycle(&mut tx, id).await
    }

    /// A page of cycles, newest year first; `year` 0 means all.
    pub async fn list_cycles(&self, year: i32, after: Option<(i32, CycleId)>, limit: i64) -> Result<Vec<Cycle>, Error> {
        let mut tx = self.db().read().await?;
        let mut cycles = Vec::new();
        for row in cycles::page(&mut tx, year, after, limit).await? {
            cycles.push(self.with_set(&mut tx, row).await?);
        }
        Ok(cycles)
    }
}
