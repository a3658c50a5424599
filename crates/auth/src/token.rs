//! A token taken apart, before anything in it is believed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::Payload;
use crate::key::is_key_id;
use crate::object::{InvalidObject, Object};
use crate::{Algorithm, Part, Refusal};

/// The longest token that is looked at.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// The header member `typ` of an access token (RFC 9068 §2.1), in its two spellings.
const TYPES: [&str; 2] = ["at+jwt", "application/at+jwt"];

/// A well-formed token whose signature has not been checked.
///
/// It gives away only what is needed to find the key; the claims come out of [`verify`](Self::verify).
pub struct Unverified {
    pub(crate) header: Header,
    pub(crate) payload: Payload,
    /// The first two parts as they were sent: what is signed.
    pub(crate) signed: String,
    /// The third part as it was sent.
    pub(crate) signature: String,
}

impl Unverified {
    /// Takes a token apart.
    ///
    /// # Errors
    /// It is not an access token in the one accepted form.
    pub fn parse(token: &str) -> Result<Self, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Parts)?;
        let (header, payload) = signed.split_once('.').ok_or(Refusal::Parts)?;
        if payload.contains('.') || [header, payload, signature].contains(&"") {
            return Err(Refusal::Parts);
        }
        let header_json = decode(header, Part::Header)?;
        let payload_json = decode(payload, Part::Payload)?;
        decode(signature, Part::Signature)?;
        Ok(Self {
            header: Header::read(object(&header_json, Part::Header)?)?,
            payload: Payload::read(object(&payload_json, Part::Payload)?)?,
            signed: signed.to_owned(),
            signature: signature.to_owned(),
        })
    }

    /// Who claims to have issued the token.
    pub fn issuer(&self) -> &str {
        &self.payload.iss
    }

    /// For whom it claims to be.
    pub fn audience(&self) -> &str {
        &self.payload.aud
    }

    /// Which of the issuer's keys it claims to be signed with.
    pub fn kid(&self) -> &str {
        &self.header.kid
    }
}

/// Without the content: whoever holds the token may act with it.
impl fmt::Debug for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified").finish_non_exhaustive()
    }
}

pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: String,
}

impl Header {
    fn read(mut object: Object<'_>) -> Result<Self, Refusal> {
        let typ: Option<String> = object.take("typ").map_err(|_| Refusal::Type)?;
        let alg: Option<String> = object.take("alg").map_err(|_| Refusal::Algorithm)?;
        let kid: Option<String> = object.take("kid").map_err(|_| Refusal::KeyId)?;
        if !object.is_empty() {
            return Err(Refusal::HeaderMember);
        }
        if !typ.is_some_and(|typ| TYPES.contains(&typ.as_str())) {
            return Err(Refusal::Type);
        }
        let algorithm = alg.and_then(|alg| alg.parse().ok()).ok_or(Refusal::Algorithm)?;
        let kid = kid.filter(|kid| is_key_id(kid)).ok_or(Refusal::KeyId)?;
        Ok(Self { algorithm, kid })
    }
}

/// The engine refuses padding, white space and bits that are left over, so a part has one spelling.
fn decode(text: &str, part: Part) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Encoding(part))
}

fn object(json: &[u8], part: Part) -> Result<Object<'_>, Refusal> {
    Object::parse(json).map_err(|invalid| match invalid {
        InvalidObject::Syntax => Refusal::Syntax(part),
        InvalidObject::Duplicate => Refusal::Duplicate(part),
    })
}
