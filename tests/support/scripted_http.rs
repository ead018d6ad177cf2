//! A server that answers from a list, in order, or as a function says, and remembers what it was asked. One request a
//! connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server does with one request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Answers whole. `{base}` in a header stands for the server's own address.
    Say { status: u16, headers: Vec<(String, String)>, body: String },
    /// Answers whole, promises to keep the connection, and closes it.
    Part { body: String },
    /// Says nothing, and keeps the connection.
    Hang,
    /// Closes the connection.
    Drop,
    /// Says half of what it promised, and closes the connection.
    Cut { status: u16, body: String },
}

/// One request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

pub(crate) struct Server {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts it. Whoever asks more than it has answers for gets 410.
    pub(crate) fn start(replies: Vec<Reply>) -> Self {
        let mut replies = replies.into_iter();
        Self::with(move |_| replies.next().unwrap_or_else(|| say(410, "{\"message\": \"nothing more is scripted\"}")))
    }

    /// Starts one that answers as a function says.
    pub(crate) fn with(mut answer: impl FnMut(&Asked) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (base, remembered) = (address.clone(), Arc::clone(&asked));
        std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming() {
                let Some((request, mut stream)) = stream.ok().and_then(read) else { continue };
                let reply = answer(&request);
                remembered.lock().unwrap().push(request);
                match reply {
                    Reply::Hang => hanging.push(stream),
                    Reply::Drop => {}
                    reply => _ = stream.write_all(written(&reply, &base).as_bytes()),
                }
            }
        });
        Self { address, asked }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Method and target of each request.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

pub(crate) fn say(status: u16, body: &str) -> Reply {
    Reply::Say { status, headers: Vec::new(), body: body.to_owned() }
}

/// `headers` are lines.
pub(crate) fn say_with(status: u16, headers: &[&str], body: &str) -> Reply {
    let pair = |line: &&str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    };
    Reply::Say { status, headers: headers.iter().map(pair).collect(), body: body.to_owned() }
}

fn written(reply: &Reply, base: &str) -> String {
    let head = |status: u16, length: usize| format!("HTTP/1.1 {status} Words\r\ncontent-length: {length}\r\n");
    match reply {
        Reply::Say { status, headers, body } => {
            let mut text = head(*status, body.len());
            for (name, value) in headers {
                text += &format!("{name}: {}\r\n", value.replace("{base}", base));
            }
            text + "connection: close\r\n\r\n" + body
        }
        Reply::Part { body } => head(200, body.len()) + "\r\n" + body,
        Reply::Cut { status, body } => head(*status, body.len() * 2) + "\r\n" + body,
        Reply::Hang | Reply::Drop => String::new(),
    }
}

fn read(stream: TcpStream) -> Option<(Asked, TcpStream)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let request = Asked { method, target, headers, body: String::from_utf8(body).ok()? };
    Some((request, reader.into_inner()))
}
