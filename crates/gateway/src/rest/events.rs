//! `GET /epcis/events`: the events that the caller may see in full.

use std::{str::FromStr, sync::Arc};

use app::{App, AppError, Page, ShownEvent};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};
use epcis::{
    Document, DocumentKind, Event, EventTime, Query,
    write::{CbvFormat, EpcFormat, Options, Target, UnknownOption, Writer},
};
use gs1::CompanyPrefixes;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Parameters, query::EventQuery};
use crate::{Config, bearer::Authenticated, incident, media_type::negotiate, problem::Problem};

const JSON_LD: &str = "application/ld+json";
/// How identifiers are to be spelled (EPCIS 2.0 §12).
const EPC_FORMAT: HeaderName = HeaderName::from_static("gs1-epc-format");
/// How standard terms are to be spelled in XML.
const CBV_XML_FORMAT: HeaderName = HeaderName::from_static("gs1-cbv-xml-format");

const OFFERED: [&str; 4] = [JSON_LD, "application/json", "application/xml", "text/xml"];

/// Answers a query with an `EPCISQueryDocument`.
///
/// A page may hold fewer events than were asked for, even none; it is the last one when it has no `Link`.
pub(crate) async fn events(
    Authenticated(caller): Authenticated,
    State(app): State<App>,
    State(config): State<Config>,
    parameters: Result<Parameters<Vec<(String, String)>>, Problem>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let media_type = negotiate(&headers, &OFFERED).map_err(|wishes| Problem::not_acceptable(&wishes, &OFFERED))?;
    let options = options(&headers, media_type, &config.company_prefixes)?;
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
    let spelled = [(EPC_FORMAT, options.epc_format.to_string()), (CBV_XML_FORMAT, options.cbv_format.to_string())];
    let body = document(&events, options, app.now()).map_err(|error| Problem::internal(&incident::record(&error)))?;
    let versions = [(HeaderName::from_static("gs1-epcis-version"), "2.0.0")];
    let mut response = (versions, spelled, [(header::CONTENT_TYPE, media_type)], body).into_response();
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

/// How the answer is to be written.
fn options(headers: &HeaderMap, media_type: &str, prefixes: &Arc<CompanyPrefixes>) -> Result<Options, Problem> {
    Ok(Options {
        target: if media_type.ends_with("xml") { Target::Xml } else { Target::Json },
        epc_format: wish::<EpcFormat>(headers, &EPC_FORMAT)?,
        cbv_format: wish::<CbvFormat>(headers, &CBV_XML_FORMAT)?,
        company_prefixes: CompanyPrefixes::clone(prefixes),
        ..Options::default()
    })
}

/// What a header asks for; nothing in particular when it is not there.
fn wish<T: Default + FromStr<Err = UnknownOption>>(headers: &HeaderMap, name: &HeaderName) -> Result<T, Problem> {
    let Some(value) = headers.get(name) else { return Ok(T::default()) };
    let text = String::from_utf8_lossy(value.as_bytes());
    text.trim().parse().map_err(|error: UnknownOption| Problem::parameter(name.as_str(), error.to_string()))
}

fn document(events: &[&Event], options: Options, now: Timestamp) -> std::io::Result<Vec<u8>> {
    let mut document = Document::new(DocumentKind::QueryResult);
    document.creation_date = Some(EventTime::from(now).to_string());
    document.query = Some(Query { name: "SimpleEventQuery".to_owned(), subscription_id: None });
    for event in events {
        document.namespaces.add_event(event);
    }
    let mut writer = Writer::start(Vec::new(), &document, options)?;
    events.iter().try_for_each(|event| writer.event(event))?;
    writer.finish()
}
