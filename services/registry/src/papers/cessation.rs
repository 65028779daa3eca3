//! The procedure of ceasing on paper (forms 08 and 09, and the decision).

use hoagiai_documents::Values;

use super::{
    language::{count, date, title},
    place::of_decision,
};
use crate::domain::{Ceasing, CeasingForm, CeasingState, Cessation, Mediator, PaperKind, Person, Proposer, Rules};

/// A procedure with whom it is about and its words.
#[derive(Debug)]
pub(crate) struct Leaving {
    /// The procedure.
    pub(crate) ceasing: Ceasing,
    /// The mediator's record.
    pub(crate) mediator: Mediator,
    /// Who it is; none once the key was destroyed.
    pub(crate) person: Option<Person>,
    /// Why it was proposed.
    pub(crate) reason: String,
    /// Why those who verified do not agree.
    pub(crate) disagreement: String,
}

impl Leaving {
    /// Whether the paper is one of this procedure: what went to the chairman, or the decision to cease.
    pub(crate) fn has(&self, kind: PaperKind) -> bool {
        match kind {
            PaperKind::CessationProposal => self.ceasing.form != Some(CeasingForm::Disagreement),
            PaperKind::CessationDisagreement => self.ceasing.form != Some(CeasingForm::Proposal),
            PaperKind::CessationDecision => {
                matches!(self.ceasing.state, CeasingState::Proposed | CeasingState::Submitted | CeasingState::Ceased)
            }
            _ => false,
        }
    }
}

/// The ground in the words of the law, and where they stand.
fn ground(ground: Cessation) -> Option<(&'static str, &'static str)> {
    match ground {
        Cessation::OwnWish => Some(("theo nguyện vọng của hòa giải viên", "điểm a khoản 1 Điều 11")),
        Cessation::StandardLost => {
            Some(("không còn đáp ứng một trong các tiêu chuẩn của hòa giải viên", "điểm b khoản 1 Điều 11"))
        }
        Cessation::Breach => Some((
            "vi phạm nguyên tắc tổ chức, hoạt động hòa giải ở cơ sở hoặc không có điều kiện tiếp tục làm hòa giải viên \
             do bị xử lý vi phạm pháp luật",
            "điểm c khoản 1 Điều 11",
        )),
        Cessation::Deceased | Cessation::TeamDissolved | Cessation::Merged => None,
    }
}

fn opinion(agrees: bool) -> &'static str {
    if agrees { "thống nhất" } else { "không thống nhất" }
}

/// The procedure, the person, and number and day of the decision once it is taken.
pub(crate) fn of_cessation(values: &mut Values, leaving: &Leaving, kind: PaperKind, rules: &Rules) {
    let (ceasing, person) = (&leaving.ceasing, leaving.person.as_ref());
    let proposer = match ceasing.proposer {
        Proposer::Leader => "tổ trưởng tổ hòa giải",
        Proposer::FrontHead => "Trưởng ban công tác Mặt trận",
    };
    let verified = ceasing.verification.as_ref();
    values
        .may_text("person.full_name", person.map(|person| person.full_name.as_str()))
        .may_text("person.birth_year", person.and_then(|person| person.birth_year))
        .may_text("person.title", person.map(title))
        .may_text("person.recognition_number", leaving.mediator.recognition.as_ref().map(|decision| &decision.number))
        .may_text("person.recognition_date", leaving.mediator.recognition_date().map(date))
        .text("cessation.propose_date", date(ceasing.propose_date))
        .text("cessation.proposer", proposer)
        .may_text("cessation.ground", ground(ceasing.ground).map(|(words, _)| words))
        .may_text("cessation.article", ground(ceasing.ground).map(|(_, article)| article))
        .text("cessation.reason", &leaving.reason)
        .text("cessation.disagreement", &leaving.disagreement)
        .text("cessation.verify_due_date", date(ceasing.verify_due))
        .may_text("cessation.verify_date", verified.map(|found| date(found.date)))
        .may_text("cessation.front_opinion", verified.map(|found| opinion(found.front_agrees)))
        .may_text("cessation.area_head_opinion", verified.map(|found| opinion(found.area_head_agrees)))
        .may_text("cessation.leader_told_date", verified.and_then(|found| found.leader_told).map(date))
        .may_text("cessation.receive_date", ceasing.received.map(|(day, _)| date(day)))
        .may_text("cessation.decide_due_date", ceasing.received.map(|(_, due)| date(due)))
        .text("cessation.working_days", count(usize::from(rules.cessation_decide_working_days)))
        .flag("cessation.of_leader", ceasing.of_leader);
    if kind.is_decision() {
        of_decision(values, ceasing.decision.as_ref());
    }
}
