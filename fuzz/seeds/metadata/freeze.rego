# METADATA
# title: Freeze calendars
# description: Several calendars are open only when all are. A closed calendar adds its approvers; it does not replace the owners.
package changeward

import rego.v1

# METADATA
# title: A calendar is closed
force_normal contains {
	"code": "FREEZE",
	"msg": sprintf("calendar %s is closed%s", [calendar.file, freeze_event(calendar)]),
	"help": freeze_help(calendar),
} if {
	some calendar in closed_calendars
}

freeze_event(calendar) := sprintf(": %s", [calendar.event]) if calendar.event

freeze_event(calendar) := "" if not calendar.event

freeze_help(calendar) := sprintf("wait until %s, or ask its approvers", [calendar.next_transition]) if calendar.next_transition

freeze_help(calendar) := "ask its approvers" if not calendar.next_transition

# METADATA
# title: The freeze approvers let it through
require contains {
	"level": "freeze",
	"who": sort({who | some calendar in closed_calendars; some who in calendar.approvers}),
	"min": 1,
	"why": "a freeze calendar is closed",
} if {
	class == "normal"
	count(closed_calendars) > 0
}
