//! Attacks on the outside: parts, base64, size, JSON that is not one object.

use serde_json::json;

use super::Kit;
use crate::{
    testing::forge::{Draft, b64},
    token::{MAX_BYTES, Reason},
};

pub(super) fn shapes(kit: &mut Kit) {
    use Reason::{Base64, Oversized, Parts, PayloadJson, Signature};
    let good = Draft::ed().token();
    let parts: Vec<&str> = good.split('.').collect();
    let (h, p, s) = (parts[0], parts[1], parts[2]);
    for (name, token) in [
        ("empty", String::new()),
        ("one part", h.into()),
        ("two parts", format!("{h}.{p}")),
        ("four parts", format!("{good}.{s}")),
        ("five parts, a JWE", format!("{h}.{p}.{s}.{p}.{s}")),
        ("dots only", "..".into()),
        ("no header", format!(".{p}.{s}")),
        ("no payload", format!("{h}..{s}")),
        ("a dot at the end", format!("{good}.")),
        ("a dot in front", format!(".{good}")),
        ("JSON serialisation", json!({"protected": h, "payload": p, "signature": s}).to_string()),
    ] {
        kit.text(name, Parts, token);
    }
    // 64 bytes are 86 characters; the last one has four bits to spare, which must be zero.
    let (start, last) = s.split_at(s.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let loose_bits = format!("{start}{}", alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap());
    for (name, token) in [
        ("signature padded", format!("{h}.{p}.{s}==")),
        ("header padded", format!("{h}=.{p}.{s}")),
        ("payload with a space", format!("{h}.{p} .{s}")),
        ("a line end after it", format!("{good}\n")),
        ("a line end within", format!("{h}.{}\r\n{}.{s}", &p[..4], &p[4..])),
        ("percent-encoded", good.replacen('.', "%2E", 1) + ".x"),
        ("spare bits in the signature", format!("{h}.{p}.{loose_bits}")),
        ("length that no bytes have", format!("{h}.{p}.{}", &s[..s.len() - 1])),
        ("the alphabet of plain base64", format!("{h}.{p}.{}+/", &s[..s.len() - 2])),
        ("not ASCII", format!("{h}.{p}.ŝ{s}")),
        ("NUL in the middle", format!("{h}.{p}.\u{0}{s}")),
    ] {
        kit.text(name, Base64, token);
    }
    let other = Draft::ed().with("sub", json!("binh")).token();
    let elevated = Draft::ed().with("roles", json!([{"role": "commune_chair", "area": "*"}])).token();
    let payload_of = |token: &str| token.split('.').nth(1).unwrap().to_owned();
    for (name, token) in [
        ("payload of another token", format!("{h}.{}.{s}", payload_of(&other))),
        ("payload with more roles", format!("{h}.{}.{s}", payload_of(&elevated))),
        ("signature of another token", format!("{h}.{p}.{}", other.rsplit_once('.').unwrap().1)),
        ("signature cut by a byte", format!("{h}.{p}.{}", b64(&decode(s)[..63]))),
        ("signature with a byte more", format!("{h}.{p}.{}", b64([&decode(s)[..], &[0]].concat()))),
        ("signature turned round", format!("{h}.{p}.{}", b64(decode(s).into_iter().rev().collect::<Vec<_>>()))),
        ("signature twice", format!("{h}.{p}.{}", b64([decode(s), decode(s)].concat()))),
    ] {
        kit.text(name, Signature, token);
    }
    let header = json!(Draft::ed().header).to_string();
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(500), "]".repeat(500));
    for (name, claims) in [
        ("payload is a list", "[]".as_bytes().to_vec()),
        ("payload is another token (nested)", json!(good).to_string().into_bytes()),
        ("payload is null", b"null".to_vec()),
        ("payload is not UTF-8", b"{\"sub\":\"\xff\xfe\"}".to_vec()),
        ("payload nested 500 deep", deep.into_bytes()),
        ("payload with half a surrogate", br#"{"sub":"\ud800"}"#.to_vec()),
        ("payload and more", b"{}{}".to_vec()),
        ("payload with NaN", br#"{"exp":NaN}"#.to_vec()),
    ] {
        kit.text(name, PayloadJson, Draft::ed().raw(&header, claims));
    }
    // Grown by a claim nobody reads: the signature is good either way.
    let grown = |by: usize| Draft::ed().with("x", json!("y".repeat(by))).token();
    let fits = (1..MAX_BYTES).rev().find(|by| (good.len() + by * 4 / 3 + 16) < MAX_BYTES).unwrap();
    let over = (fits..).find(|by| grown(*by).len() > MAX_BYTES).unwrap();
    let (at_limit, over) = (grown(over - 1), grown(over));
    assert!(at_limit.len() <= MAX_BYTES && over.len() <= MAX_BYTES + 2);
    kit.pair("one step over 8 KiB, well signed", Oversized, over, at_limit);
    kit.text("a megabyte", Oversized, Draft::ed().with("x", json!("y".repeat(1 << 20))).token());
    kit.text("a megabyte of dots", Oversized, ".".repeat(1 << 20));
}

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}
