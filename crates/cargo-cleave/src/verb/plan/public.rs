//! What lifting public methods would change, which is not done unasked: users of the library would have to import traits.

use cleave_plan::{Plan, ProposeOptions};
use serde_json::{Value, json};

use super::{Data, Judged, judge, only_pins};
use crate::arguments::Planning;
use crate::project::Project;

/// A plan that lifts public methods too, where one crate holds most of the code otherwise.
pub(super) struct Public {
    /// The share of the lines in its largest crate.
    largest: f64,
    methods: usize,
}

impl Public {
    /// Tried where a plan leaves more than half in one crate; kept if it takes a tenth off that.
    pub(super) fn of(
        project: &Project,
        data: &Data,
        wanted: &Planning,
        (plan, judged): (&Plan, &Judged),
    ) -> Option<Self> {
        let (workspace, graph) = (&project.workspace, &project.graph);
        let is_published = workspace.package(workspace.package).is_published();
        if wanted.lift_public || !is_published || judged.figures.largest <= 0.5 {
            return None;
        }
        let mut nailed = plan.clone();
        only_pins(&mut nailed);
        let options = ProposeOptions {
            lifts_public: true,
            ..data.options(wanted, nailed)
        };
        let (other, _) = cleave_plan::propose(workspace, graph, &options);
        let largest = judge(project, data, &other).figures.largest;
        let methods = other.lifts.iter().map(|lift| lift.methods.len()).sum();
        let found = Self { largest, methods };
        (largest < judged.figures.largest * 0.9).then_some(found)
    }

    pub(super) fn text(&self) -> String {
        format!(
            "\nWith {} methods lifted, public ones too, the largest crate would hold {:.0} %: `plan --anew --lift-public`.\n  \
             Who calls these from outside then imports a trait: a breaking change for users of the library.\n",
            self.methods,
            self.largest * 100.0
        )
    }

    pub(super) fn json(&self) -> Value {
        json!({ "largest_crate_share": self.largest, "methods": self.methods })
    }
}
