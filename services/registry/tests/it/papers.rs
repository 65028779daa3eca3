//! Requests of the procedures, as most tests ask them.

use hoagiai_proto::registry::v1 as pb;

use crate::world::*;

/// Who keeps minutes: a name that is to be found nowhere in the clear.
pub(crate) const KEEPER: &str = "Trần Văn Thư Ký Kín";
/// Words about a person, to be found nowhere in the clear.
pub(crate) const REASON: &str = "bản kê khai còn thiếu chữ ký";
/// A wish to cease.
pub(crate) const WISH: &str = "tuổi cao, xin thôi";

/// The leader of a team, by role.
pub(crate) fn leader_of(team: &pb::Team) -> String {
    format!("team_leader~team:{}", team.team_id)
}

pub(crate) fn nominate(team: &str, count: usize) -> pb::NominateCandidatesRequest {
    let one = |n| pb::Nomination {
        person: candidate(n, 0).person,
        nominated_by_front: true,
        organization: "Hội Phụ nữ".into(),
        consent_date: day("2025-08-09"),
        citizen: true,
        resident: true,
        good_character: true,
        persuasive: true,
        legal_knowledge: true,
    };
    pb::NominateCandidatesRequest {
        team_id: team.into(),
        nominate_date: day("2025-08-10"),
        nominations: (0..count).map(one).collect(),
        ..Default::default()
    }
}

fn named(full_name: &str, position: &str) -> pb::MinutesPerson {
    pb::MinutesPerson { full_name: full_name.into(), position: position.into() }
}

/// Minutes with so many ballots handed out, returned and valid.
pub(crate) fn minutes(issued: i32, returned: i32, valid: i32) -> pb::Minutes {
    let member = |role: pb::BoardRole, name: &str, position: &str| pb::BoardMember {
        person: Some(named(name, position)),
        role: role.into(),
    };
    pb::Minutes {
        place: "Nhà văn hóa tổ dân phố số 1".into(),
        start_clock: "08:00".into(),
        end_clock: "10:30".into(),
        chair: Some(named("Lê Văn Chủ Trì", "Trưởng ban công tác Mặt trận")),
        secretary: Some(named(KEEPER, "thư ký")),
        board_members: vec![
            member(pb::BoardRole::Head, "Lê Văn Chủ Trì", "Trưởng ban công tác Mặt trận"),
            member(pb::BoardRole::Deputy, "Phạm Thị Phó", "Tổ trưởng tổ dân phố"),
            member(pb::BoardRole::Member, "Vũ Thị Viên", "Chi hội Phụ nữ"),
        ],
        witnesses: vec![named("Đỗ Văn Chứng", "đại diện hộ gia đình")],
        attendees: vec![named("Hoàng Văn Khách", "khách mời")],
        issued_ballot_count: issued,
        returned_ballot_count: returned,
        valid_ballot_count: valid,
        invalid_ballot_count: returned - valid,
        remarks: "Không có ý kiến khác.".into(),
    }
}

pub(crate) fn send_back(list: &pb::RecognitionList) -> pb::ReturnRecognitionListRequest {
    pb::ReturnRecognitionListRequest {
        recognition_list_id: list.recognition_list_id.clone(),
        return_date: day("2025-09-03"),
        reason: REASON.into(),
        ..Default::default()
    }
}

pub(crate) fn propose(mediator: &str) -> pb::ProposeCessationRequest {
    pb::ProposeCessationRequest {
        mediator_id: mediator.into(),
        ground: pb::CessationGround::OwnWish.into(),
        propose_date: day("2026-01-05"),
        reason: WISH.into(),
        ..Default::default()
    }
}

pub(crate) fn withdraw(mediator: &str) -> pb::WithdrawCessationRequest {
    pb::WithdrawCessationRequest {
        mediator_id: mediator.into(),
        withdraw_date: day("2026-01-07"),
        ..Default::default()
    }
}

pub(crate) fn submit(mediator: &str) -> pb::SubmitCessationRequest {
    pb::SubmitCessationRequest {
        mediator_id: mediator.into(),
        verify_date: day("2026-01-08"),
        front_agrees: true,
        area_head_agrees: true,
        receive_date: day("2026-01-10"),
        ..Default::default()
    }
}

pub(crate) fn decide(mediator: &str) -> pb::DecideCessationRequest {
    pb::DecideCessationRequest { mediator_id: mediator.into(), decision: decision("2026-01-12"), ..Default::default() }
}

pub(crate) fn death(mediator: &str) -> pb::RecordDeathRequest {
    pb::RecordDeathRequest {
        mediator_id: mediator.into(),
        death_date: day("2026-02-01"),
        evidence: "Trích lục khai tử 12/2026".into(),
        ..Default::default()
    }
}

pub(crate) fn away(mediator: &str) -> pb::SetAvailabilityRequest {
    pb::SetAvailabilityRequest {
        mediator_id: mediator.into(),
        from_date: day("2026-03-01"),
        to_date: day("2026-03-31"),
        reason: REASON.into(),
        ..Default::default()
    }
}

pub(crate) fn acting(team: &str, mediator: &str, start: &str) -> pb::AppointActingLeaderRequest {
    pb::AppointActingLeaderRequest {
        team_id: team.into(),
        mediator_id: mediator.into(),
        start_date: day(start),
        ..Default::default()
    }
}

pub(crate) fn decide_leader(term: &str) -> pb::DecideLeaderRequest {
    pb::DecideLeaderRequest {
        leader_term_id: term.into(),
        decision: decision("2025-09-25"),
        recognized: true,
        ..Default::default()
    }
}

pub(crate) fn cease(mediator: &str) -> pb::DecideCessationRequest {
    pb::DecideCessationRequest {
        mediator_id: mediator.into(),
        ground: pb::CessationGround::OwnWish.into(),
        propose_date: day("2026-01-05"),
        receive_date: day("2026-01-08"),
        decision: decision("2026-01-12"),
        ..Default::default()
    }
}

/// A cessation decided on a day, proposed and received on it too.
pub(crate) fn ceased(mediator: &str, on: &str) -> pb::DecideCessationRequest {
    pb::DecideCessationRequest {
        propose_date: day(on),
        receive_date: day(on),
        decision: decision(on),
        ..cease(mediator)
    }
}
