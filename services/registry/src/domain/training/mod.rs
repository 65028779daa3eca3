//! Training of mediators, contests and commendations: entities and rules (rule 62). Pure; what is recorded is corrected or
//! revoked, never overwritten.

mod attendance;
mod award;
mod course;
mod duty;
mod programme;
mod refusal;
mod trainer;

pub use attendance::{Attendance, Participant, Presence, RollFault, Tally, check_roll, check_withdrawn};
pub use award::{
    AwardLevel, Commendation, CommendationForm, CommendationId, Contest, ContestId, ContestPrize, ContestResult,
    Honoured, HonouredFault, check_honoured,
};
pub use course::{Course, CourseId, CourseState, MAX_SESSIONS, Session, SessionId, SessionState, TrainingMode};
pub use duty::{Indicators, NewMediators, Target, TrainingRuleSets, TrainingRules, Window, standing};
pub use programme::{Programme, Programmes};
pub use refusal::TrainingRefusal;
pub use trainer::{
    Certificate, CertificateFault, CertificateId, Trainer, TrainerId, TrainerPerson, check_certificates,
};
