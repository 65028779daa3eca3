//! Criteria sets through the contract.

use hoagiai_evaluation::MIGRATIONS;
use hoagiai_proto::evaluation::v1 as pb;
use hoagiai_testkit::{engines::TestDb, served::by};
use tonic::Code;

use crate::world::{World, reason};

hoagiai_testkit::on_each_engine!(MIGRATIONS; sets_are_served_with_their_digest);

async fn sets_are_served_with_their_digest(test: TestDb) {
    let mut world = World::open(test).await;
    let get = |version: &str| pb::GetCriteriaSetRequest { code: "five_good_team".into(), version: version.into() };
    let set = world.criteria.get_criteria_set(by("leader", get("2023"))).await.unwrap().into_inner().criteria_set;
    let set = set.unwrap();
    assert_eq!((set.criteria.len(), set.required_count, set.target_percent, set.digest.len()), (5, 5, 60, 64));
    assert_eq!(set.criteria[0].expression, "100 * successful >= 90 * concluded");
    assert!(set.criteria[3].provisional && set.criteria[4].provisional);
    let missing = world.criteria.get_criteria_set(by("leader", get("1999"))).await;
    assert_eq!(reason(missing), (Code::NotFound, "CRITERIA_SET_NOT_FOUND".into()));

    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListCriteriaSetsRequest { page_size: 1, page_token };
        let page = world.criteria.list_criteria_sets(by("leader", request)).await.unwrap().into_inner();
        seen.extend(page.criteria_sets.into_iter().map(|set| set.version));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, ["2021", "2023"]);
}
