//! The sortable spreadsheet for a regulator.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
};

use domain::{Direction, EventId, Profile};
use fsma204::{Cover, Missing, Row, Sheet, classify, rows, write_csv, write_xlsx};
use gs1::Identifier;
use jiff::{Timestamp, civil::Date};
use lineage::Limits;
use store::{Scope, SeenEvent};

use crate::{
    AppError, Caller, LotFilter,
    answer::{Question, Start, Telling, answer},
    keeper::Keeper,
    lots::named,
    records::Records,
};

/// What to export.
#[derive(Clone, Debug)]
pub enum Selection {
    /// A lot, and everything in the records that is connected with it.
    Lot(String),
    /// A product between two local dates, both included.
    Product {
        /// GTIN, identifier of a product class, or part of the product's name.
        product: String,
        /// First local date.
        from: Date,
        /// Last local date.
        to: Date,
    },
}

/// Rows of the electronic sortable spreadsheet, by sheet.
#[derive(Debug)]
pub struct Export {
    created_at: Timestamp,
    keeper: String,
    rows: BTreeMap<Sheet, Vec<Row>>,
}

/// Lots of one export at most.
const MAX_LOTS: u64 = 100_000;

impl Caller {
    /// Collects the rows of a selection, from the events that the caller may see in full. With `place`, only the
    /// records of that place. Empty where nothing matches or nothing may be seen: the two are the same.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn export(&self, selection: &Selection, place: Option<&str>) -> Result<Export, AppError> {
        let scope = self.scope().await?;
        let ids = match selection {
            Selection::Lot(lot) => self.connected(scope, lot).await?,
            Selection::Product { product, from, to } => self.of_product(scope, product, *from, *to).await?,
        };
        let keeper = Keeper::load(scope, &ids).await?;
        let place = place.map(|place| Identifier::new(place).canonical());
        let mut events = scope.events_by_id(&ids).await?;
        events
            .retain(|event| event.seen.profile == Profile::Full && !event.retracted && is_at(event, place.as_deref()));
        events.sort_by_key(|event| (event.event.event_time.instant(), event.id));
        let mut sheets: BTreeMap<Sheet, Vec<Row>> = BTreeMap::new();
        for event in events {
            let Some(cte) = classify(&event.event, &keeper).cte else { continue };
            for row in rows(&event.event, cte, &keeper.of_event(event.id)) {
                sheets.entry(row.sheet()).or_default().push(row);
            }
        }
        Ok(Export { created_at: self.app.now(), keeper: self.tenant.name.clone(), rows: sheets })
    }

    async fn of_product(
        &self,
        scope: &Scope,
        product: &str,
        from: Date,
        to: Date,
    ) -> Result<BTreeSet<EventId>, AppError> {
        let is_gtin = product.bytes().all(|byte| byte.is_ascii_digit());
        let filter = LotFilter {
            gtin: is_gtin.then(|| product.to_owned()),
            product: (!is_gtin).then(|| product.to_owned()),
            ..LotFilter::default()
        };
        let filter = self.store_filter(scope, &filter).await?;
        let lots = scope.lots(&filter, None, MAX_LOTS + 1).await?;
        if lots.len() as u64 > MAX_LOTS {
            let help = format!("more than {MAX_LOTS} lots match; narrow the product");
            return Err(AppError::BadRequest(help));
        }
        let lots = lots.into_iter().map(|thing| thing.id).collect();
        let around = scope.units_around(&lots).await?;
        let things = lots.into_iter().chain(around.into_keys()).collect();
        let ids = scope.mentions_of(&things).await?.into_iter().map(|mention| mention.event).collect();
        let mut events = scope.events_by_id(&ids).await?;
        events.retain(|event| {
            let day = event.event.event_time_zone_offset.local_date(event.event.event_time.instant());
            from <= day && day <= to
        });
        Ok(events.into_iter().map(|event| event.id).collect())
    }

    /// The events of a lot and of everything it came from and went into.
    async fn connected(&self, scope: &Scope, lot: &str) -> Result<BTreeSet<EventId>, AppError> {
        let things: BTreeSet<_> = named(scope, lot).await?.into_iter().map(|thing| thing.id).collect();
        let mut events = BTreeSet::new();
        for direction in [Direction::Back, Direction::Forward] {
            let limits = Limits { hops: u32::MAX, nodes: usize::MAX };
            let start = Start { things: things.clone(), at: Timestamp::MAX };
            let question =
                Question { starts: vec![start], direction, limits, events: usize::MAX, telling: Telling::Events };
            let records = Records::new(scope, None, None);
            events.extend(answer(self.app.store(), records, &question).await?.events);
        }
        Ok(events)
    }
}

fn is_at(event: &SeenEvent, place: Option<&str>) -> bool {
    let here = event.event.read_point.as_ref().or(event.event.biz_location.as_ref());
    place.is_none_or(|place| here.is_some_and(|here| here.id.canonical() == place))
}

impl Export {
    /// The sheets that have rows, in the order of the workbook, with their number of rows.
    pub fn sheets(&self) -> Vec<(Sheet, usize)> {
        self.rows.iter().map(|(sheet, rows)| (*sheet, rows.len())).collect()
    }

    /// The required key data elements that are missing, with the number of the row on its sheet, from 1.
    pub fn missing(&self) -> Vec<(Sheet, usize, Missing)> {
        let numbered = self.rows.iter().flat_map(|(sheet, rows)| (1..).zip(rows).map(move |row| (*sheet, row)));
        numbered
            .flat_map(|(sheet, (number, row))| row.missing().into_iter().map(move |gap| (sheet, number, gap)))
            .collect()
    }

    /// The rows of a sheet.
    pub fn rows(&self, sheet: Sheet) -> &[Row] {
        self.rows.get(&sheet).map_or(&[], Vec::as_slice)
    }

    /// The workbook.
    ///
    /// # Errors
    /// [`AppError::Export`].
    pub fn xlsx(&self) -> Result<Vec<u8>, AppError> {
        let mut out = Cursor::new(Vec::new());
        let mut notes = vec![format!("Records of {}.", self.keeper)];
        notes.extend(self.missing().iter().map(|(sheet, number, gap)| {
            format!("{}, row {number}: {} is not in the records ({}).", sheet.name(), gap.column.title(), gap.paragraph)
        }));
        let cover = Cover { created: self.created_at, notes };
        write_xlsx(&cover, self.rows.values().flatten(), &mut out)?;
        Ok(out.into_inner())
    }

    /// One sheet as comma-separated values.
    ///
    /// # Errors
    /// [`AppError::Export`].
    pub fn csv(&self, sheet: Sheet) -> Result<Vec<u8>, AppError> {
        let mut out = Vec::new();
        write_csv(sheet, self.rows(sheet), &mut out)?;
        Ok(out)
    }
}
