#!/usr/bin/env bats
# The manual pages: well formed, in step with the sources, and each example given to the real programs.
# The inner shells expand what is in single quotes, and run sets stderr.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load install/host

PAGES=$BATS_TEST_DIRNAME/../docs
OPTIONS_PAGE=$PAGES/ifupdown-mptcp-interfaces.5
PROGRAMS_PAGE=$PAGES/mptcp_up.8
ROUTES_PAGE=$PAGES/mptcp-routes.8
CONFIGURATION_PAGE=$PAGES/mptcp-routes.conf.5
SCHEMA=$PAGES/mptcp-routes-status.schema.json

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
  run in_man_directory bash -c 'mandoc -T lint -W style man?/*'
  # Which other manuals are there is the machine's affair, and that one page is a .so is meant.
  output=$(grep -v -e 'referenced manual not found' -e 'outdated mandoc.db' -e '.so is fragile' <<<"$output" || true)
  expect_silence "$output"
}

@test 'mptcp_down(8) is the page of mptcp_up(8)' {
  expect_equal "$(in_man_directory mandoc -T utf8 man8/mptcp_down.8)" "$(in_man_directory mandoc -T utf8 man8/mptcp_up.8)"
}

# groff of Debian 12 cuts a name that leaves too little room for what stands in the middle.
@test 'their first lines have the name whole at both ends, on a terminal of 80 columns' {
  local page name
  for page in "$PAGES"/*.[58]; do
    page=${page##*/}
    name=${page%.*}
    [[ $page != mptcp_down.8 ]] || name=mptcp_up
    name="${name^^}(${page##*.})"
    run in_man_directory env LC_ALL=C MANWIDTH=80 MANPAGER=cat man -l "man${page##*.}/$page"
    expect_status 0
    [[ ${lines[0]} == "$name "*" $name" && ${#lines[0]} -le 80 ]] || fail "$page: ${lines[0]}"
  done
}

# Names, sorted, one a line

options_of_the_page() {
  sed -n 's/^\.It Cm \(mptcp[a-z-]*\) .*/\1/p' "${1:-$OPTIONS_PAGE}" | sort
}

options_of_the_usage() {
  "$TREE/dist/mptcp_up" --help | sed -n 's/^  \(mptcp[a-z-]*\) .*/\1/p' | sort
}

@test 'its options are those of the source' {
  [[ $(options_of_the_source | wc -l) -ge 11 ]]
  expect_equal "$(options_of_the_page)" "$(options_of_the_source)"
}

@test 'its options are those of --help' {
  [[ $(options_of_the_usage | wc -l) -ge 11 ]]
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
  local flag
  for flag in $(sed -n 's/^const ENDPOINT_FLAGS.*= \[\(.*\)\] as const$/\1/p' "$TOP/src/ask/options.ts" | tr -d "',"); do
    expect_text "$(entry_of mptcp-endpoint)" ".It Ic $flag"
  done
  expect_text "${flag-}" laminar
  expect_text "$(grep "'PRIORITY'" "$TOP/src/ask/options.ts")" '2, LAST_PRIORITY'
  expect_text "$(entry_of mptcp-priority)" '2 to 32762' "Default: $(constant PRIORITY)"
  expect_equal "$(constant LAST_PRIORITY)" 32762
  expect_text "$(grep "'METRIC'" "$TOP/src/ask/options.ts")" '1, 4294967295'
  expect_text "$(entry_of mptcp-metric)" '1 to 4294967295'
  expect_text "$(grep "'STRICT'" "$TOP/src/ask/options.ts")" "'yes', 'no'"
  expect_text "$(entry_of mptcp-strict)" 'yes | no'
  expect_text "$(grep "'MAIN_ROUTES'" "$TOP/src/ask/options.ts")" "'keep', 'ignore'"
  expect_text "$(entry_of mptcp-main-routes)" 'keep | ignore'
  expect_text "$(grep "'PROBE_INTERVAL'," "$TOP/src/ask/options.ts")" '1, LONGEST_INTERVAL'
  expect_text "$(entry_of mptcp-probe-interval)" "1 to $(constant LONGEST_INTERVAL)" "Default: $(constant PROBE_INTERVAL)"
  expect_text "$(grep "'FORWARD'," "$TOP/src/ask/options.ts")" "'yes', 'no'"
  expect_text "$(entry_of mptcp-forward)" 'yes | no'
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
#   expect_messages PAGE [AT LEAST]
expect_messages() {
  local said=0 fragment item
  while IFS= read -r fragment && IFS= read -r item; do
    grep -rqF -- "$fragment" "$TOP/src" || fail "not in the source: $fragment"
    item=$(sed -E 's/^\.It //; s/\b(Sy|Ar|No|Qo|Qc|Qq) ?//g' <<<"$item")
    expect_text "$item" "${fragment%% \$\{*}"
    said=$((said + 1))
  done < <(grep -A1 '^\.\\" says: ' "$1" | grep -v '^--$' | sed 's/^\.\\" says: //')
  [[ $said -ge $2 ]]
}

@test 'each message of mptcp_up(8) is one of the source' {
  expect_messages "$PROGRAMS_PAGE" 20
}

# The lines between `.\" run: NAME` and `.\" end`, as a reader types them.
#   command_of plan [PAGE]
command_of() {
  sed -n '/^\.\\" run: '"$1"'$/,/^\.\\" end$/p' "${2:-$PROGRAMS_PAGE}" | sed '1d; $d; s/\\e/\\/g' | grep .
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

# mptcp-routes(8)

routes_help() {
  "$TREE/dist/mptcp-routes" "$@" --help
}

# An option a line, with its value: `-n,--count=number`.
options_of_help() {
  routes_help "$@" | sed -n '/^Options:/,/^$/s/^  \(-.*\)/\1/p' | sed 's/  .*//; s/ <\(.*\)>/=\1/; s/ //' | grep -v -- '^-h,' | sort
}

# The same, of a part of the page that a pattern begins and the next command or heading ends.
options_of_entry() {
  awk -v begin="$1" '$0 ~ /^\.(It Cm [a-z]+( |$)|Ss)/ { inside = $0 ~ begin } inside && /^\.It Fl/' "$ROUTES_PAGE" |
    sed 's/^\.It Fl /-/; s/ , /,-/; s/ Ar /=/' | grep -v -- '^-h,' | sort
}

commands_of_help() {
  routes_help | sed -n '/^Commands:/,$s/^  \([a-z]\+\) .*/\1/p' | sort
}

@test 'mptcp-routes(8) has the commands of --help' {
  [[ $(commands_of_help | wc -l) -ge 8 ]]
  expect_equal "$(sed -n '/^\.Ss Commands/,/^\.Ss Options/s/^\.It Cm \([a-z]*\).*/\1/p' "$ROUTES_PAGE" | sort)" \
    "$(commands_of_help)"
}

@test 'mptcp-routes(8) has the options of each command and of none, with their values' {
  local command
  expect_equal "$(options_of_entry '^.Ss Options')" "$(options_of_help)"
  expect_text "$(options_of_help)" --config
  while read -r command; do
    [[ $command == help ]] || expect_equal "$(options_of_entry "^.It Cm $command")" "$(options_of_help "$command")"
  done < <(commands_of_help)
  expect_equal "$(options_of_help top)" $'--interval=seconds\n-n,--count=number'
}

@test 'the synopsis of mptcp-routes(8) names an interface where the command takes one' {
  local synopsis line command taken=0
  synopsis=$(MANWIDTH=200 man -l "$ROUTES_PAGE" | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p')
  while read -r command; do
    line=$(grep -w -- "$command" <<<"$synopsis")
    if routes_help "$command" | grep -q '^Usage: .*\[iface\.\.\.\]'; then
      expect_text "$line" '[iface ...]'
      taken=$((taken + 1))
    else
      expect_no_text "$line" iface
    fi
  done < <(commands_of_help | grep -vx help)
  [[ $taken -ge 4 ]]
}

# The words of a part of the page that are literal, one a line.
literals_between() {
  sed -n "/$1/,/$2/p" "$ROUTES_PAGE" | grep -E '^\.(It )?(Pq )?Cm ' | tr -s ' ' '\n' | grep -E '^[a-zA-Z0-9]{2,}$' |
    grep -vx -e Cm -e It -e Pq -e No | sort -u
}

@test 'the members and states of mptcp-routes(8) are those of the schema' {
  local member
  [[ $(jq -r '.required[]' "$SCHEMA" | wc -l) -ge 6 ]]
  while read -r member; do
    literals_between '^\.\\" members' '^\.\\" end' | grep -qx -- "$member" || fail "not in the page: $member"
  done < <(jq -r '.required[], ."$defs".uplink.required[], .properties.mptcp.required[]' "$SCHEMA")
  expect_equal "$(sed -n '/^\.It Sy STATE/,/^\.El/s/^\.It Cm //p' "$ROUTES_PAGE" | sort)" \
    "$(jq -r '."$defs".uplink.properties.state.enum[]' "$SCHEMA" | sort)"
}

@test 'each message of mptcp-routes(8) is one of the source' {
  expect_messages "$ROUTES_PAGE" 8
}

# Uplinks as a manager that knows nothing of us leaves them, a modem and a VPN.
some_uplinks='
export PATH="$TREE/dist:$PATH"
for device in eth0 eth1 wwan0 tun0; do
  ip link add "$device" type veth peer name "far-$device"
  ip link set "far-$device" up
  ip link set "$device" up
done
ip address add 10.1.1.2/24 dev eth0
ip address add 10.1.2.2/24 dev eth1
ip address add 10.1.3.2/24 dev wwan0
ip address add 10.9.0.2/24 dev tun0
ip route add default via 10.1.1.1 dev eth0
ip route add default via 10.1.3.1 dev wwan0 metric 900
ip route add default via 10.9.0.1 dev tun0 metric 950
'

@test 'the commands of mptcp-routes(8) do what it says' {
  run --separate-stderr on_host bash -ec "$some_uplinks"'
    IFACE=eth0 mptcp_up
    IFACE=eth1 IF_MPTCP_GATEWAY=10.1.2.1 mptcp_up
    ip rule delete from 10.1.2.2 priority 31000
    '"$(command_of look "$ROUTES_PAGE")"'
    echo monitor:
    '"$(command_of monitor "$ROUTES_PAGE")"'
    echo apply:
    '"$(command_of apply "$ROUTES_PAGE")"' 2>&1
    mptcp-routes plan
    echo samples:
    cd /run
    '"$(command_of samples "$ROUTES_PAGE")"'
    grep -c "2 uplinks" samples'
  expect_status 0
  expect_silence "$stderr"
  expect_text "${output%monitor:*}" UPLINK 'ip rule add from 10.1.2.2 lookup'
  output=${output#*monitor:}
  expect_equal "${output%apply:*}" $'\neth1 incomplete\n'
  output=${output#*apply:}
  expect_equal "$(grep -c '^ip rule add from 10.1.2.2' <<<"$output")" 1
  expect_equal "${output#*samples:}" $'\n3'
}

# mptcp-routes.conf(5)

@test 'the options of mptcp-routes.conf(5) are those of a stanza, but for mptcp-strict' {
  # The mask is the host's, and stands before the first section.
  expect_equal "$(options_of_the_page "$CONFIGURATION_PAGE" | grep -vx mptcp-forward-mask)" \
    "$(options_of_the_source | grep -vx mptcp-strict)"
  expect_text "$(< "$CONFIGURATION_PAGE")" mptcp-strict
}

#   configuration_marks server gives
configuration_marks() {
  sed -n '/^\.\\" configuration: '"$1"'$/,/^\.Ed$/p' "$CONFIGURATION_PAGE" | sed -n 's/^\.\\" '"$2"': //p'
}

# The plan of a configuration; what it applies leaves nothing to do.
#   plan_of FILE
plan_of() {
  cp "$1" "$HOST/configuration"
  run --separate-stderr on_host bash -ec "$some_uplinks"'
    mptcp-routes --config "$HOST/configuration" plan
    mptcp-routes --config "$HOST/configuration" apply
    echo again:
    mptcp-routes --config "$HOST/configuration" plan'
  expect_status 0
  expect_silence "$stderr"
  expect_silence "${output##*again:}"
  plan=${output%again:*}
}

check_configuration() {
  local name=$1 file=$BATS_TEST_TMPDIR/configuration text plan
  sed -n '/^\.\\" configuration: '"$name"'$/,/^\.Ed$/p' "$CONFIGURATION_PAGE" | grep -v '^\.' > "$file"
  plan_of "$file"
  [[ $(configuration_marks "$name" gives | wc -l) -ge 1 ]]
  while IFS= read -r text; do
    expect_text "$plan" "$text"
  done < <(configuration_marks "$name" gives)
  while IFS= read -r text; do
    expect_no_text "$plan" "$text"
  done < <(configuration_marks "$name" lacks)
}

while read -r configuration; do
  bats_test_function --description "the configuration \"$configuration\" of mptcp-routes.conf(5)" -- \
    check_configuration "$configuration"
done < <(sed -n 's/^\.\\" configuration: //p' "$CONFIGURATION_PAGE")

@test 'the example configuration does nothing as it is, and what it says without the marks of comments' {
  local plan
  plan_of "$PAGES/mptcp-routes.conf.example"
  expect_silence "$plan"
  sed 's/^#\([^ ]\)/\1/' "$PAGES/mptcp-routes.conf.example" > "$BATS_TEST_TMPDIR/configuration"
  plan_of "$BATS_TEST_TMPDIR/configuration"
  expect_text "$plan" 'from 10.1.1.2 lookup' 'default via 10.1.2.1 dev eth1' 'metric 500 table main' 'dev wwan0 subflow backup'
  expect_no_text "$plan" tun0
}
