//! What a plan costs, term by term, in one unit: a share of the package's lines.

use std::collections::BTreeMap;

use crate::order::{Home, Order};
use crate::partition::Table;

/// The terms and their sum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    /// Lines that leave the crate of most of their module.
    pub torn: f64,
    /// How far the crates are from equal size: the sum of their squared shares.
    pub balance: f64,
    /// What the biggest crate holds above half of all.
    pub largest: f64,
    /// Crates that hold next to nothing.
    pub too_small: f64,
    /// What stays in the root, which everything rebuilds.
    pub root: f64,
    /// References across boundaries.
    pub crossing: f64,
    /// All of it.
    pub total: f64,
}

/// The cost of giving every unit such a home.
pub(crate) fn of(table: &Table, order: &Order, homes: &[Home], crates: usize) -> Cost {
    let all = table.total.max(1) as f64;
    let mut sizes: BTreeMap<Home, usize> = BTreeMap::new();
    let mut by_module: Vec<BTreeMap<Home, usize>> = vec![BTreeMap::new(); table.modules.len()];
    let mut crossing = 0_usize;
    for (unit, home) in homes.iter().enumerate() {
        for (module, lines) in &table.parts[unit] {
            *sizes.entry(*home).or_default() += lines;
            *by_module[*module].entry(*home).or_default() += lines;
        }
        let needs = &table.units.units[unit].needs;
        crossing += needs.iter().filter(|need| homes[**need] != *home).count();
    }
    let torn: usize = by_module
        .iter()
        .map(|homes| homes.values().sum::<usize>() - homes.values().max().copied().unwrap_or(0))
        .sum();
    let share = |home: Home| sizes.get(&home).copied().unwrap_or(0) as f64 / all;
    let shares: Vec<f64> = (0..crates).map(|index| share(Some(index))).collect();
    let largest = shares.iter().copied().fold(share(None), f64::max);
    let edges: usize = table.units.units.iter().map(|unit| unit.needs.len()).sum();
    let mut cost = Cost {
        torn: 2.0 * torn as f64 / all,
        balance: shares.iter().map(|share| share * share).sum::<f64>(),
        largest: 2.0 * (largest - 0.5).max(0.0),
        too_small: shares
            .iter()
            .map(|share| {
                if *share < 0.04 {
                    0.5 + (0.04 - share) * 10.0
                } else {
                    0.0
                }
            })
            .sum(),
        root: 1.2 * share(None),
        crossing: 0.3 * crossing as f64 / edges.max(1) as f64,
        total: 0.0,
    };
    let _ = order;
    cost.total =
        cost.torn + cost.balance + cost.largest + cost.too_small + cost.root + cost.crossing;
    cost
}
