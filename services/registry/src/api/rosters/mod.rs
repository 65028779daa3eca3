//! RosterService: files come in by pieces, are read on a thread of their own, and are answered by pieces.

mod answer;
mod convert;
mod upload;

use futures_util::{StreamExt, stream, stream::BoxStream};
use hoagiai_proto::{
    google::HttpBody,
    registry::v1::{self as pb, roster_service_server::RosterService},
};
use hoagiai_rpc::Problem;
use hoagiai_sheets::Roster;
use tonic::{Request, Response, Status, Streaming};

use super::{Api, reading, refuse};
use answer::{Piece, pieces};
pub(super) use upload::places;

type Answer<T> = Result<Response<BoxStream<'static, Result<T, Status>>>, Status>;

#[tonic::async_trait]
impl RosterService for Api {
    type ImportTeamsStream = BoxStream<'static, Result<pb::ImportTeamsResponse, Status>>;
    type ImportMediatorsStream = BoxStream<'static, Result<pb::ImportMediatorsResponse, Status>>;

    async fn import_teams(
        &self,
        request: Request<Streaming<pb::ImportTeamsRequest>>,
    ) -> Answer<pb::ImportTeamsResponse> {
        let upload = self.upload(request).await?;
        let (upload, roster) = upload.read(hoagiai_sheets::read_teams).await?;
        let lines = convert::lines(&roster, convert::team_line);
        let done = self.registry.import_teams(&upload.change, &upload.roster(lines)).await.map_err(refuse)?;
        Ok(answered(pieces(&roster, done)))
    }

    async fn import_mediators(
        &self,
        request: Request<Streaming<pb::ImportMediatorsRequest>>,
    ) -> Answer<pb::ImportMediatorsResponse> {
        let upload = self.upload(request).await?;
        let (upload, roster): (_, Roster<_>) = upload.read(hoagiai_sheets::read_mediators).await?;
        let lines = convert::lines(&roster, convert::mediator_line);
        let done = self.registry.import_mediators(&upload.change, &upload.roster(lines)).await.map_err(refuse)?;
        Ok(answered(pieces(&roster, done)))
    }

    async fn get_roster_template(
        &self,
        request: Request<pb::GetRosterTemplateRequest>,
    ) -> Result<Response<pb::GetRosterTemplateResponse>, Status> {
        let (message, _) = reading(request)?;
        let kind = match message.kind() {
            pb::RosterKind::Mediators => hoagiai_sheets::RosterKind::Mediators,
            _ => hoagiai_sheets::RosterKind::Teams,
        };
        let made = tokio::task::spawn_blocking(move || hoagiai_sheets::template(kind)).await;
        let data = match made {
            Ok(Ok(data)) => data,
            Ok(Err(error)) => return Err(Problem::internal(&error).status()),
            Err(error) => return Err(Problem::internal(&error).status()),
        };
        let content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned();
        let body = Some(HttpBody { content_type, data, extensions: Vec::new() });
        Ok(Response::new(pb::GetRosterTemplateResponse { body }))
    }
}

/// Pieces as messages; a refusal ends the stream after everything that it is about.
fn answered<T: From<Piece> + Send + 'static>(
    (pieces, refusal): (Vec<Piece>, Option<Problem>),
) -> Response<BoxStream<'static, Result<T, Status>>> {
    let end = refusal.map(|problem| Err(problem.status()));
    Response::new(stream::iter(pieces.into_iter().map(|piece| Ok(T::from(piece))).chain(end)).boxed())
}
