//! `FormService`.

use hoagiai_proto::reporting::v1::{self as pb, form_service_server::FormService};
use hoagiai_rpc::{Page, request};
use tonic::{Request, Response, Status};

use super::convert;
use crate::usecases::Reporting;

/// The forms on the wire.
pub struct FormsApi(pub Reporting);

#[tonic::async_trait]
impl FormService for FormsApi {
    async fn get_form(&self, request: Request<pb::GetFormRequest>) -> Result<Response<pb::GetFormResponse>, Status> {
        let (request, _) = request::parts(request)?;
        let form = self.0.form_version(&request.code, &request.version)?;
        Ok(Response::new(pb::GetFormResponse { form: Some(convert::form(&form)) }))
    }

    async fn list_forms(
        &self,
        request: Request<pb::ListFormsRequest>,
    ) -> Result<Response<pb::ListFormsResponse>, Status> {
        let (request, caller) = request::parts(request)?;
        let page = Page::of(&request, &caller)?;
        let after: Option<(String, String)> = page.after()?;
        let mut forms = self.0.forms(after.as_ref(), usize::from(page.size().get()) + 1);
        let next_page_token = page.cut(&mut forms, |form| {
            let (code, version) = form.key();
            (code.to_owned(), version.to_owned())
        });
        let forms = forms.iter().map(|form| convert::form(form)).collect();
        Ok(Response::new(pb::ListFormsResponse { forms, next_page_token }))
    }
}
