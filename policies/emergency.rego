# METADATA
# title: Emergencies
# description: |
#   An emergency is a debt with a due date, not a bypass: a claim must hold in every respect, the director of each
#   touched row approves, and the review is owed afterwards.
package changeward

import rego.v1

# METADATA
# title: No incident
emergency_fault contains {
	"code": "EMG_NO_INCIDENT",
	"msg": incident_missing,
	"help": "name an incident the incident source knows: `Incident: INC-42`",
} if {
	claimed("emergency")
	not input.incident
}

incident_missing := sprintf("the incident %s is not known", [input.claim.incident]) if input.claim.incident

incident_missing := "no incident is named" if not input.claim.incident

# METADATA
# title: The incident is over
emergency_fault contains {
	"code": "EMG_INCIDENT_NOT_OPEN",
	"msg": sprintf("incident %s is %s", [input.incident.id, input.incident.state]),
	"help": "an emergency belongs to an incident that is open or mitigated",
} if {
	claimed("emergency")
	input.incident
	not input.incident.state in {"open", "mitigated"}
}

# METADATA
# title: The incident is not grave enough
emergency_fault contains {
	"code": "EMG_SEVERITY",
	"msg": sprintf("incident %s is not of severity %d or worse", [input.incident.id, input.emergency.max_severity]),
} if {
	claimed("emergency")
	input.incident
	not grave
}

grave if input.incident.severity <= input.emergency.max_severity

# METADATA
# title: The incident is about something else
emergency_fault contains {
	"code": "EMG_SCOPE",
	"msg": sprintf("incident %s does not affect row `%s`", [input.incident.id, id]),
	"help": "split out what the incident is not about",
} if {
	claimed("emergency")
	input.incident
	some id, _ in input.rows
	not id in input.incident.rows
}

# METADATA
# title: Nothing in scope is touched
emergency_fault contains {
	"code": "EMG_NOTHING_IN_SCOPE",
	"msg": "it touches nothing that counts as a change to production",
} if {
	claimed("emergency")
	input.stats.files_in_scope == 0
}

# METADATA
# title: No accepted criterion
emergency_fault contains {
	"code": "EMG_CRITERION",
	"msg": "no accepted criterion is given",
	"help": sprintf("say `Criterion:` one of %s", [concat(", ", sort(emergency_criteria))]),
} if {
	claimed("emergency")
	not object.get(input.claim, "criterion", "") in emergency_criteria
}

# METADATA
# title: No reason why it cannot wait
emergency_fault contains {
	"code": "EMG_JUSTIFICATION",
	"msg": sprintf("the justification is shorter than %d characters", [params.min_justification]),
	"help": "say in `Justification:` why it cannot wait",
} if {
	claimed("emergency")
	count(object.get(input.claim, "justification", "")) < params.min_justification
}

# METADATA
# title: No way back
emergency_fault contains {
	"code": "EMG_NO_BACKOUT",
	"msg": "no way back is given",
	"help": "say in `Backout:` how to undo it",
} if {
	claimed("emergency")
	object.get(input.claim, "backout", "") == ""
}

# METADATA
# title: Temporary without a follow-up
emergency_fault contains {
	"code": "EMG_TEMPORARY_WITHOUT_FOLLOW_UP",
	"msg": "it is neither permanent nor followed up by a date",
	"help": "say `Permanent: yes` or `Follow-Up: <what> by <YYYY-MM-DD>`",
} if {
	claimed("emergency")
	not input.claim.permanent
	not follow_up_ahead
}

# METADATA
# title: Not among the submitters
emergency_fault contains {
	"code": "EMG_SUBMITTER",
	"msg": "whoever asks may not claim an emergency here",
} if {
	claimed("emergency")
	not input.emergency.submitter_allowed
}

# METADATA
# title: The claim is too old
emergency_fault contains {
	"code": "EMG_CLAIM_EXPIRED",
	"msg": sprintf("the claim is older than %s", [input.emergency.claim_ttl]),
	"help": "claim it again if it still cannot wait",
} if {
	claimed("emergency")
	age := now_ns - time.parse_rfc3339_ns(input.emergency.claimed_at)
	age >= input.emergency.claim_ttl_seconds * 1000000000
}

# METADATA
# title: The claim is from the future
emergency_fault contains {
	"code": "EMG_CLAIM_EXPIRED",
	"msg": sprintf("the claim is dated %s, later than this evaluation", [input.emergency.claimed_at]),
	"help": "mend the clock of whoever made the commit, and claim it again",
} if {
	claimed("emergency")
	time.parse_rfc3339_ns(input.emergency.claimed_at) > now_ns
}

# A promise that was due before today is none.
follow_up_ahead if time.parse_rfc3339_ns(input.claim.follow_up.due) > now_ns

emergency_valid if {
	claimed("emergency")
	count(emergency_fault) == 0
}

# METADATA
# title: An emergency claim that is not granted
warn contains {
	"code": "EMERGENCY_CLAIM_REFUSED",
	"msg": sprintf("the emergency claim is refused: %s", [concat("; ", sort(refusals))]),
	"help": "mend the claim, or ask for approval as a normal change",
} if {
	claimed("emergency")
	class != "emergency"
}

refusals contains finding.msg if some finding in emergency_fault

refusals contains "a control file is touched" if control_edit

# METADATA
# title: The director of each touched row approves
require contains {
	"level": sprintf("director:%s", [id]),
	"who": row.director,
	"min": 1,
	"why": sprintf("it is an emergency in `%s`", [id]),
} if {
	class == "emergency"
	some id, row in input.rows
}

# METADATA
# title: A post-implementation review is owed
obligation contains {
	"kind": "pir",
	"due_in_days": input.emergency.review_within_days,
	"msg": "review what happened, whether it was an emergency, and what prevents the next one",
} if {
	class == "emergency"
}

# METADATA
# title: The owners review afterwards
obligation contains {
	"kind": "owner-review-after-the-fact",
	"due_in_days": input.emergency.review_within_days,
	"msg": "the owners review the change they could not review before",
} if {
	class == "emergency"
}

# METADATA
# title: What is temporary becomes permanent
obligation contains {
	"kind": "make-permanent",
	"due": input.claim.follow_up.due,
	"msg": input.claim.follow_up.what,
} if {
	class == "emergency"
	not input.claim.permanent
}
