//! Attacks on the algorithm, the key and the header.

use serde_json::json;

use super::Kit;
use crate::{
    testing::forge::{self, CITY, COURTS, Draft, OURS, RING, Signer},
    token::Reason,
};

pub(super) fn algorithms(kit: &mut Kit) {
    use Reason::{AlgorithmNotAllowed, AlgorithmOfOtherKey, AlgorithmUnknown, Parts, Signature};
    let unsigned = |alg: &str| {
        let token = Draft::ed().header_with("alg", json!(alg)).token();
        format!("{}.", token.rsplit_once('.').unwrap().0)
    };
    for alg in ["none", "EdDSA"] {
        kit.text(format!("alg {alg}, signature stripped"), Parts, unsigned(alg));
    }
    let names = [
        "none",
        "None",
        "nOnE",
        "NONE",
        "HS384",
        "HS512",
        "RS384",
        "RS512",
        "PS384",
        "ES384",
        "ES256K",
        "Ed25519",
        "eddsa",
        " EdDSA",
        "EdDSA\u{0}",
        "",
        "dir",
        "RSA-OAEP",
    ];
    kit.header("alg", names.iter().map(|name| json!(name)).collect(), AlgorithmUnknown);
    kit.header("alg", vec![json!(null), json!(["EdDSA"]), json!(0), json!(true), json!({})], AlgorithmUnknown);
    kit.draft("alg missing", AlgorithmUnknown, Draft::ed().header_without("alg"));
    let secrets = [
        ("the RSA public key", forge::rsa_public_der()),
        ("the JWK of the key", forge::rsa_jwk("rsa-1").to_string().into_bytes()),
        ("the id of the key", b"rsa-1".to_vec()),
        ("nothing", vec![]),
    ];
    for (what, secret) in secrets {
        let attack = Draft::rsa().header_with("alg", json!("HS256")).signed_by(Signer::Hmac(secret));
        kit.pair(format!("HS256 keyed with {what}"), AlgorithmUnknown, attack.token(), Draft::rsa().token());
    }
    for (name, alg, kid, signer) in [
        ("ES256 with the id of an Ed25519 key", "ES256", "ed-1", Signer::Ec),
        ("PS256 with the id of a P-256 key", "PS256", "ec-1", Signer::Pss),
        ("EdDSA with the id of an RSA key", "EdDSA", "rsa-1", Signer::Ed),
    ] {
        kit.draft(name, AlgorithmOfOtherKey, Draft::new(alg, kid, CITY, signer));
    }
    for (alg, signer) in [("PS256", Signer::Pss), ("RS256", Signer::Pkcs1)] {
        let attack = Draft::new(alg, "courts-rsa", COURTS, signer).token();
        let name = format!("{alg} from an issuer that has EdDSA only");
        kit.pair(name, AlgorithmNotAllowed, attack, Draft::courts().token());
    }
    let attack = Draft::new("RS256", "rsa-1", CITY, Signer::Pkcs1).token();
    kit.pair("RS256 from an issuer that has PS256", AlgorithmNotAllowed, attack, Draft::rsa().token());
    for (name, base, signer) in [
        ("PS256 signed as PKCS#1 v1.5", Draft::rsa(), Signer::Pkcs1),
        ("ES256 signature in DER", Draft::ec(), Signer::EcAsn1),
        ("ES256 signature of zeros", Draft::ec(), Signer::Bytes(vec![0; 64])),
        ("ES256 signed by an Ed25519 key", Draft::ec(), Signer::Ed),
        ("EdDSA signature of zeros", Draft::ed(), Signer::Bytes(vec![0; 64])),
        ("EdDSA signature of one byte", Draft::ed(), Signer::Bytes(vec![0])),
        ("PS256 signature of zeros", Draft::rsa(), Signer::Bytes(vec![0; 256])),
        ("signed by a stranger with our key id", Draft::ed(), Signer::Stranger),
        ("signed with HMAC under EdDSA", Draft::ed(), Signer::Hmac(b"ed-1".to_vec())),
    ] {
        kit.pair(name, Signature, base.clone().signed_by(signer).token(), base.token());
    }
}

pub(super) fn headers(kit: &mut Kit) {
    use Reason::{DuplicateKey, HeaderField, HeaderJson, KeyIdMalformed, KeyUnknown, Type};
    let evil = [
        "",
        "../../../../dev/null",
        "/etc/hosts",
        "x' OR '1'='1",
        "x\"; DROP TABLE keys; --",
        "a b",
        "ed-1\n",
        "ed-1\u{0}",
        "ed‑1",
        "http://evil.test/jwks",
        "${jndi:ldap://evil}",
        "%2e%2e%2f",
        "ed-1|sh",
    ];
    kit.header("kid", evil.iter().map(|kid| json!(kid)).collect(), KeyIdMalformed);
    kit.header("kid", vec![json!(null), json!(1), json!(["ed-1"]), json!("k".repeat(129))], KeyIdMalformed);
    kit.draft("kid missing", KeyIdMalformed, Draft::ed().header_without("kid"));
    kit.header("kid", vec![json!("k".repeat(128)), json!("ED-1"), json!(".."), json!("courts-1")], KeyUnknown);
    let own_key = Draft::ed().signed_by(Signer::Stranger).header_with("jwk", forge::ed_jwk("ed-1", &RING.stranger));
    kit.draft("jwk with the key that signed", HeaderField, own_key);
    for (field, value) in [
        ("jku", json!("https://evil.test/jwks.json")),
        ("x5u", json!("https://evil.test/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("enc", json!("A256GCM")),
        ("epk", json!({})),
        ("p2c", json!(2_000_000_000)),
        ("iss", json!(CITY)),
        ("KID", json!("ed-1")),
        ("", json!(1)),
    ] {
        kit.header(field, vec![value], HeaderField);
    }
    let types = ["JWT", "jwt", "AT+JWT", "at+jwt ", "logout+jwt", "dpop+jwt", "secevent+jwt", "id+jwt", ""];
    kit.header("typ", types.iter().map(|kind| json!(kind)).collect(), Type);
    kit.header("typ", vec![json!(null), json!(["at+jwt"])], Type);
    kit.draft("typ missing", Type, Draft::ed().header_without("typ"));
    let id_token = Draft::ed().header_with("typ", json!("JWT")).with("nonce", json!("n")).with("azp", json!(OURS));
    kit.draft("an ID token used as an access token", Type, id_token);
    let claims = json!(Draft::ed().claims).to_string();
    for (name, header, reason) in [
        ("alg twice", r#"{"alg":"none","alg":"EdDSA","kid":"ed-1","typ":"at+jwt"}"#, DuplicateKey),
        ("alg twice, once escaped", r#"{"alg":"EdDSA","\u0061lg":"none","kid":"ed-1","typ":"at+jwt"}"#, DuplicateKey),
        ("kid twice", r#"{"alg":"EdDSA","kid":"x","typ":"at+jwt","kid":"ed-1"}"#, DuplicateKey),
        ("header is a list", r#"[{"alg":"EdDSA","kid":"ed-1","typ":"at+jwt"}]"#, HeaderJson),
        ("header is a string", r#""EdDSA""#, HeaderJson),
        (
            "header with a byte order mark",
            "\u{feff}{\"alg\":\"EdDSA\",\"kid\":\"ed-1\",\"typ\":\"at+jwt\"}",
            HeaderJson,
        ),
        ("header and more", r#"{"alg":"EdDSA","kid":"ed-1","typ":"at+jwt"}{}"#, HeaderJson),
        ("header with a comment", r#"{"alg":"EdDSA",/**/"kid":"ed-1","typ":"at+jwt"}"#, HeaderJson),
        ("header cut short", r#"{"alg":"EdDSA","kid":"ed-1","typ":"at+jwt""#, HeaderJson),
    ] {
        kit.text(name, reason, Draft::ed().raw(header, &claims));
    }
}
