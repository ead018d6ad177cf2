//! Door.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|command| command == changeward::world::evaluator::COMMAND) {
        let memory = arguments.next().and_then(|bytes| bytes.to_str()?.parse().ok());
        return changeward::app::evaluate_policies(memory);
    }
    ExitCode::SUCCESS
}
