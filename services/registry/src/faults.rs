//! What does not hold together in a reorganisation, as it is told: stable reason, English, Vietnamese. The texts read after
//! the name of the field.

use crate::{
    domain::{ReorganizationFault, What},
    error::{Error, FaultText, FieldFault},
};

/// A request with faults, all of them.
pub(crate) fn refused(faults: &[ReorganizationFault]) -> Error {
    Error::Fields(faults.iter().map(|fault| FieldFault::new(fault.field.as_str(), text(fault.what))).collect())
}

fn text(what: What) -> FaultText {
    match what {
        What::DateOutOfOrder => {
            FaultText::new("OUT_OF_RANGE", "is in the future or before all days", "ở tương lai hoặc trước mọi ngày")
        }
        What::UnknownBefore => FaultText::new(
            "UNKNOWN_UNIT",
            "names no unit on the day before the effective date",
            "không phải mã của đơn vị nào tại ngày trước ngày có hiệu lực",
        ),
        What::UnknownAfter => FaultText::new(
            "UNKNOWN_UNIT",
            "names no unit that is in force on the effective date",
            "không phải mã của đơn vị nào tại ngày có hiệu lực",
        ),
        What::UnknownTeam => {
            FaultText::new("UNKNOWN_TEAM", "names no team in force there", "không phải mã của tổ hòa giải nào ở đó")
        }
        What::Duplicate => FaultText::DUPLICATE,
        What::CodeTaken => FaultText::new(
            "CODE_TAKEN",
            "is held by another unit on a day from the effective date on",
            "đang là mã của đơn vị khác từ ngày có hiệu lực",
        ),
        What::ParentNotInForce => FaultText::new(
            "PARENT_NOT_IN_FORCE",
            "names no unit that is in force on the effective date",
            "không phải mã của đơn vị còn hiệu lực tại ngày có hiệu lực",
        ),
        What::ParentCannotHold => FaultText::new(
            "VALUE_NOT_ALLOWED",
            "is no unit that can hold this one",
            "không phải cấp trên hợp lệ của đơn vị này",
        ),
        What::NotOfResidence => FaultText::NOT_OF_RESIDENCE,
        What::NothingAfter => FaultText::new(
            "NOTHING_AFTER",
            "ends, and no edge says what became of it",
            "kết thúc nhưng không nêu đơn vị kế tiếp",
        ),
        What::ExtentsDoNotAddUp => FaultText::new(
            "EXTENTS_DO_NOT_ADD_UP",
            "does not add up with the other edges of the unit: WHOLE stands alone, one REMAINDER at the most, a part never alone",
            "không khớp với các phần khác của đơn vị: WHOLE chỉ đứng một mình, tối đa một REMAINDER, không có PART đơn lẻ",
        ),
        What::ExtentWrong => FaultText::new(
            "EXTENT_WRONG",
            "must be PART or REMAINDER for SPLIT, and WHOLE for every other change",
            "phải là PART hoặc REMAINDER khi chia tách, WHOLE với các thay đổi khác",
        ),
        What::GoesOn => FaultText::new(
            "UNIT_GOES_ON",
            "gives all of the unit away, which does not end",
            "chuyển toàn bộ đơn vị trong khi đơn vị không kết thúc",
        ),
        What::EndsToo => {
            FaultText::new("UNIT_ENDS", "is of a unit that ends at once", "thuộc đơn vị kết thúc cùng lúc")
        }
        What::NotTheSame => FaultText::new(
            "NOT_THE_SAME_UNIT",
            "does not fit: who goes on has one row of its own, who is merged or divided leads to another unit",
            "không khớp: đơn vị tiếp tục có một dòng riêng, đơn vị nhập hoặc chia phải dẫn đến đơn vị khác",
        ),
        What::NoSuchChange => FaultText::new(
            "NO_SUCH_CHANGE",
            "is not what the row says of the unit",
            "không đúng với thay đổi nêu tại dòng của đơn vị",
        ),
        What::LevelWrong => FaultText::new(
            "LEVEL_WRONG",
            "joins units of levels that do not fit",
            "nối các đơn vị không cùng cấp phù hợp",
        ),
        What::LaterHistory => FaultText::new(
            "LATER_HISTORY",
            "is of a unit that becomes another on that day or later, by what is recorded already",
            "thuộc đơn vị đã có thay đổi được ghi nhận tại ngày đó hoặc sau đó",
        ),
        What::LeftWithoutParent => FaultText::new(
            "LEFT_WITHOUT_PARENT",
            "ends while units below it neither end, nor move, nor follow",
            "kết thúc trong khi đơn vị trực thuộc chưa được kết thúc hoặc chuyển đi",
        ),
    }
}
