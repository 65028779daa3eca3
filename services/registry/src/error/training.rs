//! How training says no: its refusals, its records that are not there, its faults of lines.

use hoagiai_proto::registry::v1::ErrorReason as Reason;
use hoagiai_rpc::Problem;
use hoagiai_types::Id;

use super::{Error, FaultText, FieldFault};
use crate::domain::training::{
    CertificateFault, CertificateId, CommendationId, ContestId, CourseId, HonouredFault, RollFault, SessionId,
    TrainerId, TrainingRefusal,
};

/// Why a use case of training did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrainingError {
    /// A rule refuses.
    #[error(transparent)]
    Refused(#[from] TrainingRefusal),
    /// No such record.
    #[error("no such record: {0:?}")]
    NotFound(Absent),
}

/// A record that is not there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Absent {
    /// A course.
    Course(CourseId),
    /// A session.
    Session(SessionId),
    /// A certificate.
    Certificate(CertificateId),
    /// A trainer.
    Trainer(TrainerId),
    /// A contest.
    Contest(ContestId),
    /// A commendation.
    Commendation(CommendationId),
}

impl From<TrainingRefusal> for Error {
    fn from(refusal: TrainingRefusal) -> Self {
        TrainingError::from(refusal).into()
    }
}

impl From<Absent> for Error {
    fn from(absent: Absent) -> Self {
        TrainingError::NotFound(absent).into()
    }
}

impl TrainingError {
    /// How it is told.
    pub(super) fn problem(self) -> Problem {
        match self {
            TrainingError::Refused(refusal) => refused(&refusal),
            TrainingError::NotFound(absent) => absent.problem(),
        }
    }
}

impl Absent {
    fn problem(self) -> Problem {
        fn of<T>(reason: Reason, key: &'static str, id: Id<T>) -> Problem {
            Problem::new(reason).with(key, id)
        }
        match self {
            Absent::Course(id) => of(Reason::CourseNotFound, "course_id", id),
            Absent::Session(id) => of(Reason::TrainingSessionNotFound, "session_id", id),
            Absent::Certificate(id) => of(Reason::CertificateNotFound, "certificate_id", id),
            Absent::Trainer(id) => of(Reason::TrainerNotFound, "trainer_id", id),
            Absent::Contest(id) => of(Reason::ContestNotFound, "contest_id", id),
            Absent::Commendation(id) => of(Reason::CommendationNotFound, "commendation_id", id),
        }
    }
}

fn refused(refusal: &TrainingRefusal) -> Problem {
    match refusal {
        TrainingRefusal::CourseStateWrong { state } => {
            Problem::new(Reason::CourseStateWrong).with("state", state.word())
        }
        TrainingRefusal::SessionStateWrong { state } => {
            Problem::new(Reason::TrainingSessionStateWrong).with("state", state.word())
        }
        TrainingRefusal::SessionsWrong { sessions } => {
            Problem::new(Reason::CourseSessionsWrong).with("sessions", sessions)
        }
        TrainingRefusal::ProgrammeNotFound { code, valid_at } => {
            Problem::new(Reason::ProgrammeNotFound).with("programme_code", code).with("valid_at", valid_at)
        }
        TrainingRefusal::CertificateRevoked(id) => Problem::new(Reason::CertificateRevoked).with("certificate_id", id),
        TrainingRefusal::TrainerEnded(id) => Problem::new(Reason::TrainerEnded).with("trainer_id", id),
        TrainingRefusal::CommendationRevoked(id) => {
            Problem::new(Reason::CommendationRevoked).with("commendation_id", id)
        }
    }
}

impl FaultText {
    /// No mediator in force that the caller may touch.
    pub(crate) const UNKNOWN_MEDIATOR: Self = Self(
        "UNKNOWN_MEDIATOR",
        "names no mediator in force on that day",
        "không phải hòa giải viên đang được công nhận tại ngày đó",
    );
    /// No team that the caller may touch.
    pub(crate) const UNKNOWN_TEAM: Self =
        Self("UNKNOWN_TEAM", "names no team on that day", "không phải tổ hòa giải tại ngày đó");
    /// No trainer in service.
    pub(crate) const UNKNOWN_TRAINER: Self = Self(
        "UNKNOWN_TRAINER",
        "names no trainer in service on that day",
        "không phải tập huấn viên đang làm nhiệm vụ tại ngày đó",
    );
    const NOT_ATTENDED: Self =
        Self("NOT_ATTENDED", "attended no session of the course", "chưa tham gia buổi nào của lớp bồi dưỡng");
    const TOO_LONG: Self = Self("OUT_OF_RANGE", "is longer than the session", "dài hơn thời lượng của buổi bồi dưỡng");
    const OF_ABSENT: Self =
        Self("OUT_OF_RANGE", "must be 0 for those who did not come", "phải bằng 0 đối với người vắng mặt");
}

impl From<RollFault> for FaultText {
    fn from(fault: RollFault) -> Self {
        match fault {
            RollFault::Unknown => Self::UNKNOWN_MEDIATOR,
            RollFault::Duplicate => Self::DUPLICATE,
            RollFault::TooLong => Self::TOO_LONG,
            RollFault::Absent => Self::OF_ABSENT,
            RollFault::NotListed => Self::NOT_ON_LIST,
        }
    }
}

impl From<CertificateFault> for FaultText {
    fn from(fault: CertificateFault) -> Self {
        match fault {
            CertificateFault::Duplicate | CertificateFault::Taken => Self::DUPLICATE,
            CertificateFault::NotAttended => Self::NOT_ATTENDED,
            CertificateFault::Blank => Self::REQUIRED,
        }
    }
}

/// A fault of one who is to be honoured, on the field that names him, her or it.
pub(crate) fn honoured(list: &str, index: usize, field: &str, fault: HonouredFault) -> FieldFault {
    let what = match fault {
        HonouredFault::Duplicate => FaultText::DUPLICATE,
        HonouredFault::Unknown if field == "team_id" => FaultText::UNKNOWN_TEAM,
        HonouredFault::Unknown => FaultText::UNKNOWN_MEDIATOR,
    };
    FieldFault::new(format!("{list}[{index}].{field}"), what)
}
