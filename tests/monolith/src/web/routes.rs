//! Which request does what.
//!
//! | request | answer |
//! |---|---|
//! | `GET /health` | the depths of the queues |
//! | `GET /workflows` | the names of all workflows |
//! | `POST /tasks` | makes a task |
//! | `GET /tasks?state=…` | the tasks in that state, or those that have not ended |
//! | `GET /tasks/7` | a task with its steps |
//! | `GET /tasks/7/events` | what happened to it |
//! | `POST /tasks/7/cancel` | calls it off |

use super::http::{Method, Request, Response};
use super::views::{TaskSummary, TaskView};
use crate::{
    error::{Error, Result},
    events::EventLog,
    messaging::Queue,
    models::{NewTask, Task as TaskRow},
    orchestration::Orchestrator,
    scopes::TaskScope,
    state_machine::TaskState,
    types::TaskId,
    validation::ValidationError,
};
use serde_json::json;

/// Does what the request asks for.
pub fn route(orchestrator: &Orchestrator<'_>, request: &Request) -> Response {
    let path = request.path.trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let answer = match (request.method, parts.as_slice()) {
        (Method::Get, ["health"]) => health(orchestrator),
        (Method::Get, ["workflows"]) => Ok(Response::json(200, &orchestrator.templates().names())),
        (Method::Post, ["tasks"]) => create(orchestrator, &request.body),
        (Method::Get, ["tasks"]) => list(orchestrator, request.query("state")),
        (Method::Get, ["tasks", id]) => show(orchestrator, id),
        (Method::Get, ["tasks", id, "events"]) => events(orchestrator, id),
        (Method::Post, ["tasks", id, "cancel"]) => cancel(orchestrator, id),
        _ => Ok(Response::error(404, "there is nothing here")),
    };
    answer.unwrap_or_else(|error| Response::error(status_of(&error), &error.to_string()))
}

fn status_of(error: &Error) -> u16 {
    match error {
        Error::NotFound { .. } => 404,
        Error::Validation(_) | Error::Graph(_) => 422,
        Error::Json(_) => 400,
        Error::Conflict { .. } | Error::Scheduling(_) | Error::Transition(_) => 409,
        _ => 500,
    }
}

fn parse_id(text: &str) -> Result<TaskId> {
    let id = text.parse().map(TaskId);
    id.map_err(|_| ValidationError::new("id", format!("`{text}` is not a number")).into())
}

fn health(orchestrator: &Orchestrator<'_>) -> Result<Response> {
    let db = orchestrator.database();
    let health = json!({
        "steps": Queue::steps(db).depth()?,
        "results": Queue::results(db).depth()?,
        "dead_letters": Queue::steps(db).dead_letters()? + Queue::results(db).dead_letters()?,
    });
    Ok(Response::json(200, &health))
}

fn create(orchestrator: &Orchestrator<'_>, body: &str) -> Result<Response> {
    let new: NewTask = serde_json::from_str(body)?;
    let task = orchestrator.create_task(&new)?;
    Ok(Response::json(201, &TaskSummary::from(&task)))
}

fn list(orchestrator: &Orchestrator<'_>, state: Option<&str>) -> Result<Response> {
    let scope = match state {
        Some(state) => TaskScope::all().in_state(state.parse::<TaskState>()?),
        None => TaskScope::open(),
    };
    let tasks = scope.fetch(orchestrator.database())?;
    let summaries: Vec<_> = tasks.iter().map(TaskSummary::from).collect();
    Ok(Response::json(200, &summaries))
}

fn show(orchestrator: &Orchestrator<'_>, id: &str) -> Result<Response> {
    let db = orchestrator.database();
    let task = TaskRow::find(db, parse_id(id)?)?;
    Ok(Response::json(200, &TaskView::load(db, task)?))
}

fn events(orchestrator: &Orchestrator<'_>, id: &str) -> Result<Response> {
    let db = orchestrator.database();
    let task = TaskRow::find(db, parse_id(id)?)?;
    Ok(Response::json(200, &EventLog::new(db).of_task(task.id)?))
}

fn cancel(orchestrator: &Orchestrator<'_>, id: &str) -> Result<Response> {
    let task = orchestrator.cancel(parse_id(id)?)?;
    Ok(Response::json(200, &TaskSummary::from(&task)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{orchestration::SchedulerSettings, registry::TemplateRegistry, test_support};
    use serde_json::Value;

    fn ask(orchestrator: &Orchestrator<'_>, line: &str, body: &str) -> (u16, Value) {
        let text = format!(
            "{line} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let request = Request::read(text.as_bytes(), 1000).unwrap().unwrap();
        let response = route(orchestrator, &request);
        let value = serde_json::from_str(&response.body).unwrap();
        (response.status, value)
    }

    #[test]
    fn a_task_is_made_shown_and_called_off() {
        let db = test_support::database();
        let templates = TemplateRegistry::of([test_support::diamond()]).unwrap();
        let orchestrator = Orchestrator::new(&db, SchedulerSettings::default(), templates);

        let (status, task) = ask(&orchestrator, "POST /tasks", r#"{"workflow":"diamond"}"#);
        assert_eq!((status, &task["state"]), (201, &json!("running")));
        orchestrator.tick().unwrap();

        let (_, view) = ask(&orchestrator, "GET /tasks/1", "");
        assert_eq!(view["steps"][0]["state"], "enqueued");
        assert_eq!(view["census"]["waiting"], 3);
        assert_eq!(view["revision"], 1);
        let (_, events) = ask(&orchestrator, "GET /tasks/1/events", "");
        assert_eq!(events[1]["kind"], "step_enqueued");
        let (_, health) = ask(&orchestrator, "GET /health", "");
        assert_eq!(health["steps"], 1);

        let (_, task) = ask(&orchestrator, "POST /tasks/1/cancel", "");
        assert_eq!(task["state"], "cancelled");
        let (_, open) = ask(&orchestrator, "GET /tasks", "");
        assert_eq!(open, json!([]));
        let (_, cancelled) = ask(&orchestrator, "GET /tasks?state=cancelled", "");
        assert_eq!(cancelled[0]["id"], 1);
    }

    #[test]
    fn mistakes_have_their_status() {
        let db = test_support::database();
        let settings = SchedulerSettings::default();
        let orchestrator = Orchestrator::new(&db, settings, TemplateRegistry::default());
        for (line, body, status) in [
            ("GET /nowhere", "", 404),
            ("GET /tasks/9", "", 404),
            ("GET /tasks/x", "", 422),
            ("GET /tasks?state=lost", "", 422),
            ("POST /tasks", "{", 400),
            ("POST /tasks", r#"{"workflow":"diamond"}"#, 404),
        ] {
            assert_eq!(ask(&orchestrator, line, body).0, status, "{line}");
        }
    }
}
