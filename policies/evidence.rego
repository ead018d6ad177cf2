# METADATA
# title: What attached documents say
# description: |
#   A plan that destroys something is never standard, and a scan with a new critical result blocks. Nothing here fires
#   where nothing is attached; whoever wants a document to be there writes `not input.evidence.plan`.
package changeward

import rego.v1

# What is no list is an empty one; what that hides is said by the rules about gaps.
list(holder, key) := value if {
	value := holder[key]
	is_array(value)
}

else := []

# ---- plans of Terraform and OpenTofu

plans[name] := attached.document if {
	some name, attached in input.evidence
	attached.format == "terraform-plan"
}

plan_destroys[name] contains change.address if {
	some name, plan in plans
	some change in list(plan, "resource_changes")
	some action in list(change.change, "actions")
	action == "delete"
}

addresses_shown := 5

addresses(found) := concat(", ", shown) if {
	sorted := sort(found)
	more := count(sorted) - addresses_shown
	shown := array.concat(array.slice(sorted, 0, addresses_shown), [sprintf("and %d more", [more]) | more > 0])
}

resources_counted(number) := "1 resource" if number == 1

resources_counted(number) := sprintf("%d resources", [number]) if number != 1

# METADATA
# title: A plan that destroys or replaces a resource
force_normal contains {
	"code": "PLAN_DESTROYS",
	"msg": sprintf("the plan `%s` destroys or replaces %s: %s", [name, resources_counted(count(found)), addresses(found)]),
	"help": "have it looked at by whoever answers for what goes away, or change the plan so that nothing does",
} if {
	some name, found in plan_destroys
	count(found) > params.plan_destroys
}

# METADATA
# title: A plan that is not whole says nothing about what it leaves out
force_normal contains {
	"code": "PLAN_INCOMPLETE",
	"msg": sprintf("the plan `%s` is not whole: %s", [name, why]),
	"help": "plan again until it succeeds, and attach that plan",
} if {
	some name, plan in plans
	some why in plan_gaps(plan)
}

plan_gaps(plan) := {"it ended in an error" | plan.errored == true} |
	({"part of it is deferred to a later plan" | plan.complete == false} |
	({"it does not say which format it has" | not is_string(object.get(plan, "format_version", null))} |
	({"it says nothing of the resources" | not is_array(object.get(plan, "resource_changes", null))} |
	{"it does not say of each resource what is done to it" | some change in list(plan, "resource_changes"); not plan_change_is_whole(change)})))

plan_change_is_whole(change) if {
	is_string(change.address)
	is_array(change.change.actions)
	count(change.change.actions) > 0
	every action in change.change.actions { action in plan_actions }
}

# A word that is none of these may stand for anything.
plan_actions := {"no-op", "create", "read", "update", "delete", "forget"}

# ---- scans

scans[name] := attached.document if {
	some name, attached in input.evidence
	attached.format == "sarif"
}

# METADATA
# title: A scan that is not whole says nothing about what it did not look at
deny contains {
	"code": "SARIF_INCOMPLETE",
	"msg": sprintf("the scan `%s` is not whole: %s", [name, why]),
	"help": "scan again until it succeeds, and attach that result",
} if {
	some name, scan in scans
	some why in scan_gaps(scan)
}

scan_gaps(scan) := {"it has no run" | count(scan_runs(scan)) == 0} |
	({"a run has no list of results" | some run in scan_runs(scan); not is_list_of_objects(object.get(run, "results", null))} |
	{"a run ended in an error" | some run in scan_runs(scan); some invocation in list(run, "invocations"); invocation.executionSuccessful == false})

scan_runs(scan) := [run | some run in list(scan, "runs"); is_object(run)]

is_list_of_objects(value) if {
	is_array(value)
	every item in value { is_object(item) }
}

scan_results(run) := [result | some result in list(run, "results"); is_object(result)]

# A result is new unless a comparison with an earlier run says otherwise, and stands unless somebody outside of the
# sources accepted it: what stands in the sources is the author's own word.
scan_result_counts(result) if {
	object.get(result, "baselineState", "new") in {"new", "updated"}
	object.get(result, "kind", "fail") == "fail"
	not scan_result_accepted(result)
}

scan_result_accepted(result) if {
	some suppression in list(result, "suppressions")
	suppression.kind == "external"
	object.get(suppression, "status", "accepted") == "accepted"
}

scan_rule_id(result) := object.get(result, "ruleId", object.get(result, ["rule", "id"], "an unnamed rule"))

# A rule stands where its index says, in the tool or in one of its extensions, or under its id in the tool.
scan_rule(run, result) := rule if {
	not result.rule.toolComponent
	rule := run.tool.driver.rules[object.get(result, "ruleIndex", object.get(result, ["rule", "index"], -1))]
	is_object(rule)
}

else := rule if {
	rule := run.tool.extensions[result.rule.toolComponent.index].rules[result.rule.index]
	is_object(rule)
}

else := rule if {
	named := [rule | some rule in list(run.tool.driver, "rules"); rule.id == scan_rule_id(result)]
	rule := named[0]
}

else := {}

scan_severity(rule) := value if {
	value := rule.properties["security-severity"]
	is_number(value)
}

scan_severity(rule) := to_number(text) if {
	text := rule.properties["security-severity"]
	is_string(text)
	regex.match(`^([0-9]|10)(\.[0-9]{1,3})?$`, text)
}

scan_level(_, result) := result.level

scan_level(rule, result) := object.get(rule, ["defaultConfiguration", "level"], "warning") if not result.level

scan_critical(rule, _) if scan_severity(rule) >= params.sarif_severity

scan_critical(rule, result) if {
	not scan_severity(rule)
	scan_level(rule, result) == "error"
}

scan_criticals contains {"scan": name, "rule": id, "path": path, "line": line} if {
	some name, scan in scans
	some run in scan_runs(scan)
	some result in scan_results(run)
	scan_result_counts(result)
	rule := scan_rule(run, result)
	scan_critical(rule, result)
	id := scan_word(object.get(rule, "id", scan_rule_id(result)), "an unnamed rule")
	place := scan_place(result)
	path := scan_word(place.artifactLocation.uri, "")
	line := scan_line(place.region.startLine)
}

scan_place(result) := object.union({"artifactLocation": {"uri": ""}, "region": {"startLine": 0}}, place) if {
	place := result.locations[0].physicalLocation
	is_object(place)
	is_object(object.get(place, "artifactLocation", {}))
	is_object(object.get(place, "region", {}))
}

else := {"artifactLocation": {"uri": ""}, "region": {"startLine": 0}}

scan_word(value, _) := value if is_string(value)

scan_word(value, otherwise) := otherwise if not is_string(value)

scan_line(value) := value if {
	is_number(value)
	value == floor(value)
	value > 0
	value < 4294967296
}

else := 0

scan_times(number) := "" if number == 1

scan_times(number) := sprintf(", in %d places", [number]) if number != 1

# METADATA
# title: A scan found something new that is critical
# custom:
#   code: SARIF_CRITICAL
deny contains object.union(finding, scan_first_line(places)) if {
	some [name, id] in {[critical.scan, critical.rule] | some critical in scan_criticals}
	places := [critical | some critical in sort(scan_criticals); critical.scan == name; critical.rule == id]
	finding := {
		"code": "SARIF_CRITICAL",
		"msg": sprintf("the scan `%s` has a new critical result of %s%s", [name, id, scan_times(count(places))]),
		"help": "mend what it found, or have it accepted where the scan keeps its results",
		"paths": array.slice([place.path | some place in places; place.path != ""], 0, 20),
	}
}

scan_first_line(places) := {"line": first.line} if {
	located := [place | some place in places; place.path != ""]
	first := located[0]
	first.line > 0
}

else := {}
