//! Certificates of courses: issued in bulk, revoked one by one.

use std::collections::HashSet;

use hoagiai_identity::Caller;
use hoagiai_store::{Position, Stream};
use hoagiai_types::{Date, Etag, Id, Uuid};

use super::{
    super::{Change, Registry, admit_etag, admitted},
    area_of_course,
    courses::dated,
};
use crate::{
    domain::{
        MediatorId,
        training::{Certificate, CertificateId, CourseId, check_certificates},
    },
    error::{Error, FieldFault, training::Absent},
    events::training as events,
    store::{self, AsOf, training::certificates as papers},
};

/// Certificates to be issued.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    /// To whom, under which number.
    pub(crate) certificates: Vec<(MediatorId, String)>,
    /// Day.
    pub(crate) date: Date,
    /// Who issues them.
    pub(crate) issuer: String,
}

impl Registry {
    /// Issues certificates of a course that was held.
    pub(crate) async fn issue_certificates(
        &self,
        change: &Change,
        course: CourseId,
        issue: Issue,
        etag: Option<Etag>,
    ) -> Result<(Vec<Certificate>, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let mut course = Self::course(&mut tx, &change.caller, course).await?;
        if let Some(batch) = done {
            let issued = papers::of_batch(&mut tx, batch).await?;
            return Ok((issued, tx.commit().await?.position));
        }
        admit_etag(course.revision, etag)?;
        course.admit_certificates()?;
        dated("issue_date", issue.date, course.last_held(), moment.today)?;
        let attended = store::training::attendance::attended_course(&mut tx, course.id).await?;
        let attended: HashSet<MediatorId> = attended.into_iter().collect();
        let issued = papers::of_course(&mut tx, course.id).await?;
        let faults: Vec<FieldFault> = check_certificates(&issue.certificates, &attended, &issued)
            .into_iter()
            .map(|(line, field, fault)| FieldFault::new(format!("certificates[{line}].{field}"), fault.into()))
            .collect();
        if !faults.is_empty() {
            return Err(Error::Fields(faults));
        }
        let one = |(mediator, number): (MediatorId, String)| Certificate {
            id: self.env.new_id(),
            course: course.id,
            mediator,
            number,
            issue_date: issue.date,
            issuer: issue.issuer.clone(),
            revoked: None,
            revoke_reason: String::new(),
            revision: 1,
        };
        let certificates: Vec<Certificate> = issue.certificates.into_iter().map(one).collect();
        let batch: Id<Issue> = self.env.new_id();
        Self::hold_course(&mut tx, &mut course, moment).await?;
        papers::insert(&mut tx, batch.uuid(), &certificates, moment.now).await?;
        let fact = events::certificates_issued(&course, &certificates, issue.date);
        Self::tell_course(&mut tx, change, &course, fact).await?;
        let position = self.end(tx, change, batch).await?;
        Ok((certificates, position))
    }

    /// Revokes a certificate.
    pub(crate) async fn revoke_certificate(
        &self,
        change: &Change,
        id: CertificateId,
        (day, reason): (Date, &str),
        etag: Option<Etag>,
    ) -> Result<(Certificate, Position), Error> {
        let moment = self.moment();
        let (mut tx, done) = self.begin(change).await?;
        let found = papers::get(&mut tx, id).await?;
        let course = match &found {
            Some(certificate) => store::training::courses::get(&mut tx, certificate.course).await?,
            None => None,
        };
        admitted(&change.caller, course, area_of_course, Absent::Certificate(id).into())?;
        let mut certificate = found.ok_or(Absent::Certificate(id))?;
        if done.is_some() {
            return Ok((certificate, tx.commit().await?.position));
        }
        admit_etag(certificate.revision, etag)?;
        dated("revoke_date", day, Some(certificate.issue_date), moment.today)?;
        certificate.revoke(day, reason)?;
        papers::revoke(&mut tx, &certificate, self.moment().now).await?;
        // The course told of the issue: the stream of a certificate begins with what happens to it afterwards.
        let stream = Stream::new("certificate", certificate.id);
        let fact = events::certificate_revoked(&certificate, day);
        tx.append(stream, certificate.revision - 2, &change.origin, &[fact]).await?;
        let position = self.end(tx, change, certificate.id).await?;
        Ok((certificate, position))
    }

    /// A page of the certificates of a course.
    pub(crate) async fn list_certificates(
        &self,
        caller: &Caller,
        course: CourseId,
        at: Option<AsOf>,
        (after, limit): (Option<Uuid>, i64),
    ) -> Result<Vec<Certificate>, Error> {
        let mut tx = self.db.read().await?;
        let course = Self::course(&mut tx, caller, course).await?;
        let found = papers::page(&mut tx, course.id, at, (after.unwrap_or_default(), limit)).await?;
        Ok(store::all_on_day(found, at))
    }
}
