//! EPCIS REST and the regulator's download.

pub(crate) mod capture;
pub(crate) mod events;
pub(crate) mod query;
pub(crate) mod regulator;

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters of a request. What is no text is refused, not asked for as something else.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        if percent_decode_str(parts.uri.query().unwrap_or_default()).decode_utf8().is_err() {
            return Err(Problem::bad_request("the query string is not UTF-8"));
        }
        let Query(parameters) =
            Query::try_from_uri(&parts.uri).map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
        Ok(Self(parameters))
    }
}
