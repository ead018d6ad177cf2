//! What one person or team answers for, for a person at a terminal.

use super::names;
use crate::model::{Duty, Principal, counted};
use crate::report::text::{Line, Para, Tone};

/// The lines: the most critical duty first, then what the letters mean.
pub(super) fn lines(state: &str, who: &Principal, duties: &[Duty], width: usize) -> Vec<Line> {
    let wrapped = |para: Para| para.lines(width, None);
    if duties.is_empty() {
        let text = format!("{who} is named nowhere at {state}; teams count where [teams] lists their members");
        return wrapped(Para::new(0, 2).theirs(Tone::Wait, &text));
    }
    let mut lines = wrapped(Para::new(0, 2).name(Tone::Strong, who.as_str()).theirs(Tone::Dim, &format!("at {state}")));
    let column = duties.iter().map(|duty| duty.name.chars().count()).max().unwrap_or(0).min(30);
    for duty in duties {
        let letters: Vec<&str> = duty.letters.iter().map(|letter| letter.as_str()).collect();
        let mut para = Para::new(2, 4).block(Tone::Good, format!("{:<8}", letters.join(" "))).column(
            Tone::Strong,
            &duty.name,
            column,
        );
        let mut about: Vec<String> = duty.about.iter().cloned().collect();
        about.extend(duty.tier.map(|tier| format!("tier {tier}")));
        about.extend((duty.files > 0).then(|| counted(duty.files, "file")));
        about.extend(duty.purpose.clone());
        about.extend((!duty.via.is_empty()).then(|| format!("as {}", names(&duty.via, ", "))));
        about.extend(duty.contact.clone());
        para = para.theirs(Tone::Plain, &about.join(", ")).name(Tone::Dim, &duty.place.to_string());
        lines.extend(wrapped(para));
    }
    let legend = "R does the work, A answers for it, S helps, C is asked before, I is told after, D approves \
                  emergencies, alt stands in";
    lines.extend(wrapped(Para::new(2, 2).ours(Tone::Dim, legend)));
    lines
}
