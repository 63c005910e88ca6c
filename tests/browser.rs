//! A headless Chromium, spoken to in its own protocol over a pipe: no port, no driver, no waiting for a time.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use camino::Utf8Path;
use serde_json::{Value, json};

/// Names under which it is installed.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// A browser with one page.
#[derive(Debug)]
pub(crate) struct Browser {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: String,
    next: u64,
    /// What the page complained about: errors that nobody caught, and what was blocked.
    pub(crate) complaints: Vec<String>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts it; where there is none, says so, and the test has nothing to do.
    pub(crate) fn start() -> Option<Self> {
        let Some(name) = NAMES.iter().find(|name| is_installed(name)) else {
            // Not through the macro, whose text the harness keeps to itself.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: there is no Chromium here (`apt-get install chromium`)"
            );
            return None;
        };
        let profile = tempfile::tempdir().expect("a temporary folder");
        // The protocol's pipe is file 3 and file 4; a shell can put ours there. A hang must not be for ever.
        let script = format!(
            "exec timeout 240 {name} --headless=new --no-sandbox --disable-gpu --no-first-run --hide-scrollbars \
             --remote-debugging-pipe --user-data-dir='{}' about:blank 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null",
            profile.path().display()
        );
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut browser = Self {
            child,
            input,
            output,
            session: String::new(),
            next: 0,
            complaints: Vec::new(),
            _profile: profile,
        };
        let target = browser.send("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.send("Target.attachToTarget", &attach);
        session["sessionId"]
            .as_str()
            .expect("a session")
            .clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.send(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Opens a file in a window of this width and waits until its scripts have run.
    pub(crate) fn open(&mut self, path: &Utf8Path, width: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.send("Emulation.setDeviceMetricsOverride", &size);
        let media = json!({ "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ] });
        self.send("Emulation.setEmulatedMedia", &media);
        self.send("Page.navigate", &json!({ "url": format!("file://{path}") }));
        while self.receive()["method"] != "Page.loadEventFired" {}
    }

    /// The value of an expression.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let parameters =
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.send("Runtime.evaluate", &parameters);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {}",
            answer["exceptionDetails"]
        );
        answer["result"]["value"].clone()
    }

    /// The text of an element.
    pub(crate) fn text(&mut self, selector: &str) -> String {
        let text = self.value(&format!(
            "document.querySelector({selector:?})?.textContent ?? null"
        ));
        text.as_str()
            .unwrap_or_else(|| panic!("nothing on the page is `{selector}`"))
            .to_owned()
    }

    /// How many elements there are.
    pub(crate) fn count(&mut self, selector: &str) -> u64 {
        self.value(&format!("document.querySelectorAll({selector:?}).length"))
            .as_u64()
            .unwrap_or(0)
    }

    /// A spot on an element, near its upper left corner; an arrow's is in its middle.
    fn spot(&mut self, selector: &str) -> (f64, f64) {
        let found = self.value(&format!(
            "(async () => {{
                const found = document.querySelector({selector:?});
                if (!found) return null;
                const path = found.querySelector('path.reach');
                const place = () => {{
                    if (path) {{
                        const middle = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
                        return [middle.x, middle.y];
                    }}
                    const area = (found.querySelector('rect') ?? found).getBoundingClientRect();
                    return [area.x + Math.min(area.width, 24) / 2, area.y + Math.min(area.height, 16) / 2];
                }};
                // A mouse meets what was painted last: that must be what is measured. A graph that has come into view is
                // fitted a frame later, which may move what was scrolled to; so until it stays where it is.
                let spot;
                for (let tries = 0; tries < 20; tries += 1) {{
                    const before = spot;
                    found.scrollIntoView?.({{ block: 'nearest' }});
                    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
                    spot = place();
                    if (before?.every((number, index) => number === spot[index])) break;
                }}
                return spot;
            }})()"
        ));
        let number = |index: usize| found[index].as_f64();
        match (number(0), number(1)) {
            (Some(x), Some(y)) => (x, y),
            _ => panic!("nothing on the page is `{selector}`"),
        }
    }

    fn mouse(&mut self, kind: &str, (x, y): (f64, f64)) {
        let buttons = u8::from(kind != "mouseReleased");
        let parameters = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1 });
        self.send("Input.dispatchMouseEvent", &parameters);
    }

    /// Clicks on an element.
    pub(crate) fn click(&mut self, selector: &str) {
        let spot = self.spot(selector);
        self.mouse("mousePressed", spot);
        self.mouse("mouseReleased", spot);
    }

    /// Drags one element onto another.
    pub(crate) fn drag(&mut self, from: &str, to: &str) {
        let (start, end) = (self.spot(from), self.spot(to));
        self.mouse("mousePressed", start);
        let middle = (f64::midpoint(start.0, end.0), f64::midpoint(start.1, end.1));
        for spot in [middle, end] {
            self.mouse("mouseMoved", spot);
        }
        self.mouse("mouseReleased", end);
    }

    /// Presses a key: a character, or a name such as `Enter`.
    pub(crate) fn press(&mut self, key: &str) {
        let mut down = json!({ "type": "keyDown", "key": key });
        if key.chars().count() == 1 {
            down["text"] = json!(key);
        }
        self.send("Input.dispatchKeyEvent", &down);
        self.send(
            "Input.dispatchKeyEvent",
            &json!({ "type": "keyUp", "key": key }),
        );
    }

    /// Types into what has the focus.
    pub(crate) fn write(&mut self, text: &str) {
        self.send("Input.insertText", &json!({ "text": text }));
    }

    /// Saves a picture of the window.
    pub(crate) fn screenshot(&mut self, path: &Utf8Path) {
        let answer = self.send("Page.captureScreenshot", &json!({ "format": "png" }));
        let data = answer["data"].as_str().expect("a picture");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, decoded(data)).expect("a file");
    }

    fn send(&mut self, method: &str, parameters: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        self.input
            .write_all(format!("{message}\0").as_bytes())
            .expect("the browser listens");
        loop {
            let answer = self.receive();
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    fn receive(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.output
            .read_until(0, &mut bytes)
            .expect("the browser answers");
        assert_eq!(bytes.pop(), Some(0), "the browser ended");
        let message: Value = serde_json::from_slice(&bytes).expect("JSON");
        let parameters = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => {
                self.complaints
                    .push(parameters["exceptionDetails"].to_string());
            }
            Some("Log.entryAdded") => self.complaints.push(parameters["entry"].to_string()),
            Some("Network.requestWillBeSent") => {
                let url = parameters["request"]["url"].as_str().unwrap_or_default();
                if !url.starts_with("file:") {
                    self.complaints.push(format!("it asked for {url}"));
                }
            }
            _ => {}
        }
        message
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session.clear();
        let close = json!({ "id": self.next + 1, "method": "Browser.close" });
        let _ = self.input.write_all(format!("{close}\0").as_bytes());
        let _ = self.child.wait();
    }
}

fn is_installed(name: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {name} && command -v timeout")])
        .output();
    found.is_ok_and(|output| output.status.success())
}

/// The bytes that Base64 stands for.
fn decoded(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let mut bytes = Vec::new();
    let mut bits = 0_u32;
    let mut count = 0;
    for six in text.bytes().filter_map(value) {
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
