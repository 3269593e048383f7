"""Background jobs: claimed once, repeated, and never lost with a worker."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from catalogweb.jobs import registry
from catalogweb.jobs.models import Job
from catalogweb.jobs.services import LEASE, note_jobs, run_due, seconds_until_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def jobs(monkeypatch, calls) -> Callable[..., None]:
    """Only these jobs exist."""

    def jobs(**works: Callable[[], None]) -> None:
        known = {name: registry.Registered(name, timedelta(minutes=10), work) for name, work in works.items()}
        for module in ("registry", "services"):
            monkeypatch.setattr(f"catalogweb.jobs.{module}.JOBS", known)
        note_jobs()

    jobs(sweep=lambda: calls.append("sweep"))
    return jobs


def test_job_runs_when_due_and_not_again_before_its_interval(jobs, calls):
    assert run_due() == ["sweep"]
    assert run_due() == []

    assert calls == ["sweep"]
    assert Job.objects.get().due_at - timezone.now() > timedelta(minutes=9)


def test_job_runs_again_after_its_interval(jobs, calls):
    run_due()
    Job.objects.update(due_at=timezone.now())

    run_due()

    assert calls == ["sweep", "sweep"]


def test_job_that_another_worker_took_meanwhile_is_left_to_it(jobs, calls):
    jobs(first=lambda: Job.objects.filter(name="second").update(due_at=timezone.now() + LEASE), second=calls.clear)
    Job.objects.filter(name="first").update(due_at=timezone.now() - timedelta(hours=1))

    assert run_due() == ["first"]


def test_job_of_a_worker_that_died_becomes_due_again(jobs, calls):
    seen = []
    jobs(sweep=lambda: seen.append(Job.objects.get(name="sweep").due_at))

    run_due()

    assert timezone.now() < seen[0] <= timezone.now() + LEASE


def test_job_that_fails_is_noted_and_hinders_no_other(jobs, calls, caplog):
    jobs(bad=lambda: 1 / 0, good=lambda: calls.append("good"))

    run_due()

    assert calls == ["good"]
    assert Job.objects.get(name="bad").last_error == "ZeroDivisionError: division by zero"
    assert Job.objects.get(name="good").last_error == ""


def test_job_that_nobody_declares_any_more_is_not_run(jobs):
    Job.objects.create(name="former", due_at=timezone.now())

    assert run_due() == ["sweep"]


def test_worker_sleeps_until_the_next_job_is_due(jobs):
    assert seconds_until_due(most=30) == 0
    Job.objects.update(due_at=timezone.now() + timedelta(seconds=20))

    assert 19 < seconds_until_due(most=30) <= 20
    assert seconds_until_due(most=5) == 5


def test_work_once_names_what_it_ran(jobs, capsys):
    call_command("work", "--once")

    assert capsys.readouterr().out == "sweep\n"
