//! The parameters of `SimpleEventQuery` that are understood, and what they mean.

use app::EventFilter;
use epcis::{Action, Event, EventKind, EventTime, QuantityElement, Term};
use gs1::Identifier;
use jiff::Timestamp;

use crate::problem::Problem;

/// A query for events.
#[derive(Debug, Default)]
pub(crate) struct EventQuery {
    /// What the database narrows down.
    pub(crate) filter: EventFilter,
    /// Which identifiers must stand where; all must hold.
    matches: Vec<Match>,
    /// Events of the page.
    pub(crate) per_page: u16,
    /// Where the page begins.
    pub(crate) token: Option<String>,
}

/// One of the identifiers must stand in one of the lists that the parameter is about.
#[derive(Debug)]
struct Match {
    place: MatchPlace,
    identifiers: Vec<Identifier>,
}

#[derive(Clone, Copy, Debug)]
enum MatchPlace {
    Epc,
    AnyEpc,
    EpcClass,
    AnyEpcClass,
}

const DEFAULT_PAGE: u16 = 30;
const MAX_PAGE: u16 = 100;
/// Values of one parameter.
const MAX_VALUES: usize = 100;

impl EventQuery {
    /// Reads the parameters of a request.
    pub(crate) fn read(parameters: &[(String, String)]) -> Result<Self, Problem> {
        let mut query = Self { per_page: DEFAULT_PAGE, ..Self::default() };
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in parameters {
            if seen.contains(&name.as_str()) {
                return Err(Problem::parameter(name, format!("`{name}` is given twice; separate values with `|`")));
            }
            seen.push(name);
            query.parameter(name, value)?;
        }
        // Each list of identifiers that must be met may narrow the search down; the others are looked at afterwards.
        if let Some(first) = query.matches.first() {
            query.filter.things = first.identifiers.iter().map(Identifier::canonical).collect();
        }
        Ok(query)
    }

    fn parameter(&mut self, name: &str, text: &str) -> Result<(), Problem> {
        let values = || values(name, text);
        let words = || Ok::<_, Problem>(values()?.into_iter().map(|text| Term::new(text).word().to_owned()).collect());
        let places = || Ok::<_, Problem>(values()?.into_iter().map(|text| Identifier::new(text).canonical()).collect());
        match name {
            "eventType" => self.filter.kinds = one_of(name, values()?, &EventKind::ALL.map(EventKind::name))?,
            "EQ_action" => self.filter.actions = one_of(name, values()?, &Action::ALL.map(Action::name))?,
            "EQ_bizStep" => self.filter.biz_steps = words()?,
            "EQ_disposition" => self.filter.dispositions = words()?,
            "EQ_readPoint" => self.filter.read_points = places()?,
            "EQ_bizLocation" => self.filter.biz_locations = places()?,
            "EQ_eventID" => self.filter.references = places()?,
            "GE_eventTime" => self.filter.since = Some(instant(name, text)?),
            "LT_eventTime" => self.filter.until = Some(instant(name, text)?),
            "MATCH_epc" => self.add_match(name, MatchPlace::Epc, values()?)?,
            "MATCH_anyEPC" => self.add_match(name, MatchPlace::AnyEpc, values()?)?,
            "MATCH_epcClass" => self.add_match(name, MatchPlace::EpcClass, values()?)?,
            "MATCH_anyEPCClass" => self.add_match(name, MatchPlace::AnyEpcClass, values()?)?,
            "perPage" => self.per_page = per_page(text)?,
            "nextPageToken" => self.token = Some(text.to_owned()),
            _ => return Err(Problem::parameter(name, format!("`{name}` is not a parameter that is understood here"))),
        }
        Ok(())
    }

    fn add_match(&mut self, name: &str, place: MatchPlace, values: Vec<String>) -> Result<(), Problem> {
        if let Some(pattern) = values.iter().find(|value| value.starts_with("urn:epc:idpat:") || value.contains('*')) {
            return Err(Problem::parameter(name, format!("`{pattern}` is a pattern; name the identifiers themselves")));
        }
        let identifiers = values.into_iter().map(Identifier::new).collect();
        self.matches.push(Match { place, identifiers });
        Ok(())
    }

    /// Whether an event that the database found is meant.
    pub(crate) fn matches(&self, event: &Event) -> bool {
        self.matches.iter().all(|wanted| wanted.holds(event))
    }
}

impl Match {
    fn holds(&self, event: &Event) -> bool {
        let wanted = |identifier: &Identifier| self.identifiers.contains(identifier);
        let classes = |lists: &[&Vec<QuantityElement>]| {
            lists.iter().any(|list| list.iter().any(|element| wanted(&element.epc_class)))
        };
        let epcs = |lists: &[&Vec<Identifier>]| lists.iter().any(|list| list.iter().any(wanted));
        match self.place {
            MatchPlace::Epc => epcs(&[&event.epc_list, &event.child_epcs]),
            MatchPlace::AnyEpc => {
                epcs(&[&event.epc_list, &event.child_epcs, &event.input_epc_list, &event.output_epc_list])
                    || event.parent_id.as_ref().is_some_and(wanted)
            }
            MatchPlace::EpcClass => classes(&[&event.quantity_list, &event.child_quantity_list]),
            MatchPlace::AnyEpcClass => classes(&[
                &event.quantity_list,
                &event.child_quantity_list,
                &event.input_quantity_list,
                &event.output_quantity_list,
            ]),
        }
    }
}

fn values(name: &str, text: &str) -> Result<Vec<String>, Problem> {
    let values: Vec<String> =
        text.split('|').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect();
    match values.len() {
        0 => Err(Problem::parameter(name, format!("`{name}` has no value"))),
        1..=MAX_VALUES => Ok(values),
        _ => Err(Problem::parameter(name, format!("`{name}` has more than {MAX_VALUES} values"))),
    }
}

fn one_of(name: &str, values: Vec<String>, known: &[&str]) -> Result<Vec<String>, Problem> {
    match values.iter().find(|value| !known.contains(&value.as_str())) {
        Some(value) => {
            Err(Problem::parameter(name, format!("`{value}` is not known; `{name}` is one of {}", known.join(", "))))
        }
        None => Ok(values),
    }
}

fn instant(name: &str, text: &str) -> Result<Timestamp, Problem> {
    let time: EventTime =
        text.parse().map_err(|error: epcis::InvalidTime| Problem::parameter(name, error.to_string()))?;
    Ok(time.instant())
}

fn per_page(text: &str) -> Result<u16, Problem> {
    let wanted: Option<u16> = text.parse().ok().filter(|number| (1..=MAX_PAGE).contains(number));
    wanted.ok_or_else(|| Problem::parameter("perPage", format!("`{text}` is not a number from 1 to {MAX_PAGE}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str, value: &str) -> Value {
        let query = EventQuery::read(&[(name.to_owned(), value.to_owned())]);
        serde_json::to_value(query.unwrap_err()).unwrap()
    }

    use serde_json::Value;

    #[test]
    fn what_is_not_understood_is_named() {
        for (name, value) in [
            ("EQ_bizstep", "shipping"),
            ("eventType", "shipping"),
            ("GE_eventTime", "yesterday"),
            ("MATCH_anyEPC", "urn:epc:idpat:sgtin:*.*.*"),
            ("perPage", "101"),
            ("EQ_bizStep", "|"),
        ] {
            let problem = refusal(name, value);
            assert_eq!(problem["type"], "epcisException:QueryParameterException", "{problem}");
            assert_eq!(problem["parameter"], name);
        }
    }

    #[test]
    fn every_spelling_of_a_term_or_place_is_the_same_question() {
        let read = |name: &str, value: &str| EventQuery::read(&[(name.to_owned(), value.to_owned())]).unwrap().filter;
        assert_eq!(read("EQ_bizStep", "urn:epcglobal:cbv:bizstep:shipping|packing").biz_steps, ["shipping", "packing"]);
        let place = ["https://id.gs1.org/414/9521003001005"];
        assert_eq!(read("EQ_readPoint", "urn:epc:id:sgln:9521003.00100.0").read_points, place);
    }
}
