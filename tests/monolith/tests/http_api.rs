//! The API over a real socket on this machine.
#![cfg(feature = "web")]

mod common;

use millrace::config::WebSettings;
use millrace::web::Server;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;

fn server() -> Server {
    let settings = WebSettings {
        bind: "127.0.0.1:0".into(),
        max_body: 200,
    };
    Server::bind(&settings).unwrap()
}

/// Sends the request and reads the answer to its end.
fn call(address: SocketAddr, line: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    // In one piece: the server may answer, and close, as soon as it has read a head.
    let request = format!("{line} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer[9..12].parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap())
}

/// Serves until the client is done.
fn with_client<T: Send + 'static>(client: impl FnOnce(SocketAddr) -> T + Send + 'static) -> T {
    let (db, _) = common::database();
    let orchestrator = common::orchestrator(&db, common::order());
    let server = server();
    let address = server.address().unwrap();
    let client = thread::spawn(move || client(address));
    while !client.is_finished() {
        if !server.poll(&orchestrator).unwrap() {
            thread::yield_now();
        }
    }
    client.join().unwrap()
}

#[test]
fn a_task_is_made_and_read_back() {
    let (made, read) = with_client(|address| {
        let new = r#"{ "workflow": "order", "context": { "items": [] }, "priority": "high" }"#;
        let made = call(address, "POST /tasks", new);
        (made, call(address, "GET /tasks/1", ""))
    });
    assert_eq!(made.0, 201);
    assert_eq!(made.1["priority"], "high");
    assert_eq!(read.0, 200);
    assert_eq!(read.1["steps"][2]["name"], "ship");
    assert_eq!(read.1["created_at"], "1970-01-01T00:16:40.000Z");
}

#[test]
fn workflows_are_listed() {
    let (status, names) = with_client(|address| call(address, "GET /workflows", ""));
    assert_eq!(status, 200);
    assert_eq!(names, serde_json::json!(["order"]));
}

#[test]
fn refusals_are_json_too() {
    let statuses = with_client(|address| {
        [
            call(address, "DELETE /tasks/1", "").0,
            call(address, "GET /tasks/77", "").0,
            call(address, "POST /tasks", "nonsense").0,
        ]
    });
    assert_eq!(statuses, [405, 404, 400]);
}
