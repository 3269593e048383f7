"""Lists as people type them: read, written back, and faults that name their line."""

import pytest
from django.core.exceptions import ValidationError

from catalogweb.deployments import lines
from catalogweb.deployments.container import Port, Source, Volume


def test_env_lines_become_names_and_values_in_their_order():
    assert lines.read_env("B=2\n\n A = x=y \nEMPTY=\n") == {"B": "2", "A": "x=y", "EMPTY": ""}


def test_env_faults_name_every_line():
    with pytest.raises(ValidationError) as refused:
        lines.read_env("A=1\nno sign\nA=2")

    assert refused.value.messages == ["Line 2: “no sign” needs a value: write KEY=value.", "Line 3: A is given twice."]


@pytest.mark.parametrize(
    "env", [{"A": "1"}, {"A": ""}, {"A": " kept "}, {"A": "two\nlines"}, {"A": '"quoted"'}, {"A": "x=y", "B": "ä"}]
)
def test_env_survives_writing_and_reading(env):
    assert lines.read_env(lines.write_env(env)) == env


SOURCES = {
    "A": Source("secret", "my db", "tls/ca.crt"),
    "B": Source("config_map", "shop", "level"),
    "C": "${secret:a/b}",
}


def test_env_lines_take_values_from_secrets_and_config_maps():
    text = 'A=${secret:my db/tls/ca.crt}\nB=${config-map:shop/level}\nC="${secret:a/b}"'

    assert lines.read_env(text) == SOURCES
    assert lines.write_env(SOURCES) == text


@pytest.mark.parametrize("text", ["${HOME}", "$secret:a/b", "x${secret:a/b}", "${other:a/b}"])
def test_env_lines_leave_what_is_no_source(text):
    assert lines.read_env(f"A={text}") == {"A": text}


def test_env_faults_name_what_is_no_reference():
    with pytest.raises(ValidationError, match="Line 1: Invalid secret reference: db. Write name/key."):
        lines.read_env("A=${secret:db}")


def test_port_lines_take_an_external_an_internal_and_a_protocol():
    assert lines.read_ports("8080:80\r\n5353:53/udp") == (Port(80, 8080), Port(53, 5353, "udp"))


@pytest.mark.parametrize("line", ["80", "a:b", "8080:80/sctp", "8080:80:1", ":80", "1234567:80", "²:80"])
def test_a_port_line_that_says_something_else_is_refused(line):
    with pytest.raises(ValidationError, match="Line 1: "):
        lines.read_ports(line)


def test_ports_survive_writing_and_reading():
    ports = (Port(80, 8080), Port(53, 5353, "udp"))

    assert lines.read_ports(lines.write_ports(ports)) == ports


@pytest.mark.parametrize(
    ("line", "volume"),
    [
        ("/srv:/data", Volume("/srv", "/data")),
        ("/srv:/data:ro", Volume("/srv", "/data", "ro")),
        ("cache:/data", Volume("cache", "/data", "rw", "volume")),
        ("cache:/data:ro,volumeMount", Volume("cache", "/data", "ro", "volumeMount")),
        (r"C:\data:/data", Volume(r"C:\data", "/data")),
        ("/a:/rw", Volume("/a", "/rw")),
    ],
)
def test_volume_lines_survive_reading_and_writing(line, volume):
    assert lines.read_volumes(line) == (volume,)
    assert lines.read_volumes(lines.write_volumes([volume])) == (volume,)


@pytest.mark.parametrize("line", ["/srv", ":/data", "/srv:"])
def test_a_volume_line_without_both_places_is_refused(line):
    with pytest.raises(ValidationError, match="Line 1: .* is not a volume"):
        lines.read_volumes(line)


def test_commands_are_one_argument_a_line_and_survive_writing():
    commands = ("--name", "two words", " padded ", "a\nb")

    assert lines.read_commands(lines.write_commands(commands)) == commands


def test_host_lines_take_an_address_of_either_kind():
    hosts = (("broker", "10.0.0.5"), ("six", "fd00::1"))

    assert lines.read_hosts("broker:10.0.0.5\nsix:fd00::1") == hosts
    assert lines.read_hosts(lines.write_hosts(hosts)) == hosts
    with pytest.raises(ValidationError, match="Line 1: “broker” is not a host"):
        lines.read_hosts("broker")


def test_config_is_a_json_object_and_a_fault_names_its_line():
    assert lines.read_config("") == {}
    assert lines.read_config('{"a": [1]}') == {"a": [1]}
    with pytest.raises(ValidationError, match="Line 2: this is not JSON"):
        lines.read_config('{"a": 1,\n}')
    with pytest.raises(ValidationError, match="not a JSON object"):
        lines.read_config("[1]")


def test_config_refuses_numbers_that_json_does_not_have():
    with pytest.raises(ValidationError, match="not JSON"):
        lines.read_config('{"a": NaN}')


@pytest.mark.parametrize("text", ['{"a":' * 5000 + "1" + "}" * 5000, '{"a": ' + "9" * 5000 + "}"])
def test_config_without_end_is_refused_with_a_sentence(text):
    with pytest.raises(ValidationError, match="this is not JSON"):
        lines.read_config(text)


def test_a_variable_of_brackets_without_end_stays_a_text():
    assert lines.read_env('A="' + "[" * 5000) == {"A": '"' + "[" * 5000}
