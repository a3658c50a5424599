//! A gateway as its clients see it: over HTTP, with an access token.

use std::{fmt, time::Duration};

use reqwest::{Body, Client, RequestBuilder, Response, StatusCode, header, redirect::Policy};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::failure::{Failure, OrFail};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the gateway may be silent. The end of a large document takes a while to be stored.
const READ_TIMEOUT: Duration = Duration::from_mins(5);
/// How long to wait before a running capture is asked about again.
const POLL: Duration = Duration::from_millis(200);

/// An access token. It is never printed.
#[derive(Clone)]
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A gateway, asked with one token.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    http: Client,
    base_url: String,
    token: Token,
}

/// Which of the two schemas is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Schema {
    /// For the organisation's own people.
    Staff,
    /// For its trading partners.
    Partner,
}

impl Schema {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Staff => "/graphql",
            Self::Partner => "/partner/graphql",
        }
    }
}

/// What became of a document (EPCIS 2.0 capture job, with the numbers of this gateway).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CaptureJob {
    pub(crate) running: bool,
    pub(crate) success: bool,
    /// Events stored.
    #[serde(default)]
    pub(crate) stored: u64,
    /// Events that were there already.
    #[serde(default)]
    pub(crate) duplicates: u64,
    /// Events not accepted.
    #[serde(default)]
    pub(crate) rejected: u64,
    /// Why nothing was stored.
    #[serde(default)]
    pub(crate) errors: Vec<Problem>,
    /// What its sender should know although everything was stored.
    #[serde(default)]
    pub(crate) warnings: Vec<Problem>,
}

/// A problem document (RFC 9457), for a request or for something inside a document.
#[derive(Clone, Debug, Default, Deserialize, serde::Serialize)]
#[serde(default)]
pub(crate) struct Problem {
    pub(crate) title: String,
    pub(crate) detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) severity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
}

/// A document that the gateway took, or did not even begin to read.
#[derive(Clone, Debug)]
pub(crate) enum Captured {
    /// The job is over.
    Job(CaptureJob),
    /// The document was refused as a whole.
    Refused(Problem),
}

impl CaptureJob {
    /// What is said of a document that was not even read.
    pub(crate) fn refused(problem: Problem) -> Self {
        Self {
            running: false,
            success: false,
            stored: 0,
            duplicates: 0,
            rejected: 0,
            errors: vec![problem],
            warnings: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct Answer<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<AnswerError>,
}

#[derive(Deserialize)]
struct AnswerError {
    message: String,
}

impl Gateway {
    pub(crate) fn new(base_url: &str, token: Token) -> Result<Self, Failure> {
        let builder = Client::builder().redirect(Policy::none()).connect_timeout(CONNECT_TIMEOUT);
        let http = builder.read_timeout(READ_TIMEOUT).build();
        let http = http.or_fail(|| "the HTTP client cannot be set up".to_owned())?;
        Ok(Self { http, base_url: base_url.to_owned(), token })
    }

    /// Sends a document and waits until it is stored or refused.
    pub(crate) async fn capture(&self, document: Body, media_type: &str) -> Result<Captured, Failure> {
        let request = self.http.post(self.url("/epcis/capture")).header(header::CONTENT_TYPE, media_type);
        let response = self.send(request.body(document)).await?;
        let status = response.status();
        if refuses_the_document(status) {
            return Ok(Captured::Refused(problem(response).await));
        }
        let response = expect(response, StatusCode::ACCEPTED).await?;
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        // Only the path: the gateway may call itself by another name than we do.
        let id = location.and_then(|location| location.rsplit('/').next()).map(str::to_owned);
        let id = id.ok_or_else(|| Failure::new("the gateway does not say where the capture job is"))?;
        self.finished(&id).await.map(Captured::Job)
    }

    async fn finished(&self, id: &str) -> Result<CaptureJob, Failure> {
        loop {
            let response = self.send(self.http.get(self.url(&format!("/epcis/capture/{id}")))).await?;
            let job: CaptureJob = read(expect(response, StatusCode::OK).await?).await?;
            if !job.running {
                return Ok(job);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Asks a question and gives its `data`.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        schema: Schema,
        query: &str,
        variables: &Value,
    ) -> Result<T, Failure> {
        let text = self.ask_raw(schema, query, variables).await?;
        let answer: Answer<T> = serde_json::from_str(&text).or_fail(|| "the answer cannot be read".to_owned())?;
        if let Some(error) = answer.errors.first() {
            return Err(Failure::new(format!("the gateway answers: {}", error.message)));
        }
        answer.data.ok_or_else(|| Failure::new("the gateway answers nothing"))
    }

    /// Asks a question and gives the body of the answer as it came.
    pub(crate) async fn ask_raw(&self, schema: Schema, query: &str, variables: &Value) -> Result<String, Failure> {
        let body = json!({ "query": query, "variables": variables });
        let response = self.send(self.http.post(self.url(schema.path())).json(&body)).await?;
        let response = expect(response, StatusCode::OK).await?;
        response.text().await.or_fail(|| "the answer broke off".to_owned())
    }

    /// Downloads an export. Where nothing matches or nothing may be seen it has no rows.
    pub(crate) async fn export(&self, parameters: &[(&str, String)]) -> Result<Vec<u8>, Failure> {
        let request = self.http.get(self.url("/regulator/export")).query(parameters);
        let bytes = expect(self.send(request).await?, StatusCode::OK).await?.bytes().await;
        Ok(bytes.or_fail(|| "the answer broke off".to_owned())?.to_vec())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let sent = request.bearer_auth(&self.token.0).send().await;
        sent.or_fail(|| format!("the gateway at {} cannot be reached", self.base_url))
    }
}

/// Whether a status is about the document and not about the one who sends it.
fn refuses_the_document(status: StatusCode) -> bool {
    [StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNSUPPORTED_MEDIA_TYPE].contains(&status)
}

/// What a refusal says: a problem document, or the error of GraphQL.
async fn problem(response: Response) -> Problem {
    let status = response.status();
    let body: Value = response.json().await.unwrap_or_default();
    let message = body.pointer("/errors/0/message").and_then(Value::as_str).map(str::to_owned);
    let problem: Problem = serde_json::from_value(body).unwrap_or_default();
    if problem.detail.is_empty() {
        return Problem { detail: message.unwrap_or_else(|| status.to_string()), ..problem };
    }
    problem
}

async fn expect(response: Response, wanted: StatusCode) -> Result<Response, Failure> {
    let status = response.status();
    if status == wanted {
        return Ok(response);
    }
    Err(Failure::new(format!("the gateway answers {}: {}", status.as_u16(), problem(response).await.detail)))
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    response.json().await.or_fail(|| "the answer cannot be read".to_owned())
}
