//! Keys: what may be registered, and that every spelling of a key is the same key.

use auth::{Algorithm, InvalidKey, PublicKey, RegisteredKey, SigningKey};

use crate::tokens::{EC, ED, ISSUER, KID, NOW, RSA, at};

/// A public RSA key of 1024 bits.
const WEAK_RSA: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDgt1VjkMO8tfg9BYcWpM5sMAzy
qmjTRgSHhLSaE452Cl2c1/HVuIrI4HGd42dKExcINwOsI3mUxGI9k3NKjHbV/TbO
t3E0qy+JRVqchg5E/MQ8UXxCRvCxyPro+DcNf3TIC1LAmX8GoXmMWNCCxgtwAdjA
nN75QzJ4zGOyNdtpcwIDAQAB
-----END PUBLIC KEY-----";

/// A public key on P-384.
const P384: &str = "-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEdVUh0jv1AHZNRVM0wudQHjw+PLIdEK3I
M6QVxCp8wqii2MJzIb2TtJ+TpCfFO8D+Pp2J2wki8QBNeV0CWEQPpvscXHG4hlXX
UMHN4va7DMlZs+bW4XDUZCYIWmcje04l
-----END PUBLIC KEY-----";

#[test]
fn pem_and_jwk_spell_the_same_key() {
    for signer in [&*ED, &*EC, &*RSA] {
        let key = &signer.public;
        assert_eq!(PublicKey::from_pem(&key.to_pem()).as_ref(), Ok(key));
        assert_eq!(PublicKey::from_jwk(&key.to_jwk()).as_ref(), Ok(key));
    }
}

#[test]
fn thumbprint_is_that_of_the_standards() {
    // RFC 7638 §3.1 and RFC 8037 appendix A.3.
    let rsa = r#"{"kty":"RSA","e":"AQAB","alg":"RS256","kid":"2011-04-29","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"}"#;
    let ed = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    assert_eq!(PublicKey::from_jwk(rsa).unwrap().thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(PublicKey::from_jwk(ed).unwrap().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn unacceptable_pem_is_refused() {
    let ed = ED.public.to_pem();
    let private = SigningKey::generate_ed25519().unwrap().to_pkcs8_pem().unwrap();
    for (text, why) in [
        ("", InvalidKey::Pem),
        (private.as_str(), InvalidKey::Pem),
        (&ed.repeat(2), InvalidKey::Pem),
        (&ed.replace("PUBLIC", "RSA PUBLIC"), InvalidKey::Pem),
        (&ed.replace("MCow", "MCox"), InvalidKey::Unsupported),
        (P384, InvalidKey::Unsupported),
        (WEAK_RSA, InvalidKey::RsaSize { bits: 1024 }),
    ] {
        assert_eq!(PublicKey::from_pem(text), Err(why), "{text}");
    }
    assert_eq!(SigningKey::from_pkcs8_pem(&ed).unwrap_err(), InvalidKey::Pem);
}

#[test]
fn unacceptable_jwk_is_refused() {
    let ed = ED.public.to_jwk();
    let with = |member: &str| ed.replace(r#""kty""#, &format!(r#"{member},"kty""#));
    let ec = EC.public.to_jwk();
    let (off_curve, _) = ec.split_once(r#""y":"#).unwrap();
    let off_curve = format!(r#"{off_curve}"y":"{}"}}"#, "A".repeat(43));
    let short_rsa = format!(r#"{{"kty":"RSA","e":"AQAB","n":"{}"}}"#, "_".repeat(340));
    let even_rsa = RSA.public.to_jwk().replace("AQAB", "AQAA");
    let padded_rsa = RSA.public.to_jwk().replace("AQAB", "AAEAAQ");
    for (text, why) in [
        ("[]", InvalidKey::Jwk),
        ("{}", InvalidKey::Jwk),
        (r#"{"kty":"oct","k":"c2VjcmV0"}"#, InvalidKey::NotPublic),
        (&with(r#""d":"AA""#), InvalidKey::NotPublic),
        (&with(r#""use":"enc""#), InvalidKey::Unsupported),
        (&with(r#""kty":"OKP""#), InvalidKey::Jwk),
        (&ed.replace("Ed25519", "X25519"), InvalidKey::Unsupported),
        (&ed.replace(r#""x":""#, r#""x":"AAAA"#), InvalidKey::Unsupported),
        (&off_curve, InvalidKey::Unsupported),
        (&short_rsa, InvalidKey::RsaSize { bits: 2040 }),
        (&even_rsa, InvalidKey::Unsupported),
        (&padded_rsa, InvalidKey::Unsupported),
    ] {
        assert_eq!(PublicKey::from_jwk(text), Err(why), "{text}");
    }
    assert!(PublicKey::from_jwk(&with(r#""use":"sig","alg":"EdDSA","kid":"a""#)).is_ok());
}

#[test]
fn record_binds_a_key_to_an_algorithm_and_a_time() {
    let record = |kid: &str, algorithm, key: &PublicKey, to: i64| {
        RegisteredKey::new(ISSUER, kid, algorithm, key.clone(), at(NOW), Some(at(to))).map(|_| ())
    };
    assert_eq!(record(KID, Algorithm::EdDsa, &ED.public, NOW + 1), Ok(()));
    assert_eq!(record(KID, Algorithm::Ps256, &RSA.public, NOW + 1), Ok(()));
    assert_eq!(record(KID, Algorithm::Es256, &ED.public, NOW + 1), Err(InvalidKey::Algorithm));
    assert_eq!(record(KID, Algorithm::Rs256, &EC.public, NOW + 1), Err(InvalidKey::Algorithm));
    assert_eq!(record(KID, Algorithm::EdDsa, &ED.public, NOW), Err(InvalidKey::Validity));
    assert_eq!(record("", Algorithm::EdDsa, &ED.public, NOW + 1), Err(InvalidKey::KeyId));
    assert_eq!(record("a b", Algorithm::EdDsa, &ED.public, NOW + 1), Err(InvalidKey::KeyId));
    assert_eq!("HS256".parse::<Algorithm>(), Err(InvalidKey::Algorithm));
}
