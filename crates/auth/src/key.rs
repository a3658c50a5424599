//! Public keys and the records that say whose they are and how long they count.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{PublicKey as RsaPublicKey, PublicKeyComponents};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use sha2::{Digest, Sha256};

use crate::object::Object;
use crate::pem;

/// The label of a public key in PEM.
const PEM_LABEL: &str = "PUBLIC KEY";
/// What stands before the 32 key bytes in an Ed25519 `SubjectPublicKeyInfo` (RFC 8410 §4).
const ED25519_SPKI: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// What stands before the 65 bytes of the uncompressed point in a P-256 `SubjectPublicKeyInfo` (RFC 5480 §2).
const P256_SPKI: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// The first byte of an uncompressed point (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;
/// Sizes of RSA keys that are accepted, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The longest key identifier.
const MAX_KID_BYTES: usize = 128;

/// How a token may be signed: the closed list.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Algorithm {
    /// Ed25519 (RFC 8037).
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSA PKCS #1 v1.5 with SHA-256; most identity providers' default.
    Rs256,
    /// RSA-PSS with SHA-256.
    Ps256,
}

impl Algorithm {
    /// The name in `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    pub(crate) const fn jose(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = InvalidKey;

    fn from_str(name: &str) -> Result<Self, InvalidKey> {
        [Self::EdDsa, Self::Es256, Self::Rs256, Self::Ps256]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or(InvalidKey::Algorithm)
    }
}

/// Why a key is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidKey {
    /// Not PEM with the expected label.
    #[error("key is not a PEM block of the expected kind")]
    Pem,
    /// Not a JSON Web Key.
    #[error("key is not a JSON Web Key")]
    Jwk,
    /// A private or symmetric key where a public one is expected.
    #[error("key is not a public key")]
    NotPublic,
    /// Neither Ed25519, nor P-256, nor RSA, or not a valid key of its kind.
    #[error("key is not a valid Ed25519, P-256 or RSA key")]
    Unsupported,
    /// An RSA key outside 2048 to 8192 bits.
    #[error("RSA key has {bits} bits, accepted are 2048 to 8192")]
    RsaSize {
        /// The size of the modulus.
        bits: usize,
    },
    /// No such algorithm, or not one for this kind of key.
    #[error("algorithm is not accepted for this key")]
    Algorithm,
    /// Empty, too long, or with characters that key identifiers do not have.
    #[error("key identifier is not acceptable")]
    KeyId,
    /// The validity ends before it begins.
    #[error("key is never valid")]
    Validity,
    /// The provider of cryptography could not make a key.
    #[error("no key could be generated")]
    Generation,
}

/// A public key that was checked when it was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey(Material);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Material {
    Ed25519([u8; 32]),
    // Invariant: an uncompressed point on the curve.
    P256([u8; 65]),
    // Invariant: no leading zeros, modulus within `RSA_BITS`; `spki` is the DER of the two.
    Rsa { n: Vec<u8>, e: Vec<u8>, spki: Vec<u8> },
}

impl PublicKey {
    /// Reads a PEM `PUBLIC KEY` block (`SubjectPublicKeyInfo`).
    ///
    /// # Errors
    /// The text is no such block, or the key is of another kind or too weak.
    pub fn from_pem(text: &str) -> Result<Self, InvalidKey> {
        let der = pem::decode(text, PEM_LABEL).ok_or(InvalidKey::Pem)?;
        if let Some(key) = der.strip_prefix(ED25519_SPKI) {
            return Self::ed25519(key);
        }
        if let Some(point) = der.strip_prefix(P256_SPKI) {
            return Self::p256(point);
        }
        let key = RsaPublicKey::from_der(&der).map_err(|_| InvalidKey::Unsupported)?;
        Self::rsa(key.modulus().big_endian_without_leading_zero(), key.exponent().big_endian_without_leading_zero())
    }

    /// Reads a JSON Web Key (RFC 7517). Members that do not belong to the key itself are ignored, except that a `use`
    /// other than `sig` and private members are refused.
    ///
    /// # Errors
    /// The text is no such key, or the key is of another kind or too weak.
    pub fn from_jwk(json: &str) -> Result<Self, InvalidKey> {
        let mut jwk = Object::parse(json.as_bytes()).map_err(|_| InvalidKey::Jwk)?;
        if jwk.contains("d") || jwk.contains("k") {
            return Err(InvalidKey::NotPublic);
        }
        if jwk.contains("use") && text(&mut jwk, "use")? != "sig" {
            return Err(InvalidKey::Unsupported);
        }
        match text(&mut jwk, "kty")?.as_str() {
            "OKP" if text(&mut jwk, "crv")? == "Ed25519" => Self::ed25519(&bytes(&mut jwk, "x")?),
            "EC" if text(&mut jwk, "crv")? == "P-256" => {
                let (x, y) = (bytes(&mut jwk, "x")?, bytes(&mut jwk, "y")?);
                Self::p256(&[&[UNCOMPRESSED], x.as_slice(), y.as_slice()].concat())
            }
            "RSA" => Self::rsa(&bytes(&mut jwk, "n")?, &bytes(&mut jwk, "e")?),
            _ => Err(InvalidKey::Unsupported),
        }
    }

    pub(crate) fn ed25519(key: &[u8]) -> Result<Self, InvalidKey> {
        ParsedPublicKey::new(&ED25519, key).map_err(|_| InvalidKey::Unsupported)?;
        // The provider also reads DER here; the length says that it was the bare key.
        key.try_into().map(|key| Self(Material::Ed25519(key))).map_err(|_| InvalidKey::Unsupported)
    }

    fn p256(point: &[u8]) -> Result<Self, InvalidKey> {
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| InvalidKey::Unsupported)?;
        let point: [u8; 65] = point.try_into().map_err(|_| InvalidKey::Unsupported)?;
        if point.starts_with(&[UNCOMPRESSED]) { Ok(Self(Material::P256(point))) } else { Err(InvalidKey::Unsupported) }
    }

    fn rsa(n: &[u8], e: &[u8]) -> Result<Self, InvalidKey> {
        let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            return Err(InvalidKey::RsaSize { bits });
        }
        if [n, e].iter().any(|number| number.first().is_none_or(|byte| *byte == 0)) {
            return Err(InvalidKey::Unsupported);
        }
        let spki = PublicKeyComponents { n, e }.as_der().map_err(|_| InvalidKey::Unsupported)?;
        // Reading the components back is what makes the provider check that they are a key.
        RsaPublicKey::from_der(spki.as_ref()).map_err(|_| InvalidKey::Unsupported)?;
        Ok(Self(Material::Rsa { n: n.to_vec(), e: e.to_vec(), spki: spki.as_ref().to_vec() }))
    }

    /// The key as a PEM `PUBLIC KEY` block.
    pub fn to_pem(&self) -> String {
        let der = match &self.0 {
            Material::Ed25519(key) => [ED25519_SPKI, key.as_slice()].concat(),
            Material::P256(point) => [P256_SPKI, point.as_slice()].concat(),
            Material::Rsa { spki, .. } => spki.clone(),
        };
        pem::encode(&der, PEM_LABEL)
    }

    /// The key as a JSON Web Key with its required members only, in the order that its thumbprint needs.
    pub fn to_jwk(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.0 {
            Material::Ed25519(key) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(key)),
            Material::P256(point) => {
                let [_, coordinates @ ..] = point;
                let (x, y) = coordinates.split_at(32);
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y))
            }
            Material::Rsa { n, e, .. } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
        }
    }

    /// The SHA-256 thumbprint of the key (RFC 7638), the `kid` that its own keys have here.
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.to_jwk()))
    }

    /// Whether the key can make signatures of this kind.
    fn suits(&self, algorithm: Algorithm) -> bool {
        matches!(
            (&self.0, algorithm),
            (Material::Ed25519(_), Algorithm::EdDsa)
                | (Material::P256(_), Algorithm::Es256)
                | (Material::Rsa { .. }, Algorithm::Rs256 | Algorithm::Ps256)
        )
    }

    pub(crate) fn jose(&self) -> DecodingKey {
        match &self.0 {
            Material::Ed25519(key) => DecodingKey::from_ed_der(key),
            Material::P256(point) => DecodingKey::from_ec_der(point),
            Material::Rsa { n, e, .. } => DecodingKey::from_rsa_raw_components(n, e),
        }
    }
}

fn text(jwk: &mut Object<'_>, name: &str) -> Result<String, InvalidKey> {
    jwk.take(name).ok().flatten().ok_or(InvalidKey::Jwk)
}

fn bytes(jwk: &mut Object<'_>, name: &str) -> Result<Vec<u8>, InvalidKey> {
    URL_SAFE_NO_PAD.decode(text(jwk, name)?).map_err(|_| InvalidKey::Jwk)
}

/// A public key as the registry of issuers holds it: whose it is, for what, and when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegisteredKey {
    pub(crate) issuer: String,
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: PublicKey,
    pub(crate) valid_from: Timestamp,
    pub(crate) valid_to: Option<Timestamp>,
}

impl RegisteredKey {
    /// A key of an issuer, valid from an instant up to but excluding another, or until it is withdrawn.
    ///
    /// # Errors
    /// The key cannot make signatures of this kind, the `kid` could never match, or the validity is empty.
    pub fn new(
        issuer: impl Into<String>,
        kid: impl Into<String>,
        algorithm: Algorithm,
        key: PublicKey,
        valid_from: Timestamp,
        valid_to: Option<Timestamp>,
    ) -> Result<Self, InvalidKey> {
        let kid = kid.into();
        if !key.suits(algorithm) {
            return Err(InvalidKey::Algorithm);
        }
        if !is_key_id(&kid) {
            return Err(InvalidKey::KeyId);
        }
        if valid_to.is_some_and(|end| end <= valid_from) {
            return Err(InvalidKey::Validity);
        }
        Ok(Self { issuer: issuer.into(), kid, algorithm, key, valid_from, valid_to })
    }
}

/// Whether a text may be a `kid`: what identity providers use, and nothing that could mean more to a log, a path or a
/// database than itself.
pub(crate) fn is_key_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/+=@".contains(&byte);
    !text.is_empty() && text.len() <= MAX_KID_BYTES && text.bytes().all(allowed)
}
