//! Who calls: the bearer token of a request.

use app::{App, AppError, Caller};
use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};

use crate::problem::Problem;

/// Why a request has no caller.
#[derive(Debug)]
pub(crate) enum NoCaller {
    /// There is no `Authorization` header, or not one `Bearer` token in it.
    NoToken,
    /// Somebody should look at the token.
    App(AppError),
}

impl NoCaller {
    /// What a client without a usable token should do.
    pub(crate) const NO_TOKEN: &str = "send one access token as `Authorization: Bearer …`";
}

/// Checks the token of a request.
pub(crate) async fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, NoCaller> {
    let token = token(headers).ok_or(NoCaller::NoToken)?;
    app.authenticate(token).await.inspect_err(log).map_err(NoCaller::App)
}

/// The caller is not told why a token is refused; the operator is.
fn log(error: &AppError) {
    if let AppError::Unauthenticated(refusal) = error {
        tracing::info!(%refusal, "a token was refused");
    }
}

/// The one token; two headers are none, because nobody knows which of them counts.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The caller of a REST request.
pub(crate) struct Authenticated(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for Authenticated
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match caller(&App::from_ref(state), &parts.headers).await {
            Ok(caller) => Ok(Self(caller)),
            Err(NoCaller::NoToken) => Err(Problem::unauthenticated(NoCaller::NO_TOKEN)),
            Err(NoCaller::App(error)) => Err(Problem::from(&error)),
        }
    }
}
