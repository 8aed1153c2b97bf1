"""SEC001: which assigned values are secrets, in which files, and which only look like one."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.checks.security import drawn
from scaffolder.repository.project import Project

HEX_32, HEX_64 = (
    "5e1fa09c7d42b86308e7c1d5af2b9460",
    "c04be7" + "19d2f8a6530b7ce14f9082d3a5" * 2 + "77f1e2",
)
BASE64 = "q7Rk0ZsVt3" + "mBxW9yLcHd+Ae2PgU6NoJf/Q="
LOWER = "vz7wq4nbt2xr"


def found(root: Path, file: str, text: str) -> list[str]:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=["SEC001"], ignore=[]), ScriptedToolchain({})
    )
    assert report.results, report.inapplicable
    return [
        f"{one.line}: {one.message.removeprefix('holds what looks like ')}"
        for one in report.results[0].findings
    ]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


MANIFEST = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: billing\n"
FOUND = {
    "beside a page": ("a.yaml", f"page: <html>\napi_token: {HEX_32}\n", "2: a secret in api_token"),
    "a commented value of an environment": ("values-prod.yaml", f"# api_token: {HEX_32}\n", "1: a secret in api_token"),
    "a token with a slash": ("a.yaml", f"auth_token: {BASE64}\n", "1: a secret in auth_token"),
    "behind a picture": ("a.yaml", f"x: data:image/png;base64,AAAA\napi_token: {HEX_32}\n", "2: a secret in api_token"),
    "a private key by its name": ("a.yaml", f"signing_key: {HEX_64}\n", "1: a secret in signing_key"),
    "hexadecimal": (".env", f"HMAC_SECRET={HEX_64}\n", "1: a secret in HMAC_SECRET"),
    "short hexadecimal": ("a.env", f"export SESSION_SECRET='{HEX_32}'\n", "1: a secret in SESSION_SECRET"),
    "hexadecimal in capitals": ("values.yaml", f"app:\n  signingKey: {HEX_32.upper()}\n", "2: a secret in signingKey"),
    "a key by any name": ("values.yaml", f"datadog_key: {HEX_32}\n", "1: a secret in datadog_key"),
    "Rails": ("config.yml", f"  secret_key_base: {HEX_64 + HEX_64[::-1]}\n", "1: a secret in secret_key_base"),
    "code": ("app/settings.py", f'SECRET_KEY = "{HEX_64}"\n', "1: a secret in SECRET_KEY"),
    "an option in code": ("src/a.ts", f"sign(payload, {{ jwtSecret: '{HEX_64}' }})\n", "1: a secret in jwtSecret"),
    "base64": ("application.properties", f"app.jwt.secret = {BASE64}\n", "1: a secret in app.jwt.secret"),
    "base64 in TOML": ("a.toml", f'api_key = "{BASE64}"\n', "1: a secret in api_key"),
    "small letters and digits": ("a.yml", f"mail:\n  password: {LOWER}\n", "2: a secret in password"),
    "a word with a year": ("a.yml", "db:\n  password: winter2024\n", "2: a secret in password"),
    "digits": ("a.ini", "db_password = 90517426\n", "1: a secret in db_password"),
    "a password of Google's mail": ("a.yml", 'smtp_password: "kqzv bxwj mtrp hyln"\n', "1: a secret in smtp_password"),
    "the same without blanks": ("a.yml", "smtp_password: kqzvbxwjmtrphyln\n", "1: a secret in smtp_password"),
    "a word in a file of the environment": (".env.production", "DB_PASSWORD=sunflower\n", "1: a secret in DB_PASSWORD"),
    "a file of the environment with a comment": (".env", f"API_TOKEN={HEX_32} # of 2024\n", "1: a secret in API_TOKEN"),
    "one that is commented out": (".env", f"#JWT_SECRET={HEX_32}\n", "1: a secret in JWT_SECRET"),
    "variables of Terraform": ("a.tfvars", f'db_password = "{LOWER}"\n', "1: a secret in db_password"),
    "the default of a variable": (
        "a.tf",
        f'variable "db_password" {{\n  type    = string\n  default = "{LOWER}"\n}}\n',
        "1: a secret in db_password",
    ),
    "the environment of a container": (
        "k8s/a.yaml",
        f'env:\n  - name: JWT_SECRET\n    value: "{HEX_64}"\n',
        "2: a secret in JWT_SECRET",
    ),
    "the environment of a task": ("task.json", f'{{"name": "API_TOKEN", "value": "{HEX_32}"}}\n', "1: a secret in API_TOKEN"),
    "compose": ("compose.yaml", f"environment:\n  - DB_PASSWORD={LOWER}\n", "2: a secret in DB_PASSWORD"),
    "a table in one line": ("a.yaml", f"db: {{user: app, password: {LOWER}}}\n", "1: a secret in password"),
    "JSON in one line": ("a.json", f'{{"user": "app", "clientSecret": "{BASE64}"}}\n', "1: a secret in clientSecret"),
    "an option of a command": ("a.sh", f"mysql --password={LOWER} shop\n", "1: a secret in password"),
    "a variable of a command": ("a.sh", f"DB_PASSWORD={LOWER} ./run.sh\n", "1: a secret in DB_PASSWORD"),
    "a Dockerfile": ("Dockerfile", f"FROM x:1\nENV API_TOKEN {HEX_32}\n", "2: a secret in API_TOKEN"),
    "an element": ("settings.xml", f"<server>\n  <password>{LOWER}</password>\n</server>\n", "2: a secret in password"),
    "an attribute": ("app.config", f'<add key="ApiToken" value="{HEX_32}" />\n', "1: a secret in ApiToken"),
    "a connection": (
        "appsettings.json",
        f'"Default": "Server=tcp:db;Database=shop;User Id=app;Password={LOWER};"\n',
        "1: a secret in Password",
    ),
    "a parameter of an address": ("a.yml", f"url: jdbc:mysql://db.internal/shop?user=app&password={LOWER}\n", "1: a secret in password"),
    "an address": ("a.yml", f"url: mongodb+srv://app:{LOWER}@shop.internal/x\n", "1: a password in an address"),
    "an address without a user": ("a.yml", f"url: redis://:{HEX_32}@cache.internal:6379\n", "1: a password in an address"),
    "a Secret in plain text": ("k8s/a.yaml", f"{MANIFEST}stringData:\n  smtp-password: tulip-garden\n", "6: a secret in smtp-password of a Secret"),
    "an encoded Secret": ("k8s/a.yml", f"{MANIFEST}data:\n  password: {encoded('moonlight')}\n", "6: a secret in password of a Secret"),
    "an address in a Secret": ("a.yaml", f"{MANIFEST}data:\n  uri: {encoded(f'amqp://a:{LOWER}@mq.internal')}\n", "6: a secret in uri of a Secret"),
    "a Secret as kubectl prints it": ("a.yaml", f"apiVersion: v1\ndata:\n  token: {encoded(HEX_32)}\nkind: Secret\n", "3: a secret in token of a Secret"),
    "the second document": ("a.yaml", f"kind: ConfigMap\ndata:\n  a: b\n---\n{MANIFEST}stringData:\n  token: {HEX_32}\n", "10: a secret in token of a Secret"),
    "a Secret by another name": ("a.yaml", f"{MANIFEST}stringData:\n  hmac: {HEX_64}\n", "6: a secret in hmac of a Secret"),
    "a Secret of a chart": (
        "helm/x/templates/secret.yaml",
        f"kind: Secret\nmetadata:\n  name: {{{{ .Release.Name }}}}\ndata:\n  user: {{{{ .Values.user | b64enc }}}}\n  token: {encoded(HEX_32)}\n",
        "6: a secret in token of a Secret",
    ),
    "a Stripe key of the test mode": ("a.js", "stripe('sk_" + "test_51HqLy" + "Jw83Kd90sPzXcVb')\n", "1: a Stripe key of the test mode"),
    "a key of a vendor": ("notes.txt", "use shpat" + f"_{HEX_32}\n", "1: a secret (shopify-access-token)"),
    "a token in the table": ("a.yml", "x: rubygems" + f"_{HEX_32}{HEX_32[:16]}, y\n", "1: a secret (rubygems-api-token)"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "expected"), FOUND.values(), ids=FOUND)
def test_a_secret_is_found_once_and_not_repeated(
    file: str, text: str, expected: str, tmp_path: Path
) -> None:
    assert found(tmp_path, file, text) == [expected]


DIGEST = "sha256:" + HEX_64
NONE = {
    "a page that was saved": ("a.yaml", f'<!DOCTYPE html>\n<input name="x" authenticity_token="{BASE64}"\n auth_token="{HEX_64}">\n'),
    "a token of a form": ("a.yaml", f"authenticity_token: {BASE64}\n"),
    "a public key": ("a.yaml", f"validator_pubkey: {HEX_64}\npubKey: {HEX_64}\n"),
    "a pattern of files in a shell": ("a.yaml", 'run: |\n  import_sql core_auth "*/data/sql/db-auth2/*"\n'),
    "a file in the home folder": ("a.yaml", "GOOGLE_APPLICATION_CREDENTIALS: ~/shop-d72f2d61e4ac.json\n"),
    "a file by its ending": (".env", "APP_CREDENTIALS=shop-d72f2d61e4ac99.json\n"),
    "a picture": ("a.json", '{"x": "data:image/jpeg;base64,/9j/4AAQ' + "EAAC" + "EdEose0cBA" + "x1R2q3ZC7mZAZBkUqZCQ8wZBz9" + 'Q=="}\n'),
    "a commented default of a chart": ("chart/values.yaml", f"clair:\n  # paginationKey: {HEX_32}\n  # password: {BASE64}\n"),
    "words of a placeholder": ("a.yaml", "app_key: 32_character_string_is_required_\napp_secret: 32_characters_9_required\n"),
    "the name of a key": ("a.yaml", "host:\n  secret: ibm-ppc64le-ssh-key-wdc06\n"),
    "an expression of Terraform": ("a.tf", "provider \"x\" {\n  token    = data.aws_eks_cluster_auth.shop.token\n  password = random_password.db1.result\n}\n"),
    "an attribute by number": ("a.tf", "password = azurerm_kubernetes_cluster.main.kube_admin_config.0.password\n"),
    "references": ("a.yml", "password: ${DB_PASSWORD_1}\ntoken: $(vault read x1)\nsecret: {{ .Values.secret1 }}\napi_key: <your-key-1>\n"),
    "references of other stores": ("a.yml", "password: op://shop/db/password1\ntoken: vault:secret/data/x#token1\nsecret: projects/1/secrets/x1/versions/2\n"),
    "encrypted values": ("a.yaml", f"password: ENC[AES256_GCM,data:{BASE64},type:str]\nsecret: !vault |\n"),
    "a sealed Secret": ("a.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgB" + (BASE64[:30] * 9) + "\n"),
    "placeholders": (".env", "JWT_SECRET=changeme-please-1\nAPI_KEY=your-api-key-2\nDB_PASSWORD=\nTOKEN=xxxxxxxx1\nADMIN_PASSWORD=change_me_1\n"),
    "an example of hexadecimal": (".env", "JWT_SECRET=0123456789abcdef0123456789abcdef\nTOKEN_SECRET=deadbeefdeadbeefdeadbeefdeadbeef\n"),
    "what a database comes with": ("compose.yaml", "POSTGRES_PASSWORD: postgres\nMYSQL_ROOT_PASSWORD: root\nRABBITMQ_DEFAULT_PASS: guest\n"),
    "names": ("values.yaml", "existingSecret: shop-db-1\nimagePullSecret: regcred-eu-2\ntokenSecret: oauth2-proxy-k8s\nsecretName: tls-1\npasswordKey: db-password-2\n"),
    "names of variables": ("a.yml", "token: GITHUB_TOKEN_2\nsecret: SHOP_API_SECRET_1\n"),
    "digests": ("a.yaml", f"image: x@{DIGEST}\ndigest: {DIGEST}\nchecksum/secret: {HEX_64}\nsecret-sha256: {HEX_64}\ntokenHash: {HEX_64}\n"),
    "commits": (".github/workflows/a.yml", f"uses: a/create-token@{HEX_64[:40]} # v1\nref: {HEX_64[:40]}\n"),
    "an image by the name of a secret": ("a.yaml", f"image: registry.internal/vault-secret:{HEX_64[:40]}\n"),
    "a key of a cache": ("a.yml", f"key: {HEX_64}\ncache-key: {HEX_64}\npartitionKey: {HEX_32}\n"),
    "identifiers": ("a.yml", "client_secret_id: 8b1d7f3e-52c4-4a09-9e6f-d07b3c1a58e2\nclientSecret: 8b1d7f3e-52c4-4a09-9e6f-d07b3c1a58e2\n"),
    "public keys": ("a.env", f"NEXT_PUBLIC_API_KEY={HEX_32}\nSTRIPE_PUBLISHABLE_KEY=pk_live_x1\n"),
    "integrity": ("a.json", f'{{"token": "sha512-{BASE64 * 3}", "secret": "h1:{BASE64}"}}\n'),
    "locks": (".terraform.lock.hcl", f'token = "{HEX_64}"\n'),
    "labels": ("i18n/nl.json", '{"password": "Wachtwoord", "forgotPassword": "Wachtwoord vergeten?", "token": "Toegangscode"}\n'),
    "labels of another language": ("i18n/de.yml", "password: Kennwort\nnew_password: Rechtschreibung\nsecret: Geheimnis\n"),
    "a description of an API": ("openapi.yaml", f"openapi: 3.1.0\ncomponents:\n  token: {HEX_64}\n"),
    "a description of an API in JSON": ("api.json", f'{{\n  "info": {{"title": "x"}},\n  "swagger": "2.0",\n  "token": "{HEX_64}"\n}}\n'),
    "an example in a description": ("paths.yaml", f"token:\n  type: string\nexample:\n  token: {HEX_64}\n"),
    "code": ("a.go", 'token := os.Getenv("TOKEN_1")\nconst secretKey = "shop/db/credentials-1"\nif token == "Bearer1" {}\n'),
    "types of code": ("a.ts", "const password: string1 = f(x)\ntype T = {token: Token2; secret?: Secret9}\n"),
    "a Secret of references": ("a.yaml", f"{MANIFEST}stringData:\n  password: ${{DB_PASSWORD}}\n  token: '<token>'\n  user: billing\n"),
    "a Secret of placeholders": ("a.yaml", f"{MANIFEST}data:\n  password: {encoded('changeme')}\n  tls.crt: {encoded('-----BEGIN CERTIFICATE-----')}\n"),
    "a comment that explains": ("secrets.yml", "# Set it like this:\n#   api_key: a1B2c3D4e5F6\n#   password: sommer2024\n"),
    "a ConfigMap": ("a.yaml", f"kind: ConfigMap\ndata:\n  revision: {HEX_64}\n  uri: aGVsbG8gd29ybGQgMTIz\n"),
    "a test": ("tests/conftest.py", f'SECRET_KEY = "{HEX_64}"\n'),
    "an example": (".env.example", f"JWT_SECRET={HEX_64}\n"),
    "one that is allowed": (".env", f"JWT_SECRET={HEX_64} # gitleaks:allow\n"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text"), NONE.values(), ids=NONE)
def test_what_is_no_secret_is_left_alone(file: str, text: str, tmp_path: Path) -> None:
    assert found(tmp_path, file, text) == []


def test_entropy_is_counted_in_bits_per_character() -> None:
    assert drawn.entropy("aaaa") == 0
    assert drawn.entropy("abcd") == 2


@pytest.mark.parametrize("text", [HEX_32, HEX_64.upper(), BASE64, LOWER, "vz7-wq4n-bt2x"])
def test_what_a_generator_makes_is_drawn(text: str) -> None:
    assert drawn.is_drawn(text)


@pytest.mark.parametrize(
    "text",
    ["my-service-db-1", "MyServiceAccount2024Prod", "k8s-s3-e2e", "oauth2-proxy", "eu-west-1-db2"],
)
def test_a_name_is_not_drawn(text: str) -> None:
    assert not drawn.is_drawn(text)


@pytest.mark.parametrize(
    "word", ["changeme", "change-me\n", "password", "example", "postgres", "my-secret"]
)
def test_a_placeholder_in_base64_is_no_secret(tmp_path: Path, word: str) -> None:
    value = encoded(word)
    generator = f"secretGenerator:\n  - name: a\n    literals:\n      - token={value}\n"
    assert found(tmp_path, "kustomization.yaml", generator) == []
    assert found(tmp_path, "a.env", f"API_TOKEN={value}\nDB_PASSWORD={value}\n") == []
    data = f"data:\n  token: {value}\n  password: {value}\n"
    assert found(tmp_path, "secret.yaml", MANIFEST + data) == []


def test_a_secret_in_base64_is_one(tmp_path: Path) -> None:
    text = f"secretGenerator:\n  - literals:\n      - token={encoded('Zx81kQ7mV2bN9cT4')}\n"
    assert found(tmp_path, "kustomization.yaml", text) == ["3: a secret in token"]


def test_the_published_key_of_an_emulator_is_no_secret(tmp_path: Path) -> None:
    key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw"
    text = f"AccountName=devstoreaccount1;AccountKey={key}==\n"
    assert found(tmp_path, "storage.md", text) == []
