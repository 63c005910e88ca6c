//! `#[serde(with = "crate::types::timestamp_serde")]`: a [`Timestamp`] as RFC 3339 text.

use super::Timestamp;
use serde::{de::Error as _, Deserialize, Deserializer, Serializer};

/// Writes the time as text.
pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

/// Reads the time from text.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}

/// The same for a time that may be missing.
pub mod option {
    use super::*;

    /// Writes the time as text, or null.
    pub fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads the time from text or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, Deserialize)]
    struct Span {
        #[serde(with = "crate::types::timestamp_serde")]
        from: Timestamp,
        #[serde(with = "crate::types::timestamp_serde::option")]
        to: Option<Timestamp>,
    }

    #[test]
    fn times_are_text_in_json() {
        let text = r#"{"from":"1970-01-02T00:00:00.000Z","to":null}"#;
        let span: Span = serde_json::from_str(text).unwrap();
        assert_eq!(span.from.as_millis(), 86_400_000);
        assert_eq!(span.to, None);
        assert_eq!(serde_json::to_string(&span).unwrap(), text);
    }
}
