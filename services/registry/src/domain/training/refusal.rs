//! Every way a rule of training says no. The wire form is in `error/training.rs`.

use hoagiai_types::Date;

use super::{CertificateId, CommendationId, CourseState, SessionState, TrainerId};

/// What a rule of training refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainingRefusal {
    /// Course state machine.
    #[error("the course is {}", state.word())]
    CourseStateWrong {
        /// Its state.
        state: CourseState,
    },
    /// Session state machine.
    #[error("the training session is {}", state.word())]
    SessionStateWrong {
        /// Its state.
        state: SessionState,
    },
    /// None to open with or to have held, one still to be held, or as many as there may be.
    #[error("the course has {sessions} sessions that do not admit this")]
    SessionsWrong {
        /// How many stand in the way, or how many there are.
        sessions: usize,
    },
    /// No version of the programme holds on the day.
    #[error("no programme {code} on {valid_at}")]
    ProgrammeNotFound {
        /// Code.
        code: String,
        /// The day.
        valid_at: Date,
    },
    /// Revoked already.
    #[error("certificate {0} is revoked")]
    CertificateRevoked(CertificateId),
    /// Ended already.
    #[error("the service of trainer {0} has ended")]
    TrainerEnded(TrainerId),
    /// Revoked already.
    #[error("commendation {0} is revoked")]
    CommendationRevoked(CommendationId),
}
