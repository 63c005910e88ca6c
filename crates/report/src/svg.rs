//! A picture as SVG, in layers: what is needed lies below what needs it.
//!
//! Colours are classes, so that one file does for light and dark; nothing is told by colour alone: links that close
//! circles are dashed and lead upwards. Links that a longer way implies are faint, since they add little to what is above what.

mod layout;
mod link;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use crate::picture::Picture;
use layout::{Area, Layout};

/// Colours of crates, light and dark.
const COLORS: &[(&str, &str)] = &[
    ("#dcebfa", "#1d3a57"),
    ("#fde8cd", "#54391a"),
    ("#dcf1d7", "#22442a"),
    ("#ece2fb", "#3b2b5c"),
    ("#fbdfe4", "#562533"),
    ("#fbf3c4", "#4b4415"),
    ("#d6f0ef", "#174645"),
    ("#e8e8ec", "#37373f"),
];
/// Below the title.
const TOP: f64 = 84.0;
/// Above so many links their counts are in the tooltips only.
const COUNTED: usize = 60;

/// Draws a picture.
pub fn draw(picture: &Picture) -> String {
    let layout = layout::layout(picture, TOP);
    let mut text = String::new();
    head(&mut text, picture, &layout);
    for (cluster, area) in &layout.clusters {
        frame(&mut text, *area, &picture.clusters[*cluster]);
    }
    link::draw(&mut text, picture, &layout);
    for (index, area) in layout.nodes.iter().enumerate() {
        node(&mut text, picture, index, *area);
    }
    if picture.edges.len() <= COUNTED {
        link::counts(&mut text, picture, &layout);
    }
    text.push_str("</svg>\n");
    text
}

fn head(text: &mut String, picture: &Picture, layout: &Layout) {
    let (width, height) = (layout.width, layout.height);
    let title = escape(&picture.title);
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" class=\"cleave\" font-family=\"system-ui, sans-serif\">\n<title>{title}</title>\n<desc>{}</desc>\n",
        escape(&picture.description())
    );
    style(text);
    let _ = write!(
        text,
        "<defs><marker id=\"cleave-tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"6\" markerHeight=\"6\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"context-stroke\"/></marker></defs>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n<text class=\"name\" x=\"20\" y=\"30\" font-size=\"17\" font-weight=\"600\">{title}</text>\n"
    );
    legend(text, picture);
}

fn style(text: &mut String) {
    let mut light = String::new();
    let mut dark = String::new();
    for (index, (day, night)) in COLORS.iter().enumerate() {
        let _ = write!(light, ".cleave .k{index}{{fill:{day}}}");
        let _ = write!(dark, ".cleave .k{index}{{fill:{night}}}");
    }
    let _ = writeln!(
        text,
        "<style>.cleave .paper{{fill:#fff}}.cleave .frame{{fill:#f6f7f9;stroke:#c3cad1}}.cleave .box{{stroke:#5f6f7c}}.cleave .name{{fill:#1c2430}}.cleave .note{{fill:#55606b}}.cleave .halo{{stroke:#fff;stroke-width:4;paint-order:stroke;stroke-linejoin:round}}.cleave path.l{{fill:none;stroke:#6f8290;stroke-opacity:.75}}.cleave path.i{{stroke-opacity:.22}}.cleave path.r{{stroke:#c62828;stroke-opacity:.45}}.cleave path.i.r{{stroke-opacity:.16}}.cleave path.c{{stroke:#c62828;stroke-opacity:.95;stroke-dasharray:7 3}}.cleave path.l:hover{{stroke-opacity:1;stroke-width:4}}.cleave text.c{{fill:#b71c1c}}{light}@media (prefers-color-scheme:dark){{.cleave .paper{{fill:#14181d}}.cleave .frame{{fill:#1b2027;stroke:#3a444e}}.cleave .box{{stroke:#8fa0ae}}.cleave .name{{fill:#e8edf2}}.cleave .note{{fill:#a9b4be}}.cleave .halo{{stroke:#14181d}}.cleave path.l{{stroke:#9db0be}}.cleave path.r{{stroke:#ff7b72}}.cleave path.c{{stroke:#ff7b72}}.cleave text.c{{fill:#ff9a92}}{dark}}}</style>"
    );
}

/// What lines and colours mean.
fn legend(text: &mut String, picture: &Picture) {
    let mut x = 20.0;
    let mut entry = |text: &mut String, sample: &str, words: &str| {
        let _ = writeln!(
            text,
            "<g transform=\"translate({x:.0} 52)\">{sample}<text class=\"note\" x=\"34\" y=\"4\" font-size=\"12\">{}</text></g>",
            escape(words)
        );
        x += 58.0 + words.chars().count() as f64 * 6.6;
    };
    entry(
        text,
        "<path class=\"l\" d=\"M0 0H26\" marker-end=\"url(#cleave-tip)\"/>",
        "needs",
    );
    if picture.edges.iter().any(|edge| edge.implied) {
        entry(
            text,
            "<path class=\"l i\" d=\"M0 0H26\" marker-end=\"url(#cleave-tip)\"/>",
            "needs, also by a longer way",
        );
    }
    if picture.edges.iter().any(|edge| edge.in_circle) {
        entry(
            text,
            "<path class=\"l r\" d=\"M0 0H26\" marker-end=\"url(#cleave-tip)\"/>",
            "in a circle",
        );
        entry(
            text,
            "<path class=\"l c\" d=\"M0 0H26\" stroke-width=\"1.6\" marker-end=\"url(#cleave-tip)\"/>",
            "closes circles",
        );
    }
    let sample = "<rect class=\"box k0\" x=\"0\" y=\"-9\" width=\"11\" height=\"10\" rx=\"2\"/><rect class=\"box k0\" x=\"14\" y=\"-13\" width=\"11\" height=\"18\" rx=\"2\"/>";
    entry(text, sample, "the higher, the more lines");
}

fn frame(text: &mut String, area: Area, name: &str) {
    let _ = writeln!(
        text,
        "<g><rect class=\"frame\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"12\"/><text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" font-size=\"14\" font-weight=\"600\">{}</text></g>",
        area.x,
        area.y,
        area.width,
        area.height,
        area.x + 16.0,
        area.y + 24.0,
        escape(name)
    );
}

fn node(text: &mut String, picture: &Picture, index: usize, area: Area) {
    let node = &picture.nodes[index];
    let middle = area.y + area.height / 2.0;
    let _ = writeln!(
        text,
        "<g><title>{}, {} lines</title><rect class=\"box k{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"7\"/><text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" font-size=\"13\" text-anchor=\"middle\">{}</text><text class=\"note\" x=\"{:.1}\" y=\"{:.1}\" font-size=\"10\" text-anchor=\"middle\">{} lines</text></g>",
        escape(&picture.id(index)),
        node.lines,
        node.cluster % COLORS.len(),
        area.x,
        area.y,
        area.width,
        area.height,
        area.middle(),
        middle - 1.0,
        escape(&node.name),
        area.middle(),
        middle + 12.0,
        node.lines
    );
}

/// Text as XML has it.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
