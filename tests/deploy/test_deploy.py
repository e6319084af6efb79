"""Image, compose file and chart: linted and rendered by the real tools, where `make deploy` installed them."""

import json
import re
import subprocess
from shutil import which
from typing import Any

import pytest
import yaml
from tests.conftest import REPOSITORY

from sluis.conf.env import Env

DEPLOY = REPOSITORY / "deploy"
CHART = DEPLOY / "helm" / "sluis"
BASE = {"baseUrl": "https://data.merwede.example"}
FULL: dict[str, Any] = BASE | {
    "existingSecret": "sluis",
    "settings": {"SLUIS_ORGANISATION": "Provincie Merwede", "SLUIS_FEED_PAGE": 50, "SLUIS_CHECK_LINKS": True},
    "ingress": {"enabled": True, "className": "nginx", "tlsSecret": "tls", "annotations": {"a": "b"}},
    "metrics": {"from": ["10.0.0.0/8", "fd00::/8"]},
    "persistence": {"storageClass": "fast"},
    "imagePullSecrets": [{"name": "pull"}],
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "a", "operator": "Exists"}],
}
ALONE = BASE | {"worker": {"replicas": 0}, "persistence": {"existingClaim": "own"}, "networkPolicy": {"enabled": False}}
SEVERAL = BASE | {
    "existingSecret": "geheim",
    "severalHosts": {"enabled": True, "web": 3},
    "settings": {"SLUIS_STORAGE": "s3://bestanden", "SLUIS_STORAGE_ENDPOINT": "https://s3.example"},
}
MUST = {
    "secret-key": "k" * 40,
    "database": "postgresql://sluis@database/sluis",
    "storage-key-id": "sleutel",
    "storage-secret-key": "geheim",
}
KINDS = {"Deployment", "Service", "PersistentVolumeClaim", "NetworkPolicy"}
MADE = [(BASE, KINDS), (FULL, KINDS | {"Ingress"}), (ALONE, {"Deployment", "Service"}),
        (SEVERAL, {"Deployment", "Service", "NetworkPolicy"})]  # fmt: skip
VERSIONS = ("1.27", "1.30", "1.34")


@pytest.fixture(scope="module")
def helm() -> Any:
    return pytest.importorskip("helm_python", reason="Helm is not installed; `make deploy` installs it")


def rendered(helm: Any, values: dict[str, Any]) -> list[dict[str, Any]]:
    files = helm.Chart.load(str(CHART)).render(values, name="proef", namespace="data", is_install=True)
    return [one for path, text in files.items() if path.endswith(".yaml") for one in yaml.safe_load_all(text) if one]


@pytest.mark.parametrize(("values", "kinds"), MADE, ids=["base", "full", "alone", "several"])
def test_helm_lints_and_renders_what_kubernetes_takes(helm: Any, values: dict[str, Any], kinds: set[str]) -> None:
    kubernetes = pytest.importorskip("kubernetes_validate", reason="`make deploy` installs the schemas of Kubernetes")
    report = helm.lint(str(CHART), values, strict=True)
    assert [message for message in report["messages"] if message["severity"] > 1] == []
    assert report["errors"] == []
    made = rendered(helm, values)
    assert {one["kind"] for one in made} == kinds
    for one in made:
        for version in VERSIONS:
            kubernetes.validate(one, version, strict=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"baseUrl": "http://data.example"},
        {"baseUrl": "https://data.example/pad"},
        BASE | {"onbekend": 1},
        BASE | {"settings": {"SLUIS_SECRET_KEY": "staat-hier-niet"}},
        BASE | {"worker": {"replicas": -1}},
        BASE | {"severalHosts": {"enabled": True}},
        SEVERAL | {"settings": {}},
    ],
)
def test_wrong_values_are_refused_before_anything_is_made(helm: Any, wrong: dict[str, Any]) -> None:
    chart = helm.Chart.load(str(CHART))
    with pytest.raises(helm.HelmError):
        chart.validate_schema(chart.merge_values(wrong))


@pytest.mark.parametrize(("values", "_kinds"), MADE, ids=["base", "full", "alone", "several"])
def test_pods_hold_no_rights_and_settings_that_exist(helm: Any, values: dict[str, Any], _kinds: set[str]) -> None:
    pods = [one["spec"]["template"]["spec"] for one in rendered(helm, values) if one["kind"] == "Deployment"]
    assert pods
    for pod in pods:
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert container["resources"]["limits"]["memory"]
        plain = {e["name"]: e["value"] for e in container["env"] if "value" in e}
        named = {name for name in plain if name.startswith("SLUIS_")}
        named |= {e["name"] for e in container["env"] if "secretKeyRef" in e.get("valueFrom", {})}
        assert named <= {f"SLUIS_{name.upper()}" for name in Env.__dataclass_fields__}
        held = [
            (e["name"], e["valueFrom"]["secretKeyRef"]) for e in container["env"] if e["name"] in named - set(plain)
        ]
        plain |= {name: MUST[reference["key"]] for name, reference in held if not reference["optional"]}
        assert Env.load({name: plain[name] for name in plain if name.startswith("SLUIS_")}).https


def test_one_site_does_the_jobs_when_there_is_no_worker(helm: Any) -> None:
    jobs = {}
    for name, values in (("base", BASE), ("alone", ALONE)):
        for one in rendered(helm, values):
            if one["kind"] == "Deployment":
                (container,) = one["spec"]["template"]["spec"]["containers"]
                env = {e["name"]: e.get("value") for e in container["env"]}
                jobs[name, container["args"][0]] = env["SLUIS_JOBS"]
    assert jobs == {("base", "serve"): "0", ("base", "worker"): "2", ("alone", "serve"): "1"}


def test_several_hosts_share_nothing_but_database_bucket_and_key(helm: Any) -> None:
    pods = {one["metadata"]["name"]: one["spec"] for one in rendered(helm, SEVERAL) if one["kind"] == "Deployment"}
    assert pods["proef-web"]["replicas"] == 3
    for spec in pods.values():
        pod = spec["template"]["spec"]
        assert "affinity" not in pod
        assert "emptyDir" in next(volume for volume in pod["volumes"] if volume["name"] == "data")
        secrets = [
            e["valueFrom"]["secretKeyRef"]
            for e in pod["containers"][0]["env"]
            if "SLUIS" in e["name"] and "valueFrom" in e
        ]
        assert {one["key"] for one in secrets if not one["optional"]} == set(MUST)


def test_the_image_file_is_linted() -> None:
    hadolint = which("hadolint") or which("hadolint", path=str(REPOSITORY / ".venv" / "bin"))
    if hadolint is None:
        pytest.skip("hadolint is not installed; `make deploy` installs it")
    found = subprocess.run(
        [hadolint, "--format", "json", str(DEPLOY / "Containerfile")], capture_output=True, text=True, check=False
    )
    assert json.loads(found.stdout) == []


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_the_compose_file_fits_its_image_and_its_settings() -> None:
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    known = {f"SLUIS_{name.upper()}" for name in Env.__dataclass_fields__}
    services = compose()["services"]
    assert services.pop("database")["profiles"] == ["postgres"]  # only there when it is asked for
    assert set(services) == {"web", "worker"}
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert f"USER {service['user']}" in image
        assert set(service["environment"]) <= known
        assert service["volumes"] == ["data:/data"]
    assert "VOLUME /data" in image


def filled_in(text: str) -> str:
    """As compose fills in variables: the default, or what must be given."""
    return re.sub(r"\$\{\w+:(?:-([^}]*)|\?[^}]*)\}", lambda found: found[1] or "https://data.example", text)


def test_the_compose_file_is_one_by_the_specification() -> None:
    compose_spec = pytest.importorskip("compose_spec", reason="`make deploy` installs the compose specification")
    document = yaml.safe_load(filled_in((DEPLOY / "compose.yaml").read_text(encoding="utf-8")))
    read = compose_spec.PyCompose.from_yaml(yaml.safe_dump(document))
    read.validate()
    assert set(read.service_names()) == {"web", "worker", "database"}
    document["services"]["worker"]["depends_on"]["web"]["condition"] = "never"
    with pytest.raises(ValueError):
        compose_spec.PyCompose.from_yaml(yaml.safe_dump(document))
