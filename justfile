# Handy recipes; `just` lists them. Nothing here is needed: each line is a plain command.

default:
    @just --list

# The desk, on embedded SQLite in ./data
run *ARGS:
    cargo run --release -- serve {{ARGS}}

# Every test, installing what it needs; or only those that match
test *ARGS:
    scripts/test {{ARGS}}

# Format and lints
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Figures as ratios against limits measured in the same run
bench *ARGS:
    cargo run --release --package docket-bench -- {{ARGS}}

# Writes the committed schemas anew: events, OpenAPI, AsyncAPI
schemas:
    DOCKET_UPDATE_SCHEMAS=1 cargo nextest run --workspace schemas
