#!/usr/bin/env bash
# A terminal, tmux, in which a command of mptcp-routes runs on the host of routes.bash.

# $HOST, $ROUTES and the waiting come from routes.bash.
# shellcheck disable=SC2154

# As a person's terminal has it, whatever the runner of the tests says.
unset NO_COLOR LC_ALL LC_CTYPE
export LANG=C.UTF-8

#   open_screen 80 24 COMMAND...     a shell's words; when it has ended, the screen says `over`
open_screen() {
  SOCKET=$BATS_TEST_TMPDIR/tmux-$RANDOM
  on_host env TERM=xterm tmux -u -S "$SOCKET" -f /dev/null new-session -d -x "$1" -y "$2" \
    "${*:3}; printf over; exec sleep 60" 3>&-
}

# What it shows now.
read_screen() {
  tmux -S "$SOCKET" capture-pane -p
}

read_screen_with_colours() {
  tmux -S "$SOCKET" capture-pane -p -e
}

press() {
  tmux -S "$SOCKET" send-keys "$@"
}

#   screen_has 'REGEX'
screen_has() {
  read_screen | grep -qE -e "$1"
}

close_screen() {
  [[ -z ${SOCKET-} ]] || tmux -S "$SOCKET" kill-server 2>/dev/null || true
  SOCKET=
}

# A line that the terminal had to break goes on in the first column.
#   expect_lines 'REGEX' <<<"$text"     every line that is not blank begins so
expect_lines() {
  local broken
  broken=$(grep -vE -e "^($1|$)" || true)
  [[ -z $broken ]] || fail "lines that begin with none of $1:" "$broken"
}
