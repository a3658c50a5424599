//! Bad tokens, each with the one rule that must stop it.
//!
//! Every token is properly signed by the registered key unless its row is about the signature, so that nothing but the
//! named rule can be what refuses it.

use auth::Claim::{Act, Aud, AuthorizationDetails, ClientId, Cnf, Exp, Iat, Iss, Jti, Nbf, Purpose, Scope, Sub};
use auth::{Algorithm, MAX_TOKEN_BYTES, Part, Refusal, RegisteredKey, Unverified};
use jsonwebtoken::EncodingKey;

use crate::tokens::{
    AUDIENCE, EC, ED, ISSUER, KID, NOW, PSS, RSA, STRANGER, Signer, at, encode, good_header, good_token, payload,
    registered, sign, verify,
};

/// Checks a table of tokens against the registered Ed25519 key.
fn assert_refused(table: &[(&str, String, Refusal)]) {
    for (name, token, refusal) in table {
        assert_eq!(verify(token, &registered(&ED)), Err(*refusal), "{name}");
    }
}

/// The token with this payload.
fn claims(change: &[(&str, &str)]) -> String {
    sign(&ED, &good_header(ED.algorithm), &payload(change))
}

/// The token with this header.
fn header(header: &str) -> String {
    sign(&ED, header, &payload(&[]))
}

/// The token whose header has these members besides the good ones.
fn header_with(members: &str) -> String {
    header(&good_header(ED.algorithm).replace('{', &format!("{{{members},")))
}

fn parts() -> [String; 3] {
    let token = good_token(&ED);
    let parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    parts.try_into().unwrap()
}

/// The same bytes in another spelling: the last character carries bits that nothing uses.
fn non_canonical(part: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert_ne!(part.len() % 4, 0, "the part has unused bits");
    let last = part.chars().last().unwrap();
    let next = ALPHABET.chars().nth(ALPHABET.find(last).unwrap() + 1).unwrap();
    format!("{}{next}", &part[..part.len() - 1])
}

#[test]
fn form_of_the_token() {
    let [head, body, tail] = parts();
    let long = claims(&[("x", &format!("\"{}\"", "a".repeat(MAX_TOKEN_BYTES)))]);
    // Padded with white space so that the last character of each part has unused bits.
    let loose_head =
        (0..3).map(|n| encode(good_header(ED.algorithm) + &" ".repeat(n))).find(|p| p.len() % 4 != 0).unwrap();
    let loose_body = (0..3).map(|n| encode(payload(&[]) + &" ".repeat(n))).find(|p| p.len() % 4 != 0).unwrap();
    assert_refused(&[
        ("oversize", long, Refusal::TooLong),
        ("empty", String::new(), Refusal::Parts),
        ("one part", head.clone(), Refusal::Parts),
        ("two parts", format!("{head}.{body}"), Refusal::Parts),
        ("four parts", format!("{head}.{body}.{tail}.{tail}"), Refusal::Parts),
        ("encrypted token, five parts", format!("{head}.{body}.{tail}.{tail}.{tail}"), Refusal::Parts),
        ("empty header", format!(".{body}.{tail}"), Refusal::Parts),
        ("empty payload", format!("{head}..{tail}"), Refusal::Parts),
        ("empty signature", format!("{head}.{body}."), Refusal::Parts),
        ("padding of the header", format!("{loose_head}==.{body}.{tail}"), Refusal::Encoding(Part::Header)),
        ("padding of the signature", format!("{head}.{body}.{tail}=="), Refusal::Encoding(Part::Signature)),
        (
            "unused bits in the header",
            format!("{}.{body}.{tail}", non_canonical(&loose_head)),
            Refusal::Encoding(Part::Header),
        ),
        (
            "unused bits in the payload",
            format!("{head}.{}.{tail}", non_canonical(&loose_body)),
            Refusal::Encoding(Part::Payload),
        ),
        (
            "unused bits in the signature",
            format!("{head}.{body}.{}", non_canonical(&tail)),
            Refusal::Encoding(Part::Signature),
        ),
        ("ordinary base64 alphabet", format!("{head}.{body}.+{}", &tail[1..]), Refusal::Encoding(Part::Signature)),
        ("trailing line end", format!("{head}.{body}.{tail}\n"), Refusal::Encoding(Part::Signature)),
        ("leading space", format!(" {head}.{body}.{tail}"), Refusal::Encoding(Part::Header)),
        ("scheme left in front", format!("Bearer {head}.{body}.{tail}"), Refusal::Encoding(Part::Header)),
        ("not ASCII", format!("{head}.{body}é.{tail}"), Refusal::Encoding(Part::Payload)),
    ]);
}

#[test]
fn header_members() {
    let good = good_header(ED.algorithm);
    let duplicate = Refusal::Duplicate(Part::Header);
    let mut table = vec![
        ("not JSON", header("typ=at+jwt"), Refusal::Syntax(Part::Header)),
        ("array", header("[]"), Refusal::Syntax(Part::Header)),
        ("trailing garbage", header(&format!("{good}{{}}")), Refusal::Syntax(Part::Header)),
        ("byte order mark", header(&format!("\u{feff}{good}")), Refusal::Syntax(Part::Header)),
        ("alg twice", header_with(r#""alg":"none""#), duplicate),
        ("kid twice, one escaped", header_with(r#""k\u0069d":"key-1""#), duplicate),
        ("unknown member twice", header_with(r#""x":1,"x":1"#), duplicate),
        ("no typ", header(&good.replace(r#""typ":"at+jwt","#, "")), Refusal::Type),
        ("typ null", header(&good.replace(r#""at+jwt""#, "null")), Refusal::Type),
        ("no alg", header(&good.replace(r#""alg":"EdDSA","#, "")), Refusal::Algorithm),
        ("alg array", header(&good.replace(r#""EdDSA""#, r#"["EdDSA"]"#)), Refusal::Algorithm),
        ("no kid", header(r#"{"typ":"at+jwt","alg":"EdDSA"}"#), Refusal::KeyId),
        ("kid number", header(&good.replace(r#""key-1""#, "1")), Refusal::KeyId),
    ];
    for member in [
        r#""crit":["exp"]"#,
        r#""crit":[]"#,
        r#""jku":"https://evil.example/jwks""#,
        r#""jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"}"#,
        r#""x5u":"https://evil.example/cert""#,
        r#""x5c":["MIIB"]"#,
        r#""x5t":"AA""#,
        r#""zip":"DEF""#,
        r#""b64":false"#,
        r#""cty":"JWT""#,
        r#""enc":"A256GCM""#,
        r#""x":1"#,
    ] {
        table.push((member, header_with(member), Refusal::HeaderMember));
    }
    for typ in ["JWT", "jwt", "AT+JWT", "dpop+jwt", "at+jwt ", "logout+jwt", ""] {
        table.push((typ, header(&good.replace("at+jwt", typ)), Refusal::Type));
    }
    for alg in ["none", "None", "HS256", "HS512", "ES384", "RS512", "eddsa", "Ed25519", "ES256K", ""] {
        table.push((alg, header(&good.replace("EdDSA", alg)), Refusal::Algorithm));
    }
    let long = "k".repeat(129);
    for kid in ["", &long, "../../dev/null", "key 1", "key-1'--", r"key-1\u0000", "schlüssel"] {
        // Dots and slashes occur in real key identifiers: such a one is simply not registered.
        let refusal = if kid.contains("..") { Refusal::UnknownKey } else { Refusal::KeyId };
        table.push((kid, header(&good.replace("key-1", kid)), refusal));
    }
    assert_refused(&table);
}

#[test]
fn form_of_the_payload() {
    let raw = |payload: &str| sign(&ED, &good_header(ED.algorithm), payload);
    let good = payload(&[]);
    let duplicate = Refusal::Duplicate(Part::Payload);
    assert_refused(&[
        ("not JSON", raw("hello"), Refusal::Syntax(Part::Payload)),
        ("array", raw("[]"), Refusal::Syntax(Part::Payload)),
        ("trailing garbage", raw(&format!("{good} x")), Refusal::Syntax(Part::Payload)),
        ("trailing comma", raw(&good.replace('}', ",}")), Refusal::Syntax(Part::Payload)),
        ("NaN", claims(&[("x", "NaN")]), Refusal::Syntax(Part::Payload)),
        ("nested too deeply", claims(&[("x", &"[".repeat(2000))]), Refusal::Syntax(Part::Payload)),
        ("sub twice", raw(&good.replace('}', r#","sub":"bob"}"#)), duplicate),
        ("iss twice, the same", raw(&good.replace('}', &format!(r#","iss":"{ISSUER}"}}"#))), duplicate),
        ("exp twice, one escaped", raw(&good.replace('}', r#","\u0065xp":4102444800}"#)), duplicate),
        ("unknown claim twice", raw(&good.replace('}', r#","x":1,"x":2}"#)), duplicate),
        ("twice inside a claim", claims(&[("x", r#"[{"y":{"z":1,"z":1}}]"#)]), duplicate),
        ("iss missing", claims(&[("iss", "")]), Refusal::MissingClaim(Iss)),
        ("aud missing", claims(&[("aud", "")]), Refusal::MissingClaim(Aud)),
        ("iss array", claims(&[("iss", &format!("[\"{ISSUER}\"]"))]), Refusal::ClaimType(Iss)),
        ("iss null", claims(&[("iss", "null")]), Refusal::ClaimType(Iss)),
        ("aud array with ours alone", claims(&[("aud", &format!("[\"{AUDIENCE}\"]"))]), Refusal::ClaimType(Aud)),
        ("aud array of two", claims(&[("aud", &format!("[\"{AUDIENCE}\",\"x\"]"))]), Refusal::ClaimType(Aud)),
        ("sub object", claims(&[("sub", "{}")]), Refusal::ClaimType(Sub)),
        ("jti number", claims(&[("jti", "7")]), Refusal::ClaimType(Jti)),
        ("client_id true", claims(&[("client_id", "true")]), Refusal::ClaimType(ClientId)),
        ("scope array", claims(&[("scope", r#"["read"]"#)]), Refusal::ClaimType(Scope)),
        ("purpose array", claims(&[("purpose", r#"["recall"]"#)]), Refusal::ClaimType(Purpose)),
        ("sub empty", claims(&[("sub", "\"\"")]), Refusal::ClaimValue(Sub)),
        ("sub blank", claims(&[("sub", "\" \"")]), Refusal::ClaimValue(Sub)),
        ("sub with a line end", claims(&[("sub", r#""anna\nadmin""#)]), Refusal::ClaimValue(Sub)),
        ("jti too long", claims(&[("jti", &format!("\"{}\"", "j".repeat(513)))]), Refusal::ClaimValue(Jti)),
        ("scope with two spaces", claims(&[("scope", "\"read  capture\"")]), Refusal::ClaimValue(Scope)),
        ("scope with a tab", claims(&[("scope", r#""read\tcapture""#)]), Refusal::ClaimValue(Scope)),
        ("purpose unknown", claims(&[("purpose", "\"curiosity\"")]), Refusal::ClaimValue(Purpose)),
        ("bound to a proof", claims(&[("cnf", r#"{"jkt":"AA"}"#)]), Refusal::UnsupportedClaim(Cnf)),
        ("for somebody else", claims(&[("act", r#"{"sub":"b"}"#)]), Refusal::UnsupportedClaim(Act)),
        ("narrowed", claims(&[("authorization_details", "[]")]), Refusal::UnsupportedClaim(AuthorizationDetails)),
    ]);
}

#[test]
fn times_are_whole_seconds_of_the_calendar() {
    let wrong_type = ["1.5", "1772366400.0", "1e9", "\"1772366400\"", "null", "true", "[1]", "99999999999999999999"];
    let disguised = r#"{"$serde_json::private::Number":"1772366400"}"#;
    for (name, claim) in [("iat", Iat), ("nbf", Nbf), ("exp", Exp)] {
        for value in wrong_type.into_iter().chain([disguised]) {
            assert_refused(&[(value, claims(&[(name, value)]), Refusal::ClaimType(claim))]);
        }
        for value in ["-1", "-9223372036854775808", "9223372036854775807", "1772366400000"] {
            assert_refused(&[(value, claims(&[(name, value)]), Refusal::ClaimValue(claim))]);
        }
    }
}

#[test]
fn issuer_and_key() {
    let other = |issuer: &str| claims(&[("iss", &format!("\"{issuer}\""))]);
    assert_refused(&[
        ("another issuer", other("https://login.grocer.example"), Refusal::UnknownIssuer),
        ("issuer with a slash", other(&format!("{ISSUER}/")), Refusal::UnknownIssuer),
        ("issuer in capitals", other(&ISSUER.to_uppercase()), Refusal::UnknownIssuer),
        ("issuer with a space", other(&format!("{ISSUER} ")), Refusal::UnknownIssuer),
        ("another kid", header(&good_header(ED.algorithm).replace(KID, "key-2")), Refusal::UnknownKey),
        ("kid in capitals", header(&good_header(ED.algorithm).replace(KID, "KEY-1")), Refusal::UnknownKey),
    ]);

    let record = |issuer: &str, from: i64, to: i64| {
        RegisteredKey::new(issuer, KID, ED.algorithm, ED.public.clone(), at(NOW + from), Some(at(NOW + to))).unwrap()
    };
    let token = good_token(&ED);
    assert_eq!(verify(&token, &record("https://login.grocer.example", -9, 9)), Err(Refusal::UnknownKey));
    assert_eq!(verify(&token, &record(ISSUER, 1, 9)), Err(Refusal::KeyNotYetValid));
    assert_eq!(verify(&token, &record(ISSUER, -9, -1)), Err(Refusal::KeyExpired));
    assert_eq!(verify(&token, &record(ISSUER, -9, 0)), Err(Refusal::KeyExpired));
    assert!(verify(&token, &record(ISSUER, 0, 1)).is_ok());
}

#[test]
fn algorithm_is_the_one_of_the_key_record() {
    for (token_by, record_of) in [(&*ED, &*EC), (&*EC, &*ED), (&*RSA, &*ED), (&*RSA, &*PSS), (&*PSS, &*RSA)] {
        let refused = verify(&good_token(token_by), &registered(record_of));
        assert_eq!(refused, Err(Refusal::AlgorithmOfKey), "{} for {}", token_by.algorithm, record_of.algorithm);
    }
}

/// A token whose header claims what it is not signed with.
fn disguised(as_algorithm: Algorithm, signed_by: &Signer) -> String {
    sign(signed_by, &good_header(as_algorithm), &payload(&[]))
}

#[test]
fn signature_is_of_the_registered_key_over_the_sent_bytes() {
    let [head, body, tail] = parts();
    let other_body = encode(payload(&[("sub", "\"bob\"")]));
    assert_refused(&[
        ("key of a stranger", disguised(ED.algorithm, &STRANGER), Refusal::Signature),
        ("other payload", format!("{head}.{other_body}.{tail}"), Refusal::Signature),
        ("signature cut short", format!("{head}.{body}.{}", &tail[..84]), Refusal::Signature),
        ("signature of another kind", disguised(ED.algorithm, &EC), Refusal::Signature),
        ("signature all zeros", format!("{head}.{body}.{}", encode([0; 64])), Refusal::Signature),
    ]);
    assert_eq!(verify(&disguised(PSS.algorithm, &RSA), &registered(&PSS)), Err(Refusal::Signature));
    assert_eq!(verify(&disguised(RSA.algorithm, &PSS), &registered(&RSA)), Err(Refusal::Signature));
    let zeros = format!("{}.{body}.{}", encode(good_header(EC.algorithm)), encode([0; 64]));
    assert_eq!(verify(&zeros, &registered(&EC)), Err(Refusal::Signature));
}

#[test]
fn public_key_is_no_shared_secret() {
    for signer in [&*ED, &*EC, &*RSA] {
        let secret = EncodingKey::from_secret(signer.public.to_pem().as_bytes());
        for (alg, refusal) in [("HS256", Refusal::Algorithm), (signer.algorithm.as_str(), Refusal::Signature)] {
            let header = format!(r#"{{"typ":"at+jwt","alg":"{alg}","kid":"{KID}"}}"#);
            let signed = format!("{}.{}", encode(header), encode(payload(&[])));
            let mac = jsonwebtoken::crypto::sign(signed.as_bytes(), &secret, jsonwebtoken::Algorithm::HS256).unwrap();
            assert_eq!(verify(&format!("{signed}.{mac}"), &registered(signer)), Err(refusal), "{alg}");
        }
    }
}

#[test]
fn claims_after_the_signature() {
    let after = |seconds: i64| (NOW + seconds).to_string();
    let to = |audience: &str| claims(&[("aud", &format!("\"{audience}\""))]);
    let lasting = |iat: i64, exp: i64| claims(&[("iat", &after(iat)), ("exp", &after(exp))]);
    assert_refused(&[
        ("another gateway", to("https://gw.grocer.example/o/grocer"), Refusal::Audience),
        ("another tenant of ours", to("https://gw.packer.example/o/packer2"), Refusal::Audience),
        ("audience with a slash", to(&format!("{AUDIENCE}/")), Refusal::Audience),
        ("audience list in one string", to(&format!("{AUDIENCE} x")), Refusal::Audience),
        ("no sub", claims(&[("sub", "")]), Refusal::MissingClaim(Sub)),
        ("no iat", claims(&[("iat", "")]), Refusal::MissingClaim(Iat)),
        ("no exp", claims(&[("exp", "")]), Refusal::MissingClaim(Exp)),
        ("no jti", claims(&[("jti", "")]), Refusal::MissingClaim(Jti)),
        ("exp in 2100", claims(&[("exp", "4102444800")]), Refusal::Lifetime),
        ("a second over the cap", lasting(-60, 3541), Refusal::Lifetime),
        ("ends when it begins", lasting(0, 0), Refusal::Lifetime),
        ("ends before it begins", lasting(0, -1), Refusal::Lifetime),
        ("iat a day ahead", lasting(86_400, 86_460), Refusal::IssuedInFuture),
        ("iat beyond the leeway", lasting(31, 60), Refusal::IssuedInFuture),
        ("nbf an hour ahead", claims(&[("nbf", &after(3600))]), Refusal::NotYetValid),
        ("nbf beyond the leeway", claims(&[("nbf", &after(31))]), Refusal::NotYetValid),
        ("expired an hour ago", lasting(-7000, -3600), Refusal::Expired),
        ("expired 50 s ago", lasting(-600, -50), Refusal::Expired),
        ("expired at the end of the leeway", lasting(-600, -30), Refusal::Expired),
    ]);
}

#[test]
fn nothing_is_told_about_claims_before_the_signature_is_right() {
    let token = sign(&STRANGER, &good_header(ED.algorithm), &payload(&[("exp", "0"), ("aud", "\"x\""), ("sub", "")]));
    assert_eq!(verify(&token, &registered(&ED)), Err(Refusal::Signature));
}

#[test]
fn text_of_a_refusal_names_the_rule_and_nothing_of_the_token() {
    let token = claims(&[("sub", r#""very\nsecret""#)]);
    let refusal = Unverified::parse(&token).unwrap_err();
    assert_eq!(refusal.to_string(), "claim `sub` has an unacceptable value");
    assert_eq!(refusal.code(), "payload.claim-value");
}
