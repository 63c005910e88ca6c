//! Refuses source that no parser which recurses can read: nested, or chained without an end (row H5).

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// How deep brackets may nest. The compiler itself gives up long before.
const NESTED: usize = 2000;
/// How many words and operators may follow one another before a `,`, a `;` or a block: `1 + 1 + …` nests, too.
const CHAINED: usize = 20_000;

/// The place where it becomes too much. Linear, and without recursion.
pub(super) fn too_deep(tokens: &TokenStream) -> Option<Span> {
    let mut pending = vec![(tokens.clone().into_iter(), 0_usize)];
    while let Some((level, chained)) = pending.last_mut() {
        let Some(tree) = level.next() else {
            pending.pop();
            continue;
        };
        match tree {
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Brace {
                    *chained = 0;
                }
                pending.push((group.stream().into_iter(), 0));
                if pending.len() > NESTED {
                    return Some(group.span_open());
                }
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => *chained = 0,
            tree => {
                *chained += 1;
                if *chained > CHAINED {
                    return Some(tree.span());
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_deep(text: &str) -> bool {
        too_deep(&text.parse().expect("tokens")).is_some()
    }

    #[test]
    fn only_what_nests_or_chains_without_end_is_too_deep() {
        assert!(!is_too_deep(&"fn f() { g(1, 2); }\n".repeat(10_000)));
        assert!(!is_too_deep(&format!("[{}]", "1 + 1, ".repeat(50_000))));
        let nested = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
        assert!(is_too_deep(&nested));
        assert!(is_too_deep(&"1 + ".repeat(50_000)));
    }
}
