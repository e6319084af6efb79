"""Settings: order, faults all at once, and no default secret."""

import pytest

from sluis.conf.database import configuration
from sluis.conf.env import Env, first_secret
from sluis.kernel.errors import Invalid


def test_environment_goes_before_the_file(tmp_path):
    (tmp_path / "sluis.toml").write_text('port = 9000\ntheme = "duin"\nallowed_hosts = ["a.example", "b.example"]\n')
    env = Env.load({"SLUIS_DATA": str(tmp_path), "SLUIS_PORT": "9100"})
    assert (env.port, env.theme) == (9100, "duin")
    assert {"a.example", "b.example", "127.0.0.1"} <= set(env.hosts)


def test_all_faults_are_reported_at_once(tmp_path):
    (tmp_path / "sluis.toml").write_text('colour = "red"\nlanguage = "fr"\n')
    with pytest.raises(Invalid) as caught:
        Env.load(
            {
                "SLUIS_DATA": str(tmp_path),
                "SLUIS_PORT": "many",
                "SLUIS_SECRET_KEY": "short",
                "SLUIS_DEBUG": "perhaps",
                "SLUIS_BASE_URL": "ftp://x",
            }
        )
    assert {fault.field for fault in caught.value.faults} == {
        "port",
        "debug",
        "colour",
        "language",
        "secret_key",
        "base_url",
    }


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "sluis.toml").write_text("port = ")
    with pytest.raises(Invalid, match=r"sluis\.toml"):
        Env.load({"SLUIS_DATA": str(tmp_path)})


def test_the_secret_is_made_once_and_kept_to_ourselves(tmp_path):
    env = Env.load({"SLUIS_DATA": str(tmp_path)})
    first = first_secret(env)
    assert first == first_secret(env)
    assert len(first) >= 48
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_two_installations_have_different_secrets(tmp_path):
    keys = {first_secret(Env.load({"SLUIS_DATA": str(tmp_path / name)})) for name in ("a", "b")}
    assert len(keys) == 2


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("k" * 40 + "\n")
    env = Env.load({"SLUIS_DATA": str(tmp_path), "SLUIS_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert first_secret(env) == "k" * 40


def test_https_follows_from_the_address(tmp_path):
    env = Env.load({"SLUIS_DATA": str(tmp_path), "SLUIS_BASE_URL": "https://data.merwede.example/"})
    assert env.https
    assert env.url == "https://data.merwede.example"
    assert "data.merwede.example" in env.hosts


@pytest.mark.parametrize("name", ["connect_allow", "metrics_from"])
def test_a_network_that_is_none_is_told_and_not_taken_for_a_name(tmp_path, name):
    with pytest.raises(Invalid) as caught:
        Env.load({"SLUIS_DATA": str(tmp_path), f"SLUIS_{name.upper()}": "10.1.2.3/24"})
    assert [fault.field for fault in caught.value.faults] == [name]


def test_what_sources_may_reach_is_a_name_an_address_or_a_network(tmp_path):
    allowed = "bron.example, bron.example:8443, 10.1.2.0/24, 10.1.2.3"
    assert len(Env.load({"SLUIS_DATA": str(tmp_path), "SLUIS_CONNECT_ALLOW": allowed}).connect_allow) == 4


@pytest.mark.parametrize(
    "address",
    [
        "mysql://u:geheim-woord@h/d",
        "geheim-woord",
        "postgresql://u:geheim-woord@h",
        "postgresql://u:geheim%zz-woord@h/d",
    ],
)
def test_an_address_of_a_database_that_is_none_is_told_without_its_password(tmp_path, address):
    with pytest.raises(Invalid) as caught:
        Env.load({"SLUIS_DATA": str(tmp_path), "SLUIS_DATABASE": address})
    assert [fault.field for fault in caught.value.faults] == ["database"]
    assert "geheim" not in f"{caught.value.detail(str)}{[fault.text() for fault in caught.value.faults]}"


def test_the_address_of_a_database_may_come_from_a_file(tmp_path):
    (tmp_path / "address").write_text("postgresql://sluis:woord@db.example/sluis?sslmode=verify-full\n")
    env = Env.load({"SLUIS_DATA": str(tmp_path), "SLUIS_DATABASE_FILE": str(tmp_path / "address")})
    entry = configuration(env.database, env.data, connections=12)
    assert (entry["HOST"], entry["PORT"], entry["NAME"], entry["USER"]) == ("db.example", "", "sluis", "sluis")
    assert entry["OPTIONS"]["sslmode"] == "verify-full"
    assert entry["OPTIONS"]["pool"]["max_size"] == 12
    assert "synchronous_commit=on" in entry["OPTIONS"]["options"]


def test_what_the_address_says_of_the_session_comes_after_ours(tmp_path):
    address = "postgresql://h/d?options=-c%20synchronous_commit%3Dremote_apply"
    said = configuration(address, tmp_path, connections=1)["OPTIONS"]["options"]
    assert said.index("synchronous_commit=on") < said.index("synchronous_commit=remote_apply")


def test_without_an_address_everything_stands_in_one_file(tmp_path):
    entry = configuration("", tmp_path, connections=12)
    assert (entry["ENGINE"], entry["NAME"]) == ("django.db.backends.sqlite3", tmp_path / "sluis.sqlite3")
