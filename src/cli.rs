//! What was typed: flags to a request.
