//! The papers of the procedures: read a record, check the area, fill the wording in force on its day, write the file.
//! Nothing is changed or kept.

use std::collections::HashMap;

use hoagiai_documents::{DOCX_CONTENT_TYPE, Document, PDF_CONTENT_TYPE, PdfError, Template, Values, docx, pdf};
use hoagiai_identity::Caller;
use hoagiai_store::Tx;
use hoagiai_types::{Date, Uuid};

use super::{AsOf, CeasingWords, Moment, Registry, admitted, area_of, opened_minutes};
use crate::{
    domain::{
        CeasingId, ElectionId, LeaderTerm, LeaderTermId, ListId, MediatorId, PaperKind, PaperRecord, Team, TeamId,
        UnitId, UnitVersion,
    },
    error::Error,
    papers::{
        Held, Leaving, Led, Listed, PaperError, Place, of_cessation, of_election, of_leader, of_leader_decision,
        of_list, of_list_decision, of_minutes, of_minutes_day, of_place,
    },
    store,
};

/// What a paper is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    /// An election.
    Election(ElectionId),
    /// A list before the chairman.
    List(ListId),
    /// The term of a leader.
    Term(LeaderTermId),
    /// A procedure of ceasing.
    Cessation(CeasingId),
}

impl Subject {
    fn id(self) -> Uuid {
        match self {
            Subject::Election(id) => id.uuid(),
            Subject::List(id) => id.uuid(),
            Subject::Term(id) => id.uuid(),
            Subject::Cessation(id) => id.uuid(),
        }
    }
}

/// In which format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// DOCX.
    Docx,
    /// PDF.
    Pdf,
}

impl Format {
    /// The file of a document, its media type and the ending of its name.
    fn file(self, document: &Document) -> Result<(Vec<u8>, &'static str, &'static str), PaperError> {
        match self {
            Format::Docx => {
                let bytes = docx(document).map_err(|cause| PaperError::File(Box::new(cause)))?;
                Ok((bytes, DOCX_CONTENT_TYPE, "docx"))
            }
            Format::Pdf => match pdf(document) {
                Ok(bytes) => Ok((bytes, PDF_CONTENT_TYPE, "pdf")),
                Err(PdfError::NoGlyph(c)) => Err(PaperError::Character(c)),
                Err(cause) => Err(PaperError::File(Box::new(cause))),
            },
        }
    }
}

/// A file.
#[derive(Debug)]
pub(crate) struct Paper {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Its media type.
    pub(crate) content_type: &'static str,
    /// Its name: no person.
    pub(crate) file_name: String,
    /// Version of the wording.
    pub(crate) version: String,
    /// Whether the wording is ours.
    pub(crate) provisional: bool,
    /// Whether it is a decision that has not been taken.
    pub(crate) draft: bool,
}

/// A kind of paper with its wording of today.
pub(crate) type KindInfo = (PaperKind, Template);

/// Who asks for which paper, of a record as it stood when.
#[derive(Clone, Copy)]
struct Asked<'a> {
    caller: &'a Caller,
    kind: PaperKind,
    at: Option<AsOf>,
    moment: Moment,
}

/// What a record gives: the day whose wording is used, the values, and whether a decision is still to come.
struct Filled {
    day: Date,
    values: Values,
    draft: bool,
}

impl Registry {
    /// The kinds of papers after one, with their wordings of a day; none: today.
    pub(crate) fn paper_kinds(&self, day: Option<Date>, after: Option<&str>, limit: usize) -> Vec<KindInfo> {
        let after = after.and_then(PaperKind::from_word);
        let kinds = self.papers.all_on(day.unwrap_or_else(|| self.env.today()));
        kinds
            .filter(|(kind, _)| after.is_none_or(|after| *kind > after))
            .take(limit)
            .map(|(kind, template)| (kind, template.clone()))
            .collect()
    }

    /// A paper of a record.
    pub(crate) async fn render_paper(
        &self,
        caller: &Caller,
        kind: PaperKind,
        (subject, at): (Subject, Option<AsOf>),
        format: Format,
    ) -> Result<Paper, Error> {
        let filled = self.filled(caller, kind, subject, at).await?;
        let Filled { day, values, draft } = filled;
        let template = self.papers.on(kind, day).ok_or(PaperError::Wording { kind, day })?;
        let document = template.fill(&values).map_err(|missing| PaperError::Missing { kind, missing })?;
        let (bytes, content_type, ending) = format.file(&document)?;
        Ok(Paper {
            bytes,
            content_type,
            file_name: format!("{}-{}.{ending}", kind.word().replace('_', "-"), subject.id()),
            version: template.version.clone(),
            provisional: template.provisional,
            draft,
        })
    }

    /// Reads what the paper is made of, in one transaction: no value of it is older than another.
    async fn filled(
        &self,
        caller: &Caller,
        kind: PaperKind,
        subject: Subject,
        at: Option<AsOf>,
    ) -> Result<Filled, Error> {
        let mut tx = self.db.read().await?;
        let asked = Asked { caller, kind, at, moment: self.moment() };
        match subject {
            Subject::Election(id) => self.election_filled(&mut tx, asked, id).await,
            Subject::List(id) => self.list_filled(&mut tx, asked, id).await,
            Subject::Term(id) => self.term_filled(&mut tx, asked, id).await,
            Subject::Cessation(id) => self.cessation_filled(&mut tx, asked, id).await,
        }
    }

    async fn election_filled(&self, tx: &mut Tx, asked: Asked<'_>, id: ElectionId) -> Result<Filled, Error> {
        let Asked { kind, at, .. } = asked;
        let found = store::elections::get(tx, id).await?;
        let of_team = found.as_ref().map(|(election, _)| election.team);
        let team = Self::team_of(tx, asked, of_team, Error::ElectionNotFound(id)).await?;
        let held = Self::held(tx, id, at).await?;
        let ballot = &held.election.ballot;
        if kind.record() != PaperRecord::Election || kind.voting() != Some(ballot.form) {
            return Err(PaperError::Kind(kind).into());
        }
        let day = ballot.date;
        let mut values = Self::placed(tx, &team, day).await?;
        of_election(&mut values, &held, self.rules(day));
        let minutes = opened_minutes(tx, held.election.sealed_minutes.as_deref()).await?;
        of_minutes(&mut values, minutes.as_ref(), ballot.form);
        of_minutes_day(&mut values, day);
        Ok(Filled { day, values, draft: false })
    }

    async fn list_filled(&self, tx: &mut Tx, asked: Asked<'_>, id: ListId) -> Result<Filled, Error> {
        let Asked { kind, at, moment, .. } = asked;
        let found = store::lists::get(tx, id).await?;
        let of_list_team = found.as_ref().map(|list| list.team);
        let team = Self::team_of(tx, asked, of_list_team, Error::ListNotFound(id)).await?;
        let mut list = found.ok_or(Error::ListNotFound(id))?;
        if at.is_some() {
            let then = store::lists::known(tx, id, AsOf::known(at)).await?;
            list = store::on_day(then, at).ok_or(Error::ListNotFound(id))?;
        }
        let held = Self::held(tx, list.election, at).await?;
        let on_list = held.election.mediators.iter().filter(|mediator| mediator.list == Some(list.id));
        list.mediators = on_list.map(|mediator| mediator.id).collect();
        let listed = Listed { list, held };
        let fits = kind.record() == PaperRecord::RecognitionList && (!kind.is_decision() || listed.has_decision());
        if !fits {
            return Err(PaperError::Kind(kind).into());
        }
        let (list, held) = (&listed.list, &listed.held);
        let decided = list.decision.as_ref().map(|decision| decision.issue_date);
        let draft = kind.is_decision() && decided.is_none();
        let day = if kind.is_decision() { decided.unwrap_or(moment.today) } else { list.receive_date };
        let mut values = Self::placed(tx, &team, day).await?;
        of_election(&mut values, held, self.rules(held.election.ballot.date));
        of_list(&mut values, &listed, self.rules(list.receive_date));
        if kind.is_decision() {
            of_list_decision(&mut values, list);
        }
        Ok(Filled { day, values, draft })
    }

    async fn term_filled(&self, tx: &mut Tx, asked: Asked<'_>, id: LeaderTermId) -> Result<Filled, Error> {
        let Asked { kind, at, moment, .. } = asked;
        let found = store::terms::get(tx, id).await?;
        let of_term_team = found.as_ref().map(|term| term.team);
        let team = Self::team_of(tx, asked, of_term_team, Error::LeaderTermNotFound(id)).await?;
        let mut term = found.ok_or(Error::LeaderTermNotFound(id))?;
        if at.is_some() {
            let then = store::terms::known(tx, id, AsOf::known(at)).await?;
            term = store::on_day(then, at).ok_or(Error::LeaderTermNotFound(id))?;
        }
        let led = Self::led(tx, term).await?;
        let fits = kind.record() == PaperRecord::LeaderTerm
            && (!kind.is_decision() || led.has_decision())
            // How older votes were held was not kept: their minutes are missing, not wrong.
            && (kind.voting().is_none() || led.term.form.is_none_or(|form| kind.voting() == Some(form)));
        if !fits {
            return Err(PaperError::Kind(kind).into());
        }
        let term = &led.term;
        let decided = term.decision.as_ref().map(|decision| decision.issue_date);
        let day = match (kind.is_decision(), term.received) {
            (true, _) => decided.unwrap_or(moment.today),
            (false, Some((day, _))) if kind.voting().is_none() => day,
            _ => term.election_date,
        };
        let mut values = Self::placed(tx, &team, day).await?;
        of_leader(&mut values, &led, self.rules(term.received.map_or(term.election_date, |(day, _)| day)));
        if kind.is_decision() {
            of_leader_decision(&mut values, term);
        }
        if let Some(form) = kind.voting() {
            let minutes = opened_minutes(tx, term.sealed_minutes.as_deref()).await?;
            of_minutes(&mut values, minutes.as_ref(), form);
            of_minutes_day(&mut values, term.election_date);
        }
        Ok(Filled { day, values, draft: kind.is_decision() && decided.is_none() })
    }

    async fn cessation_filled(&self, tx: &mut Tx, asked: Asked<'_>, id: CeasingId) -> Result<Filled, Error> {
        let Asked { kind, at, moment, .. } = asked;
        let found = store::ceasings::get(tx, id).await?;
        let of_team = found.as_ref().map(|ceasing| ceasing.team);
        let team = Self::team_of(tx, asked, of_team, Error::CeasingNotFound(id)).await?;
        let mut ceasing = found.ok_or(Error::CeasingNotFound(id))?;
        if at.is_some() {
            let then = store::ceasings::known(tx, id, AsOf::known(at)).await?;
            ceasing = store::on_day(then, at).ok_or(Error::CeasingNotFound(id))?;
        }
        let mediator = store::mediators::get(tx, ceasing.mediator).await?;
        let mediator = mediator.ok_or(Error::MediatorNotFound(ceasing.mediator))?;
        let person = Self::person(tx, &mediator).await?;
        let CeasingWords { reason, disagreement, .. } = Self::ceasing_words(tx, &ceasing, at).await?;
        let leaving = Leaving { ceasing, mediator, person, reason, disagreement };
        if !leaving.has(kind) {
            return Err(PaperError::Kind(kind).into());
        }
        let ceasing = &leaving.ceasing;
        let decided = ceasing.decision.as_ref().map(|decision| decision.issue_date);
        let filed = ceasing.received.map_or(ceasing.propose_date, |(day, _)| day);
        let day = if kind.is_decision() { decided.unwrap_or(moment.today) } else { filed };
        let mut values = Self::placed(tx, &team, day).await?;
        of_cessation(&mut values, &leaving, kind, self.rules(filed));
        Ok(Filled { day, values, draft: kind.is_decision() && decided.is_none() })
    }

    /// The team of a record, or the same refusal whether the record is absent or elsewhere.
    async fn team_of(tx: &mut Tx, asked: Asked<'_>, team: Option<TeamId>, absent: Error) -> Result<Team, Error> {
        let team = match team {
            Some(team) => store::teams::get(tx, team, asked.moment.today).await?,
            None => None,
        };
        admitted(asked.caller, team, area_of, absent)
    }

    async fn held(tx: &mut Tx, id: ElectionId, at: Option<AsOf>) -> Result<Held, Error> {
        let (mut election, recorded) = store::elections::get(tx, id).await?.ok_or(Error::ElectionNotFound(id))?;
        if at.is_some_and(|at| election.ballot.date > at.day || recorded > at.known) {
            return Err(Error::ElectionNotFound(id));
        }
        election.mediators = Self::of_election(tx, id, at).await?;
        let persons = Self::persons(tx, &election.mediators).await?;
        let candidacies = store::candidacies::of_election(tx, id).await?;
        let against = candidacies.into_iter().map(|one| (one.mediator, one.votes_against)).collect();
        Ok(Held { election, persons, against })
    }

    /// A term with who was elected, the votes and the voters of the day.
    async fn led(tx: &mut Tx, term: LeaderTerm) -> Result<Led, Error> {
        let votes = store::terms::votes(tx, term.id).await?;
        let mut ids: Vec<MediatorId> = votes.iter().map(|vote| vote.mediator).collect();
        ids.push(term.mediator);
        let mut known = HashMap::new();
        for mediator in store::mediators::of_team_among(tx, term.team, &ids).await? {
            let person = Self::person(tx, &mediator).await?;
            known.insert(mediator.id, (mediator, person));
        }
        let who = |id: MediatorId| known.get(&id).and_then(|(_, person)| person.clone());
        let votes = votes.into_iter().map(|vote| (vote, who(vote.mediator))).collect();
        let voters = store::mediators::count_on(tx, term.team, term.election_date).await?;
        let (mediator, person) = known.remove(&term.mediator).ok_or(Error::MediatorNotFound(term.mediator))?;
        Ok(Led { term, mediator, person, votes, voters })
    }

    /// Values with the units that a team lay in on a day, by the names that they had then.
    async fn placed(tx: &mut Tx, team: &Team, day: Date) -> Result<Values, Error> {
        let then = store::team_versions::get(tx, team.id, AsOf { day, known: store::NOW }).await?;
        let team = then.as_ref().unwrap_or(team);
        let place = Place {
            province: Self::unit_on(tx, team.province, day).await?,
            commune: Self::unit_on(tx, team.commune, day).await?,
            area: Self::unit_on(tx, team.area_unit, day).await?,
        };
        let mut values = Values::new();
        of_place(&mut values, &place, team);
        Ok(values)
    }

    /// A unit on a day; one that had ended by then keeps its last name.
    async fn unit_on(tx: &mut Tx, unit: UnitId, day: Date) -> Result<UnitVersion, Error> {
        let known = match store::units::get(tx, unit, day, store::NOW).await? {
            Some(known) => Some(known),
            None => store::units::latest(tx, unit).await?,
        };
        let known = known.ok_or(Error::UnitNotFound { unit: unit.to_string(), valid_at: day })?;
        Ok(known.version)
    }
}
