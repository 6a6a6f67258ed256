# bash completion for cr_run, cr_checkpoint, cr_restart and cr_info.
# A test compares the options with what the commands know.

_cr_options_cr_run='--run --omit --help --version
    --interval= --keep= --dir= --checkpoint-signal= --restart-on-failure --max-restarts= --new-pid-namespace --resume --force --status'
_cr_options_cr_checkpoint='--verbose --quiet --help --version
    --tree --pid --process --pgid --group --sid --session
    --cwd --dir= --file= --fd= --atomic --backup --clobber --noclobber --keep=
    --run --signal= --stop --term --abort --kill --cont --early-stop --early-abrt
    --sync --nosync --save-exe --save-private --save-shared --save-all --save-none --save-files= --save-open-files=
    --ptraced-error --ptraced-skip --ptraced-allow --ptracer-error --ptracer-skip
    --kmsg-none --kmsg-error --kmsg-warning --time= --dry-run'
_cr_options_cr_restart='--help --version --quiet --file= --fd= --dir= --fall-back
    --run --signal= --stop --freeze --term --abort --kill --cont --early-stop --early-abrt
    --omit-maybe --omit-always --omit-never
    --run-on-success= --run-on-fail-args= --run-on-fail-temp= --run-on-fail-env= --run-on-fail-perm= --run-on-failure=
    --relocate= --cut-back --put-back --inherit-fd= --restore-pid --no-restore-pid --restore-pgid --no-restore-pgid --restore-sid --no-restore-sid --new-pid-namespace --own-groups
    --kmsg-none --kmsg-error --kmsg-warning'
_cr_options_cr_info='--help --version --json --verify'

_cr_files() {
    local IFS=$'\n'
    COMPREPLY=($(compgen "$1" -- "$2"))
    compopt -o filenames
}

_cr() {
    local command=${COMP_WORDS[0]##*/} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local options=_cr_options_$command i
    COMPREPLY=()

    # COMP_WORDBREAKS has "=" in it: "--file=x" comes as three words.
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    case $command:$before in
    cr_checkpoint:--file | cr_checkpoint:-f | cr_checkpoint:--backup | cr_checkpoint:--save-files | cr_checkpoint:--save-open-files | cr_restart:--file | cr_restart:-f)
        _cr_files -f "$word"
        return
        ;;
    *:--dir | *:-d)
        _cr_files -d "$word"
        return
        ;;
    *:--signal | *:-S)
        COMPREPLY=($(compgen -W "$(seq 64)" -- "$word"))
        return
        ;;
    cr_restart:--run-on-*)
        COMPREPLY=($(compgen -c -- "$word"))
        return
        ;;
    esac

    # Behind the command that cr_run starts, that command's own completion is asked for.
    if [[ $command == cr_run ]]; then
        for ((i = 1; i < COMP_CWORD; i++)); do
            case ${COMP_WORDS[i]} in
            --run | --omit | --restart-on-failure | --new-pid-namespace | --resume | --force | --status | = ) ;;
            --interval | --keep | --dir | --checkpoint-signal | --max-restarts)
                [[ ${COMP_WORDS[i + 1]-} == = ]] && ((i++))
                ((i++)) # its value
                ;;
            *)
                declare -F _command_offset >/dev/null && _command_offset "$i"
                return
                ;;
            esac
        done
        [[ $i -gt $COMP_CWORD ]] && return
    fi

    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "${!options}" -- "$word"))
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
        return
    fi

    case $command in
    cr_run) COMPREPLY=($(compgen -c -- "$word")) ;;
    cr_checkpoint) COMPREPLY=($(compgen -W "$(ps -u "$UID" -o pid= 2>/dev/null)" -- "$word")) ;;
    cr_restart | cr_info) _cr_files -f "$word" ;;
    esac
}

complete -F _cr cr_run cr_checkpoint cr_restart cr_info
