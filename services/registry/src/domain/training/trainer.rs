//! Trainers, and the certificates of a course.

use std::collections::HashSet;

use hoagiai_types::{Date, Id};

use super::{CourseId, TrainingRefusal};
use crate::domain::{Decision, MediatorId, UnitId};

/// Id of a trainer.
pub type TrainerId = Id<Trainer>;
/// Id of a certificate.
pub type CertificateId = Id<Certificate>;

/// A trainer as a person; never stored but sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct TrainerPerson {
    /// Full name.
    pub full_name: String,
    /// Phone number.
    pub phone: String,
}

impl std::fmt::Debug for TrainerPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrainerPerson").finish_non_exhaustive()
    }
}

/// A trainer's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trainer {
    /// Id.
    pub id: TrainerId,
    /// The province.
    pub province: UnitId,
    /// The commune; none: of the province.
    pub commune: Option<UnitId>,
    /// The person, sealed under the key of the trainer.
    pub sealed_person: Vec<u8>,
    /// The body he or she comes from.
    pub organization: String,
    /// The decision that recognised the trainer.
    pub decision: Option<Decision>,
    /// Last day as a trainer.
    pub ended: Option<Date>,
    /// Version.
    pub revision: i64,
}

impl Trainer {
    /// Ends the service.
    pub fn end(&mut self, last: Date) -> Result<(), TrainingRefusal> {
        if self.ended.is_some() {
            return Err(TrainingRefusal::TrainerEnded(self.id));
        }
        self.ended = Some(last);
        self.revision += 1;
        Ok(())
    }

    /// Whether in service on a day.
    pub fn serves_on(&self, day: Date) -> bool {
        self.ended.is_none_or(|last| last >= day)
    }
}

/// A certificate of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Id.
    pub id: CertificateId,
    /// The course.
    pub course: CourseId,
    /// Whose.
    pub mediator: MediatorId,
    /// Number as printed.
    pub number: String,
    /// Day of issue.
    pub issue_date: Date,
    /// Who issued it.
    pub issuer: String,
    /// From when it no longer counts.
    pub revoked: Option<Date>,
    /// Why.
    pub revoke_reason: String,
    /// Version.
    pub revision: i64,
}

impl Certificate {
    /// Revokes it.
    pub fn revoke(&mut self, day: Date, reason: &str) -> Result<(), TrainingRefusal> {
        if self.revoked.is_some() {
            return Err(TrainingRefusal::CertificateRevoked(self.id));
        }
        self.revoked = Some(day);
        reason.clone_into(&mut self.revoke_reason);
        self.revision += 1;
        Ok(())
    }
}

/// What is wrong with a certificate to be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// Named twice, or holds one of the course already.
    Duplicate,
    /// Attended no session of the course.
    NotAttended,
    /// The number is blank.
    Blank,
    /// The number is another's.
    Taken,
}

/// Checks certificates to be issued: every fault with its line and field. `issued` are those of the course.
pub fn check_certificates(
    wanted: &[(MediatorId, String)],
    attended: &HashSet<MediatorId>,
    issued: &[Certificate],
) -> Vec<(usize, &'static str, CertificateFault)> {
    let mut holders: HashSet<MediatorId> = issued.iter().filter(|c| c.revoked.is_none()).map(|c| c.mediator).collect();
    // A number stays taken when its certificate is revoked: two papers never carry one number.
    let mut numbers: HashSet<&str> = issued.iter().map(|c| c.number.as_str()).collect();
    let mut faults = Vec::new();
    for (line, (mediator, number)) in wanted.iter().enumerate() {
        if !attended.contains(mediator) {
            faults.push((line, "mediator_id", CertificateFault::NotAttended));
        } else if !holders.insert(*mediator) {
            faults.push((line, "mediator_id", CertificateFault::Duplicate));
        }
        if number.trim().is_empty() {
            faults.push((line, "number", CertificateFault::Blank));
        } else if !numbers.insert(number) {
            faults.push((line, "number", CertificateFault::Taken));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Uuid;

    use super::*;

    fn who(n: u128) -> MediatorId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn certificate(n: u128, number: &str) -> Certificate {
        Certificate {
            id: Id::from_uuid(Uuid::from_u128(100 + n)),
            course: Id::from_uuid(Uuid::from_u128(1)),
            mediator: who(n),
            number: number.into(),
            issue_date: "2026-03-01".parse().unwrap(),
            issuer: String::new(),
            revoked: None,
            revoke_reason: String::new(),
            revision: 1,
        }
    }

    #[test]
    fn rule_62_certificates_go_to_those_who_attended_each_once_under_a_number_of_their_own() {
        let mut revoked = certificate(2, "02");
        revoked.revoke("2026-03-05".parse().unwrap(), "in sai").unwrap();
        assert!(revoked.revoke("2026-03-06".parse().unwrap(), "lần hai").is_err());
        let issued = [certificate(1, "01"), revoked];
        let attended: HashSet<MediatorId> = [who(1), who(2), who(3)].into();
        let wanted =
            [(1, "11"), (2, "02"), (3, " "), (3, "13"), (4, "14")].map(|(n, number)| (who(n), number.to_owned()));
        assert_eq!(
            check_certificates(&wanted, &attended, &issued),
            [
                (0, "mediator_id", CertificateFault::Duplicate),
                (1, "number", CertificateFault::Taken),
                (2, "number", CertificateFault::Blank),
                (3, "mediator_id", CertificateFault::Duplicate),
                (4, "mediator_id", CertificateFault::NotAttended),
            ]
        );
    }

    #[test]
    fn a_trainer_is_never_printed_and_ends_once() {
        let person = TrainerPerson { full_name: "Trần Văn Kín".into(), phone: "0912345678".into() };
        assert!(!format!("{person:?}").contains("Kín"));
        let unit = Id::from_uuid(Uuid::from_u128(7));
        let mut trainer = Trainer {
            id: Id::from_uuid(Uuid::from_u128(5)),
            province: unit,
            commune: None,
            sealed_person: Vec::new(),
            organization: String::new(),
            decision: None,
            ended: None,
            revision: 1,
        };
        let day = |text: &str| text.parse::<Date>().unwrap();
        trainer.end(day("2026-02-01")).unwrap();
        assert!(trainer.serves_on(day("2026-02-01")) && !trainer.serves_on(day("2026-02-02")));
        assert_eq!(trainer.end(day("2026-02-03")), Err(TrainingRefusal::TrainerEnded(trainer.id)));
    }
}
