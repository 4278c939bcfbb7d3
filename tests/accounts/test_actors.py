"""A login, with the trainer and the worker it is, in one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.cast import actor, make_trainer, make_user, make_worker
from titan.accounts.commands import create_token
from titan.core.actor import Role, Via
from titan.training.actors import person_of, person_with_token


def test_whoever_signs_in_is_known_in_one_statement(site: Any, at: datetime, django_assert_num_queries: Any) -> None:
    user = make_user(Role.TRAINER)
    trainer, worker = make_trainer(user=user), make_worker(user=user)
    token = create_token(user.pk, "x", by=actor(Role.SUPER_ADMIN), at=at).token
    with django_assert_num_queries(1):
        person = person_of(user.pk, via=Via.WEB)
    with django_assert_num_queries(1):
        bearer = person_with_token(token, via=Via.API, at=at)
    assert person is not None
    assert bearer is not None
    assert person.actor == actor(Role.TRAINER, via=Via.WEB, user_id=user.pk, trainer_id=trainer.pk, worker_id=worker.pk)
    assert bearer.actor == actor(Role.TRAINER, via=Via.API, user_id=user.pk, trainer_id=trainer.pk, worker_id=worker.pk)


def test_what_can_be_no_token_is_not_looked_up(site: Any, at: datetime, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert person_with_token("nonsense", via=Via.API, at=at) is None


def test_inactive_and_unknown_logins_are_nobody(site: Any) -> None:
    assert person_of(make_user(is_active=False).pk, via=Via.WEB) is None
    assert person_of(99, via=Via.WEB) is None


def test_a_login_without_an_e_mail_match_is_no_trainer(site: Any) -> None:
    make_trainer(email="")
    person = person_of(make_user().pk, via=Via.WEB)
    assert person is not None
    assert person.actor.trainer_id is None
