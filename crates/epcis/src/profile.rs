//! What a partner's documents may do that others' may not, and the other way round.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, Visitor},
};

use crate::{Finding, Item, Rule, Severity, rule};

/// Raises, lowers and explains findings, rule by rule.
///
/// It is read from a file of this form with any `serde` format (`lotline` reads TOML):
///
/// ```toml
/// [rules."EPCIS-TERM-UNKNOWN"]
/// severity = "reject"                       # reject, warn, info or ignore
/// explain = "Use the terms of the handbook" # stands behind the advice
///
/// [rules."EPCIS-TERM-UNKNOWN".at.bizStep]   # this field alone
/// severity = "warn"
/// ```
///
/// Fields are named as in the standard, with `/` between a field and one within it (`bizLocation/id`). The field that
/// says most wins. What cannot be read without guessing stays rejected whatever a profile says: see
/// [`Rule::structural`].
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// By code.
    #[serde(default, deserialize_with = "rules")]
    rules: BTreeMap<&'static str, RuleSetting>,
}

/// What becomes of the findings of one rule.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
struct RuleSetting {
    severity: Option<Level>,
    explain: Option<String>,
    /// By field.
    #[serde(default)]
    at: BTreeMap<String, FieldSetting>,
}

/// What becomes of the findings of one rule about one field.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
struct FieldSetting {
    severity: Option<Level>,
    explain: Option<String>,
}

/// How much a finding is to matter.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Ignore,
    Info,
    Warn,
    Reject,
}

impl Level {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Ignore => None,
            Self::Info => Some(Severity::Info),
            Self::Warn => Some(Severity::Warn),
            Self::Reject => Some(Severity::Reject),
        }
    }
}

impl Profile {
    /// Rejects what the JSON Schema of EPCIS 2.0 forbids once `format` is asserted, and nothing else that is accepted
    /// otherwise: the rules with [`Rule::strict`].
    pub fn strict() -> Self {
        let reject = RuleSetting { severity: Some(Level::Reject), ..RuleSetting::default() };
        Self { rules: rule::ALL.iter().filter(|rule| rule.strict).map(|rule| (rule.code, reject.clone())).collect() }
    }

    /// This profile, and for the rules that the other one names, the other one.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.rules.extend(other.rules);
        self
    }

    /// The item as the profile sees it; `None` for a finding about the document that is to be ignored.
    ///
    /// An event with a finding that rejects becomes [`Item::Rejected`]. A rejected one that could be read, and has no
    /// such finding left, becomes [`Item::Event`].
    pub fn apply(&self, item: Item) -> Option<Item> {
        if self.rules.is_empty() {
            return Some(item);
        }
        Some(match item {
            Item::Finding(finding) => Item::Finding(self.adjusted(finding)?),
            Item::Foreign { event, at, findings } => {
                let (findings, rejected) = self.all(findings);
                if rejected {
                    Item::Rejected { event: None, at, findings }
                } else {
                    Item::Foreign { event, at, findings }
                }
            }
            Item::Event { event, at, findings } | Item::Rejected { event: Some(event), at, findings } => {
                let (findings, rejected) = self.all(findings);
                if rejected {
                    Item::Rejected { event: Some(event), at, findings }
                } else {
                    Item::Event { event, at, findings }
                }
            }
            Item::Rejected { event: None, at, findings } => {
                // Lowering everything would leave a rejection without a reason.
                let (adjusted, rejected) = self.all(findings.clone());
                Item::Rejected { event: None, at, findings: if rejected { adjusted } else { findings } }
            }
            other => other,
        })
    }

    /// The findings as the profile sees them, and whether one of them rejects.
    fn all(&self, findings: Vec<Finding>) -> (Vec<Finding>, bool) {
        let findings: Vec<_> = findings.into_iter().filter_map(|finding| self.adjusted(finding)).collect();
        let rejected = findings.iter().any(|finding| finding.severity == Severity::Reject);
        (findings, rejected)
    }

    fn adjusted(&self, mut finding: Finding) -> Option<Finding> {
        let Some(setting) = self.rules.get(&*finding.code) else { return Some(finding) };
        let local = setting
            .at
            .iter()
            .filter(|(field, _)| stands_at(&finding.at.path, field))
            .max_by_key(|(field, _)| field.split('/').count())
            .map(|(_, local)| local);
        let severity = local.and_then(|local| local.severity).or(setting.severity);
        let explain = local.and_then(|local| local.explain.as_ref()).or(setting.explain.as_ref());
        let fixed = finding.severity == Severity::Reject && Rule::of(&finding.code).is_none_or(|rule| rule.structural);
        if let Some(level) = severity
            && !fixed
        {
            finding.severity = level.severity()?;
        }
        if let Some(explain) = explain {
            finding.help = Some(match finding.help {
                Some(help) => format!("{help}; {explain}"),
                None => explain.clone(),
            });
        }
        Some(finding)
    }
}

/// Whether a path leads into a field: JSON pointers and `XPath`s alike, positions left out.
fn stands_at(path: &str, field: &str) -> bool {
    let is_position = |step: &&str| !step.is_empty() && !step.bytes().all(|byte| byte.is_ascii_digit());
    let name = |step: &'_ str| -> usize { step.find('[').unwrap_or(step.len()) };
    let steps = path.split('/').filter(is_position).map(|step| {
        let bare = step.get(..name(step)).unwrap_or(step);
        bare.strip_prefix('@').unwrap_or(bare)
    });
    let mut wanted = field.split('/');
    let mut next = wanted.next();
    // The steps of the field in their order; XML has elements of lists between them.
    for step in steps {
        if next == Some(step) {
            next = wanted.next();
        }
    }
    next.is_none()
}

/// Reads the table of rules; what is wrong with one is said at its place.
fn rules<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<&'static str, RuleSetting>, D::Error> {
    struct Rules;

    impl<'de> Visitor<'de> for Rules {
        type Value = BTreeMap<&'static str, RuleSetting>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table of rules")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut rules = BTreeMap::new();
            while let Some(code) = map.next_key::<String>()? {
                let (code, setting) = map.next_value_seed(SettingOf(code))?;
                rules.insert(code, setting);
            }
            Ok(rules)
        }
    }

    deserializer.deserialize_map(Rules)
}

/// The setting of the rule with a code.
struct SettingOf(String);

impl<'de> DeserializeSeed<'de> for SettingOf {
    type Value = (&'static str, RuleSetting);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let Some(rule) = Rule::of(&self.0) else {
            return Err(D::Error::custom(format!("there is no rule `{}`", self.0)));
        };
        let setting = RuleSetting::deserialize(deserializer)?;
        let levels = setting.at.values().map(|local| local.severity).chain([setting.severity]);
        let fixed = rule.structural && rule.severity == Some(Severity::Reject);
        if fixed && levels.flatten().any(|level| level != Level::Reject) {
            return Err(D::Error::custom(format!("what breaks `{}` cannot be read, and stays rejected", rule.code)));
        }
        Ok((rule.code, setting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Location;

    fn profile(json: serde_json::Value) -> Profile {
        serde_json::from_value(json).unwrap()
    }

    fn finding(rule: &'static Rule, severity: Severity, path: &str) -> Finding {
        Finding::new(rule, severity, Location { path: path.to_owned(), ..Location::default() }, "wrong")
    }

    fn rejected(findings: Vec<Finding>) -> Item {
        let event = crate::Event::new(
            crate::EventKind::Object,
            "2028-08-15T22:30:00Z".parse().unwrap(),
            crate::ZoneOffset::utc(),
        );
        Item::Rejected { event: Some(Box::new(event)), at: Location::default(), findings }
    }

    #[test]
    fn strictness_raises_its_rules_and_no_others() {
        let strict = Profile::strict();
        for rule in rule::ALL {
            let Some(Item::Finding(found)) = strict.apply(Item::Finding(finding(rule, Severity::Warn, ""))) else {
                panic!("{} is gone", rule.code);
            };
            assert_eq!(found.severity == Severity::Reject, rule.strict, "{}", rule.code);
        }
    }

    #[test]
    fn an_event_whose_rejections_were_lowered_is_an_event() {
        let lenient = profile(serde_json::json!({ "rules": { "EPCIS-FIELD-ORDER": { "severity": "info" } } }));
        let order = || finding(rule::FIELD_ORDER, Severity::Reject, "");
        assert!(matches!(lenient.apply(rejected(vec![order()])), Some(Item::Event { findings, .. })
            if findings.iter().all(|finding| finding.severity == Severity::Info)));
        let other = finding(rule::PARENT_MISSING, Severity::Reject, "");
        assert!(matches!(lenient.apply(rejected(vec![order(), other])), Some(Item::Rejected { .. })));
    }

    #[test]
    fn an_event_with_a_raised_finding_is_rejected_and_explained() {
        let picky = profile(serde_json::json!({
            "rules": { "GS1-CHECK-DIGIT": { "severity": "reject", "explain": "labels are scanned" } }
        }));
        let Item::Rejected { event: Some(event), at, .. } = rejected(Vec::new()) else { unreachable!() };
        let findings = vec![finding(rule::CHECK_DIGIT, Severity::Warn, "/epcList/0")];
        let Some(Item::Rejected { event: Some(_), findings, .. }) = picky.apply(Item::Event { event, at, findings })
        else {
            panic!("it is accepted");
        };
        assert_eq!(findings[0].help.as_deref(), Some("labels are scanned"));
    }

    #[test]
    fn the_field_that_says_most_wins() {
        let profile = profile(serde_json::json!({ "rules": { "EPCIS-TERM-UNKNOWN": {
            "severity": "reject",
            "at": { "bizStep": { "severity": "ignore" }, "bizLocation/id": { "severity": "info" }, "bizLocation": {} }
        } } }));
        for (path, expected) in [
            ("/epcisBody/eventList/0/bizStep", None),
            ("/e:EPCISDocument/EPCISBody/EventList/ObjectEvent[2]/bizStep", None),
            ("/epcisBody/eventList/0/bizLocation/id", Some(Severity::Info)),
            ("/epcisBody/eventList/0/bizLocation", Some(Severity::Reject)),
            ("/epcisBody/eventList/0/disposition", Some(Severity::Reject)),
        ] {
            let found = profile.adjusted(finding(rule::TERM_UNKNOWN, Severity::Warn, path));
            assert_eq!(found.map(|finding| finding.severity), expected, "{path}");
        }
    }

    #[test]
    fn what_cannot_be_read_stays_rejected() {
        let fixed = serde_json::json!({ "rules": { "JSON-SYNTAX": { "severity": "warn" } } });
        let error = serde_json::from_value::<Profile>(fixed).unwrap_err();
        assert_eq!(error.to_string(), "what breaks `JSON-SYNTAX` cannot be read, and stays rejected");
        let varies = profile(serde_json::json!({ "rules": { "EPCIS-FIELD-VALUE": { "severity": "ignore" } } }));
        assert_eq!(varies.adjusted(finding(rule::FIELD_VALUE, Severity::Warn, "")), None);
        assert!(varies.adjusted(finding(rule::FIELD_VALUE, Severity::Reject, "")).is_some());
    }

    #[test]
    fn unknown_codes_keys_and_levels_are_refused() {
        for (rules, expected) in [
            (serde_json::json!({ "EPCIS-NO-SUCH": {} }), "there is no rule `EPCIS-NO-SUCH`"),
            (serde_json::json!({ "GS1-CHECK-DIGIT": { "level": "warn" } }), "unknown field `level`"),
            (serde_json::json!({ "GS1-CHECK-DIGIT": { "severity": "warning" } }), "unknown variant `warning`"),
        ] {
            let error = serde_json::from_value::<Profile>(serde_json::json!({ "rules": rules })).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
