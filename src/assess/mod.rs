//! Nouns to facts: what ownership, templates, calendars and claims say about this change. Pure; cannot fail.
