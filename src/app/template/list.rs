//! `template list` and `template show`: which templates there are, and whether they may be used.

use super::cases::{cases, number};
use super::{From, TemplateRequest, chosen, look};
use crate::app::catalogue;
use crate::app::controls::FOLDER;
use crate::app::failure::Failure;
use crate::app::outcomes::given_outcomes;
use crate::app::owners::survey::Place;
use crate::assess;
use crate::model::{Config, Membership, Outcome, Sample, Template, TemplateList, TemplateView};
use crate::world::tree::Within;

/// Every template, with what keeps it from being used. Reads only.
///
/// # Errors
/// When something could not be read or parsed.
pub fn list(request: &TemplateRequest) -> Result<TemplateList, Failure> {
    answer(request, &[])
}

/// One template.
///
/// # Errors
/// As [`list`], and when there is none of this name.
pub fn show(request: &TemplateRequest, id: &str) -> Result<TemplateList, Failure> {
    answer(request, &[id.to_owned()])
}

fn answer(request: &TemplateRequest, ids: &[String]) -> Result<TemplateList, Failure> {
    let forge = crate::app::gather::forge_facts(request.facts.as_deref())?;
    let mut outcomes = forge.outcomes.clone();
    outcomes.extend(given_outcomes(request.outcomes.as_ref())?);
    let at = match &request.from {
        From::Catalogue => return of_catalogue(request, ids, &outcomes),
        From::State(at) => at,
    };
    let place = Place::open(&request.dir)?;
    let mut looked = look(&place, at)?;
    let owners = looked.controls.owners(looked.tree.as_ref(), Within::Above(&[]))?;
    let membership = assess::membership(&owners.ownership, &forge);
    let paths = looked.tree.list(&format!("{FOLDER}/tests")).map_err(Failure::world)?;
    let (cases, strays) = cases(&paths, &looked.controls.templates);
    looked.notes.extend(strays);
    let known = Known { config: &looked.controls.config, membership: &membership, outcomes: &outcomes, request };
    let templates = chosen(&looked.controls.templates, ids)?;
    let view = |one: &Template| known.view(one, number(cases.get(&one.id)), looked.samples(one));
    let templates = templates.into_iter().map(view).collect();
    Ok(TemplateList { state: looked.state, commit: looked.commit, now: request.now, templates, notes: looked.notes })
}

fn of_catalogue(request: &TemplateRequest, ids: &[String], outcomes: &[Outcome]) -> Result<TemplateList, Failure> {
    let templates = catalogue::templates()?;
    let (config, membership) = (Config::default(), Membership::default());
    let known = Known { config: &config, membership: &membership, outcomes, request };
    let view = |template: &Template| known.view(template, catalogue::tests(&template.id), Vec::new());
    Ok(TemplateList {
        state: "the catalogue".to_owned(),
        commit: None,
        now: request.now,
        templates: chosen(&templates, ids)?.into_iter().map(view).collect(),
        notes: Vec::new(),
    })
}

/// What is known beside a template.
struct Known<'a> {
    config: &'a Config,
    membership: &'a Membership,
    outcomes: &'a [Outcome],
    request: &'a TemplateRequest,
}

impl Known<'_> {
    fn view(&self, template: &Template, tests: (u64, u64), samples: Vec<Sample>) -> TemplateView {
        let past = (self.outcomes, samples.as_slice());
        TemplateView {
            standing: assess::standing(template, self.config, self.membership, past, self.request.now),
            lints: assess::template_lints(template, tests, &samples),
            tests,
            samples,
            template: template.clone(),
        }
    }
}
