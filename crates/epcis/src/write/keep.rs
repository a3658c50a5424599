//! Fields that the target cannot say as they are.

/// Names of fields of an event.
#[derive(Default)]
pub(super) struct Keep(Vec<&'static str>);

impl Keep {
    /// Forgets the fields of the event before.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a field.
    pub(super) fn add(&mut self, field: &'static str) {
        if !self.0.contains(&field) {
            self.0.push(field);
        }
    }

    /// Adds a field unless it reads back as it is.
    pub(super) fn unless(&mut self, held: bool, field: &'static str) {
        if !held {
            self.add(field);
        }
    }

    /// The fields.
    pub(super) fn fields(&self) -> &[&'static str] {
        &self.0
    }
}
