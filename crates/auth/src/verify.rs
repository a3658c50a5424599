//! From a token that was taken apart to claims that may be believed.

use jiff::{SignedDuration, Timestamp};

use crate::token::Unverified;
use crate::{Claim, Claims, Refusal, RegisteredKey};

/// How far two clocks may be apart.
pub const LEEWAY: SignedDuration = SignedDuration::from_secs(30);

/// How long a token may live when its issuer's record does not say otherwise.
pub const DEFAULT_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// An issuer as the registry holds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegisteredIssuer {
    /// Its name, compared character by character with `iss`.
    pub issuer: String,
    /// The longest time from `iat` to `exp`.
    pub max_lifetime: SignedDuration,
}

impl RegisteredIssuer {
    /// An issuer whose tokens live for [`DEFAULT_LIFETIME`] at most.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self { issuer: issuer.into(), max_lifetime: DEFAULT_LIFETIME }
    }
}

impl Unverified {
    /// Believes a bearer token, or says which rule it breaks first.
    ///
    /// # Errors
    /// The token is not from this issuer, not signed by this key, not for this audience, or not valid now.
    pub fn verify(
        self,
        audience: &str,
        issuer: &RegisteredIssuer,
        key: &RegisteredKey,
        now: Timestamp,
    ) -> Result<Claims, Refusal> {
        if self.payload.iss != issuer.issuer {
            return Err(Refusal::UnknownIssuer);
        }
        self.check_key(key, now)?;
        self.check_signature(key)?;
        let claims = self.into_claims(audience)?;
        check_times(&claims, issuer.max_lifetime, now)?;
        Ok(claims)
    }

    fn check_key(&self, key: &RegisteredKey, now: Timestamp) -> Result<(), Refusal> {
        // The issuer again: two issuers may use the same `kid`, and a look-up by `kid` alone must not go unnoticed.
        if key.issuer != self.payload.iss || key.kid != self.header.kid {
            return Err(Refusal::UnknownKey);
        }
        if now < key.valid_from {
            return Err(Refusal::KeyNotYetValid);
        }
        if key.valid_to.is_some_and(|end| now >= end) {
            return Err(Refusal::KeyExpired);
        }
        if key.algorithm != self.header.algorithm {
            return Err(Refusal::AlgorithmOfKey);
        }
        Ok(())
    }

    /// The algorithm is the key record's, never the token's.
    fn check_signature(&self, key: &RegisteredKey) -> Result<(), Refusal> {
        let matches = jsonwebtoken::crypto::verify(
            &self.signature,
            self.signed.as_bytes(),
            &key.key.jose(),
            key.algorithm.jose(),
        );
        if matches.unwrap_or(false) { Ok(()) } else { Err(Refusal::Signature) }
    }

    fn into_claims(self, audience: &str) -> Result<Claims, Refusal> {
        let payload = self.payload;
        if payload.aud != audience {
            return Err(Refusal::Audience);
        }
        let missing = Refusal::MissingClaim;
        Ok(Claims {
            iss: payload.iss,
            sub: payload.sub.ok_or(missing(Claim::Sub))?,
            aud: payload.aud,
            client_id: payload.client_id,
            iat: payload.iat.ok_or(missing(Claim::Iat))?,
            nbf: payload.nbf,
            exp: payload.exp.ok_or(missing(Claim::Exp))?,
            jti: payload.jti.ok_or(missing(Claim::Jti))?,
            scope: payload.scope,
            purpose: payload.purpose,
        })
    }
}

fn check_times(claims: &Claims, max_lifetime: SignedDuration, now: Timestamp) -> Result<(), Refusal> {
    let lifetime = claims.exp.duration_since(claims.iat);
    if lifetime <= SignedDuration::ZERO || lifetime > max_lifetime {
        return Err(Refusal::Lifetime);
    }
    // Differences instead of sums: a sum may leave the calendar.
    if claims.iat.duration_since(now) > LEEWAY {
        return Err(Refusal::IssuedInFuture);
    }
    if claims.nbf.is_some_and(|nbf| nbf.duration_since(now) > LEEWAY) {
        return Err(Refusal::NotYetValid);
    }
    if now.duration_since(claims.exp) >= LEEWAY {
        return Err(Refusal::Expired);
    }
    Ok(())
}
