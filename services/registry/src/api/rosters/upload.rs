//! Taking a file in: who sends it is asked before its first byte is kept, and what it may cost is bounded.

use std::{sync::Arc, time::Duration};

use hoagiai_proto::registry::v1 as pb;
use hoagiai_rpc::{Problem, Violations, change, convert::need_id, request};
use hoagiai_sheets::{Limits, Options, Quantity, Refusal, Roster};
use hoagiai_types::{Id, text};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Request, Status, Streaming};

use super::answer::unreadable;
use crate::{
    api::{Api, convert, refuse, whole},
    domain::{Decision, UnitId, UnitVersion, level},
    usecases::{Change, RosterIn},
};

/// Files in hand at once: each may take its size and several times that while it is read.
const FILES: usize = 4;
/// A file must be here within this time, so that nobody keeps a place by sending slowly.
const ARRIVES: Duration = Duration::from_secs(60);
/// When a place may be free.
const RETRY: Duration = Duration::from_secs(2);

/// Places for files.
pub(in crate::api) fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(FILES))
}

/// A piece of an upload, whatever it is of.
pub(super) trait Part: hoagiai_rpc::Request {
    /// Header, bytes, idempotency key.
    fn taken(self) -> (Option<pb::RosterHeader>, Vec<u8>, String);
    /// The whole upload as one message, the digest of the file in place of the file: what a repeat must equal.
    fn whole(header: pb::RosterHeader, digest: Vec<u8>, request_id: String) -> Self;
}

macro_rules! parts {
    ($($message:ident),+) => {$(
        impl Part for pb::$message {
            fn taken(self) -> (Option<pb::RosterHeader>, Vec<u8>, String) {
                (self.header, self.chunk, self.request_id)
            }
            fn whole(header: pb::RosterHeader, chunk: Vec<u8>, request_id: String) -> Self {
                pb::$message { header: Some(header), chunk, request_id }
            }
        }
    )+};
}
parts!(ImportTeamsRequest, ImportMediatorsRequest);

/// A file that is here.
pub(super) struct Upload {
    header: pb::RosterHeader,
    unit: UnitVersion,
    decision: Option<Decision>,
    bytes: Vec<u8>,
    digest: [u8; 32],
    options: Options,
    pub(super) change: Change,
    _place: OwnedSemaphorePermit,
}

impl Api {
    /// Takes a file in.
    pub(super) async fn upload<P: Part>(&self, request: Request<Streaming<P>>) -> Result<Upload, Status> {
        let (mut parts, caller) = request::parts(request)?;
        let first = parts.message().await?.map(Part::taken);
        let Some((Some(header), begin, request_id)) = first else { return Err(fault("header")) };
        let mut out = Violations::default();
        let unit: Option<UnitId> = need_id("header.unit_id", &header.unit_id, &mut out);
        let decision = match header.decision.clone() {
            None => Some(None),
            stated => convert::need_decision(stated, &mut out).map(Some),
        };
        let (unit, decision) = whole(out, unit.zip(decision))?;

        // Who it is, and where, before anything is kept of what is sent.
        let asked = P::whole(header.clone(), Vec::new(), request_id.clone());
        let mut change = self.changed(&asked, caller)?;
        let unit = self.registry.admit_roster(&change, unit).await.map_err(refuse)?;
        let place = self.files.clone().try_acquire_owned();
        let place = place.map_err(|_| Problem::new("BUSY").retry_after(RETRY).status())?;
        let limits = Limits::default();
        let arrived = tokio::time::timeout(ARRIVES, gathered(&mut parts, begin, &limits)).await;
        let bytes = arrived.map_err(|_| Problem::new("DEADLINE_EXCEEDED").status())??;

        let digest = change::digest(&bytes);
        change.key = change::key(&P::whole(header.clone(), digest.to_vec(), request_id), &change.caller)?;
        let options = Options {
            sheet: Some(header.sheet.clone()).filter(|sheet| !sheet.is_empty()),
            today: self.env.today(),
            decision_given: decision.is_some(),
            commune_given: level(unit.kind) >= 2,
            area_given: level(unit.kind) == 3,
            limits,
        };
        Ok(Upload { header, unit, decision, bytes, digest, options, change, _place: place })
    }

    fn changed<P: Part>(&self, message: &P, caller: hoagiai_identity::Caller) -> Result<Change, Status> {
        let key = change::key(message, &caller)?;
        let origin = change::origin_of(&caller, &key, &self.env);
        Ok(Change { caller, key, origin })
    }
}

/// The pieces of a file put together.
async fn gathered<P: Part>(parts: &mut Streaming<P>, begin: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, Status> {
    let mut bytes = begin;
    while let Some(part) = parts.message().await? {
        let (header, chunk, _) = part.taken();
        if header.is_some() {
            return Err(fault("header"));
        }
        if bytes.len() + chunk.len() > limits.file_bytes {
            let limit = limits.file_bytes as u64;
            return Err(unreadable(&Refusal::TooLarge { quantity: Quantity::FileBytes, limit, row: 0 }).status());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The header is in the first message, and nowhere else.
fn fault(field: &str) -> Status {
    let mut out = Violations::default();
    out.add(
        field,
        "REQUIRED",
        "is required in the first message, and only there",
        "phải có trong thông điệp đầu tiên, và chỉ ở đó",
    );
    Problem::from(out).status()
}

impl Upload {
    /// Reads the file on a thread where nobody waits.
    pub(super) async fn read<T: Send + 'static>(
        mut self,
        read: fn(&[u8], &Options) -> Result<Roster<T>, Refusal>,
    ) -> Result<(Self, Roster<T>), Status> {
        let (bytes, options) = (std::mem::take(&mut self.bytes), self.options.clone());
        let done = tokio::task::spawn_blocking(move || read(&bytes, &options)).await;
        let roster = done.map_err(|error| Problem::internal(&error).status())?;
        Ok((self, roster.map_err(|refusal| unreadable(&refusal).status())?))
    }

    /// The roster for the use case.
    pub(super) fn roster<L>(&self, (lines, unread): (Vec<L>, Vec<usize>)) -> RosterIn<L> {
        RosterIn {
            unit: Id::from_uuid(self.unit.id.uuid()),
            source: text::nfc(&self.header.source),
            decision: self.decision.clone(),
            partial: self.header.partial,
            validate_only: self.header.validate_only,
            digest: self.digest,
            lines,
            unread,
        }
    }
}
