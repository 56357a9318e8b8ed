#!/bin/sh
# Makes the files of assets/ that are other people's code: graphiql.js.gz,
# graphiql.css.gz and LICENSES.txt. It needs node, npm and gzip, and gives the same
# bytes each time: bundle/package-lock.json fixes every package by its hash.
#
# To take newer versions: change bundle/package.json, run `npm install
# --package-lock-only` in bundle/, then this, then look at the page.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp bundle/* "$work"
(
	cd "$work"
	npm ci --ignore-scripts --no-audit --no-fund
	node build.mjs
	gzip -9 -n out/graphiql.js out/graphiql.css
)
cp "$work"/out/graphiql.js.gz "$work"/out/graphiql.css.gz "$work"/out/LICENSES.txt assets/
