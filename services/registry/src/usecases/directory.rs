//! What other agencies and the public may see (rule 57): by policy, default deny, the same answer for absent and not
//! published.

use hoagiai_identity::{AreaPath, Caller, Denied, Role, Roles};
use hoagiai_store::{KeySubject, Position, Sealed, Stream, Tx};
use hoagiai_types::{Date, Etag, Timestamp, Uuid, text};

use super::{Change, PERSON, Registry, admit_etag, admitted, areas::area_of_mediator};
use crate::{
    domain::{
        FIRST_DAY, Mediator, MediatorId, TeamId, UnitId,
        directory::{Consumer, DirectoryEntry, DirectoryField, DirectoryPlace, DirectoryTeam, Reach, Shown},
        in_order,
    },
    error::{DirectoryError, Error},
    events, store,
    store::{
        AsOf, Filter, NOW,
        directory::{self, SealedEntry, Which},
    },
};

/// What a contact is sealed for.
const CONTACT: &str = "registry.directory.contact";

/// At most so many people of one name are told; a commune has a handful.
const MOST_MATCHES: usize = 20;

/// Mediators of a commune that a name is sought among: more than the largest has.
const COMMUNE: i64 = 10_000;

/// Which day, as known when.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked {
    /// The day; none: today.
    pub(crate) valid_at: Option<Date>,
    /// The instant of knowledge; none: now.
    pub(crate) known_at: Option<Timestamp>,
}

/// Who is meant.
#[derive(Debug)]
pub(crate) enum Meant {
    /// By id.
    Id(MediatorId),
    /// By name, in a commune.
    Name(String, UnitId),
}

/// An answer, and how long it may be kept.
#[derive(Debug)]
pub(crate) struct Disclosed<T> {
    /// What is told.
    pub(crate) content: T,
    /// The kind of consumer and the version of the policies: part of the name of the content.
    pub(crate) policy: String,
    /// Seconds.
    pub(crate) max_age_seconds: i32,
    /// The day.
    pub(crate) day: Date,
    /// The answer reflects the journal up to here at the least.
    pub(crate) position: Position,
}

/// The question as it is put to the store.
struct Question {
    when: AsOf,
    history: bool,
    position: Position,
}

impl Registry {
    fn question(&self, asked: Asked) -> Question {
        let today = self.env.today();
        let day = asked.valid_at.unwrap_or(today);
        let when = AsOf { day, known: asked.known_at.unwrap_or(NOW) };
        // Read before the snapshot is taken: whatever it shows, it shows everything up to here.
        let position = self.db.head();
        Question { when, history: day != today || asked.known_at.is_some(), position }
    }

    /// The policy for a record at a place, by the roles that the caller holds there; none: nothing is told.
    fn consumer(&self, caller: &Caller, path: &AreaPath, reach: Reach) -> Option<(&Consumer, String)> {
        let roles: Vec<&str> = caller.roles_over(path).iter().map(Role::name).collect();
        let (consumer, version) = self.directory.consumer(caller.today(), roles)?;
        consumer.may(reach).then(|| (consumer, format!("{}/{version}", consumer.name)))
    }

    fn disclosed<T>(question: &Question, (consumer, policy): (&Consumer, String), content: T) -> Disclosed<T> {
        let Question { when, position, .. } = question;
        Disclosed { content, policy, max_age_seconds: consumer.max_age_seconds, day: when.day, position: *position }
    }

    /// The unit that a list is of, and what the caller is told there.
    async fn unit_of_list(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        unit: UnitId,
        question: &Question,
        at: (Option<Uuid>, i64),
    ) -> Result<(Filter, (&Consumer, String)), Error> {
        let (found, (province, commune, area)) = store::units::filter(tx, unit, Some(question.when)).await?;
        let path = AreaPath {
            province: province.map(UnitId::uuid),
            commune: commune.map(UnitId::uuid),
            area_unit: area.map(UnitId::uuid),
            team: None,
        };
        let reach = Reach { history: question.history, ..Reach::default() };
        let consumer = self.consumer(caller, &path, reach).ok_or(DirectoryError::NotDisclosed)?;
        if province.is_none() {
            return Err(Error::UnitNotFound { unit: unit.to_string(), valid_at: question.when.day });
        }
        let (after, limit) = (at.0.unwrap_or_default(), at.1);
        Ok((Filter { at: None, unit: Some(found), team: None, state: None, within: None, after, limit }, consumer))
    }

    /// A page of the mediators of a unit. Rows are answered sealed and opened in one go; a row that can no longer be
    /// opened is none.
    pub(crate) async fn list_directory(
        &self,
        caller: &Caller,
        unit: UnitId,
        asked: Asked,
        at: (Option<Uuid>, i64),
    ) -> Result<Disclosed<Vec<(MediatorId, Option<Shown>)>>, Error> {
        let question = self.question(asked);
        let mut tx = self.db.read().await?;
        let (filter, told) = self.unit_of_list(&mut tx, caller, unit, &question, at).await?;
        let rows = directory::entries(&mut tx, question.when, Which::Page(&filter)).await?;
        let ids: Vec<MediatorId> = rows.iter().map(|row| row.mediator).collect();
        let opened = Self::open(&mut tx, rows).await?;
        let shown = opened.into_iter().map(|entry| entry.map(|entry| entry.cut(told.0, false)));
        let content = ids.into_iter().zip(shown).collect();
        Ok(Self::disclosed(&question, told, content))
    }

    /// The entry of a mediator in force.
    pub(crate) async fn directory_entry(
        &self,
        caller: &Caller,
        id: MediatorId,
        asked: Asked,
    ) -> Result<Disclosed<Shown>, Error> {
        let question = self.question(asked);
        let mut tx = self.db.read().await?;
        let rows = directory::entries(&mut tx, question.when, Which::One(id)).await?;
        let absent = || DirectoryError::EntryNotFound(id);
        let row = rows.into_iter().next().ok_or_else(absent)?;
        let reach = Reach { history: question.history, ..Reach::default() };
        let told = self.consumer(caller, &path_of(&row.place), reach).ok_or_else(absent)?;
        let opened = Self::open(&mut tx, vec![row]).await?;
        let entry = opened.into_iter().flatten().next().ok_or_else(absent)?;
        let content = entry.cut(told.0, false);
        Ok(Self::disclosed(&question, told, content))
    }

    /// A page of the teams that serve a unit, or the one of an id if it does.
    pub(crate) async fn directory_teams(
        &self,
        caller: &Caller,
        (unit, one): (UnitId, Option<TeamId>),
        asked: Asked,
        at: (Option<Uuid>, i64),
    ) -> Result<Disclosed<Vec<DirectoryTeam>>, Error> {
        let question = self.question(asked);
        let mut tx = self.db.read().await?;
        let (mut filter, told) = self.unit_of_list(&mut tx, caller, unit, &question, at).await?;
        filter.team = one.map(TeamId::uuid);
        if !told.0.sees(DirectoryField::Team) || !told.0.sees(DirectoryField::Area) {
            return Err(DirectoryError::NotDisclosed.into());
        }
        let content = directory::teams(&mut tx, question.when, &filter).await?;
        Ok(Self::disclosed(&question, told, content))
    }

    /// Who of those meant was a mediator in force on a day; nobody is "no".
    pub(crate) async fn verify_mediator(
        &self,
        caller: &Caller,
        meant: Meant,
        asked: Asked,
    ) -> Result<Disclosed<Vec<Shown>>, Error> {
        let question = self.question(asked);
        let reach = Reach { history: question.history, by_name: matches!(meant, Meant::Name(..)), decision: true };
        let mut tx = self.db.read().await?;
        match meant {
            Meant::Id(id) => {
                let rows = directory::entries(&mut tx, question.when, Which::One(id)).await?;
                let told = |row: &SealedEntry| self.consumer(caller, &path_of(&row.place), reach);
                match rows.into_iter().next().and_then(|row| told(&row).map(|told| (row, told))) {
                    Some((row, told)) => {
                        let opened = Self::open(&mut tx, vec![row]).await?;
                        let content = opened.into_iter().flatten().map(|entry| entry.cut(told.0, true)).collect();
                        Ok(Self::disclosed(&question, told, content))
                    }
                    // Whoever may ask at all is told no, wherever the person may be, or not be.
                    None => {
                        let told = self.anywhere(caller, reach).ok_or(DirectoryError::NotDisclosed)?;
                        Ok(Self::disclosed(&question, told, Vec::new()))
                    }
                }
            }
            Meant::Name(name, commune) => {
                let (found, (province, of, _)) = store::units::filter(&mut tx, commune, Some(question.when)).await?;
                let path = AreaPath {
                    province: province.map(UnitId::uuid),
                    commune: of.map(UnitId::uuid),
                    ..AreaPath::default()
                };
                let told = self.consumer(caller, &path, reach).ok_or(DirectoryError::NotDisclosed)?;
                let filter = Filter {
                    at: None,
                    unit: Some(found),
                    team: None,
                    state: None,
                    within: None,
                    after: Uuid::nil(),
                    limit: COMMUNE,
                };
                let rows = match (of, province) {
                    (Some(_), Some(_)) => directory::entries(&mut tx, question.when, Which::Page(&filter)).await?,
                    _ => Vec::new(),
                };
                let key = text::spelling(&name);
                let opened = Self::open(&mut tx, rows).await?.into_iter().flatten();
                let same = opened.filter(|entry| text::spelling(&entry.full_name) == key);
                let content = same.map(|entry| entry.cut(told.0, true)).take(MOST_MATCHES).collect();
                Ok(Self::disclosed(&question, told, content))
            }
        }
    }

    /// What the caller is told wherever it holds a role: for questions about nobody.
    fn anywhere(&self, caller: &Caller, reach: Reach) -> Option<(&Consumer, String)> {
        let grants = caller.principal().grants.iter().filter(|grant| grant.in_force(caller.today()));
        let (consumer, version) = self.directory.consumer(caller.today(), grants.map(|grant| grant.role.name()))?;
        consumer.may(reach).then(|| (consumer, format!("{}/{version}", consumer.name)))
    }

    /// Publishes the contact that a mediator in force chose; answers its version.
    pub(crate) async fn publish_contact(
        &self,
        change: &Change,
        id: MediatorId,
        (contact, consent): (&str, Date),
        etag: Option<Etag>,
    ) -> Result<(i64, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mediator = own(&mut tx, &change.caller, id).await?;
        let known = directory::contact(&mut tx, id).await?;
        let revision = known.map_or(0, |known| known.revision);
        if done.is_some() {
            return Ok((revision, tx.commit().await?.position));
        }
        admit_etag(revision, etag)?;
        mediator.expect_in_force()?;
        in_order("consent_date", consent, FIRST_DAY, moment.today)?;
        let sealed = tx.seal(id.into(), CONTACT, contact.as_bytes()).await?;
        let bytes = sealed.to_bytes();
        directory::put_contact(&mut tx, id, Some((&bytes, consent)), revision + 1, moment.now).await?;
        let fact = events::contact_published(id, &sealed, consent);
        tx.append(Stream::new("directory_contact", id), revision, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, id).await?;
        Ok((revision + 1, position))
    }

    /// Withdraws a published contact; answers its version.
    pub(crate) async fn withdraw_contact(
        &self,
        change: &Change,
        id: MediatorId,
        etag: Option<Etag>,
    ) -> Result<(i64, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        own(&mut tx, &change.caller, id).await?;
        let known = directory::contact(&mut tx, id).await?;
        let revision = known.map_or(0, |known| known.revision);
        if done.is_some() {
            return Ok((revision, tx.commit().await?.position));
        }
        if !known.is_some_and(|known| known.published) {
            return Err(DirectoryError::ContactNotPublished(id).into());
        }
        admit_etag(revision, etag)?;
        directory::put_contact(&mut tx, id, None, revision + 1, moment.now).await?;
        let fact = events::contact_withdrawn(id, moment.today);
        tx.append(Stream::new("directory_contact", id), revision, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, id).await?;
        Ok((revision + 1, position))
    }

    /// Opens persons and contacts, the keys of all in one statement; none for a person whose key was destroyed.
    async fn open(tx: &mut Tx, rows: Vec<SealedEntry>) -> Result<Vec<Option<DirectoryEntry>>, Error> {
        let subjects: Vec<KeySubject> = rows.iter().map(|row| row.mediator.into()).collect();
        tx.open_keys(&subjects).await?;
        let mut opened = Vec::with_capacity(rows.len());
        for row in rows {
            let person = tx.unseal(PERSON, &Sealed::from_bytes(&row.sealed_person)?).await?;
            let contact = match row.sealed_contact {
                Some(sealed) => tx.unseal(CONTACT, &Sealed::from_bytes(&sealed)?).await?,
                None => None,
            };
            let name = person.and_then(|bytes| events::name_from(&bytes));
            opened.push(name.map(|full_name| DirectoryEntry {
                mediator: row.mediator,
                full_name,
                contact: contact.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default(),
                place: row.place,
                decision: row.decision,
            }));
        }
        Ok(opened)
    }
}

/// The mediator whose contact is changed: who holds nothing but the role of a mediator changes his or her own alone.
async fn own(tx: &mut Tx, caller: &Caller, id: MediatorId) -> Result<Mediator, Error> {
    let found = store::mediators::get(tx, id).await?;
    let mediator = admitted(caller, found, area_of_mediator, Error::MediatorNotFound(id))?;
    let alone: Roles = [Role::Mediator].into_iter().collect();
    if caller.roles_over(&area_of_mediator(&mediator)) == alone && caller.person() != Some(id.uuid()) {
        return Err(Denied::Area.into());
    }
    Ok(mediator)
}

fn path_of(place: &DirectoryPlace) -> AreaPath {
    AreaPath::of_province(place.province.uuid())
        .in_commune(place.commune.uuid())
        .in_area_unit(place.area_unit.uuid())
        .in_team(place.team.uuid())
}
