//! GraphQL over HTTP: one request, one caller, one answer.

use app::{App, Caller};
use async_graphql::{
    EmptySubscription, Error, ObjectType, Request, Response as Answer, Schema, Variables, http::GraphiQLSource,
};
use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use domain::Viewer;
use http_body_util::LengthLimitError;
use serde::Deserialize;

use super::{
    PartnerSchema, StaffSchema,
    error::{Code, complete, from_app},
    session::Session,
    shape,
};
use crate::{
    bearer::{self, NoCaller},
    media_type::{content_length, content_type},
};

/// Bytes of a staff request. It may carry a document to capture.
const MAX_STAFF_BYTES: usize = 8 << 20;
/// Bytes of a partner request.
const MAX_PARTNER_BYTES: usize = 64 << 10;

/// `POST /graphql`.
pub(crate) async fn staff(
    State(app): State<App>,
    State(schema): State<StaffSchema>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let caller = caller(&app, &headers, |viewer| viewer == Viewer::Own).await;
    answer(caller, &schema, &headers, body, MAX_STAFF_BYTES).await
}

/// `POST /partner/graphql`.
pub(crate) async fn partner(
    State(app): State<App>,
    State(schema): State<PartnerSchema>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let caller = caller(&app, &headers, |viewer| matches!(viewer, Viewer::Party(_))).await;
    answer(caller, &schema, &headers, body, MAX_PARTNER_BYTES).await
}

/// `GET /graphql`, for people who explore.
pub(crate) async fn graphiql() -> Html<String> {
    Html(GraphiQLSource::build().endpoint("/graphql").title("Lotline").finish())
}

/// Why a request is answered without being executed.
struct Refused(StatusCode, Error);

impl Refused {
    fn bad(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, Code::BadRequest.error(message))
    }

    fn too_large(limit: usize) -> Self {
        Self(StatusCode::PAYLOAD_TOO_LARGE, Code::Limit.error(format!("the request is larger than {limit} bytes")))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, error) = self;
        let errors = serde_json::json!({ "errors": [{ "message": error.message, "extensions": error.extensions }] });
        let mut response = json(status, &errors);
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The caller, if this endpoint is for it. A token for another endpoint is refused like any bad one.
async fn caller(app: &App, headers: &HeaderMap, welcome: impl Fn(Viewer) -> bool) -> Result<Caller, Refused> {
    let unauthenticated = |message: &str| Refused(StatusCode::UNAUTHORIZED, Code::Unauthenticated.error(message));
    match bearer::caller(app, headers).await {
        Ok(caller) if welcome(caller.principal().viewer) => Ok(caller),
        Ok(_) => Err(unauthenticated("the token is not accepted here")),
        Err(NoCaller::NoToken) => Err(unauthenticated(NoCaller::NO_TOKEN)),
        Err(NoCaller::App(error @ app::AppError::Unauthenticated(_))) => {
            Err(Refused(StatusCode::UNAUTHORIZED, from_app(&error)))
        }
        Err(NoCaller::App(error)) => Err(Refused(StatusCode::INTERNAL_SERVER_ERROR, from_app(&error))),
    }
}

async fn answer<Q, M>(
    caller: Result<Caller, Refused>,
    schema: &Schema<Q, M, EmptySubscription>,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Response
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
{
    let caller = match caller {
        Ok(caller) => caller,
        Err(refused) => return refused.into_response(),
    };
    match request(headers, body, limit).await {
        Ok(mut request) => {
            let mut answer: Answer = match shape::parse(&mut request) {
                Ok(()) => schema.execute(request.data(Session::new(caller))).await,
                Err(error) => Answer::from_errors(vec![error]),
            };
            complete(&mut answer);
            json(StatusCode::OK, &answer)
        }
        Err(refused) => refused.into_response(),
    }
}

/// The members that a request may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Parameters {
    query: String,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    /// Allowed by the GraphQL over HTTP specification; nothing here uses it.
    #[serde(rename = "extensions")]
    _extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

async fn request(headers: &HeaderMap, body: Body, limit: usize) -> Result<Request, Refused> {
    let media_type = content_type(headers);
    if media_type != "application/json" {
        let message = format!("`{media_type}` cannot be read; send application/json");
        return Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadRequest.error(message)));
    }
    if content_length(headers).is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit)) {
        return Err(Refused::too_large(limit));
    }
    let bytes = to_bytes(body, limit).await.map_err(|error| body_error(&error, limit))?;
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Refused::bad("several requests in one are not accepted; send them one by one"));
    }
    let parameters: Parameters = serde_json::from_slice(&bytes)
        .map_err(|error| Refused::bad(format!("the request is no GraphQL request in JSON: {error}")))?;
    let variables = serde_json::Value::Object(parameters.variables.unwrap_or_default());
    let request = Request::new(parameters.query).variables(Variables::from_json(variables));
    Ok(match parameters.operation_name {
        Some(name) => request.operation_name(name),
        None => request,
    })
}

fn body_error(error: &axum::Error, limit: usize) -> Refused {
    let source = std::error::Error::source(error);
    let too_large = source.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>);
    if too_large { Refused::too_large(limit) } else { Refused::bad("the request did not arrive whole") }
}

fn json(status: StatusCode, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
