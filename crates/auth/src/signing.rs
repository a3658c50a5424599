//! Making tokens: for development, for tests, and for services that issue their own.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{Algorithm, Claims, InvalidKey, PublicKey, pem};

/// The label of a private key in PEM (PKCS #8).
const PEM_LABEL: &str = "PRIVATE KEY";

/// A private Ed25519 key that signs access tokens.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
    kid: String,
}

impl SigningKey {
    /// A new key, with the randomness of the provider of cryptography.
    ///
    /// # Errors
    /// The provider failed.
    pub fn generate_ed25519() -> Result<Self, InvalidKey> {
        Self::new(Ed25519KeyPair::generate().map_err(|_| InvalidKey::Generation)?)
    }

    /// Reads an unencrypted PKCS #8 block.
    ///
    /// # Errors
    /// The text is no such block, or the key is of another kind.
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, InvalidKey> {
        let der = pem::decode(text, PEM_LABEL).ok_or(InvalidKey::Pem)?;
        Self::new(Ed25519KeyPair::from_pkcs8(&der).map_err(|_| InvalidKey::Unsupported)?)
    }

    fn new(pair: Ed25519KeyPair) -> Result<Self, InvalidKey> {
        let public = PublicKey::ed25519(pair.public_key().as_ref())?;
        let kid = public.thumbprint();
        Ok(Self { pair, public, kid })
    }

    /// The private key as an unencrypted PKCS #8 block. Whoever reads it can sign.
    ///
    /// # Errors
    /// The provider of cryptography failed.
    pub fn to_pkcs8_pem(&self) -> Result<String, InvalidKey> {
        let der = self.pair.to_pkcs8v1().map_err(|_| InvalidKey::Generation)?;
        Ok(pem::encode(der.as_ref(), PEM_LABEL))
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The public half as a PEM block.
    pub fn public_pem(&self) -> String {
        self.public.to_pem()
    }

    /// The thumbprint of the public half (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// An access token that says this. Nothing is checked here; the verifier does that.
    pub fn sign(&self, claims: &Claims) -> String {
        let header = format!(r#"{{"typ":"at+jwt","alg":"{}","kid":"{}"}}"#, Algorithm::EdDsa, self.kid);
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_json()));
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

/// Without the private key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}
