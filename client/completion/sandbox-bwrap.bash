# What bash completes of sandbox-bwrap: options as its --help has them, else files.
_sandbox_bwrap() {
    if [[ $2 == -* ]]; then
        local options
        options=$("$1" --help 2>/dev/null | sed -n 's/^ *\(--[a-z0-9-]*\).*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$2")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$2")
    fi
}
complete -o filenames -F _sandbox_bwrap sandbox-bwrap
