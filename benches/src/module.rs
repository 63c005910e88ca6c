//! The text of one generated module.

use std::fmt::Write as _;

/// Modules that a module imports from.
const IMPORTS: usize = 5;
/// Types in a module.
const TYPES: usize = 4;

/// Numbers that look random and are the same each time (Knuth's constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// The text of an area's own module: its parts, what it re-exports, its settings.
pub(crate) fn area(area: usize, parts: usize) -> String {
    let mut text = format!("//! Area {area}.\n\n");
    for index in area * parts..(area + 1) * parts {
        let _ = writeln!(text, "pub mod part_{index};");
    }
    text.push('\n');
    for index in area * parts..(area + 1) * parts {
        let _ = writeln!(
            text,
            "pub use self::part_{index}::{{Record{index}x0, Kind{index}}};"
        );
    }
    let _ = write!(
        text,
        "\n/// How area {area} is set up.\n#[derive(Debug, Clone, Default)]\npub struct Settings{area} {{\n    /// How often.\n    pub retries: u32,\n    /// What for.\n    pub label: String,\n}}\n"
    );
    text
}

/// The text of module `index` of `modules`.
pub(crate) fn text(index: usize, modules: usize) -> String {
    let mut dice = Dice(index as u64 + 1);
    let others: Vec<usize> = (0..IMPORTS)
        .map(|_| other(index, modules, &mut dice))
        .collect();
    let mut text = format!("//! Part {index}: records, their kinds, and how they are kept.\n\n");
    imports(&mut text, &others);
    kind(&mut text, index);
    for number in 0..TYPES {
        record(&mut text, (index, number), &others, &mut dice);
    }
    functions(&mut text, index, &others);
    tests(&mut text, index);
    text
}

/// Mostly a module of the same area, sometimes one far away.
fn other(index: usize, modules: usize, dice: &mut Dice) -> usize {
    let area = index / super::AREA * super::AREA;
    if dice.roll(10) < 6 {
        (area + dice.roll(super::AREA)) % modules
    } else {
        dice.roll(modules)
    }
}

fn imports(text: &mut String, others: &[usize]) {
    text.push_str("use std::collections::{BTreeMap, HashMap};\nuse std::fmt::{self, Display};\n\n");
    for (number, other) in others.iter().enumerate() {
        let area = other / super::AREA;
        let _ = match number {
            0 => writeln!(
                text,
                "use crate::area_{area}::{{Kind{other} as Kind, part_{other}}};"
            ),
            1 => writeln!(text, "use crate::area_{area}::Record{other}x0 as First;"),
            2 => writeln!(
                text,
                "use crate::area_{area}::part_{other}::{{self as third, Record{other}x1 as Second}};"
            ),
            _ => Ok(()),
        };
    }
    text.push_str("use crate::prelude::*;\n\n");
}

fn kind(text: &mut String, index: usize) {
    let _ = write!(
        text,
        "/// What a record of this part can be.\n#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\npub enum Kind{index} {{\n    /// Nobody has looked at it.\n    Fresh,\n    /// Somebody works on it.\n    Busy {{ since: u64, tries: u32 }},\n    /// Over, with a code.\n    Done(i32),\n}}\n\n\
         impl Kind{index} {{\n    /// Whether anything is left to do.\n    pub fn is_open(self) -> bool {{\n        !matches!(self, Kind{index}::Done(_))\n    }}\n\n    /// A number to sort by.\n    pub(crate) fn rank(&self) -> u32 {{\n        match self {{\n            Self::Fresh => 0,\n            Self::Busy {{ tries, .. }} => 1 + tries,\n            Self::Done(code) if *code == 0 => 100,\n            Self::Done(_) => 200,\n        }}\n    }}\n}}\n\n\
         impl Display for Kind{index} {{\n    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n        match self {{\n            Kind{index}::Fresh => f.write_str(\"fresh\"),\n            Kind{index}::Busy {{ since, .. }} => write!(f, \"busy since {{since}}\"),\n            Kind{index}::Done(code) => write!(f, \"done with {{}}\", code),\n        }}\n    }}\n}}\n\n"
    );
}

fn record(text: &mut String, (index, number): (usize, usize), others: &[usize], dice: &mut Dice) {
    let name = format!("Record{index}x{number}");
    let far = others[3 + dice.roll(2)];
    let far_area = far / super::AREA;
    let _ = write!(
        text,
        "/// A record of part {index}, as it is stored.\n///\n/// See [`Kind{index}`] for what it can be.\n#[derive(Debug, Clone)]\npub struct {name} {{\n    id: u64,\n    pub(crate) kind: Kind{index},\n    label: String,\n    children: Vec<First>,\n    by_name: HashMap<String, Second>,\n}}\n\n\
         impl {name} {{\n    /// A fresh one.\n    pub fn new(id: u64, label: impl Into<String>) -> Self {{\n        Self {{\n            id,\n            kind: Kind{index}::Fresh,\n            label: label.into(),\n            children: Vec::new(),\n            by_name: HashMap::new(),\n        }}\n    }}\n\n"
    );
    methods(text, index, (far, far_area));
    let _ = write!(
        text,
        "}}\n\nimpl From<crate::area_{far_area}::part_{far}::Record{far}x2> for {name} {{\n    fn from(other: crate::area_{far_area}::part_{far}::Record{far}x2) -> Self {{\n        // The label says where it came from.\n        let label = format!(\"from {{}}\", other.describe());\n        Self::new(u64::from(other.kind.rank()), label)\n    }}\n}}\n\n"
    );
}

fn methods(text: &mut String, index: usize, (far, far_area): (usize, usize)) {
    let _ = write!(
        text,
        "    /// What a person reads.\n    pub fn describe(&self) -> String {{\n        let open = self.children.iter().filter(|child| child.kind.is_open()).count();\n        format!(\"{{}} ({{}}): {{open}} of {{}} open\", self.label, self.kind, self.children.len())\n    }}\n\n\
         \x20   /// Works through the children, those of other parts first.\n    pub fn advance(&mut self, now: u64) -> Result<usize, String> {{\n        let mut done = 0;\n        for child in &mut self.children {{\n            match child.kind {{\n                Kind::Fresh => child.kind = Kind::Busy {{ since: now, tries: 0 }},\n                Kind::Busy {{ since, tries }} if now - since > LIMIT{index} => {{\n                    child.kind = Kind::Busy {{ since: now, tries: tries + 1 }};\n                }}\n                Kind::Busy {{ .. }} => done += 1,\n                Kind::Done(code) => {{\n                    if code != 0 {{\n                        return Err(format!(\"child ended with {{code}}\"));\n                    }}\n                }}\n            }}\n        }}\n        let extra = crate::area_{far_area}::part_{far}::total{far}(&[]);\n        Ok(done + extra)\n    }}\n\n\
         \x20   fn settle(&self, table: &BTreeMap<String, u64>) -> Option<u64> {{\n        let own = table.get(&self.label).copied()?;\n        let rest: u64 = self.by_name.values().map(|second| second.weigh(own)).sum();\n        if rest > own {{\n            Some(rest - own)\n        }} else {{\n            third::LIMIT_NAME.len().try_into().ok()\n        }}\n    }}\n\n\
         \x20   /// How much it counts for.\n    pub(crate) fn weigh(&self, base: u64) -> u64 {{\n        let table = BTreeMap::from([(self.label.clone(), base)]);\n        self.settle(&table).unwrap_or(base) + u64::from(self.kind.rank())\n    }}\n"
    );
}

fn functions(text: &mut String, index: usize, others: &[usize]) {
    let near = others[0];
    let _ = write!(
        text,
        "/// After so long somebody looks at it again.\npub const LIMIT{index}: u64 = 3_600;\n/// What the limit is called.\npub const LIMIT_NAME: &str = \"limit-{index}\";\n\n\
         /// All that the records count for.\npub fn total{index}(records: &[Record{index}x0]) -> usize {{\n    let settings = Settings0::default();\n    let sum: u64 = records.iter().map(|record| record.weigh(u64::from(settings.retries))).sum();\n    usize::try_from(sum).unwrap_or(usize::MAX)\n}}\n\n\
         /// Brings the records of the neighbour in.\npub fn merge{index}(mut into: Vec<Record{index}x1>, from: &[part_{near}::Record{near}x0]) -> Vec<Record{index}x1> {{\n    let seen: Vec<String> = into.iter().map(Record{index}x1::describe).collect();\n    for record in from {{\n        let text = record.describe();\n        if seen.contains(&text) {{\n            continue;\n        }}\n        into.push(Record{index}x1::new(part_{near}::LIMIT{near}, text));\n    }}\n    assert!(into.len() >= seen.len(), \"nothing is lost of {{}}\", LIMIT_NAME);\n    into\n}}\n\n"
    );
}

fn tests(text: &mut String, index: usize) {
    let _ = write!(
        text,
        "#[cfg(test)]\nmod tests {{\n    use super::*;\n\n    #[test]\n    fn a_fresh_record_is_open() {{\n        let record = Record{index}x0::new(7, \"seven\");\n        assert!(record.kind.is_open());\n        assert_eq!(total{index}(&[record]), 7);\n    }}\n\n    #[test]\n    fn merging_nothing_changes_nothing() {{\n        assert!(merge{index}(Vec::new(), &[]).is_empty());\n        assert_eq!(vec![Kind{index}::Done(0).rank()], [100]);\n    }}\n}}\n"
    );
}
