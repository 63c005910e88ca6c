//! Names, each kept once: a name is a number, and comparing two is comparing numbers.
//!
//! A package of a million lines has millions of names in its paths and a few ten thousand different ones. They live as
//! long as the program, which reads one workspace and ends.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{LazyLock, Mutex, PoisonError};

use rustc_hash::FxHashMap;

/// An identifier, `$crate`, or the like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name(u32);

/// Tables that are locked one at a time: threads that parse seldom want the same one.
const SHARDS: usize = 32;

struct Table {
    names: boxcar::Vec<&'static str>,
    shards: [Mutex<FxHashMap<&'static str, u32>>; SHARDS],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table {
    names: boxcar::Vec::new(),
    shards: std::array::from_fn(|_| Mutex::default()),
});

impl Name {
    /// The name with this text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.first().copied().unwrap_or(0) ^ bytes.last().copied().unwrap_or(0) << 2;
        let shard = &TABLE.shards[(ends as usize + bytes.len()) % SHARDS];
        let mut known = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = known.get(text) {
            return Self(*index);
        }
        let kept: &'static str = Box::leak(Box::from(text));
        let index = TABLE.names.push(kept);
        let index = u32::try_from(index).expect("fewer than four billion different names");
        known.insert(kept, index);
        Self(index)
    }

    /// Its text.
    pub fn as_str(self) -> &'static str {
        TABLE.names[self.0 as usize]
    }
}

/// Whether a name is one of a type or trait by the naming conventions (RFC 430): `UpperCamelCase`, and no constant's.
pub fn is_upper_camel(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.0);
    }
}

/// By text: numbers are given out in the order in which threads come across names, which differs from run to run.
impl Ord for Name {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.as_str().to_owned()
    }
}

macro_rules! comparable {
    ($($text:ty),*) => {
        $(impl PartialEq<$text> for Name {
            fn eq(&self, other: &$text) -> bool {
                let text: &str = other;
                self.as_str() == text
            }
        }

        impl PartialEq<Name> for $text {
            fn eq(&self, other: &Name) -> bool {
                other == self
            }
        })*
    };
}
comparable!(str, &str, String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_name_and_order_is_that_of_the_texts() {
        let (b, a, again) = (Name::new("later"), Name::new("earlier"), Name::new("later"));
        assert_eq!(b, again);
        assert_ne!(a, b);
        assert!(a < b);
        assert_eq!(a, "earlier");
        assert_eq!(Name::new("").as_str(), "");
    }

    #[test]
    fn threads_agree() {
        let all: Vec<Vec<Name>> = std::thread::scope(|scope| {
            let each = || (0..1000).map(|n| Name::new(&format!("n{n}"))).collect();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(each)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("it does not panic"))
                .collect()
        });
        assert!(all.iter().all(|names| *names == all[0]));
        assert_eq!(all[0][999], "n999");
    }
}
