//! `#[non_exhaustive]` binds other crates (row B5): whoever builds such a type, or matches it without a wildcard, can't be
//! parted from it.

use std::collections::{BTreeMap, BTreeSet};

use cleave_graph::{Graph, Place, Target};
use cleave_syntax::{ItemId, Workspace};
use syn::visit::Visit;

/// Items that treat a type as only its own crate may, with that type; ordered, each pair once.
pub fn bound(workspace: &Workspace, graph: &Graph) -> Vec<(ItemId, ItemId)> {
    let marks: BTreeMap<ItemId, Marks> = (0..workspace.items.len())
        .map(ItemId::new)
        .filter_map(|id| Some((id, Marks::of(workspace, id)?)))
        .collect();
    if marks.is_empty() {
        return Vec::new();
    }
    let mut users: BTreeMap<ItemId, BTreeSet<ItemId>> = BTreeMap::new();
    for reference in &graph.references {
        if let (Place::Item(user, _), Target::Item(target)) =
            (reference.place, &reference.resolution.target)
            && user != *target
            && marks.contains_key(target)
            && !Graph::is_doc(workspace, reference.place)
        {
            users.entry(user).or_default().insert(*target);
        }
    }
    let mut pairs = Vec::new();
    for (user, targets) in users {
        let text = workspace.text_of(user);
        let Some(code) = Code::parse(text) else {
            continue;
        };
        let needs_its_crate = |target: &ItemId| code.treats_as_own(&marks[target]);
        pairs.extend(
            targets
                .into_iter()
                .filter(needs_its_crate)
                .map(|to| (user, to)),
        );
    }
    pairs
}

/// What of a type is marked.
struct Marks {
    name: String,
    /// The whole of a struct.
    is_struct: bool,
    /// The whole of an enum.
    is_enum: bool,
    /// Some variants of an enum.
    variants: BTreeSet<String>,
}

impl Marks {
    fn of(workspace: &Workspace, id: ItemId) -> Option<Self> {
        use cleave_syntax::item::ItemKind;
        let item = workspace.item(id);
        if !matches!(item.kind, ItemKind::Struct | ItemKind::Enum) {
            return None;
        }
        let is_marked = item
            .attributes
            .iter()
            .any(|attribute| attribute.path == "non_exhaustive");
        let mut variants = BTreeSet::new();
        if item.kind == ItemKind::Enum
            && workspace.text_of(id).contains("non_exhaustive")
            && let Ok(value) = syn::parse_str::<syn::ItemEnum>(workspace.text_of(id))
        {
            let marked = value
                .variants
                .iter()
                .filter(|variant| variant.attrs.iter().any(is_mark));
            variants.extend(marked.map(|variant| variant.ident.to_string()));
        }
        let any = is_marked || !variants.is_empty();
        any.then(|| Self {
            name: item.name.clone(),
            is_struct: is_marked && item.kind == ItemKind::Struct,
            is_enum: is_marked && item.kind == ItemKind::Enum,
            variants,
        })
    }

    fn names(&self, path: &syn::Path) -> bool {
        path.segments
            .iter()
            .any(|segment| segment.ident == self.name)
    }

    /// Whether a path names something whose fields may still change.
    fn is_open(&self, path: &syn::Path) -> bool {
        let last = path.segments.last().map(|segment| &segment.ident);
        self.names(path)
            && last.is_some_and(|last| {
                (self.is_struct && *last == self.name) || self.variants.contains(&last.to_string())
            })
    }
}

fn is_mark(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("non_exhaustive")
}

/// The text of an item or of a method.
enum Code {
    Item(Box<syn::Item>),
    Method(Box<syn::ImplItem>),
}

impl Code {
    fn parse(text: &str) -> Option<Self> {
        match syn::parse_str(text) {
            Ok(item) => Some(Self::Item(Box::new(item))),
            Err(_) => Some(Self::Method(Box::new(syn::parse_str(text).ok()?))),
        }
    }

    /// Whether it builds a type, or takes it apart as if no more could come.
    fn treats_as_own(&self, marks: &Marks) -> bool {
        let mut search = Search {
            marks,
            found: false,
        };
        match self {
            Self::Item(item) => search.visit_item(item),
            Self::Method(method) => search.visit_impl_item(method),
        }
        search.found
    }
}

struct Search<'a> {
    marks: &'a Marks,
    found: bool,
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        self.found |= self.marks.is_open(&literal.path);
        syn::visit::visit_expr_struct(self, literal);
    }

    /// A tuple struct, or a unit: called, handed on as a function, or just named.
    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        self.found |= self.marks.is_open(&path.path);
        syn::visit::visit_expr_path(self, path);
    }

    fn visit_pat_struct(&mut self, pattern: &'ast syn::PatStruct) {
        self.found |= pattern.rest.is_none() && self.marks.is_open(&pattern.path);
        syn::visit::visit_pat_struct(self, pattern);
    }

    fn visit_pat_tuple_struct(&mut self, pattern: &'ast syn::PatTupleStruct) {
        self.found |= self.marks.is_open(&pattern.path);
        syn::visit::visit_pat_tuple_struct(self, pattern);
    }

    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        if self.marks.is_enum {
            let mut places = Places::default();
            for arm in &expression.arms {
                places.take(self.marks, arm);
            }
            self.found |= places.are_closed();
        }
        syn::visit::visit_expr_match(self, expression);
    }
}

/// Where in the value that is matched an enum's variants are told apart, and where anything fits: the ways there from
/// the outside, `/0/Some.0`.
#[derive(Default)]
struct Places {
    named: Vec<String>,
    open: Vec<String>,
}

impl Places {
    fn take(&mut self, marks: &Marks, arm: &syn::Arm) {
        let open = self.open.len();
        self.pattern(marks, &arm.pat, String::new());
        if arm.guard.is_some() {
            self.open.truncate(open);
        }
    }

    fn pattern(&mut self, marks: &Marks, pattern: &syn::Pat, at: String) {
        match pattern {
            syn::Pat::Wild(_) => self.open.push(at),
            syn::Pat::Ident(name) => match &name.subpat {
                Some((_, inner)) => self.pattern(marks, inner, at),
                None => self.open.push(at),
            },
            syn::Pat::Reference(inner) => self.pattern(marks, &inner.pat, at),
            syn::Pat::Paren(inner) => self.pattern(marks, &inner.pat, at),
            syn::Pat::Or(either) => {
                for case in &either.cases {
                    self.pattern(marks, case, at.clone());
                }
            }
            syn::Pat::Tuple(tuple) => self.parts(marks, &tuple.elems, &at),
            syn::Pat::TupleStruct(tuple) => {
                let inside = self.path(marks, &tuple.path, &at);
                self.parts(marks, &tuple.elems, &inside);
            }
            syn::Pat::Struct(fields) => {
                let inside = self.path(marks, &fields.path, &at);
                for field in &fields.fields {
                    let member = match &field.member {
                        syn::Member::Named(name) => name.to_string(),
                        syn::Member::Unnamed(index) => index.index.to_string(),
                    };
                    self.pattern(marks, &field.pat, format!("{inside}/{member}"));
                }
            }
            syn::Pat::Path(path) => {
                self.path(marks, &path.path, &at);
            }
            _ => {}
        }
    }

    fn parts<'p>(
        &mut self,
        marks: &Marks,
        parts: impl IntoIterator<Item = &'p syn::Pat>,
        at: &str,
    ) {
        for (index, part) in parts.into_iter().enumerate() {
            self.pattern(marks, part, format!("{at}/{index}"));
        }
    }

    /// Takes in a path, and says where its parts are.
    fn path(&mut self, marks: &Marks, path: &syn::Path, at: &str) -> String {
        if marks.names(path) {
            self.named.push(at.to_owned());
        }
        let last = path
            .segments
            .last()
            .map(|segment| segment.ident.to_string());
        format!("{at}/{}", last.unwrap_or_default())
    }

    /// Whether variants are told apart somewhere where no other arm takes the rest.
    fn are_closed(&self) -> bool {
        let is_around = |open: &String, named: &String| {
            named
                .strip_prefix(open.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.named
            .iter()
            .any(|named| !self.open.iter().any(|open| is_around(open, named)))
    }
}
