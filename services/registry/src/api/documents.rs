//! DocumentService.

use hoagiai_proto::{
    google,
    registry::v1::{self as pb, document_service_server::DocumentService, render_document_request::Record},
};
use hoagiai_rpc::{
    Page, Violations,
    convert::{date, may_date, need_id},
};
use tonic::{Request, Response, Status, metadata::MetadataValue};

use super::{Api, convert, reading, refuse, whole};
use crate::usecases::{Format, Paper, Subject};

#[tonic::async_trait]
impl DocumentService for Api {
    async fn render_document(
        &self,
        request: Request<pb::RenderDocumentRequest>,
    ) -> Result<Response<pb::RenderDocumentResponse>, Status> {
        let (message, caller) = reading(request)?;
        let mut out = Violations::default();
        let kind = convert::need("kind", message.kind, &mut out);
        let subject = subject(message.record.as_ref(), &mut out);
        let format = format(message.format());
        let at = self.as_of(message.valid_at.as_ref(), message.known_at.as_ref(), &mut out);
        let (kind, subject) = whole(out, kind.zip(subject))?;
        let paper = self.registry.render_paper(&caller, kind, (subject, at), format).await.map_err(refuse)?;
        Ok(rendered(paper))
    }

    async fn list_document_kinds(
        &self,
        request: Request<pb::ListDocumentKindsRequest>,
    ) -> Result<Response<pb::ListDocumentKindsResponse>, Status> {
        let (message, caller) = reading(request)?;
        let page = Page::of(&message, &caller)?;
        let mut out = Violations::default();
        let day = may_date("valid_at", message.valid_at.as_ref(), &mut out);
        let day = whole(out, Some(day))?;
        let after: Option<String> = page.after()?;
        let limit = usize::try_from(page.size().limit()).unwrap_or(usize::MAX);
        let mut kinds = self.registry.paper_kinds(day, after.as_deref(), limit);
        let next_page_token = page.cut(&mut kinds, |(kind, _)| kind.word().to_owned());
        let kinds = kinds.iter().map(|(kind, template)| pb::DocumentKindInfo {
            kind: convert::number(*kind),
            form_number: template.form.clone(),
            title: template.title.clone(),
            procedure_code: template.procedure.clone(),
            record: convert::number(kind.record()),
            template_version: template.version.clone(),
            valid_from_date: Some(date(template.valid_from)),
            provisional: template.provisional,
            sources: template.sources.clone(),
        });
        Ok(Response::new(pb::ListDocumentKindsResponse { kinds: kinds.collect(), next_page_token }))
    }
}

fn subject(record: Option<&Record>, out: &mut Violations) -> Option<Subject> {
    match record {
        Some(Record::ElectionId(id)) => need_id("election_id", id, out).map(Subject::Election),
        Some(Record::RecognitionListId(id)) => need_id("recognition_list_id", id, out).map(Subject::List),
        Some(Record::LeaderTermId(id)) => need_id("leader_term_id", id, out).map(Subject::Term),
        Some(Record::CessationId(id)) => need_id("cessation_id", id, out).map(Subject::Cessation),
        None => {
            out.add("record", "REQUIRED", "is required", "là bắt buộc");
            None
        }
    }
}

fn format(format: pb::DocumentFormat) -> Format {
    match format {
        pb::DocumentFormat::Unspecified | pb::DocumentFormat::Docx => Format::Docx,
        pb::DocumentFormat::Pdf => Format::Pdf,
    }
}

fn rendered(paper: Paper) -> Response<pb::RenderDocumentResponse> {
    let disposition = format!("attachment; filename=\"{}\"", paper.file_name);
    let mut response = Response::new(pb::RenderDocumentResponse {
        file: Some(google::HttpBody {
            content_type: paper.content_type.to_owned(),
            data: paper.bytes,
            extensions: Vec::new(),
        }),
        file_name: paper.file_name,
        template_version: paper.version,
        provisional: paper.provisional,
        draft: paper.draft,
    });
    // Names of files are words and ids, which every header takes.
    if let Ok(value) = MetadataValue::try_from(disposition) {
        response.metadata_mut().insert("content-disposition", value);
    }
    response
}
