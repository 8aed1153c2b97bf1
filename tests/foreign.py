"""Three repositories as teams have them, none of them generated: what `scaffold adopt` is tried on."""

from __future__ import annotations

import subprocess
from pathlib import Path

MAVEN = {
    "pom.xml": """\
<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>3.3.4</version>
  </parent>
  <groupId>com.example.shop</groupId>
  <artifactId>order-service</artifactId>
  <version>1.4.0-SNAPSHOT</version>
  <properties>
    <java.version>17</java.version>
  </properties>
  <build>
    <plugins>
      <plugin>
        <groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-maven-plugin</artifactId>
      </plugin>
    </plugins>
  </build>
</project>
""",
    "mvnw": '#!/bin/sh\nexec mvn "$@"\n',
    "Dockerfile": """\
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /src
COPY . .
RUN mvn -B -DskipTests package

FROM eclipse-temurin:17-jre
COPY --from=build /src/target/*.jar /app.jar
EXPOSE 8081
ENTRYPOINT ["java", "-jar", "/app.jar"]
""",
    "src/main/java/com/example/shop/OrderApplication.java": """\
package com.example.shop;

public class OrderApplication {
  public static void main(String[] args) {}
}
""",
    "src/main/resources/application.properties": "server.port=8081\n",
    ".github/workflows/build.yml": """\
name: build
on: [push]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-java@v4
        with: {distribution: temurin, java-version: "17"}
      - uses: aws-actions/configure-aws-credentials@v4
        with: {aws-region: eu-west-1}
      - run: ./mvnw -B verify
""",
    ".gitignore": "target/\n.idea/\n",
    "README.md": "# order-service\n\nTakes orders.\n",
    "CODEOWNERS": "* @acme/checkout\n",
}

FLASK = {
    "requirements.txt": "Flask==3.0.3\ngunicorn==22.0.0\n",
    "requirements-dev.txt": "pytest==8.3.2\n",
    "app/__init__.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    "app/views.py": 'from app import app\n\n\n@app.get("/")\ndef index():\n    return "hello"\n',
    "tests/test_views.py": "def test_index():\n    assert True\n",
    "Dockerfile": """\
FROM python:3.12-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY app app
ENV PORT=5000
EXPOSE $PORT
CMD ["gunicorn", "--bind", "0.0.0.0:5000", "app:app"]
""",
    "helm/catalog/Chart.yaml": "apiVersion: v2\nname: catalog\nversion: 0.3.1\n",
    "helm/catalog/values.yaml": "image:\n  repository: acme.azurecr.io/catalog\n  tag: latest\nservice:\n  port: 80\n",
    "helm/catalog/templates/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels: {app: catalog}
  template:
    metadata:
      labels: {app: catalog}
    spec:
      containers:
        - name: catalog
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          ports:
            - containerPort: 5000
""",
    ".gitlab-ci.yml": """\
image: python:3.12
stages: [test, deploy]
test:
  stage: test
  script:
    - pip install -r requirements.txt -r requirements-dev.txt
    - pytest
deploy:
  stage: deploy
  script:
    - az login --service-principal
    - helm upgrade --install catalog helm/catalog
    - ./notify-slack.sh
""",
    ".gitignore": "__pycache__/\n.venv/\n",
    "README.md": "# catalog\n",
}

MONOREPO = {
    "package.json": '{\n  "name": "shop",\n  "private": true,\n  "workspaces": ["packages/*"]\n}\n',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    ".nvmrc": "22\n",
    ".github/workflows/ci.yml": """\
name: ci
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: {node-version: 22}
      - run: pnpm install && pnpm -r test
""",
    "packages/web/package.json": '{\n  "name": "@shop/web",\n  "version": "1.0.0"\n}\n',
    "packages/web/Dockerfile": "FROM nginx:1.27\nCOPY dist /usr/share/nginx/html\n",
    "packages/payments/package.json": """\
{
  "name": "@shop/payments",
  "version": "2.1.0",
  "type": "module",
  "engines": {"node": ">=22 <23"},
  "scripts": {
    "test": "node --test",
    "start": "node src/server.js"
  }
}
""",
    "packages/payments/src/server.js": """\
import { createServer } from "node:http";

const port = process.env.PORT ?? 3000;
createServer((request, response) => response.end("ok")).listen(port);
""",
    "packages/payments/Dockerfile": """\
FROM node:22-alpine
WORKDIR /app
COPY . .
EXPOSE 3000
CMD ["node", "src/server.js"]
""",
    "packages/payments/README.md": "# payments\n",
}


def repository(folder: Path, files: dict[str, str], origin: str = "") -> Path:
    """A Git repository in `folder` with `files` committed on its branch main."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "config", "user.name", "Somebody")
    git(folder, "config", "user.email", "somebody@example.org")
    if origin:
        git(folder, "remote", "add", "origin", origin)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "as it was")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Return Git's output in `folder`, which must succeed."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")
