//! One issuer with a key of every kind, a fixed now, and tokens spelled by hand.

use std::sync::LazyLock;

use auth::{Algorithm, Claims, PublicKey, Refusal, RegisteredIssuer, RegisteredKey, Unverified};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::EncodingKey;

pub(crate) const ISSUER: &str = "https://login.packer.example";
pub(crate) const AUDIENCE: &str = "https://gw.packer.example/o/packer";
pub(crate) const KID: &str = "key-1";
/// 2026-03-01T12:00:00Z.
pub(crate) const NOW: i64 = 1_772_366_400;

pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    pub(crate) private: EncodingKey,
    pub(crate) public: PublicKey,
}

pub(crate) fn public_pem(der: &[u8]) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
}

fn private_pem(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}

fn ed25519() -> Signer {
    let pair = Ed25519KeyPair::generate().unwrap();
    Signer {
        algorithm: Algorithm::EdDsa,
        private: EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref()),
        public: PublicKey::from_pem(&public_pem(pair.public_key().as_der().unwrap().as_ref())).unwrap(),
    }
}

fn p256() -> Signer {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    Signer {
        algorithm: Algorithm::Es256,
        private: EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref()),
        public: PublicKey::from_pem(&public_pem(pair.public_key().as_der().unwrap().as_ref())).unwrap(),
    }
}

fn rsa(algorithm: Algorithm) -> Signer {
    static PAIR: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
    let pem = private_pem(PAIR.as_der().unwrap().as_ref());
    Signer {
        algorithm,
        private: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
        public: PublicKey::from_pem(&public_pem(PAIR.public_key().as_der().unwrap().as_ref())).unwrap(),
    }
}

pub(crate) static ED: LazyLock<Signer> = LazyLock::new(ed25519);
pub(crate) static STRANGER: LazyLock<Signer> = LazyLock::new(ed25519);
pub(crate) static EC: LazyLock<Signer> = LazyLock::new(p256);
pub(crate) static RSA: LazyLock<Signer> = LazyLock::new(|| rsa(Algorithm::Rs256));
pub(crate) static PSS: LazyLock<Signer> = LazyLock::new(|| rsa(Algorithm::Ps256));

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn registered(signer: &Signer) -> RegisteredKey {
    RegisteredKey::new(ISSUER, KID, signer.algorithm, signer.public.clone(), at(NOW - 86_400), None).unwrap()
}

pub(crate) fn good_header(algorithm: Algorithm) -> String {
    format!(r#"{{"typ":"at+jwt","alg":"{algorithm}","kid":"{KID}"}}"#)
}

/// The members of a good payload; `change` gives a member another spelling, adds it or, when empty, removes it.
pub(crate) fn payload(change: &[(&str, &str)]) -> String {
    let (iat, exp) = ((NOW - 60).to_string(), (NOW + 600).to_string());
    let (iss, aud) = (format!("\"{ISSUER}\""), format!("\"{AUDIENCE}\""));
    let mut members: Vec<(&str, &str)> = vec![
        ("iss", &iss),
        ("sub", "\"anna\""),
        ("aud", &aud),
        ("client_id", "\"erp\""),
        ("iat", &iat),
        ("exp", &exp),
        ("jti", "\"t-1\""),
        ("scope", "\"read capture\""),
    ];
    for (name, value) in change {
        members.retain(|(known, _)| known != name);
        members.push((name, value));
    }
    members.retain(|(_, value)| !value.is_empty());
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

pub(crate) fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A token with exactly these bytes inside, properly signed.
pub(crate) fn sign(signer: &Signer, header: &str, payload: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let algorithm = signer.algorithm.as_str().parse().unwrap();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &signer.private, algorithm).unwrap();
    format!("{message}.{signature}")
}

pub(crate) fn good_token(signer: &Signer) -> String {
    sign(signer, &good_header(signer.algorithm), &payload(&[]))
}

pub(crate) fn verify(token: &str, key: &RegisteredKey) -> Result<Claims, Refusal> {
    Unverified::parse(token)?.verify(AUDIENCE, &RegisteredIssuer::new(ISSUER), key, at(NOW))
}
