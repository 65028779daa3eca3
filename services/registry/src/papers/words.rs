//! The words that wordings may use, by kind of paper, and what each is called when it is missing. A wording that uses
//! another does not start the service.

use hoagiai_documents::{RowsWord, Vocabulary, Word};

use crate::domain::{PaperKind, PaperRecord};

const PLACE: &[Word] = &[
    ("province.name", "tên tỉnh, thành phố"),
    ("commune.name", "tên xã, phường, đặc khu"),
    ("commune.proper", "địa danh ghi trên văn bản"),
    ("area.name", "tên thôn, tổ dân phố"),
    ("area.head", "chức danh người đứng đầu thôn, tổ dân phố"),
    ("team.name", "tên tổ hòa giải"),
    ("team.target_size", "số lượng hòa giải viên được quyết định"),
    ("team.plan_number", "số quyết định về số lượng tổ, hòa giải viên"),
    ("team.plan_date", "ngày quyết định về số lượng tổ, hòa giải viên"),
    ("document.number", "số, ký hiệu văn bản"),
    ("document.date", "ngày văn bản"),
];

const ELECTION: &[Word] = &[
    ("election.date", "ngày bầu"),
    ("election.form", "hình thức bầu"),
    ("election.minutes_form", "mẫu biên bản"),
    ("election.round", "lần bầu"),
    ("election.household_count", "tổng số hộ gia đình"),
    ("election.attending_count", "số đại diện hộ tham dự"),
    ("election.quorum_needed", "số đại diện hộ tối thiểu phải tham dự"),
    ("election.elected_needed", "số đại diện hộ đồng ý tối thiểu để trúng cử"),
    ("election.place_count", "số hòa giải viên cần bầu"),
    ("election.candidate_count", "số người trong danh sách bầu"),
    ("election.elected_count", "số người trúng cử"),
];

const MINUTES: &[Word] = &[
    ("minutes.place", "địa điểm"),
    ("minutes.start_hour", "giờ bắt đầu"),
    ("minutes.start_minute", "phút bắt đầu"),
    ("minutes.end_hour", "giờ kết thúc"),
    ("minutes.end_minute", "phút kết thúc"),
    ("minutes.chair", "người chủ trì"),
    ("minutes.chair_name", "họ và tên người chủ trì"),
    ("minutes.secretary", "thư ký"),
    ("minutes.secretary_name", "họ và tên thư ký"),
    ("minutes.issued", "số phiếu phát ra"),
    ("minutes.returned", "số phiếu thu về"),
    ("minutes.valid", "số phiếu hợp lệ"),
    ("minutes.invalid", "số phiếu không hợp lệ"),
    ("minutes.remarks", "ý kiến, kiến nghị"),
];

const LIST: &[Word] = &[
    ("list.count", "số người trong danh sách đề nghị"),
    ("list.receive_date", "ngày nhận danh sách"),
    ("list.due_date", "ngày hết hạn quyết định"),
    ("list.working_days", "thời hạn quyết định"),
    ("list.recognized_count", "số người được công nhận"),
];

const LEADER: &[Word] = &[
    ("leader.full_name", "họ và tên người được bầu làm tổ trưởng"),
    ("leader.birth_year", "năm sinh người được bầu làm tổ trưởng"),
    ("leader.title", "cách xưng hô người được bầu làm tổ trưởng"),
    ("leader.recognition_number", "số quyết định công nhận hòa giải viên"),
    ("leader.recognition_date", "ngày quyết định công nhận hòa giải viên"),
    ("leader.election_date", "ngày bầu tổ trưởng"),
    ("leader.submit_days", "thời hạn gửi đề nghị"),
    ("leader.submit_due_date", "ngày hết hạn gửi đề nghị"),
    ("leader.receive_date", "ngày nhận đề nghị công nhận tổ trưởng"),
    ("leader.decide_due_date", "ngày hết hạn quyết định"),
    ("leader.working_days", "thời hạn quyết định"),
    ("leader.votes", "số hòa giải viên đồng ý"),
    ("leader.mediator_count", "tổng số hòa giải viên của tổ"),
    ("leader.votes_needed", "số hòa giải viên đồng ý tối thiểu"),
];

const CESSATION: &[Word] = &[
    ("person.full_name", "họ và tên hòa giải viên"),
    ("person.birth_year", "năm sinh hòa giải viên"),
    ("person.title", "cách xưng hô hòa giải viên"),
    ("person.recognition_number", "số quyết định công nhận hòa giải viên"),
    ("person.recognition_date", "ngày quyết định công nhận hòa giải viên"),
    ("cessation.propose_date", "ngày đề nghị"),
    ("cessation.proposer", "người đề nghị"),
    ("cessation.ground", "trường hợp thôi làm hòa giải viên"),
    ("cessation.article", "điểm, khoản, điều của Luật"),
    ("cessation.reason", "lý do đề nghị"),
    ("cessation.disagreement", "lý do không thống nhất"),
    ("cessation.verify_due_date", "ngày hết hạn xác minh"),
    ("cessation.verify_date", "ngày hoàn thành xác minh"),
    ("cessation.front_opinion", "ý kiến của Trưởng ban công tác Mặt trận"),
    ("cessation.area_head_opinion", "ý kiến của trưởng thôn, tổ trưởng tổ dân phố"),
    ("cessation.leader_told_date", "ngày thông báo cho tổ trưởng tổ hòa giải"),
    ("cessation.receive_date", "ngày nhận văn bản"),
    ("cessation.decide_due_date", "ngày hết hạn quyết định"),
    ("cessation.working_days", "thời hạn quyết định"),
];

const PERSON: &[Word] = &[
    ("number", "số thứ tự"),
    ("full_name", "họ và tên"),
    ("birth_year", "năm sinh"),
    ("title", "cách xưng hô"),
    ("gender", "giới tính"),
    ("education", "trình độ chuyên môn"),
    ("votes_for", "số đại diện hộ đồng ý"),
    ("votes_against", "số đại diện hộ không đồng ý"),
    ("nominated_by", "được giới thiệu hoặc tự ứng cử"),
    ("result", "kết quả"),
    ("note", "ghi chú"),
];

const ELECTION_ROWS: &[RowsWord] = &[
    ("election.candidates", "danh sách bầu", PERSON),
    ("election.elected", "người trúng cử", PERSON),
    ("election.tied", "người bằng phiếu", PERSON),
];

const LIST_ROWS: &[RowsWord] =
    &[("list.people", "danh sách đề nghị", PERSON), ("list.recognized", "người được công nhận", PERSON)];

const NAMED: &[Word] =
    &[("full_name", "họ và tên"), ("person", "họ và tên, chức vụ"), ("role", "vai trò trong tổ bầu")];

const MINUTES_ROWS: &[RowsWord] = &[
    ("minutes.board_members", "thành viên tổ bầu hòa giải viên", NAMED),
    ("minutes.witnesses", "đại diện hộ gia đình chứng kiến", NAMED),
    ("minutes.attendees", "người được mời tham dự", NAMED),
];

const LEADER_ROWS: &[RowsWord] = &[(
    "leader.candidates",
    "người được giới thiệu bầu tổ trưởng",
    &[
        ("number", "số thứ tự"),
        ("full_name", "họ và tên"),
        ("birth_year", "năm sinh"),
        ("votes", "số hòa giải viên đồng ý"),
        ("result", "kết quả"),
    ],
)];

const ELECTION_FLAGS: &[&str] = &["election.supplementary_due", "election.repeat_due"];

/// The words of a kind of paper.
pub(super) fn of(kind: PaperKind) -> Vocabulary {
    let is_minutes = kind.voting().is_some();
    match kind.record() {
        PaperRecord::Election => Vocabulary {
            texts: &[PLACE, ELECTION, MINUTES],
            flags: ELECTION_FLAGS,
            rows: &[ELECTION_ROWS, MINUTES_ROWS],
        },
        PaperRecord::RecognitionList => {
            Vocabulary { texts: &[PLACE, ELECTION, LIST], flags: &["list.tied"], rows: &[ELECTION_ROWS, LIST_ROWS] }
        }
        PaperRecord::LeaderTerm if is_minutes => {
            Vocabulary { texts: &[PLACE, LEADER, MINUTES], flags: &[], rows: &[LEADER_ROWS, MINUTES_ROWS] }
        }
        PaperRecord::Cessation => Vocabulary { texts: &[PLACE, CESSATION], flags: &["cessation.of_leader"], rows: &[] },
        PaperRecord::LeaderTerm => Vocabulary { texts: &[PLACE, LEADER], flags: &[], rows: &[] },
    }
}
