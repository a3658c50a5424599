//! Times of one event against each other, and against the present.

use jiff::Timestamp;

use super::{
    Findings, Words,
    place::Step::{self, Field, Item},
};
use crate::{Event, Extension, SensorElement, ZoneOffset, rule, time::instant};

pub(super) fn check(event: &Event, findings: &mut Findings<'_>) {
    future(event, findings);
    recorded(event, findings);
    offset(event, findings);
    for (i, element) in event.sensor_element_list.iter().enumerate() {
        sensor(event, i, element, findings);
    }
}

fn future(event: &Event, findings: &mut Findings<'_>) {
    let Some(latest) = findings.checks.latest else { return };
    if event.event_time.instant() > latest {
        let message = format!("`{}` is in the future", event.event_time.spelled());
        let words = Words::new(message, "write when it happened, with the offset that the clock had");
        findings.add(rule::TIME_FUTURE, &[Field("eventTime")], words);
    }
}

fn recorded(event: &Event, findings: &mut Findings<'_>) {
    let Some(recorded) = &event.record_time else { return };
    if recorded.instant() < event.event_time.instant() {
        let message = format!("recorded at `{}`, before `{}`", recorded.spelled(), event.event_time.spelled());
        let words = Words::new(message, "leave `recordTime` to whoever records the event, or correct the clocks");
        findings.add(rule::TIME_RECORDED, &[Field("recordTime")], words);
    }
}

/// `eventTime` may be written in UTC. With another offset in it one of the two is a mistake.
fn offset(event: &Event, findings: &mut Findings<'_>) {
    let spelled = event.event_time.spelled();
    let stated = event.event_time_zone_offset.spelled();
    let Some(within) = spelled.len().checked_sub("+00:00".len()).and_then(|at| spelled.get(at..)) else { return };
    if within == stated || !within.starts_with(['+', '-']) || matches!(within, "+00:00" | "-00:00") {
        return;
    }
    if within.parse::<ZoneOffset>().is_ok_and(|within| within != event.event_time_zone_offset) {
        let message = format!("`eventTime` has the offset `{within}`, `eventTimeZoneOffset` is `{stated}`");
        let words = Words::new(message, "give both the offset in force where it happened");
        findings.add(rule::TIME_OFFSET, &[Field("eventTimeZoneOffset")], words);
    }
}

fn sensor(event: &Event, index: usize, element: &SensorElement, findings: &mut Findings<'_>) {
    let list = [Field("sensorElementList"), Item(index)];
    measured(event, &element.metadata, [list[0], list[1], Field("sensorMetadata")], None, findings);
    let period = |name| time(&element.metadata, name);
    if let (Some((start, _)), Some((end, spelled))) = (period("startTime"), period("endTime"))
        && start > end
    {
        let words =
            Words::new(format!("the measuring ends at `{spelled}`, before it starts"), "exchange the two times");
        let steps = [list[0], list[1], Field("sensorMetadata"), Field("endTime")];
        findings.add(rule::SENSOR_PERIOD, &steps, words);
    }
    for (i, report) in element.reports.iter().enumerate() {
        measured(event, report, [list[0], list[1], Field("sensorReport")], Some(i), findings);
    }
}

/// A measurement that is younger than the event that reports it.
fn measured(
    event: &Event,
    members: &[Extension],
    [list, item, field]: [Step; 3],
    report: Option<usize>,
    findings: &mut Findings<'_>,
) {
    // One late clock makes all of them late; the first tells.
    let late = ["time", "startTime", "endTime"].into_iter().find_map(|name| {
        let (instant, spelled) = time(members, name)?;
        (instant > event.event_time.instant()).then_some((name, spelled))
    });
    let Some((name, spelled)) = late else { return };
    let message = format!("measured at `{spelled}`, after the event at `{}`", event.event_time.spelled());
    let words = Words::new(message, "report what was measured up to `eventTime`, or correct the clocks");
    match report {
        Some(i) => findings.add(rule::SENSOR_TIME, &[list, item, field, Item(i), Field(name)], words),
        None => findings.add(rule::SENSOR_TIME, &[list, item, field, Field(name)], words),
    }
}

/// A member of the standard that holds a time, and how it is spelled.
fn time<'e>(members: &'e [Extension], name: &str) -> Option<(Timestamp, &'e str)> {
    let member = members.iter().find(|member| member.name.local == name && member.name.prefix.is_empty())?;
    let spelled = member.value.as_text()?.trim();
    Some((instant(spelled)?, spelled))
}
