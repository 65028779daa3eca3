//! Every way in which the registry says no, and how each is told: reason, values, fields. Texts are in the catalogue of
//! crates/rpc.

mod directory;
mod papers;
pub(crate) mod training;

use std::time::Duration;

use hoagiai_identity::Denied;
use hoagiai_names::QueryError;
use hoagiai_proto::registry::v1::ErrorReason as Reason;
use hoagiai_rpc::{Problem, Violations};
use hoagiai_store::StoreError;
use hoagiai_types::{Date, EtagError};

pub(crate) use directory::DirectoryError;
pub(crate) use training::TrainingError;

use crate::domain::{
    AttachmentId, CeasingId, DuplicateId, ElectionId, ImportFault, LeaderTermId, ListId, MediatorId, MinutesFault,
    Proposer, Refusal, ReorganizationId, Standard, SubmissionFault, TeamId,
};
use crate::papers::PaperError;

/// How long a caller waits before it asks again for names that are being read.
const NAMES_RETRY: Duration = Duration::from_millis(500);

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A rule refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Training refuses, or has no such record.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// The directory does not tell.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Not permitted, or not there.
    #[error("not permitted")]
    Denied(#[from] Denied),
    /// Fields contradict each other or name what is not there.
    #[error("{} fields are not valid", .0.len())]
    Fields(Vec<FieldFault>),
    /// No such unit on that day.
    #[error("no unit {unit} on {valid_at}")]
    UnitNotFound {
        /// Id or code.
        unit: String,
        /// The day.
        valid_at: Date,
    },
    /// No such team.
    #[error("no team {0}")]
    TeamNotFound(TeamId),
    /// No such mediator.
    #[error("no mediator {0}")]
    MediatorNotFound(MediatorId),
    /// No such election of that team.
    #[error("no election {0}")]
    ElectionNotFound(ElectionId),
    /// No such list.
    #[error("no recognition list {0}")]
    ListNotFound(ListId),
    /// No such place to be decided.
    #[error("no attachment {0}")]
    AttachmentNotFound(AttachmentId),
    /// No such reorganisation.
    #[error("no reorganisation {0}")]
    ReorganizationNotFound(ReorganizationId),
    /// No such term.
    #[error("no leader's term {0}")]
    LeaderTermNotFound(LeaderTermId),
    /// No such procedure of ceasing.
    #[error("no procedure of ceasing {0}")]
    CeasingNotFound(CeasingId),
    /// A paper cannot be printed.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// No such decision on duplicates.
    #[error("no decision {0} on duplicates")]
    DuplicateNotFound(DuplicateId),
    /// More identity numbers than the account may have compared in a day.
    #[error("the {quota} identity numbers of the day are used up")]
    LookupQuotaExhausted {
        /// How many it may.
        quota: u32,
        /// Until the next day.
        wait: Duration,
    },
    /// A name of one letter.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The names are still being read, or lag behind a position.
    #[error("the names are not ready")]
    NamesNotReady,
    /// The record has moved on.
    #[error(transparent)]
    Etag(#[from] EtagError),
    /// The store.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// One wrong field.
#[derive(Debug, Clone)]
pub(crate) struct FieldFault {
    /// Path in the request.
    pub(crate) field: String,
    /// Stable reason and texts.
    pub(crate) what: FaultText,
}

/// Reason, English and Vietnamese of a fault; the texts read after the name of the field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FaultText(&'static str, &'static str, &'static str);

impl FaultText {
    pub(crate) const fn new(reason: &'static str, english: &'static str, vietnamese: &'static str) -> Self {
        Self(reason, english, vietnamese)
    }

    pub(crate) const UNKNOWN_UNIT: Self =
        Self("UNKNOWN_UNIT", "names no unit on that day", "không phải mã của đơn vị nào tại ngày đó");
    pub(crate) const DUPLICATE: Self = Self("DUPLICATE_ITEM", "is given twice", "bị lặp lại");
    pub(crate) const REQUIRED: Self = Self("REQUIRED", "is required", "là bắt buộc");
    pub(crate) const NOT_ON_LIST: Self = Self("NOT_ON_LIST", "is not on the list", "không có trong danh sách");
    pub(crate) const TOO_MANY: Self = Self("OUT_OF_RANGE", "is more than there can be", "vượt quá số lượng có thể có");
    pub(crate) const ONLY_MEETINGS: Self = Self(
        "OUT_OF_RANGE",
        "must be 0 for ballots to households",
        "phải bằng 0 khi lấy ý kiến bằng phát phiếu đến hộ",
    );
    pub(crate) const NOT_HERE: Self =
        Self("VALUE_NOT_ALLOWED", "has no place here", "không áp dụng cho trường hợp này");
    pub(crate) const OTHER_FILE: Self =
        Self("VALUE_NOT_ALLOWED", "is not that of the procedure under way", "không khớp với hồ sơ đang giải quyết");
    pub(crate) const BEFORE_FROM: Self =
        Self("OUT_OF_RANGE", "must not lie before from_date", "không được trước ngày bắt đầu");
    pub(crate) const NOT_ADDING_UP: Self = Self(
        "OUT_OF_RANGE",
        "must be valid and invalid ballots together",
        "phải bằng tổng phiếu hợp lệ và không hợp lệ",
    );
    pub(crate) const TWICE_IN_BOARD: Self = Self(
        "DUPLICATE_ITEM",
        "must have one head and at most one deputy",
        "phải có đúng một tổ trưởng và tối đa một tổ phó",
    );
    pub(crate) const BEFORE_START: Self =
        Self("OUT_OF_RANGE", "must not lie before start_clock", "không được trước giờ bắt đầu");
    pub(crate) const LATER_HISTORY: Self = Self(
        "LATER_HISTORY",
        "is of a unit or team that changed again since",
        "thuộc đơn vị hoặc tổ đã có thay đổi khác sau đó",
    );
    pub(crate) const LEVEL_WRONG: Self =
        Self("LEVEL_WRONG", "is of another level of the administration", "không cùng cấp với đơn vị");
    pub(crate) const NOT_OF_RESIDENCE: Self =
        Self("VALUE_NOT_ALLOWED", "is for hamlets and residential groups", "chỉ dùng cho thôn, tổ dân phố");
    pub(crate) const CODE_TAKEN: Self = Self(
        "CODE_TAKEN",
        "is held by another unit on a day of the version",
        "đang là mã của đơn vị khác trong thời gian của giai đoạn này",
    );
    pub(crate) const SAME_RECORD: Self =
        Self("VALUE_NOT_ALLOWED", "is the other record itself", "trùng với bản ghi kia");
    pub(crate) const OWN_PREDECESSOR: Self = Self("VALUE_NOT_ALLOWED", "is the unit itself", "chính là đơn vị mới");

    fn of(fault: ImportFault) -> Self {
        match fault {
            ImportFault::EndsBeforeItBegins => {
                Self("OUT_OF_RANGE", "must not lie before valid_from", "không được trước ngày bắt đầu")
            }
            ImportFault::NotOfResidence => Self::NOT_OF_RESIDENCE,
            ImportFault::ParentUnknown => Self::UNKNOWN_UNIT,
            ImportFault::ParentKindWrong => Self(
                "VALUE_NOT_ALLOWED",
                "is no unit that can hold this one",
                "không phải cấp trên hợp lệ của đơn vị này",
            ),
            ImportFault::Duplicate => Self(
                "DUPLICATE_ITEM",
                "is held by another row on a common day",
                "trùng mã với dòng khác trong cùng thời gian",
            ),
        }
    }
}

impl FieldFault {
    pub(crate) fn new(field: impl Into<String>, what: FaultText) -> Self {
        Self { field: field.into(), what }
    }

    /// A fault of minutes.
    pub(crate) fn of_minutes(fault: MinutesFault) -> Self {
        let field = |name: &str| format!("minutes.{name}");
        match fault {
            MinutesFault::NoBallots(name) => Self::new(field(name), FaultText::NOT_HERE),
            MinutesFault::TooMany(name) => Self::new(field(name), FaultText::TOO_MANY),
            MinutesFault::DoNotAdd => Self::new(field("returned_ballot_count"), FaultText::NOT_ADDING_UP),
            MinutesFault::Missing(name) => Self::new(field(name), FaultText::REQUIRED),
            MinutesFault::Twice => Self::new(field("board_members"), FaultText::TWICE_IN_BOARD),
            MinutesFault::EndsEarly => Self::new(field("end_clock"), FaultText::BEFORE_START),
            MinutesFault::NoBoard => Self::new(field("board_members"), FaultText::NOT_HERE),
        }
    }

    /// A fault of the submission of a procedure of ceasing.
    pub(crate) fn of_submission(fault: SubmissionFault) -> Self {
        match fault {
            SubmissionFault::Missing(field) => Self::new(field, FaultText::REQUIRED),
            SubmissionFault::NotAllowed(field) => Self::new(field, FaultText::NOT_HERE),
        }
    }

    /// A fault of a row of an import.
    pub(crate) fn of_row(index: usize, field: &str, fault: ImportFault) -> Self {
        Self::new(format!("rows[{index}].{field}"), FaultText::of(fault))
    }
}

impl Error {
    /// One wrong field.
    pub(crate) fn field(field: impl Into<String>, what: FaultText) -> Self {
        Self::Fields(vec![FieldFault::new(field, what)])
    }

    /// How it is told.
    pub(crate) fn problem(self) -> Problem {
        match self {
            Error::Refused(refusal) => refused(&refusal),
            Error::Training(error) => error.problem(),
            Error::Directory(error) => error.problem(),
            Error::Denied(denied) => denied.into(),
            Error::Fields(faults) => {
                let mut fields = Violations::default();
                for FieldFault { field, what: FaultText(reason, english, vietnamese) } in &faults {
                    fields.add(field, reason, english, vietnamese);
                }
                fields.into()
            }
            Error::UnitNotFound { unit, valid_at } => {
                let key = if unit.contains('-') && unit.len() == 36 { "unit_id" } else { "code" };
                Problem::new(Reason::UnitNotFound).with(key, unit).with("valid_at", valid_at)
            }
            Error::TeamNotFound(id) => Problem::new(Reason::TeamNotFound).with("team_id", id),
            Error::MediatorNotFound(id) => Problem::new(Reason::MediatorNotFound).with("mediator_id", id),
            Error::ElectionNotFound(id) => Problem::new(Reason::ElectionNotFound).with("election_id", id),
            Error::ListNotFound(id) => Problem::new(Reason::RecognitionListNotFound).with("recognition_list_id", id),
            Error::AttachmentNotFound(id) => Problem::new(Reason::AttachmentNotFound).with("attachment_id", id),
            Error::ReorganizationNotFound(id) => {
                Problem::new(Reason::ReorganizationNotFound).with("reorganization_id", id)
            }
            Error::LeaderTermNotFound(id) => Problem::new(Reason::LeaderTermNotFound).with("leader_term_id", id),
            Error::CeasingNotFound(id) => Problem::new(Reason::CessationNotFound).with("cessation_id", id),
            Error::Paper(error) => papers::problem(error),
            Error::DuplicateNotFound(id) => Problem::new(Reason::DuplicateNotFound).with("duplicate_id", id),
            Error::LookupQuotaExhausted { quota, wait } => {
                Problem::new(Reason::LookupQuotaExhausted).with("quota", quota).retry_after(wait)
            }
            Error::Query(QueryError::TooShort) => Problem::new(Reason::QueryTooShort),
            Error::NamesNotReady => Problem::new(Reason::NamesNotReady).retry_after(NAMES_RETRY),
            Error::Etag(error) => error.into(),
            Error::Store(error) => error.into(),
        }
    }
}

/// Rule 8: the first candidate by index, and every fault as a field.
fn not_eligible(list: &str, faults: &[(usize, Standard)]) -> Problem {
    let mut fields = Violations::default();
    for (index, standard) in faults {
        let (word, vietnamese) = (standard.word(), standard_text(*standard));
        fields.add(format!("{list}[{index}].{word}"), "STANDARD_NOT_MET", "is not met", vietnamese);
    }
    let index = faults.first().map_or(0, |(index, _)| *index);
    let all: Vec<String> = faults.iter().map(|(index, standard)| format!("{index}:{}", standard.word())).collect();
    Problem::new(Reason::CandidateNotEligible).with("index", index).with("faults", all.join(",")).in_fields(fields)
}

fn standard_text(standard: Standard) -> &'static str {
    match standard {
        Standard::Consent => "chưa có sự đồng ý của người được giới thiệu",
        Standard::Citizen => "không phải công dân Việt Nam",
        Standard::Resident => "không thường trú tại địa bàn",
        Standard::GoodCharacter => "chưa đạt tiêu chuẩn phẩm chất đạo đức, uy tín",
        Standard::Persuasive => "chưa đạt tiêu chuẩn khả năng thuyết phục, vận động",
        Standard::LegalKnowledge => "chưa đạt tiêu chuẩn hiểu biết pháp luật",
    }
}

fn refused(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::UnitConflict { code, index } => {
            Problem::new(Reason::UnitConflict).with("code", code).with("index", index)
        }
        Refusal::UnitKindWrong { unit, kind } => {
            Problem::new(Reason::UnitKindWrong).with("unit_id", unit).with("kind", kind.word())
        }
        Refusal::AreaNotInCommune { unit, valid_at } => {
            Problem::new(Reason::UnitNotFound).with("unit_id", unit).with("valid_at", valid_at)
        }
        Refusal::AreaHasTeam { area_unit } => Problem::new(Reason::AreaHasTeam).with("area_unit_id", area_unit),
        Refusal::TeamStateWrong { state } => Problem::new(Reason::TeamStateWrong).with("state", state.word()),
        Refusal::TeamFull { target_size, mediators } => {
            Problem::new(Reason::TeamFull).with("target_size", target_size).with("mediators", mediators)
        }
        Refusal::NoQuorum { attending, households } => {
            Problem::new(Reason::NoQuorum).with("attending", attending).with("households", households)
        }
        Refusal::NotWitnessed => Problem::new(Reason::NotWitnessed),
        Refusal::CandidatesNotEligible { list, faults } => not_eligible(list, faults),
        Refusal::RoundNotDue { round, due } => {
            Problem::new(Reason::RoundNotDue).with("round", round.word()).with("due", due.word())
        }
        Refusal::MinutesFormWrong { stated, needed } => {
            Problem::new(Reason::MinutesFormWrong).with("stated", stated.word()).with("needed", needed.word())
        }
        Refusal::ProposerWrong { needed } => {
            let who = match needed {
                Proposer::Leader => "tổ trưởng tổ hòa giải",
                Proposer::FrontHead => "Trưởng ban công tác Mặt trận",
            };
            Problem::new(Reason::CessationProposerWrong).with("needed", who)
        }
        Refusal::CessationNotWithdrawable { ground } => {
            Problem::new(Reason::CessationNotWithdrawable).with("ground", ground.word())
        }
        Refusal::TeamHasActingLeader { team } => Problem::new(Reason::TeamHasActingLeader).with("team_id", team),
        Refusal::NoActingLeader { team } => Problem::new(Reason::NoActingLeader).with("team_id", team),
        Refusal::MediatorStateWrong { mediator, state } => {
            Problem::new(Reason::MediatorStateWrong).with("mediator_id", mediator).with("state", state.word())
        }
        Refusal::NotElected { mediator } => Problem::new(Reason::NotElected).with("mediator_id", mediator),
        Refusal::ListStateWrong { state } => {
            Problem::new(Reason::RecognitionListStateWrong).with("state", state.word())
        }
        Refusal::NoMajority { highest, mediators } => {
            Problem::new(Reason::NoMajority).with("highest", highest).with("mediators", mediators)
        }
        Refusal::LeaderTie => Problem::new(Reason::LeaderTie),
        Refusal::LeaderTermStateWrong { state } => {
            Problem::new(Reason::LeaderTermStateWrong).with("state", state.word())
        }
        Refusal::TeamHasLeader { team } => Problem::new(Reason::TeamHasLeader).with("team_id", team),
        Refusal::AttachmentResolved { attachment } => {
            Problem::new(Reason::AttachmentResolved).with("attachment_id", attachment)
        }
        Refusal::NoSuchVersion { unit, valid_from } => {
            Problem::new(Reason::UnitVersionNotFound).with("unit_id", unit).with("valid_from", valid_from)
        }
        Refusal::MediatorNotMapped { mediator } => {
            Problem::new(Reason::MediatorNotMapped).with("mediator_id", mediator)
        }
        Refusal::HandoverRequired => Problem::new(Reason::HandoverRequired),
        Refusal::TeamReviewed { team, year } => {
            Problem::new(Reason::TeamReviewed).with("team_id", team).with("review_year", year)
        }
        Refusal::SurvivorWrong { mediator } => Problem::new(Reason::SurvivorWrong).with("mediator_id", mediator),
        Refusal::MediatorMerged { mediator } => Problem::new(Reason::MediatorMerged).with("mediator_id", mediator),
        Refusal::DuplicateStateWrong { duplicate, verdict } => {
            Problem::new(Reason::DuplicateStateWrong).with("duplicate_id", duplicate).with("verdict", verdict.word())
        }
        Refusal::DateOutOfOrder { field } => Problem::new(Reason::DateOutOfOrder).with("field", field),
    }
}
