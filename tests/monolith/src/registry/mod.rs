//! What is known by name: workflows to the orchestrator, handlers to the workers.

pub mod handlers;
pub mod templates;

pub use self::handlers::HandlerRegistry;
pub use self::templates::TemplateRegistry;

use std::collections::BTreeMap;

/// Values by name, each name once.
#[derive(Debug, Clone)]
pub(crate) struct Named<T> {
    entries: BTreeMap<String, T>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
        }
    }
}

impl<T> Named<T> {
    /// Adds a value; if the name is taken, hands the value back.
    pub(crate) fn add(&mut self, name: &str, value: T) -> Result<(), T> {
        if self.entries.contains_key(name) {
            return Err(value);
        }
        self.entries.insert(name.to_string(), value);
        Ok(())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.entries.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_once() {
        let mut named = Named::default();
        assert_eq!(named.add("b", 1), Ok(()));
        assert_eq!(named.add("b", 2), Err(2));
        assert_eq!(named.add("a", 3), Ok(()));
        assert_eq!(named.get("b"), Some(&1));
        assert_eq!(named.names().collect::<Vec<_>>(), ["a", "b"]);
    }
}
