# METADATA
# title: Standard changes
# description: |
#   A change is standard when exactly one published template covers the whole of it. The gate has matched every path,
#   kind, limit, check and window; what it found is in `templates[].faults`.
package changeward

import rego.v1

# METADATA
# title: The template is not published
template_fault contains [template.id, {"code": "TPL_STATE", "msg": sprintf("it is %s", [template.state])}] if {
	some template in input.templates
	template.state != "published"
}

# METADATA
# title: The template is not approved by the change authority
template_fault contains [template.id, {
	"code": "TPL_NOT_APPROVED",
	"msg": object.get(template, "unapproved", "nobody of the change authority is known to have approved it"),
	"help": "approved_by must name a member of [change_authority] whom [teams] or the facts know",
}] if {
	some template in input.templates
	not template.approved
}

# METADATA
# title: The template is not usable yet
template_fault contains [template.id, {"code": "TPL_NOT_YET", "msg": sprintf("it may be used from %s", [template.not_before])}] if {
	some template in input.templates
	now_ns < time.parse_rfc3339_ns(template.not_before)
}

# METADATA
# title: The template has expired
template_fault contains [template.id, {"code": "TPL_EXPIRED", "msg": sprintf("it expired at %s", [template.expires_at])}] if {
	some template in input.templates
	now_ns >= time.parse_rfc3339_ns(template.expires_at)
}

# METADATA
# title: The template must be confirmed again
template_fault contains [template.id, {
	"code": "TPL_REVIEW_DUE",
	"msg": sprintf("it had to be confirmed again by %s", [template.review_by]),
	"help": "let the change authority look at it, and set a later `review_by`",
}] if {
	some template in input.templates
	now_ns >= time.add_date(time.parse_rfc3339_ns(template.review_by), 0, 0, 1)
}

# METADATA
# title: A predicate does not hold
template_fault contains [template.id, {
	"code": "TPL_PREDICATE",
	"msg": sprintf("its predicate `%s` does not hold", [template.predicate]),
	"help": "a rule `predicate contains \"NAME\" if …` of the policies says when it holds",
}] if {
	some template in input.templates
	template.predicate
	not template.predicate in predicate
}

# METADATA
# title: Everything was committed by one known person
predicate contains "one-committer" if {
	count(input.actors.committers) == 1
	count(input.actors.unattributed) == 0
}

# METADATA
# title: The breaker is open
template_fault contains [template.id, {"code": "TPL_BREAKER_OPEN", "msg": sprintf("its breaker is open: %s", [template.breaker])}] if {
	some template in input.templates
	template.breaker
}

# METADATA
# title: The change does not fit the template
template_fault contains [template.id, {
	"code": sprintf("TPL_%s", [upper(fault.what)]),
	"msg": fault.msg,
	"paths": fault.paths,
}] if {
	some template in input.templates
	some fault in template.faults
	not fault.line
}

# METADATA
# title: The change does not fit the template, at a line
template_fault contains [template.id, {
	"code": sprintf("TPL_%s", [upper(fault.what)]),
	"msg": fault.msg,
	"paths": fault.paths,
	"line": fault.line,
}] if {
	some template in input.templates
	some fault in template.faults
	fault.line
}

faulty_templates contains id if some [id, _] in template_fault

# METADATA
# title: A template that covers the whole change
usable contains template.id if {
	some template in input.templates
	not template.id in faulty_templates
	selected(template.id)
}

selected(_) if not named_template

selected(id) if named_template == id

named_template := claim.template if {
	claimed("standard")
	some claim in input.claims
	claim.template
}

near_codes := {"TPL_CONSTRAINTS", "TPL_LIMITS", "TPL_COMPANIONS", "TPL_LOCKFILE"}

far_templates contains id if {
	some [id, fault] in template_fault
	not fault.code in near_codes
}

nearly_covering contains template if {
	some template in input.templates
	count(template.faults) == 1
	not template.id in far_templates
}

# Where one is about the very value, the others are not worth saying.
nearest_faults contains [template.id, fault] if {
	some template in nearly_covering
	some fault in template.faults
	fault.near
}

near_faults := nearest_faults if count(nearest_faults) > 0

# What fits but for its size, its companions or its lockfile is near; where no [[allow]] is about any edit, nothing is.
near_faults := {[template.id, fault] |
	some template in nearly_covering
	some fault in template.faults
	fault.what != "constraints"
} if {
	count(nearest_faults) == 0
}

unknown_template contains claim.unknown if {
	claimed("standard")
	count(input.templates) > 0
	some claim in input.claims
	claim.unknown
}

# METADATA
# title: The claim names a template that there is not
force_normal contains {
	"code": "NO_TEMPLATE",
	"msg": msg,
	"help": "`changeward template list` names them; `Template: <id>` names one",
} if {
	some msg in unknown_template
}

# METADATA
# title: A template nearly covers the change
force_normal contains {
	"code": "NO_TEMPLATE",
	"msg": sprintf("template `%s` nearly covers it: %s", [id, fault.msg]),
	"paths": [path | some n, path in fault.paths; n == 0],
	"line": fault.line,
	"help": "change what is said here, or let it be approved as a normal change",
} if {
	count(usable) + count(unknown_template) == 0
	some [id, fault] in near_faults
	fault.line
}

# METADATA
# title: A template nearly covers the change, but for the file as a whole
force_normal contains {
	"code": "NO_TEMPLATE",
	"msg": sprintf("template `%s` nearly covers it: %s", [id, fault.msg]),
	"paths": [path | some n, path in fault.paths; n == 0],
	"help": "change what is said here, or let it be approved as a normal change",
} if {
	count(usable) + count(unknown_template) == 0
	some [id, fault] in near_faults
	not fault.line
}

# METADATA
# title: No template covers the change
force_normal contains {
	"code": "NO_TEMPLATE",
	"msg": "no published template covers the whole of it",
	"help": "`changeward check --explain` shows how far each template is from covering it",
} if {
	count(usable) + count(unknown_template) == 0
	count(input.templates) > 0
	count(near_faults) + count(held_templates) == 0
}

# METADATA
# title: There is no template
force_normal contains {
	"code": "NO_TEMPLATE",
	"msg": "there is no template, so nothing is standard",
} if {
	count(input.templates) == 0
}

# METADATA
# title: Several templates cover the change
force_normal contains {
	"code": "TEMPLATE_AMBIGUOUS",
	"msg": sprintf("several templates cover it: %s", [concat(", ", sort(usable))]),
	"help": "name one: `Change-Type: standard` and `Template: <id>`",
} if {
	count(usable) > 1
}

# What says something about the files themselves; all else is the template's own life, or who proposes where and when.
about_files := {"paths", "kinds", "constraints", "companions", "lockfile", "limits"}

# The rest, the weightiest first.
about_its_use := [
	"TPL_STATE", "TPL_NOT_APPROVED", "TPL_NOT_YET", "TPL_EXPIRED", "TPL_REVIEW_DUE", "TPL_BREAKER_OPEN", "TPL_SAMPLES",
	"TPL_USAGE", "TPL_ENVIRONMENT", "TPL_SUBMITTER", "TPL_WINDOW", "TPL_CHECKS", "TPL_PREDICATE",
]

misfitting contains template.id if {
	some template in input.templates
	some fault in template.faults
	fault.what in about_files
}

held_templates contains id if {
	some [id, _] in template_fault
	not id in misfitting
}

held_back[id] contains [rank, fault.msg] if {
	some [id, fault] in template_fault
	id in held_templates
	some rank, code in about_its_use
	code == fault.code
}

# METADATA
# title: A template covers the change, and may not be used
force_normal contains {
	"code": "NO_TEMPLATE",
	"msg": sprintf("template `%s` covers it and may not be used: %s", [id, sort(held)[0][1]]),
	"help": "`changeward template show` says everything about it; let this be approved as a normal change",
} if {
	count(usable) + count(unknown_template) == 0
	some id in held_templates
	held := held_back[id]
}
