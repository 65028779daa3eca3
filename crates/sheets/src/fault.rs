//! What is wrong with one cell of one row.

use crate::field::Field;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $text:literal;)+) => {
        /// What is wrong with a cell, found by reading alone or by what the registry knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[$doc])* $variant,)+ }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Reason] = &[$(Reason::$variant),+];

            /// The word that programs compare and databases keep.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Reason::$variant => $word),+ }
            }

            /// What people read.
            #[must_use]
            pub const fn vietnamese(self) -> &'static str {
                match self { $(Reason::$variant => $text),+ }
            }

            /// The reason of a word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.word() == word)
            }
        }
    };
}

reasons! {
    /// Nothing is there.
    Required = "REQUIRED", "Thiếu thông tin bắt buộc.";
    /// More than the field takes.
    TooLong = "TOO_LONG", "Nội dung dài hơn mức cho phép.";
    /// Begins as a formula, or holds what no name holds.
    NotAllowed = "NOT_ALLOWED", "Nội dung có ký tự không hợp lệ hoặc bắt đầu như một công thức.";
    /// Letters that were lost.
    Garbled = "GARBLED", "Chữ bị lỗi mã (mất dấu, ký tự lạ). Cần gõ lại bằng Unicode.";
    /// A formula that failed.
    BrokenFormula = "BROKEN_FORMULA", "Ô chứa công thức bị lỗi.";
    /// No day of the calendar.
    NotADate = "NOT_A_DATE", "Không phải là ngày có thật. Ghi theo dạng ngày/tháng/năm, ví dụ 03/02/2020.";
    /// Later than today.
    DateInFuture = "DATE_IN_FUTURE", "Ngày ở tương lai.";
    /// Before there were teams.
    DateTooEarly = "DATE_TOO_EARLY", "Ngày sớm hơn năm 1945, có thể đã ghi nhầm.";
    /// No year of birth of somebody who can be a mediator.
    BirthWrong = "BIRTH_WRONG", "Năm sinh không hợp lệ (phải đủ 18 tuổi và không quá 120 tuổi).";
    /// Neither Nam nor Nữ, or both.
    GenderWrong = "GENDER_WRONG", "Giới tính phải là Nam hoặc Nữ, và chỉ một trong hai.";
    /// No ethnic group that is known.
    EthnicUnknown = "ETHNIC_UNKNOWN", "Tên dân tộc không có trong danh mục các dân tộc Việt Nam.";
    /// No phone number.
    PhoneWrong = "PHONE_WRONG", "Số điện thoại không hợp lệ. Ghi một số, chỉ gồm chữ số.";
    /// No whole number in range.
    NumberWrong = "NUMBER_WRONG", "Phải là số nguyên từ 1 đến 50.";
    /// The decision has a number without a day, or the other way round.
    DecisionIncomplete = "DECISION_INCOMPLETE", "Quyết định phải có cả số và ngày.";
    /// The same row was there before.
    DuplicateRow = "DUPLICATE_ROW", "Trùng với một dòng khác trong tệp.";
    /// Another row of the team is its leader.
    TwoLeaders = "TWO_LEADERS", "Tổ này có từ hai tổ trưởng trở lên trong tệp. Mỗi tổ chỉ có một tổ trưởng.";
    /// No commune of that name in the area of the import.
    CommuneUnknown = "COMMUNE_UNKNOWN", "Không tìm thấy xã, phường này trong địa bàn nhập.";
    /// No thôn or tổ dân phố of that name in the commune.
    AreaUnknown = "AREA_UNKNOWN", "Không tìm thấy thôn, tổ dân phố này trong xã, phường.";
    /// More than one thôn or tổ dân phố of that name.
    AreaAmbiguous = "AREA_AMBIGUOUS", "Có nhiều thôn, tổ dân phố trùng tên. Cần ghi mã.";
    /// No team of that name or area.
    TeamUnknown = "TEAM_UNKNOWN", "Chưa có tổ hòa giải này. Nhập danh sách tổ trước.";
    /// More than one team fits.
    TeamAmbiguous = "TEAM_AMBIGUOUS", "Có nhiều tổ hòa giải phù hợp. Cần ghi rõ tên tổ.";
    /// The area has another team and no exception is stated.
    AreaHasTeam = "AREA_HAS_TEAM", "Thôn, tổ dân phố này đã có tổ hòa giải khác. Cần ghi lý do nếu có tổ thứ hai.";
    /// The team is there under another decision.
    DecisionDiffers = "DECISION_DIFFERS", "Đã có trong hệ thống theo quyết định khác. Kiểm tra lại số và ngày quyết định.";
    /// The person ceased.
    AlreadyCeased = "ALREADY_CEASED", "Người này đã thôi làm hòa giải viên theo dữ liệu của hệ thống.";
    /// The team has another leader in force.
    TeamHasLeader = "TEAM_HAS_LEADER", "Tổ này đang có tổ trưởng khác theo dữ liệu của hệ thống.";
    /// More than one mediator of the team fits.
    PersonAmbiguous = "PERSON_AMBIGUOUS", "Trong tổ có nhiều người trùng họ tên. Cần ghi năm sinh.";
    /// A change that the roster cannot make.
    ChangeNotAdmitted = "CHANGE_NOT_ADMITTED", "Thay đổi này cần một quyết định mới, không nhập được từ danh sách.";
}

/// What is wrong with one cell.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// The row, from 1.
    pub row: u32,
    /// The column, from 0; none if the sheet has none for the field.
    pub column: Option<usize>,
    /// What the cell should have told.
    pub field: Field,
    /// What it holds, cut to 100 characters. May be personal: not to be logged.
    pub value: String,
    /// What is wrong.
    pub reason: Reason,
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the value.
        write!(f, "Fault({}, {}, {})", self.row, self.field.word(), self.reason.word())
    }
}

/// Characters of a value that a fault repeats.
pub(crate) const SHOWN: usize = 100;
