package changeward

# The smallest policies that keep the contract; the tests add to them.

default class := "normal"

class := "none" if count(files) == 0

default risk := "low"

files := object.get(input, "files", [])

usable contains id if {
	some id in object.get(input, "templates", [])
	not faulty(id)
}

faulty(id) if {
	some [other, _] in template_fault
	other == id
}

force_normal contains {"code": "UNOWNED", "msg": "nobody answers for it", "path": file.path} if {
	some file in files
	file.owned != "owned"
}

emergency_fault contains "no incident" if not input.incident

template_fault contains [id, {"code": "TPL_STATE", "msg": "not published"}] if {
	some id in object.get(input, "unpublished", [])
}

deny contains {"code": "LOCKDOWN", "msg": "locked", "severity": "error"} if input.lockdown

warn contains {"code": "BIG", "msg": "many files", "paths": {file.path | some file in files}} if count(files) > 2

require contains {"level": "review:pay", "who": ["@bob", "@acme/pay"], "min": 1, "why": "they answer for it"} if {
	class == "normal"
}

obligation contains {"kind": "pir", "due_in_days": 5} if input.incident

proposal := {
	"class": class,
	"risk": risk,
	"force_normal": force_normal,
	"emergency_fault": emergency_fault,
	"template_fault": template_fault,
	"usable": usable,
	"deny": deny,
	"warn": warn,
	"require": require,
	"obligation": obligation,
}
