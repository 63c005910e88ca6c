//! A tiny HTTP API: make tasks, look at them, call them off.
//!
//! One request at a time, on the thread that also drives the orchestrator, so nothing is locked.

mod http;
mod routes;
pub mod views;

pub use self::http::{Method, Request, Response};
pub use routes::route;

use crate::{config::WebSettings, error::Result, orchestration::Orchestrator};
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// How long a client may take to say what it wants.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

/// Listens for requests.
pub struct Server {
    listener: TcpListener,
    max_body: usize,
}

impl Server {
    /// Listens where the settings say.
    pub fn bind(settings: &WebSettings) -> Result<Self> {
        let listener = TcpListener::bind(&settings.bind)?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener,
            max_body: settings.max_body,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Answers one request if there is one, and says whether there was.
    pub fn poll(&self, orchestrator: &Orchestrator<'_>) -> Result<bool> {
        match self.listener.accept() {
            Ok((stream, peer)) => {
                // A client that misbehaves is no reason to stop.
                if let Err(error) = self.answer(stream, orchestrator) {
                    log_event!(Warn, "{peer}: {error}");
                }
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn answer(&self, mut stream: TcpStream, orchestrator: &Orchestrator<'_>) -> Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        let response = match Request::read(&mut stream, self.max_body)? {
            Ok(request) => {
                let response = routes::route(orchestrator, &request);
                let (method, path) = (request.method, &request.path);
                log_event!(Info, "{method:?} {path}: {}", response.status);
                response
            }
            Err(refusal) => refusal,
        };
        response.write(&mut stream)?;
        Ok(stream.flush()?)
    }
}
