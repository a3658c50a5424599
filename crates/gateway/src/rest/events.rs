//! `GET /epcis/events`: the events that the caller may see in full.

use app::{App, AppError, Page, ShownEvent};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};
use epcis::{
    Document, DocumentKind, Event, EventTime, Query,
    write::{Options, Target, Writer},
};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Parameters, query::EventQuery};
use crate::{bearer::Authenticated, incident, media_type::negotiate, problem::Problem};

const JSON_LD: &str = "application/ld+json";
const OFFERED: [&str; 4] = [JSON_LD, "application/json", "application/xml", "text/xml"];

/// Answers a query with an `EPCISQueryDocument`.
///
/// A page may hold fewer events than were asked for, even none; it is the last one when it has no `Link`.
pub(crate) async fn events(
    Authenticated(caller): Authenticated,
    State(app): State<App>,
    parameters: Result<Parameters<Vec<(String, String)>>, Problem>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let media_type = negotiate(&headers, &OFFERED).map_err(|wishes| Problem::not_acceptable(&wishes, &OFFERED))?;
    let Parameters(parameters) = parameters?;
    let query = EventQuery::read(&parameters)?;
    let page = caller
        .events(&query.filter, query.token.as_deref(), query.per_page)
        .await
        .map_err(|error: AppError| Problem::from(&error))?;
    let next = next_link(&page, &parameters);
    let events: Vec<&Event> = page
        .entries
        .iter()
        .filter_map(|(shown, _)| shown.event.as_ref())
        .filter(|event| query.matches(event))
        .collect();
    let body =
        document(&events, media_type, app.now()).map_err(|error| Problem::internal(&incident::record(&error)))?;
    let versions = [(HeaderName::from_static("gs1-epcis-version"), "2.0.0")];
    let mut response = (versions, [(header::CONTENT_TYPE, media_type)], body).into_response();
    if let Some(link) = next.and_then(|link| link.parse().ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// The same question from where this page ends.
fn next_link(page: &Page<ShownEvent>, parameters: &[(String, String)]) -> Option<String> {
    let (_, cursor) = page.entries.last().filter(|_| page.has_next)?;
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let same = parameters.iter().filter(|(name, _)| name != "nextPageToken");
    let same = same.map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<String> = same
        .chain([("nextPageToken", cursor.as_str())])
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    Some(format!("</epcis/events?{}>; rel=\"next\"", all.join("&")))
}

fn document(events: &[&Event], media_type: &str, now: Timestamp) -> std::io::Result<Vec<u8>> {
    let mut document = Document::new(DocumentKind::QueryResult);
    document.creation_date = Some(EventTime::from(now).to_string());
    document.query = Some(Query { name: "SimpleEventQuery".to_owned(), subscription_id: None });
    for event in events {
        document.namespaces.add_event(event);
    }
    let target = if media_type.ends_with("xml") { Target::Xml } else { Target::Json };
    let mut writer = Writer::start(Vec::new(), &document, Options { target, ..Options::default() })?;
    events.iter().try_for_each(|event| writer.event(event))?;
    writer.finish()
}
