//! A case and the verbs that move it. Dates are days in Việt Nam, as the law counts.

use hoagiai_types::{Date, Timestamp};

use super::{
    BookId, CaseId, Category, Change, Exclusion, Fact, Given, Ground, MediatorId, Mediators, Place, Receipt, Refusal,
    RegisterBook, Session, Source, State, Team, UnsuccessfulReason, Verb,
};

/// A case without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Id.
    pub id: CaseId,
    /// The lead team (rule 38) and where it stood at receipt.
    pub place: Place,
    /// Where it is on its way.
    pub state: State,
    /// What kind.
    pub category: Category,
    /// Why it was taken up.
    pub ground: Ground,
    /// The book of its entry.
    pub book: BookId,
    /// The number of its entry.
    pub number: i32,
    /// How many parties.
    pub party_count: i32,
    /// The day of receipt.
    pub received_on: Date,
    /// Who is on it.
    pub mediators: Mediators,
    /// Sessions held.
    pub session_count: i32,
    /// Last day for the first session.
    pub first_session_due_on: Option<Date>,
    /// The day of the last session, pause or resumption; of receipt before.
    pub last_step_on: Date,
    /// The day of conclusion.
    pub concluded_on: Option<Date>,
    /// Why it ended without success.
    pub unsuccessful_reason: Option<UnsuccessfulReason>,
    /// Last day to ask a court.
    pub court_due_on: Option<Date>,
    /// Version.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When the record last changed.
    pub updated_at: Timestamp,
}

impl Case {
    /// Receives a case; `book` is the team's open book, if it has one. The number is given when the entry is written.
    ///
    /// # Errors
    /// The day has not come, the team is not in force, or no book takes the entry (rule 32).
    pub fn receive(
        id: CaseId,
        team: &Team,
        book: Option<&RegisterBook>,
        receipt: &Receipt,
        today: Date,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let (day, place) = (receipt.day, team.place);
        if day > today {
            return Err(Refusal::DateOutOfOrder("receive_date"));
        }
        if !team.in_force(day) {
            return Err(Refusal::TeamNotInForce(place.team));
        }
        let book = book.filter(|book| book.takes(day)).ok_or(Refusal::NoOpenBook(place.team))?;
        Ok(Case {
            id,
            place,
            state: State::Received,
            category: receipt.category,
            ground: receipt.ground,
            book: book.id,
            number: book.entry_count + 1,
            party_count: receipt.party_count,
            received_on: day,
            mediators: Mediators::default(),
            session_count: 0,
            first_session_due_on: None,
            last_step_on: day,
            concluded_on: None,
            unsuccessful_reason: None,
            court_due_on: None,
            revision: 1,
            created_at: now,
            updated_at: now,
        })
    }

    /// Does what is asked and says what happened on which day; on refusal the case is to be dropped.
    ///
    /// # Errors
    /// The first rule that says no: the state before everything else.
    pub fn apply(&mut self, change: &Change, given: &Given<'_>) -> Result<(Fact, Date), Refusal> {
        match change {
            Change::AskScope => self.step(Verb::AskScope).map(|()| (Fact::ScopeAsked, given.today)),
            Change::DecideScope { exclusion, referred_to, category, day } => {
                self.decide_scope(*exclusion, referred_to, *category, *day, given)
            }
            Change::PutMediators { source, mediators, day } => self.put_mediators(*source, mediators, *day, given),
            Change::DeclareConflict { mediator, day } => self.declare_conflict(*mediator, *day, given),
            Change::RecordSession(session) => self.record_session(session, given),
            Change::Pause(day) => {
                self.step(Verb::Pause)?;
                self.last_step_on = in_order(*day, self.last_step_on, given.today, "pause_date")?;
                Ok((Fact::Paused, *day))
            }
            Change::Resume(day) => {
                self.step(Verb::Resume)?;
                self.last_step_on = in_order(*day, self.last_step_on, given.today, "resume_date")?;
                // Its last mediator may have been excluded while it was paused.
                if self.mediators.assigned().is_empty() {
                    self.state = State::Accepted;
                }
                Ok((Fact::Resumed, *day))
            }
            Change::Decline(day) => {
                // The state alone does not tell: after a conflict of interest a case with sessions is ACCEPTED again.
                if self.session_count > 0 {
                    return Err(Refusal::StateWrong { state: self.state, verb: Verb::Decline });
                }
                self.step(Verb::Decline)?;
                in_order(*day, self.received_on, given.today, "decline_date")?;
                Ok((Fact::Declined, *day))
            }
            Change::Conclude { day, successful, agreement, reason } => {
                self.conclude(*day, *successful, agreement, *reason, given)
            }
        }
    }

    fn decide_scope(
        &mut self,
        exclusion: Option<Exclusion>,
        referred_to: &str,
        category: Option<Category>,
        day: Date,
        given: &Given<'_>,
    ) -> Result<(Fact, Date), Refusal> {
        self.step(if exclusion.is_some() { Verb::Refer } else { Verb::Accept })?;
        in_order(day, self.received_on, given.today, "decide_date")?;
        self.category = category.unwrap_or(self.category);
        match exclusion {
            None => Ok((Fact::Accepted, day)),
            Some(_) if referred_to.trim().is_empty() => Err(Refusal::ReferralIncomplete),
            Some(exclusion) => Ok((Fact::Referred(exclusion, referred_to.trim().to_owned()), day)),
        }
    }

    fn put_mediators(
        &mut self,
        source: Source,
        mediators: &[MediatorId],
        day: Date,
        given: &Given<'_>,
    ) -> Result<(Fact, Date), Refusal> {
        self.step(if source == Source::Parties { Verb::Choose } else { Verb::Assign })?;
        in_order(day, self.received_on, given.today, "assign_date")?;
        // A choice holds while somebody chosen is in force (rules 15, 25); after that the leader assigns.
        if source != Source::Parties && self.mediators.chosen_by_parties(given.in_force) {
            return Err(Refusal::PartiesChose);
        }
        // The parties' right to choose is of the law, an absence is not.
        if let Some(absent) = mediators.iter().find(|one| source == Source::Leader && given.absent.contains(one)) {
            return Err(Refusal::MediatorUnavailable(*absent));
        }
        self.mediators.replace(mediators, day, source, given.in_force)?;
        if self.session_count == 0 {
            self.first_session_due_on = Some(day.plus_days(given.terms.on(day).first_session_days));
        }
        Ok((Fact::MediatorsAssigned, day))
    }

    fn declare_conflict(
        &mut self,
        mediator: MediatorId,
        day: Date,
        given: &Given<'_>,
    ) -> Result<(Fact, Date), Refusal> {
        self.step(Verb::DeclareConflict)?;
        in_order(day, self.received_on, given.today, "declare_date")?;
        self.mediators.exclude(mediator, day);
        // A pause is the parties' and outlasts the mediator (rule 31).
        if self.mediators.assigned().is_empty() && matches!(self.state, State::Assigned | State::InMediation) {
            self.state = State::Accepted;
            self.first_session_due_on = self.first_session_due_on.filter(|_| self.session_count > 0);
        }
        Ok((Fact::ConflictDeclared(mediator), day))
    }

    fn record_session(&mut self, session: &Session, given: &Given<'_>) -> Result<(Fact, Date), Refusal> {
        let verb = if session.immediate { Verb::MeetAtOnce } else { Verb::Meet };
        let state = self.state;
        self.step(verb)?;
        let since = self.mediators.last_assigned().filter(|_| !session.immediate).unwrap_or(self.received_on);
        in_order(session.day, since.max(self.last_step_on), given.today, "session_date")?;
        if session.public && !session.all_agreed_to_public {
            return Err(Refusal::PublicSessionNotAgreed);
        }
        match session.witness.filter(|_| session.immediate && self.mediators.assigned().is_empty()) {
            Some(witness) => self.mediators.replace(&[witness], session.day, Source::Witness, given.in_force)?,
            None if self.mediators.assigned().is_empty() => return Err(Refusal::StateWrong { state, verb }),
            None => self.mediators.expect_one_in_force(given.in_force)?,
        }
        let first = self.session_count == 0;
        let late = first && !session.immediate && self.first_session_due_on.is_some_and(|due| session.day > due);
        self.session_count += 1;
        self.last_step_on = session.day;
        Ok((Fact::SessionRecorded { public: session.public, late }, session.day))
    }

    fn conclude(
        &mut self,
        day: Date,
        successful: bool,
        agreement: &str,
        reason: Option<UnsuccessfulReason>,
        given: &Given<'_>,
    ) -> Result<(Fact, Date), Refusal> {
        let by_party = reason == Some(UnsuccessfulReason::PartyRequest) && self.session_count > 0;
        self.step(match successful {
            true => Verb::Succeed,
            false if by_party => Verb::Abandon,
            false => Verb::Fail,
        })?;
        in_order(day, self.last_step_on, given.today, "conclude_date")?;
        match (successful, reason) {
            (true, _) if agreement.trim().is_empty() => return Err(Refusal::ConclusionIncomplete("agreement")),
            (false, None) => return Err(Refusal::ConclusionIncomplete("unsuccessful_reason")),
            // Words that contradict the outcome are refused rather than dropped.
            (true, Some(_)) => return Err(Refusal::ConclusionIncomplete("unsuccessful_reason")),
            (false, Some(_)) if !agreement.is_empty() => return Err(Refusal::ConclusionIncomplete("agreement")),
            (true, None) => {
                self.court_due_on = given.terms.on(day).court_months.map(|months| day.plus_months(months));
            }
            (false, Some(_)) => self.unsuccessful_reason = reason,
        }
        self.concluded_on = Some(day);
        Ok((Fact::Concluded, day))
    }

    fn step(&mut self, verb: Verb) -> Result<(), Refusal> {
        self.state = self.state.after(verb).ok_or(Refusal::StateWrong { state: self.state, verb })?;
        Ok(())
    }
}

/// The day, if it lies neither before `earliest` nor in the future.
pub(crate) fn in_order(day: Date, earliest: Date, today: Date, field: &'static str) -> Result<Date, Refusal> {
    if day < earliest || day > today { Err(Refusal::DateOutOfOrder(field)) } else { Ok(day) }
}
