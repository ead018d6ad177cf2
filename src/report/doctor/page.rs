//! The page of the checks, made from their list.

use crate::model::{Ailment, Organ};
use std::fmt::Write;

/// The page; `clauses` are the names that checks answer, each with what it is.
pub fn doctor_page(checks: &[&Ailment], clauses: &[(&str, &str)]) -> String {
    let mut out = String::from(
        "<!-- Made by changeward from the list in src/audit/doctor/catalogue.rs; the tests hold it to that. -->\n\n\
         # Is this repository really gated?\n\n\
         `changeward doctor` looks at a checkout and says where a change could go round the gate; `--github` asks the\n\
         settings of the repository too, with the token in `CHANGEWARD_TOKEN` or `GITHUB_TOKEN`. It changes nothing. An\n\
         error makes it end with 11, a warning with `--fail-on warn`.\n\n\
         Each finding names its place, the attack it answers, and the click or the command that mends it. What the token\n\
         may not see is `COULD_NOT_LOOK`, an error: nobody knows is not healthy. To see everything a token needs\n\
         `administration: read` beside `contents`, `pull-requests`, `issues`, `statuses`, `deployments` and `actions`, and\n\
         `members: read` of the organisation for teams. Bypass lists are shown only to those who may edit the ruleset.\n\n\
         In the commands, `APP_ID` is the number of the app that posts the gate's status.\n\n\
         ## What the checks answer\n\n| name | is |\n| --- | --- |\n",
    );
    for (name, what) in clauses {
        let _ = writeln!(out, "| {name} | {what} |");
    }
    for organ in Organ::ALL {
        let asked = if organ.is_on_forge() { "\nOnly with `--github`.\n" } else { "" };
        let _ = write!(
            out,
            "\n## {}\n{asked}\n| code | weight | answers | what is wrong | why it matters | next step |\n\
             | --- | --- | --- | --- | --- | --- |\n",
            organ.heading()
        );
        for Ailment { code, severity, answers, title, why, mend, .. } in checks.iter().filter(|one| one.organ == organ)
        {
            let answers = answers.join(", ");
            let _ = writeln!(out, "| `{code}` | {} | {answers} | {title} | {why} | {mend} |", severity.as_str());
        }
    }
    out
}
