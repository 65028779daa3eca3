//! Page tokens: bound to their list, useless elsewhere.

use hoagiai_identity::{Role, testing};
use hoagiai_proto::registry::v1::ListTeamsRequest;
use tonic::Code;

use crate::Page;

fn caller(subject: &str) -> hoagiai_identity::Caller {
    let account = testing::account(subject).holds(Role::Operator, testing::HERE.area_of(Role::Operator));
    testing::caller(account.build(), "registry.teams.list", testing::date("2026-03-01"))
}

fn request(commune: &str, token: &str) -> ListTeamsRequest {
    ListTeamsRequest { unit_id: commune.into(), page_size: 2, page_token: token.into(), ..Default::default() }
}

#[test]
fn a_token_continues_its_list() {
    let caller = caller("a");
    let page = Page::of(&request("x", ""), &caller).unwrap();
    assert_eq!(page.after::<(i64, String)>().unwrap(), None);
    let mut rows = vec![1_i64, 2, 3];
    let token = page.cut(&mut rows, |n| (*n, "id".to_owned()));
    assert_eq!(rows, [1, 2]);
    // The size of the page may change on the way.
    let next = Page::of(&ListTeamsRequest { page_size: 9, ..request("x", &token) }, &caller).unwrap();
    assert_eq!(next.after::<(i64, String)>().unwrap(), Some((2, "id".to_owned())));
    let mut rest = vec![3_i64];
    assert_eq!(next.cut(&mut rest, |n| *n), "");
}

#[test]
fn a_token_of_another_filter_caller_or_hand_is_refused() {
    let page = Page::of(&request("x", ""), &caller("a")).unwrap();
    let token = page.token(&(2, "id"));
    let refused = |request: &ListTeamsRequest, who: &str| {
        let problem = Page::of(request, &caller(who)).unwrap_err();
        assert_eq!((problem.code(), problem.reason()), (Code::InvalidArgument, "PAGE_TOKEN_INVALID"));
    };
    refused(&request("y", &token), "a");
    refused(&request("x", &token), "b");
    refused(&request("x", "%%%"), "a");
    refused(&request("x", "AAAA"), "a");
    refused(&request("x", &format!("A{token}")), "a");
    let other = Page::of(&request("x", &token), &caller("a")).unwrap().after::<String>().unwrap_err();
    assert_eq!(other.reason(), "PAGE_TOKEN_INVALID");
    let negative = ListTeamsRequest { page_size: -1, ..request("x", "") };
    assert_eq!(Page::of(&negative, &caller("a")).unwrap_err().code(), Code::InvalidArgument);
}
