//! Tokens that are believed, and that nothing else is.

use auth::{Claims, PublicKey, RegisteredIssuer, SigningKey, Unverified};
use domain::Purpose;
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::tokens::{
    AUDIENCE, EC, ED, ISSUER, KID, NOW, PSS, RSA, at, encode, good_header, good_token, payload, registered, sign,
    verify,
};

#[test]
fn every_accepted_algorithm_verifies() {
    for signer in [&*ED, &*EC, &*RSA, &*PSS] {
        let claims = verify(&good_token(signer), &registered(signer)).unwrap();
        assert_eq!(claims.sub, "anna", "{}", signer.algorithm);
        assert_eq!(claims.scope, ["read", "capture"]);
        assert_eq!(claims.purpose, None);
    }
}

#[test]
fn unverified_token_names_issuer_audience_and_key() {
    let token = Unverified::parse(&good_token(&ED)).unwrap();
    assert_eq!((token.issuer(), token.audience(), token.kid()), (ISSUER, AUDIENCE, KID));
    assert_eq!(format!("{token:?}"), "Unverified { .. }");
}

#[test]
fn long_spelling_of_the_type_and_unknown_claims_are_accepted() {
    let header = good_header(ED.algorithm).replace("at+jwt", "application/at+jwt");
    let token = sign(&ED, &header, &payload(&[("realm_access", r#"{"roles":["a",{"b":[1,null,2.5e300]}]}"#)]));
    assert!(verify(&token, &registered(&ED)).is_ok());
}

#[test]
fn clocks_may_differ_by_the_leeway() {
    let late = [("iat", (NOW - 600).to_string()), ("exp", (NOW - 29).to_string())];
    let early = [("iat", (NOW + 30).to_string()), ("nbf", (NOW + 30).to_string())];
    for change in [late, early] {
        let change = change.each_ref().map(|(name, value)| (*name, value.as_str()));
        let token = sign(&ED, &good_header(ED.algorithm), &payload(&change));
        assert!(verify(&token, &registered(&ED)).is_ok(), "{change:?}");
    }
}

#[test]
fn issuer_record_may_allow_a_longer_lifetime() {
    let exp = (NOW + 8 * 3600).to_string();
    let token = sign(&ED, &good_header(ED.algorithm), &payload(&[("exp", &exp)]));
    let issuer = RegisteredIssuer { issuer: ISSUER.to_owned(), max_lifetime: SignedDuration::from_hours(12) };
    assert!(Unverified::parse(&token).unwrap().verify(AUDIENCE, &issuer, &registered(&ED), at(NOW)).is_ok());
}

fn claims() -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        sub: "Jürgen \"J\" Ümit".to_owned(),
        aud: AUDIENCE.to_owned(),
        client_id: Some("erp".to_owned()),
        iat: at(NOW),
        nbf: Some(at(NOW - 5)),
        exp: at(NOW + 3600),
        jti: "t-2".to_owned(),
        scope: vec!["lineage.read".to_owned()],
        purpose: Some(Purpose::Recall),
    }
}

#[test]
fn signed_claims_come_back_through_pem() {
    let made = SigningKey::generate_ed25519().unwrap();
    let key = SigningKey::from_pkcs8_pem(&made.to_pkcs8_pem().unwrap()).unwrap();
    assert_eq!(key.kid(), made.kid());
    let public = PublicKey::from_pem(&key.public_pem()).unwrap();
    let record =
        auth::RegisteredKey::new(ISSUER, key.kid(), auth::Algorithm::EdDsa, public, at(NOW - 1), Some(at(NOW + 1)));
    assert_eq!(verify(&key.sign(&claims()), &record.unwrap()), Ok(claims()));
}

#[test]
fn debug_of_a_signing_key_shows_only_its_kid() {
    let key = SigningKey::generate_ed25519().unwrap();
    assert_eq!(format!("{key:?}"), format!("SigningKey {{ kid: {:?}, .. }}", key.kid()));
}

proptest! {
    #[test]
    fn arbitrary_text_is_never_a_token(text in "\\PC*") {
        prop_assert!(Unverified::parse(&text).is_err());
    }

    #[test]
    fn arbitrary_parts_never_panic(header in ".*", payload in ".*", signature in any::<Vec<u8>>()) {
        let token = format!("{}.{}.{}", encode(header), encode(payload), encode(signature));
        prop_assert!(verify(&token, &registered(&ED)).is_err());
    }

    #[test]
    fn arbitrary_claim_values_never_panic(name in "iss|sub|aud|iat|nbf|exp|jti|scope|purpose|x", value in "[\\[\\]{}\",:0-9eE.\\-a-z ]{0,24}") {
        let token = sign(&ED, &good_header(ED.algorithm), &payload(&[(&name, &value)]));
        let _ = verify(&token, &registered(&ED));
    }

    #[test]
    fn a_changed_character_is_never_believed(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9._=-]") {
        let good = good_token(&ED);
        let at = at.index(good.len());
        let mut changed = good.clone();
        changed.replace_range(at..=at, &with);
        prop_assume!(changed != good);
        prop_assert!(verify(&changed, &registered(&ED)).is_err());
    }
}
