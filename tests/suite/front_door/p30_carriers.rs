//! P30, good tokens in the wrong place: what is not the one Authorization header of a request is no credential.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hoagiai_identity::testing::forge::{Draft, Signer};

use super::{
    p30_tokens::{FORMS, Trusting, call, told},
    raw::Head,
};

/// The reads and changes that nobody is let to without credentials.
fn closed() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    FORMS.into_iter().filter(|form| form.0 != "a read open to visitors")
}

/// Lines of a head that hold a good token, none of them as it must be.
fn carriers(good: &str) -> Vec<String> {
    let names = [
        "x-forwarded-authorization",
        "x-original-authorization",
        "x-authorization",
        "proxy-authorization",
        "grpc-metadata-authorization",
        "x-access-token",
        "x-auth-token",
        "access-token",
        "authorization_",
        "http_authorization",
        "authentication",
        "www-authenticate",
        "x-amzn-oidc-accesstoken",
    ];
    let mut lines: Vec<String> = names.iter().map(|name| format!("{name}: Bearer {good}")).collect();
    lines.extend(
        ["access_token", "token", "Authorization", "__Host-token"].map(|name| format!("cookie: {name}={good}")),
    );
    lines.extend([
        format!("cookie: Authorization=Bearer {good}"),
        format!("authorization-bin: {}", STANDARD.encode(format!("Bearer {good}"))),
        format!("sec-websocket-protocol: bearer, {good}"),
        format!("forwarded: for=127.0.0.1;authorization=\"Bearer {good}\""),
        format!("x-http-header-override: authorization: Bearer {good}"),
        "x-forwarded-user: auditor".to_owned(),
        "x-remote-user: auditor".to_owned(),
        "x-roles: auditor".to_owned(),
    ]);
    lines
}

/// Lines with an Authorization header that is not one bearer token.
fn misspelled(good: &str) -> Vec<Vec<String>> {
    let other = Draft::ed().signed_by(Signer::Stranger).token();
    let one = |value: String| vec![format!("authorization: {value}")];
    let two =
        |first: String, second: String| vec![format!("authorization: {first}"), format!("AUTHORIZATION: {second}")];
    let bearer = |token: &str| format!("Bearer {token}");
    vec![
        two(bearer(good), bearer(good)),
        two(bearer(good), bearer(&other)),
        two(bearer(&other), bearer(good)),
        two(bearer(good), String::new()),
        two(String::new(), bearer(good)),
        two(bearer(good), format!("Basic {}", STANDARD.encode("a:b"))),
        one(format!("Bearer {good}, Bearer {good}")),
        one(format!("Bearer {other}, Bearer {good}")),
        one(format!("Bearer {good},{other}")),
        one(format!("Basic {}", STANDARD.encode(format!("bearer:{good}")))),
        one(format!("DPoP {good}")),
        one(format!("Token {good}")),
        one(format!("JWT {good}")),
        one(format!("Bearer: {good}")),
        one(format!("Bearer token={good}")),
        one(format!("Bearer  {good}")),
        one(format!("Bearer\t{good}")),
        one(format!("\"Bearer {good}\"")),
        one(format!("Bearer \"{good}\"")),
        one(format!("Bearer{good}")),
        one(good.to_owned()),
        one(format!("bearer {other}")),
        one(format!("BEARER {other}")),
        one("Bearer".to_owned()),
        one(String::new()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p30_a_good_token_in_the_wrong_place_is_none() {
    let trusting = Trusting::start().await;
    let good = Draft::ed().token();
    let (mut asked, mut answers) = (0, std::collections::BTreeSet::new());
    let cases = carriers(&good).into_iter().map(|line| vec![line]).chain(misspelled(&good));
    for lines in cases {
        let lines: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
        for form in closed() {
            let answer = call(trusting.http(), form, &lines).await.unwrap();
            let lines: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(line)).collect();
            assert_eq!(answer.status, 401, "{}: {lines:?}: {answer:?}", form.0);
            answers.insert(told(&answer));
            asked += 1;
        }
    }
    // In the query, which logs and histories keep (RFC 9700 §4.3.2), and in the body.
    for name in ["access_token", "token", "authorization", "Authorization", "bearer", "id_token"] {
        for verb in ["GET /v1/units?", "GET /v1/units?pageSize=1&"] {
            let asks = ("query", &*format!("{verb}{name}={good}"), "", "");
            answers.insert(refused(&trusting, asks).await);
            let body = format!("{{\"{name}\":\"{good}\"}}");
            let kinds = [("application/json", body), ("application/x-www-form-urlencoded", format!("{name}={good}"))];
            for (kind, body) in &kinds {
                answers.insert(refused(&trusting, ("body", "POST /v1/units:import", kind, body)).await);
            }
            asked += 3;
        }
    }
    answers.insert(
        refused(&trusting, ("in the address", &format!("GET http://bearer:{good}@front.test/v1/units"), "", "")).await,
    );
    // Announced for after the body, where a gateway must not look for it (RFC 9110 §6.5.1).
    let trailers =
        Head::of("POST /v1/units:import").line("content-type: application/json").line("trailer: authorization");
    let trailers =
        trailers.line("transfer-encoding: chunked").line("te: trailers").line("").line("2").line("{}").line("0");
    let answer = trailers.line(format!("authorization: Bearer {good}")).send(trusting.http(), b"").await.unwrap();
    assert_eq!(answer.status, 401, "{answer:?}");
    answers.insert(told(&answer));
    println!("P30: {} ways to carry a good token elsewhere, all answered 401 in {} wordings", asked + 2, answers.len());
    // REST and Connect, each by a service that read the header and by the gateway that found none.
    assert!(answers.len() <= 2, "{answers:#?}");
    // The controls: spelled right, the same token is let in, and the scheme is one word in any case (RFC 9110 §11.1).
    for line in ["authorization: Bearer ", "Authorization: bearer ", "AUTHORIZATION:BEARER "] {
        let line = format!("{line}{good}").into_bytes();
        assert_eq!(call(trusting.http(), FORMS[0], &[line]).await.unwrap().status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p30_connect_by_get_is_not_served_whatever_it_carries() {
    let trusting = Trusting::start().await;
    let good = Draft::ed().token();
    let what = "GET /hoagiai.registry.v1.UnitService/ListUnits?message=e30&base64=1&connect=v1&encoding=json";
    let line = format!("authorization: Bearer {good}").into_bytes();
    let forged = format!("authorization: Bearer {}", Draft::ed().signed_by(Signer::Stranger).token()).into_bytes();
    for (more, lines, status) in [
        (String::new(), vec![], 401),
        (format!("&access_token={good}"), vec![], 401),
        (format!("&authorization=Bearer%20{good}"), vec![], 401),
        (String::new(), vec![line], 405),
        (String::new(), vec![forged], 405),
    ] {
        let answer = call(trusting.http(), ("", &format!("{what}{more}"), "", ""), &lines).await.unwrap();
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

async fn refused(trusting: &Trusting, asks: (&str, &str, &str, &str)) -> String {
    let answer = call(trusting.http(), asks, &[]).await.unwrap();
    assert_eq!(answer.status, 401, "{asks:?}: {answer:?}");
    told(&answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p30_a_head_that_is_no_http_is_refused_before_it_is_read() {
    let trusting = Trusting::start().await;
    let good = Draft::ed().token();
    let (half, rest) = good.split_at(good.len() / 2);
    for line in [
        format!("authorization : Bearer {good}"),
        format!(" authorization: Bearer {good}"),
        format!("authorization: Bearer {half}\r\n {rest}"),
        format!("authorization: Bearer\r\n\t{good}"),
        format!("authorization\u{0}: Bearer {good}"),
        format!("authorizat\u{131}on: Bearer {good}"),
        format!("x: y\nauthorization: Bearer {good}\u{0}"),
    ] {
        let answer = call(trusting.http(), FORMS[0], &[line.clone().into_bytes()]).await.unwrap();
        assert!([400, 401].contains(&answer.status.as_u16()), "{line:?}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p30_tokens_of_every_size_are_refused_and_none_is_an_error_of_ours() {
    let trusting = Trusting::start().await;
    let mut seen = Vec::new();
    for size in [8_000, 8_192, 8_193, 12_000, 16_000, 16_384, 17_000, 30_000, 64_000, 200_000, 390_000, 1 << 20] {
        let token = "a".repeat(size);
        let line = format!("authorization: Bearer {token}").into_bytes();
        let answer = call(trusting.http(), FORMS[0], &[line]).await;
        let status = answer.as_ref().map_or(0, |answer| answer.status.as_u16());
        // 431 or a closed connection where HTTP itself stops reading.
        assert!([401, 431].contains(&status) || (answer.is_none() && size > 100_000), "{size}: {answer:?}");
        seen.push((size, status));
    }
    println!("P30: by size {seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p30_a_flood_of_unknown_keys_hinders_nobody() {
    let trusting = Trusting::start().await;
    let good = format!("authorization: Bearer {}", Draft::ed().token()).into_bytes();
    let mut floods = tokio::task::JoinSet::new();
    for lane in 0..8 {
        let address = trusting.http();
        floods.spawn(async move {
            for n in 0..100 {
                let token = Draft::ed().header_with("kid", format!("k-{lane}-{n}").into()).token();
                let line = format!("authorization: Bearer {token}").into_bytes();
                assert_eq!(call(address, FORMS[0], &[line]).await.unwrap().status, 401);
            }
        });
    }
    while !floods.is_empty() {
        assert_eq!(call(trusting.http(), FORMS[0], std::slice::from_ref(&good)).await.unwrap().status, 200);
        while let Some(done) = floods.try_join_next() {
            done.unwrap();
        }
    }
}
