//! The whole way to a receiver made of published libraries: consent, an event, both signatures, the verdict.

use std::{
    io::{BufRead, BufReader},
    num::NonZeroU32,
    process::{Child, Stdio},
};

use hoagiai_outbound::{
    client::{Answer, Client, Request},
    event::{CloudEvent, Parts, STRUCTURED},
    webhook::{
        handshake::{Ask, Consent, Origin, Withheld},
        keys::SigningKey,
        sign,
        verdict::{self, Failure, Verdict},
    },
};
use http::{HeaderMap, Method, header::CONTENT_TYPE};

use crate::{sockets::opened, tools};

const EVENT: &str = "0197c0de-0000-7000-8000-000000000001";

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn origin(text: &str) -> Origin {
    text.parse().unwrap()
}

fn event() -> Vec<u8> {
    let parts = Parts {
        id: EVENT.into(),
        source: "https://hoagiai.hanoi.gov.vn/cases".into(),
        kind: "vn.gov.hanoi.hoagiai.case.concluded".into(),
        subject: Some("vụ-7".into()),
        data: Some(serde_json::json!({"tổ": "Tổ hòa giải số 1"})),
        ..Parts::default()
    };
    CloudEvent::new(parts).unwrap().structured().unwrap()
}

async fn deliver(client: &Client, url: &str, keys: &[SigningKey], signed: &[u8], sent: Vec<u8>) -> (Verdict, Answer) {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, STRUCTURED.parse().unwrap());
    origin("hoagiai.hanoi.gov.vn").put_into(&mut headers);
    sign::sign(keys, EVENT, tools::now(), signed).unwrap().put_into(&mut headers);
    let request = Request { method: Method::POST, url: url.to_owned(), headers, body: sent.into() };
    let answer = client.send(request).await.unwrap();
    (verdict::judge(answer.status, &answer.headers, &answer.body_start, None, tools::now()), answer)
}

async fn consent(client: &Client, url: &str, ask: &Ask) -> Consent {
    let request =
        Request { method: Method::OPTIONS, url: url.to_owned(), headers: ask.headers(), body: Default::default() };
    ask.judge(&client.send(request).await.unwrap().headers)
}

#[tokio::test]
async fn a_receiver_of_published_libraries_consents_and_takes_what_is_signed() {
    let keys = [SigningKey::shared(&[1; 32]).unwrap(), SigningKey::ed25519(&[2; 32]).unwrap()];
    let mut program = tools::python("receiver.py");
    program.args([keys[0].reveal().as_str(), &keys[1].public().unwrap().to_string(), "hoagiai.hanoi.gov.vn"]);
    let mut program = Running(program.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port: u16 = lines.next().unwrap().parse().unwrap();
    let client = Client::new(opened(&["127.0.0.1"], &[("127.0.0.1", port)], &[])).unwrap();
    let url = format!("http://127.0.0.1:{port}/hook");

    let per_minute = NonZeroU32::new(600);
    let stranger = Ask { origin: origin("elsewhere.vn"), per_minute };
    assert_eq!(consent(&client, &url, &stranger).await, Consent::Withheld(Withheld::Silent));
    let ask = Ask { origin: origin("hoagiai.hanoi.gov.vn"), per_minute };
    assert_eq!(consent(&client, &url, &ask).await, Consent::Granted { per_minute: NonZeroU32::new(60) });

    let (verdict, _) = deliver(&client, &url, &keys, &event(), event()).await;
    assert_eq!(verdict, Verdict::Acknowledged);
    assert_eq!(lines.next().unwrap(), format!("{EVENT} {EVENT} vụ-7 hoagiai.hanoi.gov.vn"));

    let failed = Verdict::Again { why: Failure::Status, after: None };
    let stranger = [SigningKey::shared(&[1; 32]).unwrap(), SigningKey::ed25519(&[9; 32]).unwrap()];
    let no_event = b"{}".to_vec();
    for (step, (verdict, answer)) in [
        ("v1: WebhookVerificationError", deliver(&client, &url, &keys, &no_event, event()).await),
        ("v1a: InvalidSignature", deliver(&client, &url, &stranger, &event(), event()).await),
        ("event: ", deliver(&client, &url, &keys, &no_event, no_event.clone()).await),
    ] {
        assert_eq!(verdict, failed, "{step}");
        let said = String::from_utf8(answer.body_start.to_vec()).unwrap();
        assert!(said.starts_with(step), "{said} is not {step}");
    }
}
