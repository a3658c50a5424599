//! The figures, and whether they hold.

use std::fmt;

/// What a row has to keep.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hold {
    /// The ratio of our figure to theirs.
    AtLeast(f64),
    /// Our figure itself.
    AtMost(f64),
}

/// One measurement: what of, in which unit, ours, and theirs by name.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
    pub(crate) theirs: Option<(&'static str, f64)>,
    pub(crate) hold: Option<Hold>,
}

#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// What was not measured, and why.
    pub(crate) fn skip(&mut self, what: &str, why: &str) {
        self.note(format!("SKIPPED: {what}: {why}"));
    }

    /// How many figures are not as wanted.
    pub(crate) fn missed(&self) -> usize {
        self.rows.iter().filter(|row| row.holds() == Some(false)).count()
    }

    /// A line below the table.
    pub(crate) fn note(&mut self, line: String) {
        self.notes.push(line);
    }
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.theirs.map(|(_, theirs)| self.ours / theirs)
    }

    /// Whether the figure is as wanted; `None` when nothing is wanted of it, or nothing is there to compare it with.
    fn holds(&self) -> Option<bool> {
        match self.hold? {
            Hold::AtLeast(least) => Some(self.ratio()? >= least),
            Hold::AtMost(most) => Some(self.ours <= most),
        }
    }

    /// What is wanted of the figure, and whether that is so.
    fn verdict(&self) -> String {
        let wanted = match self.hold {
            Some(Hold::AtLeast(least)) => format!(">= {least:.2} x"),
            Some(Hold::AtMost(most)) => format!("<= {most:.0} {}", self.unit),
            None => return String::new(),
        };
        let holds = self.holds().map_or("not measured", |holds| if holds { "holds" } else { "MISSED" });
        format!("{wanted} {holds}")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<36} {:>13} {:>9} {:>9} {:<22} against", "", "ours", "theirs", "ratio", "wanted")?;
        for row in &self.rows {
            let ours = format!("{:.1} {}", row.ours, row.unit);
            let theirs = row.theirs.map(|(_, theirs)| format!("{theirs:.1}")).unwrap_or_default();
            let ratio = row.ratio().map(|ratio| format!("{ratio:.2} x")).unwrap_or_default();
            let name = row.theirs.map(|(name, _)| name).unwrap_or_default();
            let verdict = row.verdict();
            writeln!(f, "{:<36} {ours:>13} {theirs:>9} {ratio:>9} {verdict:<22} {name}", row.what)?;
        }
        self.notes.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
