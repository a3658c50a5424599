//! Looking lots up.

use std::collections::{BTreeMap, BTreeSet};

use domain::{LotKey, Profile, ThingId, TlcSource};
use gs1::{Identifier, Key};
use jiff::Timestamp;
use lineage::{Known, NodeId, ThingKind};
use store::{Scope, SeenThing};

use crate::{AppError, Caller, Page, answer::node_id, cursor::Cursors, same::codes_of};

/// Which lots to list. Everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct LotFilter {
    /// A lot code in any of its spellings, or an identifier.
    pub tlc: Option<String>,
    /// A GTIN of 8, 12, 13 or 14 digits.
    pub gtin: Option<String>,
    /// An identifier of a product class, or part of the product's name in the tenant's master data.
    pub product: Option<String>,
    /// A place where an event of the lot happened, in any spelling.
    pub place: Option<String>,
    /// With an event at or after.
    pub since: Option<Timestamp>,
    /// With an event before.
    pub until: Option<Timestamp>,
}

/// A lot as it may be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownLot {
    /// Its name, good for `lot` and `trace`.
    pub id: NodeId,
    /// What it is.
    pub kind: ThingKind,
    /// The lot code and who assigned it; `None` for units and instances.
    pub key: Option<LotKey>,
    /// Canonical identifier.
    pub identifier: String,
    /// 14-digit GTIN, where the identifier has one.
    pub gtin: Option<String>,
    /// `ffrn:…`, `gln:…` or a URL that leads to the TLC source.
    pub source_reference: Option<String>,
    /// How much of it is shown.
    pub profile: Profile,
}

impl ShownLot {
    /// The traceability lot code; harvest lots and units have none.
    pub fn tlc(&self) -> Option<&str> {
        let has_code = !matches!(self.kind, ThingKind::HarvestLot | ThingKind::Unit | ThingKind::Instance);
        self.key.as_ref().filter(|_| has_code).map(|key| key.tlc.as_str())
    }

    /// The canonical place that assigned the code, where it is known.
    pub fn source_place(&self) -> Option<&str> {
        match self.key.as_ref().map(|key| &key.source) {
            Some(TlcSource::Place(place)) => Some(place),
            _ => None,
        }
    }
}

/// The position of a lot in a list: its identifier, and a number for lots of one identifier.
fn sealed(thing: &SeenThing) -> Vec<u8> {
    [thing.id.0.to_be_bytes().as_slice(), thing.identifier.as_bytes()].concat()
}

fn unsealed(bytes: &[u8]) -> Option<(String, ThingId)> {
    let (id, identifier) = bytes.split_first_chunk()?;
    Some((String::from_utf8(identifier.to_vec()).ok()?, ThingId(i64::from_be_bytes(*id))))
}

impl Caller {
    /// Lots by name: a node name, a lot code in any of its spellings, or an identifier. Several where the code is
    /// ambiguous, none where it is unknown or not to be seen.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn lots_named(&self, name: &str) -> Result<Vec<ShownLot>, AppError> {
        let scope = self.scope().await?;
        let mut lots: Vec<ShownLot> = named(scope, name).await?.into_iter().map(shown).collect();
        lots.sort_by(|a, b| (&a.id, &a.identifier).cmp(&(&b.id, &b.identifier)));
        // Two identifiers of one lot are one lot.
        let mut seen = BTreeSet::new();
        lots.retain(|lot| seen.insert(lot.id.clone()));
        Ok(lots)
    }

    /// Lots in a stable order, a page at a time.
    ///
    /// # Errors
    /// [`AppError::BadCursor`], [`AppError::BadRequest`] for a GTIN that is none.
    pub async fn lots(&self, filter: &LotFilter, after: Option<&str>, first: u16) -> Result<Page<ShownLot>, AppError> {
        let scope = self.scope().await?;
        let cursors = Cursors::new(scope, &("lots", filter));
        let after = after.map(|cursor| unsealed(&cursors.open(cursor)?).ok_or(AppError::BadCursor)).transpose()?;
        let filter = self.store_filter(scope, filter).await?;
        let mut things = scope.lots(&filter, after.as_ref(), u64::from(first) + 1).await?;
        let has_next = things.len() > usize::from(first);
        things.truncate(usize::from(first));
        let entries = things
            .into_iter()
            .map(|thing| {
                let cursor = cursors.seal(&sealed(&thing))?;
                Ok((shown(thing), cursor))
            })
            .collect::<Result<_, AppError>>()?;
        Ok(Page { entries, has_next })
    }

    pub(crate) async fn store_filter(&self, scope: &Scope, filter: &LotFilter) -> Result<store::LotFilter, AppError> {
        let mut products: Option<Vec<String>> = None;
        if let Some(gtin) = &filter.gtin {
            products = Some(vec![gtin14(gtin)?]);
        }
        if let Some(product) = &filter.product {
            let named = products_named(scope, product).await?;
            products = Some(match products {
                None => named,
                Some(gtins) => named.into_iter().filter(|id| gtins.iter().any(|gtin| id.contains(gtin))).collect(),
            });
        }
        Ok(store::LotFilter {
            code: filter.tlc.as_deref().map(canonical_code),
            products,
            place: filter.place.as_deref().map(|place| Identifier::new(place).canonical()),
            since: filter.since,
            until: filter.until,
        })
    }
}

/// Products of one name at most.
const MAX_PRODUCTS: usize = 200;

/// The canonical class identifiers of the products that `text` names: an identifier, or part of a name.
async fn products_named(scope: &Scope, text: &str) -> Result<Vec<String>, AppError> {
    if text.contains(':') {
        return Ok(vec![Identifier::new(text).canonical()]);
    }
    let wanted = text.trim().to_lowercase();
    if wanted.is_empty() {
        return Err(AppError::BadRequest("an empty name is no product".to_owned()));
    }
    let matches = |name: &Option<String>| name.as_ref().is_some_and(|name| name.to_lowercase().contains(&wanted));
    let vocabulary = scope.vocabulary(None).await?;
    let named = vocabulary.into_iter().filter(|(_, elements)| {
        let mut products = elements.iter().map(fsma204::ProductDescription::from_vocabulary);
        products.any(|product| matches(&product.product_name) || matches(&product.commodity))
    });
    let named: Vec<String> = named.map(|(id, _)| id).collect();
    if named.len() > MAX_PRODUCTS {
        let message = format!("`{text}` names more than {MAX_PRODUCTS} products; write more of the name, or a GTIN");
        return Err(AppError::BadRequest(message));
    }
    Ok(named)
}

fn gtin14(text: &str) -> Result<String, AppError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && matches!(text.len(), 8 | 12 | 13 | 14) {
        return Ok(format!("{text:0>14}"));
    }
    Err(AppError::BadRequest(format!("`{text}` is no GTIN; write 8, 12, 13 or 14 digits")))
}

/// The things that a text names: a lot code in any of its spellings, an identifier, or a node name. A node name says
/// which of the lots of one code is meant; without a source the code may name several.
pub(crate) async fn named(scope: &Scope, text: &str) -> Result<Vec<SeenThing>, AppError> {
    let whole = of_code(scope, text).await?;
    let Some((code, source)) = text.rsplit_once(" @ ") else { return Ok(whole) };
    let mut of_code = of_code(scope, code).await?;
    if of_code.iter().any(|thing| node_id(thing).0 == text) {
        of_code.retain(|thing| node_id(thing).0 == text);
        return Ok(of_code);
    }
    if !whole.is_empty() {
        return Ok(whole);
    }
    of_code.retain(|thing| may_come_from(thing, source));
    Ok(of_code)
}

/// The things whose own code this is. Only where there is none, those that an event says may be the lot of this code.
async fn of_code(scope: &Scope, code: &str) -> Result<Vec<SeenThing>, AppError> {
    let codes = codes_of_text(code);
    let found = scope.things_named(&codes).await?;
    let has_it = |thing: &&SeenThing| codes_of(thing).iter().any(|own| codes.contains(own));
    let own: Vec<SeenThing> = found.iter().filter(has_it).cloned().collect();
    Ok(if own.is_empty() { found } else { own })
}

/// Whether a node name of another organisation or of an earlier day, with this source, may mean the lot.
fn may_come_from(thing: &SeenThing, source: &str) -> bool {
    let is_open = |key: &LotKey| key.is_provisional() || source.starts_with("unknown, reported by ");
    thing.lot.as_ref().is_some_and(is_open) || thing.reference.as_deref() == Some(source)
}

/// What an organisation takes a lot of another one for.
pub(crate) struct Taken {
    /// The lots that it may be.
    pub(crate) things: BTreeSet<ThingId>,
    /// Whether there is a lot of this code from another source.
    pub(crate) contradicted: bool,
}

/// Lots looked up in one query at most, so that the many lots of one code do not crowd out the others.
const TAKEN_AT_ONCE: usize = 50;

/// Finds what an organisation takes lots of another one for, each by its position.
pub(crate) async fn taken_for(scope: &Scope, asked: &[Known]) -> Result<Vec<Taken>, AppError> {
    let mut taken = Vec::with_capacity(asked.len());
    for some in asked.chunks(TAKEN_AT_ONCE) {
        let codes: BTreeSet<String> = some.iter().flat_map(codes_asked).collect();
        let found = scope.things_named(&codes.into_iter().collect::<Vec<_>>()).await?;
        taken.extend(some.iter().map(|asked| take(&found, asked)));
    }
    Ok(taken)
}

fn codes_asked(asked: &Known) -> impl Iterator<Item = String> {
    asked.identifiers.iter().cloned().chain(asked.lot.iter().map(|lot| lot.tlc.as_str().to_owned()))
}

/// The lot of exactly this key; else every lot of the code whose source does not contradict.
fn take(found: &[SeenThing], asked: &Known) -> Taken {
    let of_code = || found.iter().filter(|thing| known(thing).shares_code(asked));
    let exact: BTreeSet<ThingId> = of_code().filter(|thing| thing.lot == asked.lot).map(|thing| thing.id).collect();
    if !exact.is_empty() {
        return Taken { things: exact, contradicted: false };
    }
    let (others, same): (Vec<_>, Vec<_>) = of_code().partition(|thing| known(thing).contradicts(asked));
    Taken { things: same.into_iter().map(|thing| thing.id).collect(), contradicted: !others.is_empty() }
}

fn known(thing: &SeenThing) -> Known {
    Known { lot: thing.lot.clone(), identifiers: BTreeSet::from([thing.identifier.clone()]) }
}

/// The codes that a text may stand for: the code itself, or the canonical form of an identifier.
fn codes_of_text(text: &str) -> Vec<String> {
    BTreeSet::from([canonical_code(text), domain::Tlc::from(text).as_str().to_owned()]).into_iter().collect()
}

fn canonical_code(text: &str) -> String {
    if text.contains(':') { Identifier::new(text).canonical() } else { domain::Tlc::from(text).as_str().to_owned() }
}

pub(crate) fn shown(thing: SeenThing) -> ShownLot {
    let gtin = match Identifier::new(thing.identifier.as_str()).key() {
        Key::Gtin { gtin } | Key::Lgtin { gtin, .. } | Key::Sgtin { gtin, .. } => Some(gtin.to_string()),
        _ => None,
    };
    ShownLot {
        id: node_id(&thing),
        kind: thing.kind,
        identifier: thing.identifier,
        gtin,
        source_reference: thing.reference,
        profile: thing.profile,
        key: thing.lot,
    }
}

/// Lots by their numbers, for lists that show several.
pub(crate) async fn shown_by_id(
    scope: &Scope,
    ids: &BTreeSet<ThingId>,
) -> Result<BTreeMap<ThingId, ShownLot>, AppError> {
    Ok(scope.things(ids).await?.into_iter().map(|thing| (thing.id, shown(thing))).collect())
}
