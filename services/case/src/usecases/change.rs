//! Every verb that moves a case, in one shape: the rule differs, the steps around it do not.

use hoagiai_identity::{Caller, Conflicts};
use hoagiai_store::{Claim, Origin, RequestKey, StoreError, Tx};
use hoagiai_types::Etag;

use super::{Cases, Done, path_or_nowhere};
use crate::{
    domain::{Case, CaseId, Change, Fact, Given, MediatorId},
    error::Error,
    events,
    store::{append, case_stream, cases, known},
};

impl Cases {
    /// Does with a case what is asked.
    pub async fn change(
        &self,
        caller: &Caller,
        request: &RequestKey,
        origin: &Origin,
        id: CaseId,
        etag: Option<Etag>,
        change: &Change,
    ) -> Result<Done<Case>, Error> {
        let mut tx = self.db.write().await?;
        let claim = tx.claim(request).await?;
        let found = cases::find(&mut tx, id).await?;
        admit(caller, found.as_ref(), change)?;
        let mut case = found.ok_or(Error::CaseNotFound(id))?;
        if let Claim::Repeat { .. } = claim {
            return Ok(Done { record: case, position: tx.commit().await?.position });
        }
        Etag::new(case.revision).admits(etag)?;
        let in_force = match (change.assigns_on(), change.meets_on()) {
            (Some(day), _) => known::mediators_in_force(&mut tx, case.place.team, day).await?,
            (None, Some(day)) => {
                let on_case: Vec<MediatorId> = case.mediators.assigned().iter().map(|one| one.mediator).collect();
                known::in_force_among(&mut tx, &on_case, day).await?
            }
            (None, None) => Vec::new(),
        };
        let absent = match change.assigns_on().filter(|_| change.is_assignment()) {
            Some(day) => known::mediators_absent(&mut tx, case.place.team, day).await?,
            None => Vec::new(),
        };
        let given = Given { today: caller.today(), terms: &self.terms, in_force: &in_force, absent: &absent };
        let (fact, day) = case.apply(change, &given)?;
        let sealed = seal(&mut tx, id, change, &fact).await?;
        cases::update(&mut tx, &mut case, origin.record_time, &sealed).await?;
        let event = events::changed(&case, &fact, day, sealed.content.as_ref());
        append(&mut tx, case_stream(id), case.revision, origin, event).await?;
        tx.settle(request, id.uuid()).await?;
        Ok(Done { position: tx.commit().await?.position, record: case })
    }
}

/// The area of the case, and, for those who would mediate, that they have no interest in it (rule 26).
fn admit(caller: &Caller, case: Option<&Case>, change: &Change) -> Result<(), Error> {
    let mediates = matches!(change, Change::RecordSession(_) | Change::Conclude { .. });
    let conflicts = match case.filter(|_| mediates) {
        Some(case) => Conflicts::of_people(case.mediators.conflicted().map(|mediator| mediator.uuid())),
        None => Conflicts::none(),
    };
    Ok(caller.admit_unless_conflicted(&path_or_nowhere(case.map(|case| &case.place)), &conflicts)?)
}

/// Seals what a change tells in words: the agreement, which joins the content, and the reason for a late session.
async fn seal(tx: &mut Tx, id: CaseId, change: &Change, fact: &Fact) -> Result<cases::SealedParts, Error> {
    let mut parts = cases::SealedParts::default();
    if let Some(agreement) = change.agreement() {
        let kept = cases::content(tx, id).await?;
        // None once the key of the case was destroyed: there is nothing left that an agreement could join.
        if let Some(bytes) = tx.unseal(events::CONTENT, &kept).await? {
            let content = events::decode_content(&bytes);
            let mut content = content.ok_or_else(|| StoreError::inconsistent("cases", "content", id))?;
            content.agreement = agreement.to_owned();
            parts.content = Some(tx.seal(id.into(), events::CONTENT, &events::encode_content(&content)).await?);
        }
    }
    if let (Change::RecordSession(session), Fact::SessionRecorded { late: true, .. }) = (change, fact)
        && !session.late_reason.is_empty()
    {
        parts.late_reason = Some(tx.seal(id.into(), events::LATE_REASON, session.late_reason.as_bytes()).await?);
    }
    Ok(parts)
}
