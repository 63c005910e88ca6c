//! As much of HTTP/1.1 as the API needs.

use serde::Serialize;
use serde_json::json;
use std::io::{self, BufRead, BufReader, Read, Write};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Look.
    Get,
    /// Do.
    Post,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// To what.
    pub path: String,
    /// What is after the `?`.
    pub query: Vec<(String, String)>,
    /// What came with it.
    pub body: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    pub(super) body: String,
}

impl Request {
    /// Reads a request; the inner error is the answer to one that is not acceptable.
    pub fn read(stream: impl Read, max_body: usize) -> io::Result<Result<Request, Response>> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        // The whole head is read before the answer: closing on a client that still writes loses it.
        let length = read_content_length(&mut reader)?;
        let mut words = line.split_whitespace();
        let method = match words.next() {
            Some("GET") => Method::Get,
            Some("POST") => Method::Post,
            _ => return Ok(Err(Response::error(405, "only GET and POST are known"))),
        };
        let Some(target) = words.next().map(str::to_string) else {
            return Ok(Err(Response::error(400, "no path")));
        };
        if length > max_body {
            return Ok(Err(Response::error(413, "the body is too large")));
        }
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes)?;
        let Ok(body) = String::from_utf8(bytes) else {
            return Ok(Err(Response::error(400, "the body is not UTF-8")));
        };
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        Ok(Ok(Request {
            method,
            path: path.to_string(),
            query: parse_query(query),
            body,
        }))
    }

    /// The value of that name in the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        let mut matching = self.query.iter().filter(|(key, _)| key == name);
        matching.next().map(|(_, value)| value.as_str())
    }
}

fn read_content_length(reader: &mut impl BufRead) -> io::Result<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(length);
        }
        if let Some((name, value)) = line.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
    }
}

// Names and states need no escapes, so there are none.
fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect()
}

impl Response {
    /// That value, as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(body) => Self { status, body },
            Err(error) => Self::error(500, &error.to_string()),
        }
    }

    /// An error, in words.
    pub fn error(status: u16, message: &str) -> Self {
        let body = json!({ "error": message }).to_string();
        Self { status, body }
    }

    /// The JSON.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Writes head and body.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        let reason = match self.status {
            200 => "OK",
            201 => "Created",
            400 => "Bad Request",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            413 => "Content Too Large",
            422 => "Unprocessable Content",
            _ => "Internal Server Error",
        };
        write!(
            out,
            "HTTP/1.1 {} {reason}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{}",
            self.status,
            self.body.len(),
            self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Request, Response> {
        Request::read(text.as_bytes(), 10).unwrap()
    }

    #[test]
    fn a_request_is_taken_apart() {
        let text = "POST /tasks?state=open&x=1 HTTP/1.1\r\nHost: h\r\ncontent-length: 2\r\n\r\n{}";
        let request = read(text).unwrap();
        assert_eq!(request.method, Method::Post);
        assert_eq!(request.path, "/tasks");
        assert_eq!(request.query("state"), Some("open"));
        assert_eq!(request.query("y"), None);
        assert_eq!(request.body, "{}");
    }

    #[test]
    fn what_is_not_acceptable_has_an_answer() {
        assert_eq!(
            read("BREW /coffee HTTP/1.1\r\n\r\n").unwrap_err().status,
            405
        );
        let large = "POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n";
        assert_eq!(read(large).unwrap_err().status, 413);
        assert_eq!(read("GET").unwrap_err().status, 400);
    }

    #[test]
    fn an_answer_has_a_head_and_a_body() {
        let mut out = Vec::new();
        Response::error(404, "gone").write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("HTTP/1.1 404 Not Found\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\n{\"error\":\"gone\"}"), "{text}");
    }
}
