//! Forms through the contract.

use hoagiai_proto::reporting::v1 as pb;
use hoagiai_reporting::MIGRATIONS;
use hoagiai_testkit::{engines::TestDb, served::by};
use tonic::Code;

use crate::world::{World, reason};

hoagiai_testkit::on_each_engine!(MIGRATIONS; forms_are_served_with_their_digest);

async fn forms_are_served_with_their_digest(test: TestDb) {
    let mut world = World::empty(test, false).await;
    let get = |version: &str| pb::GetFormRequest { code: "results".into(), version: version.into() };
    let form = world.forms.get_form(by("ward", get("2013"))).await.unwrap().into_inner().form.unwrap();
    assert_eq!((form.columns.len(), form.identities.len(), form.digest.len()), (13, 3, 64));
    let rate = form.columns.last().unwrap();
    assert_eq!((rate.numerator_column.as_str(), rate.denominator_column.as_str()), ("c5", "concluded"));
    let missing = world.forms.get_form(by("ward", get("1999"))).await;
    assert_eq!(reason(missing), (Code::NotFound, "FORM_NOT_FOUND".into()));

    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListFormsRequest { page_size: 2, page_token };
        let page = world.forms.list_forms(by("ward", request)).await.unwrap().into_inner();
        seen.extend(page.forms.into_iter().map(|form| form.code));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["five_good", "organization", "results"]);
}
