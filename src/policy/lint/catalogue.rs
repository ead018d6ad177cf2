//! Every lint of policies, in one list: `policy lint --list` and `--explain`, `docs/policy-lints.md`, the schema and the tests
//! are held to it.

use crate::model::PolicyLint;
use crate::model::Severity::{self, Error, Info, Warn};

const fn lint(
    code: &'static str,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    fix: &'static str,
) -> PolicyLint {
    PolicyLint { code, severity, title, why, fix }
}

/// The lint of a code.
pub fn find(code: &str) -> Option<&'static PolicyLint> {
    LINTS.iter().find(|lint| lint.code == code)
}

/// The lints a policy cannot be loaded with: no comment leaves them as they are.
pub fn is_of_loading(code: &str) -> bool {
    LINTS.iter().take_while(|lint| lint.code != "INPUT_UNKNOWN").any(|lint| lint.code == code)
}

/// Every lint, by what it looks at.
pub const LINTS: &[PolicyLint] = &[
    // What keeps the gate from loading a policy: each blocks every change until it is mended.
    lint(
        "PARSE",
        Error,
        "the file is no Rego",
        "the gate loads all policies or none, so nothing is decided until it is mended",
        "mend the text at the place; it is read as Rego v1 (`if` before bodies, `contains` in sets)",
    ),
    lint(
        "PACKAGE",
        Error,
        "the file has a package the gate does not evaluate",
        "its rules would never be asked",
        "write `package changeward`, or `package changeward.lib.NAME` for helpers",
    ),
    lint(
        "UNKNOWN_FUNCTION",
        Error,
        "a function is called that does not exist",
        "the engine notices only when the call is reached, which may be on the one change that matters",
        "correct the name, or define the function",
    ),
    lint(
        "ARITY",
        Error,
        "a function is called with the wrong number of arguments",
        "the engine notices only when the call is reached",
        "count the arguments",
    ),
    lint(
        "RECURSION",
        Error,
        "a rule depends on itself",
        "Rego has no recursion; the engine would run until its stack ends",
        "follow links with `graph.reachable` or `walk`",
    ),
    lint(
        "IMPURE",
        Error,
        "a function is called whose answer may differ tomorrow",
        "a decision must come out the same when it is made again: no network, no clock, no dice, no environment",
        "read `input.now` for the time, and have everything else handed in by `[policy] params`",
    ),
    lint(
        "OVERRIDES",
        Error,
        "a rule has the name of a shipped rule or of a builtin",
        "the engine would let it win without a word, and the shipped rule would no longer hold",
        "contribute to a set of the contract, and give helpers names of their own",
    ),
    lint(
        "CONFLICT",
        Error,
        "one name is two things",
        "the engine mixes them up, silently at times",
        "give one of them another name",
    ),
    lint(
        "SHAPE",
        Error,
        "a set of the contract is defined as something else",
        "the gate reads it as a set of findings, and blocks when it is none",
        "write `deny contains {\"code\": …, \"msg\": …} if { … }`",
    ),
    lint(
        "LOAD",
        Error,
        "the engine does not prepare the policy",
        "a variable that nothing binds, or a rule with two values, is noticed when everything is put together",
        "see the message",
    ),
    // What is asked of the input.
    lint(
        "INPUT_UNKNOWN",
        Error,
        "a key is read that the input never has",
        "a misspelt key is no error in Rego: it is undefined, and the rule never fires",
        "correct the key; `changeward schema input` lists them all",
    ),
    lint(
        "INPUT_VALUE",
        Error,
        "something is compared with a value it never has",
        "the comparison comes out the same for every change",
        "write one of the values the schema lists",
    ),
    lint(
        "INPUT_TYPE",
        Error,
        "something is compared with a value of another type",
        "Rego compares them without a word, and they are never equal",
        "compare with a value of its type",
    ),
    // Rules that never fire, or always.
    lint(
        "NEVER_TRUE",
        Error,
        "a condition never holds",
        "the whole rule never fires",
        "remove the condition, or the rule",
    ),
    lint(
        "CONTRADICTION",
        Error,
        "two conditions exclude each other",
        "all conditions of a body must hold at once, so the rule never fires",
        "write two rules when either is enough, or `in {…}` with both values",
    ),
    lint(
        "ALWAYS_PRESENT",
        Error,
        "it is asked whether something is there that always is",
        "an empty list, a zero and an empty text are true in Rego: only false and undefined are not",
        "ask for what it holds: `count(LIST) > 0`, `TEXT != \"\"`, `NUMBER > 0`",
    ),
    lint(
        "UNDEFINED_REFERENCE",
        Error,
        "a rule is named that does not exist",
        "it is undefined, and the rule never fires",
        "correct the name",
    ),
    lint(
        "PREDICATE_UNKNOWN",
        Error,
        "a template asks for a predicate that no rule gives",
        "the template never fits, and nothing says why while nobody uses it",
        "correct the name, or write a rule `predicate contains \"NAME\" if { … }`",
    ),
    // Where nothing is taken for a yes.
    lint(
        "EMPTY_GRANTS",
        Warn,
        "something is good as soon as nothing is there",
        "`every` holds over nothing and `count(…) == 0` of nothing: where no approval was given, all of them are good",
        "ask for something as well: `count(…) > 0` in the same body",
    ),
    lint(
        "ABSENCE_GRANTS",
        Warn,
        "something is good because a key is missing",
        "what is asked is undefined where the input has no such key, and `not` makes a yes of that",
        "ask whether the key is there, or read it with `object.get` and a default that is not good",
    ),
    lint(
        "SILENT_WHEN_MISSING",
        Warn,
        "a rule is silent where a key is missing",
        "a comparison with a missing key is undefined, so what the rule forbids passes",
        "write `not KEY == VALUE` for `KEY != VALUE`, or a second rule for the missing key",
    ),
    lint(
        "NOT_OF_A_CALL",
        Warn,
        "`not` stands before a call with a key that may be missing",
        "OPA finds it undefined where the key is missing, this engine true: the rule means two things",
        "ask for the key first, or read it with `object.get` and a default",
    ),
    lint(
        "PARAM_WITHOUT_DEFAULT",
        Warn,
        "a parameter is read that may not be set",
        "it is undefined where the configuration leaves it out, and the rule is silent",
        "read it with `object.get(input.params, NAME, DEFAULT)`",
    ),
    // What nobody uses.
    lint(
        "UNUSED_RULE",
        Warn,
        "nothing reads a rule, and it is no set of the contract",
        "whatever it finds, nobody hears of it",
        "read it from a rule of the contract, correct its name, or remove it",
    ),
    lint(
        "PREDICATE_UNUSED",
        Warn,
        "no template asks for a predicate",
        "a misspelt predicate lets nothing through, and a forgotten one may some day let through what nobody looked at",
        "correct the name, name it in a template (`predicate = \"NAME\"`), or remove the rule",
    ),
    lint(
        "UNUSED_VARIABLE",
        Warn,
        "a variable is bound and never read",
        "what was to be compared with it was forgotten; where `some` or `every` binds it, OPA does not load the file",
        "read it, or write `_` in its place",
    ),
    lint("UNUSED_IMPORT", Warn, "nothing uses an import", "it makes believe that the file needs it", "remove it"),
    // What a rule says of itself.
    lint(
        "WRONG_ELEMENT",
        Error,
        "an element of a set of the contract has a wrong shape",
        "the gate loads the policy, and stops with exit code 3 at the first change for which the rule fires",
        "write it in the shape of its set, which `docs/policies.md` tells",
    ),
    lint(
        "METADATA_FAULT",
        Warn,
        "a METADATA block cannot be read",
        "what it says is lost: the code, the help and the title of its findings",
        "mend the block; it is YAML in comment lines",
    ),
    lint(
        "NO_TITLE",
        Warn,
        "a rule that speaks to people has no title",
        "`policy doc` has nothing to say about it, and nobody can find the reason for a finding",
        "write a METADATA block with a `title` above it",
    ),
    lint(
        "NO_CODE",
        Warn,
        "a finding has no code",
        "without a code it can be neither waived nor counted nor looked up",
        "give the finding a `code`, or the METADATA of its rule `custom: {code: …}`",
    ),
    lint(
        "NO_CASE",
        Info,
        "no test mentions a rule",
        "a rule nobody tried may never fire, or always",
        "write a `test_` rule in a `*_test.rego`, or a case file, that names its code",
    ),
    // What hides something.
    lint(
        "DUPLICATE_RULE",
        Warn,
        "a rule is written twice",
        "one of the two will be mended and the other forgotten",
        "remove one of them",
    ),
    lint(
        "DEFAULT_UNUSED",
        Warn,
        "a default never counts",
        "another definition of the rule has no condition, so it always has a value",
        "remove the default, or give the definition its condition",
    ),
    lint(
        "SHADOWS_RULE",
        Warn,
        "a variable has the name of a rule",
        "whoever reads the name must guess which of the two is meant, and this engine and OPA guess differently at times",
        "give the variable another name",
    ),
    // Manners.
    lint(
        "PRINT",
        Warn,
        "a `print` was left behind",
        "it is for trying a rule out; in the gate nobody reads it",
        "remove it",
    ),
    lint(
        "OLD_SPELLING",
        Warn,
        "an old spelling of Rego",
        "Rego v1 knows the keywords without an import, and `=` compares or assigns as it happens",
        "leave the import out; write `:=` to assign and `==` to compare",
    ),
    lint(
        "SLOW_MATCH",
        Info,
        "a pattern is matched against every file",
        "one match costs some microseconds, and a change may have a hundred thousand files",
        "use `startswith`, `endswith` or `contains`, or the facts that are matched already: `file.rows`, `file.templates`",
    ),
    lint(
        "SLOW_PAIRS",
        Info,
        "every file is compared with every file",
        "a thousand files are a million pairs",
        "make an index first: `by_name[name] contains path if …`, then look up",
    ),
    // Comments to this lint.
    lint(
        "IGNORE_INVALID",
        Error,
        "a comment to leave a finding as it is cannot be read",
        "a finding that is left out without a reason is one nobody decided about",
        "write `# changeward:ignore CODE why`, on the line of the finding or on the one above",
    ),
    lint(
        "IGNORE_UNUSED",
        Warn,
        "a comment leaves a finding as it is that is not there",
        "it would hide the next one unseen",
        "remove the comment",
    ),
];
