//! The registry's rosters as a client: a file sent by pieces, an answer gathered.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use hoagiai_proto::registry::v1::{
    self as pb, roster_service_client::RosterServiceClient, unit_service_client::UnitServiceClient,
};
use hoagiai_sheets::RosterKind;
use tonic::{Code, Request, Status, metadata::MetadataValue, transport::Channel};

use crate::{elsewhere, failure::Failure, progress::Phase};

/// Bytes of one message.
const PIECE: usize = 128 * 1024;
/// A file of the whole country's size must not take longer.
const LIMIT: Duration = Duration::from_secs(600);
/// A busy server is asked again so often.
const TRIES: u32 = 30;

/// A connection, and in whose name.
#[derive(Clone)]
pub struct Caller {
    /// The connection.
    pub channel: Channel,
    /// The token.
    pub token: String,
}

/// What is sent.
#[derive(Clone)]
pub struct Sent {
    /// What the roster lists.
    pub kind: RosterKind,
    /// How it is to be taken.
    pub header: pb::RosterHeader,
    /// The file.
    pub bytes: Vec<u8>,
    /// Makes a repeat harmless.
    pub request_id: String,
}

/// What was answered.
#[derive(Default)]
pub struct Answered {
    /// Every fault.
    pub faults: Vec<pb::RosterFault>,
    /// Every row.
    pub rows: Vec<pb::RosterRow>,
    /// The summary.
    pub summary: pb::RosterSummary,
    /// Why nothing was taken, in Vietnamese.
    pub refused: Option<String>,
}

macro_rules! call {
    ($caller:expr, $sent:expr, $phase:expr, $method:ident, $request:ident, $part:ident) => {{
        let (mut header, mut id) = (Some($sent.header), $sent.request_id);
        let (bytes, phase) = (Arc::new($sent.bytes), $phase);
        let pieces = (0..bytes.len().max(1)).step_by(PIECE).map(move |from| {
            let chunk = bytes.get(from..(from + PIECE).min(bytes.len())).unwrap_or_default().to_vec();
            phase.add(chunk.len());
            pb::$request { header: header.take(), chunk, request_id: std::mem::take(&mut id) }
        });
        // The pieces are made before the call: the bar is of this process, and a message is a copy anyway.
        let pieces: Vec<_> = pieces.collect();
        let request = $caller.request(stream::iter(pieces))?;
        let mut parts = RosterServiceClient::new($caller.channel.clone()).$method(request).await?.into_inner();
        let mut answered = Answered::default();
        while let Some(message) = parts.next().await {
            match message {
                Ok(message) => match message.part {
                    Some(pb::$part::Part::Faults(part)) => answered.faults.extend(part.faults),
                    Some(pb::$part::Part::Rows(part)) => answered.rows.extend(part.rows),
                    Some(pb::$part::Part::Summary(part)) => answered.summary = part,
                    None => {}
                },
                // All faults came before: they are the answer.
                Err(status) if status.code() == Code::FailedPrecondition && answered.summary.row_count > 0 => {
                    answered.refused = Some(elsewhere::words(&status));
                }
                Err(status) => return Err(status),
            }
        }
        Ok(answered)
    }};
}

impl Caller {
    fn request<T>(&self, message: T) -> Result<Request<T>, Status> {
        let mut request = Request::new(message);
        request.set_timeout(LIMIT);
        let bearer = MetadataValue::try_from(format!("Bearer {}", self.token));
        let mut bearer = bearer.map_err(|_| Status::from_error("the token is no header value".into()))?;
        bearer.set_sensitive(true);
        request.metadata_mut().insert("authorization", bearer);
        Ok(request)
    }

    /// The id of a unit, from its id or from its code of today.
    ///
    /// # Errors
    /// There is no such unit, or the server refuses.
    pub async fn unit(&self, unit: &str) -> Result<String, Failure> {
        if hoagiai_types::Uuid::parse_str(unit).is_ok() {
            return Ok(unit.to_owned());
        }
        let message = pb::FindUnitRequest { code: unit.to_owned(), ..Default::default() };
        let request = self.request(message).map_err(|status| refused(&status))?;
        let found = UnitServiceClient::new(self.channel.clone()).find_unit(request).await;
        let found = found.map_err(|status| refused(&status))?.into_inner().unit;
        Ok(found.map(|unit| unit.unit_id).unwrap_or_default())
    }

    /// Sends a roster; a busy server is asked again, under the same request id.
    ///
    /// # Errors
    /// The server refuses the file or the caller, or is not to be reached.
    pub async fn import(&self, sent: Sent, phase: &Phase) -> Result<Answered, Failure> {
        let mut tries = 0;
        loop {
            match self.once(sent.clone(), phase).await {
                Ok(answered) => return Ok(answered),
                Err(status) if again(status.code()) && tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                Err(status) => return Err(refused(&status)),
            }
        }
    }

    async fn once(&self, sent: Sent, phase: &Phase) -> Result<Answered, Status> {
        match sent.kind {
            RosterKind::Teams => call!(self, sent, phase, import_teams, ImportTeamsRequest, import_teams_response),
            RosterKind::Mediators => {
                call!(self, sent, phase, import_mediators, ImportMediatorsRequest, import_mediators_response)
            }
        }
    }
}

fn again(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::Aborted)
}

fn refused(status: &Status) -> Failure {
    let what = elsewhere::told(status);
    if elsewhere::is_failing(status.code()) {
        Failure::failed(what, "run the same again: a roster is taken whole or not at all")
    } else {
        Failure::input(what, "nothing was changed; see `hoagiai import --help`")
    }
}
