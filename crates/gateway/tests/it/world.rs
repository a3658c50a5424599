//! A gateway with two organisations that know each other.

use std::sync::Arc;

use app::{App, CaptureLimits, IssuerKind, IssuerRegistration, KeyRegistration, TenantRegistration};
use auth::{Claims, SigningKey};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use domain::{Clock, PartyId, Role, TenantId};
use gateway::Config;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

/// The packer's address.
pub(crate) const PACKER: &str = "packer";
/// The grocer's address.
pub(crate) const GROCER: &str = "grocer";
/// The issuer of the packer's own tokens.
pub(crate) const STAFF: &str = "https://staff.example";
/// The issuer of the grocer's tokens, as the packer registered it.
pub(crate) const PARTNER: &str = "https://partner.example";
/// An authority whose officers the packer may let in.
pub(crate) const AUTHORITY: &str = "https://authority.example";
/// Bytes of a document.
pub(crate) const MAX_DOCUMENT: u64 = 200_000;
/// Events of a document.
pub(crate) const MAX_EVENTS: u64 = 50;
/// The packer's plant.
pub(crate) const PACKER_PLACE: &str = "https://id.gs1.org/414/9521003001005";
/// The grocer's distribution centre.
pub(crate) const GROCER_PLACE: &str = "https://id.gs1.org/414/9521005007005";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        noon()
    }
}

/// The present.
pub(crate) fn noon() -> Timestamp {
    "2028-08-20T12:00:00Z".parse().unwrap()
}

/// A gateway on a database of its own.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) packer: TenantId,
    pub(crate) grocer_at_packer: PartyId,
    key: SigningKey,
    _directory: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of the first GraphQL error.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let limits =
            CaptureLimits { max_document_bytes: MAX_DOCUMENT, max_events: MAX_EVENTS, ..CaptureLimits::default() };
        Self::build(config, limits).await
    }

    pub(crate) async fn limited(limits: CaptureLimits) -> Self {
        Self::build(Config::default(), limits).await
    }

    async fn build(config: Config, limits: CaptureLimits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let postgres = testkit::postgres::chosen();
        let sqlite = || format!("sqlite://{}?mode=rwc", directory.path().join("gateway.db").display());
        let url = postgres.as_ref().map_or_else(sqlite, |database| database.url().to_owned());
        let store = App::open_store(&url).await.unwrap();
        store.migrate().await.unwrap();
        let app = App::new(store, Arc::new(Noon), "https://gateway.example", limits);
        let tenant = async |slug: &str, place: &str| {
            let identifiers = [place.to_owned()];
            let tenant = TenantRegistration { slug, name: slug, identifiers: &identifiers };
            app.register_tenant(&tenant).await.unwrap()
        };
        let packer = tenant(PACKER, PACKER_PLACE).await;
        let grocer = tenant(GROCER, GROCER_PLACE).await;
        let places = [GROCER_PLACE.to_owned()];
        let grocer_at_packer = app.register_party(packer, "Grocer", &places, Some(grocer)).await.unwrap();
        let places = [PACKER_PLACE.to_owned()];
        app.register_party(grocer, "Packer", &places, Some(packer)).await.unwrap();
        let key = SigningKey::generate_ed25519().unwrap();
        for tenant in [packer, grocer] {
            issuer(&app, tenant, STAFF, IssuerKind::Staff, &key).await;
        }
        issuer(&app, packer, PARTNER, IssuerKind::Partner(grocer_at_packer), &key).await;
        issuer(&app, packer, AUTHORITY, IssuerKind::Regulator, &key).await;
        let router = gateway::router(app.clone(), &config);
        Self { app, router, packer, grocer_at_packer, key, _directory: directory }
    }

    /// The claims of a good token.
    pub(crate) fn claims(&self, issuer: &str, tenant: &str) -> Claims {
        Claims {
            iss: issuer.to_owned(),
            sub: "ana".to_owned(),
            aud: self.app.audience(tenant),
            client_id: None,
            iat: noon() - SignedDuration::from_secs(10),
            nbf: None,
            exp: noon() + SignedDuration::from_secs(300),
            jti: "1".to_owned(),
            scope: Vec::new(),
            purpose: None,
        }
    }

    pub(crate) fn sign(&self, claims: &Claims) -> String {
        self.key.sign(claims)
    }

    /// A token of the packer's staff.
    pub(crate) fn staff(&self) -> String {
        self.sign(&self.claims(STAFF, PACKER))
    }

    /// A token of the grocer as the packer's partner.
    pub(crate) fn partner(&self) -> String {
        self.sign(&self.claims(PARTNER, PACKER))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, media_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, media_type);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// A GraphQL request of the packer's staff.
    pub(crate) async fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, json!({})).await
    }

    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post("/graphql", &self.staff(), "application/json", body).await
    }

    /// A GraphQL request of the grocer.
    pub(crate) async fn ask_as_partner(&self, query: &str) -> Answer {
        let body = json!({ "query": query }).to_string();
        self.post("/partner/graphql", &self.partner(), "application/json", body).await
    }

    pub(crate) async fn capture_with(&self, behaviour: &str, document: String) -> Answer {
        let request = Request::post("/epcis/capture")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.staff()))
            .header(header::CONTENT_TYPE, "application/xml")
            .header("GS1-Capture-Error-Behaviour", behaviour);
        self.send(request.body(document.into()).unwrap()).await
    }

    pub(crate) async fn capture(&self, document: String) -> Answer {
        self.post("/epcis/capture", &self.staff(), "application/xml", document).await
    }
}

async fn issuer(app: &App, tenant: TenantId, issuer: &str, kind: IssuerKind, key: &SigningKey) {
    let key = KeyRegistration {
        kid: None,
        alg: "EdDSA".to_owned(),
        public_key: key.public_pem(),
        valid_from: Timestamp::UNIX_EPOCH,
        valid_to: None,
    };
    let roles = &[Role::Read, Role::Capture, Role::Admin];
    let registration = IssuerRegistration { issuer, kind, roles, max_lifetime_seconds: 3600, keys: vec![key] };
    app.register_issuer(tenant, &registration).await.unwrap();
}

/// A document around some events.
pub(crate) fn document(events: &str) -> String {
    format!(
        r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0"
             creationDate="2028-08-16T00:00:00Z"><EPCISBody><EventList>{events}</EventList></EPCISBody>
           </epcis:EPCISDocument>"#
    )
}

/// The identifier of a lot of the packer.
pub(crate) fn lot(code: &str) -> String {
    format!("https://id.gs1.org/01/19521003000173/10/{code}")
}

/// A lot packed, `hour` hours into 15 August 2028.
pub(crate) fn packed(code: &str, hour: u8) -> String {
    event(code, hour, "ADD", "creating_class_instance", "")
}

/// A lot shipped to a place.
pub(crate) fn shipped(code: &str, hour: u8, to: &str) -> String {
    let ends = format!(
        r#"<sourceList><source type="location">{PACKER_PLACE}</source></sourceList>
           <destinationList><destination type="location">{to}</destination></destinationList>"#
    );
    let cte = r#"<fsma:cte xmlns:fsma="https://w3id.org/fsma204/kde/">shipping</fsma:cte>"#;
    event(code, hour, "OBSERVE", "shipping", &(ends + cte))
}

fn event(code: &str, hour: u8, action: &str, step: &str, ends: &str) -> String {
    let lot = lot(code);
    format!(
        r"<ObjectEvent><eventTime>2028-08-15T{hour:02}:00:00Z</eventTime>
           <eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
           <eventID>urn:example:{code}-{hour}-{step}</eventID>
           <epcList/><action>{action}</action><bizStep>{step}</bizStep><disposition>active</disposition>
           <readPoint><id>{PACKER_PLACE}</id></readPoint>
           <quantityList><quantityElement><epcClass>{lot}</epcClass><quantity>10</quantity><uom>XCS</uom>
           </quantityElement></quantityList>{ends}</ObjectEvent>"
    )
}
