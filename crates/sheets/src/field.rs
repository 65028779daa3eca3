//! What a column of a roster tells, and how people write its name. Names are compared folded: without marks, small,
//! punctuation as spaces.

/// What a roster lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RosterKind {
    /// Mediation teams.
    Teams,
    /// Mediators.
    Mediators,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $title:literal;)+) => {
        /// What a column tells.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $variant,)+ }

        impl Field {
            /// Every field.
            pub const ALL: &[Field] = &[$(Field::$variant),+];

            /// The word that programs compare and databases keep.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Field::$variant => $word),+ }
            }

            /// The name of the column in the template.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Field::$variant => $title),+ }
            }

            /// The field of a word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|field| field.word() == word)
            }
        }
    };
}

fields! {
    /// The ordinal number; read to tell rows from headings.
    Ordinal = "ordinal", "STT";
    /// The commune.
    Commune = "commune", "Xã/Phường";
    /// The thôn or tổ dân phố.
    Area = "area", "Thôn/Tổ dân phố";
    /// The code of the thôn or tổ dân phố.
    AreaCode = "area_code", "Mã thôn/tổ dân phố";
    /// The name of the team.
    Team = "team", "Tên tổ hòa giải";
    /// Full name.
    FullName = "full_name", "Họ và tên";
    /// Family and middle names, where the given name stands by itself.
    FamilyName = "family_name", "Họ và tên đệm";
    /// Given name.
    GivenName = "given_name", "Tên";
    /// Gender.
    Gender = "gender", "Giới tính";
    /// A mark, or the year of birth, of a man.
    Male = "male", "Nam";
    /// A mark, or the year of birth, of a woman.
    Female = "female", "Nữ";
    /// Year or day of birth.
    Birth = "birth", "Năm sinh";
    /// Ethnic group.
    Ethnic = "ethnic", "Dân tộc";
    /// A mark of belonging to an ethnic minority.
    Minority = "minority", "Dân tộc thiểu số";
    /// Professional education.
    Education = "education", "Trình độ chuyên môn";
    /// Role in the team.
    Role = "role", "Chức vụ trong tổ";
    /// A mark of leading the team.
    Leader = "leader", "Là tổ trưởng";
    /// Phone number.
    Phone = "phone", "Số điện thoại";
    /// How many mediators the decision fixed.
    Size = "size", "Số lượng hòa giải viên";
    /// Number of the decision.
    DecisionNumber = "decision_number", "Số quyết định";
    /// Day of the decision.
    DecisionDate = "decision_date", "Ngày quyết định";
    /// Number and day of the decision in one.
    Decision = "decision", "Số, ngày quyết định";
    /// Who signed it.
    Issuer = "issuer", "Cơ quan ban hành";
    /// Number of the decision on the leader.
    LeaderNumber = "leader_number", "Số quyết định công nhận tổ trưởng";
    /// Day of the decision on the leader.
    LeaderDate = "leader_date", "Ngày quyết định công nhận tổ trưởng";
    /// Why an area has a second team.
    Exception = "exception", "Lý do có tổ thứ hai";
    /// Notes, which are not kept.
    Note = "note", "Ghi chú";
}

/// How sure a name is: exactly one that is known, or one that holds known words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sureness {
    Holds,
    Exact,
}

/// Names by heart.
const EXACT: &[(Field, &[&str])] = &[
    (Field::Ordinal, &["stt", "tt", "so tt", "so thu tu", "thu tu"]),
    (Field::Male, &["nam", "gioi tinh nam", "nam sinh nam", "ngay sinh nam", "ngay thang nam sinh nam"]),
    (Field::Female, &["nu", "gioi tinh nu", "nam sinh nu", "ngay sinh nu", "ngay thang nam sinh nu"]),
    (Field::Gender, &["gioi tinh", "nam nu", "gioi", "phai", "gioi tinh nam nu"]),
    (Field::Birth, &["nam sinh", "ngay sinh", "sinh nam", "sinh ngay", "ngay thang nam sinh"]),
    (Field::Ethnic, &["dan toc"]),
    (Field::Minority, &["dan toc thieu so", "dan toc it nguoi", "dtts"]),
    (Field::Education, &["trinh do", "trinh do chuyen mon", "chuyen mon", "bang cap", "trinh do chuyen mon nghiep vu"]),
    (Field::FullName, &["ho va ten", "ho ten", "ho va ten hoa giai vien", "ho ten hoa giai vien", "ten hoa giai vien"]),
    (Field::FamilyName, &["ho dem", "ho va dem", "ho va ten dem", "ho lot", "ho va chu lot", "ho"]),
    (Field::GivenName, &["ten"]),
    (Field::Leader, &["to truong", "la to truong"]),
    (Field::Role, &["chuc vu trong to", "chuc vu", "chuc danh", "vai tro", "nhiem vu", "chuc vu trong to hoa giai"]),
    (Field::Phone, &["dien thoai", "so dien thoai", "sdt", "so dt", "dt", "di dong", "dien thoai lien he"]),
    (Field::Team, &["to hoa giai", "ten to hoa giai", "ten to", "thuoc to hoa giai"]),
    (
        Field::Area,
        &["thon", "tdp", "to dan pho", "thon tdp", "tdp thon", "thon to dan pho", "to dan pho thon", "khu dan cu"],
    ),
    (
        Field::Area,
        &["dia ban", "dia ban phu trach", "ten thon", "ten to dan pho", "to dan pho so", "thon to", "lang", "xom"],
    ),
    (Field::AreaCode, &["ma thon", "ma tdp", "ma to dan pho", "ma thon tdp", "ma thon to dan pho"]),
    (Field::Commune, &["xa", "phuong", "xa phuong", "phuong xa", "xa phuong thi tran", "phuong xa thi tran", "don vi"]),
    (Field::Commune, &["ten xa", "ten phuong", "ten xa phuong", "don vi hanh chinh", "xa phuong dac khu"]),
    (
        Field::Size,
        &["so luong", "so luong hoa giai vien", "so hoa giai vien", "so hgv", "so luong hgv", "so thanh vien"],
    ),
    (Field::Size, &["tong so hoa giai vien", "tong so hgv", "tong so thanh vien", "so nguoi"]),
    (Field::DecisionNumber, &["so quyet dinh", "so qd", "quyet dinh so", "qd so", "so"]),
    (Field::DecisionDate, &["ngay quyet dinh", "ngay qd", "ngay cong nhan", "ngay ban hanh", "ngay ky", "ngay"]),
    (
        Field::Decision,
        &["quyet dinh", "quyet dinh cong nhan", "qd cong nhan", "so ngay quyet dinh", "quyet dinh thanh lap"],
    ),
    (Field::Issuer, &["co quan ban hanh", "noi ban hanh", "nguoi ky", "co quan ra quyet dinh", "tham quyen ban hanh"]),
    (Field::Exception, &["ly do co to thu hai", "ly do", "ly do ngoai le"]),
    (Field::Note, &["ghi chu", "chu thich"]),
];

/// Names by the words that they hold, and must not hold; the first that fits.
const HOLDING: &[(Field, &[&str], &[&str])] = &[
    (Field::LeaderNumber, &["so", "qd", "to truong"], &["ngay"]),
    (Field::LeaderNumber, &["so", "quyet dinh", "to truong"], &["ngay"]),
    (Field::LeaderDate, &["ngay", "to truong"], &["so", "sinh"]),
    (Field::Decision, &["so", "ngay", "quyet dinh"], &["to truong", "dien thoai"]),
    (Field::Decision, &["so", "ngay", "qd"], &["to truong", "dien thoai"]),
    (Field::DecisionNumber, &["so", "quyet dinh"], &["ngay", "to truong", "so luong"]),
    (Field::DecisionNumber, &["so", "qd"], &["ngay", "to truong", "so luong"]),
    (Field::DecisionDate, &["ngay", "quyet dinh"], &["so", "to truong", "sinh"]),
    (Field::DecisionDate, &["ngay", "qd"], &["so", "to truong", "sinh"]),
    (Field::DecisionDate, &["ngay", "cong nhan"], &["so", "to truong", "sinh"]),
    (Field::DecisionDate, &["ngay", "thanh lap"], &["so", "sinh"]),
    (Field::Decision, &["quyet dinh"], &["to truong", "co quan", "nguoi ky", "thoi", "mien nhiem"]),
    (Field::FullName, &["ho", "ten", "hoa giai vien"], &["dien thoai"]),
    (Field::FullName, &["ho", "va", "ten"], &["dem", "to truong", "vo", "chong", "cha", "bo", "me", "con"]),
    (Field::Gender, &["gioi tinh"], &[]),
    (Field::Birth, &["nam sinh"], &["nam nu"]),
    (Field::Birth, &["ngay", "sinh"], &["nam nu"]),
    (Field::Ethnic, &["dan toc"], &["thieu so", "it nguoi", "ton giao"]),
    (Field::Minority, &["thieu so"], &[]),
    (
        Field::Education,
        &["trinh do"],
        &["van hoa", "hoc van", "chinh tri", "ly luan", "pho thong", "tin hoc", "ngoai ngu"],
    ),
    (Field::Education, &["chuyen mon"], &["van hoa", "chinh tri"]),
    (Field::Phone, &["dien thoai"], &["co quan"]),
    (Field::Phone, &["sdt"], &[]),
    (Field::Role, &["chuc vu", "to"], &[]),
    (Field::Role, &["chuc danh"], &[]),
    (Field::Size, &["so luong"], &["nu", "dan toc", "vu", "ho"]),
    (Field::Size, &["so", "hoa giai vien"], &["ho", "ten", "nu", "dan toc", "quyet dinh"]),
    (Field::AreaCode, &["ma", "thon"], &[]),
    (Field::AreaCode, &["ma", "to dan pho"], &[]),
    (Field::Team, &["to hoa giai"], &["chuc vu", "nhiem vu", "so", "hoa giai vien", "to truong"]),
    (Field::Area, &["thon"], &["hoa giai", "ma", "truong"]),
    (Field::Area, &["to dan pho"], &["hoa giai", "ma", "truong"]),
    (Field::Area, &["tdp"], &["hoa giai", "ma", "truong"]),
    (Field::Area, &["dia ban"], &["dan toc"]),
    (Field::Commune, &["xa", "phuong"], &["hoa giai", "thon"]),
];

/// What a name says; `name` as written.
pub(crate) fn recognised(name: &str) -> Option<(Field, Sureness)> {
    let folded = plain(name);
    if folded.is_empty() {
        return None;
    }
    // `Năm` and `Nam` fold alike, and only one of them is a man.
    if folded == "nam" && hoagiai_types::text::nfc(name).to_lowercase().contains('ă') {
        return Some((Field::Birth, Sureness::Holds));
    }
    if let Some((field, _)) = EXACT.iter().find(|(_, names)| names.contains(&folded.as_str())) {
        return Some((*field, Sureness::Exact));
    }
    let words = format!(" {folded} ");
    let holds = |phrase: &&str| words.contains(&format!(" {phrase} "));
    let found = HOLDING.iter().find(|(_, all, none)| all.iter().all(holds) && !none.iter().any(holds));
    found.map(|(field, ..)| (*field, Sureness::Holds))
}

/// A name without marks and punctuation.
pub(crate) fn plain(name: &str) -> String {
    let spaced: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    // NFD texts keep their marks as letters of their own, which are no alphanumerics.
    let folded = hoagiai_types::text::fold(if name.chars().any(|c| matches!(c, '\u{300}'..='\u{36f}')) {
        name
    } else {
        &spaced
    });
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_recognised_as_people_write_them() {
        for (name, field) in [
            ("Họ và tên", Field::FullName),
            ("HỌ  VÀ\nTÊN", Field::FullName),
            ("Ho ten", Field::FullName),
            ("Họ tên hòa giải viên", Field::FullName),
            ("Họ và tên hoà giải viên (viết in hoa)", Field::FullName),
            ("Họ và tên đệm", Field::FamilyName),
            ("Năm sinh", Field::Birth),
            ("Nam sinh", Field::Birth),
            ("Ngày, tháng, năm sinh", Field::Birth),
            ("Năm", Field::Birth),
            ("Nam", Field::Male),
            ("NỮ", Field::Female),
            ("Nam/Nữ", Field::Gender),
            ("Giới tính (Nam/Nữ)", Field::Gender),
            ("Dân tộc", Field::Ethnic),
            ("Dân tộc thiểu số (x)", Field::Minority),
            ("Trình độ chuyên môn", Field::Education),
            ("Chức vụ trong tổ", Field::Role),
            ("Chức vụ trong Tổ hòa giải", Field::Role),
            ("Số quyết định", Field::DecisionNumber),
            ("Số QĐ công nhận", Field::DecisionNumber),
            ("Ngày quyết định", Field::DecisionDate),
            ("Ngày, tháng, năm công nhận", Field::DecisionDate),
            ("Số, ngày tháng năm QĐ công nhận", Field::Decision),
            ("Số QĐ công nhận tổ trưởng", Field::LeaderNumber),
            ("Ngày QĐ công nhận tổ trưởng", Field::LeaderDate),
            ("Thôn/TDP", Field::Area),
            ("Thôn, tổ dân phố", Field::Area),
            ("Xã/Phường", Field::Commune),
            ("Xã, phường, thị trấn", Field::Commune),
            ("Số điện thoại", Field::Phone),
            ("SĐT", Field::Phone),
            ("Tên tổ hòa giải", Field::Team),
            ("Số lượng HGV", Field::Size),
            ("Tổng số hòa giải viên", Field::Size),
            ("Ghi chú", Field::Note),
            ("S\u{1ed1} \u{111}ie\u{323}\u{302}n thoa\u{323}i", Field::Phone),
        ] {
            assert_eq!(recognised(name).map(|(field, _)| field), Some(field), "{name}");
        }
        for name in ["", "Trình độ văn hóa", "Đảng viên", "Số hộ", "Nơi thường trú", "CCCD", "Tôn giáo", "Tuổi"]
        {
            assert_eq!(recognised(name), None, "{name}");
        }
    }

    #[test]
    fn titles_of_the_template_are_recognised_as_their_fields() {
        for field in Field::ALL {
            assert_eq!(recognised(field.title()).map(|(found, _)| found), Some(*field), "{}", field.title());
        }
    }
}
