//! The catalogue of messages: for every reason its code and what people read, in English and in Vietnamese.
//! `{key}` stands for the value of that name in the metadata. A test holds it against the contracts.

use tonic::Code::{self, *};

/// What is said for one reason.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) reason: &'static str,
    pub(crate) code: Code,
    pub(crate) english: &'static str,
    pub(crate) vietnamese: &'static str,
}

/// The entry of a reason.
pub(crate) fn find(reason: &str) -> Option<&'static Entry> {
    [SHARED, REGISTRY, TRAINING, DIRECTORY, NAMES, ROSTERS, CASES, EVALUATION, REPORTING, GATEWAY]
        .iter()
        .flat_map(|part| part.iter())
        .find(|e| e.reason == reason)
}

const fn entry(code: Code, reason: &'static str, english: &'static str, vietnamese: &'static str) -> Entry {
    Entry { reason, code, english, vietnamese }
}

#[rustfmt::skip]
const SHARED: &[Entry] = &[
    entry(Internal, "INTERNAL", "internal error; report the request id",
        "Hệ thống gặp lỗi. Vui lòng báo quản trị viên kèm mã yêu cầu."),
    entry(Unauthenticated, "UNAUTHENTICATED", "sign in: the call carries no valid credentials",
        "Chưa đăng nhập hoặc phiên đăng nhập đã hết hạn. Vui lòng đăng nhập lại."),
    entry(InvalidArgument, "PURPOSE_MALFORMED", "`x-purpose` must be percent-encoded UTF-8 text of at most 500 characters",
        "Mục đích sử dụng phải là văn bản UTF-8 (mã hóa phần trăm), tối đa 500 ký tự."),
    entry(PermissionDenied, "PURPOSE_REQUIRED", "state a purpose in the metadata `x-purpose`",
        "Cần nêu mục đích sử dụng thông tin trước khi xem nội dung này."),
    entry(InvalidArgument, "ON_BEHALF_OF_MALFORMED", "`x-on-behalf-of` must be printable ASCII of at most 128 characters",
        "Tài khoản nêu tại X-On-Behalf-Of phải là ký tự ASCII in được, tối đa 128 ký tự."),
    entry(Aborted, "STALE_ETAG", "the record has changed since it was read; read it again, then repeat",
        "Bản ghi đã thay đổi kể từ khi được đọc. Vui lòng tải lại rồi thực hiện lại."),
    entry(AlreadyExists, "REQUEST_ID_REUSED", "the request id was used with another request; choose a new one",
        "Mã yêu cầu đã được dùng cho một yêu cầu khác. Vui lòng dùng mã mới."),
    entry(InvalidArgument, "PAGE_TOKEN_INVALID", "the page token is not of this list; start again at the first page",
        "Mã trang không thuộc danh sách này. Vui lòng bắt đầu lại từ trang đầu."),
    entry(Unavailable, "BUSY", "the service is busy; try again",
        "Hệ thống đang bận. Vui lòng thử lại sau giây lát."),
    entry(Unknown, "OUTCOME_UNKNOWN", "it is not known whether this was done; ask again with the same request_id",
        "Chưa rõ yêu cầu đã được thực hiện hay chưa. Vui lòng gửi lại với cùng mã yêu cầu."),
    entry(AlreadyExists, "ALREADY_EXISTS", "a record with this key exists already", "Đã có bản ghi trùng khóa."),
    entry(FailedPrecondition, "ERASED", "the data of this subject was erased and takes no additions",
        "Dữ liệu cá nhân của đối tượng này đã được xóa, không thể ghi thêm."),
    entry(DeadlineExceeded, "DEADLINE_EXCEEDED", "there is no time left to do it; try again with a later deadline",
        "Đã quá thời hạn xử lý yêu cầu. Vui lòng thử lại."),
    entry(NotFound, "JOURNAL_NOT_FOUND", "this server keeps no journal named {journal}",
        "Máy chủ này không lưu nhật ký {journal}."),
    entry(OutOfRange, "POSITION_NOT_REACHED", "the journal {journal} ends at {head}, before {position}",
        "Nhật ký {journal} mới đến vị trí {head}, chưa đến {position}."),
    entry(FailedPrecondition, "CHECKPOINT_NOT_MADE", "no checkpoint covers position {position} yet",
        "Chưa có điểm kiểm tra nào bao gồm vị trí {position}."),
    entry(Unavailable, "NOT_CAUGHT_UP", "the facts of the other service have not arrived up to {position} yet; try again",
        "Dữ liệu của hệ thống liên quan chưa cập nhật đến vị trí {position}. Vui lòng thử lại."),
    entry(InvalidArgument, "DATE_OUT_OF_ORDER", "the date in {field} is in the future or out of order",
        "Ngày tại trường {field} ở tương lai hoặc không đúng thứ tự thời gian."),
    entry(FailedPrecondition, "TEAM_NOT_IN_FORCE", "the team {team_id} is unknown here or not in force on the day",
        "Tổ hòa giải {team_id} không tồn tại hoặc không còn hoạt động tại ngày này."),
    entry(NotFound, "UNIT_NOT_FOUND", "there is no such unit, or not on that day",
        "Không có đơn vị này, hoặc đơn vị không tồn tại tại ngày đã chọn."),
];

#[rustfmt::skip]
const REGISTRY: &[Entry] = &[
    entry(FailedPrecondition, "UNIT_CONFLICT", "the code {code} is held by another unit on a day of the row",
        "Mã {code} đang thuộc một đơn vị khác trong thời gian của dòng dữ liệu."),
    entry(FailedPrecondition, "UNIT_KIND_WRONG", "the unit is not of the kind needed here",
        "Loại đơn vị không phù hợp: tổ hòa giải phục vụ thôn, tổ dân phố; kế hoạch thuộc cấp xã."),
    entry(NotFound, "TEAM_NOT_FOUND", "there is no team {team_id}", "Không có tổ hòa giải {team_id}."),
    entry(FailedPrecondition, "AREA_HAS_TEAM", "the area {area_unit_id} already has a team; give a reason for the exception",
        "Thôn, tổ dân phố này đã có tổ hòa giải. Cần nêu lý do nếu lập thêm tổ."),
    entry(FailedPrecondition, "TEAM_STATE_WRONG", "the team is {state}, which does not admit this",
        "Trạng thái hiện tại của tổ hòa giải ({state}) không cho phép thực hiện việc này."),
    entry(FailedPrecondition, "NO_QUORUM", "{attending} of {households} households attended: more than half are needed",
        "Chỉ có {attending}/{households} hộ tham dự; cần trên 50% số hộ."),
    entry(FailedPrecondition, "CANDIDATE_NOT_ELIGIBLE", "candidate {index} lacks consent, residence or the standards of Điều 7",
        "Người được giới thiệu thứ {index} chưa đồng ý, không thường trú hoặc không đủ tiêu chuẩn theo Điều 7."),
    entry(NotFound, "MEDIATOR_NOT_FOUND", "there is no mediator {mediator_id}", "Không có hòa giải viên {mediator_id}."),
    entry(FailedPrecondition, "MEDIATOR_STATE_WRONG", "the mediator is {state}, which does not admit this",
        "Trạng thái hiện tại của hòa giải viên ({state}) không cho phép thực hiện việc này."),
    entry(NotFound, "RECOGNITION_LIST_NOT_FOUND", "there is no list {recognition_list_id}",
        "Không có danh sách đề nghị công nhận {recognition_list_id}."),
    entry(FailedPrecondition, "RECOGNITION_LIST_STATE_WRONG", "the list is {state}, which does not admit this",
        "Trạng thái hiện tại của danh sách ({state}) không cho phép thực hiện việc này."),
    entry(FailedPrecondition, "NOT_ELECTED", "mediator {mediator_id} was not elected in that election",
        "Người {mediator_id} không trúng cử trong cuộc bầu này."),
    entry(FailedPrecondition, "NO_MAJORITY", "the most votes are {highest} of {mediators} mediators: more than half are needed",
        "Số phiếu cao nhất là {highest}/{mediators} hòa giải viên; cần trên 50%."),
    entry(FailedPrecondition, "LEADER_TIE", "two or more have the most votes: vote again",
        "Có từ hai người trở lên cùng có số phiếu cao nhất. Cần bầu lại."),
    entry(NotFound, "LEADER_TERM_NOT_FOUND", "there is no leader's term {leader_term_id}",
        "Không có nhiệm kỳ tổ trưởng {leader_term_id}."),
    entry(FailedPrecondition, "LEADER_TERM_STATE_WRONG", "the leader's term is {state}, which does not admit this",
        "Trạng thái hiện tại của việc bầu tổ trưởng ({state}) không cho phép thực hiện việc này."),
    entry(FailedPrecondition, "TEAM_HAS_LEADER", "the team {team_id} has a leader in force",
        "Tổ hòa giải {team_id} đang có tổ trưởng."),
    entry(FailedPrecondition, "NOT_WITNESSED", "the count was not witnessed by a representative without a relative on the list",
        "Việc kiểm phiếu chưa có đại diện hộ chứng kiến không là người thân của người được giới thiệu."),
    entry(FailedPrecondition, "TEAM_FULL", "the decision fixed {target_size} mediators, and there would be {mediators} or more",
        "Quyết định chỉ ấn định {target_size} hòa giải viên; số người sẽ là {mediators} hoặc hơn."),
    entry(NotFound, "ATTACHMENT_NOT_FOUND", "there is no attachment {attachment_id}",
        "Không có mục cần phân bổ {attachment_id}."),
    entry(FailedPrecondition, "ATTACHMENT_RESOLVED", "the attachment {attachment_id} is decided already",
        "Mục {attachment_id} đã được phân bổ."),
    entry(FailedPrecondition, "UNIT_VERSION_NOT_FOUND", "the unit {unit_id} has no version that begins on {valid_from}",
        "Đơn vị {unit_id} không có giai đoạn nào bắt đầu từ ngày {valid_from}."),
    entry(NotFound, "REORGANIZATION_NOT_FOUND", "there is no reorganisation {reorganization_id}",
        "Không có đợt sắp xếp đơn vị {reorganization_id}."),
    entry(NotFound, "ELECTION_NOT_FOUND", "there is no election {election_id} of that team",
        "Không có cuộc bầu {election_id} của tổ này."),
    entry(FailedPrecondition, "ROUND_NOT_DUE", "the round {round} is not due; due is: {due}",
        "Chưa đến lượt bầu {round}; theo kết quả lần bầu trước, hình thức tiếp theo là {due}."),
    entry(FailedPrecondition, "MINUTES_FORM_WRONG", "the minutes are of the form {stated}; that way of voting needs {needed}",
        "Biên bản kèm theo ({stated}) không đúng mẫu; hình thức bầu này dùng biên bản {needed}."),
    entry(NotFound, "CESSATION_NOT_FOUND", "there is no procedure of ceasing {cessation_id}",
        "Không có hồ sơ thôi làm hòa giải viên {cessation_id}."),
    entry(FailedPrecondition, "CESSATION_PROPOSER_WRONG", "this must be proposed by {needed}",
        "Việc đề nghị thôi làm hòa giải viên này do {needed} thực hiện."),
    entry(FailedPrecondition, "CESSATION_NOT_WITHDRAWABLE", "only one's own wish can be taken back; the ground is {ground}",
        "Chỉ được rút đề nghị thôi theo nguyện vọng; căn cứ của hồ sơ là {ground}."),
    entry(FailedPrecondition, "TEAM_HAS_ACTING_LEADER", "the team {team_id} has an acting leader",
        "Tổ hòa giải {team_id} đang có người tạm thời phụ trách."),
    entry(FailedPrecondition, "NO_ACTING_LEADER", "the team {team_id} has no acting leader",
        "Tổ hòa giải {team_id} không có người tạm thời phụ trách."),
    entry(FailedPrecondition, "MEDIATOR_NOT_MAPPED", "mediator {mediator_id} is in no part of the split, in two, or not in force",
        "Hòa giải viên {mediator_id} chưa được phân vào tổ mới nào, bị phân vào hai tổ, hoặc không còn hiệu lực công nhận."),
    entry(FailedPrecondition, "HANDOVER_REQUIRED", "state who takes the open cases and books of the team over, or that there are none",
        "Cần nêu tổ hòa giải tiếp nhận vụ, việc và sổ theo dõi của tổ, hoặc xác nhận không còn vụ, việc nào."),
    entry(AlreadyExists, "TEAM_REVIEWED", "the team {team_id} was reviewed in {review_year}",
        "Tổ hòa giải {team_id} đã được rà soát, đánh giá trong năm {review_year}."),
    entry(FailedPrecondition, "DOCUMENT_DATA_MISSING", "the paper cannot be printed yet; missing: {missing}",
        "Chưa đủ thông tin để lập văn bản. Còn thiếu: {labels}."),
    entry(FailedPrecondition, "DOCUMENT_KIND_WRONG", "the paper {kind} is not made of this {record}",
        "Loại văn bản không phù hợp với hồ sơ: hình thức bầu khác, bị từ chối, hoặc kết thúc vì lý do khác."),
    entry(FailedPrecondition, "DOCUMENT_WORDING_MISSING", "no wording of the paper {kind} is on file for {date}",
        "Chưa có mẫu văn bản áp dụng cho ngày {date}."),
    entry(FailedPrecondition, "DOCUMENT_CHARACTER_MISSING", "the fonts of this format lack the character {code_point}; ask for DOCX",
        "Phông chữ không có ký tự {code_point} trong hồ sơ. Vui lòng chọn định dạng DOCX."),
];

#[rustfmt::skip]
const TRAINING: &[Entry] = &[
    entry(NotFound, "COURSE_NOT_FOUND", "there is no course {course_id}", "Không có lớp bồi dưỡng {course_id}."),
    entry(FailedPrecondition, "COURSE_STATE_WRONG", "the course is {state}, which does not admit this",
        "Trạng thái hiện tại của lớp bồi dưỡng ({state}) không cho phép thực hiện việc này."),
    entry(NotFound, "TRAINING_SESSION_NOT_FOUND", "there is no training session {session_id}",
        "Không có buổi bồi dưỡng {session_id}."),
    entry(FailedPrecondition, "TRAINING_SESSION_STATE_WRONG", "the training session is {state}, which does not admit this",
        "Trạng thái hiện tại của buổi bồi dưỡng ({state}) không cho phép thực hiện việc này."),
    entry(FailedPrecondition, "COURSE_SESSIONS_WRONG", "the sessions of the course ({sessions}) do not admit this",
        "Số buổi của lớp bồi dưỡng ({sessions}) chưa cho phép thực hiện việc này: còn thiếu, quá nhiều hoặc chưa diễn ra."),
    entry(NotFound, "PROGRAMME_NOT_FOUND", "there is no programme {programme_code} in force on {valid_at}",
        "Không có chương trình bồi dưỡng {programme_code} có hiệu lực tại ngày {valid_at}."),
    entry(NotFound, "CERTIFICATE_NOT_FOUND", "there is no certificate {certificate_id}",
        "Không có giấy chứng nhận {certificate_id}."),
    entry(FailedPrecondition, "CERTIFICATE_REVOKED", "the certificate {certificate_id} is revoked already",
        "Giấy chứng nhận {certificate_id} đã bị thu hồi."),
    entry(NotFound, "TRAINER_NOT_FOUND", "there is no trainer {trainer_id}", "Không có tập huấn viên {trainer_id}."),
    entry(FailedPrecondition, "TRAINER_ENDED", "the service of the trainer {trainer_id} has ended already",
        "Tập huấn viên {trainer_id} đã thôi làm nhiệm vụ."),
    entry(NotFound, "CONTEST_NOT_FOUND", "there is no contest {contest_id}", "Không có hội thi {contest_id}."),
    entry(NotFound, "COMMENDATION_NOT_FOUND", "there is no commendation {commendation_id}",
        "Không có quyết định khen thưởng {commendation_id}."),
    entry(FailedPrecondition, "COMMENDATION_REVOKED", "the commendation {commendation_id} is revoked already",
        "Quyết định khen thưởng {commendation_id} đã bị hủy bỏ."),
];

#[rustfmt::skip]
const ROSTERS: &[Entry] = &[
    entry(InvalidArgument, "ROSTER_UNREADABLE", "the file cannot be read: {problem}", "Không đọc được tệp: {what}."),
    entry(InvalidArgument, "ROSTER_ENCODING_MIXED", "the file is not in one encoding that is known; see line {line}",
        "Tệp không dùng thống nhất một bảng mã (Unicode, Windows-1258, TCVN3). Xem dòng {line}; lưu lại bằng Unicode (UTF-8)."),
    entry(InvalidArgument, "ROSTER_HEADER_NOT_FOUND", "no row of the file names these columns: {columns}",
        "Không tìm thấy các cột: {columns}. Kiểm tra dòng tiêu đề hoặc dùng tệp mẫu."),
    entry(InvalidArgument, "ROSTER_SHEET_NOT_FOUND", "there is no sheet of that name; there are {sheets}",
        "Không có trang tính này. Các trang tính trong tệp: {sheets}."),
    entry(FailedPrecondition, "ROSTER_ROWS_FAULTY", "{faulty_rows} rows are faulty ({faults} faults): nothing was changed",
        "Có {faulty_rows} dòng lỗi ({faults} lỗi). Chưa có gì được nhập."),
];

#[rustfmt::skip]
const DIRECTORY: &[Entry] = &[
    entry(NotFound, "DIRECTORY_ENTRY_NOT_FOUND", "the directory has no entry of {mediator_id}",
        "Danh bạ không có hòa giải viên {mediator_id}."),
    entry(PermissionDenied, "DIRECTORY_NOT_DISCLOSED", "the directory does not answer this question to you",
        "Danh bạ không cung cấp thông tin này cho người yêu cầu."),
    entry(NotFound, "CONTACT_NOT_PUBLISHED", "the mediator {mediator_id} has no contact published",
        "Hòa giải viên {mediator_id} chưa công khai thông tin liên hệ."),
];

#[rustfmt::skip]
const NAMES: &[Entry] = &[
    entry(InvalidArgument, "QUERY_TOO_SHORT", "search by two letters of the name or more",
        "Cần nhập ít nhất hai chữ cái của họ tên để tìm kiếm."),
    entry(Unavailable, "NAMES_NOT_READY", "the names are still being read; try again",
        "Dữ liệu tìm kiếm theo tên đang được nạp. Vui lòng thử lại sau giây lát."),
    entry(NotFound, "DUPLICATE_NOT_FOUND", "there is no decision {duplicate_id} on duplicates",
        "Không có quyết định xử lý trùng {duplicate_id}."),
    entry(FailedPrecondition, "DUPLICATE_STATE_WRONG", "the decision {duplicate_id} on the two records is {verdict}, which does not admit this",
        "Hai bản ghi đã được xử lý ({verdict}), không thể thực hiện việc này."),
    entry(FailedPrecondition, "MEDIATOR_MERGED", "the record {mediator_id} is merged into another; use that one",
        "Bản ghi {mediator_id} đã được gộp vào bản ghi khác. Vui lòng dùng bản ghi đó."),
    entry(FailedPrecondition, "SURVIVOR_WRONG", "the record {mediator_id} is in force, ends later or leads a team: it is the one to keep",
        "Bản ghi {mediator_id} đang có hiệu lực, kết thúc sau hoặc là tổ trưởng nên phải là bản ghi được giữ lại."),
    entry(ResourceExhausted, "LOOKUP_QUOTA_EXHAUSTED", "the {quota} identity numbers of the day are used up, or fewer are left than the request states; go on tomorrow",
        "Đã dùng hết {quota} lượt tra cứu số định danh cá nhân trong ngày, hoặc số lượt còn lại ít hơn số nêu trong yêu cầu. Vui lòng tiếp tục vào ngày mai."),
];

#[rustfmt::skip]
const CASES: &[Entry] = &[
    entry(NotFound, "CASE_NOT_FOUND", "there is no case {case_id}", "Không có vụ, việc {case_id}."),
    entry(FailedPrecondition, "CASE_STATE_WRONG", "the case is {state}, which does not admit {verb}",
        "Trạng thái hiện tại của vụ, việc ({state}) không cho phép thực hiện {verb}."),
    entry(FailedPrecondition, "NO_OPEN_BOOK", "the team {team_id} has no open register book on the day; open one first",
        "Tổ hòa giải {team_id} chưa mở sổ theo dõi tại ngày này. Cần mở sổ trước."),
    entry(FailedPrecondition, "BOOK_ALREADY_OPEN", "the team has the register book {register_book_id} open already",
        "Tổ hòa giải đang mở sổ theo dõi {register_book_id}."),
    entry(NotFound, "BOOK_NOT_FOUND", "there is no register book {register_book_id}",
        "Không có sổ theo dõi {register_book_id}."),
    entry(FailedPrecondition, "BOOK_CLOSED", "the register book {register_book_id} is closed",
        "Sổ theo dõi {register_book_id} đã đóng."),
    entry(FailedPrecondition, "MEDIATOR_NOT_IN_FORCE", "mediator {mediator_id} is not in force in the team on the day",
        "Hòa giải viên {mediator_id} không thuộc tổ hoặc không còn hiệu lực công nhận tại ngày này."),
    entry(FailedPrecondition, "MEDIATOR_UNAVAILABLE", "mediator {mediator_id} takes no cases on the day; assign another",
        "Hòa giải viên {mediator_id} tạm thời không nhận vụ, việc tại ngày này. Vui lòng phân công người khác."),
    entry(FailedPrecondition, "CONFLICT_OF_INTEREST", "mediator {mediator_id} has a conflict of interest",
        "Hòa giải viên có quyền lợi liên quan đến vụ, việc nên không được tham gia."),
    entry(FailedPrecondition, "PARTIES_CHOSE", "the parties chose their mediator; others cannot be assigned",
        "Các bên đã chọn hòa giải viên; tổ trưởng không phân công người khác."),
    entry(FailedPrecondition, "PUBLIC_SESSION_NOT_AGREED", "a public session needs the agreement of all parties",
        "Hòa giải công khai cần được tất cả các bên đồng ý."),
    entry(InvalidArgument, "CONCLUSION_INCOMPLETE", "a success needs the agreement, a failure its reason: {field}",
        "Hòa giải thành cần nội dung thỏa thuận, hòa giải không thành cần lý do: {field}."),
    entry(InvalidArgument, "REFERRAL_INCOMPLETE", "what is outside the scope needs the body it is referred to",
        "Vụ, việc không thuộc phạm vi hòa giải cần ghi rõ cơ quan được chuyển đến."),
];

#[rustfmt::skip]
const EVALUATION: &[Entry] = &[
    entry(NotFound, "CRITERIA_SET_NOT_FOUND", "there is no criteria set {code} version {version}",
        "Không có bộ tiêu chí {code} phiên bản {version}."),
    entry(FailedPrecondition, "CRITERIA_SET_NOT_IN_FORCE", "the criteria set {code} does not hold in {year} in that place",
        "Bộ tiêu chí {code} không có hiệu lực trong năm {year} tại địa bàn này."),
    entry(AlreadyExists, "CYCLE_ALREADY_EXISTS", "the place has the cycle {cycle_id} of that year already",
        "Địa bàn đã có đợt đánh giá của năm này ({cycle_id})."),
    entry(NotFound, "CYCLE_NOT_FOUND", "there is no cycle {cycle_id}", "Không có đợt đánh giá {cycle_id}."),
    entry(FailedPrecondition, "CYCLE_STATE_WRONG", "the cycle is {state}, which does not admit this",
        "Trạng thái hiện tại của đợt đánh giá ({state}) không cho phép thực hiện việc này."),
    entry(NotFound, "ASSESSMENT_NOT_FOUND", "there is no assessment {assessment_id}",
        "Không có bản đánh giá {assessment_id}."),
    entry(FailedPrecondition, "ASSESSMENT_STATE_WRONG", "the assessment is {state}, which does not admit this",
        "Trạng thái hiện tại của bản đánh giá ({state}) không cho phép thực hiện việc này."),
    entry(AlreadyExists, "ASSESSMENT_ALREADY_EXISTS", "the team has the assessment {assessment_id} in this cycle already",
        "Tổ hòa giải đã có bản đánh giá trong đợt này ({assessment_id})."),
    entry(InvalidArgument, "CLAIMS_INCOMPLETE", "the claim on criterion {criterion_code} is missing, doubled or not asked for",
        "Phần tự đánh giá tiêu chí {criterion_code} còn thiếu, bị lặp hoặc không thuộc bộ tiêu chí."),
    entry(InvalidArgument, "TOO_MANY_VOTES", "{votes} votes in favour of {members} members",
        "Số phiếu đồng ý ({votes}) nhiều hơn số thành viên ({members})."),
    entry(FailedPrecondition, "NOT_PROPOSABLE", "the majority is missing or criteria are not met: {criteria_not_met}",
        "Chưa đủ quá nửa thành viên đồng ý hoặc chưa đạt tiêu chí: {criteria_not_met}."),
    entry(FailedPrecondition, "CRITERIA_NOT_MET", "by the data of now these criteria are not met: {criteria_not_met}",
        "Theo dữ liệu hiện tại, chưa đạt các tiêu chí: {criteria_not_met}."),
    entry(NotFound, "PLACE_NOT_FOUND", "{province_unit_id} is no province or city known here",
        "Không có tỉnh, thành phố {province_unit_id}."),
];

#[rustfmt::skip]
const REPORTING: &[Entry] = &[
    entry(NotFound, "FORM_NOT_FOUND", "there is no form {code}, or none in force at the end of the period",
        "Không có biểu mẫu {code}, hoặc biểu mẫu không có hiệu lực vào cuối kỳ."),
    entry(FailedPrecondition, "FORM_DOES_NOT_FIT", "the form is not for units of the kind {kind}",
        "Biểu mẫu không dành cho loại đơn vị {kind}."),
    entry(InvalidArgument, "PERIOD_WRONG", "the period ends before it starts, or is longer than ten years",
        "Kỳ báo cáo kết thúc trước khi bắt đầu hoặc dài hơn mười năm."),
    entry(NotFound, "COLUMN_NOT_FOUND", "there is no column {column_code} with records of its own",
        "Không có cột {column_code}, hoặc cột là tỷ lệ nên không có bản ghi riêng."),
];

#[rustfmt::skip]
const GATEWAY: &[Entry] = &[
    entry(NotFound, "CONSUMER_NOT_FOUND", "there is no consumer {consumer_id}", "Không có đơn vị kết nối {consumer_id}."),
    entry(FailedPrecondition, "CONSUMER_REVOKED", "the consumer {consumer_id} is revoked",
        "Kết nối của đơn vị {consumer_id} đã bị thu hồi."),
    entry(AlreadyExists, "AGENCY_CODE_TAKEN", "the code {agency_code} is another consumer's at the same time",
        "Mã định danh {agency_code} đang thuộc một đơn vị kết nối khác trong cùng thời gian."),
    entry(NotFound, "CREDENTIAL_NOT_FOUND", "there is no credential {credential_id}",
        "Không có thông tin xác thực {credential_id}."),
    entry(FailedPrecondition, "CREDENTIAL_REVOKED", "the credential {credential_id} is revoked",
        "Thông tin xác thực {credential_id} đã bị thu hồi."),
    entry(AlreadyExists, "CREDENTIAL_TAKEN", "the certificate or subject is a credential already",
        "Chứng thư số hoặc tài khoản này đã được đăng ký."),
    entry(FailedPrecondition, "CREDENTIAL_KIND_WRONG", "only a client secret can be replaced; issue a new credential instead",
        "Chỉ có thể đổi khóa bí mật; loại thông tin xác thực khác cần cấp mới."),
    entry(PermissionDenied, "METHOD_NOT_ALLOWED_TO_CONSUMER", "this agency may not call {method}",
        "Đơn vị không được phép gọi chức năng {method}."),
    entry(PermissionDenied, "CONSUMER_NOT_IN_FORCE", "the connection of this agency is not in force today",
        "Kết nối của đơn vị chưa có hiệu lực hoặc đã hết hiệu lực."),
    entry(ResourceExhausted, "QUOTA_EXHAUSTED", "the {daily_quota} calls of the day are used up; go on tomorrow",
        "Đã dùng hết {daily_quota} lượt truy vấn của ngày. Vui lòng tiếp tục vào ngày mai."),
    entry(NotFound, "SUBSCRIPTION_NOT_FOUND", "there is no subscription {subscription_id}",
        "Không có đăng ký nhận sự kiện {subscription_id}."),
    entry(FailedPrecondition, "SUBSCRIPTION_STATE_WRONG", "the subscription is {state}, which does not admit this",
        "Trạng thái hiện tại của đăng ký ({state}) không cho phép thực hiện việc này."),
    entry(NotFound, "DELIVERY_NOT_FOUND", "there is no delivery {delivery_id}", "Không có lần gửi {delivery_id}."),
    entry(FailedPrecondition, "DELIVERY_STATE_WRONG", "the delivery is {state}, which does not admit this",
        "Trạng thái hiện tại của lần gửi ({state}) không cho phép thực hiện việc này."),
    entry(PermissionDenied, "NOT_THE_MEDIATOR", "a mediator asks about himself or herself alone",
        "Hòa giải viên chỉ được xem thông tin về chính mình."),
    entry(NotFound, "ROLE_ASSIGNMENT_NOT_FOUND", "there is no assignment {role_assignment_id}, or was none known then",
        "Không có phân công vai trò {role_assignment_id} tại thời điểm được hỏi."),
    entry(PermissionDenied, "ROLE_NOT_ASSIGNABLE", "the role {role} is not yours to give or to take",
        "Bạn không có thẩm quyền phân công hoặc chấm dứt vai trò {role}."),
    entry(PermissionDenied, "ROLE_ASSIGNMENT_TO_ONESELF", "nobody assigns a role to himself or herself",
        "Không được tự phân công vai trò cho chính mình."),
    entry(PermissionDenied, "ROLE_AREA_TOO_WIDE", "the role {role} is not for an area as wide as {area}",
        "Phạm vi {area} rộng hơn phạm vi cho phép của vai trò {role}."),
    entry(NotFound, "ROLE_AREA_NOT_FOUND", "there is no unit or team {area}", "Không có đơn vị hoặc tổ hòa giải {area}."),
    entry(AlreadyExists, "ROLE_ASSIGNMENT_TAKEN",
        "the account has this role there on some of these days, by the assignment {role_assignment_id}",
        "Tài khoản đã có vai trò này trong phạm vi và thời gian đó, theo phân công {role_assignment_id}."),
    entry(FailedPrecondition, "ROLE_ASSIGNMENTS_TOO_MANY", "an account has at most {limit} roles that have not ended",
        "Một tài khoản có tối đa {limit} vai trò chưa chấm dứt."),
    entry(FailedPrecondition, "ROLE_ASSIGNMENT_PERSON_OTHER", "another assignment of the account names another person",
        "Một phân công khác của tài khoản này gắn với người khác."),
    entry(FailedPrecondition, "ROLE_ASSIGNMENT_ENDED", "the assignment has ended", "Phân công vai trò đã chấm dứt."),
    entry(FailedPrecondition, "ROLE_ASSIGNMENT_ENDS_SOONER", "the assignment ends on {valid_to} already, or sooner",
        "Phân công vai trò đã chấm dứt vào ngày {valid_to} hoặc sớm hơn."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use hoagiai_proto::pool;

    fn parts() -> Vec<&'static Entry> {
        [SHARED, REGISTRY, TRAINING, DIRECTORY, NAMES, ROSTERS, CASES, EVALUATION, REPORTING, GATEWAY]
            .into_iter()
            .flatten()
            .collect()
    }

    #[test]
    fn every_reason_of_the_contracts_has_its_messages() {
        let missing: Vec<String> = pool()
            .all_enums()
            .filter(|e| e.full_name().starts_with("hoagiai.") && e.name() == "ErrorReason")
            .flat_map(|e| e.values().map(|v| v.name().replace("ERROR_REASON_", "")).collect::<Vec<_>>())
            .filter(|name| name != "UNSPECIFIED" && find(name).is_none())
            .collect();
        assert!(missing.is_empty(), "without messages: {missing:?}");
    }

    #[test]
    fn a_reason_stands_once_and_is_well_formed() {
        let mut seen = std::collections::BTreeSet::new();
        for entry in parts() {
            assert!(seen.insert(entry.reason), "{} twice", entry.reason);
            assert!(entry.reason.len() <= 63 && entry.reason.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
            assert!(entry.vietnamese.ends_with('.'), "{}", entry.reason);
        }
    }
}
