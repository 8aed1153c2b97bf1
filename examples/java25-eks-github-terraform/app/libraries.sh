#!/usr/bin/env bash
# Puts the jars that the service needs into build/libraries, and those that only its tests need into build/libraries/test:
# the ones of app/lib and app/lib/test, or what Maven or Gradle resolves for app/pom.xml or app/build.gradle. The file
# app/lib/SHA256SUMS has the name and the hash of each, and nothing else is taken. Without libraries it does nothing.
#
#   libraries.sh        from app/build.sh
#   libraries.sh lock   writes app/lib/SHA256SUMS from what there is now; read the difference before you commit it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C

out=build/libraries
lock=app/lib/SHA256SUMS

stop() {
  printf 'app/build.sh: %s\n' "$*" >&2
  exit 1
}

# macOS has shasum instead of sha256sum. A line is "HASH  NAME"; a star before the name means the same.
sums() {
  (cd "$1" && find . -name '*.jar' | sed 's|^\./||' | sort | while IFS= read -r jar; do
    if command -v sha256sum >/dev/null; then sha256sum "$jar"; else shasum -a 256 "$jar"; fi
  done)
}
locked() { if [ -f "$lock" ]; then sed 's/ \*/  /' "$lock" | sort; fi; }

# A wrapper downloads the tool that it starts: what it downloads has a hash too.
tool() {
  local wrapper=app/$1 properties=app/$2 name=$3
  if [ -f "$wrapper" ]; then
    grep -q '^distributionSha256Sum=' "$properties" ||
      stop "$properties has no distributionSha256Sum, the hash of the $name that $wrapper downloads. Add it from the page of that release."
    command=(bash "$wrapper")
  else
    command -v "$4" >/dev/null ||
      stop "$5 needs $name, and neither $wrapper nor $4 is there. The image has only what is in app/: commit the wrapper with its hash."
    command=("$4")
  fi
}

# The arguments of MAVEN_ARGS are Maven's own from 3.9 on, and given to an older one here.
resolve_with_maven() {
  local scope arguments
  tool mvnw .mvn/wrapper/maven-wrapper.properties Maven mvn app/pom.xml
  read -ra arguments <<<"${MAVEN_ARGS:-}"
  for scope in runtime test; do
    "${command[@]}" --batch-mode --quiet --strict-checksums -f app/pom.xml ${arguments[@]+"${arguments[@]}"} \
      dependency:copy-dependencies "-DincludeScope=$scope" "-DoutputDirectory=$PWD/build/resolved/$scope" >&2
  done
}

resolve_with_gradle() {
  tool gradlew gradle/wrapper/gradle-wrapper.properties Gradle gradle "$1"
  cat >build/resolved/libraries.gradle <<'END'
rootProject {
  ["runtime", "test"].each { scope ->
    tasks.create(scope + "Libraries", Copy) {
      from { configurations.getByName(scope == "test" ? "testRuntimeClasspath" : "runtimeClasspath") }
      include "*.jar"
      into new File(System.getenv("RESOLVED"), scope)
    }
  }
}
END
  RESOLVED="$PWD/build/resolved" "${command[@]}" --quiet --console=plain --no-daemon -p app \
    --init-script "$PWD/build/resolved/libraries.gradle" runtimeLibraries testLibraries >&2
}

# Dependencies of the build file; empty if it has none or does not exist.
build_file=
for file in app/pom.xml app/build.gradle app/build.gradle.kts; do
  if [ -f "$file" ] && grep -Eq '<dependency>|<parent>|^dependencies|^ +(implementation|runtimeOnly|testImplementation)' "$file"; then
    build_file=$file
    break
  fi
done

made_of=$([ -z "$build_file" ] || cat "$build_file" "$lock" 2>/dev/null || true)
if [ "${1:-}" != lock ] && [ -n "$build_file" ] && [ -f "$out/made-of" ] && [ "$made_of" = "$(<"$out/made-of")" ] &&
  [ "$(sums "$out" | sort)" = "$(locked)" ]; then
  exit 0
fi

rm -rf "$out" build/resolved
mkdir -p "$out/test" build/resolved/runtime build/resolved/test
case $build_file in
"")
  for folder in . test; do
    if [ -d "app/lib/$folder" ]; then find "app/lib/$folder" -maxdepth 1 -name '*.jar' -exec cp {} "$out/$folder/" \; ; fi
  done
  ;;
*.xml) resolve_with_maven ;;
*) resolve_with_gradle "$build_file" ;;
esac
if [ -n "$build_file" ]; then
  find build/resolved/runtime -name '*.jar' -exec cp {} "$out/" \;
  find build/resolved/test -name '*.jar' | while IFS= read -r jar; do
    [ -f "$out/${jar##*/}" ] || cp "$jar" "$out/test/"
  done
fi
rm -rf build/resolved

if [ -z "$(find "$out" -name '*.jar')" ] && [ ! -f "$lock" ]; then
  rm -rf "$out"
  exit 0
fi
found=$(sums "$out")
if [ "${1:-}" = lock ]; then
  mkdir -p app/lib
  printf '%s\n' "$found" >"$lock"
  echo "$lock: $(grep -c . <<<"$found") jars"
elif [ -n "$found" ] && [ ! -f "$lock" ]; then
  stop "${build_file:-app/lib} brings libraries, but $lock with their hashes does not exist. Run \`app/libraries.sh lock\`, and commit the file."
elif [ "$(sort <<<"$found")" != "$(locked)" ]; then
  echo "app/build.sh: the libraries of ${build_file:-app/lib} are not those of $lock (left: locked, right: found):" >&2
  comm -3 <(locked) <(sort <<<"$found") >&2
  stop "If you changed them, run \`app/libraries.sh lock\`, read the difference, and commit the file."
fi
printf '%s\n' "$made_of" >"$out/made-of"
