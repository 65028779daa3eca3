//! Requests as values of the domain; every fault of a request at once.

use hoagiai_proto::{cases::v1 as pb, google};
use hoagiai_rpc::{Problem, Violations, convert};
use hoagiai_types::{Date, Etag, Id};

use crate::{
    domain::{
        Category, Change, Content, Exclusion, Ground, MediatorId, Receipt, Session, Source, State, TeamId,
        UnsuccessfulReason,
    },
    events,
};

/// Reads with a list of faults; the faults are the answer if there are any. The codec has asked most of this before:
/// what is left are days that are none, and etags.
pub(super) fn read<T>(read: impl FnOnce(&mut Violations) -> Option<T>) -> Result<T, Problem> {
    let mut faults = Violations::default();
    match read(&mut faults) {
        Some(value) if faults.is_empty() => Ok(value),
        _ => Err(faults.into()),
    }
}

/// A verb on a case: its id, the etag seen, and the day.
pub(super) fn target<T>(
    id: &str,
    etag: &str,
    (field, day): (&str, Option<&google::Date>),
    change: impl FnOnce(Date, &mut Violations) -> Option<T>,
) -> Result<(Id<crate::domain::Case>, Option<Etag>, T), Problem> {
    read(|faults| {
        let (id, etag) = (convert::need_id("case_id", id, faults), convert::may_etag(etag, faults));
        let day = convert::need_date(field, day, faults);
        Some((id?, etag, change(day?, faults)?))
    })
}

/// A book to open: its team and the day.
pub(super) fn opening(message: &pb::OpenRegisterBookRequest) -> Result<(TeamId, Date), Problem> {
    read(|faults| {
        let team = convert::need_id("team_id", &message.team_id, faults);
        let day = convert::need_date("open_date", message.open_date.as_ref(), faults);
        Some((team?, day?))
    })
}

/// A case to receive.
pub(super) fn receipt(message: pb::ReceiveCaseRequest) -> Result<(TeamId, Receipt, Content), Problem> {
    let (ground, category) = (ground(message.ground()), category(message.category()));
    read(|faults| {
        let team = convert::need_id("team_id", &message.team_id, faults);
        let day = convert::need_date("receive_date", message.receive_date.as_ref(), faults);
        let content = message.content.and_then(events::read_content);
        if content.is_none() {
            faults.add("content", "REQUIRED", "is required", "là bắt buộc");
        }
        if ground.is_none() {
            faults.add("ground", "REQUIRED", "is required", "là bắt buộc");
        }
        if category.is_none() {
            faults.add("category", "REQUIRED", "is required", "là bắt buộc");
        }
        let content = content?;
        let party_count = i32::try_from(content.parties.len()).unwrap_or(i32::MAX);
        Some((team?, Receipt { ground: ground?, category: category?, day: day?, party_count }, content))
    })
}

/// A decision on the scope, but for its day.
pub(super) fn scope(message: &pb::DecideScopeRequest, day: Date) -> Change {
    Change::DecideScope {
        exclusion: exclusion(message.exclusion()),
        referred_to: message.referred_to.clone(),
        category: category(message.category()),
        day,
    }
}

/// Mediators to put on a case, but for the day.
pub(super) fn put_mediators(source: Source, ids: &[String], day: Date, faults: &mut Violations) -> Option<Change> {
    let read = |(index, id): (usize, &String)| -> Option<MediatorId> {
        convert::need_id(format_args!("mediator_ids[{index}]"), id, faults)
    };
    let mediators: Option<Vec<MediatorId>> = ids.iter().enumerate().map(read).collect();
    Some(Change::PutMediators { source, mediators: mediators?, day })
}

/// A session, but for its day.
pub(super) fn session(message: &pb::RecordSessionRequest, day: Date, faults: &mut Violations) -> Session {
    Session {
        day,
        public: message.public_session,
        all_agreed_to_public: message.all_parties_agreed_to_public,
        immediate: message.immediate,
        witness: convert::may_id("mediator_id", &message.mediator_id, faults),
        late_reason: message.late_reason.clone(),
    }
}

/// Inverts the pairs of src/events.rs, so that no value is paired twice.
fn inverse<D: Copy, M: PartialEq>(all: &[D], message: M, pair: impl Fn(D) -> M) -> Option<D> {
    all.iter().copied().find(|value| pair(*value) == message)
}

/// A state; none if unspecified.
pub(super) fn state(message: pb::CaseState) -> Option<State> {
    inverse(State::ALL, message, events::state)
}

/// A reason; none if unspecified.
pub(super) fn reason(message: pb::UnsuccessfulReason) -> Option<UnsuccessfulReason> {
    inverse(UnsuccessfulReason::ALL, message, |reason| events::reason(Some(reason)))
}

fn category(message: pb::CaseCategory) -> Option<Category> {
    inverse(Category::ALL, message, events::category)
}

fn ground(message: pb::CaseGround) -> Option<Ground> {
    inverse(Ground::ALL, message, events::ground)
}

fn exclusion(message: pb::ScopeExclusion) -> Option<Exclusion> {
    inverse(Exclusion::ALL, message, events::exclusion)
}
