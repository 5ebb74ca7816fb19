#!/usr/bin/env bats
# The manual pages: well formed, in step with the sources, and each example given to the real programs.
# The inner shells expand what is in single quotes, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load install/host

PAGES=$BATS_TEST_DIRNAME/../docs
OPTIONS_PAGE=$PAGES/ifupdown-mptcp-interfaces.5
PROGRAMS_PAGE=$PAGES/mptcp_up.8

setup() {
  copy_tree
  make_host
}

# As they are installed, which is where a .so request looks.
#   in_man_directory COMMAND...
in_man_directory() {
  mkdir -p "$BATS_TEST_TMPDIR/man"/man{5,8}
  cp "$PAGES"/*.5 "$BATS_TEST_TMPDIR/man/man5"
  cp "$PAGES"/*.8 "$BATS_TEST_TMPDIR/man/man8"
  (cd "$BATS_TEST_TMPDIR/man" && "$@")
}

@test 'mandoc has nothing to say against them' {
  run in_man_directory mandoc -T lint -W style man5/ifupdown-mptcp-interfaces.5 man8/mptcp_up.8 man8/mptcp_down.8
  # Which other manuals are there is the machine's affair, and that one page is a .so is meant.
  output=$(grep -v -e 'referenced manual not found' -e 'outdated mandoc.db' -e '.so is fragile' <<<"$output" || true)
  expect_silence "$output"
}

@test 'mptcp_down(8) is the page of mptcp_up(8)' {
  expect_equal "$(in_man_directory mandoc -T utf8 man8/mptcp_down.8)" "$(in_man_directory mandoc -T utf8 man8/mptcp_up.8)"
}

# Names, sorted, one a line

options_of_the_page() {
  sed -n 's/^\.It Cm \(mptcp[a-z-]*\) .*/\1/p' "$OPTIONS_PAGE" | sort
}

options_of_the_source() {
  sed -n "s/^const NAMES = \[\(.*\)\]$/\1/p" "$TOP/src/ask/options.ts" | tr -d "' " | tr ',' '\n' |
    sed 's/^./-&/; s/^/mptcp/' | tr 'A-Z_' 'a-z-' | sort
}

options_of_the_usage() {
  "$TREE/dist/mptcp_up" --help | sed -n 's/^  \(mptcp[a-z-]*\) .*/\1/p' | sort
}

@test 'its options are those of the source' {
  [[ $(options_of_the_source | wc -l) -ge 8 ]]
  expect_equal "$(options_of_the_page)" "$(options_of_the_source)"
}

@test 'its options are those of --help' {
  [[ $(options_of_the_usage | wc -l) -ge 8 ]]
  expect_equal "$(options_of_the_page)" "$(options_of_the_usage)"
}

@test 'each option has its own environment variable below it' {
  expect_equal "$(sed -n '/^\.It Cm mptcp/{n;s/^\.Ev \(IF_MPTCP[A-Z_]*\) \.$/\1/p;}' "$OPTIONS_PAGE" |
    sed 's/^IF_//' | tr 'A-Z_' 'a-z-' | sort)" "$(options_of_the_page)"
}

# What the page says of an option.
#   entry_of mptcp-priority
entry_of() {
  sed -n "/^\.It Cm $1 /,/^\.It Cm mptcp\|^\.Ss/p" "$OPTIONS_PAGE" | sed '$d' | tr '\n' ' '
}

@test 'values and defaults are those of the source' {
  local flag value
  for flag in $(sed -n 's/^const ENDPOINT_FLAGS.*= \[\(.*\)\] as const$/\1/p' "$TOP/src/ask/options.ts" | tr -d "',"); do
    expect_text "$(entry_of mptcp-endpoint)" ".It Ic $flag"
  done
  expect_text "${flag-}" laminar
  expect_text "$(grep "'PRIORITY'" "$TOP/src/ask/options.ts")" '2, 32765'
  value=$(sed -n 's/^export const PRIORITY = \([0-9]*\)$/\1/p' "$TOP/src/words/table.ts")
  expect_text "$(entry_of mptcp-priority)" '2 to 32765' "Default: ${value:?}"
  expect_text "$(grep "'METRIC'" "$TOP/src/ask/options.ts")" '1, 4294967295'
  expect_text "$(entry_of mptcp-metric)" '1 to 4294967295'
  expect_text "$(grep "'STRICT'" "$TOP/src/ask/options.ts")" "'yes', 'no'"
  expect_text "$(entry_of mptcp-strict)" 'yes | no'
  expect_text "$(grep "'MAIN_ROUTES'" "$TOP/src/ask/options.ts")" "'keep', 'ignore'"
  expect_text "$(entry_of mptcp-main-routes)" 'keep | ignore'
}

@test 'mptcp_up(8) has the command line and the environment of --help' {
  local help
  help=$("$TREE/dist/mptcp_up" --help)
  # mdoc puts the first dash itself.
  expect_equal "$(grep '^\.It Fl' "$PROGRAMS_PAGE" | grep -oE -- ' -[a-z-]+' | tr -d ' ' | sort)" \
    "$(grep -oE -- '--[a-z-]+' <<<"$help" | sed 's/^-//' | sort)"
  expect_equal "$(sed -n 's/^\.It Ev \(.*\)/\1/p' "$PROGRAMS_PAGE" | tr -d ',' | tr -s ' ' '\n' | grep -v MPTCP | sort)" \
    "$(sed -n '/^Environment/,/^Options/p' <<<"$help" | sed '$d; s/.*://' | tr -s ' ' '\n' | grep . | sort)"
}

@test 'the constants of mptcp_up(8) are those of the source' {
  local name number
  while read -r name number; do
    expect_text "$(grep -h "^export const $name = " "$TOP"/src/*.ts "$TOP"/src/*/*.ts)" "= $number"
    expect_text "$(tr '\n' ' ' < "$PROGRAMS_PAGE")" " $number"
  done <<'END'
PROTOCOL 77
UPLINK_GROUP 77
PRIORITY 31000
MOST_ENDPOINTS 8
END
}

# What is above each message in the page is a part of it as the source has it.
@test 'each message of mptcp_up(8) is one of the source' {
  local said=0 fragment item
  while IFS= read -r fragment && IFS= read -r item; do
    grep -qF -- "$fragment" "$TOP"/src/*.ts "$TOP"/src/*/*.ts || fail "not in the source: $fragment"
    item=$(sed -E 's/^\.It //; s/\b(Sy|Ar|No|Qo|Qc|Qq) ?//g' <<<"$item")
    expect_text "$item" "${fragment%% \$\{*}"
    said=$((said + 1))
  done < <(grep -A1 '^\.\\" says: ' "$PROGRAMS_PAGE" | grep -v '^--$' | sed 's/^\.\\" says: //')
  [[ $said -ge 20 ]]
}

# The lines between `.\" run: NAME` and `.\" end`, as a reader types them.
command_of() {
  sed -n '/^\.\\" run: '"$1"'$/,/^\.\\" end$/p' "$PROGRAMS_PAGE" | sed '1d; $d; s/\\e/\\/g' | grep .
}

@test 'the commands of mptcp_up(8) do what it says' {
  cp "$TREE/dist/mptcp_up" "$HOST/network/if-up.d"
  run --separate-stderr on_host bash -ec "$(command_of plan)"
  expect_status 0
  expect_text "$output" 'rule add from 10.1.2.2' 'default via 10.1.2.1 dev eth1'
  # The plan is ready to be run, and then seen by the other commands.
  run --separate-stderr on_host bash -ec 'ip link add eth1 up type veth peer name far
    ip link set far up
    ip address add 10.1.2.2/24 dev eth1
    IFACE=eth1 IF_MPTCP_GATEWAY=10.1.2.1 /etc/network/if-up.d/mptcp_up -n > /run/plan
    . /run/plan
    '"$(command_of look)"
  expect_status 0
  expect_silence "$stderr"
  expect_text "$output" 'from 10.1.2.2 lookup' 'default via 10.1.2.1' '10.1.2.2 id 255 subflow dev eth1' ': eth1@'
}

# Stanzas

# The lines from a stanza's mark to its end, without roff's own.
stanza_text() {
  sed -n '/^\.\\" stanza: '"$1"'$/,/^\.Ed$/p' "$OPTIONS_PAGE" | grep -v '^\.'
}

#   stanza_marks first gives
stanza_marks() {
  sed -n '/^\.\\" stanza: '"$1"'$/,/^\.Ed$/p' "$OPTIONS_PAGE" | sed -n 's/^\.\\" '"$2"': //p'
}

# The environment that ifupdown gives to a hook for the stanza, NAME=VALUE a line.
hook_environment() {
  local iface family method
  read -r _ iface family method <<<"$(grep '^iface ' "$1")"
  printf '%s\n' "IFACE=$iface" "LOGICAL=$iface" "ADDRFAM=$family" "METHOD=$method" MODE=start PHASE=post-up VERBOSITY=0
  ifquery -i "$1" "$iface" | while IFS= read -r line; do
    # A second line is what an option that is given twice looks like.
    [[ $line =~ ^[a-z0-9_-]+: ]] || line="not-an-option: $line"
    echo "IF_$(tr 'a-z-' 'A-Z_' <<<"${line%%:*}")=${line#*: }"
  done
}

# A device with what the stanza's method gives it, then the hook: its plan, the plan carried out, and planned again.
run_stanza='
iface=$1 family=$2 address=$3 peer=$4 route=$5
mapfile -t environment < /run/environment
ip link add "$iface" type veth peer name far
sysctl -qw "net.ipv6.conf.$iface.accept_dad=0"
ip link set far up
ip link set "$iface" up
ip address add $address ${peer:+peer $peer} dev "$iface"
case $family in inet6) ip=-6 ;; *) ip=-4 ;; esac
if [ "$route" ]; then ip $ip route add $route dev "$iface"; fi
hook() { env -i PATH="$PATH" "${environment[@]}" sh "$TREE/dist/mptcp_up" "$@"; }
hook -n
# A failure under ifupdown has no status, but words.
hook
echo again:
hook -n
'

check_stanza() {
  local name=$1 file=$BATS_TEST_TMPDIR/interfaces environment iface family address netmask peer plan text
  stanza_text "$name" > "$file"
  expect_text "$(cat "$file")" 'iface ' || return
  read -r _ iface family _ <<<"$(grep '^iface ' "$file")"
  run on_host ifup --no-act --verbose -i "$file" "$iface"
  expect_status 0
  expect_text "$output" "configuring interface $iface=$iface ($family)"
  hook_environment "$file" > "$HOST/environment"
  expect_no_text "$(< "$HOST/environment")" IF_NOT_AN_OPTION
  if [[ $(stanza_marks "$name" nothing) == yes ]]; then
    mapfile -t environment < "$HOST/environment"
    run --separate-stderr env -i PATH="$PATH" "${environment[@]}" sh "$TREE/dist/mptcp_up" --dry-run
    expect_status 0
    expect_silence "$output"
    return
  fi
  address=$(stanza_marks "$name" carries)
  [[ -n $address ]] || address=$(sed -n 's/^IF_ADDRESS=//p' "$HOST/environment")
  netmask=$(sed -n 's/^IF_NETMASK=//p' "$HOST/environment")
  peer=$(sed -n 's/^IF_POINTOPOINT=//p' "$HOST/environment")
  [[ -z $netmask || -n $peer ]] || address+=/$netmask
  run --separate-stderr on_host bash -ec 'cp "$HOST/environment" /run/environment; '"$run_stanza" stanza \
    "$iface" "$family" "$address" "$peer" "$(stanza_marks "$name" route)"
  expect_status 0
  expect_silence "$stderr"
  plan=${output%again:*}
  while IFS= read -r text; do
    [[ -z $text ]] || expect_text "$plan" "$text"
  done < <(stanza_marks "$name" gives)
  while IFS= read -r text; do
    [[ -z $text ]] || expect_no_text "$plan" "$text"
  done < <(stanza_marks "$name" lacks)
  expect_text "$plan" 'protocol 77'
  # What was planned is there: nothing is left to do.
  expect_silence "${output##*again:}"
}

while read -r stanza; do
  bats_test_function --description "the stanza \"$stanza\" of ifupdown-mptcp-interfaces(5)" -- check_stanza "$stanza"
done < <(sed -n 's/^\.\\" stanza: //p' "$OPTIONS_PAGE")

@test 'every stanza of the page is marked, and so tested' {
  expect_equal "$(grep -c '^iface ' "$OPTIONS_PAGE")" "$(grep -c '^\.\\" stanza: ' "$OPTIONS_PAGE")"
  [[ $(grep -c '^iface ' "$OPTIONS_PAGE") -ge 10 ]]
}
