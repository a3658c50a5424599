//! What a token says once it is believed.

use std::fmt;

use domain::Purpose;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde_json::{Value, json};

use crate::Refusal;
use crate::object::Object;

/// The longest text that a claim may hold.
const MAX_TEXT_BYTES: usize = 512;

/// The claims that are read or refused. Others are carried by many providers, mean nothing here and are ignored.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Claim {
    /// Who issued the token.
    Iss,
    /// Who acts.
    Sub,
    /// For whom the token is.
    Aud,
    /// The client it was issued to.
    ClientId,
    /// When it was issued.
    Iat,
    /// From when it counts.
    Nbf,
    /// Until when it counts.
    Exp,
    /// Its own identifier.
    Jti,
    /// What it allows.
    Scope,
    /// Why its bearer asks.
    Purpose,
    /// The key that a proof has to be made with (RFC 7800).
    Cnf,
    /// On whose behalf it is used (RFC 8693).
    Act,
    /// What it allows in detail (RFC 9396).
    AuthorizationDetails,
}

impl Claim {
    /// The name in the payload.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Iss => "iss",
            Self::Sub => "sub",
            Self::Aud => "aud",
            Self::ClientId => "client_id",
            Self::Iat => "iat",
            Self::Nbf => "nbf",
            Self::Exp => "exp",
            Self::Jti => "jti",
            Self::Scope => "scope",
            Self::Purpose => "purpose",
            Self::Cnf => "cnf",
            Self::Act => "act",
            Self::AuthorizationDetails => "authorization_details",
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The claims of an access token (RFC 9068), under their own names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claims {
    /// Who issued the token.
    pub iss: String,
    /// Who acts, as the issuer names it.
    pub sub: String,
    /// For whom the token is.
    pub aud: String,
    /// The client it was issued to.
    pub client_id: Option<String>,
    /// When it was issued.
    pub iat: Timestamp,
    /// From when it counts, if later than that.
    pub nbf: Option<Timestamp>,
    /// Until when it counts.
    pub exp: Timestamp,
    /// Its own identifier.
    pub jti: String,
    /// What it allows, word by word.
    pub scope: Vec<String>,
    /// Why its bearer asks.
    pub purpose: Option<Purpose>,
}

impl Claims {
    /// The payload of a token; times are written in whole seconds.
    pub(crate) fn to_json(&self) -> String {
        let members = [
            (Claim::Iss, Some(json!(self.iss))),
            (Claim::Sub, Some(json!(self.sub))),
            (Claim::Aud, Some(json!(self.aud))),
            (Claim::ClientId, self.client_id.as_ref().map(|id| json!(id))),
            (Claim::Iat, Some(json!(self.iat.as_second()))),
            (Claim::Nbf, self.nbf.map(|nbf| json!(nbf.as_second()))),
            (Claim::Exp, Some(json!(self.exp.as_second()))),
            (Claim::Jti, Some(json!(self.jti))),
            (Claim::Scope, (!self.scope.is_empty()).then(|| json!(self.scope.join(" ")))),
            (Claim::Purpose, self.purpose.map(|purpose| json!(purpose))),
        ];
        let present = members.into_iter().filter_map(|(claim, value)| Some((claim.as_str().to_owned(), value?)));
        Value::Object(present.collect()).to_string()
    }
}

/// The payload before anything in it is believed: each claim of its right type, or absent.
///
/// `iss` and `aud` are needed to find the key and are required at once; whether the others are there is asked after the
/// signature.
pub(crate) struct Payload {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) iat: Option<Timestamp>,
    pub(crate) nbf: Option<Timestamp>,
    pub(crate) exp: Option<Timestamp>,
    pub(crate) jti: Option<String>,
    pub(crate) scope: Vec<String>,
    pub(crate) purpose: Option<Purpose>,
}

impl Payload {
    pub(crate) fn read(mut object: Object<'_>) -> Result<Self, Refusal> {
        for claim in [Claim::Cnf, Claim::Act, Claim::AuthorizationDetails] {
            if object.contains(claim.as_str()) {
                return Err(Refusal::UnsupportedClaim(claim));
            }
        }
        Ok(Self {
            iss: text(&mut object, Claim::Iss)?.ok_or(Refusal::MissingClaim(Claim::Iss))?,
            aud: text(&mut object, Claim::Aud)?.ok_or(Refusal::MissingClaim(Claim::Aud))?,
            sub: text(&mut object, Claim::Sub)?,
            client_id: text(&mut object, Claim::ClientId)?,
            iat: time(&mut object, Claim::Iat)?,
            nbf: time(&mut object, Claim::Nbf)?,
            exp: time(&mut object, Claim::Exp)?,
            jti: text(&mut object, Claim::Jti)?,
            scope: scope(&mut object)?,
            purpose: purpose(&mut object)?,
        })
    }
}

fn take<T: DeserializeOwned>(object: &mut Object<'_>, claim: Claim) -> Result<Option<T>, Refusal> {
    object.take(claim.as_str()).map_err(|_| Refusal::ClaimType(claim))
}

/// A name: not empty, of bounded length, and without characters that would disturb a log.
fn text(object: &mut Object<'_>, claim: Claim) -> Result<Option<String>, Refusal> {
    let text: Option<String> = take(object, claim)?;
    let acceptable =
        |text: &String| !text.trim().is_empty() && text.len() <= MAX_TEXT_BYTES && !text.chars().any(char::is_control);
    if text.as_ref().is_none_or(acceptable) { Ok(text) } else { Err(Refusal::ClaimValue(claim)) }
}

/// Whole seconds since 1970, not before it and within the calendar.
fn time(object: &mut Object<'_>, claim: Claim) -> Result<Option<Timestamp>, Refusal> {
    let Some(seconds) = take::<i64>(object, claim)? else { return Ok(None) };
    let time = Timestamp::from_second(seconds).ok().filter(|time| *time >= Timestamp::UNIX_EPOCH);
    time.map(Some).ok_or(Refusal::ClaimValue(claim))
}

/// Words of visible ASCII without quote and backslash, one space between two (RFC 6749 §3.3).
fn scope(object: &mut Object<'_>) -> Result<Vec<String>, Refusal> {
    let Some(text) = text(object, Claim::Scope)? else { return Ok(Vec::new()) };
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    if text.split(' ').all(is_word) {
        Ok(text.split(' ').map(str::to_owned).collect())
    } else {
        Err(Refusal::ClaimValue(Claim::Scope))
    }
}

fn purpose(object: &mut Object<'_>) -> Result<Option<Purpose>, Refusal> {
    let Some(name) = text(object, Claim::Purpose)? else { return Ok(None) };
    let name: StrDeserializer<'_, Error> = name.as_str().into_deserializer();
    Purpose::deserialize(name).map(Some).map_err(|_| Refusal::ClaimValue(Claim::Purpose))
}
