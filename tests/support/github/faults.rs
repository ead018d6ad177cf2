//! What goes wrong, where and when.

use super::Fake;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What somebody does in between.
pub type Act = Arc<Mutex<dyn FnMut(&Fake) + Send>>;

/// One trouble.
#[derive(Clone)]
pub enum Trouble {
    /// 500, nothing was done.
    Broken,
    /// 502, nothing was done.
    BadGateway,
    /// 502 after the request was carried out.
    BadGatewayAfter,
    /// 403 with the text of a secondary limit.
    SecondaryLimit { retry_after: Option<u64> },
    /// 403 with nothing left of the hour, and when the next one starts, from now.
    HourlyLimit { reset_in: i64 },
    /// 429.
    TooMany { retry_after: Option<u64> },
    /// No answer, until the client goes away.
    Hang,
    /// Carried out, but no answer until the client goes away.
    HangAfter,
    /// The connection ends without an answer, nothing was done.
    Drop,
    /// The same after the request was carried out.
    DropAfter,
    /// The connection ends in the middle of the body.
    CutBody,
    /// Half the JSON, with a fitting length.
    HalfJson,
    /// A page for people, with 200.
    Html,
    /// The next page is on another host.
    ForeignNext,
    /// The second page is the first again: this answers what page 1 would, and points on.
    RepeatedPage,
    /// The answer of so many writes ago.
    Stale(usize),
    /// The token loses an area from here on.
    LostRight(String),
    /// The clock of the answers is off by so many seconds from here on.
    Skew(i64),
    /// The answer takes longer.
    Delay(Duration),
    /// Somebody does something just before this is answered.
    Meanwhile(Act),
    /// Somebody does something right after this was answered.
    Afterwards(Act),
}

impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecondaryLimit { retry_after } => write!(f, "SecondaryLimit({retry_after:?})"),
            Self::HourlyLimit { reset_in } => write!(f, "HourlyLimit({reset_in})"),
            Self::TooMany { retry_after } => write!(f, "TooMany({retry_after:?})"),
            Self::Stale(writes) => write!(f, "Stale({writes})"),
            Self::LostRight(area) => write!(f, "LostRight({area})"),
            Self::Skew(seconds) => write!(f, "Skew({seconds})"),
            Self::Delay(time) => write!(f, "Delay({time:?})"),
            other => f.write_str(match other {
                Self::Broken => "Broken",
                Self::BadGateway => "BadGateway",
                Self::BadGatewayAfter => "BadGatewayAfter",
                Self::Hang => "Hang",
                Self::HangAfter => "HangAfter",
                Self::Drop => "Drop",
                Self::DropAfter => "DropAfter",
                Self::CutBody => "CutBody",
                Self::HalfJson => "HalfJson",
                Self::Html => "Html",
                Self::ForeignNext => "ForeignNext",
                Self::RepeatedPage => "RepeatedPage",
                Self::Meanwhile(_) => "Meanwhile",
                _ => "Afterwards",
            }),
        }
    }
}

/// A trouble that meets some requests.
#[derive(Clone, Debug)]
pub struct Fault {
    /// `METHOD /path`: `*` is a method or a segment, `**` at the end the rest; `READ` is GET, `WRITE` all others.
    on: String,
    /// The first request to meet it, of those that fit; from 1.
    from: u64,
    /// How many meet it.
    times: u64,
    trouble: Trouble,
    seen: u64,
}

impl Fault {
    /// The first request that fits meets it.
    pub fn once(on: &str, trouble: Trouble) -> Self {
        Self::nth(on, 1, trouble)
    }

    /// The nth request that fits meets it.
    pub fn nth(on: &str, nth: u64, trouble: Trouble) -> Self {
        Self { on: on.to_owned(), from: nth, times: 1, trouble, seen: 0 }
    }

    /// Every request that fits meets it.
    pub fn always(on: &str, trouble: Trouble) -> Self {
        Self { on: on.to_owned(), from: 1, times: u64::MAX, trouble, seen: 0 }
    }

    /// So many requests in a row.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Something that somebody does just before the nth request that fits is answered.
    pub fn meanwhile(on: &str, nth: u64, act: impl FnMut(&Fake) + Send + 'static) -> Self {
        Self::nth(on, nth, Trouble::Meanwhile(Arc::new(Mutex::new(act))))
    }

    /// Something that somebody does right after the nth request that fits was answered.
    pub fn afterwards(on: &str, nth: u64, act: impl FnMut(&Fake) + Send + 'static) -> Self {
        Self::nth(on, nth, Trouble::Afterwards(Arc::new(Mutex::new(act))))
    }

    /// The trouble, if this request meets it. To be asked once for each request.
    pub fn meets(&mut self, method: &str, path: &str) -> Option<Trouble> {
        if !fits(&self.on, method, path) {
            return None;
        }
        self.seen += 1;
        (self.seen >= self.from && self.seen - self.from < self.times).then(|| self.trouble.clone())
    }

    /// One to four troubles in a run of about twenty requests; the same for the same seed. Waits that GitHub asks for are
    /// short, so that a test may obey them. At most one read is stale: lists become true in the end, and nobody could tell
    /// what was done if they did not.
    pub fn random_schedule(seed: u64) -> Vec<Self> {
        let mut dice = Dice(seed);
        let mut all: Vec<Self> = (0..=dice.below(4)).map(|_| Self::random(&mut dice)).collect();
        let mut stale = false;
        all.retain_mut(|fault| {
            let is = matches!(fault.trouble, Trouble::Stale(_));
            if is {
                fault.times = 1;
            }
            !(is && std::mem::replace(&mut stale, true))
        });
        all
    }

    fn random(dice: &mut Dice) -> Self {
        let trouble = match dice.below(21) {
            0 => Trouble::Broken,
            1 | 2 => Trouble::BadGateway,
            3..=5 => Trouble::BadGatewayAfter,
            6 => Trouble::SecondaryLimit { retry_after: Some(dice.below(2)) },
            7 => Trouble::SecondaryLimit { retry_after: None },
            8 => Trouble::TooMany { retry_after: Some(dice.below(2)) },
            9 => Trouble::Hang,
            10 => Trouble::HangAfter,
            11 => Trouble::Drop,
            12 => Trouble::DropAfter,
            13 => Trouble::CutBody,
            14 => Trouble::HalfJson,
            15 => Trouble::Html,
            16 => Trouble::ForeignNext,
            17 => Trouble::RepeatedPage,
            18 => Trouble::Stale(1 + dice.below(3) as usize),
            19 => {
                let areas = ["contents", "pull_requests", "issues", "statuses", "members", "metadata"];
                Trouble::LostRight(areas[dice.below(6) as usize].to_owned())
            }
            _ => Trouble::Skew(dice.below(7200) as i64 - 3600),
        };
        let on = ["* /**", "READ /**", "WRITE /**", "WRITE /**"][dice.below(4) as usize];
        let from = 1 + dice.below(if on == "WRITE /**" { 4 } else { 20 });
        let times = [1, 1, 2, 3, u64::MAX][dice.below(5) as usize];
        Self { on: on.to_owned(), from, times, trouble, seen: 0 }
    }
}

fn fits(pattern: &str, method: &str, path: &str) -> bool {
    let (wanted, route) = pattern.split_once(' ').expect("a method and a path");
    let methods = match wanted {
        "*" => true,
        "READ" => method == "GET",
        "WRITE" => method != "GET" && !path.ends_with("/graphql"),
        word => word == method,
    };
    let mut given = path.trim_start_matches('/').split('/');
    let mut words = route.trim_start_matches('/').split('/').peekable();
    while let Some(word) = words.next() {
        if word == "**" && words.peek().is_none() {
            return methods;
        }
        match given.next() {
            Some(segment) if word == "*" || word == segment => {}
            _ => return false,
        }
    }
    methods && given.next().is_none()
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}
