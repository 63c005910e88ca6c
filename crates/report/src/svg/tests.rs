use super::layout::layout;
use super::*;
use crate::picture::{Edge, Level, Node};

/// A picture of nodes named by letters, and edges between them.
fn picture(clusters: &[&str], nodes: &[(&str, usize)], edges: &[(usize, usize)]) -> Picture {
    Picture {
        package: "app".to_owned(),
        level: Level::Module,
        title: "app: modules".to_owned(),
        nodes: nodes
            .iter()
            .map(|(name, cluster)| Node {
                name: (*name).to_owned(),
                lines: 10 * name.len(),
                cluster: *cluster,
            })
            .collect(),
        edges: edges
            .iter()
            .map(|(from, to)| Edge {
                from: *from,
                to: *to,
                count: 1,
                in_circle: false,
                closing: false,
                implied: false,
            })
            .collect(),
        clusters: clusters.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[track_caller]
fn nothing_overlaps(picture: &Picture) {
    let layout = layout(picture, 0.0);
    for (index, area) in layout.nodes.iter().enumerate() {
        assert!(area.width > 0.0 && area.right() <= layout.width && area.bottom() <= layout.height);
        for other in &layout.nodes[index + 1..] {
            assert!(!area.overlaps(*other), "{area:?} {other:?}");
        }
        for (cluster, frame) in &layout.clusters {
            let own = picture.nodes[index].cluster == *cluster;
            assert_eq!(area.overlaps(*frame), own, "{area:?} {frame:?}");
        }
    }
}

#[test]
fn nodes_overlap_neither_each_other_nor_other_crates() {
    let names: Vec<String> = (0..150)
        .map(|n| format!("module::of::some_length_{n}"))
        .collect();
    let nodes: Vec<(&str, usize)> = names
        .iter()
        .enumerate()
        .map(|(n, name)| (&**name, n % 4))
        .collect();
    let edges: Vec<(usize, usize)> = (0..150)
        .flat_map(|n| [(n, (n * 7 + 3) % 150), (n, (n * 3 + 1) % 150)])
        .filter(|(a, b)| a < b)
        .collect();
    nothing_overlaps(&picture(&["a", "b", "c", "d"], &nodes, &edges));
    let together: Vec<(&str, usize)> = nodes.iter().map(|(name, _)| (*name, 0)).collect();
    nothing_overlaps(&picture(&["a"], &together, &edges));
}

#[test]
fn what_nothing_is_tied_to_has_a_place_too() {
    let nodes = [("a", 0), ("alone", 0), ("b", 0), ("c", 0)];
    nothing_overlaps(&picture(&["app"], &nodes, &[(0, 2), (2, 3)]));
}

#[test]
fn what_is_needed_lies_below() {
    let picture = picture(&["app"], &[("a", 0), ("b", 0), ("c", 0)], &[(2, 1), (1, 0)]);
    let layout = layout(&picture, 0.0);
    assert!(layout.nodes[2].bottom() < layout.nodes[1].y);
    assert!(layout.nodes[1].bottom() < layout.nodes[0].y);
}

#[test]
fn the_text_is_well_formed_and_says_what_it_shows() {
    let picture = picture(&["app"], &[("Vec<T>", 0), ("a & \"b\"", 0)], &[(0, 1)]);
    let text = draw(&picture);
    assert!(text.contains("Vec&lt;T&gt;") && text.contains("a &amp; &quot;b&quot;"));
    assert!(
        text.contains("<desc>2 modules, 1 links; none is in a circle."),
        "{text}"
    );
    assert!(text.contains("prefers-color-scheme:dark"));
    assert_eq!(text, draw(&picture));
}

#[test]
fn an_empty_picture_is_a_picture() {
    assert!(draw(&Picture::default()).ends_with("</svg>\n"));
}
