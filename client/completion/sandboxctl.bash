# Completion of sandboxctl for bash. The options are those of --help: tests/layout/completion_test.py compares.

_sandboxctl_verbs='run list show kill wait doctor'
_sandboxctl_signals='HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM CHLD CONT STOP TSTP TTIN TTOU
    URG XCPU XFSZ VTALRM PROF WINCH SYS'

_sandboxctl_options() {
    case $1 in
        run)
            echo '--bind --ro-bind --bind-try --ro-bind-try --dev-bind --tmpfs --tmp-overlay --mask --dir --symlink
                --setenv --unsetenv --clearenv --keep-env --chdir --hostname --map-root --identity --cap --nested-userns
                --no-init --network --seccomp --share --terminal -t --as --help -h'
            ;;
        list) echo '--all --as --help -h' ;;
        show | wait) echo '--as --help -h' ;;
        kill) echo '--signal -s --all --user --as --help -h' ;;
        doctor) echo '--json --as --help -h' ;;
        *) echo '--as --version --help -h' ;;
    esac
}

# How many arguments follow an option.
_sandboxctl_values() {
    case $1 in
        --bind | --ro-bind | --bind-try | --ro-bind-try | --dev-bind | --tmp-overlay | --symlink | --setenv) echo 2 ;;
        --tmpfs | --mask | --dir | --unsetenv | --chdir | --hostname | --network | --seccomp | --share | --identity | --cap | --as | --user | --signal | -s) echo 1 ;;
        *) echo 0 ;;
    esac
}

# The ids of sandboxes; $1: only those in this state.
_sandboxctl_ids() {
    sandboxctl list 2>/dev/null </dev/null | while read -r id state _; do
        [[ -n $1 && $state != "$1" ]] || echo "$id"
    done
}

_sandboxctl_reply() {
    mapfile -t COMPREPLY < <(compgen "$@" -- "$_sandboxctl_word")
}

_sandboxctl_files() {
    compopt -o filenames 2>/dev/null # not there outside of a completion
    _sandboxctl_reply "$@"
}

# The value of an option; $2: which of its values.
_sandboxctl_value() {
    case $1 in
        --*bind | --*bind-try | --tmpfs | --tmp-overlay | --mask | --dir | --symlink | --chdir) _sandboxctl_files -f ;;
        --setenv | --unsetenv) [[ $2 -gt 1 ]] || _sandboxctl_reply -v ;;
        --network) _sandboxctl_reply -W 'none loopback host' ;;
        --seccomp) _sandboxctl_reply -W 'default strict minimal off' ;;
        --identity) _sandboxctl_reply -W 'mapped host namespace-root' ;;
        --share) _sandboxctl_reply -W 'pid ipc uts cgroup' ;;
        --as | --user) _sandboxctl_reply -u ;;
        --signal | -s) _sandboxctl_reply -W "$_sandboxctl_signals" ;;
    esac
}

# Of `run`: the program, then whatever its own completion says, if bash-completion is there.
_sandboxctl_command() {
    if [[ $1 -eq $COMP_CWORD ]]; then
        _sandboxctl_files -c
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    else
        _sandboxctl_files -f
    fi
}

# Walks over the words before the cursor, as sandboxctl itself does: verb, options with their values, operands.
_sandboxctl() {
    local _sandboxctl_word=${COMP_WORDS[COMP_CWORD]} verb='' at=1 option values
    COMPREPLY=()
    while [[ $at -lt $COMP_CWORD ]]; do
        option=${COMP_WORDS[at]}
        if [[ $option == -- && $verb == run ]]; then
            _sandboxctl_command $((at + 1))
            return
        elif [[ $option == -?* ]]; then
            values=$(_sandboxctl_values "$option")
            if [[ ${COMP_WORDS[at + 1]} == = ]]; then # --name=value: bash cuts it in three words
                at=$((at + 1))
                [[ $_sandboxctl_word != = ]] || _sandboxctl_word=
            fi
            if [[ $((at + values)) -ge $COMP_CWORD ]]; then
                _sandboxctl_value "$option" $((COMP_CWORD - at))
                return
            fi
            at=$((at + values))
        elif [[ -z $verb ]]; then
            verb=$option
        elif [[ $verb == run ]]; then
            _sandboxctl_command "$at"
            return
        fi
        at=$((at + 1))
    done
    if [[ $_sandboxctl_word == -* ]]; then
        _sandboxctl_reply -W "$(_sandboxctl_options "$verb")"
        return
    fi
    case $verb in
        '') _sandboxctl_reply -W "$_sandboxctl_verbs" ;;
        run) _sandboxctl_command "$COMP_CWORD" ;;
        kill | wait) _sandboxctl_reply -W "$(_sandboxctl_ids running)" ;;
        show) _sandboxctl_reply -W "$(_sandboxctl_ids '')" ;;
    esac
}

complete -F _sandboxctl sandboxctl
