//! What a plan costs, term by term, in one unit: lines that somebody has to look at again after an edit.
//!
//! The rebuild term is that by itself. The weights of the others say how many lines a day one of them is worth: an item
//! torn from its module costs every reader who looks for it where it was.

/// How many lines one of each is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// A line that the compiler looks at again after an edit.
    pub rebuild: f64,
    /// An item away from most of its module.
    pub torn: f64,
    /// An item away from most of a folder around its module.
    pub folder: f64,
    /// An item away from most of those whose modules have a word of their names in common with its own.
    pub word: f64,
    /// An item away from the others whose modules' names claim the same role, or in one crate with those of another.
    pub role: f64,
    /// Two files in different crates that changed together, each time.
    pub together: f64,
    /// A method that is lifted out of its impl, into an extension trait.
    pub lifted: f64,
    /// A reference that crosses a boundary.
    pub reference: f64,
    /// An item that has to become public.
    pub public: f64,
    /// A line that a crate lacks to the least size worth a crate.
    pub small: f64,
    /// A line that the biggest crate has above half of all.
    pub large: f64,
    /// A line that stays in the root though it could leave.
    pub root: f64,
    /// A crate: another manifest, another name to know.
    pub krate: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            rebuild: 1.0,
            torn: 36.0,
            folder: 12.0,
            word: 2.0,
            role: 75.0,
            together: 4.0,
            lifted: 20.0,
            reference: 0.3,
            public: 2.0,
            small: 3.0,
            large: 1.9,
            root: 0.3,
            krate: 1.0,
        }
    }
}

/// The names of the weights, as in `split.toml`.
pub const WEIGHTS: [&str; 13] = [
    "rebuild",
    "torn",
    "folder",
    "word",
    "role",
    "together",
    "lifted",
    "reference",
    "public",
    "small",
    "large",
    "root",
    "crate",
];

impl Weights {
    /// A weight by its name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut f64> {
        Some(match name {
            "rebuild" => &mut self.rebuild,
            "torn" => &mut self.torn,
            "folder" => &mut self.folder,
            "word" => &mut self.word,
            "role" => &mut self.role,
            "together" => &mut self.together,
            "lifted" => &mut self.lifted,
            "reference" => &mut self.reference,
            "public" => &mut self.public,
            "small" => &mut self.small,
            "large" => &mut self.large,
            "root" => &mut self.root,
            "crate" => &mut self.krate,
            _ => return None,
        })
    }

    fn by_term(self) -> [f64; 13] {
        [
            self.rebuild,
            self.torn,
            self.folder,
            self.word,
            self.role,
            self.together,
            self.lifted,
            self.reference,
            self.public,
            self.small,
            self.large,
            self.root,
            self.krate,
        ]
    }
}

/// How much there is of each term, before it is weighted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// In the order of [`WEIGHTS`].
    pub amounts: [f64; 13],
}

/// A term, ready to print.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Its weight's name.
    pub name: &'static str,
    /// What is counted.
    pub what: &'static str,
    /// How much of it.
    pub amount: f64,
    /// What that comes to, in lines.
    pub lines: f64,
}

impl Cost {
    /// All terms together, in lines.
    pub fn total(&self, weights: &Weights) -> f64 {
        let weights = weights.by_term();
        self.amounts
            .iter()
            .zip(weights)
            .map(|(amount, weight)| amount * weight)
            .sum()
    }

    /// The terms in a fixed order.
    pub fn terms(&self, weights: &Weights) -> Vec<Term> {
        const WHAT: [&str; 13] = [
            "expected lines to look at again after an edit",
            "items torn from their module",
            "items away from most of their folder",
            "items away from those of like name",
            "items away from those of the same role, or with or above those of another",
            "joint changes of files in different crates",
            "methods lifted into extension traits",
            "references across boundaries",
            "items made public",
            "lines that too small crates lack",
            "lines that the biggest crate has above half",
            "lines left in the root that could leave it",
            "crates, in lines of their upkeep",
        ];
        let weights = weights.by_term();
        (0..WEIGHTS.len())
            .map(|index| Term {
                name: WEIGHTS[index],
                what: WHAT[index],
                amount: self.amounts[index],
                lines: self.amounts[index] * weights[index],
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terms_add_up() {
        let weights = Weights::default();
        let mut cost = Cost::default();
        cost.amounts[0] = 100.0;
        cost.amounts[1] = 2.0;
        let sum: f64 = cost.terms(&weights).iter().map(|term| term.lines).sum();
        let expected = 100.0 + 2.0 * weights.torn;
        assert_eq!((sum, cost.total(&weights)), (expected, expected));
    }

    #[test]
    fn every_weight_has_its_name() {
        let mut weights = Weights::default();
        for (index, name) in WEIGHTS.iter().enumerate() {
            *weights.get_mut(name).expect("it is listed") = index as f64;
        }
        assert_eq!(
            weights.by_term().map(|weight| weight as usize),
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
        );
    }
}
