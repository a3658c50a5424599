//! Why a token is not believed.

use std::fmt;

use crate::Claim;

/// One of the three parts of a token.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Part {
    /// The first part: how the token is signed.
    Header,
    /// The second part: the claims.
    Payload,
    /// The third part.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Why a token is refused, in the order in which the rules are applied.
///
/// The text names rules and claims, never what the token contains, so it may be logged. What a client is told is the
/// caller's decision.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Longer than [`MAX_TOKEN_BYTES`](crate::MAX_TOKEN_BYTES).
    #[error("token is longer than {} bytes", crate::MAX_TOKEN_BYTES)]
    TooLong,
    /// Not three non-empty parts.
    #[error("token does not have three parts")]
    Parts,
    /// Not canonical base64url without padding.
    #[error("{0} is not canonical base64url")]
    Encoding(Part),
    /// Not one JSON object.
    #[error("{0} is not a JSON object")]
    Syntax(Part),
    /// A member name stands twice in one object.
    #[error("{0} names a member twice")]
    Duplicate(Part),
    /// A header member other than `alg`, `typ` and `kid`.
    #[error("header has a member that is not accepted")]
    HeaderMember,
    /// `typ` is absent or is not that of an access token.
    #[error("`typ` is not `at+jwt`")]
    Type,
    /// `alg` is absent or outside [`Algorithm`](crate::Algorithm).
    #[error("`alg` is not an accepted algorithm")]
    Algorithm,
    /// `kid` is absent, too long, or has characters that key identifiers do not have.
    #[error("`kid` is not a key identifier")]
    KeyId,
    /// A claim has another JSON type than it must have.
    #[error("claim `{0}` is of the wrong type")]
    ClaimType(Claim),
    /// A claim has the right type and an impossible value.
    #[error("claim `{0}` has an unacceptable value")]
    ClaimValue(Claim),
    /// A claim that restricts the token in a way a bearer token cannot honour.
    #[error("claim `{0}` is not accepted on a bearer token")]
    UnsupportedClaim(Claim),
    /// The issuer is not registered, or is not the one the token was checked against.
    #[error("issuer is not registered")]
    UnknownIssuer,
    /// The issuer has no such key.
    #[error("key is not registered for this issuer")]
    UnknownKey,
    /// The key's validity has not begun.
    #[error("key is not valid yet")]
    KeyNotYetValid,
    /// The key's validity is over.
    #[error("key is no longer valid")]
    KeyExpired,
    /// The header asks for another algorithm than the key is registered for.
    #[error("`alg` is not the algorithm of the key")]
    AlgorithmOfKey,
    /// The signature was not made by the key.
    #[error("signature does not match")]
    Signature,
    /// A required claim is absent.
    #[error("claim `{0}` is missing")]
    MissingClaim(Claim),
    /// The token is for somebody else.
    #[error("token is for another audience")]
    Audience,
    /// The token lives longer than its issuer is allowed to make it, or ends before it begins.
    #[error("lifetime is outside what the issuer may give")]
    Lifetime,
    /// `iat` lies ahead.
    #[error("token was issued in the future")]
    IssuedInFuture,
    /// `nbf` lies ahead.
    #[error("token is not valid yet")]
    NotYetValid,
    /// `exp` has passed.
    #[error("token has expired")]
    Expired,
}

impl Refusal {
    /// A stable code, `stage.reason`, for logs, metrics and tests.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "token.too-long",
            Self::Parts => "token.parts",
            Self::Encoding(_) => "token.encoding",
            Self::Syntax(Part::Header) => "header.syntax",
            Self::Syntax(_) => "payload.syntax",
            Self::Duplicate(Part::Header) => "header.duplicate",
            Self::Duplicate(_) => "payload.duplicate",
            Self::HeaderMember => "header.member",
            Self::Type => "header.type",
            Self::Algorithm => "header.algorithm",
            Self::KeyId => "header.key-id",
            Self::ClaimType(_) => "payload.claim-type",
            Self::ClaimValue(_) => "payload.claim-value",
            Self::UnsupportedClaim(_) => "payload.claim-unsupported",
            Self::UnknownIssuer => "issuer.unknown",
            Self::UnknownKey => "key.unknown",
            Self::KeyNotYetValid => "key.not-yet-valid",
            Self::KeyExpired => "key.expired",
            Self::AlgorithmOfKey => "key.algorithm",
            Self::Signature => "signature.mismatch",
            Self::MissingClaim(_) => "claims.missing",
            Self::Audience => "claims.audience",
            Self::Lifetime => "claims.lifetime",
            Self::IssuedInFuture => "claims.issued-in-future",
            Self::NotYetValid => "claims.not-yet-valid",
            Self::Expired => "claims.expired",
        }
    }
}
