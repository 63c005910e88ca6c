//! Knots in words: what a person reads in a terminal.

use std::fmt::Write as _;

use cleave_graph::knot::{Knot, Knots, Link, Tangle};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The biggest knot of each scale, and the best of what can be done about it.
    Most,
    /// All that is known.
    All,
}

impl Detail {
    fn most(self, most: usize) -> usize {
        match self {
            Detail::Most => most,
            Detail::All => usize::MAX,
        }
    }
}

/// Explains the knots of a package.
pub fn draw(package: &str, knots: &Knots, detail: Detail) -> String {
    let mut text = format!("{package}: {} lines\n", knots.lines);
    for (name, tangle) in scales(knots) {
        let _ = write!(text, "\n{}\n", heading(name, tangle));
        for knot in tangle.knots.iter().take(detail.most(1)) {
            explain(&mut text, knot, detail);
        }
    }
    text
}

/// The best thing to do at each scale, a line each; nothing where there is no knot.
pub fn brief(knots: &Knots) -> String {
    let mut text = String::new();
    for (name, tangle) in scales(knots) {
        let knot = tangle.knots.first();
        if let Some(cut) = knot.and_then(|knot| knot.cuts.first()) {
            let _ = writeln!(text, "  {name}: {}", cut.advice);
        }
    }
    if text.is_empty() {
        return text;
    }
    format!("\nWhat would open the knots most for the least work (`graph` says more):\n{text}")
}

fn scales(knots: &Knots) -> [(&'static str, &Tangle); 3] {
    [
        ("modules", &knots.module),
        ("items", &knots.item),
        ("methods", &knots.method),
    ]
}

fn heading(name: &str, tangle: &Tangle) -> String {
    let Some(biggest) = tangle.knots.first() else {
        return format!("By {name}: no knot.");
    };
    format!(
        "By {name}: {}; the biggest has {} {name}, {} lines, {:.0} % of all.",
        plural(tangle.count, "knot", "knots"),
        biggest.members.len(),
        biggest.lines,
        biggest.share * 100.0
    )
}

fn explain(text: &mut String, knot: &Knot, detail: Detail) {
    let mut biggest: Vec<_> = knot.members.iter().collect();
    biggest.sort_by_key(|member| (std::cmp::Reverse(member.lines), &member.name));
    let shown = detail.most(6);
    let mut names: Vec<String> = biggest
        .iter()
        .take(shown)
        .map(|member| format!("{} ({})", member.name, member.lines))
        .collect();
    if biggest.len() > shown {
        names.push(format!("{} more", biggest.len() - shown));
    }
    let _ = writeln!(text, "  In it: {}", names.join(", "));
    if !knot.cuts.is_empty() {
        text.push_str("  What would open it, best first:\n");
    }
    for (number, cut) in knot.cuts.iter().take(detail.most(3)).enumerate() {
        let _ = writeln!(text, "    {}. {}", number + 1, cut.advice);
        for link in &cut.links {
            if detail == Detail::All {
                self::link(text, link, "       ");
            }
        }
    }
    let _ = writeln!(
        text,
        "  {} all its circles:",
        plural(knot.closing_count, "link closes", "links close")
    );
    let shown = detail.most(5);
    for link in knot.closing.iter().take(shown) {
        self::link(text, link, "    ");
    }
    let hidden = knot.closing_count - knot.closing.len().min(shown);
    if hidden > 0 {
        let _ = writeln!(text, "    and {hidden} more");
    }
}

fn link(text: &mut String, link: &Link, indent: &str) {
    let _ = writeln!(
        text,
        "{indent}{} needs {}: {}",
        link.from,
        link.to,
        plural(link.references, "reference", "references")
    );
    for site in &link.sites {
        let guess = if site.weak { ", a guess" } else { "" };
        let _ = writeln!(
            text,
            "{indent}  {}:{}  {} uses {}{guess}",
            site.file, site.line, site.from, site.to
        );
    }
}

fn plural(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
