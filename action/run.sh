#!/usr/bin/env bash
# What the Action does: get the program, run `changeward gate`, end as it ended. Its inputs come in the environment, and
# nothing in them is ever read as a program. Every output is written on every path, so nothing printed can supply one.
#
# Run as `bash --noprofile --norc -p run.sh`, by action.yml.

set -euo pipefail
unset BASH_ENV ENV CDPATH
IFS=$' \t\n'

outputs=(class verdict automatic risk head base policy-digest report comment-url request-url exit-code)

# The exit codes of `changeward`: 2 usage, 4 something could not be read. Neither is ever an approval.
usage=2
unreadable=4

# tell OUTPUT VALUE: for the steps to come. Without GITHUB_OUTPUT nobody listens.
tell() {
    [ -n "${GITHUB_OUTPUT:-}" ] || return 0
    local end
    end=end-$(LC_ALL=C od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    [ "${#end}" -eq 36 ] || { printf '::error title=changeward::no random bytes\n'; exit "$unreadable"; }
    printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >>"$GITHUB_OUTPUT"
}

# fail CODE TEXT…: TEXT is our own; what others wrote goes through `quoted` first.
fail() {
    local code=$1
    shift
    printf '::error title=changeward::%s\n' "$*"
    exit "$code"
}

say() { printf 'changeward: %s\n' "$*"; }

# The text on one line of plain letters, as the shell would write it, without a workflow command in it.
quoted() { LC_ALL=C printf '%q' "$1" | LC_ALL=C sed -e 's/%/%25/g' -e 's/##/#\\#/g'; }

# The last word on how the step ended is the code it ends with.
trap 'code=$?; tell exit-code "$code"; exit "$code"' EXIT
for output in "${outputs[@]}"; do tell "$output" ''; done
tell automatic false

if LC_ALL=C env | LC_ALL=C grep -E '^BASH_FUNC_[^=]*=\(\)' >/dev/null; then
    fail "$usage" 'the environment of this job defines shell functions (BASH_FUNC_…), which would run in place of programs; take out the step that exports them'
fi

# Nothing that is built or fetched sees the token, or those of the runner.
token=${CHANGEWARD_TOKEN:-}
unset CHANGEWARD_TOKEN GITHUB_TOKEN GH_TOKEN INPUT_TOKEN "${!ACTIONS_@}"
action=${GITHUB_ACTION_PATH:-}
temporary=${RUNNER_TEMP:-}
if [ -z "$action" ] || [ -z "$temporary" ]; then
    fail "$usage" 'GITHUB_ACTION_PATH and RUNNER_TEMP are not set: this script is run by action.yml'
fi
suffix=''
case "$(uname -s)" in
    MINGW* | MSYS*)
        suffix=.exe
        action=$(cygpath -u "$action")
        temporary=$(cygpath -u "$temporary")
        ;;
esac

# flag_of INPUT VALUE: `true` or `false`, and nothing that only looks like one of them.
flag_of() {
    case "$2" in
        true | false) ;;
        *) fail "$usage" "the input $1 is $(quoted "$2"): write true or false" ;;
    esac
}

# The name in Rust of the platform this runs on; empty where no release is made for it.
platform() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64) echo x86_64-unknown-linux-musl ;;
        Linux-aarch64) echo aarch64-unknown-linux-musl ;;
        Darwin-x86_64) echo x86_64-apple-darwin ;;
        Darwin-arm64) echo aarch64-apple-darwin ;;
        MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
    esac
}

digest_of() {
    if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d' ' -f1
}

# The line of dist/checksums.txt for this platform: `DIGEST  changeward-VERSION-TARGET.tar.gz`. Exactly one, or none.
checksum_line() {
    local target
    target=$(platform)
    [ -n "$target" ] && [ -f "$action/dist/checksums.txt" ] || return 0
    LC_ALL=C grep -E "^[0-9a-f]{64}  changeward-[0-9][0-9A-Za-z.+-]*-$target\.tar\.gz\$" "$action/dist/checksums.txt" || true
}

# fetch URL FILE: over TLS 1.2 or newer, to the end of every redirect.
fetch() {
    curl --disable --proto '=https' --proto-redir '=https' --tlsv1.2 --fail --silent --show-error --location \
        --retry 3 --connect-timeout 15 --max-time 300 --max-filesize 209715200 --output "$2" --url "$1"
}

attested() {
    if [ "$INPUT_VERIFY_ATTESTATION" = false ]; then return 0; fi
    if ! command -v gh >/dev/null; then
        say 'gh is not installed, so the build attestation was not looked at; the SHA-256 was'
        return 0
    fi
    GH_TOKEN=$token gh attestation verify "$1" --repo "$ACTION_REPOSITORY" \
        --signer-workflow "$ACTION_REPOSITORY/.github/workflows/release.yml" --deny-self-hosted-runners >/dev/null ||
        fail "$unreadable" "gh finds no build attestation of $ACTION_REPOSITORY for the archive. It is not used; verify-attestation: false leaves the SHA-256 alone to vouch for it"
}

# The release that this commit names by its SHA-256. Returns 1 where there is none or it cannot be reached; an archive that is
# not the one named ends everything.
release() {
    local line digest archive version is
    line=$(checksum_line)
    case "$line" in
        '') say 'dist/checksums.txt of this commit names no archive for this platform'; return 1 ;;
        *$'\n'*) fail "$unreadable" 'dist/checksums.txt names two archives for this platform' ;;
    esac
    if ! [[ ${ACTION_REPOSITORY:=} =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]]; then
        say 'the Action runs from a folder, not from a repository, so it has no releases'
        return 1
    fi
    digest=${line%%  *}
    archive=${line#*  }
    version=${archive#changeward-}
    version=${version%-"$(platform)".tar.gz}
    if ! fetch "https://github.com/$ACTION_REPOSITORY/releases/download/v$version/$archive" "$scratch/$archive"; then
        say "the archive $archive cannot be fetched"
        return 1
    fi
    is=$(digest_of "$scratch/$archive")
    [ "$is" = "$digest" ] ||
        fail "$unreadable" "the archive $archive has the SHA-256 $is, and this commit names $digest: it is not the one that was released. It is not used"
    attested "$scratch/$archive"
    tar -xzf - -C "$scratch" "changeward$suffix" <"$scratch/$archive" || fail "$unreadable" "the archive $archive holds no changeward$suffix"
    program=$scratch/changeward$suffix
    say "$archive, with the SHA-256 that this commit names"
}

# This very commit, built.
source_build() {
    command -v cargo >/dev/null ||
        fail "$unreadable" 'there is no cargo to build the program with: install Rust before this step, or use install: path'
    say 'building the program from the source of the Action (some minutes; a step that caches it and install: path avoid this)'
    # A later step of the same job finds it built.
    local target=$temporary/changeward-target
    (
        cd "$action"
        CARGO_TARGET_DIR=$target cargo build --locked --release --bin changeward
    ) >"$scratch/build.log" 2>&1 || {
        # The log quotes what compilers say; nobody may give commands in it.
        local mute
        mute=$(LC_ALL=C od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
        printf '::stop-commands::%s\n' "$mute"
        tail -n 40 "$scratch/build.log" | LC_ALL=C sed 's/##\[/# #[/g'
        printf '::%s::\n' "$mute"
        fail "$unreadable" 'the program could not be built from the source of the Action'
    }
    program=$target/release/changeward$suffix
}

installed() {
    program=${INPUT_BINARY:-$(command -v changeward || true)}
    [ -n "$program" ] || fail "$usage" 'install: path, but there is no changeward on the search path, and the input binary is empty'
    if ! [ -f "$program" ] || ! [ -x "$program" ]; then
        fail "$usage" "the input binary is $(quoted "$program"), which is no program"
    fi
    # The gate may start in another folder.
    case "$program" in
        /* | [A-Za-z]:[\\/]*) ;;
        *) program=$PWD/$program ;;
    esac
}

get() {
    scratch=$(mktemp -d "$temporary/changeward.XXXXXXXX")
    if [ "$INPUT_INSTALL" != path ] && [ -n "$INPUT_BINARY" ]; then
        fail "$usage" 'the input binary is only for install: path'
    fi
    case "$INPUT_INSTALL" in
        auto) release || source_build ;;
        release) release || fail "$unreadable" 'install: release, and there is no release to be had for this commit' ;;
        source) source_build ;;
        path) installed ;;
        *) fail "$usage" "the input install is $(quoted "$INPUT_INSTALL"): write auto, release, source or path" ;;
    esac
}

: "${INPUT_INSTALL:=auto}" "${INPUT_BINARY:=}" "${INPUT_VERIFY_ATTESTATION:=true}"
flag_of verify-attestation "$INPUT_VERIFY_ATTESTATION"

# In the form `--flag=value`, a value is never a flag.
words=(gate)
for pair in mode=MODE environment=ENVIRONMENT fail-on=FAIL_ON context=CONTEXT wait=WAIT since=SINCE deployed=DEPLOYED \
    pull=PULL outcomes=OUTCOMES timeout=TIMEOUT; do
    name=INPUT_${pair#*=}
    [ -z "${!name:-}" ] || words+=("--${pair%%=*}=${!name}")
done
for pair in dry-run=DRY_RUN no-deployment=NO_DEPLOYMENT own-workflow=OWN_WORKFLOW; do
    name=INPUT_${pair#*=}
    flag_of "${pair%%=*}" "${!name:-false}"
    [ "${!name:-false}" = false ] || words+=("--${pair%%=*}")
done
while IFS= read -r line; do
    line=${line%$'\r'}
    line=${line#"${line%%[![:space:]]*}"}
    [ -z "$line" ] || words+=("--attach=$line")
done <<<"${INPUT_ATTACH:-}"

get
cd "${INPUT_WORKING_DIRECTORY:-.}" 2>/dev/null ||
    fail "$usage" "the input working-directory is $(quoted "${INPUT_WORKING_DIRECTORY:-}"), which is no folder"

CHANGEWARD_TOKEN=$token "$program" "${words[@]}"
