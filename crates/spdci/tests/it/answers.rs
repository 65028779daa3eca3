//! What is answered: order, pages, counts, acknowledgements, notices.

use hoagiai_spdci::{
    Ack, Body, Endpoint, Envelope, ErrorCode, EventType, Found, HeaderReason, HttpErrors, Lookup, MAX_RECORDS,
    MediationTeamRecord, MediatorRecord, Message, NotifyEvent, NotifyEventRequest, Outcome, Record, Refusal,
    RefusedEnvelope, Rejection, Search, SearchAnswer, SearchReason, SearchResponse, Status, TxnTransaction,
    conformance::{Kind, faults},
};
use hoagiai_types::{Id, Uuid};
use serde_json::{Value, json};

use crate::messages::{
    COMMUNE, CORRELATION, answer_value, by_id, now, read_value, records, search, search_response, sent, with,
};

fn asked(extra: &Value) -> Search {
    let mut criteria = json!({
        "reg_type": "Mediator", "query_type": "idtype-value", "query": {"type": "UNIT_ID", "value": COMMUNE},
    });
    for (name, value) in extra.as_object().unwrap() {
        criteria[name] = value.clone();
    }
    let Body::Search(mut searches) = read_value(Endpoint::Search, &search(&[criteria])).unwrap().body else {
        panic!("a search is expected")
    };
    searches.items.remove(0).asked.unwrap()
}

fn mediator(number: u128, name: Option<&str>) -> Record {
    let mut record = MediatorRecord::new(Id::from_uuid(Uuid::from_u128(number)));
    record.full_name = name.map(ToOwned::to_owned);
    record.into()
}

/// The answer to one search that found these records, and the numbers of the ids in it.
fn found(search: &Search, records: Vec<Record>) -> (Value, Vec<u128>) {
    let message = crate::messages::search(&[by_id()]);
    let request = read_value(Endpoint::Search, &message).unwrap();
    let Body::Search(searches) = &request.body else { panic!("a search is expected") };
    let answer = SearchAnswer::new(&searches.items[0], now(), Found::new(search, records).into());
    let answer = serde_json::to_value(answer).unwrap();
    let ids = answer["data"]["reg_records"].as_array().cloned().unwrap_or_default();
    let number = |record: &Value| record["mediator_id"].as_str().unwrap().parse::<Uuid>().unwrap().as_u128();
    let ids = ids.iter().map(number).collect();
    (answer, ids)
}

#[test]
fn records_are_in_the_order_of_their_names_without_marks_and_those_without_a_name_last() {
    let of = [(1, Some("Đỗ An")), (2, Some("Dương An")), (3, None), (4, Some("đỗ an")), (5, Some("Ân Đức"))];
    let all = || of.iter().map(|(number, name)| mediator(*number, *name)).collect::<Vec<_>>();
    let order = |sort: Value| found(&asked(&json!({"sort": sort})), all()).1;
    assert_eq!(order(json!([])), [1, 2, 3, 4, 5]);
    assert_eq!(order(json!([{"attribute_name": "full_name"}])), [5, 1, 4, 2, 3]);
    assert_eq!(order(json!([{"attribute_name": "full_name", "sort_order": "desc"}])), [2, 4, 1, 5, 3]);
    assert_eq!(order(json!([{"attribute_name": "mediator_id", "sort_order": "desc"}])), [5, 4, 3, 2, 1]);
}

#[test]
fn teams_are_sorted_by_the_number_of_their_mediators_as_numbers() {
    let mut criteria = asked(&json!({}));
    criteria.sort =
        vec![hoagiai_spdci::SortKey { attribute: hoagiai_spdci::SortAttribute::MediatorCount, descending: false }];
    let team = |number: u128, count| {
        let mut record = MediationTeamRecord::new(Id::from_uuid(Uuid::from_u128(number)));
        record.mediator_count = Some(count);
        Record::from(record)
    };
    let found = Found::new(&criteria, vec![team(1, 10), team(2, 9)]).unwrap();
    assert!(format!("{found:?}").find("000002").unwrap() < format!("{found:?}").find("000001").unwrap());
}

#[test]
fn pages_show_every_record_once_and_a_page_beyond_the_end_is_empty() {
    let all = || (1..=25).rev().map(|number| mediator(number, None)).collect::<Vec<_>>();
    let (mut seen, mut shown) = (Vec::new(), Vec::new());
    for number in 1..=4 {
        let search = asked(&json!({"pagination": {"page_size": 10, "page_number": number}}));
        let (answer, ids) = found(&search, all());
        assert_eq!(answer["status"], "succ");
        assert_eq!(answer["pagination"], json!({"page_size": 10, "page_number": number, "total_count": 25}));
        seen.push(ids.len());
        shown.extend(ids);
    }
    assert_eq!(shown, (1..=25).collect::<Vec<u128>>());
    assert_eq!(seen, [10, 10, 5, 0]);
    let last = asked(&json!({"pagination": {"page_size": 10, "page_number": i32::MAX}}));
    assert_eq!(found(&last, all()).0["data"]["reg_records"], json!([]));
}

#[test]
fn more_records_than_can_be_answered_are_too_many() {
    let all = |count: usize| (0..count).map(|number| mediator(number as u128, None)).collect::<Vec<_>>();
    assert_eq!(found(&asked(&json!({})), all(MAX_RECORDS)).1.len(), 1_000);
    let (answer, _) = found(&asked(&json!({})), all(MAX_RECORDS + 1));
    assert_eq!(answer["status"], "rjct");
    assert_eq!(answer["status_reason_code"], "rjct.search.too_many_records_found");
}

#[test]
fn nothing_found_is_a_success_with_no_records() {
    let mut criteria = by_id();
    criteria["query"]["value"] = json!("018f3a5e-0000-7000-8000-00000000ffff");
    let answer = answer_value(Endpoint::Search, &search(&[criteria]));
    let item = &answer["message"]["search_response"][0];
    assert_eq!(item["status"], "succ");
    assert_eq!(item["data"]["reg_records"], json!([]));
    assert_eq!(item["pagination"]["total_count"], 0);
}

#[test]
fn the_header_counts_what_is_done_and_says_how_far_the_message_is() {
    let request = read_value(Endpoint::Search, &search(&[by_id(), by_id(), json!({})])).unwrap();
    let Body::Search(searches) = &request.body else { panic!("a search is expected") };
    let header = |outcomes: [Outcome; 3]| {
        let answers = searches.items.iter().zip(outcomes);
        let response = SearchResponse {
            transaction_id: request.transaction_id.clone(),
            correlation_id: CORRELATION.to_owned(),
            search_response: answers.map(|(item, outcome)| SearchAnswer::new(item, now(), outcome)).collect(),
        };
        let value = serde_json::to_value(Envelope::new(&sent(), Message::Search(response))).unwrap();
        assert_eq!(faults(Kind::OnSearch, &value), Vec::<String>::new());
        let header = &value["header"];
        let reason = header["status_reason_code"].as_str().unwrap_or_default().to_owned();
        (header["status"].as_str().unwrap().to_owned(), reason, header["completed_count"].as_u64().unwrap())
    };
    let search = searches.items[0].asked.clone().unwrap();
    let found = || Outcome::Found(Found::new(&search, records(&search.question)).unwrap());
    let down = || Outcome::Rejected(Rejection::without_code("the registry does not answer: ask again"));
    // The third was rejected when it was read, whatever is said of it.
    assert_eq!(header([found(), Outcome::Pending, found()]), ("pdng".to_owned(), String::new(), 2));
    assert_eq!(header([found(), down(), found()]), ("succ".to_owned(), String::new(), 3));
    assert_eq!(header([down(), down(), found()]), ("rjct".to_owned(), "rjct.errors.too_many".to_owned(), 3));
}

#[test]
fn a_stored_answer_is_read_back_and_cut_to_what_is_asked_for() {
    let request = read_value(Endpoint::Search, &search(&[by_id(), by_id()])).unwrap();
    let response = search_response(&request);
    let stored = serde_json::to_string(&response).unwrap();
    let again: SearchResponse = serde_json::from_str(&stored).unwrap();
    assert_eq!(again, response);
    let some =
        TxnTransaction::Search(again.clone()).only(&Lookup::ReferenceIds(vec!["r2".to_owned(), "r9".to_owned()]));
    let TxnTransaction::Search(some) = some else { panic!("another kind") };
    assert_eq!(some.search_response.len(), 1);
    assert_eq!(some.search_response[0].reference_id, "r2");
    let all = TxnTransaction::Search(again.clone()).only(&Lookup::TransactionId("t".to_owned()));
    assert_eq!(all, TxnTransaction::Search(again));
}

#[test]
fn the_locale_is_given_back() {
    let message = with(&search(&[by_id()]), "/message/search_request/0/locale", Some(json!("vie")));
    assert_eq!(answer_value(Endpoint::Search, &message)["message"]["search_response"][0]["locale"], "vie");
}

#[test]
fn a_message_of_which_nothing_can_be_answered_is_refused_at_once_where_there_is_a_callback() {
    let all = read_value(Endpoint::Search, &search(&[json!({}), json!({})])).unwrap();
    let refusal = all.refused_entirely().unwrap();
    assert_eq!((refusal.code, refusal.reason), (ErrorCode::BadRequest, Some(HeaderReason::ErrorsTooMany)));
    assert_eq!(refusal.transaction_id, "t-1");
    assert!(refusal.message.contains("search_request[0]") && refusal.message.contains("search_request[1]"));
    let some = read_value(Endpoint::Search, &search(&[json!({}), by_id()])).unwrap();
    assert_eq!(some.refused_entirely(), None);
}

#[test]
fn every_code_of_an_acknowledgement_can_be_given() {
    for code in ErrorCode::ALL {
        let refusal = Refusal::new(*code, &"x".repeat(2_000)).of_transaction("t-1");
        let ack = serde_json::to_value(Ack::refused(&refusal, now(), CORRELATION)).unwrap();
        assert_eq!(faults(Kind::Ack, &ack), Vec::<String>::new());
        assert_eq!(ack["message"]["error"]["code"], code.word());
        let errors = serde_json::to_value(HttpErrors::from(&refusal)).unwrap();
        assert_eq!(faults(Kind::HttpErrors, &errors), Vec::<String>::new());
        assert!((400..600).contains(&code.http_status()));
        for (endpoint, kind) in [
            (Endpoint::Search, Kind::OnSearch),
            (Endpoint::Subscribe, Kind::OnSubscribe),
            (Endpoint::Unsubscribe, Kind::OnUnsubscribe),
            (Endpoint::TxnStatus, Kind::TxnOnStatus),
        ] {
            let answer = RefusedEnvelope::new(endpoint, &sent(), &refusal, CORRELATION);
            assert_eq!(faults(kind, &serde_json::to_value(answer).unwrap()), Vec::<String>::new());
        }
    }
    for ack in [Ack::accepted(now(), CORRELATION), Ack::without_callback(now(), CORRELATION)] {
        assert_eq!(faults(Kind::Ack, &serde_json::to_value(ack).unwrap()), Vec::<String>::new());
    }
    let again = Refusal::duplicate_message_id();
    assert_eq!(again.reason.map(HeaderReason::word), Some("rjct.message_id.duplicate"));
}

#[test]
fn a_notice_tells_the_event_with_the_records_after_it() {
    let search = asked(&json!({}));
    let event =
        |event: EventType| NotifyEvent::new("e-1", now(), event, records(&search.question), Some("vie".to_owned()));
    let notify_event = EventType::ALL.iter().map(|one| event(*one)).collect();
    let message = Message::Notify(NotifyEventRequest { transaction_id: "n-1".to_owned(), notify_event });
    let value = serde_json::to_value(Envelope::new(&sent(), message)).unwrap();
    assert_eq!(faults(Kind::Notify, &value), Vec::<String>::new());
    assert_eq!(value["header"]["action"], "notify");
    assert_eq!(value["header"]["total_count"], EventType::ALL.len());
    let data = &value["message"]["notify_event"][1]["data"];
    assert_eq!(
        (data["reg_event_type"].as_str(), data["response_entity"].as_str()),
        (Some("MediatorCeased"), Some("Member"))
    );
}

#[test]
fn a_rejection_of_a_face_is_given_as_it_is() {
    let request = read_value(Endpoint::Search, &search(&[by_id()])).unwrap();
    let Body::Search(searches) = &request.body else { panic!("a search is expected") };
    let rejection = Rejection::new(SearchReason::SearchCriteriaInvalid, "not disclosed to this agency");
    let answer = SearchAnswer::new(&searches.items[0], now(), Outcome::Rejected(rejection));
    assert_eq!(
        (answer.status, answer.status_reason_code),
        (Status::Rejected, Some(SearchReason::SearchCriteriaInvalid))
    );
}
