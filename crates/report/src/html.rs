//! The page that a reviewer opens: one file, no network.

use crate::svg::escape;

/// What the page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The package.
    pub package: String,
    /// Figures as text.
    pub summary: String,
    /// The crates as SVG.
    pub crates: String,
    /// The modules as SVG.
    pub modules: String,
    /// Steps: number, title, why, whether done.
    pub steps: Vec<(usize, String, String, bool)>,
}

const TEMPLATE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ package }}: the split</title>
<style>
:root { color-scheme: light dark; --line: #8886; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
pre { overflow-x: auto; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
figure { margin: 1rem 0; overflow: auto; border: 1px solid var(--line); border-radius: .5rem; background: #fff; }
ol { padding-left: 0; list-style: none; }
li { border-left: 3px solid var(--line); padding: .25rem 1rem; margin: .5rem 0; }
li.done { border-color: #2e7d32; }
small { opacity: .75; }
</style>
</head>
<body>
<h1>{{ package }}: the split</h1>
<pre>{{ summary }}</pre>
<h2>Crates</h2>
<figure>{{ crates | safe }}</figure>
<h2>Steps</h2>
<ol>
{%- for id, title, why, done in steps %}
<li{% if done %} class="done"{% endif %}><b>{{ id }}. {{ title }}</b>{% if done %} <small>done</small>{% endif %}<br><small>{{ why }}</small></li>
{%- endfor %}
</ol>
<h2>Modules</h2>
<figure>{{ modules | safe }}</figure>
</body>
</html>
"#;

/// Draws the page.
pub fn draw(page: &Page) -> String {
    let environment = minijinja::Environment::new();
    let context = minijinja::context! {
        package => &page.package,
        summary => &page.summary,
        crates => &page.crates,
        modules => &page.modules,
        steps => &page.steps,
    };
    environment
        .render_named_str("review.html", TEMPLATE, context)
        .unwrap_or_else(|error| {
            format!(
                "<!doctype html><title>{}</title>",
                escape(&error.to_string())
            )
        })
}
