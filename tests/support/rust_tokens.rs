//! Rust source as tokens: enough to know what a file imports. Comments, strings and characters are gone, so that none of
//! them looks like code; what stays are words, `::` and single signs.

/// A word, `::`, or one sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// The text of the token; a raw identifier without its `r#`.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Whether this is the word or sign.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.0 == text
    }
}

/// The tokens of one file.
#[derive(Clone, Debug)]
pub(crate) struct Tokens(Vec<Token>);

impl Tokens {
    /// Reads a source text.
    pub(crate) fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(c) = chars.get(at).copied() {
            let next = chars.get(at + 1).copied();
            at = match (c, next) {
                ('/', Some('/')) => at + chars.iter().skip(at).take_while(|c| **c != '\n').count(),
                ('/', Some('*')) => end_of_comment(&chars, at),
                ('"', _) => end_of_string(&chars, at + 1),
                ('\'', _) => end_of_quote(&chars, at),
                (c, _) if c.is_alphabetic() || c == '_' => word(&chars, at, &mut tokens),
                (c, _) if c.is_ascii_digit() => at + word_length(&chars, at),
                (':', Some(':')) => {
                    tokens.push(Token("::".to_owned()));
                    at + 2
                }
                (c, _) => {
                    if !c.is_whitespace() {
                        tokens.push(Token(c.to_string()));
                    }
                    at + 1
                }
            };
        }
        Self(tokens)
    }

    /// The tokens in order.
    pub(crate) fn list(&self) -> &[Token] {
        &self.0
    }

    fn at(&self, n: usize) -> &str {
        self.0.get(n).map_or("", Token::text)
    }

    /// The same without the items under `#[cfg(test)]`.
    pub(crate) fn without_tests(&self) -> Self {
        const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
        let mut kept = Vec::new();
        let mut n = 0;
        while n < self.0.len() {
            if MARK.iter().enumerate().all(|(offset, text)| self.at(n + offset) == *text) {
                n = self.end_of_item(n + MARK.len());
            } else {
                kept.extend(self.0.get(n).cloned());
                n += 1;
            }
        }
        Self(kept)
    }

    /// The place after the item that starts at `n`: after its block, or after its `;`. A `use` may hold braces.
    fn end_of_item(&self, mut n: usize) -> usize {
        let mut depth = 0_usize;
        let mut braced_use = false;
        while n < self.0.len() {
            match self.at(n) {
                "use" if depth == 0 => braced_use = true,
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && self.at(n) == "}" && !braced_use {
                        return n + 1;
                    }
                }
                ";" if depth == 0 => return n + 1,
                _ => {}
            }
            n += 1;
        }
        n
    }

    /// The names declared by `mod name;`.
    pub(crate) fn modules(&self) -> Vec<String> {
        let declared = |n: &usize| self.at(*n) == "mod" && self.at(n + 2) == ";";
        (0..self.0.len()).filter(declared).map(|n| self.at(n + 1).to_owned()).collect()
    }

    /// The first word of every path in the braced list that opens at `open`, nested lists left out.
    pub(crate) fn heads_of_list(&self, open: usize) -> Vec<String> {
        let mut heads = Vec::new();
        let (mut depth, mut fresh) = (0_usize, false);
        for token in self.0.iter().skip(open) {
            match token.text() {
                "{" => {
                    depth += 1;
                    fresh = depth == 1;
                }
                "}" if depth <= 1 => break,
                "}" => depth -= 1,
                "," => fresh = depth == 1,
                head => {
                    if fresh && head != "::" {
                        heads.push(head.to_owned());
                        fresh = false;
                    }
                }
            }
        }
        heads
    }

    /// Whether the token continues a path or a method call: `a::token`, `a.token`. A leading `::` starts one.
    pub(crate) fn after_path(&self, n: usize) -> bool {
        let back = |steps: usize| n.checked_sub(steps).map_or("", |at| self.at(at));
        let is_name =
            |text: &str| text == ">" || text.chars().all(|c| c.is_alphanumeric() || c == '_') && !text.is_empty();
        back(1) == "." || (back(1) == "::" && is_name(back(2)) && !["use", "return", "in", "as"].contains(&back(2)))
    }

    /// Whether the token stands in `pub(…)`.
    pub(crate) fn is_visibility(&self, n: usize) -> bool {
        n >= 2 && self.at(n - 1) == "(" && self.at(n - 2) == "pub"
    }

    /// Whether the token is part of a `use` or `extern crate` declaration.
    pub(crate) fn in_use(&self, n: usize) -> bool {
        let head = self.0.iter().take(n).rev().take_while(|token| !token.is(";")).find(|token| {
            !(token.is("{")
                || token.is("}")
                || token.is(",")
                || token.is("::")
                || token.is("*")
                || is_word(token.text()))
                || ["use", "crate", "fn", "struct", "enum", "mod", "impl", "let"].contains(&token.text())
        });
        match head.map(Token::text) {
            Some("use") => true,
            Some("crate") => self.0.iter().take(n).rev().nth(1).is_some_and(|token| token.is("extern")),
            _ => false,
        }
    }

    /// In how many inline `mod name { … }` the token stands.
    pub(crate) fn depth_of_modules(&self, n: usize) -> usize {
        let mut stack = Vec::new();
        for at in 0..n {
            match self.at(at) {
                "{" => stack.push(at >= 2 && self.at(at - 2) == "mod"),
                "}" => {
                    stack.pop();
                }
                _ => {}
            }
        }
        stack.into_iter().filter(|is_module| *is_module).count()
    }

    /// `include!(…)`, `#[path = …]`, `#[macro_use]`: ways to bring in code that no import tells.
    pub(crate) fn has_hidden_import(&self, name: &str) -> bool {
        (0..self.0.len()).any(|n| {
            let attribute = n >= 2 && self.at(n - 1) == "[" && self.at(n - 2) == "#";
            self.at(n) == name && if name == "include" { self.at(n + 1) == "!" } else { attribute }
        })
    }
}

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn word_length(chars: &[char], at: usize) -> usize {
    chars.iter().skip(at).take_while(|c| c.is_alphanumeric() || **c == '_').count()
}

/// A word, or a string with a prefix: `r"…"`, `br#"…"#`, `b'…'`; or a raw identifier.
fn word(chars: &[char], at: usize, tokens: &mut Vec<Token>) -> usize {
    let end = at + word_length(chars, at);
    let text: String = chars.iter().skip(at).take(end - at).collect();
    let hashes = chars.iter().skip(end).take_while(|c| **c == '#').count();
    match (text.as_str(), chars.get(end + hashes)) {
        ("r" | "br" | "cr", Some('"')) => end_of_raw_string(chars, end + hashes + 1, hashes),
        ("b" | "c", Some('"')) if hashes == 0 => end_of_string(chars, end + 1),
        ("b", Some('\'')) if hashes == 0 => end_of_quote(chars, end),
        ("r", Some(c)) if hashes == 1 && (c.is_alphabetic() || *c == '_') => word(chars, end + 1, tokens),
        _ => {
            tokens.push(Token(text));
            end
        }
    }
}

fn end_of_comment(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < chars.len() {
        match (chars.get(at), chars.get(at + 1)) {
            (Some('/'), Some('*')) => {
                depth += 1;
                at += 2;
            }
            (Some('*'), Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn end_of_string(chars: &[char], mut at: usize) -> usize {
    while let Some(c) = chars.get(at) {
        match c {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

fn end_of_raw_string(chars: &[char], mut at: usize, hashes: usize) -> usize {
    while let Some(c) = chars.get(at) {
        at += 1;
        if *c == '"' && chars.iter().skip(at).take(hashes).filter(|c| **c == '#').count() == hashes {
            return at + hashes;
        }
    }
    at
}

/// After a character, or after the quote of a lifetime.
fn end_of_quote(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => at + 3 + chars.iter().skip(at + 3).take_while(|c| **c != '\'').count() + 1,
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}
