#!/usr/bin/env bash
# Compiles the service and its tests for the Java version in .java-version, and packs build/app/app.jar with the libraries
# that it needs beside it in build/app/lib. Needs a JDK of that version or a newer one. The same sources give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C TZ=UTC

java_version=$(<.java-version)
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
out=build/app
classes=build/classes
test_classes=build/test-classes

# "javac 1.8.0_502" is Java 8, "javac 21.0.12" is Java 21. JDK 8 prints it on standard error.
jdk=$("${bin}javac" -version 2>&1 | sed -n 's/^javac \(1\.\)\{0,1\}\([0-9]*\).*/\2/p')
if [ "${jdk:-0}" -lt "$java_version" ]; then
  echo "app/build.sh: .java-version asks for JDK $java_version, and ${bin}javac is ${jdk:-of an unknown version}." >&2
  echo "Install JDK $java_version or set JAVA_HOME to one." >&2
  exit 1
fi

options=(-encoding UTF-8 -g -proc:none "-Xlint:all,-options" -Werror)
# --release also refuses library methods that the older version does not have; -source and -target do not.
# The compiler of JDK 8 has no such option and needs none: it knows only Java 8.
if [ "$jdk" -gt 8 ]; then
  options+=(--release "$java_version")
fi

rm -rf "$out" "$classes" "$test_classes"
mkdir -p "$out" "$classes/META-INF" "$test_classes"
app/libraries.sh
libraries=() main_path="$classes" test_path="$classes"
if [ -d build/libraries ]; then
  while IFS= read -r jar; do libraries+=("${jar##*/}"); done < <(find build/libraries -maxdepth 1 -name '*.jar' | sort)
  # Warnings of a library about another one that is not here do not matter.
  options+=("-Xlint:-classfile" "-Xlint:-path")
  main_path="$classes:build/libraries/*" test_path="$classes:build/libraries/*:build/libraries/test/*"
fi

find app/src/main/java -name '*.java' | sort >build/sources.txt
find app/src/test/java -name '*.java' | sort >build/test-sources.txt
"${bin}javac" "${options[@]}" -d "$classes" -cp "$main_path" @build/sources.txt
"${bin}javac" "${options[@]}" -d "$test_classes" -cp "$test_path" @build/test-sources.txt
for name in main test; do
  if [ -d "app/src/$name/resources" ]; then
    if [ "$name" = main ]; then into=$classes; else into=$test_classes; fi
    cp -R "app/src/$name/resources/." "$into/"
  fi
done

# Bytes 6 and 7 of a class file are its major version: 52 for Java 8, 55 for 11, 61 for 17, 65 for 21, 69 for 25.
# One class compiled for a newer version stops the service with UnsupportedClassVersionError, so it stops the build.
while IFS= read -r class; do
  read -r high low <<<"$(od -An -tu1 -j6 -N2 "$class")"
  major=$((high * 256 + low))
  if [ "$major" -ne $((java_version + 44)) ]; then
    echo "app/build.sh: $class has class file version $major, Java $java_version needs $((java_version + 44))." >&2
    exit 1
  fi
done < <(find "$classes" -name '*.class')

printf 'Manifest-Version: 1.0\nMain-Class: service.Main\n' >"$classes/META-INF/MANIFEST.MF"
# The jar names its libraries, so that `java -jar` finds them; a line of a manifest has at most 72 bytes.
if [ "${#libraries[@]}" -gt 0 ]; then
  mkdir "$out/lib"
  cp build/libraries/*.jar "$out/lib/"
  { printf 'Class-Path:' && printf ' lib/%s' ${libraries[@]+"${libraries[@]}"} && echo; } | fold -b -w 70 | sed '2,$s/^/ /' >>"$classes/META-INF/MANIFEST.MF"
fi
# A jar holds the time and the order of its files: both are fixed here.
find "$classes" -exec touch -t 198002010000 {} +
entries=(-C "$classes" META-INF/MANIFEST.MF)
while IFS= read -r file; do
  entries+=(-C "$classes" "$file")
done < <(cd "$classes" && find . -type f ! -name MANIFEST.MF | sed 's|^\./||' | sort)
"${bin}jar" cfM "$out/app.jar" "${entries[@]}"

echo "$out/app.jar: Java $java_version, compiled with JDK $jdk"
