"""A service is started as its image starts it, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.runtimes import RUNTIMES
from scaffolder.repository.runtimes.runtime import Service

SPRING = "<project><artifactId>spring-boot-maven-plugin</artifactId></project>\n"
MODULES = "<project><modules><module>core</module><module>app</module></modules></project>\n"
APPLICATION = {"app/src/main/java/x/App.java": "@SpringBootApplication\nclass App {}\n"}
BOOT = 'plugins { id("org.springframework.boot") }\n'
NODE = '{"scripts": {"start": "nest start", "start:prod": "node dist/main"}}'


def run(folder: Path, runtime: str, files: dict[str, str], command: str) -> str:
    image = {"Dockerfile": f"FROM x\n{command}\n"} if command else {}
    project = written(folder, {**files, **image})
    images = project.matching("Dockerfile")
    service = Service(project=project, top=folder, images=images, listens=lambda: ())
    return next(iter(RUNTIMES[runtime].build_tools(service))).run


@pytest.mark.parametrize(
    ("runtime", "files", "command", "run_by"),
    [
        (
            "java",
            {"pom.xml": SPRING},
            'ENTRYPOINT ["java", "-Dloader.main=a.b.Jobs", "-cp", "a.jar", '
            '"org.springframework.boot.loader.launch.PropertiesLauncher"]',
            "exec mvn --batch-mode spring-boot:run -Dspring-boot.run.main-class=a.b.Jobs\n",
        ),
        (
            "java",
            {"pom.xml": SPRING},
            'ENTRYPOINT ["java", "org.springframework.boot.loader.launch.JarLauncher"]',
            "exec mvn --batch-mode spring-boot:run\n",
        ),
        (
            "java",
            {"pom.xml": MODULES, "core/pom.xml": SPRING, "app/pom.xml": SPRING, **APPLICATION},
            "",
            "mvn --batch-mode --projects app --also-make -DskipTests install\n"
            "exec mvn --batch-mode --projects app spring-boot:run\n",
        ),
        ("java", {"pom.xml": MODULES, "app/pom.xml": "<project/>", **APPLICATION}, "", ""),
        (
            "java",
            {"build.gradle": "", "app/build.gradle.kts": BOOT, **APPLICATION},
            "",
            "exec gradle --console=plain :app:bootRun\n",
        ),
        ("java", {"build.gradle": BOOT}, "CMD java -cp /a/* a.b.Jobs", ""),
        ("java", {"build.gradle": "apply plugin: 'java'\n"}, "", ""),
        ("java", {"build.gradle": "plugins {\n  id 'application'\n}\n"}, "", "exec gradle --console=plain run\n"),
        ("node", {"package.json": NODE}, 'CMD ["npm", "run", "start:prod"]', "exec npm run start:prod\n"),
        ("node", {"package.json": NODE}, "CMD node dist/main.js", "exec npm start\n"),
        ("node", {"package.json": "{}"}, 'CMD ["node", "a/server.js"]', "exec node a/server.js\n"),
        ("node", {"package.json": "{}"}, "CMD node $ENTRY", ""),
        ("node", {"package.json": "{}"}, 'ENTRYPOINT ["/start.sh"]', ""),
        ("python", {"requirements.txt": "", "app.py": ""}, "CMD python app.py", "app/build.sh\nexec .venv/bin/python app.py\n"),
        ("python", {"requirements.txt": ""}, "CMD python /srv/app.py", ""),
        ("python", {"poetry.lock": "", "manage.py": ""}, 'CMD ["python", "manage.py", "runserver"]', "app/build.sh\nexec poetry run python manage.py runserver\n"),
        ("python", {"requirements.txt": ""}, 'CMD ["python", "-m", "shop.api"]', "app/build.sh\nexec .venv/bin/python -m shop.api\n"),
        ("python", {"requirements.txt": "", "Procfile": "web: gunicorn shop:app\n"}, "", "app/build.sh\nexec .venv/bin/python -m gunicorn shop:app\n"),
        ("python", {"requirements.txt": "", "Procfile": "web: gunicorn a:b -b :$PORT\n"}, "", ""),
        ("python", {"requirements.txt": ""}, 'ENTRYPOINT ["./entrypoint.sh"]\nCMD ["gunicorn", "a:b"]', ""),
    ],
)  # fmt: skip
def test_how_a_service_is_started(
    tmp_path: Path, runtime: str, files: dict[str, str], command: str, run_by: str
) -> None:
    assert run(tmp_path, runtime, files, command) == run_by
