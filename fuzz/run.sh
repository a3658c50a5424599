#!/usr/bin/env bash
# Fuzzes: fuzz/run.sh SECONDS [TARGET…], all targets one after the other when none is named.
#
# Needs the nightly compiler and cargo-fuzz. Everything it makes lies below target/fuzz.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds="${1:?how many seconds for each target?}"
shift
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
    mapfile -t targets < <(cargo +nightly fuzz list)
fi

# The public corpus, where there is one, is where the fuzzer begins.
seeds=()
corpus="${LOTLINE_CORPUS:-../shared/corpus}"
if [[ -d "$corpus" ]]; then
    seeds=("$(realpath "$corpus")")
fi

for target in "${targets[@]}"; do
    printf '==> %s, %s s\n' "$target" "$seconds"
    mkdir -p "target/fuzz/corpus/$target" "target/fuzz/artifacts/$target"
    cargo +nightly fuzz run --target-dir target/fuzz "$target" "target/fuzz/corpus/$target" "${seeds[@]}" -- \
        -dict="fuzz/dictionaries/$target.dict" -artifact_prefix="target/fuzz/artifacts/$target/" \
        -max_total_time="$seconds" -max_len=32768 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1
done

# cargo-fuzz makes these whatever it is told.
rmdir fuzz/artifacts/* fuzz/artifacts fuzz/corpus 2>/dev/null || true
