//! Parsing and resolving generated monoliths.

use camino::{Utf8Path, Utf8PathBuf};
use cleave_syntax::LoadOptions;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const SIZES: [usize; 2] = [50_000, 200_000];

fn options(folder: &Utf8Path) -> LoadOptions {
    LoadOptions {
        manifest_path: folder.join("Cargo.toml"),
        offline: true,
        ..LoadOptions::default()
    }
}

fn analyse(criterion: &mut Criterion) {
    for size in SIZES {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("a UTF-8 path");
        let lines = cleave_benches::write(&path, size).expect("a folder that can be written");
        let outline = cleave_syntax::load::ask(&options(&path)).expect("a package");
        let (workspace, _) = cleave_syntax::load::read(outline.clone()).expect("source");
        let graph = cleave_graph::resolve(&workspace);
        let krate = workspace.monolith(workspace.package).expect("a library");
        let mut group = criterion.benchmark_group("analyse");
        group
            .sample_size(10)
            .throughput(Throughput::Elements(lines as u64));
        group.bench_function(BenchmarkId::new("parse", size), |bencher| {
            bencher.iter(|| cleave_syntax::load::read(outline.clone()));
        });
        group.bench_function(BenchmarkId::new("resolve", size), |bencher| {
            bencher.iter(|| cleave_graph::resolve(&workspace));
        });
        group.bench_function(BenchmarkId::new("knots", size), |bencher| {
            bencher.iter(|| cleave_graph::knot::knots(&workspace, &graph, krate));
        });
        group.finish();
    }
}

criterion_group!(benches, analyse);
criterion_main!(benches);
